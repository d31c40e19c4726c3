/*
 * What a program can check of its heap from outside:
 *
 *   every object it may still use is allocated, its own (no two share a byte), and described by the
 *   heap bitmap as its type has it; fresh ones read as zeros; filled ones keep their bytes
 *
 * On top of that heap_check walks the heap's own structures.
 */
#include "sim/work/program_internal.h"

#include <stdlib.h>
#include <string.h>

enum { FULL_CHECK_EVERY = 64 }; /* operations; all objects are looked at then */

static void check_filled(const struct program *p, const struct object *o) {
    const uint8_t *bytes = os_host(p->os, o->addr);
    if (bytes[0] != FILL_BYTE || memcmp(bytes, bytes + 1, o->size - 1) != 0) /* never: a bug */
        BUG("object 0x%llx of %llu bytes has lost what it was filled with",
            (unsigned long long)o->addr, (unsigned long long)o->size);
}

static bool has_memory(const struct object *o) {
    return o->exists && !o->collected && o->size;
}

static void check_object(const struct program *p, const struct object *o) {
    if (!o->manual) {
        struct heap_type type = {0};
        if (o->type)
            type = (struct heap_type){o->type->size, o->type->ptrdata, o->type->mask};
        heap_check_object(p->heap, o->addr, o->size, &type);
    }
    if (o->filled)
        check_filled(p, o);
}

static int by_addr(const void *a, const void *b) {
    const struct object *x = *(const struct object *const *)a;
    const struct object *y = *(const struct object *const *)b;
    return x->addr < y->addr ? -1 : x->addr > y->addr;
}

void program_check(const struct program *p) {
    if (!p->started || program_ended(p))
        return;
    heap_check(p->heap);
    const struct object **sorted = xmalloc((p->count + 1) * sizeof(*sorted));
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++)
        if (has_memory(&p->objects[i])) {
            check_object(p, &p->objects[i]);
            sorted[n++] = &p->objects[i];
        }
    qsort(sorted, n, sizeof(*sorted), by_addr);
    for (size_t i = 1; i < n; i++)
        if (sorted[i]->addr - sorted[i - 1]->addr < sorted[i - 1]->size) /* never: a bug */
            BUG("objects 0x%llx and 0x%llx share bytes", (unsigned long long)sorted[i - 1]->addr,
                (unsigned long long)sorted[i]->addr);
    free(sorted);
}

void program_check_op(struct program *p, const struct op *op) {
    if (!p->started || program_ended(p))
        return;
    if (p->ops - p->all_checked >= FULL_CHECK_EVERY) {
        p->all_checked = p->ops;
        program_check(p);
        return;
    }
    heap_check(p->heap);
    if (!op || (op->code != OP_ALLOC && op->code != OP_ALLOC_TYPED))
        return;
    const struct object *o = &p->objects[op->id];
    if (!has_memory(o))
        return;
    check_object(p, o);
}
