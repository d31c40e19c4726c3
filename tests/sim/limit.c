/* Limits for tests: see limit.h. */
#include "tests/sim/limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool can_limit(void) {
#ifdef __SANITIZE_ADDRESS__
    return false;
#else
    return true;
#endif
}

bool under_valgrind(void) {
    return getenv("UNDER_VALGRIND");
}

static struct limit set(int what, uint64_t most) {
    struct limit l = {.what = what};
    INVARIANT(getrlimit(what, &l.was) == 0);
    struct rlimit now = l.was;
    now.rlim_cur = (rlim_t)most;
    INVARIANT(setrlimit(what, &now) == 0);
    return l;
}

struct limit limit_space(uint64_t more) {
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    INVARIANT(f && fscanf(f, "%lu", &pages) == 1);
    fclose(f);
    return set(RLIMIT_AS, (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) + more);
}

struct limit limit_memory(void) {
    return set(RLIMIT_DATA, (uint64_t)sysconf(_SC_PAGESIZE));
}

struct limit limit_files(void) {
    return set(RLIMIT_NOFILE, 0);
}

void limit_lift(const struct limit *l) {
    INVARIANT(setrlimit(l->what, &l->was) == 0);
}
