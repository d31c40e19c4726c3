/* The fault provider: see fault.h. */
#include "sim/os/fault.h"

#include "sim/os/sys.h"

#include <stdlib.h>

struct faulty {
    struct os os; /* first: the provider is its os */
    struct os_ops ops;
    struct os *other;
    struct fault fault;
    uint64_t calls; /* of the fault's kind */
};

static struct faulty *faulty_of(struct os *os) {
    return (struct faulty *)os;
}

const char *fault_call_name(unsigned call) {
    static const char *const names[] = {
        "reserve", "map", "alloc", "free", "unused", "used", "brk", "resident", "occupy"};
    return call < ARRAY_LEN(names) ? names[call] : NULL;
}

/* Counts a call; does it fail? */
static bool fails(struct faulty *f, enum fault_call call) {
    if (call != f->fault.call)
        return false;
    f->calls++;
    uint64_t nth = f->fault.nth;
    return nth && (f->calls == nth || (f->fault.for_good && f->calls > nth));
}

static struct os_answer refusal(const struct faulty *f) {
    return (struct os_answer){0, f->fault.err};
}

/* What the other provider may have changed of itself. */
static void follow(struct faulty *f) {
    f->os.bias = f->other->bias;
    f->os.diverged = f->other->diverged;
    f->os.why = f->other->why;
    f->os.lack = f->other->lack;
}

static struct os_answer on_reserve(struct os *os, uint64_t addr, uint64_t size, bool *reserved) {
    struct faulty *f = faulty_of(os);
    if (fails(f, FAULT_RESERVE))
        return refusal(f);
    struct os_answer a = f->other->ops->reserve(f->other, addr, size, reserved);
    follow(f);
    return a;
}

static struct os_answer on_map(struct os *os, uint64_t addr, uint64_t size, bool reserved) {
    struct faulty *f = faulty_of(os);
    if (fails(f, FAULT_MAP))
        return refusal(f);
    struct os_answer a = f->other->ops->map(f->other, addr, size, reserved);
    follow(f);
    return a;
}

static struct os_answer on_alloc(struct os *os, uint64_t size) {
    struct faulty *f = faulty_of(os);
    if (fails(f, FAULT_ALLOC))
        return refusal(f);
    struct os_answer a = f->other->ops->alloc(f->other, size);
    follow(f);
    return a;
}

/* One of those that answer an errno. */
static int change(struct os *os, enum fault_call call,
    int (*pass)(struct os *os, uint64_t addr, uint64_t size), uint64_t addr, uint64_t size) {
    struct faulty *f = faulty_of(os);
    if (fails(f, call))
        return f->fault.err;
    int err = pass(f->other, addr, size);
    follow(f);
    return err;
}

static int on_free(struct os *os, uint64_t addr, uint64_t size) {
    return change(os, FAULT_FREE, faulty_of(os)->other->ops->free, addr, size);
}

static int on_unused(struct os *os, uint64_t addr, uint64_t size) {
    return change(os, FAULT_UNUSED, faulty_of(os)->other->ops->unused, addr, size);
}

static int on_used(struct os *os, uint64_t addr, uint64_t size) {
    return change(os, FAULT_USED, faulty_of(os)->other->ops->used, addr, size);
}

static int on_occupy(struct os *os, uint64_t addr, uint64_t size) {
    return change(os, FAULT_OCCUPY, faulty_of(os)->other->ops->occupy, addr, size);
}

static uint64_t on_brk(struct os *os) {
    struct faulty *f = faulty_of(os);
    return fails(f, FAULT_BRK) ? 0 : f->other->ops->brk(f->other);
}

static bool on_resident(struct os *os, uint64_t addr, uint64_t size, uint8_t *pages) {
    struct faulty *f = faulty_of(os);
    return !fails(f, FAULT_RESIDENT) && f->other->ops->resident(f->other, addr, size, pages);
}

static void on_destroy(struct os *os) {
    struct faulty *f = faulty_of(os);
    os_destroy(f->other);
    free(f);
}

struct os *os_fault_new(struct os *other, const struct fault *fault) {
    struct faulty *f = xcalloc(1, sizeof *f);
    f->ops = (struct os_ops){
        .name = other->ops->name,
        .reserve = on_reserve,
        .map = on_map,
        .alloc = on_alloc,
        .free = on_free,
        .unused = on_unused,
        .used = on_used,
        .brk = on_brk,
        .resident = other->ops->resident ? on_resident : NULL,
        .occupy = on_occupy,
        .destroy = on_destroy,
    };
    f->other = other;
    f->fault = *fault;
    if (!fault->err)
        f->fault.err = sys_errno(other->platform, FAILURE_NO_MEMORY);
    f->os = *other;
    f->os.ops = &f->ops;
    return &f->os;
}

uint64_t os_fault_calls(const struct os *os) {
    return ((const struct faulty *)os)->calls;
}
