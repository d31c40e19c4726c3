/* The question of what is reachable: see reachview.h. */
#include "viz/reachview.h"

enum { HEAVY = 1 << 14 }; /* objects: some milliseconds */

static void forget_answer(struct reachview *v) {
    reach_free(v->reach);
    v->reach = NULL;
    v->path_length = 0;
}

void reachview_clear(struct reachview *v) {
    forget_answer(v);
    graph_free(v->graph);
    *v = (struct reachview){0};
}

void reachview_ask(struct reachview *v, enum reach_question question, uint64_t object) {
    bool same = v->question == question && v->object == object;
    forget_answer(v);
    v->question = same ? REACH_NOTHING : question;
    v->object = object;
}

void reachview_wait(struct reachview *v) {
    if (v->heavy)
        forget_answer(v);
}

bool reachview_too_large(const struct reachview *v) {
    return v->graph && graph_too_large(v->graph);
}

double reachview_progress(const struct reachview *v) {
    return v->graph && v->at ? (double)graph_seen(v->graph) / (double)v->at : 0;
}

static void answer(struct reachview *v, const struct replica *r) {
    bool why = v->question == REACH_WHY;
    v->reach = graph_reach(v->graph, r, why ? 0 : v->object);
    v->heavy = reach_objects(v->reach) > HEAVY;
    v->path_length = why ? reach_path(v->reach, v->object, v->path, REACHVIEW_PATH) : 0;
}

static void need_graph(struct reachview *v, const struct recording *rec, unsigned ptr_size) {
    if (v->graph && v->rec == rec)
        return;
    graph_free(v->graph);
    v->graph = graph_new(rec, ptr_size);
    v->rec = rec;
}

const struct graph *reachview_graph(const struct reachview *v, uint64_t seq) {
    bool known = v->graph && graph_seen(v->graph) >= seq && !graph_too_large(v->graph);
    return known ? v->graph : NULL;
}

bool reachview_learn(struct reachview *v, const struct recording *rec, const struct replica *r,
    unsigned ptr_size, uint64_t events) {
    need_graph(v, rec, ptr_size);
    return !reachview_graph(v, r->seq) && !reachview_too_large(v) &&
           graph_build(v->graph, r->seq, events);
}

bool reachview_work(struct reachview *v, const struct recording *rec, const struct replica *r,
    unsigned ptr_size, uint64_t events) {
    if (v->question == REACH_NOTHING || (v->reach && v->at == r->seq))
        return false;
    need_graph(v, rec, ptr_size);
    if (reachview_too_large(v))
        return false;
    forget_answer(v);
    v->at = r->seq;
    if (graph_build(v->graph, r->seq, events))
        answer(v, r);
    return true;
}
