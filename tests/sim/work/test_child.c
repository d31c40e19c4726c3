/* Children: what they say, and how they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/child.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static bool talk(void *arg, int log) {
    fprintf(stderr, "said");
    return write(log, "logged", 6) == 6 && *(const bool *)arg;
}

static bool crash(void *arg, int log) {
    (void)arg;
    signal(SIGABRT, SIG_DFL);
    if (write(log, "before", 6) == 6)
        BUG("broken");
    return true;
}

static bool die(void *arg, int log) {
    (void)arg, (void)log;
    raise(SIGKILL);
    return true;
}

/* More than a pipe holds, on both. */
static bool talk_much(void *arg, int log) {
    char text[4096];
    (void)arg;
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 100; i++)
        if (write(log, text, sizeof text) < 0 || write(STDERR_FILENO, text, sizeof text) < 0)
            return false;
    return true;
}

static void a_child_is_heard(void **state) {
    bool good = true, bad = false;
    struct child_result r;
    (void)state;
    child_run(talk, &good, &r);
    assert_false(r.failed);
    assert_string_equal(sb_text(&r.said), "said");
    assert_string_equal(sb_text(&r.log), "logged");
    child_result_free(&r);
    child_run(talk, &bad, &r);
    assert_true(r.failed && r.signal == 0);
    child_result_free(&r);
}

static void a_crash_is_a_failure_and_the_log_arrives(void **state) {
    struct child_result r;
    (void)state;
    child_run(crash, NULL, &r);
    assert_true(r.failed && r.signal == SIGABRT);
    assert_non_null(strstr(sb_text(&r.said), "bug: broken"));
    assert_string_equal(sb_text(&r.log), "before");
    child_result_free(&r);
}

static void a_silent_death_is_named(void **state) {
    struct child_result r;
    (void)state;
    child_run(die, NULL, &r);
    assert_true(r.failed && r.signal == SIGKILL);
    assert_non_null(strstr(sb_text(&r.said), "ended by signal 9"));
    child_result_free(&r);
}

static void much_is_heard_to_the_end(void **state) {
    struct child_result r;
    (void)state;
    child_run(talk_much, NULL, &r);
    assert_false(r.failed);
    assert_int_equal(r.said.len, 409600);
    assert_int_equal(r.log.len, 409600);
    child_result_free(&r);
}

/* Not both at once, and it lives on for a while. */
static bool end_slowly(void *arg, int log) {
    const struct timespec nap = {.tv_nsec = 30000000};
    (void)arg;
    close(STDERR_FILENO);
    nanosleep(&nap, NULL);
    bool ok = write(log, "late", 4) == 4;
    close(log);
    nanosleep(&nap, NULL);
    return ok;
}

static void ring(int number) {
    (void)number;
}

static void signals_do_not_disturb_who_waits(void **state) {
    const struct sigaction alarms = {.sa_handler = ring}, usual = {.sa_handler = SIG_DFL};
    const struct itimerval often = {{0, 2000}, {0, 2000}}, never = {0};
    struct child_result r;
    (void)state;
    sigaction(SIGALRM, &alarms, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    child_run(end_slowly, NULL, &r);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &usual, NULL);
    assert_false(r.failed);
    assert_string_equal(sb_text(&r.log), "late");
    child_result_free(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_is_heard),
        cmocka_unit_test(a_crash_is_a_failure_and_the_log_arrives),
        cmocka_unit_test(a_silent_death_is_named),
        cmocka_unit_test(much_is_heard_to_the_end),
        cmocka_unit_test(signals_do_not_disturb_who_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
