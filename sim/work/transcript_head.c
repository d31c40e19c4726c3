/* The first two lines of a transcript: see transcript_head.h. */
#include "sim/work/transcript_head.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool transcript_head_recognises(const char *second) {
    return strncmp(second, "platform ptrsize=", 17) == 0;
}

/* The number behind " name=", at most most. */
static bool read_number(
    const char *line, const char *name, uint64_t most, uint64_t *out, struct error *err) {
    char pattern[40], value[32];
    snprintf(pattern, sizeof pattern, " %s=", name);
    const char *at = strstr(line, pattern);
    if (!at || sscanf(at + strlen(pattern), "%31[^ ]", value) != 1 || !parse_u64(value, out))
        return error_set(
            err, "the platform line has no number `%s`, expected `%s=NUMBER`", name, name);
    if (*out > most)
        return error_set(err, "%s is 0x%" PRIx64 ", expected at most 0x%" PRIx64, name, *out, most);
    return true;
}

/* The size of one of the runtime's structures, of which several fit in a chunk. */
static bool read_size(const char *line, const char *name, unsigned *out, struct error *err) {
    uint64_t n = 0;
    if (!read_number(line, name, KiB(16), &n, err))
        return false;
    *out = (unsigned)n;
    if (n == 0)
        return error_set(err, "%s is 0, expected the size of a structure", name);
    return true;
}

static bool read_world(const char *line, struct transcript_head *head, struct error *err) {
    struct platform *p = &head->platform;
    uint64_t ptr_size = 0, max_mem = 0, space = p->ptr_size == 4 ? UINT32_MAX : UINT64_C(1) << 48;
    if (!read_number(line, "ptrsize", 8, &ptr_size, err) ||
        !read_number(line, "maxmem", UINT64_MAX, &max_mem, err) ||
        !read_number(line, "image_end", space, &head->image_end, err) ||
        !read_number(line, "brk", space, &head->brk, err) ||
        !read_number(line, "physpage", MiB(1), &head->phys_page_size, err) ||
        !read_number(line, "hugepage", GiB(1), &head->huge_page_size, err) ||
        !read_size(line, "sizeof_mspan", &p->sizeof_mspan, err) ||
        !read_size(line, "sizeof_mcache", &p->sizeof_mcache, err) ||
        !read_size(line, "sizeof_treapnode", &p->sizeof_treapnode, err))
        return false;
    if (p->ptr_size != ptr_size || p->max_mem != max_mem)
        return error_set(err,
            "%s has %u-byte pointers and _MaxMem 0x%" PRIx64 ", the transcript says otherwise",
            p->name, p->ptr_size, p->max_mem);
    return true;
}

bool transcript_head_read(const char *first, const char *second, struct transcript_head *head,
    int *line, struct error *err) {
    char name[64];
    *line = 1;
    const struct platform *p = sscanf(first, "# %*s %63s", name) == 1 ? platform_find(name) : NULL;
    if (!p)
        return error_set(
            err, "no known platform in `%.60s`, expected `# go1.10.8 linux/amd64 NAME`", first);
    *line = 2;
    *head = (struct transcript_head){.platform = *p};
    if (!transcript_head_recognises(second))
        return error_set(
            err, "`%.60s` is not a platform line, expected `platform ptrsize=...`", second);
    return read_world(second, head, err);
}

void transcript_head_write(struct os *os, const char *name, struct strbuf *out) {
    const struct platform *p = os->platform;
    sb_printf(out, "# arenascope %s %s\n", p->name, name);
    sb_printf(out,
        "platform ptrsize=%u maxmem=0x%" PRIx64 " image_end=0x%" PRIx64 " brk=0x%" PRIx64,
        p->ptr_size, p->max_mem, os->image_end, os->ops->brk(os));
    sb_printf(out,
        " physpage=%" PRIu64 " hugepage=0x%" PRIx64 " sizeof_mspan=%u sizeof_mcache=%u"
        " sizeof_treapnode=%u\n",
        os->phys_page_size, os->huge_page_size, p->sizeof_mspan, p->sizeof_mcache,
        p->sizeof_treapnode);
}
