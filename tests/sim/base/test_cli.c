/* Command lines: what is read, what is refused, and that help, manual and completions tell all. */
#include "sim/base/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct target {
    char name[16];
    uint64_t size;
    bool loud;
};

static bool read_name(void *into, const char *value, struct error *err) {
    struct target *t = into;
    if (strlen(value) >= sizeof t->name)
        return cli_bad_value(err, "--name", value, "a short one");
    snprintf(t->name, sizeof t->name, "%s", value);
    return true;
}

static bool read_size(void *into, const char *value, struct error *err) {
    return parse_u64(value, &((struct target *)into)->size) ||
           cli_bad_value(err, "-s", value, "a size");
}

static bool read_loud(void *into, const char *value, struct error *err) {
    (void)value, (void)err;
    return ((struct target *)into)->loud = true;
}

static void names(struct strbuf *out) {
    sb_puts(out, "anna bert");
}

static int nothing(void *into, int count, char **words) {
    (void)into, (void)count, (void)words;
    return 0;
}

static const struct cli_command commands[] = {
    {"", "", "opens.", nothing, NULL},
    {"greet", "FILE...", "says hello; and more.", nothing, NULL},
    {"leave", "[DIR]", "goes.", nothing, NULL},
    {"pick", "WHO", "chooses.", nothing, names},
    {"secret", "", NULL, nothing, NULL},
    {"help", "", "helps.", nothing, NULL},
};
static const struct cli_option options[] = {
    {"--name", "NAME", NULL, "whose it's", read_name, names},
    {"-s", "SIZE", "greet leave", "how much", read_size, NULL},
    {"--loud", NULL, "greet", "not silently", read_loud, NULL},
};
static const struct cli cli = {"prog", "a program", commands, 6, options, 3};

/* Another one: nothing is done without a command; names that are parts of others; options for all
 * and for files. */
static const struct cli_command other_commands[] = {
    {"run", "[WORKLOAD]", "runs.", nothing, names},
    {"stop", "", "; stops.", nothing, NULL},
    {"help", "", "helps.", nothing, NULL},
};
static const struct cli_option other_options[] = {
    {"--out", "FILE", NULL, "where to", read_name, NULL},
    {"--like", "FILE", NULL, "; as there", read_name, names},
    {"-q", NULL, "rerun runner run", "quiet.", read_loud, NULL},
    {"--a-very-long-name-of-an-option", "NAME", "run", "", read_name, NULL},
};
static const struct cli other = {"other", "another one", other_commands, 3, other_options, 4};
static const struct cli plain = {"plain", "without options", other_commands, 3, NULL, 0};
static const struct cli *now = &cli;

/* Reads the words of the line, separated by spaces. */
static bool reads(const char *text, struct target *t, struct cli_line *line, struct error *err) {
    static char copy[200];
    static char *argv[20];
    int argc = 0;
    snprintf(copy, sizeof copy, "%s", text);
    *t = (struct target){0};
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    return cli_read(now, argc, argv, t, line, err);
}

static void options_stand_anywhere(void **state) {
    static const char *const lines[] = {"prog greet --name anna -s 4K a b",
        "prog --name anna greet a -s 4K b", "prog --name=anna -s 4K greet a b",
        "prog greet a b --name=anna -s 4K"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct target t;
        struct cli_line line;
        struct error err;
        assert_true(reads(lines[i], &t, &line, &err));
        assert_string_equal(line.command->name, "greet");
        assert_int_equal(line.count, 2);
        assert_string_equal(line.words[0], "a");
        assert_string_equal(line.words[1], "b");
        assert_string_equal(t.name, "anna");
        assert_int_equal(t.size, 4096);
        assert_false(t.loud);
    }
}

static void without_a_command_it_opens(void **state) {
    struct target t;
    struct cli_line line;
    struct error err;
    (void)state;
    assert_true(reads("prog --name bert", &t, &line, &err));
    assert_string_equal(line.command->name, "");
    assert_string_equal(t.name, "bert");
}

static void help_is_asked_for_in_three_ways(void **state) {
    static const char *const lines[] = {
        "prog help", "prog -h", "prog greet --help", "prog --name anna --help"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct target t;
        struct cli_line line;
        struct error err;
        assert_true(reads(lines[i], &t, &line, &err));
        assert_string_equal(line.command->name, "help");
    }
}

static void after_two_dashes_all_are_words(void **state) {
    struct target t;
    struct cli_line line;
    struct error err;
    (void)state;
    assert_true(reads("prog --loud greet a", &t, &line, &err)); /* which has no value */
    assert_int_equal(line.count, 1);
    assert_true(reads("prog greet --loud -- --name -s", &t, &line, &err));
    assert_int_equal(line.count, 2);
    assert_string_equal(line.words[1], "-s");
    assert_true(t.loud);
    assert_true(reads("prog greet -", &t, &line, &err)); /* a word, too */
}

static void mistakes_are_named(void **state) {
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"prog quux", "unknown command `quux`, expected one of: greet, leave, pick, help"},
        {"prog --x greet a", "unknown option `--x`; see `prog help`"},
        {"prog greet --x a", "unknown option `--x`; see `prog help`"},
        {"prog greet --x=1 a", "unknown option `--x=1`; see `prog help`"},
        {"prog greet --name", "--name: NAME is missing after it"},
        {"prog greet --loud=1 a", "--loud takes no value"},
        {"prog pick --loud anna", "--loud is no option here, it is one of: greet"},
        {"prog -s 3", "-s is no option here, it is one of: greet leave"},
        {"prog greet -s much a", "-s: `much` cannot be, expected a size"},
        {"prog greet", "greet: FILE... is missing"},
        {"prog pick anna bert", "`bert` is one word too many, expected `pick WHO`"},
        {"prog leave a b", "`b` is one word too many, expected `leave [DIR]`"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct target t;
        struct cli_line line;
        struct error err = {""};
        assert_false(reads(cases[i].line, &t, &line, &err));
        assert_string_equal(err.text, cases[i].message);
    }
}

static void help_and_manual_tell_all_but_the_hidden(void **state) {
    struct strbuf help = {0}, manual = {0};
    (void)state;
    cli_help(&cli, &help);
    cli_manual(&cli, &manual);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (commands[i].help) {
            assert_non_null(strstr(sb_text(&help), commands[i].help));
            assert_non_null(strstr(sb_text(&manual), commands[i].help));
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        assert_non_null(strstr(sb_text(&help), options[i].name));
    assert_non_null(strstr(sb_text(&manual), "\\fB\\-\\-name\\fR \\fINAME\\fR\nwhose it\\(aqs.\n"));
    assert_null(strstr(sb_text(&help), "secret"));
    assert_null(strstr(sb_text(&manual), "secret"));
    sb_free(&help);
    sb_free(&manual);
}

static void roff_is_escaped(void **state) {
    struct strbuf out = {0};
    (void)state;
    cli_roff(&out, ".a `b`-\\c\n'd ~^");
    assert_string_equal(sb_text(&out), "\\&.a \\(gab\\(ga\\-\\ec\n\\&\\(aqd \\(ti\\(ha");
    sb_free(&out);
}

static void completions_know_commands_options_and_values(void **state) {
    static const char *const shells[] = {"bash", "zsh", "fish"};
    static const char *const parts[] = {"greet", "leave", "pick", "anna bert", "name", "loud"};
    struct error err;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
        struct strbuf out = {0};
        assert_true(cli_completions(&cli, shells[i], &out, &err));
        for (size_t k = 0; k < ARRAY_LEN(parts); k++)
            assert_non_null(strstr(sb_text(&out), parts[k]));
        assert_null(strstr(sb_text(&out), "secret"));
        sb_free(&out);
    }
    assert_false(cli_completions(&cli, "tcsh", &(struct strbuf){0}, &err));
    assert_string_equal(err.text, "no completions for `tcsh`, expected bash, zsh or fish");
}

static void an_option_of_commands_is_told_by_whole_names(void **state) {
    struct target t;
    struct cli_line line;
    struct error err = {""};
    (void)state;
    now = &other;
    assert_true(reads("other -q run", &t, &line, &err));
    assert_true(t.loud);
    assert_false(reads("other stop -q", &t, &line, &err));
    assert_string_equal(err.text, "-q is no option here, it is one of: rerun runner run");
    assert_false(cli_option_of(&(struct cli_option){.commands = "rerun runner"}, line.command));
    assert_true(reads("other run", &t, &line, &err));
    assert_false(cli_option_of(&(struct cli_option){.commands = "rerun runner"}, line.command));
    assert_false(reads("other stop now", &t, &line, &err));
    assert_string_equal(err.text, "`now` is one word too many, expected `stop`");
    now = &cli;
}

static void where_nothing_is_done_without_a_command_help_is_given(void **state) {
    struct target t;
    struct cli_line line;
    struct error err;
    (void)state;
    now = &other;
    assert_true(reads("other", &t, &line, &err));
    assert_string_equal(line.command->name, "help");
    now = &cli;
}

static void a_long_option_has_its_help_behind_it(void **state) {
    struct strbuf help = {0}, manual = {0};
    (void)state;
    cli_help(&other, &help);
    assert_non_null(strstr(sb_text(&help), "  --a-very-long-name-of-an-option NAME  \n"));
    cli_manual(&other, &manual);
    char *options_at = strstr(sb_text(&manual), ".SH OPTIONS");
    assert_non_null(options_at);
    assert_null(strstr(options_at + 1, ".SH OPTIONS"));
    sb_free(&help);
    sb_free(&manual);
}

static void completions_offer_files_where_they_can_stand(void **state) {
    struct strbuf bash = {0}, zsh = {0}, fish = {0}, without = {0};
    struct error err;
    (void)state;
    assert_true(cli_completions(&other, "bash", &bash, &err));
    assert_non_null(strstr(sb_text(&bash), "*' --out') words='' files=yes"));
    assert_non_null(strstr(sb_text(&bash), "*' --like') words='anna bert' files=yes"));
    assert_true(cli_completions(&other, "zsh", &zsh, &err));
    assert_non_null(strstr(sb_text(&zsh), "'--out[where to]:FILE:_files'"));
    assert_non_null(strstr(sb_text(&zsh), "'--like[]:FILE:{compadd anna bert; _files}'"));
    assert_true(cli_completions(&other, "fish", &fish, &err));
    assert_non_null(strstr(sb_text(&fish), "-l out -r -F -d 'where to'"));
    assert_true(cli_completions(&plain, "bash", &without, &err));
    assert_non_null(strstr(sb_text(&without), "        '') i=$((i + 1)) ;;"));
    sb_free(&bash);
    sb_free(&zsh);
    sb_free(&fish);
    sb_free(&without);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(without_a_command_it_opens),
        cmocka_unit_test(help_is_asked_for_in_three_ways),
        cmocka_unit_test(after_two_dashes_all_are_words),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(help_and_manual_tell_all_but_the_hidden),
        cmocka_unit_test(roff_is_escaped),
        cmocka_unit_test(completions_know_commands_options_and_values),
        cmocka_unit_test(an_option_of_commands_is_told_by_whole_names),
        cmocka_unit_test(where_nothing_is_done_without_a_command_help_is_given),
        cmocka_unit_test(a_long_option_has_its_help_behind_it),
        cmocka_unit_test(completions_offer_files_where_they_can_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
