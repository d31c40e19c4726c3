/* Recordings as files, what writing and reading share: see recfile.h. */
#include "sim/trace/recfile_parts.h"

#include <string.h>
#include <zlib.h>

void put_u32(uint8_t *to, uint32_t n) {
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(n >> 8 * i);
}

uint32_t get_u32(const uint8_t *from) {
    uint32_t n = 0;
    for (unsigned i = 0; i < 4; i++)
        n |= (uint32_t)from[i] << 8 * i;
    return n;
}

uint32_t piece_checksum(const uint8_t *head, const uint8_t *data, size_t len) {
    uLong sum = crc32(crc32(0, NULL, 0), head, PIECE_HEAD - 4);
    return (uint32_t)crc32(sum, data, (uInt)len);
}
