/* What a session is made of, for the files that make one (session.c) or load one (session_file.c).
 */
#ifndef ARENA_SESSION_INTERNAL_H
#define ARENA_SESSION_INTERNAL_H

#include "sim/work/session.h"
#include "sim/work/session_file.h"

struct phase {
    uint64_t op; /* number of the OP_NOTE */
    const char *text;
};

/* A recording that was read has neither system nor program. */
struct world {
    struct os *os;
    struct recording *recording;
    struct residency *residency; /* NULL: nobody asks */
    struct program *program;
    bool simulated;
    struct strbuf why; /* empty: the provider is the one asked for */
};

/* What the file of a loaded recording says. */
struct loaded {
    struct strbuf text; /* the file's; strings below point into it */
    const char *provider;
    struct session_world found;
    struct session_view view;
    struct bookmark *bookmarks; /* the view's */
    size_t bookmark_cap;
};

struct session {
    struct environment env;
    struct op_source *source;  /* NULL: a recording whose workload is not at hand */
    struct op_source *console; /* lines fed, where the source is no script; NULL: none were */
    uint32_t last_object;      /* the highest number that the source gave one */
    struct world world;
    struct loaded *loaded; /* NULL: a run */
    struct phase *phases;
    size_t phase_count, phase_cap;
    uint64_t ops;  /* run so far, of the recording */
    uint64_t init; /* the number of the INIT operation among them */
    uint64_t own;  /* operations of the environment's, right after it */
    bool done;
    struct error err;
};

/* A phase begins with operation number op; the text is not copied. */
void session_add_phase(struct session *s, uint64_t op, const char *text);
void loaded_free(struct loaded *l);

#endif
