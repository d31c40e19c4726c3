/* The shelves that spans stand on: see shelf.h. */
#include "viz/panels/shelf.h"

#include <math.h>

#include "viz/panels/heapmap.h"

uint32_t shelf_lit(const struct view *v, bool *chosen) {
    uint64_t addr = heapmap_focus(v, chosen);
    return addr ? heapmap_span_at(v->r, addr) : 0;
}

struct thing shelf_thing(const struct replica *r, uint32_t handle) {
    const struct rspan *s = replica_span(r, handle);
    if (!s)
        return (struct thing){.kind = THING_NONE};
    return (struct thing){
        .kind = THING_PAGE, .index = handle, .addr = s->base, .size = GO_PAGE_SIZE};
}

int shelf_column(int x, int w, int i, int count) {
    return x + (int)((int64_t)w * i / count);
}

/* --- mcache --- */

void shelf_draw_slot(
    struct ui *ui, const struct view *v, struct rect r, unsigned p, unsigned spanclass) {
    const struct rspan *s = replica_span(v->r, v->r->cache[p][spanclass]);
    draw_fill(ui->canvas, r, color_of(ui, COLOR_raised));
    if (!s)
        return;
    draw_fill(ui->canvas, r, heapmap_open_color(ui, spanclass));
    if (s->nelems) {
        int h = (int)((double)r.h * (double)s->alloc_count / (double)s->nelems + 0.5);
        if (h == 0 && s->alloc_count)
            h = 1;
        draw_fill(
            ui->canvas, rect_make(r.x, r.y + r.h - h, r.w, h), heapmap_class_color(ui, spanclass));
    }
    ui_hot(ui, r, shelf_thing(v->r, v->r->cache[p][spanclass]));
}

static void draw_lit(struct ui *ui, struct rect r, bool chosen) {
    int thick = px(ui, 1) > 1 ? px(ui, 1) : 1;
    struct rect frame = rect_inset(r, -thick);
    draw_frame(ui->canvas, frame, 0, thick, color_of(ui, chosen ? COLOR_text : COLOR_attention));
}

void shelf_draw_mcache(struct ui *ui, const struct view *v, struct rect r, unsigned p) {
    bool chosen;
    uint32_t lit = shelf_lit(v, &chosen);
    int gap = r.w >= SHELF_CLASSES * 4 ? 1 : 0, half = (r.h - px(ui, 2)) / 2;
    struct rect framed = {0};
    for (int noscan = 0; noscan < 2; noscan++)
        for (int i = 0; i < SHELF_CLASSES; i++) {
            unsigned spanclass = (unsigned)(i + SHELF_FIRST_CLASS) << 1 | (unsigned)noscan;
            int x = shelf_column(r.x, r.w, i, SHELF_CLASSES);
            int w = shelf_column(r.x, r.w, i + 1, SHELF_CLASSES) - x - gap;
            struct rect cell = {x, r.y + noscan * (r.h - half), w, half};
            shelf_draw_slot(ui, v, cell, p, spanclass);
            if (lit && v->r->cache[p][spanclass] == lit)
                framed = cell;
        }
    if (framed.w)
        draw_lit(ui, framed, chosen);
}

/* --- Free runs --- */

static uint64_t treap_count(const struct replica *r, uint32_t node, uint64_t limit) {
    const struct rspan *s = replica_span(r, node);
    if (!s || !limit)
        return 0;
    uint64_t n = 1 + treap_count(r, s->left, limit - 1);
    return n >= limit ? limit : n + treap_count(r, s->right, limit - n);
}

uint64_t shelf_treap_count(const struct replica *r, uint32_t node) {
    return treap_count(r, node, SHELF_TREAP_MOST);
}

/* The treap is ordered by length first: its rightmost node is the longest run. */
uint64_t shelf_treap_longest(const struct replica *r, uint32_t *handle) {
    uint32_t node = r->treap_root;
    const struct rspan *s = replica_span(r, node);
    while (s && s->right) {
        node = s->right;
        s = replica_span(r, node);
    }
    if (handle)
        *handle = node;
    return s ? s->npages : 0;
}

uint64_t shelf_longest_free(const struct replica *r, uint32_t *handle) {
    uint64_t longest = shelf_treap_longest(r, handle);
    for (unsigned pages = NUM_PAGE_LISTS; !longest && pages-- > 1;)
        if (r->lists[LIST_FREE + pages].count) {
            longest = pages;
            if (handle)
                *handle = r->lists[LIST_FREE + pages].first;
        }
    return longest;
}

uint64_t shelf_most_runs(const struct replica *r) {
    uint64_t most = shelf_treap_count(r, r->treap_root);
    most = most > SHELF_FULL_BAR ? most : SHELF_FULL_BAR;
    for (unsigned pages = 1; pages < NUM_PAGE_LISTS; pages++)
        if (r->lists[LIST_FREE + pages].count > most)
            most = r->lists[LIST_FREE + pages].count;
    return most;
}

/* The treap's column stands apart, and is wider. */
struct rect shelf_free_column(struct rect r, unsigned pages) {
    enum { TREAP_COLUMNS = 5, APART = 3, COLUMNS = NUM_PAGE_LISTS - 1 + APART + TREAP_COLUMNS };
    bool treap = pages >= NUM_PAGE_LISTS;
    int i = treap ? NUM_PAGE_LISTS - 1 + APART : (int)pages - 1;
    int x = shelf_column(r.x, r.w, i, COLUMNS);
    int end = shelf_column(r.x, r.w, i + (treap ? TREAP_COLUMNS : 1), COLUMNS);
    return rect_make(x, r.y, end > x ? end - x : 1, r.h);
}

static void draw_free_bar(struct ui *ui, struct rect column, uint64_t n, uint64_t most, bool lit) {
    if (!n)
        return;
    int h = (int)(log2(1 + (double)n) / log2(1 + (double)most) * column.h + 0.5);
    struct rect bar = {column.x, column.y + column.h - h, column.w, h};
    if (bar.w > 3)
        bar.w--;
    uint32_t color = color_mix(color_of(ui, COLOR_muted), color_of(ui, COLOR_text), 0.3f);
    draw_fill(ui->canvas, bar, lit ? color_of(ui, COLOR_attention) : color);
}

void shelf_draw_free(struct ui *ui, const struct view *v, struct rect r, uint64_t most) {
    const struct rspan *lit = replica_span(v->r, shelf_lit(v, NULL));
    bool free_lit = lit && lit->state == SPAN_STATE_FREE;
    for (unsigned pages = 1; pages < NUM_PAGE_LISTS; pages++) {
        const struct rlist *list = &v->r->lists[LIST_FREE + pages];
        struct rect column = shelf_free_column(r, pages);
        draw_free_bar(ui, column, list->count, most, free_lit && lit->list == LIST_FREE + pages);
        if (list->count)
            ui_hot(ui, column, shelf_thing(v->r, list->first));
    }
    struct rect column = shelf_free_column(r, NUM_PAGE_LISTS);
    uint32_t longest;
    if (shelf_treap_longest(v->r, &longest)) {
        draw_free_bar(
            ui, column, shelf_treap_count(v->r, v->r->treap_root), most, free_lit && lit->in_treap);
        ui_hot(ui, column, shelf_thing(v->r, longest));
    }
    draw_fill(ui->canvas, rect_make(r.x, r.y + r.h, r.w, 1), color_of(ui, COLOR_line));
}
