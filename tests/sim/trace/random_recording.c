/* Recordings to test with: see random_recording.h. */
#include "tests/sim/trace/random_recording.h"

#include "sim/work/program.h"
#include "tests/sim/heap/fixture.h"
#include "tests/sim/work/random_ops.h"

struct recording *random_recording(const char *platform, unsigned n, uint64_t seed) {
    struct recording *rec = recording_new();
    struct test_os *system = test_os_new(platform);
    struct program *p = program_new(&system->os, recording_sink(rec));
    struct random_ops random = {.state = seed, .ptr_size = system->platform.ptr_size};
    struct error err;
    INVARIANT(program_run(p, &(struct op){.code = OP_INIT}, &err));
    for (unsigned i = 0; i < n; i++) {
        struct op op;
        random_op(&random, &op);
        program_run(p, &op, &err);
    }
    program_free(p);
    os_destroy(&system->os);
    return rec;
}
