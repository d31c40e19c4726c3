/* Markdown in the window: lines keep to their width. */
#include "viz/markdown_draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct md_look plain = {SIZE_BODY, FACE_SANS, COLOR_text};

static struct markdown parse(const char *text) {
    return markdown_parse(text, strlen(text));
}

/* --- Drawing --- */

struct page {
    struct ui ui;
    struct theme theme;
};

static void page_open(struct page *p) {
    struct error err = {""};
    *p = (struct page){.ui = {.scale = 1, .mouse_x = -1, .mouse_y = -1, .record_boxes = true}};
    p->ui.theme = &p->theme;
    p->ui.canvas = canvas_new(400, 600);
    p->ui.fonts = fonts_open(&err);
    if (!p->ui.fonts || !theme_load("assets/themes/dark.theme", &p->theme, &err))
        fail_msg("%s", err.text);
}

static void page_close(struct page *p) {
    canvas_free(p->ui.canvas);
    fonts_close(p->ui.fonts);
    ui_free(&p->ui);
}

/* Draws text in a column and says how high it is; every line must keep to the column. */
static int set(struct page *p, const char *text, int w, int h) {
    struct markdown md = parse(text);
    struct rect box = {10, 10, w, h};
    ui_begin(&p->ui);
    int height = markdown_draw(&p->ui, &md, box, plain);
    assert_int_equal(height, markdown_height(&p->ui, &md, w, plain));
    for (size_t i = 0; i < p->ui.box_count; i++) {
        struct rect r = p->ui.boxes[i].rect;
        if (r.x < box.x || r.x + r.w > box.x + box.w || r.y < box.y || r.y + r.h > box.y + box.h)
            fail_msg("%d wide: text at %d,%d (%d wide) leaves its column", w, r.x, r.y, r.w);
    }
    markdown_free(&md);
    return height;
}

static const char LONG_TEXT[] =
    "The kernel lets Go probe `64 KiB` at `0x00c000000000`, **and nothing more**; the message is "
    "`fatal error: runtime: cannot reserve arena virtual address space`.\n\n"
    "- 位图必须能描述整个地址空间，所以是 `256 MiB`；剩下的就看 arena 能要到多少。\n"
    "- Averyveryverylongwordthatnobodywouldeverwriteandthatfitsnowhere\n\n"
    "```\nsome code that is much longer than the narrow column\n\n  allows\n```\n";

static void lines_keep_to_their_column_at_any_width(void **state) {
    (void)state;
    struct page p;
    page_open(&p);
    int last = 0;
    for (int w = 60; w <= 380; w += 16) {
        int h = set(&p, LONG_TEXT, w, 10000);
        if (last && h > last)
            fail_msg("%d wide it takes %d pixels, more than %d in a narrower column", w, h, last);
        last = h;
    }
    page_close(&p);
}

/* In a column that has room for "Together 528.5", the number goes down to its unit. */
static void short_code_and_numbers_with_units_are_not_broken(void **state) {
    (void)state;
    struct page p;
    page_open(&p);
    static const char *const texts[] = {"Together 528.5 GiB", "Together `528.5 GiB`"};
    int line = set(&p, "x", 380, 600);
    int together = text_width(p.ui.fonts, FACE_SANS, SIZE_BODY, "Together");
    int room = text_width(p.ui.fonts, FACE_MONO, SIZE_BODY, "Together 528.5") + 4;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        assert_int_equal(set(&p, texts[i], room, 600), 2 * line);
        assert_int_equal(p.ui.boxes[0].rect.w, together);
    }
    assert_int_equal(set(&p, "Together 528.5 balls", room, 600), 2 * line);
    assert_true(p.ui.boxes[0].rect.w > together);
    page_close(&p);
}

static void what_does_not_fit_is_not_drawn_but_counted(void **state) {
    (void)state;
    struct page p;
    page_open(&p);
    int whole = set(&p, LONG_TEXT, 260, 600);
    for (size_t i = 0; i < p.ui.box_count; i++)
        assert_false(p.ui.boxes[i].cut);
    size_t lines = p.ui.box_count;
    assert_int_equal(set(&p, LONG_TEXT, 260, whole - 1), whole);
    assert_int_equal(set(&p, LONG_TEXT, 260, 50), whole);
    assert_true(p.ui.box_count > 0 && p.ui.box_count < lines);
    assert_true(p.ui.boxes[p.ui.box_count - 1].cut);
    page_close(&p);
}

/* Of the columns of pixels in which the canvas differs from what it showed before: runs of
 * neighbours, and the highest row of a difference. */
static int differences(const struct canvas *c, const uint32_t *before, int *top) {
    int runs = 0;
    bool last = false;
    *top = c->h;
    for (int x = 0; x < c->w; x++) {
        bool differs = false;
        for (int y = 0; y < c->h; y++)
            if (c->pixels[y * c->stride + x] != before[y * c->stride + x]) {
                differs = true;
                *top = y < *top ? y : *top;
            }
        runs += differs && !last;
        last = differs;
    }
    return runs;
}

static void chinese_is_emphasised_by_a_dot_below_each_character(void **state) {
    (void)state;
    static uint32_t before[400 * 600];
    struct page p;
    int top;
    page_open(&p);
    struct rect all = {0, 0, p.ui.canvas->w, p.ui.canvas->h};
    draw_fill(p.ui.canvas, all, 0xff000000);
    int line = set(&p, "只是关于它", 300, 600);
    memcpy(before, p.ui.canvas->pixels, sizeof before);
    draw_fill(p.ui.canvas, all, 0xff000000);
    set(&p, "只是*关于*它", 300, 600);
    assert_int_equal(differences(p.ui.canvas, before, &top), 2);
    assert_in_range(top, 10 + line / 2, 10 + line - 2);
    draw_fill(p.ui.canvas, all, 0xff000000);
    set(&p, "只是**关于**它", 300, 600); /* bold: in other shapes, and no dots */
    differences(p.ui.canvas, before, &top);
    assert_true(top < 10 + line / 2);
    page_close(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_keep_to_their_column_at_any_width),
        cmocka_unit_test(short_code_and_numbers_with_units_are_not_broken),
        cmocka_unit_test(what_does_not_fit_is_not_drawn_but_counted),
        cmocka_unit_test(chinese_is_emphasised_by_a_dot_below_each_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
