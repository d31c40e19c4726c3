/* Shrinking: see shrink.h. */
#include "sim/work/shrink.h"

#include <stdlib.h>
#include <string.h>

struct shrinker {
    struct suspect *best;
    still_fails *fails;
    void *arg;
    unsigned left; /* tries */
};

void suspect_free(struct suspect *s) {
    free(s->ops);
    env_free(&s->env);
    *s = (struct suspect){0};
}

static bool try(struct shrinker *sh, const struct suspect *s) {
    if (!sh->left)
        return false;
    sh->left--;
    return sh->fails(sh->arg, s);
}

/* --- Operations --- */

/* Leaves out count operations from number first on, if it fails without them, too. */
static bool leave_out(struct shrinker *sh, size_t first, size_t count) {
    struct suspect *best = sh->best;
    size_t left = best->count - count;
    struct op *ops = xmalloc((left + 1) * sizeof *ops);
    memcpy(ops, best->ops, first * sizeof *ops);
    memcpy(ops + first, best->ops + first + count, (left - first) * sizeof *ops);
    const struct suspect s = {.env = best->env, .ops = ops, .count = left};
    if (!try(sh, &s)) {
        free(ops);
        return false;
    }
    free(best->ops);
    best->ops = ops;
    best->count = left;
    return true;
}

/* From the end, since what comes before a failure is needed least where it is near. */
static bool drop_stretches(struct shrinker *sh, size_t length) {
    bool any = false;
    for (size_t end = sh->best->count; end > 0 && sh->left;) {
        size_t first = end > length ? end - length : 0;
        any |= leave_out(sh, first, end - first);
        end = first;
    }
    return any;
}

static void drop_operations(struct shrinker *sh) {
    for (size_t length = sh->best->count / 2; length > 0 && sh->left; length /= 2)
        drop_stretches(sh, length);
    while (sh->left && drop_stretches(sh, 1)) {
    }
}

/* --- The world --- */

/* Takes over env if it fails in that, too; env is freed otherwise. */
static void try_world(struct shrinker *sh, struct environment *env) {
    struct suspect s = *sh->best;
    s.env = *env;
    if (try(sh, &s)) {
        env_free(&sh->best->env);
        sh->best->env = *env;
    } else {
        env_free(env);
    }
}

static void drop_taken(struct shrinker *sh) {
    for (size_t i = sh->best->env.model.taken_count; i-- > 0;) {
        struct environment env;
        env_copy(&env, &sh->best->env);
        struct taken_range *taken = env.model.taken;
        taken[i] = taken[--env.model.taken_count];
        try_world(sh, &env);
    }
}

static void drop_all_taken(struct shrinker *sh) {
    struct environment env;
    env_copy(&env, &sh->best->env);
    env.model.taken_count = 0;
    try_world(sh, &env);
}

static void drop_number(struct shrinker *sh, uint64_t *number) {
    if (!*number)
        return;
    uint64_t old = *number;
    *number = 0;
    if (!try(sh, sh->best))
        *number = old;
}

static void drop_flag(struct shrinker *sh, bool *flag) {
    if (!*flag)
        return;
    *flag = false;
    *flag = !try(sh, sh->best);
}

static void plain_world(struct shrinker *sh) {
    struct model_config *m = &sh->best->env.model;
    drop_number(sh, &m->address_limit);
    drop_number(sh, &m->memory_limit);
    drop_number(sh, &m->brk);
    drop_number(sh, &m->image_end);
    drop_number(sh, &m->phys_page_size);
    drop_flag(sh, &m->ignores_hints);
    drop_flag(sh, &m->no_page_size);
    if (m->taken_count)
        drop_all_taken(sh);
    drop_taken(sh);
}

/* --- Numbers --- */

/* As small as low and the failure allow. */
static void make_small(struct shrinker *sh, uint64_t *number, uint64_t low) {
    while (*number > low && sh->left) {
        uint64_t old = *number;
        *number = low;
        if (try(sh, sh->best))
            return;
        *number = low + (old - low) / 2;
        if (*number == low || !try(sh, sh->best)) {
            *number = old;
            return;
        }
    }
}

static void small_numbers(struct shrinker *sh) {
    for (size_t i = 0; i < sh->best->count && sh->left; i++) {
        struct op *op = &sh->best->ops[i];
        if (op->code == OP_ALLOC || op->code == OP_MANUAL)
            make_small(sh, &op->size, 1);
        if (op->code == OP_ALLOC_TYPED)
            make_small(sh, &op->count, 1);
        if (op->code == OP_STORE)
            make_small(sh, &op->off, 0);
    }
}

unsigned shrink(struct suspect *s, still_fails *fails, void *arg, unsigned tries) {
    struct shrinker sh = {.best = s, .fails = fails, .arg = arg, .left = tries};
    drop_operations(&sh);
    plain_world(&sh);
    small_numbers(&sh);
    drop_operations(&sh);
    return tries - sh.left;
}
