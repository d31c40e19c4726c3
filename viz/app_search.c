/* The app: searching (search.h), and going from event to event of one thing. */
#include "viz/app_internal.h"

#include <stdio.h>

#include "sim/trace/history.h"
#include "viz/search.h"

void app_search_refresh(struct app *app) {
    struct prompt *p = &app->prompt;
    const struct scene *s = app->scene;
    struct search search;
    struct strbuf answer = {0};
    p->bad = p->len > 0 && !search_parse(p->text, &search);
    if (p->bad)
        sb_puts(&answer, _("That is no address, size, class, object or event."));
    else if (p->len)
        search_answer(
            &search, s->replica, session_recording(s->session), s->world.platform, &answer);
    snprintf(p->answer, sizeof p->answer, "%s", sb_text(&answer));
    sb_free(&answer);
}

/* Pins the thing; what has a place is zoomed to. */
static void show_thing(struct app *app, struct thing thing, bool zoom) {
    struct scene *s = app->scene;
    s->pinned = thing;
    if (!zoom || !thing.size ||
        (thing.kind != THING_PAGE && thing.kind != THING_SLOT && thing.kind != THING_RANGE))
        return;
    app->centre = CENTRE_MAP;
    app_look_at(app, thing.addr, thing.size);
}

static void go_match(struct app *app, const struct search *search, const struct match *match) {
    struct scene *s = app->scene;
    struct thing thing = match->thing;
    app->playing = false;
    if (match->moves)
        app_seek(app, match->seq);
    if (match->moves && thing.kind == THING_SLOT)
        thing = search_thing_at(s->replica, thing.addr);
    const struct rspan *span =
        thing.kind == THING_PAGE ? replica_span(s->replica, (uint32_t)thing.index) : NULL;
    show_thing(app, thing, search->kind != SEARCH_EVENTS);
    if (span && thing.addr == span->base && search->kind != SEARCH_ADDRESS)
        app_look_at(app, span->base, span->npages << GO_PAGE_SHIFT);
}

static void go_text(struct app *app, const char *text, int direction) {
    struct scene *s = app->scene;
    struct search search;
    struct match match;
    if (!search_parse(text, &search))
        app_notice(app, "%s", _("There is nothing to search for: / begins a search."));
    else if (!search_step(
                 &search, s->replica, session_recording(s->session), s->pinned, direction, &match))
        app_notice(app, "%s",
            direction > 0 ? _("There is no later one in this run.")
                          : _("There is no earlier one in this run."));
    else
        go_match(app, &search, &match);
}

void app_search_accept(struct app *app, int direction) {
    struct prompt *p = &app->prompt;
    if (p->bad || !p->len)
        return;
    app_visit(app);
    prompt_remember(p);
    go_text(app, p->text, direction);
    app_visit(app);
    app_search_refresh(app);
}

void app_search_again(struct app *app, int direction) {
    const struct prompt *p = &app->prompt;
    size_t count = p->history_count[PROMPT_SEARCH];
    go_text(app, count ? p->history[PROMPT_SEARCH][count - 1] : "", direction);
}

void app_search_same(struct app *app, int direction) {
    struct scene *s = app->scene;
    bool about;
    struct thing thing = s->pinned.kind ? s->pinned : s->hover;
    uint64_t i = search_same(session_recording(s->session), s->replica, thing, direction, &about);
    app->playing = false;
    if (!about)
        app_notice(app, "%s", _("Point at an object, a page or an event first, or pin it."));
    else if (i == NO_EVENT)
        app_notice(app, "%s",
            direction > 0 ? _("Nothing happens to it later in this run.")
                          : _("Nothing happened to it before."));
    else
        app_seek(app, i + 1);
}
