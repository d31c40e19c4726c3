/* Operations as text, one a line, so that tests can compare a whole run with what they expect. */
#ifndef ARENA_TESTS_OPTEXT_H
#define ARENA_TESTS_OPTEXT_H

#include "sim/work/op.h"

/* "alloc 1 24", "typed 2 2x16 ptrdata 8 mask 1", "store 2.0 = 1+8", "drop 1", "note text" ... */
void optext_add(const struct op *op, unsigned ptr_size, struct strbuf *out);

/* All operations of the source from its beginning, in words of ptr_size bytes. An error it ends in
 * is the last line, "error: ...". */
void optext_run(struct op_source *source, unsigned ptr_size, struct strbuf *out);

#endif
