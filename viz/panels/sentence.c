/* See sentence.h. */
#include "viz/panels/sentence.h"

#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Is there a unit of size at text? */
static bool is_unit(const char *text) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        size_t n = strlen(units[i]);
        if (strncmp(text, units[i], n) == 0 && (text[n] < 'A' || text[n] > 'z'))
            return true;
    }
    return false;
}

void sentence(
    const struct event *ev, const struct replica *after, unsigned ptr_size, struct strbuf *out) {
    struct strbuf plain = {0};
    narrate(ev, after, ptr_size, &plain);
    const char *text = sb_text(&plain);
    for (size_t i = 0; i < plain.len; i++) {
        if (text[i] == ' ' && i > 0 && is_digit(text[i - 1]) && is_unit(text + i + 1))
            sb_puts(out, "\u00a0"); /* no-break space */
        else
            sb_add(out, text + i, 1);
    }
    sb_free(&plain);
}

const char *call_word(unsigned kind) {
    switch (kind) {
    case EV_OS_RESERVE: return C_("call", "reserve");
    case EV_OS_MAP: return C_("call", "map");
    case EV_OS_ALLOC: return C_("call", "alloc");
    case EV_OS_FREE: return C_("call", "free");
    case EV_OS_UNUSED: return C_("call", "unused");
    case EV_OS_USED: return C_("call", "used");
    default: return NULL;
    }
}
