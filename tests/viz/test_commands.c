/*
 * The table of commands: keys find them, no key means two, names follow the enumerators.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "viz/commands.h"

static void keys_find_their_commands(void **state) {
    (void)state;
    assert_int_equal(command_for_key("Right"), CMD_STEP_FORWARD);
    assert_int_equal(command_for_key("l"), CMD_STEP_FORWARD);
    assert_int_equal(command_for_key("Shift+Right"), CMD_OP_FORWARD);
    assert_int_equal(command_for_key("Ctrl+Left"), CMD_MARK_BACK);
    assert_int_equal(command_for_key("+"), CMD_FASTER);
    assert_int_equal(command_for_key("Ctrl+="), CMD_SCALE_UP);
    assert_int_equal(command_for_key("Ctrl++"), CMD_SCALE_UP);
    assert_int_equal(command_for_key("?"), CMD_HELP);
    assert_int_equal(command_for_key("Space"), CMD_PLAY);
}

static void other_keys_find_nothing(void **state) {
    (void)state;
    static const char *const keys[] = {
        "", " ", "Right l", "Righ", "ight", "Ctrl+", "Shift+Ctrl+Right", "F12", "Q"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_int_equal(command_for_key(keys[i]), CMD_NONE);
}

static void every_key_of_the_table_finds_its_own_command(void **state) {
    (void)state;
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        char keys[128];
        strncpy(keys, command_info(c)->keys, sizeof keys - 1);
        keys[sizeof keys - 1] = '\0';
        char *rest = NULL;
        if (!command_has_keys(c))
            continue;
        for (char *key = strtok_r(keys, " ", &rest); key; key = strtok_r(NULL, " ", &rest))
            assert_int_equal(command_for_key(key), c);
    }
}

static void names_are_the_enumerators_in_plain_words(void **state) {
    (void)state;
    static const char *const enumerators[CMD_COUNT] = {
#define X(NAME, ...) [CMD_##NAME] = #NAME,
        COMMANDS(X)
#undef X
    };
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        const char *name = command_info(c)->name;
        assert_int_equal(strlen(name), strlen(enumerators[c]));
        for (size_t i = 0; name[i]; i++) {
            char wanted = enumerators[c][i];
            assert_int_equal(name[i], wanted == '_' ? ' ' : tolower((unsigned char)wanted));
        }
    }
}

static void every_command_says_what_it_does(void **state) {
    (void)state;
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        assert_true(command_info(c)->help[0] != '\0');
        assert_true(command_info(c)->group[0] != '\0');
    }
    assert_null(command_info(CMD_NONE));
    assert_null(command_info(CMD_COUNT));
    assert_null(command_info(UINT32_MAX));
}

static void groups_stand_together(void **state) {
    (void)state;
    for (unsigned c = CMD_NONE + 2; c < CMD_COUNT; c++) {
        if (strcmp(command_info(c)->group, command_info(c - 1)->group) == 0)
            continue;
        for (unsigned before = CMD_NONE + 1; before < c; before++)
            assert_string_not_equal(command_info(before)->group, command_info(c)->group);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_find_their_commands),
        cmocka_unit_test(other_keys_find_nothing),
        cmocka_unit_test(every_key_of_the_table_finds_its_own_command),
        cmocka_unit_test(names_are_the_enumerators_in_plain_words),
        cmocka_unit_test(every_command_says_what_it_does),
        cmocka_unit_test(groups_stand_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
