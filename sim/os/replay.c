/* The replay provider: see replay.h. */
#include "sim/os/replay.h"
#include "sim/base/rangemap.h"
#include "sim/os/backing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum call_kind { CALL_RESERVE, CALL_MAP, CALL_ALLOC, CALL_FREE, CALL_UNUSED, CALL_USED };

static const char *const call_names[] = {"reserve", "map", "alloc", "free", "unused", "used"};

struct call {
    enum call_kind kind;
    uint64_t addr, size;
    bool reserved; /* reserve: the answer; map: the request */
    struct os_answer answer;
};

struct replay {
    struct os os; /* first: the provider is its os */
    struct backing *backing;
    uint64_t brk;
    struct call *calls;
    size_t count, cap, next;
    struct rangemap given; /* what answers have given so far and was not freed */
};

static struct replay *replay_of(struct os *os) {
    return (struct replay *)os;
}

/* --- Reading recorded calls --- */

/* Finds " name=NUMBER" in text. */
static bool read_field(const char *text, const char *name, uint64_t *out) {
    size_t len = strlen(name);
    for (const char *at = strchr(text, ' '); at; at = strchr(at + 1, ' '))
        if (strncmp(at + 1, name, len) == 0 && at[1 + len] == '=') {
            char number[32];
            size_t n = strcspn(at + 2 + len, " ");
            if (n >= sizeof number)
                return false;
            memcpy(number, at + 2 + len, n);
            number[n] = '\0';
            return parse_u64(number, out);
        }
    return false;
}

/* The answer behind " -> ": an address, or nil. Without one the call was answered as asked. */
static bool read_answer(const char *text, struct call *c) {
    const char *arrow = strstr(text, " -> ");
    uint64_t err = 0;
    c->answer.addr = c->addr;
    if (arrow) {
        char word[32];
        if (sscanf(arrow, " -> %31s", word) != 1)
            return false;
        if (strcmp(word, "nil") == 0)
            c->answer.addr = 0;
        else if (!parse_u64(word, &c->answer.addr))
            return false;
    }
    if (read_field(text, "err", &err))
        c->answer.err = (int)err;
    return true;
}

static bool read_call(const char *text, struct call *c) {
    size_t len = strcspn(text, " ");
    for (unsigned i = 0; i < ARRAY_LEN(call_names); i++)
        if (strlen(call_names[i]) == len && strncmp(text, call_names[i], len) == 0) {
            uint64_t reserved = 0;
            *c = (struct call){.kind = (enum call_kind)i};
            read_field(text, "reserved", &reserved);
            c->reserved = reserved != 0;
            return read_field(text, "addr", &c->addr) && read_field(text, "size", &c->size) &&
                   read_answer(text, c);
        }
    return false;
}

bool os_replay_expect(struct os *os, const char *call, struct error *err) {
    struct replay *r = replay_of(os);
    struct call c;
    if (!read_call(call, &c))
        return error_set(err,
            "cannot read the system call `%s`, expected for example "
            "`map addr=0x1000 size=0x1000 reserved=1`",
            call);
    void *calls = r->calls;
    array_reserve(&calls, &r->cap, r->count + 1, sizeof *r->calls);
    r->calls = calls;
    r->calls[r->count++] = c;
    return true;
}

size_t os_replay_left(const struct os *os) {
    const struct replay *r = (const struct replay *)os;
    return r->count - r->next;
}

/* --- Answering --- */

/* The next recorded call if it is this one, otherwise NULL and os->why. */
static const struct call *take(struct os *os, enum call_kind kind, uint64_t addr, uint64_t size) {
    struct replay *r = replay_of(os);
    const struct call *c = r->next < r->count ? &r->calls[r->next] : NULL;
    if (c && c->kind == kind && c->addr == addr && c->size == size) {
        r->next++;
        return c;
    }
    os->diverged = true;
    if (!c)
        error_set(&os->why,
            "asked the system to %s addr=0x%" PRIx64 " size=0x%" PRIx64
            ", but no call is recorded here",
            call_names[kind], addr, size);
    else
        error_set(&os->why,
            "asked the system to %s addr=0x%" PRIx64 " size=0x%" PRIx64
            ", but recorded is %s addr=0x%" PRIx64 " size=0x%" PRIx64,
            call_names[kind], addr, size, call_names[c->kind], c->addr, c->size);
    return NULL;
}

/* No system gives what it has given before, or what does not exist: whoever wrote that down, the
 * heap must not believe it. count: from now on it is given. */
static bool is_possible(struct os *os, uint64_t addr, uint64_t size, bool count) {
    struct replay *r = replay_of(os);
    uint64_t space = os->platform->ptr_size == 4 ? GiB(4) : UINT64_C(1) << 48;
    size_t next = rangemap_find(&r->given, addr);
    bool inside = size && size <= space && addr <= space - size;
    if (!inside || (next < r->given.count && r->given.ranges[next].start < addr + size)) {
        os->diverged = true;
        return error_set(&os->why,
            "the recorded answer addr=0x%" PRIx64 " size=0x%" PRIx64
            " cannot be: expected a range of the address space that was not given before",
            addr, size);
    }
    if (count)
        rangemap_set(&r->given, addr, addr + size, RANGE_TAKEN, OWNER_HEAP);
    return true;
}

static struct os_answer on_reserve(struct os *os, uint64_t addr, uint64_t size, bool *reserved) {
    const struct call *c = take(os, CALL_RESERVE, addr, size);
    if (!c)
        return (struct os_answer){0};
    *reserved = c->reserved;
    if (c->answer.addr && (!is_possible(os, c->answer.addr, size, c->reserved) ||
                              !backing_window(replay_of(os)->backing, c->answer.addr)))
        return (struct os_answer){0};
    os->bias = backing_bias(replay_of(os)->backing);
    return c->answer;
}

/* Gives the range bytes, unless it has an address alone. A replay that cannot ends. */
static void back(struct os *os, uint64_t addr, uint64_t size) {
    struct backing *backing = replay_of(os)->backing;
    if (!backing_covers(backing, addr, size) || backing_commit(backing, addr, size))
        return;
    os->diverged = true;
    error_set(&os->why,
        "this machine has no memory, or a program of its width no room, for the recorded range "
        "addr=0x%" PRIx64 " size=0x%" PRIx64,
        addr, size);
}

static struct os_answer on_map(struct os *os, uint64_t addr, uint64_t size, bool reserved) {
    const struct call *c = take(os, CALL_MAP, addr, size);
    if (!c)
        return (struct os_answer){0};
    if (c->answer.addr == addr && !c->answer.err && (reserved || is_possible(os, addr, size, true)))
        back(os, addr, size);
    return c->answer;
}

static struct os_answer on_alloc(struct os *os, uint64_t size) {
    const struct call *c = take(os, CALL_ALLOC, 0, size);
    if (!c)
        return (struct os_answer){0};
    if (c->answer.addr && is_possible(os, c->answer.addr, size, true) &&
        os->platform->ptr_size == 4)
        back(os, c->answer.addr, size);
    return c->answer;
}

static int on_free(struct os *os, uint64_t addr, uint64_t size) {
    if (!take(os, CALL_FREE, addr, size))
        return 0;
    backing_drop(replay_of(os)->backing, addr, size);
    rangemap_set(&replay_of(os)->given, addr, addr + size, RANGE_NONE, OWNER_NOBODY);
    return 0;
}

static int on_unused(struct os *os, uint64_t addr, uint64_t size) {
    if (take(os, CALL_UNUSED, addr, size))
        backing_release(replay_of(os)->backing, addr, size);
    return 0;
}

static int on_used(struct os *os, uint64_t addr, uint64_t size) {
    take(os, CALL_USED, addr, size);
    return 0;
}

static uint64_t on_brk(struct os *os) {
    return replay_of(os)->brk;
}

static int on_occupy(struct os *os, uint64_t addr, uint64_t size) {
    (void)os, (void)addr, (void)size;
    return 0; /* what it does shows in the recorded answers */
}

static void on_destroy(struct os *os) {
    struct replay *r = replay_of(os);
    backing_free(r->backing);
    rangemap_free(&r->given);
    free(r->calls);
    free(r);
}

static const struct os_ops replay_ops = {
    .name = "replay",
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

struct os *os_replay_new(const struct replay_world *world, struct error *err) {
    struct backing *backing = backing_new(world->platform, err);
    if (!backing)
        return NULL;
    struct replay *r = xcalloc(1, sizeof *r);
    r->backing = backing;
    r->brk = world->brk;
    r->os = (struct os){.ops = &replay_ops,
        .platform = world->platform,
        .image_end = world->image_end,
        .phys_page_size = world->phys_page_size,
        .huge_page_size = world->huge_page_size,
        .bias = backing_bias(backing)};
    return &r->os;
}
