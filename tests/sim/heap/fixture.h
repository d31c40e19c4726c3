/*
 * A heap for tests, on a system of which the test decides everything.
 *
 * The system grants what is asked for, where it is asked for, unless the test has arranged
 * otherwise in its fields. A recording hears the heap; lab_check compares its replica with the heap
 * and checks every invariant, and so does lab_close.
 */
#ifndef ARENA_TESTS_HEAP_FIXTURE_H
#define ARENA_TESTS_HEAP_FIXTURE_H

#include "sim/heap/heap_internal.h"
#include "sim/os/backing.h"
#include "sim/trace/recording.h"

struct test_os {
    struct os os;             /* first: the provider is its os */
    struct platform platform; /* a copy, which the test may change before the heap starts */
    struct backing *backing;
    uint64_t brk;
    uint64_t alloc_at;    /* the next alloc is answered from here on */
    unsigned refuse;      /* so many of the next reservations are refused */
    uint64_t elsewhere;   /* the next reservation is answered here, if need be without memory behind
                           * it; 0: where asked for */
    bool map_fails;       /* the next map is answered so: */
    uint64_t map_answer;  /* an address, 0: none, */
    int map_err;          /* and an errno */
    unsigned allocs_left; /* so many allocs succeed, then */
    int alloc_err;        /* each is refused with this errno; 0: none is */
    int change_err;       /* so is each free, unused and used */
    unsigned calls;       /* answered so far, of every kind but brk */
};

/* name: of the platform. */
struct test_os *test_os_new(const char *name);

struct lab {
    struct test_os *system;
    struct recording *rec;
    struct heap *h;
};

/* A system and a heap on it that has not started. */
void lab_open(struct lab *lab, const char *platform);
/* The same, started. */
void lab_start(struct lab *lab, const char *platform);
void lab_check(const struct lab *lab);
void lab_close(struct lab *lab);

/* Allocates size bytes without pointers; the address. The heap must be able to. */
uint64_t lab_new(struct lab *lab, uint64_t size);
/* An object of type->size bytes. */
uint64_t lab_typed(struct lab *lab, const struct heap_type *type);
/* Collects all but the objects at live[0 .. n); sweep: at once. */
struct heap_marked lab_collect(struct lab *lab, const uint64_t *live, size_t n, bool sweep);

/* The span that the table has for addr, NULL if none. */
struct mspan *lab_span(const struct lab *lab, uint64_t addr);
/* Spans in a list, and free or in-use ones of all (any enum span_state). */
size_t list_length(const struct mspan_list *list);
size_t lab_count_spans(const struct lab *lab, enum span_state state);

/* Event number n (from 0) of a kind, NULL if there are fewer; and how many there are from event
 * number `from` on. */
const struct event *lab_event(const struct lab *lab, enum event_kind kind, size_t n);
size_t lab_count_events(const struct lab *lab, enum event_kind kind, uint64_t from);
/* What Go printed, a line each. Good until the next call with the same buffer. */
const char *lab_said(const struct lab *lab, struct strbuf *out);

#endif
