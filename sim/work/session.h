/*
 * A session: one environment, one workload, the program that runs it and the recording of it all.
 * The window and the arenasim command both drive sessions. Change the environment, restart, and the
 * same workload runs again in the other world.
 */
#ifndef ARENA_SESSION_H
#define ARENA_SESSION_H

#include "sim/os/os.h"
#include "sim/trace/recording.h"
#include "sim/work/program.h"

enum provider { PROVIDER_HOST, PROVIDER_MODEL };

/* The world a workload runs in. Zero-initialised but for the platform it is the platform's usual
 * one on the simulated provider's terms. */
struct environment {
    const struct platform *platform;
    enum provider provider;
    struct model_config model; /* taken ranges (owned, see env_take), limits, break, image end */
    uint32_t seed[2];          /* fastrand words; 0 0: left alone */
    int64_t gogc;              /* percent, negative: off; 0: as the workload says */
    unsigned ps;               /* P's that share the work; 0: as the workload says */
    /* RESIDENT events tell which memory is touched, where the system can say. What a run has of
     * them depends on the machine's page size. */
    bool residency;
    uint64_t most_events; /* the run ends there, with an error; 0: LIMIT_EVENTS */
};

void env_copy(struct environment *to, const struct environment *from);
void env_free(struct environment *env);
/* Takes size bytes at addr for somebody else, or gives them back if exactly they were taken. */
void env_toggle_taken(struct environment *env, uint64_t addr, uint64_t size);
bool env_is_taken(const struct environment *env, uint64_t addr);
/* Are faults arranged that only the model can provide? */
bool env_has_faults(const struct environment *env);

struct session;

/* source becomes the session's (and is destroyed if there comes to be none). env is copied. Where
 * the host cannot provide the environment (faults are arranged, another width, another system) the
 * model does: session_provider() says which. Taken ranges above 4 GiB do not exist in a 32-bit
 * space. NULL and err on failure. */
struct session *session_new(
    const struct environment *env, struct op_source *source, struct error *err);
void session_free(struct session *s);

/* Starts over in another environment: the recording is new, the workload rewound. False and err,
 * with everything as it was, if that cannot be; a loaded recording (session_file.h) may lack its
 * workload. */
bool session_restart(struct session *s, const struct environment *env, struct error *err);

/* Runs up to max_ops operations; returns true while there are more. On bad input from the source
 * the run ends and session_error() tells (empty text: none). */
bool session_pump(struct session *s, uint64_t max_ops);
const struct error *session_error(const struct session *s);

/* Lets the program go on with lines of a script (script.h), once the workload has come to its end:
 * they have its variables, if it is a script. session_pump runs them. They belong to the workload
 * from now on: a restart runs them, too. What makes no sense when it runs ends them, is told by
 * session_error and is not run again. False and err, with nothing changed, if they are no lines of
 * a script or nothing can go on. */
bool session_feed(struct session *s, const char *lines, struct error *err);

/* The environment's own operations (GOGC, P's) come right after INIT. Runs of one workload in
 * several environments differ in them, so what they share is counted without: the number of
 * operation op of the recording among the workload's, and the recording's number of operation n of
 * the workload. Its own operations count as the INIT. */
uint64_t session_workload_op(const struct session *s, uint64_t op);
uint64_t session_recorded_op(const struct session *s, uint64_t n);

/* The words of the phase (OP_NOTE) that operation number op is or belongs to; NULL before the
 * first. Good until the source is gone. */
const char *session_phase(const struct session *s, uint64_t op);

const struct environment *session_env(const struct session *s);
const struct recording *session_recording(const struct session *s);
/* NULL: a loaded recording has none. */
struct program *session_program(struct session *s);
/* What the provider itself says of the program and the machine: addresses, bytes. */
struct session_world {
    uint64_t image_end, brk, phys_page_size;
};
struct session_world session_world(const struct session *s);
/* "host kernel" or "simulated", and for people why (NULL: as asked for). */
const char *session_provider(const struct session *s);
const char *session_provider_why(const struct session *s);

#endif
