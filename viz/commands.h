/*
 * Every command of the window, in one table: its name for people, its keys, what it does. The key
 * help (?), --help and the manual are made from it.
 */
#ifndef ARENA_COMMANDS_H
#define ARENA_COMMANDS_H

/* X(NAME, name, keys, group, help). Keys: space-separated alternatives, as SDL names them, with
 * Shift+ and Ctrl+ before. */
#define COMMANDS(X)                                                                                \
    X(PLAY, "play", "Space", "Time", "play or pause")                                              \
    X(STEP_FORWARD, "step forward", "Right l", "Time", "one event forward")                        \
    X(STEP_BACK, "step back", "Left h", "Time", "one event back")                                  \
    X(OP_FORWARD, "op forward", "Shift+Right Shift+l", "Time", "one operation forward")            \
    X(OP_BACK, "op back", "Shift+Left Shift+h", "Time", "one operation back")                      \
    X(MARK_FORWARD, "mark forward", "Ctrl+Right", "Time", "next collection, growth or refusal")    \
    X(MARK_BACK, "mark back", "Ctrl+Left", "Time", "previous collection, growth or refusal")       \
    X(HOME, "home", "Home", "Time", "to the beginning")                                            \
    X(END, "end", "End", "Time", "to the end")                                                     \
    X(FASTER, "faster", "+ =", "Time", "play faster")                                              \
    X(SLOWER, "slower", "-", "Time", "play slower")                                                \
    X(SEEK, "seek", "", "Time", "drag the timeline: go to that moment")                            \
    X(ZOOM_IN, "zoom in", "w", "View", "zoom in (also Ctrl+wheel)")                                \
    X(ZOOM_OUT, "zoom out", "s", "View", "zoom out")                                               \
    X(PAN_LEFT, "pan left", "a", "View", "pan left (also drag)")                                   \
    X(PAN_RIGHT, "pan right", "d", "View", "pan right")                                            \
    X(FIT, "fit", "0", "View", "fit the arena")                                                    \
    X(PATH, "path", "p", "View", "the path of mallocinit; again: the map")                         \
    X(MAP, "map", "v", "View", "the map: regions and arena")                                       \
    X(NOW, "now", "F1", "View", "right column: the heap and what just happened")                   \
    X(WORLD, "world", "F2", "View", "right column: the world the run is in")                       \
    X(FOCUS, "focus", "f", "View", "zoom to the pinned thing")                                     \
    X(TOGGLE_WIDTH, "toggle width", "m", "World",                                                  \
        "32-bit or 64-bit, same point of the same workload")                                       \
    X(TAKE_HINT, "take hint", "", "World",                                                         \
        "click a hint: take its address or free it, and run again")                                \
    X(TAKE_ALL, "take all", "r", "World", "refuse all 128 hints, or none")                         \
    X(CYCLE_LIMIT, "cycle limit", "i", "World", "next address-space limit")                        \
    X(CYCLE_BREAK, "cycle break", "k", "World", "low or high program break")                       \
    X(ELSEWHERE, "elsewhere", "e", "World", "a kernel that ignores hints, or not")                 \
    X(NEXT_WORKLOAD, "next workload", "n", "World", "next built-in workload")                      \
    X(LESSON_NEXT, "lesson next", "Enter PageDown", "Lesson", "next step")                         \
    X(LESSON_BACK, "lesson back", "Backspace PageUp", "Lesson", "previous step")                   \
    X(LESSON_RESTART, "lesson restart", "Shift+Home", "Lesson", "restart the lesson")              \
    X(LESSON_OPEN, "lesson open", "1 2", "Lesson", "open lesson 1 or 2")                           \
    X(LESSON_CLOSE, "lesson close", "x", "Lesson", "close the lesson")                             \
    X(THEME, "theme", "t", "Window", "next theme")                                                 \
    X(SCALE_UP, "scale up", "Ctrl+= Ctrl++", "Window", "larger interface")                         \
    X(SCALE_DOWN, "scale down", "Ctrl+-", "Window", "smaller interface")                           \
    X(HELP, "help", "?", "Window", "show or hide the keys")                                        \
    X(DISMISS, "dismiss", "Escape", "Window", "close what is open, unpin")                         \
    X(QUIT, "quit", "q Ctrl+q", "Window", "quit")

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
