/* Notes: see notes.h. */
#include "viz/notes.h"

#include "sim/base/limits.h"

#include <stdlib.h>
#include <string.h>

/* The first note that is not before seq. */
static size_t place_of(const struct notes *n, uint64_t seq) {
    size_t i = 0;
    while (i < n->count && n->note[i].seq < seq)
        i++;
    return i;
}

static void take_out(struct notes *n, size_t i) {
    free(n->note[i].text);
    memmove(n->note + i, n->note + i + 1, (n->count - i - 1) * sizeof *n->note);
    n->count--;
}

static struct note make(const struct session *s, uint64_t seq, const char *text) {
    const struct recording *rec = session_recording(s);
    uint64_t op = seq && recording_op_count(rec) ? recording_op_at(rec, seq - 1) : 0;
    uint64_t start = recording_op_count(rec) ? recording_op_start(rec, op) : 0;
    return (struct note){.seq = seq,
        .op = session_workload_op(s, op),
        .into = seq > start ? seq - start : 0,
        .text = xstrdup(text)};
}

bool notes_put(struct notes *n, const struct session *s, uint64_t seq, const char *text) {
    size_t i = place_of(n, seq);
    if (i < n->count && n->note[i].seq == seq)
        take_out(n, i);
    if (!text[0])
        return true;
    if (n->count >= LIMIT_NOTES)
        return false;
    void *notes = n->note;
    array_reserve(&notes, &n->cap, n->count + 1, sizeof *n->note);
    n->note = notes;
    memmove(n->note + i + 1, n->note + i, (n->count - i) * sizeof *n->note);
    n->note[i] = make(s, seq, text);
    n->count++;
    return true;
}

const struct note *notes_at(const struct notes *n, uint64_t seq) {
    size_t i = place_of(n, seq);
    return i < n->count && n->note[i].seq == seq ? &n->note[i] : NULL;
}

const struct note *notes_next(const struct notes *n, uint64_t seq, int direction) {
    size_t i = direction > 0 ? place_of(n, seq + 1) : place_of(n, seq);
    if (direction < 0)
        return i ? &n->note[i - 1] : NULL;
    return i < n->count && n->note[i].seq != NOTE_AWAY ? &n->note[i] : NULL;
}

void notes_free(struct notes *n) {
    while (n->count)
        take_out(n, n->count - 1);
    free(n->note);
    *n = (struct notes){0};
}

void notes_leave(struct notes *n) {
    for (size_t i = 0; i < n->count; i++)
        n->note[i].seq = NOTE_AWAY;
}

/* Where the note is in this run; NOTE_AWAY if the run is not past its operation yet. */
static uint64_t find_home(const struct note *note, const struct session *s, bool done) {
    const struct recording *rec = session_recording(s);
    uint64_t op = session_recorded_op(s, note->op), ops = recording_op_count(rec);
    uint64_t count = recording_count(rec);
    if (op + 1 >= ops && !done)
        return NOTE_AWAY;
    if (op >= ops)
        return count;
    uint64_t end = op + 1 < ops ? recording_op_start(rec, op + 1) : count;
    uint64_t seq = recording_op_start(rec, op) + note->into;
    return note->into == 0 && note->op == 0 ? 0 : seq < end ? seq : end;
}

/* Notes come home in their order, so that they stay sorted. */
void notes_settle(struct notes *n, const struct session *s, bool done) {
    for (size_t i = 0; i < n->count; i++)
        if (n->note[i].seq == NOTE_AWAY)
            n->note[i].seq = find_home(&n->note[i], s, done);
}
