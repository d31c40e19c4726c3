/*
 * Seeds for targets whose bytes are not a file's: seeds DIRECTORY, in which are recording/ and
 * heap/. The recordings are the beginnings of built-in workloads' runs, as events and packed; for
 * the heap any bytes are a program.
 */
#include "sim/base/file.h"
#include "sim/base/random.h"
#include "sim/trace/recfile_parts.h"
#include "sim/work/workload.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAP_SEEDS = 24, HEAP_BYTES = 300 };

static void put(const char *dir, const char *name, const struct strbuf *bytes) {
    struct strbuf path = {0};
    struct error err;
    sb_printf(&path, "%s/%s", dir, name);
    if (!file_write(path.text, sb_text(bytes), bytes->len, &err))
        BUG("%s", err.text);
    sb_free(&path);
}

static void add_piece(struct strbuf *out, const char *kind, const void *data, size_t len) {
    uint8_t size[4];
    put_u32(size, (uint32_t)len);
    sb_puts(out, kind);
    sb_add(out, (const char *)size, sizeof size);
    sb_add(out, data, len);
}

static void add_text(struct strbuf *out, const char *platform, uint64_t events) {
    struct strbuf lines = {0};
    sb_printf(&lines,
        "world platform %s\nfound 0x1000 0x2000 4096\nprovider simulated\ntitle seed\ninit 0 0\n"
        "phase 1 first\nat %llu\nbookmark 3 here\n",
        platform, (unsigned long long)events);
    add_piece(out, "TEXT", lines.text, lines.len);
    sb_free(&lines);
}

/* The first events of a recording, packed or as they are. */
static void recording_seed(
    const char *dir, const char *name, const struct session *s, bool packed, uint64_t count) {
    const struct recording *rec = session_recording(s);
    struct eventpack *packer = eventpack_new();
    struct event *events = xmalloc(RECORDING_BLOCK * sizeof *events);
    uint8_t *block = xmalloc(BLOCK_HEAD + RECORDING_BLOCK * EVENTPACK_MOST);
    struct strbuf bytes = {0};
    for (uint64_t i = 0; i < count; i++)
        events[i] = *recording_event(rec, i);
    add_text(&bytes, session_env(s)->platform->name, count);
    if (packed) {
        size_t len = eventpack_pack(packer, events, count, block + BLOCK_HEAD);
        put_u32(block, (uint32_t)count);
        put_u32(block + 4, (uint32_t)len);
        add_piece(&bytes, "EVTS", block, BLOCK_HEAD + len);
    } else {
        add_piece(&bytes, "RAWE", events, count * sizeof *events);
    }
    put(dir, name, &bytes);
    sb_free(&bytes);
    free(block);
    free(events);
    eventpack_free(packer);
}

static void recording_seeds(const char *dir) {
    static const struct {
        const char *workload, *platform;
        uint64_t events;
    } runs[] = {{"small", "linux/amd64", 150}, {"small", "linux/386", 600},
        {"strings", "linux/amd64", 2000}, {"trees", "linux/386", 4000},
        {"workers", "linux/amd64", 4000}};
    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        struct environment env, base = {.platform = platform_find(runs[i].platform)};
        struct error err = {""};
        struct op_source *source = workload_open(runs[i].workload, &base, &env, NULL, &err);
        struct session *s = source ? fuzz_session(&env, source) : NULL;
        if (!s)
            BUG("%s", err.text);
        fuzz_run(s);
        uint64_t all = recording_count(session_recording(s));
        uint64_t count = runs[i].events < all ? runs[i].events : all;
        char name[32];
        snprintf(name, sizeof name, "events%zu", i);
        recording_seed(dir, name, s, false, count);
        snprintf(name, sizeof name, "packed%zu", i);
        recording_seed(dir, name, s, true, count);
        session_free(s);
        env_free(&env);
    }
}

static void heap_seeds(const char *dir) {
    uint64_t dice = 1;
    for (int i = 0; i < HEAP_SEEDS; i++) {
        struct strbuf bytes = {0};
        char name[32];
        for (int n = 0; n < HEAP_BYTES; n++) {
            char byte = (char)(n == 1 && i % 2 ? 0 : random_below(&dice, 256));
            sb_add(&bytes, &byte, 1);
        }
        snprintf(name, sizeof name, "random%d", i);
        put(dir, name, &bytes);
        sb_free(&bytes);
    }
}

int main(int argc, char **argv) {
    struct strbuf dir = {0};
    if (argc != 2)
        return 2;
    sb_printf(&dir, "%s/recording", argv[1]);
    recording_seeds(dir.text);
    sb_clear(&dir);
    sb_printf(&dir, "%s/heap", argv[1]);
    heap_seeds(dir.text);
    sb_free(&dir);
    return 0;
}
