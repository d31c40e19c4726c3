/*
 * The rasteriser: where pixels land, how far edges cover, and that nothing leaves the clip.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/file.h"
#include "viz/draw.h"

static const uint32_t BLACK = 0xff000000, WHITE = 0xffffffff;

static uint32_t at(const struct canvas *c, int x, int y) {
    return c->pixels[y * c->stride + x];
}

/* How much light the whole canvas shows, in white pixels. */
static double light(const struct canvas *c) {
    double sum = 0;
    for (int i = 0; i < c->w * c->h; i++)
        sum += (c->pixels[i] & 0xff) / 255.0;
    return sum;
}

static void fill_covers_exactly_its_rectangle(void **state) {
    (void)state;
    struct canvas *c = canvas_new(80, 20);
    draw_fill(c, rect_make(3, 4, 60, 6), WHITE);
    for (int y = 0; y < c->h; y++)
        for (int x = 0; x < c->w; x++)
            assert_int_equal(at(c, x, y), rect_has(rect_make(3, 4, 60, 6), x, y) ? WHITE : BLACK);
    canvas_free(c);
}

static void fill_blends_by_alpha_and_keeps_the_canvas_opaque(void **state) {
    (void)state;
    struct canvas *c = canvas_new(4, 1);
    draw_fill(c, rect_make(0, 0, 4, 1), 0xff204060);
    draw_fill(c, rect_make(1, 0, 1, 1), 0x80ffffff);
    draw_fill(c, rect_make(2, 0, 1, 1), 0x00ffffff);
    draw_fill(c, rect_make(3, 0, 1, 1), 0xffaabbcc);
    assert_int_equal(at(c, 0, 0), 0xff204060);
    assert_int_equal(at(c, 1, 0), 0xff90a0b0); /* 0x20 + (0xff - 0x20) * 128 / 255, and so on */
    assert_int_equal(at(c, 2, 0), 0xff204060);
    assert_int_equal(at(c, 3, 0), 0xffaabbcc);
    canvas_free(c);
}

static void every_blend_is_exact_to_the_rounding(void **state) {
    (void)state;
    struct canvas *c = canvas_new(1, 1);
    for (unsigned a = 1; a < 255; a++)
        for (unsigned to = 0; to < 256; to += 5) {
            c->pixels[0] = 0xff000000 | to << 16 | (255 - to) << 8 | to;
            draw_fill(c, rect_make(0, 0, 1, 1), a << 24 | 0x00c8c8c8);
            unsigned red = (unsigned)floor((200.0 * a + to * (255.0 - a)) / 255 + 0.5);
            unsigned green = (unsigned)floor((200.0 * a + (255.0 - to) * (255.0 - a)) / 255 + 0.5);
            assert_int_equal(c->pixels[0], 0xff000000 | red << 16 | green << 8 | red);
        }
    canvas_free(c);
}

static void draw_everything(struct canvas *c, int x, int y, int size) {
    const float half = (float)size / 2;
    const float fx = (float)x, fy = (float)y, fs = (float)size;
    const float kite[] = {fx + half, fy, fx + fs, fy + half, fx + half, fy + fs, fx, fy + half};
    struct rect r = rect_make(x, y, size, size);
    draw_fill(c, r, 0x80ffffff);
    draw_round(c, r, 7, WHITE);
    draw_frame(c, r, 5, 2, WHITE);
    draw_hatch(c, r, 6, WHITE);
    draw_dots(c, r, 5, WHITE);
    draw_line(c, fx, fy, fx + fs, fy + fs / 3, 3, WHITE);
    draw_polygon(c, kite, 4, WHITE);
    draw_circle(c, fx + half, fy + half, half, WHITE);
}

static void nothing_is_drawn_outside_the_clips(void **state) {
    (void)state;
    struct canvas *c = canvas_new(60, 60);
    struct rect both = {20, 25, 10, 15};
    canvas_clip(c, rect_make(10, 25, 20, 30));
    canvas_clip(c, rect_make(20, 5, 40, 35));
    for (int place = -200; place < 80; place += 7)
        draw_everything(c, place, place / 2, 150);
    canvas_unclip(c);
    canvas_unclip(c);
    for (int y = 0; y < c->h; y++)
        for (int x = 0; x < c->w; x++)
            if (!rect_has(both, x, y))
                assert_int_equal(at(c, x, y), BLACK);
    assert_true(light(c) > 100);
    draw_fill(c, rect_make(0, 0, 1, 1), WHITE);
    assert_int_equal(at(c, 0, 0), WHITE);
    canvas_free(c);
}

static void far_away_and_broken_shapes_are_harmless(void **state) {
    (void)state;
    struct canvas *c = canvas_new(30, 30);
    const float broken[] = {NAN, 0, 5, NAN, INFINITY, 9, -INFINITY, 3};
    draw_polygon(c, broken, 4, 0x01ffffff);
    draw_circle(c, NAN, 4, 3, 0x01ffffff);
    draw_circle(c, 4, 4, -1, WHITE);
    draw_line(c, 5, 5, 5, 5, 3, WHITE);
    draw_everything(c, INT32_MAX - 10, 4, 1000);
    draw_everything(c, INT32_MIN + 10, 4, 1000);
    draw_fill(c, rect_make(4, 4, -3, 5), WHITE);
    draw_frame(c, rect_make(4, 4, 0, 5), 2, 1, WHITE);
    assert_true(light(c) < 30 * 30 * 2 / 255.0);
    canvas_free(c);
}

static void huge_shapes_cover_the_canvas(void **state) {
    (void)state;
    struct canvas *c = canvas_new(30, 30);
    draw_fill(c, rect_make(INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX), WHITE);
    assert_true(light(c) == 0);
    const float around[] = {-1e7f, -1e7f, 1e7f, -1e7f, 1e7f, 1e7f, -1e7f, 1e7f};
    draw_polygon(c, around, 4, WHITE);
    assert_true(light(c) == 900);
    canvas_free(c);
}

static void round_corners_take_the_circles_area(void **state) {
    (void)state;
    struct canvas *c = canvas_new(60, 50);
    draw_round(c, rect_make(5, 5, 50, 40), 10, WHITE);
    assert_true(fabs(light(c) - (50 * 40 - (4 - 3.14159265) * 100)) < 2);
    assert_int_equal(at(c, 5, 5), BLACK);
    assert_int_equal(at(c, 5, 20), WHITE);
    assert_int_equal(at(c, 30, 44), WHITE);
    for (int y = 0; y < 50; y++) /* the same from either side */
        for (int x = 0; x < 60; x++)
            assert_int_equal(at(c, x, y), at(c, 59 - x, 49 - y));
    canvas_free(c);
}

static void radius_beyond_half_the_side_is_a_pill(void **state) {
    (void)state;
    struct canvas *c = canvas_new(60, 20);
    draw_round(c, rect_make(0, 0, 60, 20), 1000, WHITE);
    assert_true(fabs(light(c) - (40 * 20 + 3.14159265 * 100)) < 2);
    canvas_free(c);
}

static void frame_leaves_the_inside_alone(void **state) {
    (void)state;
    struct canvas *c = canvas_new(40, 40);
    draw_frame(c, rect_make(2, 2, 36, 36), 0, 3, WHITE);
    assert_true(light(c) == 36 * 36 - 30 * 30);
    assert_int_equal(at(c, 5, 5), BLACK);
    assert_int_equal(at(c, 4, 4), WHITE);
    draw_fill(c, rect_make(0, 0, 40, 40), BLACK);
    draw_frame(c, rect_make(2, 2, 36, 36), 8, 2, WHITE);
    double ring = 36 * 36 - 32 * 32 - (4 - 3.14159265) * (64 - 36);
    assert_true(fabs(light(c) - ring) < 2);
    canvas_free(c);
}

static void frame_blends_no_pixel_twice(void **state) {
    (void)state;
    struct canvas *c = canvas_new(20, 20);
    draw_frame(c, rect_make(0, 0, 20, 20), 0, 4, 0x80ffffff);
    for (int i = 0; i < 400; i++)
        assert_true(c->pixels[i] == BLACK || c->pixels[i] == 0xff808080);
    canvas_free(c);
}

static void frame_without_room_for_a_hole_is_filled(void **state) {
    (void)state;
    struct canvas *c = canvas_new(8, 8);
    draw_frame(c, rect_make(1, 1, 5, 1), 0, 1, WHITE);
    assert_true(light(c) == 5);
    draw_frame(c, rect_make(1, 3, 4, 4), 0, 3, WHITE);
    assert_true(light(c) == 5 + 16);
    canvas_free(c);
}

static void hatch_of_neighbours_lines_up(void **state) {
    (void)state;
    struct canvas *whole = canvas_new(50, 30);
    struct canvas *parts = canvas_new(50, 30);
    draw_hatch(whole, rect_make(0, 0, 50, 30), 8, WHITE);
    draw_hatch(parts, rect_make(0, 0, 13, 30), 8, WHITE);
    draw_hatch(parts, rect_make(13, 0, 37, 11), 8, WHITE);
    draw_hatch(parts, rect_make(13, 11, 37, 19), 8, WHITE);
    assert_memory_equal(whole->pixels, parts->pixels, 50 * 30 * sizeof *whole->pixels);
    assert_int_equal(at(whole, 8, 0), WHITE);
    assert_int_equal(at(whole, 7, 1), WHITE);
    assert_int_equal(at(whole, 4, 0), BLACK);
    canvas_free(whole);
    canvas_free(parts);
}

static void dots_of_neighbours_line_up(void **state) {
    (void)state;
    struct canvas *whole = canvas_new(50, 30);
    struct canvas *parts = canvas_new(50, 30);
    draw_dots(whole, rect_make(0, 0, 50, 30), 12, WHITE);
    draw_dots(parts, rect_make(0, 0, 13, 30), 12, WHITE);
    draw_dots(parts, rect_make(13, 0, 37, 30), 12, WHITE);
    assert_memory_equal(whole->pixels, parts->pixels, 50 * 30 * sizeof *whole->pixels);
    assert_true(light(whole) == 5 * 3 * 9 - 9); /* the last column's dots lose a third */
    canvas_free(whole);
    canvas_free(parts);
}

/* The mean place of the light, along x or along y. */
static double centre(const struct canvas *c, bool along_x) {
    double sum = 0;
    for (int y = 0; y < c->h; y++)
        for (int x = 0; x < c->w; x++)
            sum += ((along_x ? x : y) + 0.5) * (at(c, x, y) & 0xff) / 255.0;
    return sum / light(c);
}

static void polygon_covers_its_area_where_it_is(void **state) {
    (void)state;
    struct canvas *c = canvas_new(100, 100);
    const float triangle[] = {10.3f, 10.6f, 90.2f, 30.7f, 30.1f, 90.9f};
    draw_polygon(c, triangle, 3, WHITE);
    double area = fabs((90.2 - 10.3) * (90.9 - 10.6) - (30.1 - 10.3) * (30.7 - 10.6)) / 2;
    assert_true(fabs(light(c) - area) < 1.5);
    assert_true(fabs(centre(c, true) - (10.3 + 90.2 + 30.1) / 3) < 0.03);
    assert_true(fabs(centre(c, false) - (10.6 + 30.7 + 90.9) / 3) < 0.03);
    canvas_free(c);
}

static void polygon_on_pixel_edges_is_a_rectangle(void **state) {
    (void)state;
    struct canvas *c = canvas_new(20, 20);
    const float box[] = {15, 4, 15, 12, 3, 12, 3, 4};
    draw_polygon(c, box, 4, WHITE);
    for (int y = 0; y < 20; y++)
        for (int x = 0; x < 20; x++)
            assert_int_equal(at(c, x, y), rect_has(rect_make(3, 4, 12, 8), x, y) ? WHITE : BLACK);
    canvas_free(c);
}

static void polygons_that_share_an_edge_leave_no_seam(void **state) {
    (void)state;
    struct canvas *c = canvas_new(40, 40);
    const float left[] = {0, 0, 13.37f, 0, 27.1f, 40, 0, 40};
    const float right[] = {13.37f, 0, 40, 0, 40, 40, 27.1f, 40};
    draw_polygon(c, left, 4, WHITE);
    draw_polygon(c, right, 4, WHITE);
    for (int i = 0; i < 1600; i++) /* at worst a half of a half is missing */
        assert_true((c->pixels[i] & 0xff) >= 190);
    canvas_free(c);
}

static void line_is_as_long_and_wide_as_asked(void **state) {
    (void)state;
    struct canvas *c = canvas_new(100, 100);
    draw_line(c, 10, 20, 80, 75, 2.5f, WHITE);
    assert_true(fabs(light(c) - 2.5 * hypot(70, 55)) < 1.5);
    draw_fill(c, rect_make(0, 0, 100, 100), BLACK);
    draw_line(c, 10, 20, 60, 20, 2, WHITE);
    assert_int_equal(at(c, 30, 19), WHITE);
    assert_int_equal(at(c, 30, 20), WHITE);
    assert_int_equal(at(c, 30, 21), BLACK);
    canvas_free(c);
}

static void circle_covers_its_area(void **state) {
    (void)state;
    struct canvas *c = canvas_new(80, 80);
    draw_circle(c, 40.25f, 39.75f, 30, WHITE);
    assert_true(fabs(light(c) - 3.14159265 * 900) < 8);
    assert_int_equal(at(c, 40, 40), WHITE);
    assert_int_equal(at(c, 15, 15), BLACK);
    canvas_free(c);
}

static void colours_mix_between_their_ends(void **state) {
    (void)state;
    assert_int_equal(color_mix(0xff000000, 0xffff8040, 0), 0xff000000);
    assert_int_equal(color_mix(0xff000000, 0xffff8040, 1), 0xffff8040);
    assert_int_equal(color_mix(0xff000000, 0xffff8040, 0.5f), 0xff804020);
    assert_int_equal(color_mix(0xff000000, 0xffff8040, 7), 0xffff8040);
    assert_int_equal(color_mix(0xff112233, 0xffff8040, NAN), 0xff112233);
    assert_int_equal(color_alpha(0xff112233, 0x40), 0x40112233);
    assert_int_equal(color_alpha(0x00112233, 999), 0xff112233);
}

static void inset_never_turns_inside_out(void **state) {
    (void)state;
    struct rect r = rect_inset(rect_make(10, 20, 30, 8), 3);
    assert_int_equal(r.x, 13);
    assert_int_equal(r.w, 24);
    assert_int_equal(r.h, 2);
    r = rect_inset(rect_make(10, 20, 30, 8), 5);
    assert_int_equal(r.w, 20);
    assert_int_equal(r.h, 0);
}

static unsigned be32(const char *p) {
    const unsigned char *u = (const unsigned char *)p;
    return (unsigned)u[0] << 24 | (unsigned)u[1] << 16 | (unsigned)u[2] << 8 | u[3];
}

static void png_is_written_whole(void **state) {
    (void)state;
    char path[] = "/tmp/arenascope-draw-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct canvas *c = canvas_new(37, 21);
    draw_everything(c, 2, 2, 16);
    struct error err;
    assert_true(canvas_save_png(c, path, &err));
    struct strbuf png = {0};
    assert_true(file_read(path, &png, NULL, &err));
    assert_memory_equal(png.text, "\x89PNG\r\n\x1a\n", 8);
    assert_int_equal(be32(png.text + 16), 37);
    assert_int_equal(be32(png.text + 20), 21);
    assert_memory_equal(png.text + png.len - 8, "IEND", 4);
    sb_free(&png);
    canvas_free(c);
    unlink(path);
}

static void png_that_cannot_be_written_says_where(void **state) {
    (void)state;
    struct canvas *c = canvas_new(4, 4);
    struct error err = {{0}};
    assert_false(canvas_save_png(c, "/nowhere/at/all.png", &err));
    assert_non_null(strstr(err.text, "/nowhere/at/all.png"));
    canvas_free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fill_covers_exactly_its_rectangle),
        cmocka_unit_test(fill_blends_by_alpha_and_keeps_the_canvas_opaque),
        cmocka_unit_test(every_blend_is_exact_to_the_rounding),
        cmocka_unit_test(nothing_is_drawn_outside_the_clips),
        cmocka_unit_test(far_away_and_broken_shapes_are_harmless),
        cmocka_unit_test(huge_shapes_cover_the_canvas),
        cmocka_unit_test(round_corners_take_the_circles_area),
        cmocka_unit_test(radius_beyond_half_the_side_is_a_pill),
        cmocka_unit_test(frame_leaves_the_inside_alone),
        cmocka_unit_test(frame_blends_no_pixel_twice),
        cmocka_unit_test(frame_without_room_for_a_hole_is_filled),
        cmocka_unit_test(hatch_of_neighbours_lines_up),
        cmocka_unit_test(dots_of_neighbours_line_up),
        cmocka_unit_test(polygon_covers_its_area_where_it_is),
        cmocka_unit_test(polygon_on_pixel_edges_is_a_rectangle),
        cmocka_unit_test(polygons_that_share_an_edge_leave_no_seam),
        cmocka_unit_test(line_is_as_long_and_wide_as_asked),
        cmocka_unit_test(circle_covers_its_area),
        cmocka_unit_test(colours_mix_between_their_ends),
        cmocka_unit_test(inset_never_turns_inside_out),
        cmocka_unit_test(png_is_written_whole),
        cmocka_unit_test(png_that_cannot_be_written_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
