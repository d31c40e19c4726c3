/*
 * A simulated address space: an operating system in which anything can be arranged.
 *
 * The space is a rangemap: TAKEN is not the heap's, RESERVED is mapped without access, MAPPED is
 * usable; what is not listed is free. What stands there from the start is a small program: image,
 * heap below the break, stack, vdso and 64 KiB that the program mapped for itself; less than 1 MiB
 * in all (Windows and Darwin: their libraries too), which counts against the address limit as
 * everything mapped does, inaccessible or not.
 *
 * An address asked for is given if the range is free. Otherwise
 *   linux    the highest gap below the mapping base, then the lowest gap above; where the vdso, and
 *            so the first mapping, lies was measured for amd64 and 386 with randomisation off, and
 *            computed by the same rule for the others;
 *   darwin   the lowest gap above the address asked for, then the lowest of all;
 *   windows  nothing (VirtualAlloc fails); without an address, the lowest 64 KiB-aligned gap.
 * Darwin's and Windows' own ranges are placed by common knowledge, not measured.
 */
#include "sim/base/i18n.h"
#include "sim/base/rangemap.h"
#include "sim/os/backing.h"
#include "sim/os/sys.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct other {
    uint64_t addr, size; /* bytes */
    const char *what;
};

struct model {
    struct kernel kernel; /* first: struct os * and struct model * are one address */
    struct backing *backing;
    struct rangemap space;
    struct other *others; /* what the TAKEN ranges are */
    size_t other_count, other_cap;
    /* Windows: the ranges as they were reserved, which commits and frees must respect. */
    struct taken_range *reservations;
    size_t reservation_count, reservation_cap;
    uint64_t page;   /* bytes; what addresses and sizes are multiples of */
    uint64_t unit;   /* bytes; new ranges begin at multiples of it */
    uint64_t lowest; /* first address that can be mapped */
    uint64_t base;   /* linux: mappings are sought downward from here */
    uint64_t brk;
    uint64_t address_limit, memory_limit; /* bytes, 0: none */
    bool ignores_hints;
};

static struct model *model_of(struct kernel *k) {
    return (struct model *)k;
}

static int failure(const struct model *m, enum failure why) {
    return sys_errno(m->kernel.os.platform, why);
}

static struct os_answer fail(const struct model *m, enum failure why) {
    return (struct os_answer){0, failure(m, why)};
}

static bool on_windows(const struct model *m) {
    return m->kernel.os.platform->goos == GOOS_WINDOWS;
}

/* The space. */

static bool in_space(const struct model *m, uint64_t addr, uint64_t size) {
    uint64_t end = m->kernel.os.platform->user_end;
    return addr >= m->lowest && size <= end && addr <= end - size;
}

static bool range_free(const struct model *m, uint64_t addr, uint64_t size) {
    size_t i = rangemap_find(&m->space, addr);
    return i == m->space.count || m->space.ranges[i].start >= addr + size;
}

/* Bytes of [addr, end) that are in use; usable_only: that are readable and writable. */
static uint64_t bytes_used(const struct model *m, uint64_t addr, uint64_t end, bool usable_only) {
    uint64_t sum = 0;
    for (size_t i = rangemap_find(&m->space, addr); i < m->space.count; i++) {
        const struct range *r = &m->space.ranges[i];
        if (r->start >= end)
            break;
        uint64_t from = r->start > addr ? r->start : addr;
        uint64_t to = r->end < end ? r->end : end;
        if (!usable_only || r->state == RANGE_MAPPED)
            sum += to - from;
    }
    return sum;
}

/* Would putting size bytes at addr, in place of what is there, exceed a limit? */
static bool over_limit(const struct model *m, uint64_t addr, uint64_t size, bool usable_only) {
    uint64_t limit = usable_only ? m->memory_limit : m->address_limit;
    if (limit == 0)
        return false;
    uint64_t others =
        bytes_used(m, 0, UINT64_MAX, usable_only) - bytes_used(m, addr, addr + size, usable_only);
    return others > limit || size > limit - others;
}

/* Searches for gaps; 0 if there is none. */

static uint64_t lowest_gap(const struct model *m, uint64_t from, uint64_t size) {
    uint64_t addr = round_up(from > m->lowest ? from : m->lowest, m->unit);
    for (size_t i = rangemap_find(&m->space, addr); i < m->space.count; i++) {
        const struct range *r = &m->space.ranges[i];
        if (r->start > addr && r->start - addr >= size)
            break;
        addr = round_up(r->end, m->unit);
    }
    return in_space(m, addr, size) ? addr : 0;
}

static uint64_t highest_gap(const struct model *m, uint64_t below, uint64_t size) {
    uint64_t end = below;
    size_t i = rangemap_find(&m->space, below);
    INVARIANT(i < m->space.count); /* the stack is above */
    if (m->space.ranges[i].start < end)
        end = m->space.ranges[i].start; /* one that stretches over the bound */
    while (i-- > 0) {
        const struct range *r = &m->space.ranges[i];
        if (end - r->end >= size)
            break;
        end = r->start;
    }
    return end >= size && in_space(m, end - size, size) ? end - size : 0;
}

static uint64_t anywhere(const struct model *m, uint64_t hint, uint64_t size) {
    bool on_linux = m->kernel.os.platform->goos == GOOS_LINUX;
    uint64_t addr = 0;
    if (on_linux)
        addr = highest_gap(m, m->base, size);
    else if (!on_windows(m) && !m->ignores_hints)
        addr = lowest_gap(m, hint, size);
    return addr ? addr : lowest_gap(m, on_linux ? m->base : m->lowest, size);
}

/* Windows' reservations. */

static struct taken_range *reservation_around(struct model *m, uint64_t addr, uint64_t size) {
    for (size_t i = 0; i < m->reservation_count; i++) {
        struct taken_range *r = &m->reservations[i];
        if (addr >= r->addr && addr + size <= r->addr + r->size)
            return r;
    }
    return NULL;
}

static void note_reservation(struct model *m, uint64_t addr, uint64_t size) {
    void *list = m->reservations;
    array_reserve(&list, &m->reservation_cap, m->reservation_count + 1, sizeof *m->reservations);
    m->reservations = list;
    m->reservations[m->reservation_count++] = (struct taken_range){addr, size};
}

/* The kernel. */

static void unmap(struct model *m, uint64_t addr, uint64_t size) {
    backing_drop(m->backing, addr, size);
    rangemap_set(&m->space, addr, addr + size, RANGE_NONE, OWNER_NOBODY);
}

/* What has bytes gets fresh ones; what lies outside the window has an address alone, and records
 * can do with that. */
static bool fill(struct model *m, uint64_t addr, uint64_t size, enum access access, bool records) {
    struct os *os = &m->kernel.os;
    char text[32];
    if (access != ACCESS_USABLE)
        backing_drop(m->backing, addr, size);
    else if (!backing_commit(m->backing, addr, size) && !records &&
             backing_covers(m->backing, addr, size))
        return error_set(&os->lack, _("this machine has no room for %s more of %s's memory"),
            format_size(size, text, sizeof text), os->platform->name);
    return true;
}

static struct os_answer put(
    struct model *m, uint64_t addr, uint64_t size, enum access access, bool records) {
    if (over_limit(m, addr, size, false))
        return fail(m, FAILURE_NO_MEMORY);
    if (access == ACCESS_USABLE && over_limit(m, addr, size, true))
        return fail(m, FAILURE_COMMIT_LIMIT);
    if (!fill(m, addr, size, access, records))
        return fail(m, FAILURE_NO_MEMORY);
    enum range_state state = access == ACCESS_USABLE ? RANGE_MAPPED : RANGE_RESERVED;
    rangemap_set(&m->space, addr, addr + size, state, OWNER_HEAP);
    return (struct os_answer){addr, 0};
}

/* VirtualAlloc(MEM_COMMIT) and VirtualFree(MEM_DECOMMIT): pages that are already as wanted keep
 * their contents. */
static struct os_answer change(struct model *m, uint64_t addr, uint64_t size, enum access access) {
    if (!reservation_around(m, addr, size))
        return fail(m, FAILURE_TAKEN);
    if (access == ACCESS_USABLE && over_limit(m, addr, size, true))
        return fail(m, FAILURE_COMMIT_LIMIT);
    enum range_state wanted = access == ACCESS_USABLE ? RANGE_MAPPED : RANGE_RESERVED;
    for (uint64_t at = addr; at < addr + size;) {
        struct range run;
        uint64_t end = rangemap_run(&m->space, at, addr + size, &run);
        if (run.state != wanted) {
            struct os_answer a = put(m, at, end - at, access, false);
            if (!a.addr)
                return a;
        }
        at = end;
    }
    return (struct os_answer){addr, 0};
}

static struct os_answer put_fixed(
    struct model *m, uint64_t addr, uint64_t size, enum access access) {
    if (addr % m->page != 0)
        return fail(m, FAILURE_INVALID);
    if (!in_space(m, addr, size))
        return fail(m, FAILURE_NO_MEMORY);
    return put(m, addr, size, access, false);
}

static struct os_answer put_new(
    struct model *m, uint64_t hint, uint64_t size, enum access access, bool exact) {
    uint64_t addr = round_up(hint, m->page);
    bool there =
        addr != 0 && !m->ignores_hints && in_space(m, addr, size) && range_free(m, addr, size);
    if (!there && exact)
        return fail(m, FAILURE_TAKEN);
    if (!there)
        addr = anywhere(m, addr, size);
    if (addr == 0)
        return fail(m, FAILURE_NO_MEMORY);
    bool records = hint == 0 && m->kernel.os.platform->ptr_size == 8;
    struct os_answer a = put(m, addr, size, access, records);
    if (a.addr && on_windows(m))
        note_reservation(m, addr, size);
    return a;
}

static struct os_answer model_mmap(
    struct kernel *k, uint64_t addr, uint64_t size, enum access access, enum place place) {
    struct model *m = model_of(k);
    size = round_up(size, m->page);
    if (size == 0)
        return fail(m, FAILURE_INVALID);
    if (place == PLACE_WITHIN)
        return change(m, addr, size, access);
    if (place == PLACE_FIXED)
        return put_fixed(m, addr, size, access);
    return put_new(m, addr, size, access, place == PLACE_EXACT);
}

/* Windows frees a reservation whole, whatever size is given. */
static int model_munmap(struct kernel *k, uint64_t addr, uint64_t size) {
    struct model *m = model_of(k);
    size = round_up(size, m->page);
    if (on_windows(m)) {
        struct taken_range *r = reservation_around(m, addr, 1);
        INVARIANT(r != NULL && r->addr == addr);
        size = r->size;
        *r = m->reservations[--m->reservation_count];
    }
    unmap(m, addr, size);
    return 0;
}

static bool model_is_free(struct kernel *k, uint64_t addr, uint64_t size) {
    return range_free(model_of(k), addr, size);
}

/* Huge pages change nothing that can be seen here. */
static void model_advise(struct kernel *k, uint64_t addr, uint64_t size, enum advice advice) {
    if (advice == ADVICE_UNNEEDED)
        backing_release(model_of(k)->backing, addr, size);
}

static void model_granted(struct kernel *k, uint64_t addr, uint64_t size) {
    struct model *m = model_of(k);
    if (size > BACKING_BIG)
        (void)backing_window(m->backing, addr); /* a later one elsewhere has no bytes */
    k->os.bias = backing_bias(m->backing);
}

static uint64_t model_brk(struct kernel *k) {
    return model_of(k)->brk;
}

static bool model_resident(struct kernel *k, uint64_t addr, uint64_t size, uint8_t *pages) {
    return backing_resident(model_of(k)->backing, addr, size, pages);
}

/* What stands in the space from the start, or comes in between. */
static void add_other(struct model *m, uint64_t addr, uint64_t size, const char *what) {
    uint64_t start = round_down(addr, m->page), end = round_up(addr + size, m->page);
    void *list = m->others;
    array_reserve(&list, &m->other_cap, m->other_count + 1, sizeof *m->others);
    m->others = list;
    m->others[m->other_count++] = (struct other){start, end - start, what};
    rangemap_set(&m->space, start, end, RANGE_TAKEN, OWNER_OTHER);
}

static int model_occupy(struct kernel *k, uint64_t addr, uint64_t size) {
    struct model *m = model_of(k);
    if (size == 0 || addr % m->page != 0)
        return failure(m, FAILURE_INVALID);
    size = round_up(size, m->page);
    if (!in_space(m, addr, size) || over_limit(m, addr, size, false))
        return failure(m, FAILURE_NO_MEMORY);
    if (!range_free(m, addr, size))
        return failure(m, FAILURE_TAKEN);
    add_other(m, addr, size, "taken");
    return 0;
}

static void model_others(const struct kernel *k, show_range *show, void *arg) {
    const struct model *m = (const struct model *)k;
    for (size_t i = 0; i < m->other_count; i++)
        show(arg, m->others[i].addr, m->others[i].size, m->others[i].what);
}

static void model_destroy(struct kernel *k) {
    struct model *m = model_of(k);
    backing_free(m->backing);
    rangemap_free(&m->space);
    free(m->others);
    free(m->reservations);
    free(m);
}

static const struct kernel_ops model_ops = {
    .name = N_("simulated"),
    .mmap = model_mmap,
    .munmap = model_munmap,
    .is_free = model_is_free,
    .advise = model_advise,
    .granted = model_granted,
    .brk = model_brk,
    .resident = model_resident,
    .occupy = model_occupy,
    .others = model_others,
    .destroy = model_destroy,
};

/* The program in it. */

/* Where the linkers put a small program's image, and how far below the end of user space Linux
 * begins to look for room: 128 MiB for the stack to grow, and on 386 32 MiB more. */
static const struct layout {
    const char *platform;
    uint64_t image; /* first byte */
    uint64_t gap;   /* bytes; Linux alone */
} layouts[] = {
    {"linux/amd64", 0x400000, MiB(128)},
    {"linux/386", 0x8048000, MiB(160)},
    {"linux/arm64", 0x10000, MiB(128)},
    {"linux/arm", 0x10000, MiB(128)},
    {"linux/mipsle", 0x10000, MiB(128)},
    {"linux/ppc64le", 0x10000, MiB(128)},
    {"darwin/amd64", 0x1000000, 0},
    {"darwin/arm64", UINT64_C(0x100000000), 0},
    {"windows/amd64", 0x400000, 0},
    {"windows/386", 0x400000, 0},
};

static const struct layout *layout_of(const struct platform *p) {
    for (size_t i = 0;; i++) {
        INVARIANT(i < ARRAY_LEN(layouts)); /* each platform has one */
        if (strcmp(layouts[i].platform, p->name) == 0)
            return &layouts[i];
    }
}

/* The stack has grown to 132 KiB; vvar and vdso take 32 KiB. */
static void add_linux(struct model *m) {
    const struct platform *p = m->kernel.os.platform;
    uint64_t stack = round_up(KiB(132), m->page);
    uint64_t vdso = round_up(KiB(32), m->page);
    uint64_t own = round_up(KiB(64), m->page);
    m->lowest = round_up(KiB(64), m->page); /* vm.mmap_min_addr */
    m->base = round_down(p->user_end - layout_of(p)->gap, m->page);
    add_other(m, round_down(p->user_end, m->page) - stack, stack, "stack");
    add_other(m, m->base - vdso, vdso, "vdso");
    add_other(m, m->base - vdso - own, own, "program's own");
}

static void add_darwin(struct model *m) {
    const struct platform *p = m->kernel.os.platform;
    m->lowest = layout_of(p)->image; /* below is __PAGEZERO */
    if (p->addr_bits == 31) {
        add_other(m, p->user_end - MiB(1), MiB(1), "stack");
        return;
    }
    add_other(m, UINT64_C(0x7ffeef400000), MiB(8), "stack");
    add_other(m, UINT64_C(0x7fff80000000), GiB(1), "libraries");
}

static void add_windows(struct model *m) {
    const struct platform *p = m->kernel.os.platform;
    m->lowest = KiB(64);
    m->unit = KiB(64);
    add_other(m, 0x30000, MiB(1), "stack");
    if (p->ptr_size == 8)
        add_other(m, UINT64_C(0x7ff800000000), MiB(32), "libraries");
    else
        add_other(m, 0x77000000, MiB(8), "libraries");
}

/* [image's end, break): empty unless something has moved the break. */
static bool add_break(struct model *m, uint64_t wanted, struct error *err) {
    const struct platform *p = m->kernel.os.platform;
    uint64_t end = m->kernel.os.image_end, heap = round_up(end, m->page);
    m->brk = wanted ? wanted : p->brk > heap ? p->brk : heap;
    bool fits = m->brk >= end && m->brk < p->user_end &&
                (m->brk <= heap || range_free(m, heap, m->brk - heap));
    if (!fits)
        return error_set(err,
            _("brk 0x%" PRIx64 " is not possible on %s; expected an address from the image's end, "
              "0x%" PRIx64 ", on, below the stack and the vdso"),
            m->brk, p->name, end);
    if (m->brk > heap)
        add_other(m, heap, m->brk - heap, "program heap");
    return true;
}

static bool add_image(struct model *m, const struct model_config *config, struct error *err) {
    const struct platform *p = m->kernel.os.platform;
    uint64_t start = layout_of(p)->image, end = m->kernel.os.image_end;
    uint64_t heap = round_up(end, m->page);
    if (end <= start || !in_space(m, start, end - start) || !range_free(m, start, heap - start))
        return error_set(err,
            _("image_end 0x%" PRIx64 " is not possible on %s; expected an address from 0x%" PRIx64
              " on, below the stack and the libraries"),
            end, p->name, start + 1);
    add_other(m, start, end - start, "image");
    if (p->goos == GOOS_LINUX)
        return add_break(m, config->brk, err);
    if (config->brk != 0)
        return error_set(err, _("%s tells no program break; expected brk 0"), p->name);
    return true;
}

/* Taken ranges may overlap each other and the program: what is taken twice is taken. */
static bool add_taken(struct model *m, const struct model_config *config, struct error *err) {
    const struct platform *p = m->kernel.os.platform;
    for (size_t i = 0; i < config->taken_count; i++) {
        const struct taken_range *t = &config->taken[i];
        if (t->size == 0 || t->size > p->user_end || t->addr > p->user_end - t->size)
            return error_set(err,
                _("taken range 0x%" PRIx64 " of 0x%" PRIx64
                  " bytes is not in the address space of %s; expected some bytes below 0x%" PRIx64),
                t->addr, t->size, p->name, p->user_end);
        add_other(m, t->addr, t->size, "taken");
    }
    return true;
}

static bool build_space(struct model *m, const struct model_config *config, struct error *err) {
    if (on_windows(m))
        add_windows(m);
    else if (m->kernel.os.platform->goos == GOOS_DARWIN)
        add_darwin(m);
    else
        add_linux(m);
    return add_image(m, config, err) && add_taken(m, config, err);
}

struct os *os_model_new(
    const struct platform *platform, const struct model_config *config, struct error *err) {
    struct backing *backing = backing_new(platform, err);
    if (!backing)
        return NULL;
    struct model *m = xcalloc(1, sizeof *m);
    sys_init(&m->kernel, platform, &model_ops);
    m->backing = backing;
    struct os *os = &m->kernel.os;
    os->image_end = config->image_end ? config->image_end : platform->image_end;
    os->phys_page_size = config->phys_page_size ? config->phys_page_size : platform->phys_page_size;
    /* mallocinit ends the program over a page size that cannot be; the space still needs one. */
    bool sane = is_pow2(os->phys_page_size) && os->phys_page_size >= KiB(4);
    m->page = sane ? os->phys_page_size : platform->phys_page_size;
    m->unit = m->page;
    if (config->no_page_size)
        os->phys_page_size = 0;
    os->huge_page_size = platform->huge_page_size;
    os->bias = backing_bias(backing);
    os->host_page_size = backing_page_size(backing);
    m->address_limit = config->address_limit;
    m->memory_limit = config->memory_limit;
    m->ignores_hints = config->ignores_hints;
    if (!build_space(m, config, err)) {
        model_destroy(&m->kernel);
        return NULL;
    }
    return os;
}
