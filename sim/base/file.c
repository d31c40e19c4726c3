/* Files: see file.h. */
#include "sim/base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static bool read_all(
    gzFile in, const char *path, struct strbuf *out, bool *cut, struct error *err) {
    static const unsigned CHUNK = 1 << 16;
    char *chunk = xmalloc(CHUNK);
    int got;
    while ((got = gzread(in, chunk, CHUNK)) > 0)
        sb_add(out, chunk, (size_t)got);
    free(chunk);
    int code = Z_OK;
    const char *why = gzerror(in, &code);
    if (code == Z_OK || code == Z_STREAM_END)
        return true;
    if (code == Z_BUF_ERROR && cut) {
        *cut = true;
        return true;
    }
    return error_set(err, "%s: cannot read: %s", path,
        code == Z_ERRNO       ? strerror(errno)
        : code == Z_BUF_ERROR ? "the gzip data stop short"
                              : why);
}

bool file_read(const char *path, struct strbuf *out, bool *truncated, struct error *err) {
    if (truncated)
        *truncated = false;
    bool std_in = strcmp(path, "-") == 0;
    struct stat st;
    if (!std_in && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return error_set(err, "%s: is a directory, expected a file", path);
    errno = 0;
    gzFile in = std_in ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rb");
    if (!in)
        return error_set(err, "%s: cannot open: %s", path, errno ? strerror(errno) : "no memory");
    bool ok = read_all(in, path, out, truncated, err);
    /* A gzip file cut inside its last member is only noticed here. */
    int closed = gzclose_r(in);
    if (ok && closed == Z_BUF_ERROR) {
        if (!truncated)
            return error_set(err, "%s: cannot read: the gzip data stop short", path);
        *truncated = true;
    }
    return ok;
}

bool file_write(const char *path, const void *data, size_t len, struct error *err) {
    struct strbuf temp = {0};
    sb_printf(&temp, "%s.%ld.part", path, (long)getpid());
    bool ok = false;
    FILE *f = fopen(temp.text, "wb");
    if (!f) {
        error_set(err, "%s: cannot write: %s", path, strerror(errno));
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
            error_set(err, "%s: cannot write: %s", path, strerror(why));
        }
    }
    sb_free(&temp);
    return ok;
}
