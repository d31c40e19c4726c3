/* Reading and listing what both command lines name: see arguments.h. */
#include "sim/work/arguments.h"

#include "sim/base/i18n.h"
#include "sim/work/workload.h"

#include <inttypes.h>
#include <string.h>

bool read_platform(const struct platform **out, const char *value, struct error *err) {
    *out = platform_find(value);
    if (!*out)
        return cli_bad_value(err, "--platform", value, _("one that `arenasim platforms` lists"));
    return true;
}

bool read_provider(struct environment *env, const char *value, struct error *err) {
    bool host = strcmp(value, "host") == 0;
    env->provider = host ? PROVIDER_HOST : PROVIDER_MODEL;
    if (!host && strcmp(value, "model") != 0)
        return cli_bad_value(err, "--provider", value, _("host or model"));
    return true;
}

bool read_number(uint64_t *out, const char *option, const char *value, uint64_t least,
    uint64_t most, struct error *err) {
    if (parse_u64(value, out) && *out >= least && *out <= most)
        return true;
    if (least == 0 && most == UINT64_MAX)
        return cli_bad_value(err, option, value, _("a number"));
    return error_set(err, _("%s: `%s` cannot be, expected a number from %" PRIu64 " to %" PRIu64),
        option, value, least, most);
}

void platform_words(struct strbuf *out) {
    for (size_t i = 0; platform_at(i); i++)
        sb_printf(out, "%s%s", i ? " " : "", platform_at(i)->name);
}

void provider_words(struct strbuf *out) {
    sb_puts(out, "host model");
}

void workload_words(struct strbuf *out) {
    for (size_t i = 0; workload_builtin(i); i++)
        sb_printf(out, "%s%s", i ? " " : "", workload_builtin(i));
}

void shell_words(struct strbuf *out) {
    sb_puts(out, "bash zsh fish");
}
