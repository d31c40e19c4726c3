/* Names and words of events: see event.h. */
#include "sim/trace/event.h"

#include "sim/base/base.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {
#define X(NAME, text, ...) text,
    EVENT_KINDS(X)
#undef X
};
static const char *const op_names[] = {
#define X(NAME, text) text,
    OP_CODES(X)
#undef X
};
static const char *const step_names[] = {
#define X(NAME, text) text,
    INIT_STEPS(X)
#undef X
};
static const char *const state_names[] = {
#define X(NAME, text) text,
    RANGE_STATES(X)
#undef X
};
static const char *const rank_names[] = {
#define X(NAME, text) text,
    LOCK_RANKS(X)
#undef X
};
#define X(name) #name,
static const char *const stat_names[] = {STATS(X)};
static const char *const span_field_names[] = {SPAN_FIELDS(X)};
static const char *const heap_field_names[] = {HEAP_FIELDS(X)};
#undef X
static const char *const message_formats[] = {
#define X(NAME, text) text,
    MESSAGES(X)
#undef X
};

#define NAME_IN(table, i) ((i) < ARRAY_LEN(table) ? (table)[i] : "?")

const char *event_kind_name(unsigned kind) {
    return NAME_IN(kind_names, kind);
}

const char *op_code_name(unsigned op) {
    return NAME_IN(op_names, op);
}

const char *init_step_name(unsigned step) {
    return NAME_IN(step_names, step);
}

const char *range_state_name(unsigned state) {
    return NAME_IN(state_names, state);
}

const char *stat_name(unsigned stat) {
    return NAME_IN(stat_names, stat);
}

const char *span_field_name(unsigned field) {
    return NAME_IN(span_field_names, field);
}

const char *heap_field_name(unsigned field) {
    return NAME_IN(heap_field_names, field);
}

const char *lock_rank_name(unsigned rank) {
    return NAME_IN(rank_names, rank);
}

bool message_ends_line(const struct event *ev) {
    const char *format = NAME_IN(message_formats, ev->x);
    return format[strlen(format) - 1] != ' ';
}

char *message_text(const struct event *ev, char *buf, unsigned buf_len) {
    const uint64_t args[] = {ev->a, ev->b, ev->c};
    unsigned next = 0, len = 0;
    for (const char *f = NAME_IN(message_formats, ev->x); *f && len + 1 < buf_len; f++) {
        if (f[0] == '%') { /* x or d, at most three */
            INVARIANT(next < ARRAY_LEN(args));
            int n = snprintf(
                buf + len, buf_len - len, f[1] == 'x' ? "0x%" PRIx64 : "%" PRIu64, args[next++]);
            len += n > 0 ? (unsigned)n : 0;
            f++;
        } else {
            buf[len++] = *f;
        }
    }
    buf[len < buf_len ? len : buf_len - 1] = '\0';
    return buf;
}

unsigned event_spans(const struct event *ev, uint32_t spans[2]) {
    uint32_t all[2] = {0};
    switch (ev->kind) {
    case EV_SPAN_BORN:
    case EV_SPAN_SET:
    case EV_SLOT:
    case EV_BITS:
    case EV_LIST_PUSH:
    case EV_LIST_DROP:
    case EV_TREAP_LEAF:
    case EV_TREAP_TURN:
    case EV_TREAP_CUT:
    case EV_GREY:
    case EV_BLACK: all[0] = ev->x; break;
    case EV_PAGES:
        all[0] = (uint32_t)ev->c;
        all[1] = (uint32_t)(ev->c >> 32);
        break;
    case EV_CACHE:
        all[0] = (uint32_t)ev->a;
        all[1] = (uint32_t)ev->b;
        break;
    default: break;
    }
    unsigned n = 0;
    for (unsigned i = 0; i < 2; i++)
        if (all[i])
            spans[n++] = all[i];
    return n;
}

uint32_t event_vocabulary(void) {
    static const char *const words[] = {
#define X(NAME, ...) #NAME, #__VA_ARGS__,
        EVENT_KINDS(X)
#undef X
#define X(NAME, text) #NAME,
            OP_CODES(X) INIT_STEPS(X) MESSAGES(X) RANGE_STATES(X)
#undef X
#define X(name) #name,
                HEAP_FIELDS(X) STATS(X) SPAN_FIELDS(X)
#undef X
    };
    uint32_t hash = 0x811c9dc5; /* FNV-1a */
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        for (const char *w = words[i]; *w; w++)
            hash = (hash ^ (uint8_t)*w) * 0x01000193;
    return hash;
}
