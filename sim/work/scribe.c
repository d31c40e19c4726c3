/* The scribe: see scribe.h. */
#include "sim/work/scribe.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_BITS_WORDS = 512 }; /* a `b` line shows no more of an object */

/* --- Events --- */

static void write_answer(struct strbuf *out, const struct event *ev) {
    if (ev->c)
        sb_printf(out, " -> 0x%" PRIx64, ev->c);
    else
        sb_puts(out, " -> nil");
}

static void write_call(struct strbuf *out, const struct event *ev) {
    sb_printf(
        out, "os %s addr=0x%" PRIx64 " size=0x%" PRIx64, event_kind_name(ev->kind), ev->a, ev->b);
    if (ev->kind == EV_OS_RESERVE) {
        write_answer(out, ev);
        if (ev->c)
            sb_printf(out, " reserved=%u", ev->w);
    } else if (ev->kind == EV_OS_MAP) {
        sb_printf(out, " reserved=%u", ev->w);
        if (ev->c != ev->a || ev->x) {
            write_answer(out, ev);
            sb_printf(out, " err=%u", ev->x);
        }
    } else if (ev->kind == EV_OS_ALLOC) {
        write_answer(out, ev);
    }
    sb_puts(out, "\n");
}

static void scribe_emit(struct sink *sink, const struct event *ev) {
    struct scribe *s = (struct scribe *)sink;
    char text[256];
    if (s->next)
        s->next->emit(s->next, ev);
    if (ev->kind >= EV_OS_RESERVE && ev->kind <= EV_OS_USED)
        write_call(&s->lines, ev);
    else if (ev->kind == EV_MESSAGE)
        sb_printf(&s->lines, "%s%s", message_text(ev, text, sizeof text),
            message_ends_line(ev) ? "\n" : "");
    else if (ev->kind == EV_MARKED)
        sb_printf(&s->lines, "mark objects=%" PRIu64 " bytes=%" PRIu64 "\n", ev->a, ev->b);
    else if (ev->kind == EV_EXIT)
        sb_printf(&s->lines, "exit %u\n", ev->w);
}

void scribe_init(struct scribe *s, struct sink *next) {
    *s = (struct scribe){.sink.emit = scribe_emit, .next = next};
}

void scribe_destroy(struct scribe *s) {
    sb_free(&s->lines);
}

/* --- Results --- */

/* Fresh memory must read as zeros, whatever was there before. */
static bool is_dirty(const struct scribe *s, uint64_t addr, uint64_t size) {
    const uint8_t *bytes = os_host(s->os, addr);
    return bytes[0] != 0 || memcmp(bytes, bytes + 1, size - 1) != 0; /* never: that is a bug */
}

static void write_alloc(struct scribe *s, const struct program *p, uint32_t id) {
    uint64_t addr = 0, size = 0;
    program_object(p, id, &addr, &size);
    if (size == 0) {
        sb_printf(&s->lines, "alloc %u zerobase\n", id);
        return;
    }
    const char *dirty = is_dirty(s, addr, size) ? " DIRTY" : ""; /* never: that is a bug */
    sb_printf(&s->lines, "alloc %u 0x%" PRIx64 "%s\n", id, addr, dirty);
}

static void write_manual(struct scribe *s, const struct program *p, uint32_t id) {
    uint64_t addr = 0, size = 0;
    program_object(p, id, &addr, &size);
    sb_printf(&s->lines, "manual %u 0x%" PRIx64 "\n", id, addr);
}

static void write_collection(struct strbuf *out, const struct heap *h, bool swept) {
    sb_printf(out, "gc%s heap_live=%" PRIu64, swept ? "" : "lazy", heap_stat(h, STAT_heap_live));
    if (swept)
        sb_printf(out, " heap_inuse=%" PRIu64 " heap_idle=%" PRIu64, heap_stat(h, STAT_heap_inuse),
            heap_stat(h, STAT_heap_idle));
    sb_puts(out, "\n");
}

/* What stands below an operation's own events when it is done. */
static void write_result(struct scribe *s, struct program *p, const struct op *op) {
    const struct heap *h = program_heap(p);
    struct strbuf *out = &s->lines;
    switch (op->code) {
    case OP_INIT: heap_dump_bounds(h, out); break;
    case OP_OCCUPY:
        sb_printf(out, "occupy addr=0x%" PRIx64 " size=0x%" PRIx64 " err=0\n", op->addr, op->size);
        break;
    case OP_ALLOC:
    case OP_ALLOC_TYPED: write_alloc(s, p, op->id); break;
    case OP_COLLECT:
    case OP_COLLECT_LAZY: write_collection(out, h, op->code == OP_COLLECT); break;
    case OP_SWEEP_ONE:
        if (program_swept(p))
            sb_printf(out, "sweepone npages=%" PRIu64 "\n", program_yield(p));
        else
            sb_puts(out, "sweepone done\n");
        break;
    case OP_SCAVENGE:
        sb_printf(out, "scavenge heap_released=%" PRIu64 "\n", heap_stat(h, STAT_heap_released));
        break;
    case OP_MANUAL: write_manual(s, p, op->id); break;
    case OP_FREE_MANUAL: sb_printf(out, "freemanual %u\n", op->id); break;
    default: break;
    }
}

static bool write_bits(struct scribe *s, struct program *p, uint32_t id, struct error *err) {
    uint64_t addr, size;
    if (!program_object(p, id, &addr, &size))
        return error_set(
            err, "there is no object %u, expected the number of one that was allocated", id);
    const struct heap *h = program_heap(p);
    uint64_t bytes = size ? heap_rounded_size(h, size) : 0;
    uint64_t most = MAX_BITS_WORDS * s->os->platform->ptr_size;
    sb_printf(&s->lines, "bits %u ", id);
    heap_bits(h, addr, bytes < most ? bytes : most, &s->lines);
    sb_puts(&s->lines, "\n");
    return true;
}

bool scribe_run(struct scribe *s, struct program *p, const struct opline *line, struct error *err) {
    if (line->kind == OPLINE_BITS)
        return write_bits(s, p, line->op.id, err);
    if (line->kind == OPLINE_DUMP) {
        heap_dump(program_heap(p), &s->lines);
        return true;
    }
    if (line->op.code == OP_INIT)
        sb_puts(&s->lines, "init\n");
    if (!program_run(p, &line->op, err))
        return false;
    if (!program_ended(p))
        write_result(s, p, &line->op);
    return true;
}
