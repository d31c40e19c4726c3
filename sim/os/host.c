/*
 * The real kernel of this machine.
 *
 * Target addresses are host addresses, so what is asked for is truly asked for. The
 * machine has to be able to be the platform: a Linux of its pointer width and page size. Whatever
 * this provider maps it remembers, so that destroying it leaves the process as it was and the next
 * heap finds the same space.
 */
#include "sim/base/rangemap.h"
#include "sim/os/sys.h"

#ifndef __linux__

struct os *os_host_new(const struct platform *platform, struct error *err) {
    error_set(err,
        "the host's kernel can be asked on Linux only; expected the simulated space for %s",
        platform->name);
    return NULL;
}

#else

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

struct host {
    struct kernel kernel; /* first: struct os * and struct host * are one address */
    struct rangemap ours; /* what was mapped: MAPPED the heap's, TAKEN occupied */
};

/* The end of this program's image, as the linker knows it: firstmoduledata.end. */
extern char end[];

static struct host *host_of(struct kernel *k) {
    return (struct host *)k;
}

static void *host_ptr(uint64_t addr) {
    return (void *)(uintptr_t)addr;
}

static void note(struct host *h, uint64_t addr, uint64_t size, enum range_state state) {
    uint64_t page = h->kernel.os.phys_page_size;
    enum range_owner owner = state == RANGE_MAPPED  ? OWNER_HEAP
                             : state == RANGE_TAKEN ? OWNER_OTHER
                                                    : OWNER_NOBODY;
    rangemap_set(&h->ours, addr, round_up(addr + size, page), state, owner);
}

/* Does the host's size_t hold these? A 32-bit program may be asked for more. */
static bool representable(uint64_t addr, uint64_t size) {
    return size <= SIZE_MAX && addr <= UINTPTR_MAX;
}

static struct os_answer host_mmap(
    struct kernel *k, uint64_t addr, uint64_t size, enum access access, enum place place) {
    INVARIANT(place == PLACE_HINT || place == PLACE_FIXED);
    if (!representable(addr, size)) /* never: in a 64-bit program */
        return (struct os_answer){0, ENOMEM};
    int prot = access == ACCESS_USABLE ? PROT_READ | PROT_WRITE : PROT_NONE;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | (place == PLACE_FIXED ? MAP_FIXED : 0);
    void *p = mmap(host_ptr(addr), (size_t)size, prot, flags, -1, 0);
    if (p == MAP_FAILED)
        return (struct os_answer){0, errno};
    note(host_of(k), (uintptr_t)p, size, RANGE_MAPPED);
    return (struct os_answer){(uintptr_t)p, 0};
}

/* Fails only where the kernel cannot split a mapping (their number is limited): it stays, then, and
 * is given back at the end. */
static int host_munmap(struct kernel *k, uint64_t addr, uint64_t size) {
    if (munmap(host_ptr(addr), (size_t)size) != 0)
        return errno;
    note(host_of(k), addr, size, RANGE_NONE);
    return 0;
}

/* mincore says ENOMEM if any page of a range is unmapped, so it is asked page by page. EINVAL, for
 * an address that is no page's, says nothing. */
static bool host_is_free(struct kernel *k, uint64_t addr, uint64_t size) {
    unsigned char resident;
    for (uint64_t off = 0; off < size; off += k->os.phys_page_size)
        if (mincore(host_ptr(addr + off), 1, &resident) == 0 ||
            (errno != ENOMEM && errno != EINVAL)) /* never: it has no other reasons here */
            return false;
    return true;
}

/* Huge-page advice fails where it changes nothing or the kernel has no huge pages: so be it. */
static void host_advise(struct kernel *k, uint64_t addr, uint64_t size, enum advice advice) {
    static const int advices[] = {
        [ADVICE_UNNEEDED] = MADV_DONTNEED,
        [ADVICE_HUGE] = MADV_HUGEPAGE,
        [ADVICE_NO_HUGE] = MADV_NOHUGEPAGE,
    };
    (void)k;
    (void)madvise(host_ptr(addr), (size_t)size, advices[advice]);
}

static void host_granted(struct kernel *k, uint64_t addr, uint64_t size) {
    (void)k;
    (void)addr;
    (void)size;
}

static uint64_t host_brk(struct kernel *k) {
    (void)k;
    return (uintptr_t)sbrk(0);
}

static bool host_resident(struct kernel *k, uint64_t addr, uint64_t size, uint8_t *pages) {
    if (mincore(host_ptr(addr), (size_t)size, pages) != 0)
        return false;
    for (uint64_t i = 0; i < size / k->os.host_page_size; i++)
        pages[i] &= 1; /* the other bits are the kernel's */
    return true;
}

static int host_occupy(struct kernel *k, uint64_t addr, uint64_t size) {
    if (!representable(addr, size)) /* never: in a 64-bit program */
        return ENOMEM;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    void *p = mmap(host_ptr(addr), (size_t)size, PROT_NONE, flags, -1, 0);
    if (p == MAP_FAILED)
        return errno;
    if ((uintptr_t)p != addr) { /* never: but before Linux 4.17, which took it for a hint */
        munmap(p, (size_t)size);
        return EEXIST;
    }
    note(host_of(k), addr, size, RANGE_TAKEN);
    return 0;
}

/* Tells a mapping of this process, unless the heap made it. */
static void show_mapping(const struct host *h, char *line, show_range *show, void *arg) {
    uint64_t start, stop;
    int name_at = 0;
    int n = sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n", &start, &stop, &name_at);
    if (n < 2) /* never: the kernel writes them so */
        return;
    line[strcspn(line, "\n")] = '\0';
    const char *what = line[name_at] ? line + name_at : "program's own";
    while (start < stop) {
        struct range run;
        uint64_t run_end = rangemap_run(&h->ours, start, stop, &run);
        if (run.state != RANGE_MAPPED)
            show(arg, start, run_end - start, run.state == RANGE_TAKEN ? "taken" : what);
        start = run_end;
    }
}

static void host_others(const struct kernel *k, show_range *show, void *arg) {
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!maps)
        return;
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, maps) > 0)
        show_mapping((const struct host *)k, line, show, arg);
    free(line);
    fclose(maps);
}

static void host_destroy(struct kernel *k) {
    struct host *h = host_of(k);
    for (size_t i = 0; i < h->ours.count; i++) {
        const struct range *r = &h->ours.ranges[i];
        munmap(host_ptr(r->start), (size_t)(r->end - r->start));
    }
    rangemap_free(&h->ours);
    free(h);
}

static const struct kernel_ops host_ops = {
    .name = N_("host kernel"),
    .mmap = host_mmap,
    .munmap = host_munmap,
    .is_free = host_is_free,
    .advise = host_advise,
    .granted = host_granted,
    .brk = host_brk,
    .resident = host_resident,
    .occupy = host_occupy,
    .others = host_others,
    .destroy = host_destroy,
};

/* Can this machine be that platform? */
static bool suits(const struct platform *p, uint64_t page, struct error *err) {
    if (p->goos != GOOS_LINUX)
        return error_set(
            err, _("%s needs another operating system than this machine's Linux"), p->name);
    if (p->ptr_size != sizeof(void *))
        return error_set(err,
            _("%s on the real kernel needs a %u-bit program; this one is %zu-bit"), p->name,
            p->ptr_size * 8, sizeof(void *) * 8);
    if (p->phys_page_size != page)
        return error_set(err,
            _("%s has pages of %" PRIu64 " bytes; this machine's are of %" PRIu64), p->name,
            p->phys_page_size, page);
    return true;
}

struct os *os_host_new(const struct platform *platform, struct error *err) {
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (!suits(platform, page, err))
        return NULL;
    struct host *h = xcalloc(1, sizeof *h);
    sys_init(&h->kernel, platform, &host_ops);
    struct os *os = &h->kernel.os;
    os->image_end = (uintptr_t)end;
    os->phys_page_size = os->host_page_size = page;
    os->huge_page_size = platform->huge_page_size;
    return os;
}

#endif
