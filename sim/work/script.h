/*
 * Scripts: the small language in which workloads and lessons say what a program does to its heap.
 *
 * One statement a line; `#` begins a comment; text is UTF-8. A file is checked whole when it is
 * opened; errors read `FILE:LINE: what is wrong; what was expected`.
 *
 * The world, before the first operation (each may be left out):
 *
 *   title TEXT                    how the workload is called in menus
 *   platform linux/386
 *   provider host | model         the real kernel, or a simulated space
 *   take 0xc000000000 64KiB       someone else's memory (64KiB where no size is given)
 *   take hints 3                  ... at the platform's first 3 hints (64-bit platforms have 128)
 *   limit 512MiB                  address space the program may have, as `ulimit -v`
 *   limit memory 64MiB            memory that may be mapped; then the system refuses
 *   brk ADDR, image ADDR          where the program break and the program's image end
 *   page 16KiB | page none        the system's page size, or that it will not tell
 *   elsewhere on | off            does the kernel answer with other addresses than asked for?
 *   seed 1 2                      the two words of the runtime's own random generator
 *
 * What objects look like and where they are kept:
 *
 *   type node = left:ptr right:ptr key:word pad:byte*12
 *                                 words in order, repeated by *N, labelled if one likes;
 *                                 bytes only at the end
 *   keep ring 1000                ring holds up to 1000 objects, one a slot
 *
 * What happens:
 *
 *   init                          mallocinit; comes of itself before the first allocation
 *   x = alloc SIZE                a pointer-free object, called x from now on. What x was before
 *                                 is dropped. Without `x =` the object stays to the end.
 *   x = new TYPE                  one object of a type ...
 *   x = array TYPE COUNT          ... or an array of them
 *   ring[] = alloc SIZE           into ring's next slot; what was there is dropped
 *   ring[] = x                    hands x over: the slot means that object now, x nothing
 *   drop x    fill x              needed no longer / filled with the byte 0xdb
 *   root x    unroot x            is / is no longer a root
 *   x.left = y    x.0 = y+8       a pointer store, by label or word number
 *   x.left = y+4 words            ... 4 words into y
 *   x.left = nil
 *   collect                       a collection, swept at once
 *   collect lazily                ... swept by later allocations, as they need spans
 *   sweep                         sweeps one span of it
 *   precise on | off              on: live is what roots reach; off: what was not dropped
 *   gogc 100 | off                collects by itself when the heap has grown by that percentage
 *   scavenge                      gives all free pages back to the system
 *   advance SECONDS               virtual time passes, and the scavenger looks round
 *   ps COUNT                      so many P's, each with an mcache (at first one, number 0)
 *   on P                          that P does what comes next
 *   interleave SEED | off         who allocates is drawn, and one allocation a P can be in flight:
 *                                 at locks, and where one ends, another P may go on, as the seed
 *                                 has it. Anything else waits until all of them are done.
 *   phase "text"                  a new chapter of the run
 *   random SEED                   restarts the script's own random generator
 *   repeat COUNT [as i] ... end   i counts from 0
 *
 * Objects in a ring: ring[?] any one of those there, ring[7] or ring[i] that slot, ring[-1] the one
 * stored last, ring[-2] the one before. drop, fill, root and unroot take a whole ring by its name.
 *
 * SIZE and COUNT: 512, 0x200, 64KiB; 8..512 any number in between, each as likely; ~64 random with
 * that mean, the small ones more likely (exponential); 16|32|100..200 one of these, each as likely;
 * i the variable of a repeat around it.
 */
#ifndef ARENA_SCRIPT_H
#define ARENA_SCRIPT_H

#include "sim/work/op.h"
#include "sim/work/session.h"

/* Reads and checks a script. The source is the caller's, to be destroyed by it; NULL and err filled
 * if the file cannot be read or is no script. Rewound it gives the same operations again. */
struct op_source *script_open(const char *path, struct error *err);

/* The same from text; name is what messages call it. */
struct op_source *script_parse(const char *name, const char *text, struct error *err);

/* Applies the script's lines about the world to env, whose platform must be set; what the script
 * does not mention stays. False, env untouched, if source is no script. */
bool script_environment(const struct op_source *source, struct environment *env);

/* The number of the object that a name of the script means after the operations asked for so far:
 * `name`, or with indexed `name[index]`, where -1 is the one stored last, -2 the one before. False
 * and err if the script has no such name, or no object is there. */
bool script_object(const struct op_source *source, const char *name, bool indexed, int64_t index,
    uint32_t *id, struct error *err);

/* The script's title; NULL if it has none or source is no script. The source's. */
const char *script_title(const struct op_source *source);

/* --- The console: lines that a person adds while they watch --- */

/* Appends lines to a script that has come to its end; its next operation is theirs. Rewound, the
 * script has them, too. Messages call them CONSOLE_NAME. False, nothing appended, if they cannot
 * be; source must be a script. */
#define CONSOLE_NAME "console"
bool script_feed(struct op_source *source, const char *text, struct error *err);
/* Takes out what was fed last: it turned out to make no sense. Nothing if nothing was fed. */
void script_forget(struct op_source *source);
/* Are the operations now those of lines fed? False if source is no script. */
bool script_in_console(const struct op_source *source);
/* Is source a script? */
bool script_is(const struct op_source *source);
/* An empty script to feed, for a program that has run other operations before; it calls its objects
 * by numbers above `objects`. */
struct op_source *script_console(uint32_t objects);
/* How many repeats in these lines have no end yet. */
size_t script_open_repeats(const char *text);

#endif
