/*
 * The real kernel behind the sys* functions. What is tested is the platform this program itself
 * could be: linux/amd64 where pointers have 8 bytes, linux/386 where they have 4. Other programs'
 * tools (sanitizers) may sit at a hint: such a hint is expected to be refused.
 */
#include "sim/os/os.h"
#include "sim/trace/narrate.h"
#include "sim/work/script.h"
#include "sim/work/session.h"
#include "tests/sim/limit.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WIDE       (sizeof(void *) == 8)
#define WHOLE_HEAP UINT64_C(0x8420002000)
#define HINTS      128

static struct os *host(void) {
    struct error err = {""};
    struct os *os = os_host_new(platform_find(WIDE ? "linux/amd64" : "linux/386"), &err);
    assert_string_equal(err.text, "");
    return os;
}

/* Is any page of the range mapped in this process? */
static bool in_use(uint64_t addr, uint64_t size) {
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    char line[512];
    uint64_t start, end;
    bool found = false;
    while (fgets(line, sizeof line, maps))
        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2)
            found = found || (start < addr + size && addr < end);
    fclose(maps);
    return found;
}

static uint64_t hint(unsigned i) {
    return WIDE ? (uint64_t)i << 40 | UINT64_C(0xc000000000) : 0x60000000 + MiB(8) * i;
}

/* A hint where nothing is, numbers from `from` on. */
static uint64_t free_hint(unsigned from) {
    for (unsigned i = from; i < HINTS; i++)
        if (!in_use(hint(i), MiB(8)))
            return hint(i);
    fail_msg("every hint is taken");
    return 0;
}

static uint64_t reserve(struct os *os, uint64_t addr) {
    bool reserved;
    return os->ops->reserve(os, addr, WIDE ? WHOLE_HEAP : MiB(4), &reserved).addr;
}

static void a_hint_is_granted_unless_it_is_taken(void **state) {
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct os *os = host();
        bool taken = in_use(hint(i), KiB(64));
        uint64_t got = reserve(os, hint(i));
        assert_true(taken ? got != hint(i) : got == hint(i));
        os_destroy(os);
    }
}

static void reservations_of_more_than_4_gib_leave_nothing_behind(void **state) {
    (void)state;
    if (!WIDE)
        skip();
    struct os *os = host();
    uint64_t at = free_hint(0);
    bool reserved = true;
    assert_true(os->ops->reserve(os, at, WHOLE_HEAP, &reserved).addr == at);
    assert_false(reserved);
    assert_false(in_use(at, KiB(64)));
    assert_true(os->ops->reserve(os, at, GiB(4), &reserved).addr == at);
    assert_true(reserved && in_use(at + GiB(4) - KiB(4), KiB(4)));
    os_destroy(os);
}

static void an_occupied_hint_is_refused(void **state) {
    (void)state;
    struct os *os = host();
    uint64_t at = free_hint(0);
    assert_int_equal(os->ops->occupy(os, at, KiB(64)), 0);
    assert_int_equal(os->ops->occupy(os, at + KiB(32), KiB(64)), 17);
    assert_true(reserve(os, at) != at);
    os_destroy(os);
    os = host();
    assert_true(reserve(os, at) == at);
    os_destroy(os);
}

static void a_map_that_collides_is_answered_elsewhere(void **state) {
    (void)state;
    struct os *os = host();
    uint64_t at = free_hint(0);
    assert_int_equal(os->ops->occupy(os, at + MiB(1), KiB(8)), 0);
    assert_true(os->ops->map(os, at, MiB(1), false).addr == at);
    struct os_answer a = os->ops->map(os, at + MiB(1), MiB(1), false);
    assert_true(a.err == 0 && a.addr != 0 && a.addr != at + MiB(1));
    os_destroy(os);
}

static void mapped_memory_is_real_and_zero_after_release(void **state) {
    (void)state;
    struct os *os = host();
    uint64_t at = free_hint(0);
    assert_true(reserve(os, at) == at);
    assert_true(os->ops->map(os, at, MiB(4), !WIDE).addr == at);
    uint8_t *p = os_host(os, at);
    assert_true((uintptr_t)p == at);
    memset(p, 0xdb, MiB(4));
    os->ops->unused(os, at + KiB(4), MiB(4) - KiB(8));
    assert_int_equal(p[KiB(4) - 1], 0xdb);
    for (uint64_t i = KiB(4); i < MiB(4) - KiB(4); i += KiB(4))
        assert_int_equal(p[i], 0);
    assert_int_equal(p[MiB(4) - 1], 0xdb);
    os->ops->used(os, at, MiB(4));
    p[MiB(1)] = 1;
    os_destroy(os);
}

static void the_kernel_tells_what_is_touched(void **state) {
    (void)state;
    struct os *os = host();
    uint64_t page = os->host_page_size, addr = os->ops->alloc(os, 4 * page).addr;
    uint8_t pages[4];
    assert_true(addr != 0);
    *(uint8_t *)os_host(os, addr + page) = 1;
    assert_true(os->ops->resident(os, addr, 4 * page, pages));
    assert_memory_equal(pages, ((uint8_t[]){0, 1, 0, 0}), 4);
    os->ops->free(os, addr, 4 * page);
    assert_false(os->ops->resident(os, addr, 4 * page, pages));
    os_destroy(os);
}

static void destroy_leaves_nothing_mapped(void **state) {
    (void)state;
    uint64_t seen[4];
    struct os *os = host();
    seen[0] = free_hint(0);
    assert_true(reserve(os, seen[0]) == seen[0]);
    assert_true(os->ops->map(os, seen[0], MiB(2), !WIDE).addr == seen[0]);
    seen[1] = os->ops->alloc(os, MiB(64)).addr;
    seen[2] = os->ops->alloc(os, 100).addr;
    seen[3] = free_hint(1);
    assert_int_equal(os->ops->occupy(os, seen[3], KiB(64)), 0);
    os->ops->free(os, seen[1], MiB(32));
    assert_false(in_use(seen[1], MiB(32)));
    assert_true(in_use(seen[1] + MiB(32), MiB(32)));
    os_destroy(os);
    assert_false(in_use(seen[0], MiB(2)));
    assert_false(in_use(seen[1] + MiB(32), MiB(32)));
    assert_false(in_use(seen[2], KiB(4)));
    assert_false(in_use(seen[3], KiB(64)));
}

static void the_process_is_described_as_it_is(void **state) {
    (void)state;
    static char in_the_image = 1;
    struct os *os = host();
    assert_true(os->phys_page_size == (uint64_t)sysconf(_SC_PAGESIZE));
    assert_true(os->image_end > (uintptr_t)&in_the_image);
    assert_true(os->image_end - (uintptr_t)&in_the_image < GiB(1));
    assert_true(os->ops->brk(os) == (uintptr_t)sbrk(0));
    os_destroy(os);
}

static void note_stack(void *arg, uint64_t addr, uint64_t size, const char *what) {
    uint64_t *found = arg;
    if (strcmp(what, "[stack]") == 0 && addr <= (uintptr_t)arg && (uintptr_t)arg - addr < size)
        found[0] = 1;
    if (addr == found[1] && strcmp(what, "taken") == 0)
        found[2] = size;
    assert_true(addr != found[3]); /* the heap's own */
}

static void others_are_told_without_the_heaps_own(void **state) {
    (void)state;
    struct os *os = host();
    uint64_t found[4] = {0, free_hint(0), 0, 0};
    assert_int_equal(os->ops->occupy(os, found[1], KiB(64)), 0);
    found[3] = os->ops->alloc(os, MiB(1)).addr;
    os_model_others(os, note_stack, found);
    assert_true(found[2] == KiB(64));
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(found[0] == 1);
#endif
    os_destroy(os);
}

static void count(void *arg, uint64_t addr, uint64_t size, const char *what) {
    (void)addr, (void)size, (void)what;
    ++*(unsigned *)arg;
}

static void without_files_others_cannot_be_told(void **state) {
    (void)state;
    struct os *os = host();
    unsigned others = 0;
    struct limit limit = limit_files();
    os_model_others(os, count, &others);
    limit_lift(&limit);
    assert_int_equal(others, 0);
    os_model_others(os, count, &others);
    assert_true(others > 0);
    os_destroy(os);
}

static void what_is_no_page_can_neither_be_mapped_nor_freed(void **state) {
    (void)state;
    struct os *os = host();
    uint64_t at = free_hint(0);
    struct os_answer a = os->ops->map(os, at + 1, KiB(64), false);
    assert_true(a.addr == 0 && a.err == EINVAL);
    assert_false(in_use(at, KiB(128)));
    assert_int_equal(reserve(os, at), at);
    assert_int_equal(os->ops->free(os, at + 1, KiB(64)), EINVAL);
    os_destroy(os);
}

static void assert_refused(const char *platform, const char *why) {
    struct error err = {""};
    assert_null(os_host_new(platform_find(platform), &err));
    assert_non_null(strstr(err.text, why));
}

static void what_this_machine_cannot_be_is_refused(void **state) {
    (void)state;
    assert_refused("darwin/amd64", "another operating system");
    assert_refused("windows/386", "another operating system");
    if (WIDE)
        assert_refused("linux/386", "needs a 32-bit program; this one is 64-bit");
    else
        assert_refused("linux/amd64", "needs a 64-bit program; this one is 32-bit");
    if (WIDE && sysconf(_SC_PAGESIZE) == 4096)
        assert_refused("linux/ppc64le", "pages of 65536 bytes; this machine's are of 4096");
}

/* Host and model, asked the same in the same surroundings. Where the kernel was free to choose an
 * address the choice depends on randomisation and on the rest of this program: then only that it
 * chose another one is compared. */

struct surroundings {
    struct taken_range taken[256];
    size_t count;
    uint64_t end; /* of user space */
};

static void add_surrounding(void *arg, uint64_t addr, uint64_t size, const char *what) {
    struct surroundings *s = arg;
    (void)what;
    assert_true(s->count < ARRAY_LEN(s->taken));
    if (addr < s->end && size <= s->end - addr) /* the kernel's own page is higher */
        s->taken[s->count++] = (struct taken_range){addr, size};
}

/* What is in this process, the host's own aside. */
static struct surroundings surroundings(const struct os *os) {
    struct surroundings s = {.count = 0, .end = os->platform->user_end};
    os_model_others(os, add_surrounding, &s);
    return s;
}

static struct model_config config_of(struct surroundings *s) {
    return (struct model_config){.taken = s->taken, .taken_count = s->count};
}

/* Asks for things at addresses; the answers go to got. Returns how many. */
static size_t ask(struct os *os, uint64_t at, struct os_answer *got) {
    size_t n = 0;
    uint64_t whole = WIDE ? WHOLE_HEAP : 0x10202000;
    bool reserved = false;
    const struct os_ops *ops = os->ops;
    got[n++] = ops->reserve(os, at, whole, &reserved);
    got[n++] = (struct os_answer){reserved, 0};
    got[n++] = ops->map(os, at + MiB(1), MiB(1), reserved);
    got[n++] = ops->map(os, at, MiB(1), reserved);
    got[n++] = ops->map(os, at + 1, MiB(1), true);
    got[n++] = ops->map(os, os->platform->user_end, MiB(1), true);
    got[n++] = ops->reserve(os, at, MiB(1), &reserved);
    got[n++] = (struct os_answer){1, ops->occupy(os, at + MiB(1), KiB(64))};
    got[n++] = (struct os_answer){1, ops->occupy(os, at + GiB(1), MiB(1))};
    got[n++] = (struct os_answer){1, ops->occupy(os, os->platform->user_end, MiB(1))};
    got[n++] = ops->reserve(os, at + GiB(1), MiB(1), &reserved);
    got[n++] = ops->reserve(os, at + GiB(1) - MiB(1), MiB(1), &reserved);
    return n;
}

static void host_and_model_answer_alike(void **state) {
    (void)state;
    struct os_answer from_host[16], from_model[16];
    struct os *os = host();
    struct surroundings others = surroundings(os);
    uint64_t at = free_hint(0);
    size_t n = ask(os, at, from_host);
    os_destroy(os);
    struct error err = {""};
    struct model_config config = config_of(&others);
    os = os_model_new(platform_find(WIDE ? "linux/amd64" : "linux/386"), &config, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(ask(os, at, from_model), n);
    os_destroy(os);
    for (size_t i = 0; i < n; i++) {
        bool chosen = i == 6 || i == 10; /* something is there already */
        assert_int_equal(from_host[i].err, from_model[i].err);
        assert_true(chosen ? from_host[i].addr && from_model[i].addr
                           : from_host[i].addr == from_model[i].addr);
    }
}

/* A start, and more than the first 32-bit reservation holds. */
static struct session *run_growing(const struct environment *env) {
    struct error err = {""};
    struct op_source *source = script_parse("grow",
        "seed 1 2\nkeep big 20\nrepeat 20\nbig[] = alloc 32MiB\nend\n"
        "repeat 3000\nx = alloc 8..2000\nend\ncollect\nscavenge\n",
        &err);
    struct session *s = source ? session_new(env, source, &err) : NULL;
    if (!s)
        fail_msg("%s", err.text);
    while (session_pump(s, 1000))
        continue;
    return s;
}

/* The next step of mallocinit or request with an address from *i on, or NULL. */
static const struct event *next_request(const struct recording *rec, uint64_t *i) {
    while (*i < recording_count(rec)) {
        const struct event *ev = recording_event(rec, (*i)++);
        bool chosen = ev->kind == EV_STEP && (ev->w & 0xff) == STEP_MCACHE; /* its record's place */
        if ((ev->kind == EV_STEP && !chosen) || ev->kind == EV_OS_RESERVE ||
            ev->kind == EV_OS_MAP || ev->kind == EV_OS_UNUSED || ev->kind == EV_OS_USED)
            return ev;
    }
    return NULL;
}

/* The program break that mallocinit saw; 0 if it did not look. */
static uint64_t break_seen(const struct recording *rec) {
    uint64_t i = 0;
    const struct event *ev;
    while ((ev = next_request(rec, &i)) != NULL)
        if (ev->kind == EV_STEP && (ev->w & 0xff) == STEP_FALLBACK)
            return ev->c;
    return 0;
}

/* Did the kernel choose where a part of the heap lies? Sanitizers have theirs in the way. */
static bool placed_by_choice(const struct recording *rec) {
    uint64_t i = 0;
    const struct event *ev;
    while ((ev = next_request(rec, &i)) != NULL)
        if (ev->kind == EV_OS_RESERVE && ev->c != 0 && ev->c != ev->a)
            return true;
    return false;
}

static void a_heap_starts_and_grows_alike_on_host_and_model(void **state) {
    (void)state;
    struct environment env = {
        .platform = platform_find(WIDE ? "linux/amd64" : "linux/386"), .provider = PROVIDER_HOST};
    struct os *os = host();
    struct surroundings others = surroundings(os);
    os_destroy(os);
    struct session *real = run_growing(&env);
    assert_string_equal(session_provider(real), "host kernel");
    if (placed_by_choice(session_recording(real))) {
        session_free(real);
        skip();
    }
    env.provider = PROVIDER_MODEL;
    env.model = config_of(&others);
    if (!WIDE) {
        env.model.image_end = session_world(real).image_end;
        env.model.brk = break_seen(session_recording(real));
    }
    struct session *simulated = run_growing(&env);
    assert_string_equal(session_provider(simulated), "simulated");
    uint64_t i = 0, j = 0;
    unsigned compared = 0;
    const struct event *a, *b;
    do {
        a = next_request(session_recording(real), &i);
        b = next_request(session_recording(simulated), &j);
        assert_true((a != NULL) == (b != NULL));
        if (a && b && memcmp(a, b, sizeof *a) != 0) {
            struct strbuf text = {0};
            narrate(a, recording_head(session_recording(real)), env.platform->ptr_size, &text);
            sb_puts(&text, " But in the model: ");
            narrate(b, recording_head(session_recording(real)), env.platform->ptr_size, &text);
            fail_msg("%s", text.text);
        }
        compared += a != NULL;
    } while (a);
    assert_true(compared > (WIDE ? 60 : 70));
    session_free(simulated);
    session_free(real);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hint_is_granted_unless_it_is_taken),
        cmocka_unit_test(reservations_of_more_than_4_gib_leave_nothing_behind),
        cmocka_unit_test(an_occupied_hint_is_refused),
        cmocka_unit_test(a_map_that_collides_is_answered_elsewhere),
        cmocka_unit_test(mapped_memory_is_real_and_zero_after_release),
        cmocka_unit_test(the_kernel_tells_what_is_touched),
        cmocka_unit_test(destroy_leaves_nothing_mapped),
        cmocka_unit_test(the_process_is_described_as_it_is),
        cmocka_unit_test(others_are_told_without_the_heaps_own),
        cmocka_unit_test(without_files_others_cannot_be_told),
        cmocka_unit_test(what_is_no_page_can_neither_be_mapped_nor_freed),
        cmocka_unit_test(what_this_machine_cannot_be_is_refused),
        cmocka_unit_test(host_and_model_answer_alike),
        cmocka_unit_test(a_heap_starts_and_grows_alike_on_host_and_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
