/*
 * Every command of the window, in one table: its name for people, its keys, what it does. The key
 * help (?), --help and the manual are made from it.
 */
#ifndef ARENA_COMMANDS_H
#define ARENA_COMMANDS_H

/* X(NAME, keys, group, help). Keys: space-separated alternatives, as SDL names them, with Shift+
 * and Ctrl+ before. */
#define COMMANDS(X)                                                                                \
    X(PLAY, "Space", "Time", "play or pause")                                                      \
    X(STEP_FORWARD, "Right l", "Time", "one event forward")                                        \
    X(STEP_BACK, "Left h", "Time", "one event back")                                               \
    X(OP_FORWARD, "Shift+Right Shift+l", "Time", "one operation forward")                          \
    X(OP_BACK, "Shift+Left Shift+h", "Time", "one operation back")                                 \
    X(MARK_FORWARD, "Ctrl+Right", "Time", "next growth or refusal")                                \
    X(MARK_BACK, "Ctrl+Left", "Time", "previous growth or refusal")                                \
    X(HOME, "Home", "Time", "to the beginning")                                                    \
    X(END, "End", "Time", "to the end")                                                            \
    X(FASTER, "+ =", "Time", "play faster")                                                        \
    X(SLOWER, "-", "Time", "play slower")                                                          \
    X(SEEK, "", "Time", "drag the timeline: go to that moment")                                    \
    X(ZOOM_IN, "w", "View", "zoom in (also Ctrl+wheel)")                                           \
    X(ZOOM_OUT, "s", "View", "zoom out")                                                           \
    X(PAN_LEFT, "a", "View", "pan left (also drag)")                                               \
    X(PAN_RIGHT, "d", "View", "pan right")                                                         \
    X(FIT, "0", "View", "fit the arena")                                                           \
    X(FOCUS, "f", "View", "zoom to the pinned thing")                                              \
    X(TOGGLE_WIDTH, "m", "World", "32-bit or 64-bit, same point of the same workload")             \
    X(TAKE_HINT, "", "World", "click a hint: take its address or free it, and run again")          \
    X(TAKE_ALL, "r", "World", "refuse all 128 hints, or none")                                     \
    X(CYCLE_LIMIT, "i", "World", "next address-space limit")                                       \
    X(CYCLE_BREAK, "k", "World", "low or high program break")                                      \
    X(ELSEWHERE, "e", "World", "a kernel that ignores hints, or not")                              \
    X(NEXT_WORKLOAD, "n", "World", "next built-in workload")                                       \
    X(LESSON_NEXT, "Enter PageDown", "Lesson", "next step")                                        \
    X(LESSON_BACK, "Backspace PageUp", "Lesson", "previous step")                                  \
    X(LESSON_RESTART, "Shift+Home", "Lesson", "restart the lesson")                                \
    X(LESSON_OPEN, "1 2", "Lesson", "open lesson 1 or 2")                                          \
    X(LESSON_CLOSE, "x", "Lesson", "close or reopen the lesson pane")                              \
    X(THEME, "t", "Window", "next theme")                                                          \
    X(SCALE_UP, "Ctrl+= Ctrl++", "Window", "larger interface")                                     \
    X(SCALE_DOWN, "Ctrl+-", "Window", "smaller interface")                                         \
    X(HELP, "?", "Window", "show or hide the keys")                                                \
    X(DISMISS, "Escape", "Window", "close what is open, unpin")                                    \
    X(QUIT, "q Ctrl+q", "Window", "quit")

enum command {
    CMD_NONE,
#define X(NAME, ...) CMD_##NAME,
    COMMANDS(X)
#undef X
        CMD_COUNT
};

struct command_info {
    const char *name; /* "step forward" */
    const char *keys;
    const char *group;
    const char *help;
};

/* NULL for CMD_NONE and numbers out of range. */
const struct command_info *command_info(unsigned command);
/* The command a key stands for ("Shift+Right"), CMD_NONE if none. */
enum command command_for_key(const char *key);

#endif
