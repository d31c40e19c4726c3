/* The world as people change it: see world.h. */
#include "viz/world.h"

#include "sim/base/i18n.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { HINT_TAKEN_SIZE = 64 << 10 }; /* what "taking" a hint maps there: as much as Go looks at */

/* --- Values to choose from, the usual one first --- */

/* Limits that lead, on 32-bit, to each of the four arena sizes and to failure. */
static const uint64_t limits[] = {0, MiB(800), MiB(560), MiB(420), MiB(290), MiB(200)};
static const uint64_t memories[] = {0, MiB(64), MiB(16), MiB(4), MiB(1)};
static const uint64_t hint_counts[] = {0, 1, 2, 3, 64, HINT_COUNT};
static const uint64_t pages[] = {0, KiB(4), KiB(8), KiB(16), KiB(64), 1000, UINT64_MAX};
static const uint64_t seeds[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const uint64_t gogcs[] = {0, 25, 50, 100, 200, 400, (uint64_t)-1};
static const uint64_t ps[] = {0, 2, 4, MAX_PS};

/* The value after (or before) the present one; the first, if that is none of them. */
static uint64_t step(const uint64_t *values, size_t n, uint64_t now, int direction) {
    size_t i = 0;
    while (i < n && values[i] != now)
        i++;
    if (i == n)
        return values[0];
    return values[direction > 0 ? (i + 1) % n : (i + n - 1) % n];
}

#define STEP(values, now) step(values, ARRAY_LEN(values), now, direction)

static void step_platform(struct environment *env, int direction) {
    size_t n = 0, at = 0;
    for (; platform_at(n); n++)
        if (platform_at(n) == env->platform)
            at = n;
    INVARIANT(n);
    const struct platform *next = platform_at(direction > 0 ? (at + 1) % n : (at + n - 1) % n);
    bool same_width = next->ptr_size == env->platform->ptr_size;
    if (!same_width)
        world_other_width(env);
    env->platform = next;
}

/* A break, or an image, so high that the usual start of the arena lies below it. */
static uint64_t high(const struct environment *env, uint64_t extra) {
    return round_up(env->platform->image_end, MiB(1)) + extra;
}

static void step_page(struct model_config *m, int direction) {
    uint64_t next = STEP(pages, m->no_page_size ? UINT64_MAX : m->phys_page_size);
    m->no_page_size = next == UINT64_MAX;
    m->phys_page_size = m->no_page_size ? 0 : next;
}

void world_step(struct environment *env, enum world_row row, int direction) {
    struct model_config *m = &env->model;
    switch (row) {
    case WORLD_PLATFORM: step_platform(env, direction); break;
    case WORLD_PROVIDER:
        env->provider = env->provider == PROVIDER_HOST ? PROVIDER_MODEL : PROVIDER_HOST;
        break;
    case WORLD_LIMIT: m->address_limit = STEP(limits, m->address_limit); break;
    case WORLD_MEMORY: m->memory_limit = STEP(memories, m->memory_limit); break;
    case WORLD_HINTS:
        world_take_hints(env, (unsigned)STEP(hint_counts, world_hints_taken(env)));
        break;
    case WORLD_BREAK: m->brk = m->brk ? 0 : high(env, MiB(48)); break;
    case WORLD_IMAGE: m->image_end = m->image_end ? 0 : high(env, MiB(512)); break;
    case WORLD_PAGE: step_page(m, direction); break;
    case WORLD_ANSWERS: m->ignores_hints = !m->ignores_hints; break;
    case WORLD_SEED: env->seed[0] = (uint32_t)STEP(seeds, env->seed[0]); break;
    case WORLD_GOGC: env->gogc = (int64_t)STEP(gogcs, (uint64_t)env->gogc); break;
    case WORLD_PS: env->ps = (unsigned)STEP(ps, env->ps); break;
    case WORLD_ROW_COUNT: break;
    }
}

bool world_has(const struct environment *env, enum world_row row) {
    return row != WORLD_HINTS || env->platform->hint;
}

/* --- In words --- */

const char *world_label(enum world_row row) {
    static const char *const labels[] = {
#define X(NAME, label) label,
        WORLD_ROWS(X)
#undef X
    };
    return _(labels[row]);
}

static char *size_or(uint64_t bytes, const char *none, char *buf, size_t len) {
    if (bytes)
        return format_size(bytes, buf, len);
    snprintf(buf, len, "%s", none);
    return buf;
}

static char *page_value(const struct model_config *m, uint64_t real, char *buf, size_t len) {
    if (m->no_page_size || (!m->phys_page_size && !real))
        return size_or(0, _("not told"), buf, len);
    return format_size(m->phys_page_size ? m->phys_page_size : real, buf, len);
}

static char *gogc_value(int64_t gogc, char *buf, size_t len) {
    if (gogc > 0)
        snprintf(buf, len, "%" PRId64, gogc);
    else
        snprintf(buf, len, "%s", gogc ? _("off") : _("the workload's"));
    return buf;
}

char *world_value(const struct environment *env, const struct session *real, enum world_row row,
    char *buf, size_t len) {
    const struct model_config *m = &env->model;
    struct session_world is = {
        env->platform->image_end, env->platform->brk, env->platform->phys_page_size};
    if (real)
        is = session_world(real);
    switch (row) {
    case WORLD_PLATFORM: snprintf(buf, len, "%s", env->platform->name); break;
    case WORLD_PROVIDER:
        snprintf(buf, len, "%s",
            real                             ? _(session_provider(real))
            : env->provider == PROVIDER_HOST ? _("host kernel")
                                             : _("simulated"));
        break;
    case WORLD_LIMIT: return size_or(m->address_limit, _("no limit"), buf, len);
    case WORLD_MEMORY: return size_or(m->memory_limit, _("no limit"), buf, len);
    case WORLD_HINTS: snprintf(buf, len, _("%u of %d"), world_hints_taken(env), HINT_COUNT); break;
    case WORLD_BREAK: snprintf(buf, len, "0x%" PRIx64, is.brk); break;
    case WORLD_IMAGE: snprintf(buf, len, "0x%" PRIx64, is.image_end); break;
    case WORLD_PAGE: return page_value(m, is.phys_page_size, buf, len);
    case WORLD_ANSWERS:
        snprintf(buf, len, "%s", m->ignores_hints ? _("elsewhere") : _("as asked"));
        break;
    case WORLD_SEED: snprintf(buf, len, "%u %u", env->seed[0], env->seed[1]); break;
    case WORLD_GOGC: return gogc_value(env->gogc, buf, len);
    case WORLD_PS:
        if (!env->ps)
            return size_or(0, _("the workload's"), buf, len);
        snprintf(buf, len, "%u", env->ps);
        break;
    case WORLD_ROW_COUNT: break;
    }
    return buf;
}

/* --- Width and hints --- */

void world_other_width(struct environment *env) {
    env->platform = platform_other_width(env->platform);
    free(env->model.taken);
    env->model = (struct model_config){0};
}

uint64_t world_hint(const struct platform *p, unsigned i) {
    return (uint64_t)i << 40 | p->hint;
}

unsigned world_hints_taken(const struct environment *env) {
    unsigned n = 0;
    for (unsigned i = 0; i < HINT_COUNT && env->platform->hint; i++)
        n += env_is_taken(env, world_hint(env->platform, i));
    return n;
}

void world_toggle_hint(struct environment *env, unsigned i) {
    env_toggle_taken(env, world_hint(env->platform, i), HINT_TAKEN_SIZE);
}

void world_take_hints(struct environment *env, unsigned n) {
    for (unsigned i = 0; i < HINT_COUNT && env->platform->hint; i++)
        if (env_is_taken(env, world_hint(env->platform, i)) != (i < n))
            world_toggle_hint(env, i);
}
