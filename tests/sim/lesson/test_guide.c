/*
 * The guide to the built-in workloads: every figure that its pages tell is measured on the workload
 * and looked for in the page, in each language. A figure in a page that nothing here measures is a
 * failure.
 */
#include "sim/base/data.h"
#include "sim/base/file.h"
#include "sim/lesson/pages.h"
#include "sim/work/workload.h"

#include <ctype.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- Measuring --- */

/* What a run showed. */
struct seen {
    uint64_t objects, taken;        /* allocated; bytes with what rounding takes */
    uint64_t tiny_most, tiny_block; /* bytes: the largest that shared a block; a block */
    uint64_t small_most,
        large_least; /* bytes: the largest with a size class, the smallest without */
    uint64_t treap_least, list_most;            /* pages of free runs there */
    uint64_t ps, collections, first_collection; /* the number of the event */
    uint64_t live, inuse;                       /* bytes, in the end */
    uint64_t arena;                             /* bytes reserved for it at the start */
    uint64_t events, slots_of_2k;               /* ... in a span */
};

static void see_object(struct seen *s, const struct event *ev) {
    uint64_t asked = ev->b, taken = ev->c & 0xffffffff;
    s->objects++;
    s->taken += taken;
    if (asked < TINY_SIZE && (ev->w & 0xff) == TINY_SPAN_CLASS) {
        s->tiny_most = asked > s->tiny_most ? asked : s->tiny_most;
        s->tiny_block = taken > s->tiny_block ? taken : s->tiny_block;
    }
    if ((ev->w & 0xff) > 1)
        s->small_most = asked > s->small_most ? asked : s->small_most;
    else
        s->large_least = asked < s->large_least ? asked : s->large_least;
}

static void see_event(struct seen *s, const struct replica *r, const struct event *ev) {
    uint64_t pages;
    switch (ev->kind) {
    case EV_OBJECT: see_object(s, ev); break;
    case EV_MARKED: s->first_collection = s->collections++ ? s->first_collection : r->seq; break;
    case EV_TREAP_LEAF:
        pages = replica_span(r, ev->x)->npages;
        s->treap_least = pages < s->treap_least ? pages : s->treap_least;
        break;
    case EV_LIST_PUSH:
        pages = replica_span(r, ev->x)->npages;
        if (ev->w < LIST_BUSY && pages > s->list_most)
            s->list_most = pages;
        break;
    case EV_SPAN_SET:
        if (replica_span(r, ev->x)->elemsize == KiB(2) && replica_span(r, ev->x)->nelems)
            s->slots_of_2k = replica_span(r, ev->x)->nelems;
        break;
    default: break;
    }
}

static struct seen run(const char *workload, const char *platform) {
    const struct environment world = {
        .platform = platform_find(platform), .provider = PROVIDER_MODEL};
    struct seen seen = {.large_least = UINT64_MAX, .treap_least = UINT64_MAX};
    struct environment env;
    struct error err = {""};
    struct op_source *source = workload_open(workload, &world, &env, NULL, &err);
    struct session *s = source ? session_new(&env, source, &err) : NULL;
    if (!s)
        fail_msg("%s", err.text);
    while (session_pump(s, UINT64_MAX))
        continue;
    const struct recording *rec = session_recording(s);
    struct replica *r = replica_new();
    for (seen.events = 0; seen.events < recording_count(rec); seen.events++) {
        replica_apply(r, recording_event(rec, seen.events));
        see_event(&seen, r, recording_event(rec, seen.events));
    }
    seen.ps = 1 + r->more_ps;
    seen.live = r->stats[STAT_heap_live];
    seen.inuse = r->stats[STAT_heap_inuse];
    seen.arena = r->init.value[STEP_LAYOUT][2] - r->init.value[STEP_LAYOUT][1];
    replica_free(r);
    session_free(s);
    env_free(&env);
    return seen;
}

/* What a log says of a type: how many, and the size of the smallest, bytes; arrays bear the name of
 * what they consist of. */
struct logged {
    uint64_t count, size;
};

static struct logged look_up(const char *workload, const char *type) {
    struct strbuf name = {0}, path = {0}, text = {0};
    struct logged found = {0};
    struct error err = {""};
    sb_printf(&name, "sim/work/workloads/%s.log.gz", workload);
    assert_true(data_path(sb_text(&name), &path));
    if (!file_read(sb_text(&path), &text, NULL, &err))
        fail_msg("%s", err.text);
    for (const char *at = sb_text(&text); (at = strstr(at, "tracealloc(")); at++) {
        char *rest;
        const char *comma = strchr(at, ',');
        uint64_t size = comma ? strtoull(comma + 1, &rest, 16) : 0;
        if (!size || strncmp(rest, ", ", 2) != 0 || strncmp(rest + 2, type, strlen(type)) != 0 ||
            strncmp(rest + 2 + strlen(type), ")\n", 2) != 0)
            continue;
        found.size = found.count++ && found.size < size ? found.size : size;
    }
    sb_free(&name);
    sb_free(&path);
    sb_free(&text);
    return found;
}

/* --- Figures --- */

/* Each measures on the workloads; false if what is told without a figure does not hold. */
typedef bool measure(uint64_t n[4]);

static bool edge_of_large(uint64_t n[4]) {
    struct seen s = run("huge", "linux/amd64");
    n[0] = s.small_most / KiB(1);
    return s.small_most % KiB(1) == 0 && s.large_least == s.small_most + 1;
}

static bool first_reservation(uint64_t n[4]) {
    n[0] = (run("huge", "linux/386").arena + KiB(512)) / MiB(1);
    return true;
}

static bool tiny_blocks(uint64_t n[4], const char *workload) {
    struct seen s = run(workload, "linux/amd64");
    n[0] = s.tiny_most + 1;
    n[1] = s.tiny_block;
    return true;
}

static bool tiny_strings(uint64_t n[4]) {
    return tiny_blocks(n, "strings");
}

static bool tiny_keys(uint64_t n[4]) {
    /* they are shorter still: what is below a block shares one */
    bool ok = tiny_blocks(n, "json");
    ok = ok && n[0] <= n[1];
    n[0] = n[1];
    return ok;
}

/* Elements of typed allocations in the order in which they first come. */
static size_t array_counts(const char *workload, uint64_t elem, uint64_t n[4]) {
    struct environment env;
    struct error err = {""};
    struct op_source *source = workload_open(workload, NULL, &env, NULL, &err);
    struct op op;
    size_t found = 0;
    assert_non_null(source);
    source->rewind(source);
    while (source->next(source, &op, &err)) {
        bool is_new = op.code == OP_ALLOC_TYPED && op.elem == elem;
        for (size_t i = 0; is_new && i < found; i++)
            is_new = n[i] != op.count;
        if (is_new && found < 4)
            n[found++] = op.count;
    }
    source->destroy(source);
    env_free(&env);
    return found;
}

static bool lists_that_grow(uint64_t n[4]) {
    return array_counts("json", 16, n) == 4;
}

/* The first allocations, KiB. */
static bool doubling(uint64_t n[4]) {
    struct environment env;
    struct error err = {""};
    struct op_source *source = workload_open("buffers", NULL, &env, NULL, &err);
    struct op op;
    assert_non_null(source);
    source->rewind(source);
    for (size_t i = 0; i < 4 && source->next(source, &op, &err);)
        if (op.code == OP_ALLOC)
            n[i++] = op.size / KiB(1);
    source->destroy(source);
    env_free(&env);
    return n[0] + n[1] + n[2] < n[3];
}

static bool where_runs_hang(uint64_t n[4]) {
    struct seen s = run("buffers", "linux/amd64");
    n[0] = NUM_PAGE_LISTS;
    return s.treap_least >= n[0] && s.treap_least < 2 * n[0] && s.list_most < n[0];
}

static bool words_of_a_string(uint64_t n[4]) {
    struct logged wide = look_up("real64", "string"), narrow = look_up("real32", "string");
    n[0] = wide.size / 8;
    return narrow.size == n[0] * 4 && array_counts("strings", 8 * n[0], (uint64_t[4]){0}) > 0;
}

static bool workers(uint64_t n[4]) {
    struct seen s = run("workers", "linux/amd64");
    n[0] = s.ps;
    return true;
}

static bool slots_of_2k(uint64_t n[4]) {
    n[0] = 2;
    n[1] = run("workers", "linux/amd64").slots_of_2k;
    return true;
}

static bool rounds(uint64_t n[4]) {
    n[0] = run("real64", "linux/amd64").collections;
    return true;
}

static const char bucket[] = "map.bucket[string]int";

/* A byte, a string and an int for each key, and a pointer to the next bucket. */
static bool first_bucket(uint64_t n[4]) {
    n[1] = look_up("real64", bucket).size;
    n[0] = (n[1] - 8) / (1 + 16 + 8);
    return true;
}

static bool a_third_is_alive(uint64_t n[4]) {
    struct seen s = run("real64", "linux/amd64");
    (void)n;
    return 3 * s.live > s.inuse * 9 / 10 && 3 * s.live < s.inuse * 11 / 10;
}

static bool three_fifths(uint64_t n[4]) {
    struct seen wide = run("real32", "linux/amd64"), narrow = run("real32", "linux/386");
    (void)n;
    return wide.objects == narrow.objects && narrow.taken * 100 > wide.taken * 55 &&
           narrow.taken * 100 < wide.taken * 65;
}

static bool both_buckets(uint64_t n[4]) {
    n[0] = look_up("real32", bucket).size;
    n[1] = look_up("real64", bucket).size;
    return true;
}

static bool ints(uint64_t n[4]) {
    n[0] = 4;
    n[1] = look_up("real32", "int").size / 4; /* logged is the block */
    n[2] = look_up("real64", "int").size / 8;
    return true;
}

static bool half_the_ints(uint64_t n[4]) {
    (void)n;
    return 2 * look_up("real32", "int").count < look_up("real64", "int").count;
}

static bool iterators(uint64_t n[4]) {
    n[0] = look_up("real64", "runtime.hiter").count;
    return look_up("real119", "runtime.hiter").count == 0;
}

static bool one_collection(uint64_t n[4]) {
    struct seen s = run("real119", "linux/amd64");
    (void)n;
    return s.collections == 1 && s.first_collection < s.events / 5;
}

static bool same_sizes(uint64_t n[4]) {
    static const char *const types[] = {"main.N", bucket, "string"};
    (void)n;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct logged old = look_up("real64", types[i]), young = look_up("real119", types[i]);
        if (!old.size || old.size != young.size)
            return false;
    }
    return true;
}

/* --- The pages --- */

/* {0} is figure 0, {w0} the word for it, {W0} that with a capital. */
static const struct claim {
    const char *workload;
    measure *measure;
    const char *words[LANGUAGE_COUNT];
} claims[] = {
    {"huge", edge_of_large,
        {"Above {0} KiB there are no size classes", "超过 {0} KiB 就没有大小类了"}},
    {"huge", first_reservation,
        {"the first reservation of {0} MiB is all there is", "起初只有最先保留的 {0} MiB"}},
    {"strings", tiny_strings,
        {"below {0} bytes share blocks of {1}", "小于 {0} 字节、不含指针的对象合住 {1} 字节的块"}},
    {"strings", words_of_a_string, {"A string is {w0} words", "一个字符串是{w0}个字"}},
    {"json", tiny_keys, {"Keys below {0} bytes share blocks", "小于 {0} 字节的键合住一块"}},
    {"json", lists_that_grow, {"{0}, {1}, {2}, {3} values", "{0}、{1}、{2}、{3} 个值"}},
    {"buffers", doubling,
        {"{0}, {1} and {2} KiB are less than {3}.", "{0}、{1}、{2} KiB 合计小于 {3}。"}},
    {"buffers", where_runs_hang,
        {"Runs of {0} pages and more hang in the treap", "{0} 页以上的段挂在树堆里"}},
    {"workers", workers, {"{W0} P's that allocate", "{w0}个 P 同时分配"}},
    {"workers", slots_of_2k,
        {"Slots of {0} KiB are used up after {w1}", "{0} KiB 的槽{w1}个就用完"}},
    {"real64", rounds, {"{w0} times over", "一共{w0}轮"}},
    {"real64", first_bucket,
        {"with room for {0} keys and values, takes a slot of {1} bytes",
            "能放 {0} 对键和值，占一个 {1} 字节的槽"}},
    {"real64", first_bucket, {"/ and {1} lead", "按 / 输入 {1}"}},
    {"real64", a_third_is_alive,
        {"a third of what is in use is alive", "使用中的只有三分之一活着"}},
    {"real32", three_fifths,
        {"as many objects, three fifths of the bytes", "对象一样多，字节是五分之三"}},
    {"real32", both_buckets,
        {"takes {0} bytes here, and {1} there", "这里占 {0} 字节，那里占 {1}"}},
    {"real32", ints,
        {"{0} bytes now. Up to {w1} share a tiny block, where {w2} did before",
            "现在是 {0} 字节。一个 tiny 块最多住{w1}个，以前住{w2}个"}},
    {"real32", half_the_ints,
        {"less than half as many ints as that of real64",
            "所以这份记录里的 int 不到 real64 的一半"}},
    {"real119", iterators,
        {"{0} of them in real64, are none here", "real64 里有 {0} 个，这里一个也没有"}},
    {"real119", one_collection,
        {"one collection only, near the beginning", "只有一次回收，就在开头不久"}},
    {"real119", same_sizes, {"own objects have the same sizes", "程序自己的对象大小相同"}},
};

/* Names in which there are digits. */
static const char *const names[] = {"Go 1.10", "Go 1.19", "64-bit", "32-bit", "64 bits", "32 bits",
    "64 位", "32 位", "real64", "real32", "real119", "allocfreetrace=1"};

static void put_word(struct strbuf *out, enum language language, uint64_t n, bool capital) {
    static const char *const words[LANGUAGE_COUNT][7] = {
        {"none", "one", "two", "three", "four", "five", "six"},
        {"零", "一", "两", "三", "四", "五", "六"}};
    assert_in_range(n, 0, 6);
    const char *word = words[language][n];
    sb_printf(out, "%c%s", capital ? toupper((unsigned char)*word) : *word, word + 1);
}

static void fill(struct strbuf *out, const char *words, enum language language, const uint64_t *n) {
    sb_clear(out);
    for (; *words; words++) {
        if (*words != '{') {
            sb_add(out, words, 1);
        } else if (isdigit((unsigned char)words[1])) {
            sb_printf(out, "%" PRIu64, n[words[1] - '0']);
            words += 2;
        } else {
            put_word(out, language, n[words[2] - '0'], words[1] == 'W');
            words += 3;
        }
    }
}

/* Takes all such words out of the text; false if there are none. */
static bool take_out(char *text, const char *words) {
    bool found = false;
    for (char *at; (at = strstr(text, words)); found = true)
        memset(at, ' ', strlen(words));
    return found;
}

/* Takes out of the page what can be measured; returns how much of it does not hold. */
static unsigned hold(const char *name, char *text, enum language language) {
    struct strbuf words = {0};
    unsigned wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
        uint64_t n[4] = {0};
        if (strcmp(claims[i].workload, name) != 0)
            continue;
        bool holds = claims[i].measure(n);
        fill(&words, claims[i].words[language], language, n);
        bool told = take_out(text, sb_text(&words));
        if (!holds || !told) {
            fprintf(stderr, "%s: %s: %s: %s\n", language_code(language), name, sb_text(&words),
                told ? "is not so" : "is not in the page");
            wrong++;
        }
    }
    sb_free(&words);
    return wrong;
}

static void every_figure_in_the_guide_is_what_the_workload_shows(void **state) {
    (void)state;
    unsigned wrong = 0;
    for (enum language l = 0; l < LANGUAGE_COUNT; l++) {
        struct pages p;
        struct error err = {""};
        if (!guide_load(l, &p, &err))
            fail_msg("%s", err.text);
        for (size_t i = 0; i < p.count; i++) {
            struct strbuf text = {0};
            const char *name = p.page[i].names[0];
            markdown_text(&p.page[i].text, &text);
            wrong += hold(name, text.text, l);
            for (size_t k = 0; k < ARRAY_LEN(names); k++)
                take_out(text.text, names[k]);
            const char *digit = strpbrk(text.text, "0123456789");
            if (digit) {
                fprintf(stderr, "%s: %s: nothing measures: %.40s\n", language_code(l), name, digit);
                wrong++;
            }
            sb_free(&text);
        }
        pages_free(&p);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_in_the_guide_is_what_the_workload_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
