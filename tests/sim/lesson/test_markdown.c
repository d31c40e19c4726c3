/* Markdown: what is read into blocks and runs. */
#include "sim/lesson/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct markdown parse(const char *text) {
    return markdown_parse(text, strlen(text));
}

static void assert_run(const struct md_block *b, size_t i, enum md_style style, const char *text) {
    assert_true(i < b->run_count);
    const struct md_run *run = &b->runs[i];
    assert_int_equal(run->style, style);
    assert_int_equal(run->end - run->start, strlen(text));
    assert_memory_equal(b->text.text + run->start, text, strlen(text));
}

static void paragraphs_become_blocks_of_styled_runs(void **state) {
    (void)state;
    struct markdown md = parse("One `two` **three**\nfour *five*.\n\nSix.\n");
    assert_int_equal(md.count, 2);
    assert_string_equal(md.blocks[0].text.text, "One two three four five.");
    assert_int_equal(md.blocks[0].run_count, 7);
    assert_run(&md.blocks[0], 0, MD_PLAIN, "One ");
    assert_run(&md.blocks[0], 1, MD_CODE, "two");
    assert_run(&md.blocks[0], 2, MD_PLAIN, " ");
    assert_run(&md.blocks[0], 3, MD_STRONG, "three");
    assert_run(&md.blocks[0], 4, MD_PLAIN, " four ");
    assert_string_equal(md.blocks[1].text.text, "Six.");
    markdown_free(&md);
}

static void items_know_their_depth_and_number(void **state) {
    (void)state;
    struct markdown md = parse("- a\n- b\n\n  more of b\n    - c\n\n3. d\n4. e\n");
    static const struct {
        enum md_kind kind;
        unsigned depth, number;
        const char *text;
    } want[] = {{MD_ITEM, 1, 0, "a"}, {MD_ITEM, 1, 0, "b"}, {MD_PARAGRAPH, 1, 0, "more of b"},
        {MD_ITEM, 2, 0, "c"}, {MD_ITEM, 1, 3, "d"}, {MD_ITEM, 1, 4, "e"}};
    assert_int_equal(md.count, ARRAY_LEN(want));
    for (size_t i = 0; i < md.count; i++) {
        assert_int_equal(md.blocks[i].kind, want[i].kind);
        assert_int_equal(md.blocks[i].depth, want[i].depth);
        assert_int_equal(md.blocks[i].number, want[i].number);
        assert_string_equal(md.blocks[i].text.text, want[i].text);
    }
    markdown_free(&md);
}

static void entities_links_and_html_show_as_text(void **state) {
    (void)state;
    struct markdown md = parse("a &lt; b &amp; c; see [the page](http://x.example) <b>now</b>\n");
    assert_string_equal(md.blocks[0].text.text, "a < b & c; see the page <b>now</b>");
    markdown_free(&md);
}

static void what_prose_seldom_has_is_text_too(void **state) {
    (void)state;
    struct markdown md = parse("> quoted\n\n# Head\n\n- # item's head\n- x &copy; &ab; &nbsp;y\n");
    static const struct {
        enum md_kind kind;
        unsigned depth;
        const char *text;
    } want[] = {{MD_PARAGRAPH, 1, "quoted"}, {MD_HEADING, 0, "Head"},
        {MD_HEADING, 1, "item's head"}, {MD_ITEM, 1, "x &copy; &ab; \u00a0y"}};
    assert_int_equal(md.count, ARRAY_LEN(want));
    for (size_t i = 0; i < md.count; i++) {
        assert_int_equal(md.blocks[i].kind, want[i].kind);
        assert_int_equal(md.blocks[i].depth, want[i].depth);
        assert_string_equal(md.blocks[i].text.text, want[i].text);
    }
    markdown_free(&md);
}

static void lines_and_zero_bytes_are_kept_apart(void **state) {
    (void)state;
    struct markdown md = parse("one\\\ntwo\n");
    assert_string_equal(md.blocks[0].text.text, "one\ntwo");
    markdown_free(&md);
    md = markdown_parse("a\0b\n", 4);
    assert_string_equal(md.blocks[0].text.text, "a\ufffdb");
    markdown_free(&md);
}

static void plain_text_keeps_blocks_apart(void **state) {
    (void)state;
    struct markdown md = parse("Intro.\n\n- a\n- b\n\n1. c\n\n```\nx = 1\n  y\n```\n\nEnd.\n");
    struct strbuf text = {0};
    markdown_text(&md, &text);
    assert_string_equal(text.text, "Intro.\n\n• a\n• b\n1. c\n\nx = 1\n  y\n\nEnd.");
    sb_clear(&text);
    markdown_free(&md);
    md = parse("```\n\n```\n");
    markdown_text(&md, &text);
    assert_string_equal(text.text, "");
    sb_free(&text);
    markdown_free(&md);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_become_blocks_of_styled_runs),
        cmocka_unit_test(items_know_their_depth_and_number),
        cmocka_unit_test(entities_links_and_html_show_as_text),
        cmocka_unit_test(what_prose_seldom_has_is_text_too),
        cmocka_unit_test(lines_and_zero_bytes_are_kept_apart),
        cmocka_unit_test(plain_text_keeps_blocks_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
