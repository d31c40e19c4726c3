/* Files: see file.h. */
#include "sim/base/file.h"

#include "sim/base/i18n.h"
#include "sim/base/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK = 1 << 16 };

/* Up to the end, or until there is more than most. */
static bool read_plain(FILE *in, uint64_t most, struct strbuf *out) {
    char *chunk = xmalloc(CHUNK);
    size_t got;
    while (out->len <= most && (got = fread(chunk, 1, CHUNK, in)) > 0)
        sb_add(out, chunk, got);
    free(chunk);
    return !ferror(in);
}

static bool is_gzip(const struct strbuf *sb) {
    return sb->len >= 2 && (unsigned char)sb->text[0] == 0x1f && (unsigned char)sb->text[1] == 0x8b;
}

/* Decompresses one member or several on end; *cut: the data stop inside one.
 * (zlib's own file functions miss that where the output so far fills their
 * buffer exactly.) It stops once there is more than most. NULL, or what is wrong.
 */
static const char *unzip(
    const struct strbuf *packed, uint64_t most, struct strbuf *out, bool *cut) {
    z_stream z = {.next_in = (unsigned char *)packed->text};
    size_t left = packed->len;
    char *chunk = xmalloc(CHUNK);
    int code = inflateInit2(&z, 16 + MAX_WBITS);
    while (code == Z_OK && (left || z.avail_in) && out->len <= most) {
        if (z.avail_in == 0) {
            z.avail_in = left < CHUNK ? (unsigned)left : CHUNK;
            left -= z.avail_in;
        }
        z.next_out = (unsigned char *)chunk;
        z.avail_out = CHUNK;
        code = inflate(&z, Z_NO_FLUSH);
        sb_add(out, chunk, CHUNK - z.avail_out);
        if (code == Z_STREAM_END && (left || z.avail_in))
            code = inflateReset(&z);
    }
    *cut = code == Z_OK;
    const char *why = code == Z_OK || code == Z_STREAM_END ? NULL
                      : code == Z_MEM_ERROR                ? "out of memory"
                                                           : "damaged gzip data";
    inflateEnd(&z);
    free(chunk);
    return why;
}

static bool too_large(const char *path, uint64_t most, struct error *err) {
    char size[32];
    return error_set(err, _("%s: is larger than %s, the most that is read of such a file"), path,
        format_size(most, size, sizeof size));
}

/* In place of the packed bytes in out, what they say. */
static bool unpack(
    const char *path, uint64_t most, struct strbuf *out, bool *truncated, struct error *err) {
    struct strbuf packed = *out;
    bool cut;
    *out = (struct strbuf){0};
    const char *why = unzip(&packed, most, out, &cut);
    sb_free(&packed);
    if (out->len > most)
        return too_large(path, most, err);
    if (!why && cut && !truncated)
        why = "the gzip data stop short";
    if (why)
        return error_set(err, _("%s: cannot read: %s"), path, why);
    if (truncated)
        *truncated = cut;
    return true;
}

bool file_read_most(
    const char *path, uint64_t most, struct strbuf *out, bool *truncated, struct error *err) {
    if (truncated)
        *truncated = false;
    bool std_in = strcmp(path, "-") == 0;
    struct stat st;
    if (!std_in && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return error_set(err, _("%s: is a directory, expected a file"), path);
    FILE *in = std_in ? stdin : fopen(path, "rb");
    if (!in)
        return error_set(err, _("%s: cannot open: %s"), path, strerror(errno));
    sb_clear(out);
    bool ok = read_plain(in, most, out);
    int why = errno;
    if (!std_in)
        fclose(in);
    if (!ok)
        return error_set(err, _("%s: cannot read: %s"), path, strerror(why));
    if (out->len > most)
        return too_large(path, most, err);
    return !is_gzip(out) || unpack(path, most, out, truncated, err);
}

bool file_read(const char *path, struct strbuf *out, bool *truncated, struct error *err) {
    return file_read_most(path, LIMIT_INPUT, out, truncated, err);
}

bool file_flush_output(struct error *err) {
    bool ok = fflush(stdout) == 0;
    int why = ok ? EIO : errno; /* what failed before has left no reason */
    if (ok && !ferror(stdout))
        return true;
    return error_set(err, _("standard output: cannot write: %s"), strerror(why));
}

bool file_write(const char *path, const void *data, size_t len, struct error *err) {
    struct strbuf temp = {0};
    sb_printf(&temp, "%s.%ld.part", path, (long)getpid());
    bool ok = false;
    FILE *f = fopen(temp.text, "wb");
    if (!f) {
        error_set(err, _("%s: cannot write: %s"), path, strerror(errno));
    } else {
        ok = fwrite(data, 1, len, f) == len && fflush(f) == 0 && fsync(fileno(f)) == 0;
        int why = errno;
        if (fclose(f) != 0 && ok) {
            ok = false;
            why = errno;
        }
        if (ok && rename(temp.text, path) != 0) {
            ok = false;
            why = errno;
        }
        if (!ok) {
            remove(temp.text);
            error_set(err, _("%s: cannot write: %s"), path, strerror(why));
        }
    }
    sb_free(&temp);
    return ok;
}
