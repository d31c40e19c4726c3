/* Running something that may crash: in a child process, of which one hears what became of it. */
#ifndef ARENA_CHILD_H
#define ARENA_CHILD_H

#include "sim/base/base.h"

struct child_result {
    bool failed;        /* it returned false, or was ended by a signal */
    int signal;         /* which; 0: none */
    struct strbuf said; /* its standard error */
    struct strbuf log;  /* what it wrote to log */
};

/* Runs body(arg, log) in a child and waits for it. What body writes to the file descriptor log
 * arrives even if it crashes right after. */
void child_run(bool (*body)(void *arg, int log), void *arg, struct child_result *result);
void child_result_free(struct child_result *result);

#endif
