/*
 * What is typed into the app's lines: palette, search, console, notes, saving; and going back.
 */
#include "sim/base/file.h"
#include "viz/app_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
    struct app app;
    struct canvas *canvas;
};

static void open_app(struct fixture *f, const char *workload) {
    struct error err = {""};
    struct app_options options = {.workload = workload,
        .world = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL}};
    if (!app_open(&f->app, &options, &err))
        fail_msg("%s", err.text);
    f->canvas = canvas_new(1280, 720);
    app_run_to(&f->app, UINT64_MAX);
    app_draw(&f->app, f->canvas);
}

static void close_app(struct fixture *f) {
    canvas_free(f->canvas);
    app_close(&f->app);
}

/* Opens a line, types into it, and presses keys. */
static void type(struct fixture *f, enum command line, const char *text, const char *key) {
    if (line != CMD_NONE)
        app_command(&f->app, line, 0);
    assert_true(app_prompt_text(&f->app, text));
    app_draw(&f->app, f->canvas); /* whatever is typed can be shown */
    if (key)
        assert_true(app_prompt_key(&f->app, key));
    app_draw(&f->app, f->canvas);
}

static void without_a_line_keys_are_commands(void **state) {
    (void)state;
    struct fixture f;
    open_app(&f, "small");
    assert_false(app_prompt_key(&f.app, "Right"));
    assert_false(app_prompt_text(&f.app, "x"));
    close_app(&f);
}

static void the_palette_does_what_is_chosen_and_goes(void **state) {
    (void)state;
    struct fixture f;
    open_app(&f, "small");
    type(&f, CMD_PALETTE, "peak", "Enter");
    assert_int_equal(f.app.prompt.kind, PROMPT_NONE);
    assert_true(f.app.scene->at > 100);
    type(&f, CMD_PALETTE, "strings", "Enter");
    assert_string_equal(f.app.scene->builtin, "strings");
    type(&f, CMD_PALETTE, "no such thing", "Enter");
    assert_int_equal(f.app.prompt.kind, PROMPT_PALETTE);
    app_prompt_key(&f.app, "Escape");
    assert_int_equal(f.app.prompt.kind, PROMPT_NONE);
    close_app(&f);
}

static void a_search_moves_and_pins(void **state) {
    (void)state;
    struct fixture f;
    open_app(&f, "small");
    struct scene *s = f.app.scene;
    type(&f, CMD_SEARCH, "collection", "Enter");
    uint64_t first = s->at;
    assert_int_equal(recording_event(session_recording(s->session), first - 1)->kind, EV_MARKED);
    app_prompt_key(&f.app, "Enter");
    assert_true(s->at > first);
    app_prompt_key(&f.app, "Shift+Enter");
    assert_int_equal(s->at, first);
    app_prompt_key(&f.app, "Ctrl+u");
    type(&f, CMD_NONE, "48 B", "Enter");
    assert_int_equal(s->pinned.kind, THING_PAGE);
    assert_int_equal(f.app.centre, CENTRE_MAP);
    app_prompt_key(&f.app, "Ctrl+u");
    type(&f, CMD_NONE, "nothing like it", "Enter");
    assert_true(f.app.prompt.bad);
    app_prompt_key(&f.app, "Escape");
    app_command(&f.app, CMD_FIND_NEXT, 0); /* the last one that was: 48 B */
    assert_int_equal(s->pinned.kind, THING_PAGE);
    close_app(&f);
}

static void a_search_that_finds_nothing_more_says_so(void **state) {
    (void)state;
    struct fixture f;
    open_app(&f, "small");
    struct scene *s = f.app.scene;
    app_command(&f.app, CMD_FIND_NEXT, 0);
    assert_string_equal(f.app.notice, "There is nothing to search for: / begins a search.");
    type(&f, CMD_SEARCH, "collection", "Enter");
    app_prompt_key(&f.app, "Escape");
    app_seek(&f.app, UINT64_MAX);
    uint64_t end = s->at;
    app_command(&f.app, CMD_FIND_NEXT, 0);
    assert_string_equal(f.app.notice, "There is no later one in this run.");
    assert_int_equal(s->at, end);
    app_seek(&f.app, 1);
    app_command(&f.app, CMD_FIND_BACK, 0);
    assert_string_equal(f.app.notice, "There is no earlier one in this run.");
    close_app(&f);
}

static void the_events_of_one_thing_come_one_after_the_other(void **state) {
    (void)state;
    struct fixture f;
    open_app(&f, "small");
    struct scene *s = f.app.scene;
    app_command(&f.app, CMD_SAME_NEXT, 0);
    assert_string_equal(f.app.notice, "Point at an object, a page or an event first, or pin it.");
    app_seek(&f.app, UINT64_MAX);
    uint32_t span = replica_span_of(s->replica, s->replica->heap[HEAP_arena_start]);
    s->pinned = (struct thing){
        .kind = THING_PAGE, .index = span, .addr = replica_span(s->replica, span)->base};
    uint64_t end = s->at, at = end;
    for (int i = 0; i < 5; i++, at = s->at) {
        app_command(&f.app, CMD_SAME_BACK, 0);
        assert_true(s->at < at);
    }
    app_command(&f.app, CMD_SAME_NEXT, 0);
    assert_true(s->at > at);
    for (at = 0; at != s->at;) {
        at = s->at;
        app_command(&f.app, CMD_SAME_BACK, 0);
    }
    assert_string_equal(f.app.notice, "Nothing happened to it before.");
    for (at = 0; at != s->at;) {
        at = s->at;
        app_command(&f.app, CMD_SAME_NEXT, 0);
    }
    assert_string_equal(f.app.notice, "Nothing happens to it later in this run.");
    close_app(&f);
}

static void undo_goes_back_to_where_one_looked(void **state) {
    (void)state;
    struct fixture f;
    open_app(&f, "small");
    struct scene *s = f.app.scene;
    app_command(&f.app, CMD_SEEK, 100);
    app_tick(&f.app, 2);
    app_command(&f.app, CMD_SEEK, 5000);
    app_tick(&f.app, 2);
    struct zoom home = s->zoom;
    app_command(&f.app, CMD_ZOOM_IN, 0);
    app_tick(&f.app, 2);
    app_command(&f.app, CMD_UNDO, 0);
    assert_int_equal(s->zoom.size, home.size);
    assert_int_equal(s->at, 5000);
    app_command(&f.app, CMD_UNDO, 0);
    assert_int_equal(s->at, 100);
    app_command(&f.app, CMD_REDO, 0);
    assert_int_equal(s->at, 5000);
    app_right_click(&f.app); /* nothing is open or pinned: back */
    assert_int_equal(s->at, 100);
    close_app(&f);
}

static void the_console_runs_after_the_end_and_shows_it_happen(void **state) {
    (void)state;
    struct fixture f;
    open_app(&f, "small");
    struct scene *s = f.app.scene;
    uint64_t end = scene_count(s),
             objects = recording_head(session_recording(s->session))->objects_born;
    type(&f, CMD_CONSOLE, "mine = alloc 48", "Enter");
    assert_int_equal(s->at, end);
    assert_true(f.app.playing);
    assert_true(scene_count(s) > end);
    assert_non_null(strstr(f.app.prompt.output[1], "of 48 B at 0x"));
    type(&f, CMD_NONE, "repeat 10", "Enter");
    assert_true(f.app.console.len > 0);
    type(&f, CMD_NONE, "alloc 8", "Enter");
    type(&f, CMD_NONE, "end", "Enter");
    assert_int_equal(f.app.console.len, 0);
    assert_int_equal(recording_head(session_recording(s->session))->objects_born, objects + 11);
    type(&f, CMD_NONE, "drop nobody", "Enter");
    assert_true(f.app.prompt.bad);
    assert_non_null(strstr(f.app.prompt.answer, "nobody"));
    app_prompt_key(&f.app, "Up");
    assert_string_equal(f.app.prompt.text, "drop nobody");
    app_prompt_key(&f.app, "Escape");
    app_command(&f.app, CMD_TOGGLE_WIDTH, 0);
    app_run_to(&f.app, UINT64_MAX);
    assert_int_equal(s->world.platform->ptr_size, 4);
    assert_int_equal(recording_head(session_recording(s->session))->objects_born, objects + 11);
    close_app(&f);
}

static void a_repeat_typed_without_end_is_forgotten_some_time(void **state) {
    (void)state;
    struct fixture f;
    char line[PROMPT_MAX];
    open_app(&f, "small");
    uint64_t end = scene_count(f.app.scene);
    memset(line, ' ', sizeof line - 1);
    memcpy(line, "alloc 8", 7);
    line[sizeof line - 1] = '\0';
    type(&f, CMD_CONSOLE, "repeat 10", "Enter");
    for (size_t len = f.app.console.len; len <= LIMIT_CONSOLE; len += sizeof line) {
        assert_int_equal(f.app.console.len, len);
        assert_false(f.app.prompt.bad);
        assert_true(app_prompt_text(&f.app, line));
        assert_true(app_prompt_key(&f.app, "Enter"));
    }
    assert_true(f.app.prompt.bad);
    assert_non_null(strstr(f.app.prompt.answer, "the repeat has more than 64 KiB"));
    assert_int_equal(f.app.console.len, 0);
    assert_int_equal(scene_count(f.app.scene), end);
    type(&f, CMD_NONE, "alloc 8", "Enter");
    assert_true(scene_count(f.app.scene) > end);
    close_app(&f);
}

static void notes_are_written_edited_found_and_kept_in_a_file(void **state) {
    (void)state;
    struct fixture f;
    char path[] = "/tmp/notes.XXXXXX";
    close(mkstemp(path));
    open_app(&f, "small");
    struct scene *s = f.app.scene;
    app_command(&f.app, CMD_SEEK, 300);
    type(&f, CMD_NOTE, "看这里", "Enter");
    app_command(&f.app, CMD_SEEK, 900);
    type(&f, CMD_NOTE, "and here", "Enter");
    app_command(&f.app, CMD_NOTE_BACK, 0);
    assert_int_equal(s->at, 300);
    type(&f, CMD_NOTE, "!", "Enter"); /* it is there to be edited */
    assert_string_equal(s->notes.note[0].text, "看这里!");
    type(&f, CMD_PALETTE, "andhere", "Enter");
    assert_int_equal(s->at, 900);
    app_command(&f.app, CMD_SAVE, 0);
    app_prompt_key(&f.app, "Ctrl+u");
    type(&f, CMD_NONE, path, "Enter");
    assert_int_equal(f.app.prompt.kind, PROMPT_NONE);
    app_command(&f.app, CMD_NOTE_DELETE, 0);
    assert_int_equal(s->notes.count, 1);
    close_app(&f);
    open_app(&f, path);
    s = f.app.scene;
    assert_int_equal(s->at, 900);
    assert_int_equal(s->notes.count, 2);
    assert_string_equal(s->notes.note[0].text, "看这里!");
    assert_int_equal(s->notes.note[1].seq, 900);
    type(&f, CMD_CONSOLE, "alloc 8", "Enter");
    assert_true(f.app.prompt.bad); /* a recording */
    close_app(&f);
    remove(path);
}

/* The table is the one that the file's name has in it, or else that of what is shown. */
static void a_table_is_saved_of_what_is_shown(void **state) {
    static const struct {
        enum command shows;
        const char *name, *begins;
    } cases[] = {
        {CMD_MAP, "table.csv", "span,base,"},
        {CMD_CACHES, "table.csv", "span_class,"},
        {CMD_WASTE, "table.csv", "span_class,"},
        {CMD_PATH, "table.csv", "event,heap_live,"},
        {CMD_MAP, "samples.csv", "event,heap_live,"},
    };
    char dir[] = "/tmp/arenascope-test-XXXXXX", path[64];
    struct fixture f;
    (void)state;
    assert_non_null(mkdtemp(dir));
    open_app(&f, "small");
    app_seek(&f.app, UINT64_MAX);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf text = {0};
        struct error err = {""};
        app_command(&f.app, cases[i].shows, 0);
        app_draw(&f.app, f.canvas);
        snprintf(path, sizeof path, "%s/%s", dir, cases[i].name);
        app_command(&f.app, CMD_SAVE, 0);
        app_prompt_key(&f.app, "Ctrl+u");
        type(&f, CMD_NONE, path, "Enter");
        assert_int_equal(f.app.prompt.kind, PROMPT_NONE);
        assert_true(file_read(path, &text, NULL, &err));
        assert_memory_equal(text.text, cases[i].begins, strlen(cases[i].begins));
        sb_free(&text);
        remove(path);
    }
    close_app(&f);
    remove(dir);
}

static void a_file_that_cannot_be_written_is_told(void **state) {
    (void)state;
    struct fixture f;
    open_app(&f, "small");
    app_command(&f.app, CMD_SAVE, 0);
    app_prompt_key(&f.app, "Ctrl+u");
    type(&f, CMD_NONE, "/nowhere/run.arec", "Enter");
    assert_int_equal(f.app.prompt.kind, PROMPT_SAVE);
    assert_true(f.app.prompt.bad);
    assert_non_null(strstr(f.app.prompt.answer, "/nowhere/run.arec"));
    close_app(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_line_keys_are_commands),
        cmocka_unit_test(the_palette_does_what_is_chosen_and_goes),
        cmocka_unit_test(a_search_moves_and_pins),
        cmocka_unit_test(a_search_that_finds_nothing_more_says_so),
        cmocka_unit_test(the_events_of_one_thing_come_one_after_the_other),
        cmocka_unit_test(undo_goes_back_to_where_one_looked),
        cmocka_unit_test(the_console_runs_after_the_end_and_shows_it_happen),
        cmocka_unit_test(a_repeat_typed_without_end_is_forgotten_some_time),
        cmocka_unit_test(notes_are_written_edited_found_and_kept_in_a_file),
        cmocka_unit_test(a_table_is_saved_of_what_is_shown),
        cmocka_unit_test(a_file_that_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
