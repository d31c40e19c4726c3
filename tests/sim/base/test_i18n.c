/* Words in the person's language. */
#include "sim/base/i18n.h"

#include "tests/sim/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The catalogue that make built beside this program, or the test is for nothing. */
static void set(enum language language) {
    struct error err = {""};
    if (!i18n_set_language(language, &err))
        fail_msg("%s", err.text);
}

static void words_follow_the_language_back_and_forth(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) {
        set(LANGUAGE_EN);
        assert_string_equal(
            _("switch between English and 中文"), "switch between English and 中文");
        set(LANGUAGE_ZH);
        assert_string_equal(_("switch between English and 中文"), "切换 English 和中文");
    }
    set(LANGUAGE_EN);
}

static void any_locale_of_the_environment_will_do(void **state) {
    (void)state;
    static const char *const locales[] = {"C", "POSIX", "C.UTF-8", "zh_CN.UTF-8", "xx_YY", ""};
    char *before = getenv("LC_ALL");
    char *kept = before ? xstrdup(before) : NULL;
    for (size_t i = 0; i < ARRAY_LEN(locales); i++) {
        setenv("LC_ALL", locales[i], 1);
        words_follow_the_language_back_and_forth(NULL);
    }
    unsetenv("LC_ALL");
    if (kept)
        setenv("LC_ALL", kept, 1);
    free(kept);
}

static void unknown_words_stay_and_numbers_keep_their_point(void **state) {
    (void)state;
    char buf[32];
    set(LANGUAGE_ZH);
    assert_string_equal(_("no such words anywhere"), "no such words anywhere");
    assert_string_equal(ngettext("%d such thing", "%d such things", 2), "%d such things");
    assert_string_equal(format_size(KiB(1) * 3 / 2, buf, sizeof buf), "1.50 KiB");
    set(LANGUAGE_EN);
}

static void context_tells_apart_the_same_words(void **state) {
    (void)state;
    set(LANGUAGE_EN);
    assert_string_equal(C_("call", "free"), "free");
    set(LANGUAGE_ZH);
    assert_string_equal(C_("call", "free"), "释放");
    assert_string_equal(_("free"), "空闲");
    assert_string_equal(C_("call", "no such words anywhere"), "no such words anywhere");
    set(LANGUAGE_EN);
}

static void codes_and_locales_name_languages(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int language; /* -1: none */
    } cases[] = {{"en", LANGUAGE_EN}, {"zh", LANGUAGE_ZH}, {"zh_CN.UTF-8", LANGUAGE_ZH},
        {"en_GB@euro", LANGUAGE_EN}, {"zhx", -1}, {"", -1}, {"de_DE.UTF-8", -1}, {"C", -1},
        {"zh:en", -1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum language found = LANGUAGE_COUNT;
        assert_int_equal(language_find(cases[i].name, &found), cases[i].language >= 0);
        if (cases[i].language >= 0)
            assert_int_equal(found, cases[i].language);
    }
}

static void put(const char *name, const char *value) {
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void a_catalogue_that_libc_cannot_read_is_told(void **state) {
    (void)state;
    static const char *const dirs[] = {
        "share", "share/locale", "share/locale/zh_CN", "share/locale/zh_CN/LC_MESSAGES"};
    struct scratch s;
    struct error err = {""};
    char path[160];
    scratch_begin(&s);
    for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
        assert_int_equal(mkdir(scratch_path(&s, dirs[i]), 0700), 0);
    snprintf(path, sizeof path, "%s",
        scratch_file(&s, "share/locale/zh_CN/LC_MESSAGES/arenascope.mo", "rubbish", 7));
    setenv("ARENASCOPE_DATA", s.dir, 1);
    assert_false(i18n_set_language(LANGUAGE_ZH, &err));
    assert_string_equal(err.text, "中文 cannot be shown without a locale that libc translates in: "
                                  "generate en_US.UTF-8 or zh_CN.UTF-8");
    setenv("ARENASCOPE_DATA", "/nonexistent", 1); /* then the one beside the program serves */
    set(LANGUAGE_ZH);
    assert_string_equal(_("free"), "空闲");
    unsetenv("ARENASCOPE_DATA");
    set(LANGUAGE_EN);
    unlink(path);
    for (size_t i = ARRAY_LEN(dirs); i-- > 0;)
        rmdir(scratch_path(&s, dirs[i]));
    scratch_end(&s);
}

static void the_environment_is_read_by_gettexts_rules(void **state) {
    (void)state;
    static const struct {
        const char *language, *lc_all, *lc_messages, *lang;
        enum language expected;
    } cases[] = {
        {"", "", "", "", LANGUAGE_EN},
        {"", "", "", "zh_CN.UTF-8", LANGUAGE_ZH},
        {"", "", "de_DE.UTF-8", "zh_CN.UTF-8", LANGUAGE_EN},
        {"", "zh_CN", "en_US", "en_US", LANGUAGE_ZH},
        {"zh_CN:en", "", "", "en_US.UTF-8", LANGUAGE_ZH},
        {"de:zh:en", "", "", "en_US.UTF-8", LANGUAGE_ZH},
        {"de::en:zh", "", "", "zh_CN.UTF-8", LANGUAGE_EN},
        {"zh", "C", "", "zh_CN.UTF-8", LANGUAGE_EN},
        {"zh", "", "", "", LANGUAGE_EN},
        {"zh", "C.UTF-8", "", "", LANGUAGE_ZH},
        {"zh", "POSIX", "", "", LANGUAGE_EN},
        {"de:fr", "C.UTF-8", "", "", LANGUAGE_EN},
        {NULL, NULL, NULL, NULL, LANGUAGE_EN},
        {NULL, NULL, NULL, "zh_CN.UTF-8", LANGUAGE_ZH},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        put("LANGUAGE", cases[i].language);
        put("LC_ALL", cases[i].lc_all);
        put("LC_MESSAGES", cases[i].lc_messages);
        put("LANG", cases[i].lang);
        assert_int_equal(language_of_environment(), cases[i].expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_follow_the_language_back_and_forth),
        cmocka_unit_test(any_locale_of_the_environment_will_do),
        cmocka_unit_test(unknown_words_stay_and_numbers_keep_their_point),
        cmocka_unit_test(context_tells_apart_the_same_words),
        cmocka_unit_test(codes_and_locales_name_languages),
        cmocka_unit_test(a_catalogue_that_libc_cannot_read_is_told),
        cmocka_unit_test(the_environment_is_read_by_gettexts_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
