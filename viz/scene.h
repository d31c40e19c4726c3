/*
 * A scene: one run and the moment of it that is looked at.
 *
 * The run is a session; the moment is a replica, brought to event `at`. What is seen follows from
 * these two, and from where one looks (zoom, hover, pinned). The app shows one scene, or two side
 * by side.
 */
#ifndef ARENA_SCENE_H
#define ARENA_SCENE_H

#include "sim/lesson/lesson.h"
#include "viz/interval.h"
#include "viz/life.h"
#include "viz/nav.h"
#include "viz/notes.h"
#include "viz/reachview.h"
#include "viz/ui.h"
#include "viz/zoom.h"

/* A moment in terms that another run of the same workload shares. */
struct moment {
    bool at_end, started;
    uint64_t op;   /* the operation begun last, of the workload's */
    bool ended;    /* ... and its OP_END is past, or (P's overlap) the next one begins here */
    uint64_t into; /* else: events of it that are past */
    unsigned step; /* of mallocinit, reached last */
};

/* A way to a place that the run has not come to yet. */
struct errand {
    bool on, to_moment;
    uint64_t seq;         /* there, or */
    struct moment moment; /* to that moment */
};

/* The way that the map still has to go: from what was in sight at that second. */
struct glide {
    struct zoom from;
    double since;
    bool on;
};

struct scene {
    struct environment world;    /* as asked for; the session's own tells what came of it */
    struct session *session;     /* NULL: no run */
    char name[96];               /* the workload's, for people */
    char *workload;              /* what it was opened by; NULL: by a lesson's script */
    const char *builtin;         /* the built-in workload's name; NULL if it is none */
    struct lesson_script script; /* of a lesson; text NULL: it is none of a lesson */
    struct strbuf report;        /* what reading the workload had to tell */
    struct replica *replica;
    uint64_t at;
    bool running; /* the workload still produces more */
    struct errand errand;
    struct zoom zoom; /* of the map; size 0: at home */
    struct glide glide;
    struct thing hover, pinned;
    struct life lives[2]; /* of the objects pinned and hovered, for the view */
    struct interval interval;
    struct notes notes;
    struct reachview reach;
    struct nav nav; /* where one has looked in this run */
};

/* Opens a workload (a built-in one's name, or a file) in scene->world, which becomes the
 * workload's own where that sets something; or a recording, at the moment where it was left. False
 * and err, with the scene as before, on failure. */
bool scene_open(struct scene *s, const char *workload, struct error *err);
/* Opens a lesson step's script in base's world, which it says more of. */
bool scene_open_lesson(struct scene *s, const struct lesson_script *script, const char *title,
    const struct environment *base, struct error *err);
/* Opens the same workload as another scene's, in that world, and heads for the same moment. */
bool scene_open_like(
    struct scene *s, const struct scene *other, const struct environment *world, struct error *err);
void scene_close(struct scene *s);

/* Events that the run has made so far. */
uint64_t scene_count(const struct scene *s);
/* Runs the workload to its end, or until it has made that many events. */
void scene_run_to(struct scene *s, uint64_t events);
/* Moves to the state with seq events applied, or to the end if the run is shorter. */
void scene_seek(struct scene *s, uint64_t seq);

/* The same, a piece at a time: a workload may run for seconds before it is there. The scene is busy
 * until scene_work has come to the place; the moment shown stays until then. */
void scene_head(struct scene *s, uint64_t seq);
void scene_head_moment(struct scene *s, const struct moment *m);
/* Runs up to so many events further. True if it is there, or was not busy. */
bool scene_work(struct scene *s, uint64_t events);
/* Gives the errand up, and stays where the run has come to. */
void scene_stop(struct scene *s);
/* To the beginning of the next operation, or of this one, or of the one before. */
void scene_step_op(struct scene *s, int direction);
/* To the next or previous mark of the recording that is of one of the kinds (bit i: enum mark_kind
 * i). False: there is none. */
bool scene_step_mark(struct scene *s, int direction, unsigned kinds);

/* The moment that is shown, or that the scene is on its way to. */
struct moment scene_moment(const struct scene *s);
/* To that moment: the same operation, inside mallocinit the same step, inside another operation as
 * many events into it; as near as it gets where this run is shorter. */
void scene_go(struct scene *s, const struct moment *m);
/* Runs the same workload again in s->world, and heads for the same moment of it. False and err,
 * with the run as before, if that world cannot be. */
bool scene_rerun(struct scene *s, struct error *err);

#endif
