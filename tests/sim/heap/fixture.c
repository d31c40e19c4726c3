/* A heap for tests: see fixture.h. */
#include "tests/sim/heap/fixture.h"

#include "tests/sim/heap/mirror.h"

#include <stdio.h>
#include <stdlib.h>

/* --- The system --- */

static struct test_os *of(struct os *os) {
    return (struct test_os *)os;
}

static struct os_answer on_reserve(struct os *os, uint64_t addr, uint64_t size, bool *reserved) {
    struct test_os *t = of(os);
    uint64_t at = t->elsewhere ? t->elsewhere : addr;
    (void)size;
    t->calls++;
    if (t->refuse) {
        t->refuse--;
        return (struct os_answer){.err = 12};
    }
    bool there = !t->elsewhere;
    t->elsewhere = 0;
    if (!backing_window(t->backing, at) && there)
        return (struct os_answer){.err = 12};
    os->bias = backing_bias(t->backing);
    *reserved = t->platform.ptr_size == 4 || t->platform.goos != GOOS_LINUX;
    return (struct os_answer){.addr = at};
}

static struct os_answer on_map(struct os *os, uint64_t addr, uint64_t size, bool reserved) {
    struct test_os *t = of(os);
    (void)reserved;
    t->calls++;
    if (t->map_fails) {
        t->map_fails = false;
        return (struct os_answer){.addr = t->map_answer, .err = t->map_err};
    }
    INVARIANT(backing_commit(t->backing, addr, size));
    return (struct os_answer){.addr = addr};
}

static struct os_answer on_alloc(struct os *os, uint64_t size) {
    struct test_os *t = of(os);
    t->calls++;
    if (t->alloc_err && !t->allocs_left)
        return (struct os_answer){.err = t->alloc_err};
    t->allocs_left -= t->allocs_left > 0;
    uint64_t at = t->alloc_at;
    t->alloc_at += round_up(size, os->phys_page_size);
    backing_commit(t->backing, at, size);
    return (struct os_answer){.addr = at};
}

static int on_free(struct os *os, uint64_t addr, uint64_t size) {
    of(os)->calls++;
    if (!of(os)->change_err)
        backing_drop(of(os)->backing, addr, size);
    return of(os)->change_err;
}

static int on_unused(struct os *os, uint64_t addr, uint64_t size) {
    of(os)->calls++;
    if (!of(os)->change_err)
        backing_release(of(os)->backing, addr, size);
    return of(os)->change_err;
}

static int on_used(struct os *os, uint64_t addr, uint64_t size) {
    (void)addr, (void)size;
    of(os)->calls++;
    return of(os)->change_err;
}

static uint64_t on_brk(struct os *os) {
    return of(os)->brk;
}

static int on_occupy(struct os *os, uint64_t addr, uint64_t size) {
    (void)os, (void)addr, (void)size;
    return 0;
}

static void on_destroy(struct os *os) {
    backing_free(of(os)->backing);
    free(os);
}

static const struct os_ops test_ops = {
    .name = "test",
    .reserve = on_reserve,
    .map = on_map,
    .alloc = on_alloc,
    .free = on_free,
    .unused = on_unused,
    .used = on_used,
    .brk = on_brk,
    .occupy = on_occupy,
    .destroy = on_destroy,
};

struct test_os *test_os_new(const char *name) {
    const struct platform *platform = platform_find(name);
    INVARIANT(platform);
    struct error err;
    struct test_os *t = xcalloc(1, sizeof *t);
    t->platform = *platform;
    t->backing = backing_new(platform, &err);
    if (!t->backing)
        BUG("%s", err.text);
    t->brk = platform->brk;
    t->alloc_at = round_down(platform->user_end / 8 * 7, KiB(64));
    t->os = (struct os){.ops = &test_ops,
        .platform = &t->platform,
        .image_end = platform->image_end,
        .phys_page_size = platform->phys_page_size,
        .huge_page_size = platform->huge_page_size,
        .bias = backing_bias(t->backing)};
    return t;
}

/* --- The lab --- */

void lab_open(struct lab *lab, const char *platform) {
    lab->system = test_os_new(platform);
    lab->rec = recording_new();
    lab->h =
        heap_new(&(struct heap_config){.os = &lab->system->os, .sink = recording_sink(lab->rec)});
}

void lab_start(struct lab *lab, const char *platform) {
    lab_open(lab, platform);
    INVARIANT(heap_init(lab->h));
    heap_seed(lab->h, 0x12345678, 0x9abcdef0);
}

void lab_check(const struct lab *lab) {
    struct strbuf why = {0};
    heap_check(lab->h);
    if (!mirror_equal(lab->h, recording_head(lab->rec), &why))
        BUG("the replica differs from the heap: %s", sb_text(&why));
    sb_free(&why);
}

void lab_close(struct lab *lab) {
    lab_check(lab);
    heap_free(lab->h);
    recording_free(lab->rec);
    os_destroy(&lab->system->os);
}

/* --- What tests do with it --- */

uint64_t lab_new(struct lab *lab, uint64_t size) {
    struct heap_object o = heap_malloc(lab->h, size, NULL);
    INVARIANT(o.addr);
    return o.addr;
}

uint64_t lab_typed(struct lab *lab, const struct heap_type *type) {
    struct heap_object o = heap_malloc(lab->h, type->size, type);
    INVARIANT(o.addr);
    return o.addr;
}

struct heap_marked lab_collect(struct lab *lab, const uint64_t *live, size_t n, bool sweep) {
    heap_gc_begin(lab->h);
    for (size_t i = 0; i < n; i++)
        heap_gc_mark(lab->h, live[i], false);
    struct heap_marked marked = heap_gc_end(lab->h);
    if (sweep)
        heap_sweep_all(lab->h);
    lab_check(lab);
    return marked;
}

/* --- What they look at --- */

struct mspan *lab_span(const struct lab *lab, uint64_t addr) {
    return span_of_page(lab->h, (addr - lab->h->arena_start) >> GO_PAGE_SHIFT);
}

size_t list_length(const struct mspan_list *list) {
    size_t n = 0;
    for (const struct mspan *s = list->first; s; s = s->next)
        n++;
    return n;
}

size_t lab_count_spans(const struct lab *lab, enum span_state state) {
    size_t n = 0;
    for (size_t i = 0; i < lab->h->allspans_len; i++)
        n += lab->h->allspans[i]->state == state;
    return n;
}

const struct event *lab_event(const struct lab *lab, enum event_kind kind, size_t n) {
    for (uint64_t i = 0; i < recording_count(lab->rec); i++)
        if (recording_event(lab->rec, i)->kind == kind && n-- == 0)
            return recording_event(lab->rec, i);
    return NULL;
}

size_t lab_count_events(const struct lab *lab, enum event_kind kind, uint64_t from) {
    size_t n = 0;
    for (uint64_t i = from; i < recording_count(lab->rec); i++)
        n += recording_event(lab->rec, i)->kind == kind;
    return n;
}

const char *lab_said(const struct lab *lab, struct strbuf *out) {
    char text[256];
    const struct event *ev;
    sb_clear(out);
    for (size_t n = 0; (ev = lab_event(lab, EV_MESSAGE, n)); n++)
        sb_printf(
            out, "%s%s", message_text(ev, text, sizeof text), message_ends_line(ev) ? "\n" : "");
    return sb_text(out);
}
