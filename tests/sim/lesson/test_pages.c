/* Pages beside the lessons: how they are read and found; that the shipped ones are all there. */
#include "sim/lesson/pages.h"

#include "sim/work/workload.h"
#include "tests/sim/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct pages read(const char *text) {
    return glossary_parse(text, strlen(text));
}

static const char glossary[] =
    "# Glossary\n\nWords.\n\n## Heap\n\n- **heap bitmap**, **bitmap**: the *region*, with bits.\n"
    "- **`mspan`**: a record: see **slot**.\n- **堆位图、位图**（bits，`map`）：两位。\n- "
    "**class**: a size\n";

static void an_item_has_all_names_before_its_colon(void **state) {
    (void)state;
    struct pages p = read(glossary);
    assert_int_equal(p.count, 4);
    assert_int_equal(pages_find(&p, "heap bitmap"), 0);
    assert_int_equal(pages_find(&p, "bitmap"), 0);
    assert_int_equal(pages_find(&p, "mspan"), 1);
    assert_int_equal(pages_find(&p, "堆位图"), 2);
    assert_int_equal(pages_find(&p, "位图"), 2);
    assert_int_equal(pages_find(&p, "map"), 2);
    assert_int_equal(pages_find(&p, "region"), -1);
    assert_string_equal(p.page[0].title, "heap bitmap");
    assert_string_equal(
        sb_text(&p.page[0].text.blocks[0].text), "heap bitmap, bitmap: the region, with bits.");
    pages_free(&p);
}

static void bold_words_of_the_text_lead_there_too(void **state) {
    (void)state;
    struct pages p = read(glossary);
    assert_int_equal(pages_find(&p, "slot"), 1);
    pages_free(&p);
}

static void capitals_and_plurals_are_found(void **state) {
    (void)state;
    struct pages p = read(glossary);
    assert_int_equal(pages_find(&p, "Heap Bitmaps"), 0);
    assert_int_equal(pages_find(&p, "classes"), 3);
    assert_int_equal(pages_find(&p, ""), -1);
    assert_int_equal(pages_find(&p, "s"), -1);
    pages_free(&p);
}

static void an_item_without_a_name_does_no_harm(void **state) {
    (void)state;
    struct pages p = read("- : nothing\n- a , , b : c：d\n- e\n");
    assert_int_equal(p.count, 3);
    assert_string_equal(p.page[0].title, "");
    assert_int_equal(p.page[1].name_count, 2);
    assert_int_equal(pages_find(&p, "a"), 1);
    assert_int_equal(pages_find(&p, "b"), 1);
    assert_int_equal(pages_find(&p, "e"), 2); /* no colon: all of it is its name */
    pages_free(&p);
}

static void a_language_without_a_glossary_has_the_english_one(void **state) {
    (void)state;
    struct scratch dir;
    struct pages p;
    struct error err = {""};
    const char *data = getenv("ARENASCOPE_DATA");
    char *before = data ? xstrdup(data) : NULL;
    scratch_begin(&dir);
    setenv("ARENASCOPE_DATA", dir.dir, 1);
    assert_false(glossary_load(LANGUAGE_ZH, &p, &err));
    assert_string_equal(err.text, "there is no file lessons/en/glossary.md");
    assert_int_equal(p.count, 0);
    mkdir(scratch_path(&dir, "lessons"), 0777);
    mkdir(scratch_path(&dir, "lessons/en"), 0777);
    scratch_file(&dir, "lessons/en/glossary.md", "- a: b\n", 7);
    assert_true(glossary_load(LANGUAGE_ZH, &p, &err));
    assert_int_equal(p.count, 1);
    pages_free(&p);
    if (before)
        setenv("ARENASCOPE_DATA", before, 1);
    else
        unsetenv("ARENASCOPE_DATA");
    free(before);
    scratch_end(&dir);
}

static void the_numbers_at_the_end_are_of_lessons(void **state) {
    (void)state;
    struct pages p =
        read("- **P**: what (2) is. (9, 17)\n- **锁**：一把。（3、6、7）\n- **a**: none\n"
             "- **b**: more (1, 2, 3, 4, 5)\n");
    assert_true(p.page[0].lesson_count == 2 && p.page[0].lessons[1] == 17);
    assert_true(p.page[1].lesson_count == 3 && p.page[1].lessons[2] == 7);
    assert_int_equal(p.page[2].lesson_count, 0);
    assert_int_equal(p.page[3].lesson_count, MAX_PAGE_LESSONS);
    pages_free(&p);
}

static void words_in_names_are_listed(void **state) {
    (void)state;
    struct pages p = read(glossary);
    struct strbuf out = {0};
    pages_like(&p, "BIT", &out);
    assert_string_equal(sb_text(&out), "heap bitmap, 堆位图");
    sb_clear(&out);
    pages_like(&p, "", &out);
    assert_string_equal(sb_text(&out), "heap bitmap, mspan, 堆位图, class");
    sb_free(&out);
    pages_free(&p);
}

static void glossaries_of_all_languages_have_the_same_words(void **state) {
    (void)state;
    struct pages p[LANGUAGE_COUNT];
    struct error err = {""};
    for (enum language l = 0; l < LANGUAGE_COUNT; l++) {
        if (!glossary_load(l, &p[l], &err))
            fail_msg("%s", err.text);
        assert_true(p[l].count > 50);
        assert_int_equal(p[l].count, p[LANGUAGE_EN].count);
        for (size_t i = 0; i < p[l].count; i++) {
            assert_true(p[l].page[i].name_count > 0);
            assert_true(p[l].page[i].lesson_count > 0);
        }
    }
    for (enum language l = 0; l < LANGUAGE_COUNT; l++)
        pages_free(&p[l]);
}

/* --- The guide --- */

static void a_section_has_the_name_in_its_heading(void **state) {
    (void)state;
    static const char text[] =
        "# Workloads\n\nSome.\n\n## A web server: `web`\n\nFirst.\n\n- One.\n"
        "- Two.\n\n## Other words\n\n## A queue：`queue`\n\nMore.\n";
    struct pages p = guide_parse(text, strlen(text));
    assert_int_equal(p.count, 2);
    assert_int_equal(pages_find(&p, "web"), 0);
    assert_string_equal(p.page[0].title, "A web server");
    assert_string_equal(p.page[1].title, "A queue");
    struct strbuf out = {0};
    markdown_text(&p.page[0].text, &out);
    assert_string_equal(sb_text(&out), "First.\n\n\u2022 One.\n\u2022 Two.");
    sb_free(&out);
    pages_free(&p);
}

static void every_built_in_workload_has_its_page(void **state) {
    (void)state;
    for (enum language l = 0; l < LANGUAGE_COUNT; l++) {
        struct pages p;
        struct error err = {""};
        size_t i = 0;
        assert_true(i18n_set_language(l, &err));
        if (!guide_load(l, &p, &err))
            fail_msg("%s", err.text);
        for (; workload_builtin(i); i++) {
            int page = pages_find(&p, workload_builtin(i));
            if (page < 0 || p.page[page].text.count < 3)
                fail_msg("%s: nothing is said about %s", language_code(l), workload_builtin(i));
            assert_string_equal(p.page[page].title, _(workload_builtin_title(i)));
        }
        assert_int_equal(p.count, i);
        pages_free(&p);
    }
    assert_true(i18n_set_language(LANGUAGE_EN, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_has_all_names_before_its_colon),
        cmocka_unit_test(bold_words_of_the_text_lead_there_too),
        cmocka_unit_test(capitals_and_plurals_are_found),
        cmocka_unit_test(an_item_without_a_name_does_no_harm),
        cmocka_unit_test(a_language_without_a_glossary_has_the_english_one),
        cmocka_unit_test(words_in_names_are_listed),
        cmocka_unit_test(the_numbers_at_the_end_are_of_lessons),
        cmocka_unit_test(glossaries_of_all_languages_have_the_same_words),
        cmocka_unit_test(a_section_has_the_name_in_its_heading),
        cmocka_unit_test(every_built_in_workload_has_its_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
