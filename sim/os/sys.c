/*
 * sysReserve, sysMap, sysAlloc, sysFree, sysUnused and sysUsed as Go 1.10 has them for Linux,
 * Darwin and Windows: see sys.h.
 *
 * Linux is the careful one. On 64-bit, people who limit address space would see a 528.5 GiB
 * reservation refused, so more than 4 GiB is never reserved: 64 KiB are mapped at the address to
 * see whether it can be had, and given back at once. sysMap then maps piece by piece what nobody
 * reserved, and may find that somebody else came first.
 */
#include "sim/os/sys.h"

#define PROBE_SIZE      KiB(64)
#define ALLOCATION_UNIT KiB(64) /* Windows gives address space in these */
#define WINDOWS_PAGE    KiB(4)

static const struct os_answer refused = {0, 0};

static struct kernel *kernel_of(struct os *os) {
    return (struct kernel *)os;
}

int sys_errno(const struct platform *platform, enum failure failure) {
    static const int unix_errno[] = {
        [FAILURE_NO_MEMORY] = 12,    /* ENOMEM */
        [FAILURE_TAKEN] = 17,        /* EEXIST */
        [FAILURE_INVALID] = 22,      /* EINVAL */
        [FAILURE_COMMIT_LIMIT] = 12, /* ENOMEM */
    };
    static const int windows_error[] = {
        [FAILURE_NO_MEMORY] = 8,       /* ERROR_NOT_ENOUGH_MEMORY */
        [FAILURE_TAKEN] = 487,         /* ERROR_INVALID_ADDRESS */
        [FAILURE_INVALID] = 87,        /* ERROR_INVALID_PARAMETER */
        [FAILURE_COMMIT_LIMIT] = 1455, /* ERROR_COMMITMENT_LIMIT */
    };
    return platform->goos == GOOS_WINDOWS ? windows_error[failure] : unix_errno[failure];
}

/* The same everywhere. */

static struct os_answer grant(struct kernel *k, struct os_answer a, uint64_t size) {
    if (a.addr)
        k->ops->granted(k, a.addr, size);
    return a;
}

static struct os_answer on_alloc(struct os *os, uint64_t size) {
    struct kernel *k = kernel_of(os);
    return k->ops->mmap(k, 0, size, ACCESS_USABLE, PLACE_HINT);
}

static int on_free(struct os *os, uint64_t addr, uint64_t size) {
    struct kernel *k = kernel_of(os);
    return k->ops->munmap(k, addr, size);
}

static uint64_t on_brk(struct os *os) {
    struct kernel *k = kernel_of(os);
    return k->ops->brk(k);
}

static bool on_resident(struct os *os, uint64_t addr, uint64_t size, uint8_t *pages) {
    struct kernel *k = kernel_of(os);
    INVARIANT(addr % os->host_page_size == 0 && size % os->host_page_size == 0);
    return k->ops->resident(k, addr, size, pages);
}

static int on_occupy(struct os *os, uint64_t addr, uint64_t size) {
    struct kernel *k = kernel_of(os);
    return k->ops->occupy(k, addr, size);
}

static void on_destroy(struct os *os) {
    struct kernel *k = kernel_of(os);
    k->ops->destroy(k);
}

/* Linux. */

/* Some kernels take no notice of an address unless forced; where nothing is, forcing is harmless.
 */
static struct os_answer mmap_fixed(
    struct kernel *k, uint64_t addr, uint64_t size, enum access access) {
    struct os_answer a = k->ops->mmap(k, addr, size, access, PLACE_HINT);
    if (a.addr != addr && k->ops->is_free(k, addr, size)) {
        if (a.err == 0)
            k->ops->munmap(k, a.addr, size);
        a = k->ops->mmap(k, addr, size, access, PLACE_FIXED);
    }
    return a;
}

static struct os_answer linux_probe(struct kernel *k, uint64_t addr) {
    struct os_answer a = mmap_fixed(k, addr, PROBE_SIZE, ACCESS_NONE);
    if (a.err == 0)
        k->ops->munmap(k, a.addr, PROBE_SIZE);
    if (a.addr != addr)
        return (struct os_answer){0, a.err};
    return a;
}

static struct os_answer linux_reserve(struct os *os, uint64_t addr, uint64_t size, bool *reserved) {
    struct kernel *k = kernel_of(os);
    *reserved = false;
    if (os->platform->ptr_size == 8 && size > GiB(4))
        return grant(k, linux_probe(k, addr), size);
    struct os_answer a = k->ops->mmap(k, addr, size, ACCESS_NONE, PLACE_HINT);
    *reserved = a.err == 0;
    return grant(k, a, size);
}

static struct os_answer linux_map(struct os *os, uint64_t addr, uint64_t size, bool reserved) {
    struct kernel *k = kernel_of(os);
    if (!reserved)
        return mmap_fixed(k, addr, size, ACCESS_USABLE);
    return k->ops->mmap(k, addr, size, ACCESS_USABLE, PLACE_FIXED);
}

/* A huge page that is still one brings all its memory back when any of it is touched, so those that
 * the range begins or ends inside of are split; whole ones are left alone, because every change of
 * this advice costs the kernel a mapping. */
static void linux_split_huge_pages(struct kernel *k, uint64_t addr, uint64_t size) {
    uint64_t huge = k->os.huge_page_size;
    uint64_t head = 0, tail = 0;
    if (addr % huge != 0)
        head = round_down(addr, huge);
    if ((addr + size) % huge != 0)
        tail = round_down(addr + size - 1, huge);
    if (head != 0 && head + huge == tail) {
        k->ops->advise(k, head, 2 * huge, ADVICE_NO_HUGE);
        return;
    }
    if (head != 0)
        k->ops->advise(k, head, huge, ADVICE_NO_HUGE);
    if (tail != 0 && tail != head)
        k->ops->advise(k, tail, huge, ADVICE_NO_HUGE);
}

static int linux_unused(struct os *os, uint64_t addr, uint64_t size) {
    struct kernel *k = kernel_of(os);
    if (os->huge_page_size != 0)
        linux_split_huge_pages(k, addr, size);
    /* The kernel would round to whole pages and take more than it was given. */
    INVARIANT(addr % os->phys_page_size == 0 && size % os->phys_page_size == 0);
    k->ops->advise(k, addr, size, ADVICE_UNNEEDED);
    return 0;
}

static int linux_used(struct os *os, uint64_t addr, uint64_t size) {
    struct kernel *k = kernel_of(os);
    if (os->huge_page_size == 0)
        return 0;
    uint64_t start = round_up(addr, os->huge_page_size);
    uint64_t end = round_down(addr + size, os->huge_page_size);
    if (start < end)
        k->ops->advise(k, start, end - start, ADVICE_HUGE);
    return 0;
}

/* Darwin: always reserves, and takes whatever address the kernel gives. */

static struct os_answer darwin_reserve(
    struct os *os, uint64_t addr, uint64_t size, bool *reserved) {
    struct kernel *k = kernel_of(os);
    *reserved = true;
    return grant(k, k->ops->mmap(k, addr, size, ACCESS_NONE, PLACE_HINT), size);
}

static struct os_answer darwin_map(struct os *os, uint64_t addr, uint64_t size, bool reserved) {
    (void)reserved;
    struct kernel *k = kernel_of(os);
    return k->ops->mmap(k, addr, size, ACCESS_USABLE, PLACE_FIXED);
}

static int darwin_unused(struct os *os, uint64_t addr, uint64_t size) {
    struct kernel *k = kernel_of(os);
    k->ops->advise(k, addr, size, ADVICE_UNNEEDED);
    return 0;
}

static int darwin_used(struct os *os, uint64_t addr, uint64_t size) {
    (void)os;
    (void)addr;
    (void)size;
    return 0;
}

/* Windows: reserving and committing are two things, and a commit works within one reservation only.
 * sysUsed knows that, sysMap does not: a span that would begin in one reservation and end in the
 * next ends the program with error 487, as 32-bit Go programs of that time did. */

static struct os_answer windows_reserve(
    struct os *os, uint64_t addr, uint64_t size, bool *reserved) {
    struct kernel *k = kernel_of(os);
    *reserved = true;
    uint64_t start = round_down(addr, ALLOCATION_UNIT);
    uint64_t whole = addr + size - start;
    struct os_answer a = refused;
    if (start != 0)
        a = k->ops->mmap(k, start, whole, ACCESS_NONE, PLACE_EXACT);
    if (a.addr)
        return grant(k, a, whole);
    return grant(k, k->ops->mmap(k, 0, size, ACCESS_NONE, PLACE_HINT), size);
}

static struct os_answer windows_map(struct os *os, uint64_t addr, uint64_t size, bool reserved) {
    (void)reserved;
    struct kernel *k = kernel_of(os);
    return k->ops->mmap(k, addr, size, ACCESS_USABLE, PLACE_WITHIN);
}

/* Commits or decommits a range that may stretch over several reservations: ever smaller pieces are
 * tried until one lies within a single reservation. Not even a page can be committed where that
 * would be more memory than there is. */
static int windows_change(struct kernel *k, uint64_t addr, uint64_t size, enum access access) {
    while (size > 0) {
        uint64_t piece = size;
        struct os_answer a = refused;
        while (
            piece >= WINDOWS_PAGE && !(a = k->ops->mmap(k, addr, piece, access, PLACE_WITHIN)).addr)
            piece = round_down(piece / 2, WINDOWS_PAGE);
        if (!a.addr)
            return a.err;
        addr += piece;
        size -= piece;
    }
    return 0;
}

static int windows_unused(struct os *os, uint64_t addr, uint64_t size) {
    return windows_change(kernel_of(os), addr, size, ACCESS_NONE);
}

static int windows_used(struct os *os, uint64_t addr, uint64_t size) {
    return windows_change(kernel_of(os), addr, size, ACCESS_USABLE);
}

void sys_init(struct kernel *k, const struct platform *platform, const struct kernel_ops *ops) {
    struct os_ops sys = {
        .name = ops->name,
        .alloc = on_alloc,
        .free = on_free,
        .brk = on_brk,
        .resident = on_resident,
        .occupy = on_occupy,
        .destroy = on_destroy,
    };
    if (platform->goos == GOOS_WINDOWS) {
        sys.reserve = windows_reserve;
        sys.map = windows_map;
        sys.unused = windows_unused;
        sys.used = windows_used;
    } else if (platform->goos == GOOS_DARWIN) {
        sys.reserve = darwin_reserve;
        sys.map = darwin_map;
        sys.unused = darwin_unused;
        sys.used = darwin_used;
    } else {
        sys.reserve = linux_reserve;
        sys.map = linux_map;
        sys.unused = linux_unused;
        sys.used = linux_used;
    }
    k->ops = ops;
    k->sys = sys;
    k->os.platform = platform;
    k->os.ops = &k->sys;
}

void os_model_others(const struct os *model,
    void (*show)(void *arg, uint64_t addr, uint64_t size, const char *what), void *arg) {
    if (model->ops->destroy != on_destroy) /* a replayed space: nothing is known of it */
        return;
    const struct kernel *k = (const struct kernel *)model;
    k->ops->others(k, show, arg);
}
