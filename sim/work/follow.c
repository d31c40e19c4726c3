/* Following a heap with a replica: see follow.h. */
#include "sim/work/follow.h"

#include "sim/base/random.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { JUMPS = 64 };

/* A moment that was compared. */
struct moment {
    uint64_t seq;  /* events applied */
    uint64_t hash; /* of the dump */
};

struct follower {
    struct recording *rec;
    unsigned ptr_size;
    struct moment *moments;
    size_t count, cap;
    struct strbuf heap, replica; /* dumps; kept for their room */
};

struct follower *follower_new(unsigned ptr_size) {
    struct follower *f = xcalloc(1, sizeof *f);
    f->rec = recording_new();
    f->ptr_size = ptr_size;
    return f;
}

void follower_free(struct follower *f) {
    if (!f)
        return;
    recording_free(f->rec);
    sb_free(&f->heap);
    sb_free(&f->replica);
    free(f->moments);
    free(f);
}

struct sink *follower_sink(struct follower *f) {
    return recording_sink(f->rec);
}

const struct recording *follower_recording(const struct follower *f) {
    return f->rec;
}

int line_length(const char *text) {
    return (int)strcspn(text, "\n");
}

int first_difference(const char **want, const char **got) {
    if (strcmp(*want, *got) == 0)
        return 0;
    for (int line = 1;; line++) {
        int want_len = line_length(*want), got_len = line_length(*got);
        if (!**want || !**got || want_len != got_len ||
            memcmp(*want, *got, (size_t)want_len) != 0 || (*want)[want_len] != (*got)[got_len])
            return line;
        *want += want_len + 1;
        *got += got_len + 1;
    }
}

/* FNV-1a's idea, eight bytes at a time. */
static uint64_t hash_text(const struct strbuf *text) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325), word;
    size_t i = 0;
    for (; i + sizeof word <= text->len; i += sizeof word) {
        memcpy(&word, text->text + i, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    for (; i < text->len; i++)
        hash = (hash ^ (uint8_t)text->text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

bool follower_compare(struct follower *f, const struct heap *h, struct strbuf *why) {
    sb_clear(&f->heap);
    sb_clear(&f->replica);
    heap_dump(h, &f->heap);
    replica_dump(recording_head(f->rec), f->ptr_size, &f->replica);
    void *moments = f->moments;
    array_reserve(&moments, &f->cap, f->count + 1, sizeof *f->moments);
    f->moments = moments;
    f->moments[f->count++] =
        (struct moment){.seq = recording_count(f->rec), .hash = hash_text(&f->heap)};
    const char *heap = sb_text(&f->heap), *replica = sb_text(&f->replica);
    if (!first_difference(&heap, &replica))
        return true;
    sb_printf(why, "  the heap's dump    %.*s\n", line_length(heap), heap);
    sb_printf(why, "  the replica's dump %.*s\n", line_length(replica), replica);
    return false;
}

static bool same_at(struct follower *f, const struct replica *r, const struct moment *m,
    const char *how, struct strbuf *why) {
    sb_clear(&f->replica);
    replica_dump(r, f->ptr_size, &f->replica);
    if (hash_text(&f->replica) == m->hash)
        return true;
    sb_printf(why, "  the replica, %s to event %" PRIu64 ", differs from what it was there\n", how,
        r->seq);
    return false;
}

bool follower_travel(struct follower *f, struct strbuf *why) {
    struct replica *r = replica_copy(recording_head(f->rec));
    bool ok = true;
    for (size_t i = f->count; ok && i-- > 0;) {
        while (r->seq > f->moments[i].seq)
            replica_undo(r, recording_event(f->rec, r->seq - 1));
        ok = same_at(f, r, &f->moments[i], "undone", why);
    }
    while (ok && r->seq > 0)
        replica_undo(r, recording_event(f->rec, r->seq - 1));
    for (size_t i = 0; ok && i < f->count; i++) {
        while (r->seq < f->moments[i].seq)
            replica_apply(r, recording_event(f->rec, r->seq));
        ok = same_at(f, r, &f->moments[i], "done again", why);
    }
    uint64_t dice = f->count;
    for (int n = 0; ok && n < JUMPS && f->count; n++) {
        const struct moment *m = &f->moments[random_below(&dice, f->count)];
        recording_seek(f->rec, &r, m->seq);
        ok = same_at(f, r, m, "sought", why);
    }
    replica_free(r);
    return ok;
}
