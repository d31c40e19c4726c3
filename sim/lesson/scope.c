/* Scopes: see scope.h. */
#include "sim/lesson/scope.h"

#include "sim/work/script.h"

struct scope scope_of(const struct recording *rec, const struct platform *platform,
    const char *script_name, const char *script, uint64_t seq) {
    struct scope s = {.rec = rec,
        .platform = platform,
        .script_name = script_name,
        .script = script,
        .moment = SCOPE_NOW};
    for (int i = 0; i < SCOPE_MOMENTS; i++)
        s.seq[i] = UINT64_MAX;
    s.seq[SCOPE_START] = 0;
    s.seq[SCOPE_NOW] = seq;
    return s;
}

void scope_free(struct scope *s) {
    for (int i = 0; i < SCOPE_MOMENTS; i++)
        replica_free(s->at[i]);
    *s = (struct scope){0};
}

void scope_set(struct scope *s, enum scope_moment moment, uint64_t seq) {
    replica_free(s->at[moment]);
    s->at[moment] = NULL;
    s->seq[moment] = seq;
}

const struct replica *scope_replica(struct scope *s) {
    uint64_t seq = s->seq[s->moment];
    struct replica **r = &s->at[s->moment];
    if (seq > recording_count(s->rec))
        return NULL;
    if (!*r) {
        *r = replica_new();
        recording_seek(s->rec, r, seq);
    }
    return *r;
}

/* Where the object of that number was put, before the moment. */
static bool find_born(struct scope *s, uint32_t id, uint64_t *addr, uint64_t *size) {
    for (uint64_t i = s->seq[s->moment]; i-- > 0;) {
        const struct event *ev = recording_event(s->rec, i);
        if (ev->kind != EV_OBJECT || ev->x != id)
            continue;
        *addr = ev->a;
        *size = ev->b;
        return true;
    }
    return false;
}

bool scope_object(struct scope *s, const char *name, bool indexed, int64_t index, uint64_t *addr,
    uint64_t *size, struct error *err) {
    const struct replica *r = scope_replica(s);
    struct op_source *source = script_parse(s->script_name, s->script, err);
    struct op op;
    uint32_t id = 0;
    INVARIANT(r && source); /* the moment is there, and the script was read before it ran */
    source->ptr_size = s->platform->ptr_size;
    source->rewind(source);
    for (uint64_t i = 0; i < r->ops && source->next(source, &op, err); i++)
        continue;
    bool ok = script_object(source, name, indexed, index, &id, err);
    source->destroy(source);
    if (!ok)
        return false;
    if (!find_born(s, id, addr, size))
        return error_set(err, "`%s` has not been allocated yet at this moment", name);
    return true;
}

uint64_t scope_events(struct scope *s, unsigned kind) {
    uint64_t n = 0, end = s->seq[s->moment];
    for (uint64_t i = 0; i < end; i++)
        n += recording_event(s->rec, i)->kind == kind;
    return n;
}
