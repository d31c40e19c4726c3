/*
 * The treap as a tree: see treap.h.
 *
 * Left and right share the width by the number of their nodes; where a node would be narrower than
 * its number, or there is no further level, the whole subtree is one dotted box that says how many
 * it stands for. So the cost of drawing follows the area; nodes are counted up to
 * SHELF_TREAP_MOST.
 */
#include "viz/panels/treap.h"

#include <stdio.h>

#include "viz/panels/shelf.h"

/* Design pixels. */
enum { NODE_W = 50, NODE_H = 19, LEVEL_H = 31, BOX_W = 44 };

struct tree {
    struct ui *ui;
    const struct view *v;
    uint32_t lit;
    bool chosen;
    int bottom;
};

/* Where a subtree may be, and the point that the line from its parent begins at. */
struct place {
    int x0, x1, y;
    bool root;
    float from_x, from_y;
};

static void draw_edge(struct tree *t, const struct place *p, float x) {
    if (!p->root)
        draw_line(t->ui->canvas, p->from_x, p->from_y, x, (float)p->y, t->ui->scale,
            color_of(t->ui, COLOR_faint));
}

static void draw_node(struct tree *t, const struct place *p, int x, uint32_t node) {
    struct ui *ui = t->ui;
    const struct rspan *s = replica_span(t->v->r, node);
    struct rect box = {x - px(ui, NODE_W) / 2, p->y, px(ui, NODE_W), px(ui, NODE_H)};
    bool lit = node == t->lit;
    char pages[32];
    draw_round(ui->canvas, box, px(ui, 4), color_of(ui, COLOR_free_span));
    draw_frame(ui->canvas, box, px(ui, 4), px(ui, lit ? 2 : 1),
        color_of(ui, lit ? t->chosen ? COLOR_text : COLOR_attention : COLOR_faint));
    ui_text(ui, box, FACE_SANS, SIZE_SMALL, 1, color_of(ui, COLOR_text),
        format_count(s->npages, pages, sizeof pages));
    ui_hot(ui, box, shelf_thing(t->v->r, node));
}

/* A subtree that has no room: how many runs it holds. */
static void draw_merged(struct tree *t, const struct place *p, uint32_t node, uint64_t count) {
    struct ui *ui = t->ui;
    int x = (p->x0 + p->x1) / 2, w = px(ui, BOX_W);
    if (w > p->x1 - p->x0)
        w = p->x1 - p->x0 > 2 ? p->x1 - p->x0 - 1 : 1;
    struct rect box = {x - w / 2, p->y, w, px(ui, NODE_H)};
    char n[32], words[40];
    draw_edge(t, p, (float)x);
    draw_dots(ui->canvas, box, px(ui, 3), color_of(ui, COLOR_muted));
    snprintf(words, sizeof words, count < SHELF_TREAP_MOST ? "+%s" : ">%s",
        format_count(count, n, sizeof n));
    if (text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), words) + px(ui, 4) <= w) {
        draw_fill(ui->canvas, rect_inset(box, px(ui, 2)), color_of(ui, COLOR_ground));
        ui_text(ui, box, FACE_SANS, SIZE_SMALL, 1, color_of(ui, COLOR_muted), words);
    }
    ui_hot(ui, box, shelf_thing(t->v->r, node));
}

static void draw_subtree(struct tree *t, struct place p, uint32_t node) {
    const struct rspan *s = replica_span(t->v->r, node);
    if (!s)
        return;
    struct ui *ui = t->ui;
    uint64_t left = shelf_treap_count(t->v->r, s->left);
    uint64_t right = shelf_treap_count(t->v->r, s->right);
    bool last = p.y + px(ui, LEVEL_H + NODE_H) > t->bottom;
    if (p.x1 - p.x0 < px(ui, NODE_W) || (last && left + right)) {
        draw_merged(t, &p, node, 1 + left + right);
        return;
    }
    double share = ((double)left + 0.5) / ((double)(left + right) + 1);
    int half = px(ui, NODE_W) / 2, x = p.x0 + (int)(share * (p.x1 - p.x0));
    x = x < p.x0 + half ? p.x0 + half : x > p.x1 - half ? p.x1 - half : x;
    draw_edge(t, &p, (float)x);
    struct place below = {
        .y = p.y + px(ui, LEVEL_H), .from_x = (float)x, .from_y = (float)(p.y + px(ui, NODE_H))};
    below.x0 = p.x0;
    below.x1 = x;
    draw_subtree(t, below, s->left);
    below.x0 = x;
    below.x1 = p.x1;
    draw_subtree(t, below, s->right);
    draw_node(t, &p, x, node);
}

void treap_draw(struct ui *ui, const struct view *v, struct rect r) {
    struct tree t = {.ui = ui, .v = v, .bottom = r.y + r.h};
    t.lit = shelf_lit(v, &t.chosen);
    draw_subtree(
        &t, (struct place){.x0 = r.x, .x1 = r.x + r.w, .y = r.y, .root = true}, v->r->treap_root);
}
