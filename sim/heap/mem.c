/*
 * Memory from the system, counted: Go's sys* functions, and on top of them the two allocators for
 * the runtime's own records, which never come from the heap they describe:
 *
 *   persistentalloc  cuts 256 KiB chunks; nothing is ever freed. Requests of 64 KiB and more go to
 *                    the system directly (Windows reserves in 64 KiB units, whence the limit).
 *   fixalloc         records of one size, from 16 KiB pieces of persistent memory; freed records
 *                    are used again, last in, first out.
 *
 * We keep our structures in C memory; what is modelled here is where Go's would lie and what they
 * cost. It matters: mspan addresses break ties in the treap, and the statistics count all of it.
 */
#include "sim/heap/heap_internal.h"

#include <errno.h>
#include <stdlib.h>

enum {
    PERSISTENT_CHUNK = 256 << 10,
    PERSISTENT_MAX = 64 << 10,
    FIXALLOC_CHUNK = 16 << 10,
};

/* A replayed request that differs from the recorded one ends the run: nothing true can follow. */
static void stop_if_diverged(struct heap *h) {
    if (h->os->diverged)
        heap_exit(h, 2);
}

uint64_t sys_reserve(struct heap *h, uint64_t addr, uint64_t size, bool *reserved) {
    bool really = false;
    lock(h, &h->os_lock);
    struct os_answer got = h->os->ops->reserve(h->os, addr, size, &really);
    stop_if_diverged(h);
    EMIT(h, EV_OS_RESERVE, really, got.err, addr, size, got.addr);
    if (got.addr) {
        *reserved = really;
        set_range(h, got.addr, size, really ? RANGE_RESERVED : RANGE_CHECKED, OWNER_HEAP);
    }
    unlock(h, &h->os_lock);
    return got.addr;
}

/* Windows has its own words, with its own error numbers. */
NORETURN static void map_failed_on_windows(struct heap *h, uint64_t size, int err) {
    enum { NOT_ENOUGH_MEMORY = 8, COMMITMENT_LIMIT = 1455 };
    bool memory = err == NOT_ENOUGH_MEMORY || err == COMMITMENT_LIMIT;
    heap_print(h, MSG_VIRTUAL_ALLOC, size, (uint64_t)err, 0);
    heap_throw(h, memory ? MSG_THROW_OOM : MSG_THROW_MAP_FAILED);
}

/* What Go says when the system does not give the pages where they were asked for. */
NORETURN static void map_failed(
    struct heap *h, uint64_t addr, uint64_t size, bool reserved, struct os_answer got) {
    if (h->platform->goos == GOOS_WINDOWS)
        map_failed_on_windows(h, size, got.err);
    if (got.err == ENOMEM)
        heap_throw(h, MSG_THROW_RUNTIME_OOM);
    if (reserved) /* as everywhere but on Linux */
        heap_throw(h, MSG_THROW_MAP_FAILED);
    heap_print(h, MSG_MAP_CONFLICT, addr, got.addr, (uint64_t)got.err);
    heap_throw(h, MSG_THROW_CONFLICT);
}

void sys_map(struct heap *h, uint64_t addr, uint64_t size, bool reserved, enum stat_id stat) {
    stat_add(h, stat, size);
    lock(h, &h->os_lock);
    struct os_answer got = h->os->ops->map(h->os, addr, size, reserved);
    stop_if_diverged(h);
    EMIT(h, EV_OS_MAP, reserved, got.err, addr, size, got.addr);
    if (got.addr && !got.err)
        set_range(h, got.addr, size, RANGE_MAPPED, OWNER_HEAP);
    if (got.addr != addr || got.err)
        map_failed(h, addr, size, reserved, got);
    unlock(h, &h->os_lock);
}

uint64_t sys_alloc(struct heap *h, uint64_t size, enum stat_id stat, enum range_owner owner) {
    lock(h, &h->os_lock);
    struct os_answer got = h->os->ops->alloc(h->os, size);
    stop_if_diverged(h);
    EMIT(h, EV_OS_ALLOC, 0, got.err, 0, size, got.addr);
    if (got.addr || h->platform->goos == GOOS_WINDOWS) /* there Go counts before it asks */
        stat_add(h, stat, size);
    if (got.addr) {
        set_range(h, got.addr, round_up(size, h->os->phys_page_size), RANGE_MAPPED, owner);
    } else {
        bool linux_os = h->platform->goos == GOOS_LINUX;
        if (linux_os && (got.err == EACCES || got.err == EAGAIN)) {
            heap_print(h, got.err == EACCES ? MSG_MMAP_DENIED : MSG_MMAP_LOCKED, 0, 0, 0);
            heap_exit(h, 2);
        }
    }
    unlock(h, &h->os_lock);
    return got.addr;
}

/* The system would not free, release or take back: Windows alone ends over that. Elsewhere Go never
 * looks at the answer; what is told is what has really become of the range. */
static bool was_done(
    struct heap *h, int err, enum message call, uint64_t size, enum message words) {
    if (err && h->platform->goos == GOOS_WINDOWS) {
        heap_print(h, call, size, (uint64_t)err, 0);
        heap_throw(h, words);
    }
    return err == 0;
}

void sys_free(struct heap *h, uint64_t addr, uint64_t size, enum stat_id stat) {
    if (stat != STAT_COUNT)
        stat_add(h, stat, (uint64_t)0 - size);
    lock(h, &h->os_lock);
    int err = h->os->ops->free(h->os, addr, size);
    stop_if_diverged(h);
    EMIT(h, EV_OS_FREE, 0, err, addr, size, 0);
    if (was_done(h, err, MSG_VIRTUAL_FREE, size, MSG_THROW_RELEASE))
        set_range(h, addr, round_up(size, h->os->phys_page_size), RANGE_NONE, OWNER_NOBODY);
    unlock(h, &h->os_lock);
}

void sys_unused(struct heap *h, uint64_t addr, uint64_t size) {
    INVARIANT(addr % h->os->phys_page_size == 0 && size % h->os->phys_page_size == 0);
    lock(h, &h->os_lock);
    int err = h->os->ops->unused(h->os, addr, size);
    stop_if_diverged(h);
    EMIT(h, EV_OS_UNUSED, 0, err, addr, size, 0);
    if (was_done(h, err, MSG_VIRTUAL_FREE, 0, MSG_THROW_DECOMMIT)) /* 0: of ever smaller pieces */
        set_range(h, addr, size, RANGE_RELEASED, OWNER_HEAP);
    unlock(h, &h->os_lock);
}

void sys_used(struct heap *h, uint64_t addr, uint64_t size) {
    lock(h, &h->os_lock);
    int err = h->os->ops->used(h->os, addr, size);
    stop_if_diverged(h);
    EMIT(h, EV_OS_USED, 0, err, addr, size, 0);
    was_done(h, err, MSG_VIRTUAL_ALLOC, 0, MSG_THROW_COMMIT); /* elsewhere it is only advice */
    set_range(h, addr, size, RANGE_MAPPED, OWNER_HEAP);
    unlock(h, &h->os_lock);
}

static void new_chunk(struct heap *h) {
    h->persistent.base = sys_alloc(h, PERSISTENT_CHUNK, STAT_other_sys, OWNER_METADATA);
    h->persistent.off = 0;
    if (!h->persistent.base)
        heap_throw(h, MSG_THROW_METADATA_MALLOC);
    EMIT(h, EV_META, META_CHUNK, 0, h->persistent.base, PERSISTENT_CHUNK, 0);
}

uint64_t persistentalloc(
    struct heap *h, uint64_t size, uint64_t align, enum stat_id stat, enum meta_kind what) {
    INVARIANT(size > 0 && is_pow2(align) && align <= GO_PAGE_SIZE);
    if (size >= PERSISTENT_MAX) {
        uint64_t addr = sys_alloc(h, size, stat, OWNER_METADATA);
        if (addr)
            EMIT(h, EV_META, what, 0, addr, size, 0);
        return addr;
    }
    lock(h, &h->persistent_lock);
    struct persistent *p = &h->persistent;
    p->off = round_up(p->off, align);
    if (p->off + size > PERSISTENT_CHUNK || !p->base)
        new_chunk(h);
    uint64_t addr = p->base + p->off;
    p->off += size;
    if (stat != STAT_other_sys) { /* the chunk was counted as other_sys */
        stat_add(h, stat, size);
        stat_add(h, STAT_other_sys, (uint64_t)0 - size);
    }
    EMIT(h, EV_META, what, 0, addr, size, 0);
    unlock(h, &h->persistent_lock);
    return addr;
}

void fixalloc_init(struct fixalloc *f, uint64_t size, enum stat_id stat, enum meta_kind what) {
    *f = (struct fixalloc){.size = size, .stat = stat, .what = what};
}

/* Cuts a record that never existed from the chunk. */
static uint32_t new_record(struct heap *h, struct fixalloc *f) {
    if (f->nchunk < f->size) {
        f->chunk = persistentalloc(h, FIXALLOC_CHUNK, 8, f->stat, f->what);
        f->nchunk = FIXALLOC_CHUNK;
    }
    void *records = f->records;
    array_reserve(&records, &f->cap, f->count + 1, sizeof *f->records);
    f->records = records;
    f->records[f->count] = f->chunk;
    f->chunk += f->size;
    f->nchunk -= f->size;
    return (uint32_t)f->count++;
}

uint32_t fixalloc_alloc(struct heap *h, struct fixalloc *f, bool *fresh) {
    INVARIANT(f->size > 0);
    *fresh = f->freed_count == 0;
    uint32_t record = *fresh ? new_record(h, f) : f->freed[--f->freed_count];
    f->inuse += f->size;
    return record;
}

void fixalloc_free(struct fixalloc *f, uint32_t record) {
    void *freed = f->freed;
    array_reserve(&freed, &f->freed_cap, f->freed_count + 1, sizeof *f->freed);
    f->freed = freed;
    f->freed[f->freed_count++] = record;
    f->inuse -= f->size;
}

void fixalloc_destroy(struct fixalloc *f) {
    free(f->records);
    free(f->freed);
}
