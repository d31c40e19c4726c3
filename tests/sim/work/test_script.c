/* The script language: what its statements do, and what is said of broken ones. */
#include "sim/work/script.h"

#include "sim/base/limits.h"
#include "sim/work/opfile.h"

#include "tests/sim/scratch.h"
#include "tests/sim/work/optext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct op_source *parse(const char *text) {
    struct error err = {""};
    struct op_source *source = script_parse("t.arena", text, &err);
    if (!source)
        fail_msg("refused: %s", err.text);
    return source;
}

static void expect_ops_in(unsigned ptr_size, const char *text, const char *expected) {
    struct op_source *source = parse(text);
    struct strbuf got = {0};
    optext_run(source, ptr_size, &got);
    assert_string_equal(sb_text(&got), expected);
    sb_free(&got);
    source->destroy(source);
}

static void expect_ops(const char *text, const char *expected) {
    expect_ops_in(8, text, expected);
}

static void expect_error(const char *text, const char *expected) {
    struct error err = {""};
    struct op_source *source = script_parse("t.arena", text, &err);
    assert_null(source);
    assert_string_equal(err.text, expected);
}

/* Sizes of the allocations of `repeat count / alloc amount`. */
static uint64_t *sizes_of(const char *amount, size_t count) {
    struct strbuf text = {0};
    sb_printf(&text, "repeat %zu\nalloc %s\nend\n", count, amount);
    struct op_source *source = parse(text.text);
    uint64_t *sizes = xcalloc(count, sizeof *sizes);
    struct op op;
    struct error err;
    size_t n = 0;
    while (source->next(source, &op, &err))
        if (op.code == OP_ALLOC)
            sizes[n++] = op.size;
    assert_int_equal(n, count);
    source->destroy(source);
    sb_free(&text);
    return sizes;
}

/* --- What statements do --- */

static void init_comes_before_the_first_allocation(void **state) {
    (void)state;
    expect_ops("alloc 24\nalloc 1KiB\n", "init\nalloc 1 24\nalloc 2 1024\n");
    expect_ops("init\nphase begin\nalloc 8\n", "init\nnote begin\nalloc 1 8\n");
}

static void a_script_about_the_world_alone_still_starts_the_heap(void **state) {
    (void)state;
    expect_ops("take hints 2\n", "init\n");
    expect_ops("", "init\n");
}

static void a_name_assigned_again_drops_what_it_was(void **state) {
    (void)state;
    expect_ops("x = alloc 8\nx = alloc 16\ndrop x\nx = alloc 32\n",
        "init\nalloc 1 8\nalloc 2 16\ndrop 1\ndrop 2\nalloc 3 32\n");
}

static void types_are_laid_out_in_words_of_the_platform(void **state) {
    (void)state;
    static const char text[] = "type big = ptr word*10 ptr word\n"
                               "type tail = ptr byte*13\n"
                               "new big\nx = array tail 3\n";
    expect_ops_in(8, text, "init\ntyped 1 1x104 p..........p\ntyped 2 3x24 p\n");
    expect_ops_in(4, text, "init\ntyped 1 1x52 p..........p\ntyped 2 3x20 p\n");
}

static void a_type_of_bytes_alone_is_not_rounded(void **state) {
    (void)state;
    expect_ops("type b = byte*13\nnew b\narray b 2\n", "init\ntyped 1 1x13 \ntyped 2 2x13 \n");
}

static void an_array_of_nothing_is_an_object_of_no_bytes(void **state) {
    (void)state;
    expect_ops("type t = ptr\narray t 0\n", "init\nalloc 1 0\n");
}

static void words_are_named_by_number_or_label(void **state) {
    (void)state;
    expect_ops("type node = left:ptr right:ptr key:word\n"
               "a = new node\nb = new node\n"
               "a.right = b\na.0 = b+8\na.left = b+2 words\nb.right = nil\n",
        "init\ntyped 1 1x24 pp\ntyped 2 1x24 pp\n"
        "store 1.1 = 2\nstore 1.0 = 2+8\nstore 1.0 = 2+16\nnil 2.1\n");
}

static void roots_fills_and_drops_name_their_object(void **state) {
    (void)state;
    expect_ops("x = alloc 8\nroot x\nunroot x\nfill x\ndrop x\n",
        "init\nalloc 1 8\nroot 1\nunroot 1\nfill 1\ndrop 1\n");
}

static void a_ring_drops_the_oldest_when_it_is_full(void **state) {
    (void)state;
    expect_ops("keep r 2\nrepeat 3\nr[] = alloc 8\nend\n",
        "init\nalloc 1 8\nalloc 2 8\nalloc 3 8\ndrop 1\n");
}

static void a_dropped_slot_is_filled_without_a_drop(void **state) {
    (void)state;
    expect_ops("keep r 2\nr[] = alloc 8\nr[] = alloc 8\ndrop r[0]\nr[] = alloc 16\n",
        "init\nalloc 1 8\nalloc 2 8\ndrop 1\nalloc 3 16\n");
}

static void slots_are_counted_from_the_front_and_by_age(void **state) {
    (void)state;
    expect_ops("keep r 3\nrepeat 4\nr[] = alloc 8\nend\n"
               "fill r[0]\nfill r[-1]\nfill r[-2]\nfill r[-3]\n",
        "init\nalloc 1 8\nalloc 2 8\nalloc 3 8\nalloc 4 8\ndrop 1\n"
        "fill 4\nfill 4\nfill 3\nfill 2\n");
}

static void a_whole_ring_is_dropped_by_its_name(void **state) {
    (void)state;
    expect_ops("keep r 5\nrepeat 2\nr[] = alloc 8\nend\nroot r\ndrop r\n",
        "init\nalloc 1 8\nalloc 2 8\nroot 1\nroot 2\ndrop 1\ndrop 2\n");
}

static void handing_over_moves_the_object_and_drops_the_replaced_one(void **state) {
    (void)state;
    expect_ops("keep r 1\nr[] = alloc 8\nx = alloc 16\nr[] = x\nfill r[0]\nx = alloc 32\n",
        "init\nalloc 1 8\nalloc 2 16\ndrop 1\nfill 2\nalloc 3 32\n");
    expect_ops("x = alloc 8\ny = x\nfill y\nx = alloc 8\n", "init\nalloc 1 8\nfill 1\nalloc 2 8\n");
    expect_ops("x = alloc 8\nx = x\nfill x\n", "init\nalloc 1 8\nfill 1\n");
}

static void labels_go_with_an_object_that_is_handed_over(void **state) {
    (void)state;
    expect_ops(
        "type t = a:word b:ptr\nx = new t\ny = x\ny.b = nil\n", "init\ntyped 1 1x16 .p\nnil 1.1\n");
}

static void repeats_nest_and_count(void **state) {
    (void)state;
    expect_ops("repeat 2 as i\nrepeat 3 as j\nalloc j\nend\nalloc i\nend\n",
        "init\nalloc 1 0\nalloc 2 1\nalloc 3 2\nalloc 4 0\n"
        "alloc 5 0\nalloc 6 1\nalloc 7 2\nalloc 8 1\n");
}

static void a_repeat_of_none_is_skipped(void **state) {
    (void)state;
    expect_ops("repeat 0\nalloc 8\nend\nalloc 16\n", "init\nalloc 1 16\n");
}

static void the_variable_of_a_repeat_is_a_slot_and_a_word(void **state) {
    (void)state;
    expect_ops("keep r 2\ntype t = ptr*2\nx = new t\n"
               "repeat 2 as i\nr[i] = alloc 8\nx.i = r[i]\nend\n",
        "init\ntyped 1 1x16 pp\nalloc 2 8\nstore 1.0 = 2\nalloc 3 8\nstore 1.1 = 3\n");
}

static void comments_quotes_crlf_and_utf8_are_read(void **state) {
    (void)state;
    expect_ops("\xef\xbb\xbf# a comment\r\n\r\nphase \"\xe7\xac\xac 1 # \xe6\xad\xa5\" # said\r\n"
               "phase bare words # said\r\n\tgr\xc3\xb6\xc3\x9f"
               "e = alloc 8\r\n",
        "note \xe7\xac\xac 1 # \xe6\xad\xa5\nnote bare words\ninit\nalloc 1 8\n");
}

static void texts_and_names_are_in_any_letters(void **state) {
    (void)state;
    expect_ops("phase a\xe2\x82\xac\xf0\x9f\x98\x80\t \n_a_Z9 = alloc 8\n",
        "note a\xe2\x82\xac\xf0\x9f\x98\x80\ninit\nalloc 1 8\n");
}

static void operations_carry_their_line(void **state) {
    (void)state;
    struct op_source *source = parse("\n\nalloc 8\n");
    struct op op;
    struct error err;
    assert_true(source->next(source, &op, &err));
    assert_true(source->next(source, &op, &err));
    assert_int_equal(op.line, 3);
    assert_false(source->next(source, &op, &err));
    assert_string_equal(err.text, "");
    source->destroy(source);
}

/* --- Chance --- */

static void a_range_gives_all_its_numbers_and_no_other(void **state) {
    (void)state;
    uint64_t *sizes = sizes_of("3..6", 400), seen[8] = {0};
    for (size_t i = 0; i < 400; i++) {
        assert_in_range(sizes[i], 3, 6);
        seen[sizes[i]]++;
    }
    for (size_t i = 3; i <= 6; i++)
        assert_in_range(seen[i], 60, 140);
    free(sizes);
}

static void a_choice_gives_each_of_its_terms(void **state) {
    (void)state;
    uint64_t *sizes = sizes_of("16|4KiB|100..101", 600);
    unsigned small = 0, page = 0, other = 0;
    for (size_t i = 0; i < 600; i++) {
        small += sizes[i] == 16;
        page += sizes[i] == 4096;
        other += sizes[i] == 100 || sizes[i] == 101;
    }
    assert_int_equal(small + page + other, 600);
    assert_in_range(small, 150, 250);
    assert_in_range(page, 150, 250);
    free(sizes);
}

static void a_mean_is_met_and_small_ones_are_more_likely(void **state) {
    (void)state;
    enum { N = 20000 };
    uint64_t *sizes = sizes_of("~1000", N), sum = 0, below = 0;
    for (size_t i = 0; i < N; i++) {
        assert_true(sizes[i] > 0);
        sum += sizes[i];
        below += sizes[i] < 693; /* the median is mean * ln 2 */
    }
    assert_in_range(sum / N, 970, 1030);
    assert_in_range(below, N / 2 - 400, N / 2 + 400);
    free(sizes);
}

static void a_random_slot_holds_an_object(void **state) {
    (void)state;
    struct op_source *source = parse("keep r 10\nrepeat 10\nr[] = alloc 8\nend\n"
                                     "repeat 10\ndrop r[?]\nend\n");
    struct op op;
    struct error err;
    bool dropped[11] = {false};
    unsigned drops = 0;
    while (source->next(source, &op, &err))
        if (op.code == OP_DROP) {
            assert_false(dropped[op.id]);
            dropped[op.id] = true;
            drops++;
        }
    assert_string_equal(err.text, "");
    assert_int_equal(drops, 10);
    source->destroy(source);
}

static void rewound_the_same_operations_come_again(void **state) {
    (void)state;
    struct op_source *source = parse("keep r 20\nrepeat 100\nr[] = alloc ~64|8..512\nend\n"
                                     "repeat 30\nfill r[?]\nr[?] = alloc 1..9\nend\n");
    struct strbuf once = {0}, again = {0};
    optext_run(source, 8, &once);
    optext_run(source, 8, &again);
    assert_string_equal(once.text, again.text);
    source->destroy(source);
    sb_free(&once);
    sb_free(&again);
}

static void random_restarts_the_generator(void **state) {
    (void)state;
    struct op_source *source = parse("repeat 2\nrandom 7\nrepeat 5\nalloc 0..1000000\nend\nend\n");
    uint64_t sizes[10] = {0};
    struct op op;
    struct error err;
    size_t n = 0;
    while (source->next(source, &op, &err))
        if (op.code == OP_ALLOC)
            sizes[n++] = op.size;
    assert_int_equal(n, 10);
    assert_memory_equal(sizes, sizes + 5, 5 * sizeof *sizes);
    assert_int_not_equal(sizes[0], sizes[1]);
    source->destroy(source);
}

/* --- The world --- */

static void lines_about_the_world_change_the_environment(void **state) {
    (void)state;
    struct op_source *source = parse("take hints 2\ntake 0x12340000 1MiB\nlimit 512MiB\n"
                                     "title A world\nlimit memory 64MiB\nbrk 0x500000\n"
                                     "image 0x400000\npage 16KiB\nelsewhere on\nseed 3 4\n"
                                     "provider model\nplatform linux/arm64\n");
    struct environment env = {.platform = platform_find("linux/386")};
    assert_true(script_environment(source, &env));
    assert_string_equal(env.platform->name, "linux/arm64");
    assert_int_equal(env.provider, PROVIDER_MODEL);
    assert_int_equal(env.model.taken_count, 3);
    assert_int_equal(env.model.taken[0].addr, UINT64_C(0x4000000000));
    assert_int_equal(env.model.taken[1].addr, UINT64_C(0x14000000000));
    assert_int_equal(env.model.taken[1].size, 65536);
    assert_int_equal(env.model.taken[2].addr, 0x12340000);
    assert_int_equal(env.model.taken[2].size, MiB(1));
    assert_int_equal(env.model.address_limit, MiB(512));
    assert_int_equal(env.model.memory_limit, MiB(64));
    assert_int_equal(env.model.brk, 0x500000);
    assert_int_equal(env.model.image_end, 0x400000);
    assert_int_equal(env.model.phys_page_size, KiB(16));
    assert_true(env.model.ignores_hints);
    assert_int_equal(env.seed[0], 3);
    assert_int_equal(env.seed[1], 4);
    assert_string_equal(script_title(source), "A world");
    env_free(&env);
    source->destroy(source);
}

static void what_a_script_does_not_mention_stays(void **state) {
    (void)state;
    struct op_source *source = parse("page none\n");
    struct environment env = {.platform = platform_find("linux/386"), .seed = {8, 9}};
    env.model.brk = 77;
    assert_true(script_environment(source, &env));
    assert_true(env.model.no_page_size);
    assert_string_equal(env.platform->name, "linux/386");
    assert_int_equal(env.model.brk, 77);
    assert_int_equal(env.seed[1], 9);
    assert_null(script_title(source));
    source->destroy(source);
}

static void what_is_taken_twice_is_taken(void **state) {
    (void)state;
    struct op_source *source = parse("take 0x10000\ntake 0x10000\n");
    struct environment env = {.platform = platform_find("linux/386")};
    assert_true(script_environment(source, &env));
    assert_int_equal(env.model.taken_count, 1);
    env_free(&env);
    source->destroy(source);
}

static void platforms_of_32_bits_have_no_hints_to_take(void **state) {
    (void)state;
    struct op_source *source = parse("platform linux/386\ntake hints 5\n");
    struct environment env = {.platform = platform_find("linux/amd64")};
    assert_true(script_environment(source, &env));
    assert_int_equal(env.model.taken_count, 0);
    source->destroy(source);
}

/* --- Broken scripts --- */

#define SIXTEEN           "0123456789abcdef"
#define LONG_WORD         "a" SIXTEEN SIXTEEN SIXTEEN SIXTEEN
#define MOST_OF_LONG_WORD "a" SIXTEEN SIXTEEN SIXTEEN "0123456789abcde"

static void broken_lines_are_refused_with_file_and_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"alloc 8\n\nalloc\n",
            "t.arena:3: expected a size at the end of the line; write: alloc SIZE"},
        {"alloc 12qq", "t.arena:1: \"12qq\" is no number; expected a size such as 512, 0x200 or "
                       "64KiB"},
        {"alloc 8 9", "t.arena:1: expected nothing more at \"9\"; write: alloc SIZE"},
        {"alloc 9..8", "t.arena:1: the range 9..8 is empty; expected the smaller first"},
        {"alloc ~0", "t.arena:1: a mean of 0; expected 1 to 4294967295"},
        {"alloc i", "t.arena:1: \"i\" is unknown here; expected the variable of a repeat around "
                    "it"},
        {"take 0xffffffffffffffff 2", "t.arena:1: 0x2 bytes at 0xffffffffffffffff; expected a "
                                      "range inside the address space"},
        {"take hints 129", "t.arena:1: there are not 129 hints; expected 0 to 128"},
        {"provider cloud", "t.arena:1: expected host or model at \"cloud\"; write: provider "
                           "host|model"},
        {"alloc 8\nseed 1 2", "t.arena:2: \"seed\" after an operation; expected it before the "
                              "first one"},
        {"seed 1 4294967296",
            "t.arena:1: a seed is two words of 32 bits; expected at most 4294967295"},
        {"type t = ptr byte word", "t.arena:1: words after bytes; expected the bytes at the end "
                                   "of the type"},
        {"type t = long", "t.arena:1: \"long\" is no kind of word; expected ptr, word or byte"},
        {"type t = ptr*70000", "t.arena:1: a type of so many parts; expected 1 to 65536"},
        {"type t = a:ptr a:word", "t.arena:1: the label \"a\" comes twice; expected another"},
        {"type alloc = ptr",
            "t.arena:1: \"alloc\" is a word of the language; expected another name"},
        {"x = alloc 8\nkeep x 9",
            "t.arena:2: \"x\" is already something else; expected another name"},
        {"keep r 0", "t.arena:1: 0 slots; expected 1 to 1000000"},
        {"keep r 4\nr = alloc 8", "t.arena:2: \"r\" has many slots; expected r[] = ..."},
        {"keep r 4\nfill r[4]", "t.arena:2: \"r\" has no such slot; expected 0..3 or -1..-4"},
        {"keep r 4\nfill r[-5]", "t.arena:2: \"r\" has no such slot; expected 0..3 or -1..-4"},
        {"keep r 4\nfill r[]",
            "t.arena:2: \"r\" holds many objects; expected one: r[?], r[-1] or r[0]"},
        {"x = alloc 8\nx[1] = alloc 8",
            "t.arena:2: \"x\" is one object; expected a name declared by keep before ["},
        {"drop y", "t.arena:1: nothing is called \"y\"; expected a name assigned on a line above"},
        {"y.1 = nil", "t.arena:1: nothing is called \"y\"; expected a name assigned or declared "
                      "by keep above"},
        {"x = new t", "t.arena:1: no type is called \"t\"; expected one of a type line above"},
        {"x = 8", "t.arena:1: expected alloc, new, array or an object's name at \"8\"; write: "
                  "NAME = alloc SIZE, NAME = new TYPE, NAME = array TYPE COUNT or NAME = OTHER"},
        {"alloc ~4294967296", "t.arena:1: a mean of 4294967296; expected 1 to 4294967295"},
        {"keep r 4\nfill r[-0]", "t.arena:2: \"r\" has no such slot; expected 0..3 or -1..-4"},
        {"type t = ptr*0", "t.arena:1: a type of so many parts; expected 1 to 65536"},
        {"type t = word ptr*18446744073709551615",
            "t.arena:1: a type of so many parts; expected 1 to 65536"},
        {"keep r 1000001", "t.arena:1: 1000001 slots; expected 1 to 1000000"},
        {"repeat 2\ninit",
            "t.arena:2: init happens once, before the first allocation and outside repeat"},
        {"advance 31622401", "t.arena:1: 31622401 seconds are too long; expected at most a year"},
        {"repeat 3 as alloc",
            "t.arena:1: \"alloc\" is a word of the language; expected another name"},
        {"alloc = alloc 8",
            "t.arena:1: \"alloc\" is a word of the language; expected another name"},
        {"alloc[0] = alloc 8", "t.arena:1: expected a size at \"[\"; write: alloc SIZE"},
        {"nil = alloc 8", "t.arena:1: \"nil\" is a word of the language; expected another name"},
        {"type t = ptr\nt = alloc 8",
            "t.arena:2: \"t\" is already something else; expected another name"},
        {"repeat 3 as i\ni = alloc 8",
            "t.arena:2: \"i\" is already something else; expected another name"},
        {"x = alloc 8\nx.0 = x+1099511627777",
            "t.arena:2: an offset of 1099511627777; expected one inside the object"},
        {"take 4096 0",
            "t.arena:1: 0x0 bytes at 0x1000; expected a range inside the address space"},
        {"seed 4294967296 1",
            "t.arena:1: a seed is two words of 32 bits; expected at most 4294967295"},
        {"alloc 8 " LONG_WORD,
            "t.arena:1: expected nothing more at \"" MOST_OF_LONG_WORD "\"; write: alloc SIZE"},
        {"alloc " LONG_WORD,
            "t.arena:1: \"a0123456789abcde...\" is too long; expected at most 63 bytes"},
        {"alloc 0x" LONG_WORD,
            "t.arena:1: \"0xa0123456789abc...\" is too long; expected at most 63 bytes"},
        {"phase \x7f", "t.arena:1: byte 0x7f is no text; expected UTF-8"},
        {"phase \x80", "t.arena:1: byte 0x80 is no text; expected UTF-8"},
        {"phase \xf5", "t.arena:1: byte 0xf5 is no text; expected UTF-8"},
        {"phase \xf0\x9f\x98", "t.arena:1: byte 0xf0 is no text; expected UTF-8"},
        {"x = alloc 8\nx.up = nil", "t.arena:2: no type has a word labelled \"up\"; expected a "
                                    "label or a word number"},
        {"alloc 8\ninit",
            "t.arena:2: init happens once, before the first allocation and outside repeat"},
        {"alloc 8\nend", "t.arena:2: an end too many; expected a repeat above it"},
        {"repeat 3\nrandom 1\nend",
            "t.arena:3: nothing happens in this repeat; expected an operation"},
        {"\nrepeat 3\nalloc 8\n", "t.arena:2: this repeat has no end; expected one below it"},
        {"repeat 1000000001\n", "t.arena:1: a repeat of 1000000001; expected at most 1000000000"},
        {"phase \"open", "t.arena:1: expected \"\"\" at the end of the line; write: phase "
                         "\"TEXT\""},
        {"[", "t.arena:1: expected a command or a name at \"[\""},
        {"alloc 8\n\x01", "t.arena:2: byte 0x01 is no text; expected UTF-8"},
        {"phase \xc3(", "t.arena:1: byte 0xc3 is no text; expected UTF-8"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_error(cases[i].text, cases[i].error);
}

/* Lines after what they need: `x` a `t`, `r` of four slots, inside a repeat that counts i. */
static const char before_lines[] = "keep r 4\ntype t = a:ptr b:word\nx = new t\nr[] = alloc 8\n"
                                   "repeat 2 as i\nalloc 8\n";

static struct op_source *parse_among(
    const char *before, const char *line, int len, const char *more, struct error *err) {
    struct strbuf text = {0};
    sb_printf(&text, "%s%.*s%s\n%s", before, len, line, more, *before ? "end\n" : "");
    struct op_source *source = script_parse("t.arena", text.text, err);
    sb_free(&text);
    return source;
}

/* Whole it is read; cut at any byte, or with something strange behind any, it is read or refused
 * with one line that names it. */
static void expect_cuts_are_told(const char *before, const char *line) {
    static const char *const more[] = {"", " $", "$", "9z", " 9z", " zz"};
    struct error err = {""};
    struct op_source *source = parse_among(before, line, (int)strlen(line), "", &err);
    if (!source) {
        fail_msg("`%s` is refused: %s", line, err.text);
        return;
    }
    source->destroy(source);
    for (int len = 0; line[len]; len++)
        for (size_t m = 0; m < ARRAY_LEN(more); m++) {
            source = parse_among(before, line, len, more[m], &err);
            if (source)
                source->destroy(source);
            else if (strncmp(err.text, "t.arena:", 8) != 0 || strchr(err.text, '\n'))
                fail_msg("`%.*s%s`: %s", len, line, more[m], err.text);
        }
    assert_null(parse_among(before, line, (int)strlen(line), " $", &err));
}

static void lines_cut_anywhere_are_refused_or_read(void **state) {
    static const char *const world[] = {"title \"A world\"", "platform \"linux/386\"",
        "provider host", "provider model", "take hints 3", "take 0x1000 4KiB", "limit 1GiB",
        "limit memory 1GiB", "brk 0x1000", "image 0x1000", "page 4096", "page none", "elsewhere on",
        "elsewhere off", "seed 1 2"};
    static const char *const operations[] = {"type u = a:ptr*2 word byte*3", "keep k 9",
        "y = alloc 1..9|~5|i", "y = new t", "y = array t 1..2", "alloc 8..9", "new t", "array t 3",
        "r[] = alloc 8", "r[?] = alloc i", "r[0] = x", "r[-1] = r[1]", "r[i] = alloc 8", "y = x",
        "x.a = r[0]+8", "x.b = x+1 words", "x.0 = r[i]", "x.i = nil", "r[0].a = nil", "drop r",
        "drop r[?]", "fill x", "root r[-1]", "unroot r[i]", "phase \"one\"", "collect lazily",
        "sweep", "scavenge", "gogc off", "gogc 50", "advance 60", "ps 3", "on 0", "interleave off",
        "interleave 7", "precise off", "random 5", "end\nrepeat 1..3 as j\nalloc 8"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(world); i++)
        expect_cuts_are_told("", world[i]);
    for (size_t i = 0; i < ARRAY_LEN(operations); i++)
        expect_cuts_are_told(before_lines, operations[i]);
}

static void collections_and_what_goes_with_them_become_operations(void **state) {
    (void)state;
    expect_ops("precise on\ncollect\ncollect lazily\nsweep\nscavenge\nprecise off\n",
        "init\nprecise 1\ncollect\ncollect lazily\nsweep one\nscavenge\nprecise 0\n");
    expect_error("precise\n", "t.arena:1: precise needs a value; expected on or off");
}

static void who_does_it_becomes_operations(void **state) {
    (void)state;
    expect_ops("ps 3\non 2\nalloc 8\ninterleave 9\ninterleave off\n",
        "init\nps 3\non 2\nalloc 1 8\ninterleave 9\ninterleave 18446744073709551615\n");
    expect_error("ps 0\n", "t.arena:1: 0 P's cannot be; expected 1 to 8");
    expect_error("ps 9\n", "t.arena:1: 9 P's cannot be; expected 1 to 8");
    expect_error("on\n", "t.arena:1: expected a P's number at the end of the line; write: on P");
}

static void an_unknown_command_lists_the_known_ones(void **state) {
    (void)state;
    struct error err = {""};
    assert_null(script_parse("t.arena", "alloc 8\ncompact\n", &err));
    assert_non_null(strstr(err.text, "t.arena:2: unknown command \"compact\"; expected one of "));
    assert_non_null(strstr(err.text, "repeat, end, or NAME = ..."));
}

static void an_unknown_platform_lists_the_known_ones(void **state) {
    (void)state;
    struct error err = {""};
    assert_null(script_parse("t.arena", "platform vms/vax\n", &err));
    assert_non_null(strstr(err.text, "t.arena:1: no platform is called \"vms/vax\""));
    assert_non_null(strstr(err.text, "linux/amd64"));
}

static void repeats_that_nest_too_deeply_are_refused(void **state) {
    (void)state;
    struct strbuf text = {0};
    for (int i = 0; i < 17; i++)
        sb_puts(&text, "repeat 1\n");
    expect_error(text.text, "t.arena:17: repeats inside repeats; expected at most 16");
    sb_free(&text);
}

/* begin, count lines of the format with their number, and what is said of them all. */
static void expect_too_many(const char *begin, const char *line, int count, const char *expected) {
    struct strbuf text = {0};
    sb_puts(&text, begin);
    for (int i = 0; i < count; i++)
        sb_printf(&text, line, i); // NOLINT: formats of this file
    expect_error(text.text, expected);
    sb_free(&text);
}

static void more_than_there_can_be_is_refused(void **state) {
    (void)state;
    expect_too_many("", "o%d = alloc 8\n", SCRIPT_MAX_NAMES + 1,
        "t.arena:1001: too many objects, types and labels; expected at most 1000");
    expect_too_many("", "type t%d = word\n", SCRIPT_MAX_NAMES + 1,
        "t.arena:1001: too many objects, types and labels; expected at most 1000");
    expect_too_many("type t =", " l%d:word", SCRIPT_MAX_NAMES,
        "t.arena:1: too many objects, types and labels; expected at most 1000");
    expect_too_many(
        "", "keep r%d 1000000\n", 11, "t.arena:11: more slots in all; expected at most 10000000");
    expect_too_many("", "take 0x%x000000 4096\n", LIMIT_TAKEN + 1,
        "t.arena:1025: too many taken ranges; expected at most 1024");
    expect_too_many(
        "", "take hints 128\n", 9, "t.arena:9: too many taken ranges; expected at most 1024");
}

static void expect_read(const char *text) {
    struct op_source *source = parse(text);
    source->destroy(source);
}

static void large_scripts_and_long_lines_are_refused(void **state) {
    (void)state;
    char *text = xmalloc(LIMIT_SCRIPT + 2);
    memset(text, '#', LIMIT_SCRIPT + 1);
    text[LIMIT_SCRIPT + 1] = '\0';
    expect_error(text, "t.arena: is larger than 16 MiB, the most of a script");
    for (size_t i = 99; i < LIMIT_SCRIPT; i += 100)
        text[i] = '\n';
    text[LIMIT_SCRIPT] = '\0';
    expect_read(text);
    memset(text, ' ', LIMIT_LINE);
    memcpy(text + LIMIT_LINE, "\nalloc 8", 9);
    expect_read(text);
    text[LIMIT_LINE] = ' ';
    expect_error(text, "t.arena:1: a line of 1048584 bytes; expected at most 1048576");
    free(text);
}

static void what_goes_wrong_in_the_run_names_its_line(void **state) {
    (void)state;
    expect_ops("x = alloc 8\ndrop x\nfill x\n",
        "init\nalloc 1 8\ndrop 1\n"
        "error: t.arena:3: x holds no object now; expected one assigned and not dropped\n");
    expect_ops("keep r 4\nr[] = alloc 8\nfill r[-2]\n",
        "init\nalloc 1 8\n"
        "error: t.arena:3: r[-2] holds no object now; expected one assigned and not dropped\n");
    expect_ops("keep r 4\nr[] = alloc 8\nfill r[1]\n",
        "init\nalloc 1 8\n"
        "error: t.arena:3: r[1] holds no object now; expected one assigned and not dropped\n");
    expect_ops("x = alloc 8\ndrop x\ny = x\n",
        "init\nalloc 1 8\ndrop 1\n"
        "error: t.arena:3: x holds no object now; expected one assigned and not dropped\n");
    expect_ops("x = alloc 8\ndrop x\nx.0 = nil\n",
        "init\nalloc 1 8\ndrop 1\n"
        "error: t.arena:3: x holds no object now; expected one assigned and not dropped\n");
    expect_ops("x = alloc 8\ny = alloc 8\ndrop y\nx.0 = y\n",
        "init\nalloc 1 8\nalloc 2 8\ndrop 2\n"
        "error: t.arena:4: y holds no object now; expected one assigned and not dropped\n");
    expect_ops("keep r 1\nrepeat 2 as i\nx = alloc 8\nr[i] = x\nend\n",
        "init\nalloc 1 8\nalloc 2 8\nerror: t.arena:4: r[1]; expected 0..0\n");
    expect_ops("keep r 4\ndrop r[?]\n",
        "error: t.arena:2: r[?] while r is empty; expected an object there\n");
    expect_ops("keep r 4\ndrop r\n", "error: t.arena:2: r is empty; expected objects there\n");
    expect_ops("keep r 1\nrepeat 2 as i\nr[i] = alloc 8\nend\n",
        "init\nalloc 1 8\nerror: t.arena:3: r[1]; expected 0..0\n");
    expect_ops("type t = a:ptr\nx = alloc 8\nx.a = nil\n",
        "init\nalloc 1 8\nerror: t.arena:3: this object has no word labelled \"a\"; expected a "
        "label of its type\n");
}

static void a_run_that_does_nothing_for_ever_is_stopped(void **state) {
    (void)state;
    struct op_source *source = parse("repeat 1000000000\nrepeat 1000000000\nrepeat 0\n"
                                     "alloc 8\nend\nend\nend\n");
    struct op op;
    struct error err = {""};
    assert_false(source->next(source, &op, &err));
    assert_non_null(strstr(err.text, "nothing happens in 10000000 turns"));
    assert_false(source->next(source, &op, &err));
    source->destroy(source);
}

/* --- From outside --- */

static uint32_t object(
    const struct op_source *source, const char *name, bool indexed, int64_t index) {
    struct error err = {""};
    uint32_t id = 0;
    if (!script_object(source, name, indexed, index, &id, &err))
        fail_msg("%s", err.text);
    return id;
}

static void no_object(const struct op_source *source, const char *name, bool indexed, int64_t index,
    const char *expected) {
    struct error err = {""};
    uint32_t id = 0;
    assert_false(script_object(source, name, indexed, index, &id, &err));
    assert_string_equal(err.text, expected);
}

static void objects_are_found_by_what_the_script_calls_them(void **state) {
    (void)state;
    struct op_source *source = parse("keep r 3\nx = alloc 8\nrepeat 4\nr[] = alloc 8\nend\n"
                                     "y = alloc 8\ndrop y\n");
    struct strbuf ops = {0};
    optext_run(source, 8, &ops);
    assert_int_equal(object(source, "x", false, 0), 1);
    assert_int_equal(object(source, "r", true, 0), 5);
    assert_int_equal(object(source, "r", true, 2), 4);
    assert_int_equal(object(source, "r", true, -1), 5);
    assert_int_equal(object(source, "r", true, -3), 3);
    no_object(source, "z", false, 0, "`z` is no object of the script");
    no_object(source, "y", false, 0, "`y` holds no object at this moment");
    no_object(source, "x", true, 0, "`x` is one object, expected it without [...]");
    no_object(
        source, "r", false, 0, "`r` keeps several objects, expected one of them, such as r[0]");
    no_object(source, "r", true, 3, "`r[3]`; expected r[0] to r[2], or from -1 backwards");
    no_object(source, "r", true, -4, "`r[-4]`; expected r[0] to r[2], or from -1 backwards");
    source->destroy(source);
    sb_free(&ops);
}

static void what_is_no_script_has_no_objects_title_or_world(void **state) {
    (void)state;
    struct environment env = {.platform = platform_find("linux/386")};
    struct error err = {""};
    struct op_source *source = opfile_parse("t.ops", "> init\n> a 1 8\n", &err);
    assert_non_null(source);
    assert_false(script_is(source) || script_in_console(source));
    assert_null(script_title(source));
    assert_false(script_environment(source, &env));
    no_object(source, "x", false, 0, "`x` is no object of the script");
    script_forget(source); /* nothing */
    source->destroy(source);
}

static void objects_have_numbers_of_32_bits(void **state) {
    (void)state;
    struct op_source *console = script_console(UINT32_MAX - 2);
    struct error err = {""};
    struct op op;
    assert_true(script_feed(console, "alloc 8\nalloc 8\n", &err));
    assert_true(console->next(console, &op, &err));
    assert_int_equal(op.id, UINT32_MAX - 1);
    assert_false(console->next(console, &op, &err));
    assert_string_equal(
        err.text, "console:2: more than 4294967294 objects; expected a shorter run");
    script_forget(console);
    assert_true(script_feed(console, "phase over", &err)); /* the line after */
    assert_true(console->next(console, &op, &err));
    assert_int_equal(op.line, 3);
    console->destroy(console);
}

/* --- Files --- */

static void files_are_read_plain_and_compressed(void **state) {
    (void)state;
    static const char text[] = "title From a file\nalloc 8\n";
    struct scratch scratch;
    struct error err = {""};
    scratch_begin(&scratch);
    struct op_source *plain =
        script_open(scratch_file(&scratch, "a.arena", text, strlen(text)), &err);
    assert_non_null(plain);
    assert_string_equal(plain->name, scratch.path);
    struct op_source *packed =
        script_open(scratch_gzip(&scratch, "b.arena.gz", text, strlen(text), 0), &err);
    assert_string_equal(script_title(packed), "From a file");
    plain->destroy(plain);
    packed->destroy(packed);
    scratch_end(&scratch);
}

static void files_that_are_not_there_or_no_text_are_refused(void **state) {
    (void)state;
    struct scratch scratch;
    struct error err = {""};
    scratch_begin(&scratch);
    assert_null(script_open("/nonexistent/x.arena", &err));
    assert_non_null(strstr(err.text, "/nonexistent/x.arena: cannot open: No such file"));
    assert_null(script_open(scratch_file(&scratch, "z.arena", "alloc 8\0\n", 9), &err));
    assert_non_null(strstr(err.text, "z.arena: has zero bytes; expected a script in UTF-8"));
    scratch_end(&scratch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_comes_before_the_first_allocation),
        cmocka_unit_test(a_script_about_the_world_alone_still_starts_the_heap),
        cmocka_unit_test(a_name_assigned_again_drops_what_it_was),
        cmocka_unit_test(types_are_laid_out_in_words_of_the_platform),
        cmocka_unit_test(a_type_of_bytes_alone_is_not_rounded),
        cmocka_unit_test(an_array_of_nothing_is_an_object_of_no_bytes),
        cmocka_unit_test(words_are_named_by_number_or_label),
        cmocka_unit_test(roots_fills_and_drops_name_their_object),
        cmocka_unit_test(a_ring_drops_the_oldest_when_it_is_full),
        cmocka_unit_test(a_dropped_slot_is_filled_without_a_drop),
        cmocka_unit_test(slots_are_counted_from_the_front_and_by_age),
        cmocka_unit_test(a_whole_ring_is_dropped_by_its_name),
        cmocka_unit_test(handing_over_moves_the_object_and_drops_the_replaced_one),
        cmocka_unit_test(labels_go_with_an_object_that_is_handed_over),
        cmocka_unit_test(repeats_nest_and_count),
        cmocka_unit_test(a_repeat_of_none_is_skipped),
        cmocka_unit_test(the_variable_of_a_repeat_is_a_slot_and_a_word),
        cmocka_unit_test(comments_quotes_crlf_and_utf8_are_read),
        cmocka_unit_test(texts_and_names_are_in_any_letters),
        cmocka_unit_test(operations_carry_their_line),
        cmocka_unit_test(a_range_gives_all_its_numbers_and_no_other),
        cmocka_unit_test(a_choice_gives_each_of_its_terms),
        cmocka_unit_test(a_mean_is_met_and_small_ones_are_more_likely),
        cmocka_unit_test(a_random_slot_holds_an_object),
        cmocka_unit_test(rewound_the_same_operations_come_again),
        cmocka_unit_test(random_restarts_the_generator),
        cmocka_unit_test(lines_about_the_world_change_the_environment),
        cmocka_unit_test(what_a_script_does_not_mention_stays),
        cmocka_unit_test(what_is_taken_twice_is_taken),
        cmocka_unit_test(platforms_of_32_bits_have_no_hints_to_take),
        cmocka_unit_test(broken_lines_are_refused_with_file_and_line),
        cmocka_unit_test(lines_cut_anywhere_are_refused_or_read),
        cmocka_unit_test(collections_and_what_goes_with_them_become_operations),
        cmocka_unit_test(who_does_it_becomes_operations),
        cmocka_unit_test(an_unknown_command_lists_the_known_ones),
        cmocka_unit_test(an_unknown_platform_lists_the_known_ones),
        cmocka_unit_test(repeats_that_nest_too_deeply_are_refused),
        cmocka_unit_test(more_than_there_can_be_is_refused),
        cmocka_unit_test(large_scripts_and_long_lines_are_refused),
        cmocka_unit_test(what_goes_wrong_in_the_run_names_its_line),
        cmocka_unit_test(a_run_that_does_nothing_for_ever_is_stopped),
        cmocka_unit_test(objects_are_found_by_what_the_script_calls_them),
        cmocka_unit_test(what_is_no_script_has_no_objects_title_or_world),
        cmocka_unit_test(objects_have_numbers_of_32_bits),
        cmocka_unit_test(files_are_read_plain_and_compressed),
        cmocka_unit_test(files_that_are_not_there_or_no_text_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
