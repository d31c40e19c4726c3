/* Where a person's files are kept: see xdg.h. */
#include "sim/base/xdg.h"

#include "sim/base/file.h"
#include "sim/base/i18n.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool xdg_path(enum xdg_dir dir, const char *name, struct strbuf *out) {
    static const char *const variables[] = {"XDG_CONFIG_HOME", "XDG_STATE_HOME"};
    static const char *const usual[] = {".config", ".local/state"};
    const char *base = getenv(variables[dir]), *home = getenv("HOME");
    if (base && base[0] == '/') /* a relative one is to be ignored, says the standard */
        sb_puts(out, base);
    else if (home && home[0])
        sb_printf(out, "%s/%s", home, usual[dir]);
    else
        return false;
    sb_printf(out, "/arenascope/%s", name);
    return true;
}

bool xdg_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 || errno != ENOENT;
}

static bool make_dirs(const char *path, struct error *err) {
    char *dir = xstrdup(path);
    bool ok = true;
    for (char *slash = strchr(dir + 1, '/'); ok && slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(dir, 0777) != 0 && errno != EEXIST)
            ok = error_set(err, _("%s: cannot make the directory: %s"), dir, strerror(errno));
        *slash = '/';
    }
    free(dir);
    return ok;
}

bool xdg_write(const char *path, const void *data, size_t len, struct error *err) {
    return make_dirs(path, err) && file_write(path, data, len, err);
}
