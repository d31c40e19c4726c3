/* The command palette: see palette.h. */
#include "viz/palette.h"

#include "sim/base/i18n.h"
#include "sim/work/workload.h"
#include "viz/fuzzy.h"

#include <string.h>

/* A match in words that are not the name counts less; and since they are longer, letters scattered
 * over them mean nothing: each has to bring that many points. */
enum { OTHER_WORDS_COST = 6, OTHER_WORDS_LEAST = 22 };

static int better(int a, int b) {
    return a > b ? a : b;
}

static int score_other(const char *typed, const char *words) {
    int score = fuzzy_score(typed, words, NULL), least = OTHER_WORDS_LEAST * (int)strlen(typed);
    return score == FUZZY_NONE || score < least ? FUZZY_NONE : better(score - OTHER_WORDS_COST, 0);
}

/* Adds it if the name, the English name, or what it does (either language) holds what is typed. */
static void offer(struct prompt *p, struct candidate c, const char *english, const char *help) {
    c.score = fuzzy_score(p->text, c.words, &c.hits);
    c.score = better(c.score, fuzzy_score(p->text, english, NULL));
    c.score = better(c.score, score_other(p->text, c.detail));
    c.score = better(c.score, score_other(p->text, help));
    if (c.score != FUZZY_NONE)
        prompt_add_candidate(p, &c);
}

/* Commands that need an argument are offered with it alone. */
static bool stands_alone(unsigned command) {
    return command_info(command)->keys[0] && command != CMD_LESSON_OPEN &&
           command != CMD_WORKLOAD_OPEN && command != CMD_NOTE_GO && command != CMD_PALETTE;
}

static void offer_commands(struct prompt *p) {
    for (unsigned i = CMD_NONE + 1; i < CMD_COUNT; i++) {
        const struct command_info *info = command_info(i);
        if (stands_alone(i))
            offer(p,
                (struct candidate){.words = _(info->name),
                    .detail = _(info->help),
                    .keys = command_has_keys(i) ? info->keys : "",
                    .command = (enum command)i},
                info->name, info->help);
    }
}

void palette_fill(struct prompt *p, const struct palette_world *world) {
    prompt_no_candidates(p);
    offer_commands(p);
    for (size_t i = 0; i < world->lesson_count; i++)
        offer(p,
            (struct candidate){.words = world->lessons[i]->title,
                .detail = _("open this lesson"),
                .keys = "",
                .command = CMD_LESSON_OPEN,
                .arg = (int64_t)i},
            "lesson", "open this lesson");
    for (size_t i = 0; world->notes && i < world->notes->count; i++)
        offer(p,
            (struct candidate){.words = world->notes->note[i].text,
                .detail = _("go to this note"),
                .keys = "",
                .command = CMD_NOTE_GO,
                .arg = (int64_t)i},
            "note", "go to this note");
    for (size_t i = 0; workload_builtin(i); i++)
        offer(p,
            (struct candidate){.words = workload_builtin(i),
                .detail = _(workload_builtin_title(i)),
                .keys = "",
                .command = CMD_WORKLOAD_OPEN,
                .arg = (int64_t)i},
            "workload", workload_builtin_title(i));
    for (size_t i = 0; world->glossary && i < world->glossary->count; i++)
        offer(p,
            (struct candidate){.words = world->glossary->page[i].title,
                .detail = _("what this word means"),
                .keys = "",
                .command = CMD_TERM,
                .arg = (int64_t)i + 1},
            "glossary", "what this word means");
    prompt_sort_candidates(p);
}
