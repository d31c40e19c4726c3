/*
 * Limits: the most of everything that is read, run and kept, and why that much.
 *
 * They lie far above what people and programs ask for. They are there so that a wrong file (a disk
 * image, a device, a few bytes that unpack to a terabyte) or a slip of the keyboard ends in one
 * line, and not with the machine's memory: FILE or FILE:LINE, what is too large, and the limit;
 * exit status 2. Nothing that is being written is cut to fit.
 *
 * What has no number here has the allocator's own: a heap is as large as the platform's arena (512
 * GiB on most 64-bit systems), unless `limit memory` says less, and beyond it Go ends the program.
 */
#ifndef ARENA_LIMITS_H
#define ARENA_LIMITS_H

#include "sim/base/base.h"

/* A 32-bit program has 4 GiB of addresses for everything, heaps included. */
#define LIMIT_OF(bits_64, bits_32) (SIZE_MAX > UINT32_MAX ? (bits_64) : (bits_32))

/* --- Files: bytes, and unpacked where they are packed --- */

/* Logs, transcripts, files of operations: a log of 1 GiB is of some 10 million allocations, and
 * takes up to 4 GiB while it is read. */
#define LIMIT_INPUT LIMIT_OF(GiB(1), MiB(128))
/* Scripts: half a million lines, well above what people write; programs write operations. They take
 * up to a hundred times their size. */
#define LIMIT_SCRIPT MiB(16)
/* Lessons and sources that are shown: a hundred times the longest. */
#define LIMIT_TEXT MiB(1)
/* Preferences, progress, themes: a hundred times what arenascope writes. */
#define LIMIT_SETTINGS KiB(64)
/* What a recording has besides events: its world, its phases, notes. */
#define LIMIT_ABOUT LIMIT_OF(MiB(64), MiB(16))
/* A line of a script: a type with as many labels as there can be takes a tenth of it. */
#define LIMIT_LINE MiB(1)

/* --- Runs --- */

/* Events of a recording: at up to 16 bytes an event, 4 GiB of memory; on 32-bit 512 MiB. */
#define LIMIT_EVENTS LIMIT_OF(UINT64_C(1) << 28, UINT64_C(1) << 25)
/* What a recording that is read may make of the heap's state, at all its moments together: so much,
 * and so much more for each event. Real runs stay below a fifth, and most below a
 * hundredth; forged events ask for more. */
#define LIMIT_STATE      LIMIT_OF(GiB(8), GiB(1))
#define LIMIT_STATE_BASE MiB(64)
#define LIMIT_STATE_EACH KiB(1)
/* Objects have numbers below this: what is known of a number takes 40 bytes, whether the object
 * lives or not, so that these are 2.5 GiB. */
enum { MAX_OBJECTS = 1 << 26 };
/* P's of a heap: as many as can be told apart in one picture. */
enum { MAX_PS = 8 };
/* Taken ranges: eight times as many as there are hints, for the model asks each of them. */
enum { LIMIT_TAKEN = 1024 };

/* --- Scripts --- */

enum {
    SCRIPT_MAX_DEPTH = 16,      /* repeats inside repeats: nobody reads more */
    SCRIPT_MAX_NAMES = 1000,    /* objects, types and labels, which are looked for one by one */
    SCRIPT_MAX_SLOTS = 1000000, /* of one ring: 16 MB */
    SCRIPT_MAX_ALL_SLOTS = 10000000, /* of all rings: 160 MB */
    SCRIPT_MAX_REPEAT = 1000000000,  /* days of work */
    SCRIPT_MAX_OFFSET = 1 << 30,     /* of a pointer into an object */
    SCRIPT_MAX_WORDS = 65536,        /* of a type */
};

/* --- What is typed --- */

enum {
    LIMIT_TYPED = 512,     /* bytes of a line typed into the window or a terminal, with its end */
    LIMIT_CONSOLE = 65536, /* bytes of lines that wait for the `end` of their repeat */
    LIMIT_NOTES = 10000,   /* of a recording; they are kept in order one by one */
};

#endif
