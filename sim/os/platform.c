/*
 * The table of platforms.
 *
 * The linux rows were measured: their image ends, program breaks and structure sizes are those of a
 * small Go 1.10.8 program on each platform (natively on x86, under a user-mode emulator elsewhere).
 * The darwin and windows rows are modelled: the structure sizes follow from the pointer width,
 * which is all they depend on, and the image is one where that system's linker puts it. Neither of
 * the two tells its program break: brk is 0 there.
 *
 * What depends only on the pointer width is in the two COMMON macros. addr_bits is 39 on 64-bit
 * systems but 35 on Windows, which charges page tables to the process, and 31 on darwin/arm64,
 * whose phones refuse more; it is 32 on 32-bit ones but 31 on MIPS, whose upper half is the
 * kernel's.
 */
#include "sim/os/platform.h"

#include <string.h>

#define MAX_MEM(bits) ((UINT64_C(1) << (bits)) - 1)
#define SPACE(bits)   .addr_bits = (bits), .max_mem = MAX_MEM(bits)

/* _defer: size and a flag (8 bytes together), then five words. gcBitsHeader: two words. */
#define COMMON_64                                                                                  \
    .ptr_size = 8, .sizeof_mspan = 152, .sizeof_mcache = 1736, .sizeof_treapnode = 48,             \
    .sizeof_defer = 48, .gcbits_header = 16
#define COMMON_32                                                                                  \
    .ptr_size = 4, .sizeof_mspan = 92, .sizeof_mcache = 868, .sizeof_treapnode = 24,               \
    .sizeof_defer = 28, .gcbits_header = 8

/* The bytes c0 00 to df 00 in memory are not valid UTF-8 and far from ff: little that is not a
 * pointer looks like an address from 0xc000000000 on. */
#define HINT_USUAL        (UINT64_C(0x00c0) << 32)
#define HINT_LINUX_ARM64  (UINT64_C(0x0040) << 32) /* some kernels give only 39 bits */
#define HINT_DARWIN_ARM64 (UINT64_C(0x0013) << 28)

static const struct platform platforms[] = {
    {
        .name = "linux/amd64",
        .goos = GOOS_LINUX,
        COMMON_64,
        SPACE(39),
        .hint = HINT_USUAL,
        .user_end = UINT64_C(0x7ffffffff000),
        .phys_page_size = KiB(4),
        .huge_page_size = MiB(2),
        .image_end = 0x4caed8,
        .brk = 0x4cb000,
        .cache_line = 64,
    },
    {
        .name = "linux/386",
        .goos = GOOS_LINUX,
        COMMON_32,
        SPACE(32),
        .user_end = 0xffffe000, /* under a 64-bit kernel */
        .phys_page_size = KiB(4),
        .huge_page_size = MiB(2),
        .image_end = 0x80f1d08,
        .brk = 0x80f2000,
        .cache_line = 64,
    },
    {
        .name = "linux/arm64",
        .goos = GOOS_LINUX,
        COMMON_64,
        SPACE(39),
        .hint = HINT_LINUX_ARM64,
        .user_end = UINT64_C(1) << 48,
        .phys_page_size = KiB(4),
        .image_end = 0xe0c78,
        .brk = 0xe1000,
        .cache_line = 64,
    },
    {
        .name = "linux/arm",
        .goos = GOOS_LINUX,
        COMMON_32,
        SPACE(32),
        .user_end = 0xffff0000, /* under a 64-bit kernel: the vector page is above */
        .phys_page_size = KiB(4),
        .image_end = 0xd3220,
        .brk = 0xd4000,
        .cache_line = 32,
    },
    {
        .name = "linux/mipsle",
        .goos = GOOS_LINUX,
        COMMON_32,
        SPACE(31),
        .user_end = 0x7fff8000,
        .phys_page_size = KiB(4),
        .image_end = 0xd3228,
        .brk = 0xd4000,
        .cache_line = 32,
    },
    {
        .name = "linux/ppc64le",
        .goos = GOOS_LINUX,
        COMMON_64,
        SPACE(39),
        .hint = HINT_USUAL,
        .user_end = UINT64_C(1) << 47,
        .phys_page_size = KiB(64),
        .image_end = 0xf6e38,
        .brk = 0x100000,
        .cache_line = 128,
    },
    {
        .name = "darwin/amd64",
        .goos = GOOS_DARWIN,
        COMMON_64,
        SPACE(39),
        .hint = HINT_USUAL,
        .user_end = UINT64_C(0x7fffffe00000),
        .phys_page_size = KiB(4),
        .image_end = 0x10ebe10,
        .cache_line = 64,
    },
    {
        .name = "darwin/arm64",
        .goos = GOOS_DARWIN,
        COMMON_64,
        SPACE(31),
        .hint = HINT_DARWIN_ARM64,
        .user_end = UINT64_C(0xfc0000000), /* 63 GiB: why the hint is so low */
        .phys_page_size = KiB(16),
        .image_end = UINT64_C(0x1000e5b40),
        .cache_line = 64,
    },
    {
        .name = "windows/amd64",
        .goos = GOOS_WINDOWS,
        COMMON_64,
        SPACE(35),
        .hint = HINT_USUAL,
        .user_end = UINT64_C(0x7fffffff0000),
        .phys_page_size = KiB(4),
        .image_end = 0x4ce000,
        .cache_line = 64,
    },
    {
        .name = "windows/386",
        .goos = GOOS_WINDOWS,
        COMMON_32,
        SPACE(32),
        .user_end = 0x7fff0000,
        .phys_page_size = KiB(4),
        .image_end = 0x4b3000,
        .cache_line = 64,
    },
};

_Static_assert(ARRAY_LEN(platforms) == PLATFORM_COUNT, "what is counted by platform has room");

/* Each platform's counterpart of the other pointer width; the nearest one where it has none of its
 * own. */
static const struct {
    const char *name, *other;
} widths[] = {
    {"linux/amd64", "linux/386"},
    {"linux/386", "linux/amd64"},
    {"linux/arm64", "linux/arm"},
    {"linux/arm", "linux/arm64"},
    {"linux/mipsle", "linux/amd64"},
    {"linux/ppc64le", "linux/386"},
    {"darwin/amd64", "linux/386"},
    {"darwin/arm64", "linux/arm"},
    {"windows/amd64", "windows/386"},
    {"windows/386", "windows/amd64"},
};

const struct platform *platform_at(size_t i) {
    return i < ARRAY_LEN(platforms) ? &platforms[i] : NULL;
}

const struct platform *platform_find(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++)
        if (strcmp(platforms[i].name, name) == 0)
            return &platforms[i];
    return NULL;
}

const struct platform *platform_other_width(const struct platform *p) {
    for (size_t i = 0;; i++) {
        INVARIANT(i < ARRAY_LEN(widths)); /* each platform has a counterpart */
        if (strcmp(widths[i].name, p->name) == 0)
            return platform_find(widths[i].other);
    }
}

void platform_names(struct strbuf *out) {
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++)
        sb_printf(out, "%s%s", i > 0 ? ", " : "", platforms[i].name);
}
