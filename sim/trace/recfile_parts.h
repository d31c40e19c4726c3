/* What writing and reading recordings share: see recfile.h. */
#ifndef ARENA_RECFILE_PARTS_H
#define ARENA_RECFILE_PARTS_H

#include "sim/trace/eventpack.h"
#include "sim/trace/recfile.h"

#define RECFILE_NAME    "arenascope recording "
#define RECFILE_VERSION "2 %08x\n" /* the format's, and event_vocabulary() */

enum {
    PIECE_HEAD = 16,   /* bytes */
    PIECE_BLOCKS = 16, /* in an EVTS piece */
    BLOCK_HEAD = 8,    /* bytes before a block of events */
    MOST_PIECE =
        PIECE_BLOCKS * (BLOCK_HEAD + RECORDING_BLOCK * EVENTPACK_MOST), /* bytes it holds */
};

/* recfile_read, of up to so many events (and the rest of a piece). */
bool recfile_read_most(
    const char *path, uint64_t most_events, struct recfile *out, struct error *err);

void put_u32(uint8_t *to, uint32_t n);
uint32_t get_u32(const uint8_t *from);
/* Of the head (but its last 4 bytes) and of the len bytes behind it. */
uint32_t piece_checksum(const uint8_t *head, const uint8_t *data, size_t len);

#endif
