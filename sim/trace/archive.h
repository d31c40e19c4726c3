/*
 * The archive of a recording: its whole blocks of events, packed (eventpack.h), with a digest
 * beside each. Blocks lately looked at stay unpacked in a small cache.
 */
#ifndef ARENA_ARCHIVE_H
#define ARENA_ARCHIVE_H

#include "sim/trace/recording.h"

struct archive;
struct archive *archive_new(void);
void archive_free(struct archive *a);
size_t archive_memory(const struct archive *a);

/* Adds the next RECORDING_BLOCK events. ops: OP_BEGINs up to their end. */
void archive_add(struct archive *a, const struct event *events, uint64_t ops);

/* A block's events, good until RECORDING_NEAR others were asked for. (Looking changes the cache,
 * though not the archive.) */
const struct event *archive_events(const struct archive *a, uint64_t block);
/* As it stands packed. */
const uint8_t *archive_packed(const struct archive *a, uint64_t block, size_t *len);
/* Packs up to RECORDING_BLOCK events as a block would be; good until the next time. */
const uint8_t *archive_pack(
    const struct archive *a, const struct event *events, size_t count, size_t *len);
/* OP_BEGINs before a block; before the one to come, too. */
uint64_t archive_ops(const struct archive *a, uint64_t block);
/* As in recording.h; the block must be there. */
const struct block_digest *archive_digest(const struct archive *a, uint64_t block);
bool archive_may_have(const struct archive *a, uint64_t block, enum digest_key key, uint64_t value);

#endif
