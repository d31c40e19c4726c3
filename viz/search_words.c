/*
 * Words that events are searched by: see search_words.h.
 *
 * First those that mean something to people, with the functions of Go's source that the events
 * stand for; then the names of kinds, operations and steps.
 */
#include "viz/search_words.h"

#include <string.h>
#include <strings.h>

#define KIND(name) (UINT64_C(1) << EV_##name)

enum { ANY = -1 };

static const struct {
    const char *word;
    uint64_t kinds;
    int w;
} words[] = {{N_("refused"), KIND(ATTEMPT), OUTCOME_REFUSED},
    {N_("granted"), KIND(ATTEMPT), OUTCOME_GRANTED},
    {N_("answered elsewhere"), KIND(ATTEMPT), OUTCOME_ELSEWHERE}, {N_("hint"), KIND(ATTEMPT), ANY},
    {N_("collection"), KIND(MARKED), ANY}, {N_("growth"), KIND(HEAP_SET), HEAP_arena_used},
    {N_("out of memory"), KIND(EXIT) | KIND(MESSAGE), ANY}, {N_("fatal error"), KIND(EXIT), ANY},
    {N_("system call"),
        KIND(OS_RESERVE) | KIND(OS_MAP) | KIND(OS_ALLOC) | KIND(OS_FREE) | KIND(OS_UNUSED) |
            KIND(OS_USED),
        ANY},
    {"mallocinit", KIND(STEP), ANY}, {"mallocgc", KIND(OBJECT), ANY},
    {"newobject", KIND(OBJECT), ANY}, {"nextFreeFast", KIND(SLOT), ANY},
    {"mcache.refill", KIND(CACHE), ANY}, {"refill", KIND(CACHE), ANY},
    {"mheap.grow", KIND(HEAP_SET), HEAP_arena_used},
    {"mheap_grow", KIND(HEAP_SET), HEAP_arena_used}, {"heapBitsSetType", KIND(BITMAP), ANY},
    {"persistentalloc", KIND(META), ANY}, {"sysReserve", KIND(OS_RESERVE), ANY},
    {"sysMap", KIND(OS_MAP), ANY}, {"sysAlloc", KIND(OS_ALLOC), ANY},
    {"sysFree", KIND(OS_FREE), ANY}, {"sysUnused", KIND(OS_UNUSED), ANY},
    {"sysUsed", KIND(OS_USED), ANY}, {"gcMarkTermination", KIND(MARKED), ANY},
    {"scavenge", KIND(OS_UNUSED), ANY},
#define X(NAME, text, ...) {text, UINT64_C(1) << EV_##NAME, ANY},
    EVENT_KINDS(X)
#undef X
#define X(NAME, text) {text, KIND(OP_BEGIN), OP_##NAME},
        OP_CODES(X)
#undef X
#define X(NAME, text) {text, KIND(STEP), STEP_##NAME},
            INIT_STEPS(X)
#undef X
};

static bool begins(const char *word, const char *text, size_t len, bool whole) {
    return strncasecmp(word, text, len) == 0 && (!whole || !word[len]);
}

static bool find_word(const char *text, bool whole, struct search *out) {
    size_t len = strlen(text);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (begins(words[i].word, text, len, whole) || begins(_(words[i].word), text, len, whole)) {
            *out = (struct search){.kind = SEARCH_EVENTS,
                .kinds = words[i].kinds,
                .w = words[i].w,
                .word = words[i].word};
            return true;
        }
    return false;
}

bool search_words(const char *text, struct search *out) {
    enum { BEGINNING = 3 }; /* bytes: one character in Chinese */
    return find_word(text, true, out) || (strlen(text) >= BEGINNING && find_word(text, false, out));
}
