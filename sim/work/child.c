/* Running something that may crash: see child.h. */
#include "sim/work/child.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct pipes {
    int read_end[2]; /* standard error, log */
    int write_end[2];
};

static void open_pipes(struct pipes *p) {
    for (int i = 0; i < 2; i++) {
        int ends[2];
        INVARIANT(pipe(ends) == 0);
        p->read_end[i] = ends[0];
        p->write_end[i] = ends[1];
    }
}

NORETURN static void be_child(const struct pipes *p, bool (*body)(void *arg, int log), void *arg) {
    dup2(p->write_end[0], STDERR_FILENO);
    close(p->write_end[0]);
    close(p->read_end[0]);
    close(p->read_end[1]);
    bool ok = body(arg, p->write_end[1]);
    fflush(stderr);
    _exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Reads what there is, without waiting. False at the end. */
static bool take_in(int fd, struct strbuf *out) {
    char buf[4096];
    ssize_t n = read(fd, buf, sizeof buf);
    if (n > 0)
        sb_add(out, buf, (size_t)n);
    return n > 0;
}

/* Until both ends are closed. */
static void listen_to(const struct pipes *p, struct child_result *result) {
    struct strbuf *const out[] = {&result->said, &result->log};
    struct pollfd fds[] = {
        {.fd = p->read_end[0], .events = POLLIN}, {.fd = p->read_end[1], .events = POLLIN}};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, -1) < 0) /* a signal */
            continue;
        for (int i = 0; i < 2; i++)
            if (fds[i].fd >= 0 && fds[i].revents && !take_in(fds[i].fd, out[i])) {
                close(fds[i].fd);
                fds[i].fd = -1;
            }
    }
}

void child_run(bool (*body)(void *arg, int log), void *arg, struct child_result *result) {
    struct pipes p;
    int status = 0;
    *result = (struct child_result){0};
    open_pipes(&p);
    fflush(NULL);
    pid_t child = fork();
    INVARIANT(child >= 0);
    if (child == 0)
        be_child(&p, body, arg);
    close(p.write_end[0]);
    close(p.write_end[1]);
    listen_to(&p, result);
    while (waitpid(child, &status, 0) < 0) /* a signal */
        INVARIANT(errno == EINTR);
    result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result->failed = result->signal || WEXITSTATUS(status) != 0;
    if (result->signal && !result->said.len)
        sb_printf(
            &result->said, "ended by signal %d: %s\n", result->signal, strsignal(result->signal));
}

void child_result_free(struct child_result *result) {
    sb_free(&result->said);
    sb_free(&result->log);
}
