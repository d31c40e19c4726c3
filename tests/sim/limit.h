/* Limits on what this process may have, for tests of what happens then. Sanitizers need more than
 * any limit for themselves: there nothing can be limited. */
#ifndef ARENA_TESTS_LIMIT_H
#define ARENA_TESTS_LIMIT_H

#include "sim/base/base.h"

#include <sys/resource.h>

struct limit {
    int what; /* RLIMIT_... */
    struct rlimit was;
};

bool can_limit(void);
/* tests/valgrind/run.sh says so: there all takes some thirty times as long, and limits hold for
 * what valgrind keeps of a large space, too. */
bool under_valgrind(void);
/* So many bytes of address space more than it has now. */
struct limit limit_space(uint64_t more);
/* No more writable memory of its own, and no more open files. */
struct limit limit_memory(void);
struct limit limit_files(void);
void limit_lift(const struct limit *l);

#endif
