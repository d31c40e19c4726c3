/* The list of lessons, and the course told from it: from directories that are as they should be,
 * and from others. */
#include "sim/lesson/course.h"

#include "sim/lesson/lesson.h"
#include "tests/sim/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define LESSON                                                                                     \
    "---\nminutes: 5\nplatforms: both\n---\n# First\n## S\nOf {ptr_size} bytes.\n"                 \
    "```arena\na = alloc 48\n```\n<!-- view\nstop end\n-->\n"                                      \
    "```question\nHow many?\nanswer {objects_born}\nwhy So.\n```\n"
#define NEVER "# Never\n## S\ns\n```arena\ninit\n```\n<!-- view\nstop object 9\n-->\n"

struct place {
    struct scratch dir;
    char *data; /* where data was before */
};

/* A directory, empty but for lessons/, is where data is. */
static int begin(void **state) {
    struct place *p = xcalloc(1, sizeof *p);
    const char *data = getenv("ARENASCOPE_DATA");
    p->data = data ? xstrdup(data) : NULL;
    scratch_begin(&p->dir);
    mkdir(scratch_path(&p->dir, "lessons"), 0777);
    setenv("ARENASCOPE_DATA", p->dir.dir, 1);
    *state = p;
    return 0;
}

static int end(void **state) {
    struct place *p = *state;
    if (p->data)
        setenv("ARENASCOPE_DATA", p->data, 1);
    else
        unsetenv("ARENASCOPE_DATA");
    scratch_end(&p->dir);
    free(p->data);
    free(p);
    return 0;
}

static void write_lesson(struct place *p, const char *name, const char *text) {
    char path[80];
    mkdir(scratch_path(&p->dir, "lessons/en"), 0777);
    mkdir(scratch_path(&p->dir, "lessons/zh"), 0777);
    snprintf(path, sizeof path, "lessons/%.60s", name);
    scratch_file(&p->dir, path, text, strlen(text));
}

/* What is told; false: it fails, and that is what err says. */
static bool tell(bool times, struct strbuf *out, struct error *err) {
    char bytes[4096];
    FILE *f = tmpfile();
    assert_non_null(f);
    bool ok = course_tell(times, f, err);
    rewind(f);
    sb_add(out, bytes, fread(bytes, 1, sizeof bytes, f));
    fclose(f);
    return ok;
}

static bool take(const char *word, const char *platform, const char *typed, struct strbuf *out,
    struct error *err) {
    char bytes[8192];
    FILE *in = tmpfile(), *f = tmpfile();
    assert_true(in && f);
    fputs(typed, in);
    rewind(in);
    bool ok = course_take(word, platform ? platform_find(platform) : NULL, in, f, err);
    rewind(f);
    sb_add(out, bytes, fread(bytes, 1, sizeof bytes, f));
    fclose(in);
    fclose(f);
    return ok;
}

static void a_directory_that_is_missing_is_named(void **state) {
    struct place *p = *state;
    struct strbuf out = {0};
    struct error err = {""};
    assert_false(tell(false, &out, &err));
    assert_string_equal(err.text, "the lessons are missing, expected a directory lessons/en");
    assert_false(take("1", NULL, "", &out, &err));
    assert_string_equal(err.text, "the lessons are missing, expected a directory lessons/en");
    scratch_file(&p->dir, "lessons/en", "", 0);
    assert_false(tell(false, &out, &err));
    assert_non_null(strstr(err.text, "lessons/en: cannot be listed: "));
    assert_string_equal(sb_text(&out), "");
    sb_free(&out);
}

static void no_lessons_are_an_empty_list(void **state) {
    struct place *p = *state;
    struct strbuf out = {0};
    struct error err = {""};
    mkdir(scratch_path(&p->dir, "lessons/en"), 0777);
    assert_true(tell(false, &out, &err));
    assert_string_equal(sb_text(&out), "");
    sb_free(&out);
}

static void files_that_are_no_lessons_are_left_out(void **state) {
    struct place *p = *state;
    struct strbuf out = {0};
    struct error err = {""};
    static const char *const others[] = {
        "en/glossary.md", "en/1", "en/.md", "en/:.md", "en/02.txt", "en/+2.md"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        write_lesson(p, others[i], "no lesson");
    write_lesson(p, "en/01.md", LESSON);
    assert_true(tell(false, &out, &err));
    assert_string_equal(sb_text(&out), "  1     5 min  First\n");
    sb_free(&out);
}

static void a_lesson_is_in_the_language_if_it_is_there(void **state) {
    struct place *p = *state;
    struct lesson **lessons;
    size_t count;
    struct error err = {""};
    write_lesson(p, "en/01.md", LESSON);
    write_lesson(p, "en/02.md", LESSON);
    write_lesson(p, "zh/02.md", NEVER);
    assert_true(lessons_list(LANGUAGE_ZH, &lessons, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(lessons[0]->title, "First");
    assert_string_equal(lessons[1]->title, "Never");
    lessons_free(lessons, count);
}

static void a_wrong_lesson_is_named(void **state) {
    struct place *p = *state;
    struct strbuf out = {0};
    struct error err = {""};
    write_lesson(p, "en/01.md", LESSON);
    write_lesson(p, "en/02.md", "# T\n");
    write_lesson(p, "en/03.md", LESSON);
    assert_false(tell(false, &out, &err));
    assert_non_null(strstr(err.text, "/02.md:1: the lesson has no steps"));
    assert_false(take("1", NULL, "", &out, &err));
    assert_non_null(strstr(err.text, "/02.md:1: the lesson has no steps"));
    sb_free(&out);
}

static void times_are_those_of_lessons_that_are_true(void **state) {
    struct place *p = *state;
    struct strbuf out = {0};
    struct error err = {""};
    write_lesson(p, "en/01.md", LESSON);
    assert_true(tell(true, &out, &err));
    assert_non_null(strstr(sb_text(&out), "  5  First\n"));
    assert_non_null(strstr(sb_text(&out), "  5  in all\n"));
    sb_clear(&out);
    write_lesson(p, "en/02.md", NEVER);
    assert_false(tell(true, &out, &err));
    assert_non_null(strstr(err.text, "/02.md:8: the run never comes to where the step stops"));
    assert_string_equal(sb_text(&out), ""); /* no half of a table */
    sb_free(&out);
}

static void a_lesson_is_taken_by_number_or_file_on_a_platform(void **state) {
    struct place *p = *state;
    struct strbuf out = {0};
    struct error err = {""};
    write_lesson(p, "en/01.md", LESSON);
    assert_true(take("1", NULL, "1\n", &out, &err));
    assert_non_null(strstr(sb_text(&out), "Of 8 B bytes."));
    assert_non_null(strstr(sb_text(&out), "\n1 of 1 answers were right.\n"));
    sb_clear(&out);
    assert_true(take(scratch_path(&p->dir, "lessons/en/01.md"), "linux/386", "", &out, &err));
    assert_non_null(strstr(sb_text(&out), "Of 4 B bytes."));
    assert_null(strstr(sb_text(&out), "answers were right"));
    write_lesson(p, "en/02.md", NEVER);
    assert_false(take("2", NULL, "", &out, &err));
    assert_non_null(strstr(err.text, "/02.md:8: the run never comes"));
    assert_false(take("3", NULL, "", &out, &err));
    assert_string_equal(err.text, "there is no lesson 3, expected one of: 1–2");
    sb_free(&out);
}

static bool guide(const char *name, struct strbuf *out, struct error *err) {
    char bytes[4096];
    FILE *f = tmpfile();
    assert_non_null(f);
    bool ok = guide_tell(name, f, err);
    rewind(f);
    sb_add(out, bytes, fread(bytes, 1, sizeof bytes, f));
    fclose(f);
    return ok;
}

static void workloads_are_listed_and_told(void **state) {
    struct place *p = *state;
    struct strbuf out = {0};
    struct error err = {""};
    static const char text[] =
        "# Workloads\n\nThey run.\n\n##\n\n## Small objects: `small`\n\nMany.\n";
    assert_true(guide(NULL, &out, &err));
    assert_non_null(strstr(sb_text(&out), "  small      "));
    sb_clear(&out);
    assert_false(guide("small", &out, &err));
    assert_non_null(strstr(err.text, "there is no file lessons/en/workloads.md"));
    mkdir(scratch_path(&p->dir, "lessons/en"), 0777);
    scratch_file(&p->dir, "lessons/en/workloads.md", text, sizeof text - 1);
    assert_true(guide("small", &out, &err));
    assert_string_equal(sb_text(&out), "Small objects\n\n  Many.\n");
    assert_false(guide("none", &out, &err));
    assert_string_equal(err.text, "there is no built-in workload \"none\"; `workloads` lists them");
    sb_free(&out);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(a_directory_that_is_missing_is_named),
        IN_A_PLACE(no_lessons_are_an_empty_list),
        IN_A_PLACE(files_that_are_no_lessons_are_left_out),
        IN_A_PLACE(a_lesson_is_in_the_language_if_it_is_there),
        IN_A_PLACE(a_wrong_lesson_is_named),
        IN_A_PLACE(times_are_those_of_lessons_that_are_true),
        IN_A_PLACE(workloads_are_listed_and_told),
        IN_A_PLACE(a_lesson_is_taken_by_number_or_file_on_a_platform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
