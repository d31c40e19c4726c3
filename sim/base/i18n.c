/*
 * Words in the person's language: see i18n.h.
 *
 * libc's gettext takes the language from $LANGUAGE, as long as the locale's messages are not those
 * of "C". No locale of the language itself is needed: C.UTF-8, which is part of every libc6 of
 * Debian, does. (From glibc 2.39 on C.UTF-8 counts as C, and any other locale of the machine has to
 * serve.) English is the locale C, in which nothing is looked up at all. Calling setlocale also
 * makes libc forget what it found for the language before.
 */
#include "sim/base/i18n.h"

#include "sim/base/data.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN "arenascope"

static const struct {
    const char *code, *locale, *name;
} languages[LANGUAGE_COUNT] = {
    [LANGUAGE_EN] = {"en", "en", "English"},
    [LANGUAGE_ZH] = {"zh", "zh_CN", "中文"},
};

const char *language_code(enum language language) {
    return languages[language].code;
}

const char *language_name(enum language language) {
    return languages[language].name;
}

/* Is it the code, alone or before a territory, codeset, variant or another name? */
static bool names_language(const char *name, const char *code) {
    size_t word = strcspn(name, "_.@:");
    return word == strlen(code) && strncmp(name, code, word) == 0;
}

static bool find(const char *name, enum language *out) {
    for (enum language i = 0; i < LANGUAGE_COUNT; i++)
        if (names_language(name, languages[i].code)) {
            *out = i;
            return true;
        }
    return false;
}

bool language_find(const char *name, enum language *out) {
    return !strchr(name, ':') && find(name, out);
}

/* The locale of messages that the environment names. */
static const char *asked_locale(void) {
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return value;
    }
    return "C";
}

enum language language_of_environment(void) {
    enum language found = LANGUAGE_EN;
    const char *locale = asked_locale(), *list = getenv("LANGUAGE");
    if (strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
        return LANGUAGE_EN;
    if (!list || !*list) {
        find(locale, &found);
        return found;
    }
    for (size_t len; *list; list += len + (list[len] == ':')) {
        len = strcspn(list, ":");
        if (find(list, &found))
            break;
    }
    return found;
}

/* Tells libc where the catalogues are. */
static bool bind_catalogues(const char *locale, struct error *err) {
    struct strbuf name = {0}, path = {0};
    sb_printf(&name, "%s/LC_MESSAGES/" DOMAIN ".mo", locale);
    struct strbuf relative = {0};
    sb_printf(&relative, "share/locale/%s", name.text);
    bool found = data_path(relative.text, &path) || data_path_beside(relative.text, &path);
    if (found) {
        path.text[path.len - name.len - 1] = '\0';
        bindtextdomain(DOMAIN, path.text);
        bind_textdomain_codeset(DOMAIN, "UTF-8");
        textdomain(DOMAIN);
    } else {
        error_set(err,
            _("there is no catalogue of translations %s, expected it where `make` puts it"),
            relative.text);
    }
    sb_free(&relative);
    sb_free(&name);
    sb_free(&path);
    return found;
}

/* Does libc look into the catalogue? Its header is what the empty words stand for. */
static bool catalogue_is_used(void) {
    static const char header[] = "";
    return gettext(header)[0] != '\0';
}

bool i18n_set_language(enum language language, struct error *err) {
    const char *own = languages[language].locale;
    setlocale(LC_MESSAGES, "C");
    if (language == LANGUAGE_EN)
        return true;
    if (!bind_catalogues(own, err))
        return false;
    setenv("LANGUAGE", own, 1);
    const char *const serving[] = {"C.UTF-8", "", "zh_CN.UTF-8", "en_US.UTF-8", "en_GB.UTF-8"};
    for (size_t i = 0; i < ARRAY_LEN(serving); i++)
        if (setlocale(LC_MESSAGES, serving[i]) && catalogue_is_used())
            return true;
    setlocale(LC_MESSAGES, "C");
    return error_set(err,
        _("%s cannot be shown without a locale that libc translates in: generate en_US.UTF-8 or "
          "%s.UTF-8"),
        languages[language].name, own);
}

const char *i18n_in_context(const char *both, const char *words) {
    const char *found = gettext(both);
    return found == both ? words : found;
}
