/*
 * Every command of the window, in one table: its name for people, its keys, what it does. The key
 * help (?), --help and the manual are made from it.
 */
#ifndef ARENA_COMMANDS_H
#define ARENA_COMMANDS_H

#include "sim/base/i18n.h"

#include <stdbool.h>

/* X(NAME, name, keys, group, help). Name, group and help are translated when they are shown. Keys:
 * space-separated alternatives, as SDL names them, with Shift+ and Ctrl+ before; "palette": it has
 * none, the palette offers it; "": only the pointer can say what it is about. */
#define COMMANDS(X)                                                                                \
    X(PLAY, N_("play"), "Space", N_("Time"), N_("play or pause"))                                  \
    X(STEP_FORWARD, N_("step forward"), "Right l", N_("Time"), N_("one event forward"))            \
    X(STEP_BACK, N_("step back"), "Left h", N_("Time"), N_("one event back"))                      \
    X(OP_FORWARD, N_("op forward"), "Shift+Right Shift+l", N_("Time"),                             \
        N_("one operation forward"))                                                               \
    X(OP_BACK, N_("op back"), "Shift+Left Shift+h", N_("Time"), N_("one operation back"))          \
    X(MARK_FORWARD, N_("mark forward"), "Ctrl+Right", N_("Time"),                                  \
        N_("next collection, growth or refusal"))                                                  \
    X(MARK_BACK, N_("mark back"), "Ctrl+Left", N_("Time"),                                         \
        N_("previous collection, growth or refusal"))                                              \
    X(HOME, N_("home"), "Home", N_("Time"), N_("to the beginning"))                                \
    X(END, N_("end"), "End", N_("Time"), N_("to the end"))                                         \
    X(FASTER, N_("faster"), "+ =", N_("Time"), N_("play faster"))                                  \
    X(SLOWER, N_("slower"), "-", N_("Time"), N_("play slower"))                                    \
    X(COLLECTION_NEXT, N_("collection next"), "palette", N_("Time"), N_("to the next collection")) \
    X(COLLECTION_BACK, N_("collection back"), "palette", N_("Time"),                               \
        N_("to the collection before"))                                                            \
    X(GROWTH_NEXT, N_("growth next"), "palette", N_("Time"), N_("to the next growth of the heap")) \
    X(GROWTH_BACK, N_("growth back"), "palette", N_("Time"), N_("to the growth before"))           \
    X(REFUSAL_NEXT, N_("refusal next"), "palette", N_("Time"), N_("to the next address refused"))  \
    X(REFUSAL_BACK, N_("refusal back"), "palette", N_("Time"), N_("to the refusal before"))        \
    X(OUT_OF_MEMORY, N_("out of memory"), "palette", N_("Time"),                                   \
        N_("to where Go ends the program"))                                                        \
    X(PEAK, N_("peak"), "palette", N_("Time"), N_("to when most of the heap is in use"))           \
    X(RUNG, N_("rung"), ";", N_("Time"),                                                           \
        N_("next allocation that ends like this one, or at the rung clicked"))                     \
    X(SEEK, N_("seek"), "", N_("Time"), N_("drag the timeline: go to that moment"))                \
    X(ZOOM_IN, N_("zoom in"), "w", N_("View"), N_("zoom in (also Ctrl+wheel, Ctrl+drag)"))         \
    X(ZOOM_OUT, N_("zoom out"), "s", N_("View"), N_("zoom out"))                                   \
    X(PAN_LEFT, N_("pan left"), "a", N_("View"), N_("pan left (also drag)"))                       \
    X(PAN_RIGHT, N_("pan right"), "d", N_("View"), N_("pan right"))                                \
    X(FIT, N_("fit"), "0", N_("View"),                                                             \
        N_("all of the arena; again: of the reservation; of the whole space"))                     \
    X(GO_SPACE, N_("go space"), "Ctrl+1", N_("View"), N_("the map: the whole address space"))      \
    X(GO_RESERVATION, N_("go reservation"), "Ctrl+2", N_("View"), N_("the map: the reservation"))  \
    X(GO_SPANS, N_("go spans"), "Ctrl+3", N_("View"), N_("the map: the spans table"))              \
    X(GO_BITMAP, N_("go bitmap"), "Ctrl+4", N_("View"), N_("the map: the heap bitmap"))            \
    X(GO_ARENA, N_("go arena"), "Ctrl+5", N_("View"), N_("the map: the arena"))                    \
    X(GO_METADATA, N_("go metadata"), "Ctrl+6", N_("View"),                                        \
        N_("the map: what the runtime keeps about the heap"))                                      \
    X(GO, N_("go"), "", N_("View"), N_("click the path above the map: go there"))                  \
    X(PATH, N_("path"), "p", N_("View"), N_("the path of mallocinit; again: the map"))             \
    X(MAP, N_("map"), "v", N_("View"), N_("the map: from all the space to a bit"))                 \
    X(CACHES, N_("caches"), "c", N_("View"), N_("where spans wait: mcache to mheap, the treap"))   \
    X(WASTE, N_("waste"), "g", N_("View"), N_("where every byte is: used, lost, free"))            \
    X(RANGE, N_("range"), "o", N_("View"), N_("what lived and died between two moments"))          \
    X(WHY, N_("why"), "y", N_("View"), N_("why it happened: the rule, and the code that did it"))  \
    X(CODE_DOWN, N_("code down"), "Shift+PageDown", N_("View"), N_("why: scroll the code down"))   \
    X(CODE_UP, N_("code up"), "Shift+PageUp", N_("View"), N_("why: scroll the code up"))           \
    X(SHOW_CODE, N_("show code"), "", N_("View"), N_("click a function's name: see its code"))     \
    X(OPEN_PART, N_("open part"), "Shift+Down", N_("View"),                                        \
        N_("waste: the next part, or the one clicked"))                                            \
    X(OPEN_PART_BACK, N_("open part back"), "Shift+Up", N_("View"), N_("waste: the part before"))  \
    X(OPEN_ROW, N_("open row"), "Ctrl+Down", N_("View"),                                           \
        N_("waste: the next line of a part, or the one clicked"))                                  \
    X(OPEN_ROW_BACK, N_("open row back"), "Ctrl+Up", N_("View"), N_("waste: the line before"))     \
    X(RANGE_FROM, N_("range from"), "<", N_("View"), N_("the range begins at this moment"))        \
    X(RANGE_TO, N_("range to"), ">", N_("View"), N_("the range ends at this moment"))              \
    X(RANGE_CLEAR, N_("range clear"), "Shift+o", N_("View"), N_("no range"))                       \
    X(NOW, N_("now"), "F1", N_("View"), N_("right column: the heap and what just happened"))       \
    X(WORLD, N_("world"), "F2", N_("View"), N_("right column: the world the run is in"))           \
    X(INSPECT, N_("inspect"), "F3", N_("View"), N_("right column: all about the thing pinned"))    \
    X(RAIL_DOWN, N_("rail down"), "Ctrl+PageDown", N_("View"),                                     \
        N_("what the inspector has further down (also wheel)"))                                    \
    X(RAIL_UP, N_("rail up"), "Ctrl+PageUp", N_("View"), N_("... and further up"))                 \
    X(FOCUS, N_("focus"), "f", N_("View"), N_("zoom to the pinned thing"))                         \
    X(REACHABLE, N_("reachable"), "j", N_("View"),                                                 \
        N_("light what the pinned object, or else the roots, reach"))                              \
    X(WHY_ALIVE, N_("why alive"), "Shift+j", N_("View"),                                           \
        N_("light the way from a root to the pinned object"))                                      \
    X(UNDO, N_("undo"), "Ctrl+z", N_("View"), N_("back to where one looked before"))               \
    X(REDO, N_("redo"), "Ctrl+Shift+z", N_("View"), N_("... and forward again"))                   \
    X(PALETTE, N_("palette"), "Ctrl+Shift+p", N_("Find"), N_("find any command by its name"))      \
    X(SEARCH, N_("search"), "/", N_("Find"), N_("search an address, a size, an event, an object")) \
    X(FIND_NEXT, N_("find next"), "Ctrl+g", N_("Find"), N_("the next one of what was searched"))   \
    X(FIND_BACK, N_("find back"), "Ctrl+Shift+g", N_("Find"), N_("the one before"))                \
    X(CONSOLE, N_("console"), ":", N_("Find"), N_("type a line of a script and see it happen"))    \
    X(NOTE, N_("note"), "Shift+m", N_("Find"), N_("write a note at this moment"))                  \
    X(NOTE_NEXT, N_("note next"), "Ctrl+m", N_("Find"), N_("to the next note"))                    \
    X(NOTE_BACK, N_("note back"), "Ctrl+Shift+m", N_("Find"), N_("to the note before"))            \
    X(NOTE_DELETE, N_("note delete"), "palette", N_("Find"),                                       \
        N_("take the note at this moment away"))                                                   \
    X(NOTE_GO, N_("note go"), "palette", N_("Find"), N_("go to a note"))                           \
    X(SAVE, N_("save"), "Ctrl+s", N_("Find"),                                                      \
        N_("save the run and its notes, the picture, or a table in a file"))                       \
    X(SAME_NEXT, N_("same next"), ".", N_("Find"), N_("next event on the same span or object"))    \
    X(SAME_BACK, N_("same back"), ",", N_("Find"),                                                 \
        N_("previous event on the same span or object"))                                           \
    X(TOGGLE_WIDTH, N_("toggle width"), "m", N_("World"),                                          \
        N_("32-bit or 64-bit, same point of the same workload"))                                   \
    X(TAKE_HINT, N_("take hint"), "", N_("World"),                                                 \
        N_("click a hint: take its address or free it, and run again"))                            \
    X(TAKE_ALL, N_("take all"), "r", N_("World"), N_("refuse all 128 hints, or none"))             \
    X(CYCLE_LIMIT, N_("cycle limit"), "i", N_("World"), N_("next address-space limit"))            \
    X(CYCLE_BREAK, N_("cycle break"), "k", N_("World"), N_("low or high program break"))           \
    X(ELSEWHERE, N_("elsewhere"), "e", N_("World"), N_("a kernel that ignores hints, or not"))     \
    X(ROW_DOWN, N_("row down"), "Down", N_("World"), N_("the next row of the world"))              \
    X(ROW_UP, N_("row up"), "Up", N_("World"), N_("the row above"))                                \
    X(WORLD_NEXT, N_("world next"), "]", N_("World"),                                              \
        N_("the row's next value, and run again (also click)"))                                    \
    X(WORLD_PREVIOUS, N_("world previous"), "[", N_("World"), N_("the row's value before"))        \
    X(COMPARE, N_("compare"), "b", N_("World"),                                                    \
        N_("32-bit and 64-bit side by side, or one alone"))                                        \
    X(COMPARE_SAME, N_("compare same"), "Shift+b", N_("World"),                                    \
        N_("this run twice, side by side: then change one of the two worlds"))                     \
    X(NEXT_WORKLOAD, N_("next workload"), "n", N_("World"), N_("next built-in workload"))          \
    X(WORKLOAD_OPEN, N_("workload open"), "palette", N_("World"), N_("open a built-in workload"))  \
    X(LESSON_NEXT, N_("lesson next"), "Enter PageDown", N_("Lesson"), N_("next step"))             \
    X(LESSON_BACK, N_("lesson back"), "Backspace PageUp", N_("Lesson"), N_("previous step"))       \
    X(LESSON_RESTART, N_("lesson restart"), "Shift+Home", N_("Lesson"), N_("restart the lesson"))  \
    X(LESSON_OPEN, N_("lesson open"), "palette", N_("Lesson"), N_("open a lesson (also click)"))   \
    X(ANSWER, N_("answer"), "1 2 3 4 5 6 7 8 9", N_("Lesson"),                                     \
        N_("answer a question; with no lesson open: open that one"))                               \
    X(ASK_AGAIN, N_("ask again"), "Shift+Enter", N_("Lesson"),                                     \
        N_("the questions again, about other numbers; a challenge from its beginning"))            \
    X(CHALLENGE_HINT, N_("challenge hint"), "Ctrl+h", N_("Lesson"),                                \
        N_("a hint for the challenge"))                                                            \
    X(LESSON_DOWN, N_("lesson down"), "Ctrl+Shift+PageDown", N_("Lesson"),                         \
        N_("what the lesson has further down (also wheel)"))                                       \
    X(LESSON_UP, N_("lesson up"), "Ctrl+Shift+PageUp", N_("Lesson"), N_("... and further up"))     \
    X(TERM, N_("term"), "Tab", N_("Lesson"),                                                       \
        N_("what the next word in bold means (also click); Esc: back"))                            \
    X(GUIDE, N_("guide"), "Shift+n", N_("Lesson"), N_("what to look for in this workload"))        \
    X(PAGE_CLOSE, N_("page close"), "", N_("Lesson"), N_("click back: to the lesson"))             \
    X(TEACH, N_("teach"), "Ctrl+t", N_("Lesson"),                                                  \
        N_("in front of a class: large type, Space goes on, nothing is kept"))                     \
    X(FORGET_PROGRESS, N_("forget progress"), "palette", N_("Lesson"),                             \
        N_("forget which lessons were taken"))                                                     \
    X(LESSON_CLOSE, N_("lesson close"), "x", N_("Lesson"), N_("close the lesson"))                 \
    X(LANGUAGE, N_("language"), "u", N_("Window"), N_("switch between English and 中文"))          \
    X(THEME, N_("theme"), "t", N_("Window"), N_("next theme"))                                     \
    X(SCALE_UP, N_("scale up"), "Ctrl+= Ctrl++", N_("Window"), N_("larger interface"))             \
    X(SCALE_DOWN, N_("scale down"), "Ctrl+-", N_("Window"), N_("smaller interface"))               \
    X(HELP, N_("help"), "?", N_("Window"), N_("show or hide the keys"))                            \
    X(DISMISS, N_("dismiss"), "Escape", N_("Window"),                                              \
        N_("close what is open, unpin (also right click)"))                                        \
    X(QUIT, N_("quit"), "q Ctrl+q", N_("Window"), N_("quit"))

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
/* The command of that (English) name, with spaces or hyphens; CMD_NONE if none. */
enum command command_named(const char *name);
/* The command a key stands for ("Shift+Right"), CMD_NONE if none. */
enum command command_for_key(const char *key);
/* Has it keys to press? */
bool command_has_keys(unsigned command);

/* Appends all commands with their keys, by group, as text. */
void commands_list(struct strbuf *out);
/* The same as the section KEYS of the manual page (man(7)), in English. */
void commands_manual(struct strbuf *out);

#endif
