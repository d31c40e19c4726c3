/* Environments: the part of session.h that needs no session. */
#include "sim/work/session.h"

#include <stdlib.h>
#include <string.h>

void env_copy(struct environment *to, const struct environment *from) {
    *to = *from;
    if (from->model.taken_count == 0) {
        to->model.taken = NULL;
        return;
    }
    size_t bytes = from->model.taken_count * sizeof *from->model.taken;
    to->model.taken = xmalloc(bytes);
    memcpy(to->model.taken, from->model.taken, bytes);
}

void env_free(struct environment *env) {
    free(env->model.taken);
    *env = (struct environment){0};
}

void env_toggle_taken(struct environment *env, uint64_t addr, uint64_t size) {
    struct model_config *m = &env->model;
    for (size_t i = 0; i < m->taken_count; i++)
        if (m->taken[i].addr == addr && m->taken[i].size == size) {
            m->taken_count--;
            memmove(&m->taken[i], &m->taken[i + 1], (m->taken_count - i) * sizeof *m->taken);
            return;
        }
    m->taken = xrealloc(m->taken, (m->taken_count + 1) * sizeof *m->taken);
    m->taken[m->taken_count++] = (struct taken_range){addr, size};
}

bool env_is_taken(const struct environment *env, uint64_t addr) {
    for (size_t i = 0; i < env->model.taken_count; i++) {
        const struct taken_range *t = &env->model.taken[i];
        if (addr >= t->addr && addr - t->addr < t->size)
            return true;
    }
    return false;
}

/* Does the value ask for something else than what the platform has? */
static bool differs(uint64_t asked, uint64_t usual) {
    return asked != 0 && asked != usual;
}

bool env_has_faults(const struct environment *env) {
    const struct model_config *m = &env->model;
    const struct platform *p = env->platform;
    return m->taken_count || m->address_limit || m->memory_limit || m->ignores_hints ||
           m->no_page_size || differs(m->phys_page_size, p->phys_page_size) ||
           differs(m->brk, p->brk) || differs(m->image_end, p->image_end);
}
