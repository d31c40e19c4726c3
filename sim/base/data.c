/* Data files: see data.h. */
#include "sim/base/data.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Is there anything at dir + middle + relative? Its path is then in out. */
static bool try_path(
    const char *dir, const char *middle, const char *relative, struct strbuf *out) {
    sb_clear(out);
    sb_printf(out, "%s%s/%s", dir, middle, relative);
    if (access(out->text, R_OK) == 0)
        return true;
    sb_clear(out);
    return false;
}

/* Cuts the last component off path; false at the top. */
static bool go_up(char *path) {
    char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return false;
    *slash = '\0';
    return true;
}

bool data_path_above(const char *start, const char *relative, struct strbuf *out) {
    char *dir = xstrdup(start);
    bool found;
    do
        found =
            try_path(dir, "", relative, out) || try_path(dir, "/share/arenascope", relative, out);
    while (!found && go_up(dir));
    free(dir);
    return found;
}

bool data_path_beside(const char *relative, struct strbuf *out) {
    char exe[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (len <= 0) /* never: where there is /proc */
        return data_path_above(".", relative, out);
    exe[len] = '\0';
    go_up(exe);
    return data_path_above(exe, relative, out);
}

bool data_path(const char *relative, struct strbuf *out) {
    sb_clear(out);
    const char *given = getenv("ARENASCOPE_DATA");
    if (given && *given) /* who says where means there */
        return try_path(given, "", relative, out);
    return data_path_beside(relative, out);
}
