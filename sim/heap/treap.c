/*
 * The treap of large free spans (128 pages and more): a search tree by size, then by the address of
 * the span's record; and a heap by random priority, smallest on top, which keeps it balanced on
 * average.
 *
 *   insert   as a leaf, then turned up while its parent's priority is larger
 *   remove   turned down until it is a leaf, then cut off
 *
 * Nearly best fit: the search goes left only while the left child itself is large enough, so that a
 * fitting span to the right of a child that is too small is missed, and a larger one taken. That is
 * what Go 1.10 does, and so do we. Of equals the lowest record wins. Only the priorities are
 * random, from Go's xorshift generator, so that a seed decides the shape.
 */
#include "sim/heap/heap_internal.h"

#include <string.h>

uint32_t fastrand(struct heap *h) {
    uint32_t *state = this_p(h)->fastrand;
    uint32_t s1 = state[0], s0 = state[1];
    s1 ^= s1 << 17;
    s1 = s1 ^ s0 ^ s1 >> 7 ^ s0 >> 16;
    state[0] = s0;
    state[1] = s1;
    return s0 + s1;
}

static uint32_t handle_of(const struct treap_node *t) {
    return t ? t->span_key->handle : 0;
}

static struct treap_node *node_alloc(struct heap *h) {
    bool fresh;
    uint32_t record = fixalloc_alloc(h, &h->treapalloc, &fresh);
    if (record >= h->treap_node_cap) {
        size_t old = h->treap_node_cap;
        void *nodes = h->treap_nodes;
        array_reserve(&nodes, &h->treap_node_cap, record + 1, sizeof *h->treap_nodes);
        h->treap_nodes = nodes;
        memset(h->treap_nodes + old, 0, (h->treap_node_cap - old) * sizeof *h->treap_nodes);
    }
    if (!h->treap_nodes[record])
        h->treap_nodes[record] = xmalloc(sizeof(struct treap_node));
    struct treap_node *t = h->treap_nodes[record];
    *t = (struct treap_node){.index = record};
    return t;
}

/* The pointer that leads to t. */
static struct treap_node **link_to(struct heap *h, const struct treap_node *t) {
    if (!t->parent)
        return &h->freelarge;
    return t->parent->left == t ? &t->parent->left : &t->parent->right;
}

static void set_parent(struct treap_node *t, struct treap_node *parent) {
    if (t)
        t->parent = parent;
}

/* (x a (y b c)) -> (y (x a b) c) */
static void rotate_left(struct heap *h, struct treap_node *x) {
    struct treap_node *y = x->right;
    EMIT(h, EV_TREAP_TURN, 0, x->span_key->handle, 0, 0, 0);
    *link_to(h, x) = y;
    y->parent = x->parent;
    x->right = y->left;
    set_parent(x->right, x);
    y->left = x;
    x->parent = y;
}

/* (y (x a b) c) -> (x a (y b c)) */
static void rotate_right(struct heap *h, struct treap_node *y) {
    struct treap_node *x = y->left;
    EMIT(h, EV_TREAP_TURN, 1, y->span_key->handle, 0, 0, 0);
    *link_to(h, y) = x;
    x->parent = y->parent;
    y->left = x->right;
    set_parent(y->left, y);
    x->right = y;
    y->parent = x;
}

/* Does a node with t's key come before span s? */
static bool key_before(const struct treap_node *t, const struct mspan *s) {
    if (t->npages_key != s->npages)
        return t->npages_key < s->npages;
    return t->span_key->record < s->record;
}

void treap_insert(struct heap *h, struct mspan *s) {
    struct treap_node *parent = NULL, **link = &h->freelarge;
    while (*link) {
        parent = *link;
        INVARIANT(parent->span_key != s);
        link = key_before(parent, s) ? &parent->right : &parent->left;
    }
    struct treap_node *t = node_alloc(h);
    t->npages_key = s->npages;
    t->span_key = s;
    t->priority = fastrand(h);
    t->parent = parent;
    *link = t;
    EMIT(h, EV_TREAP_LEAF, 0, s->handle, t->priority, handle_of(parent),
        parent && parent->right == t);
    while (t->parent && t->parent->priority > t->priority) {
        if (t->parent->left == t)
            rotate_right(h, t->parent);
        else
            rotate_left(h, t->parent);
    }
}

static void remove_node(struct heap *h, struct treap_node *t) {
    INVARIANT(t->span_key->npages == t->npages_key);
    while (t->right || t->left) {
        if (!t->right || (t->left && t->left->priority < t->right->priority))
            rotate_right(h, t);
        else
            rotate_left(h, t);
    }
    EMIT(h, EV_TREAP_CUT, 0, t->span_key->handle, t->priority, handle_of(t->parent),
        t->parent && t->parent->right == t);
    *link_to(h, t) = NULL;
    fixalloc_free(&h->treapalloc, t->index);
}

struct mspan *treap_remove(struct heap *h, uint64_t npages) {
    struct treap_node *t = h->freelarge;
    while (t) {
        if (t->npages_key < npages) {
            t = t->right;
        } else if (t->left && t->left->npages_key >= npages) {
            t = t->left;
        } else {
            struct mspan *s = t->span_key;
            remove_node(h, t);
            return s;
        }
    }
    return NULL;
}

void treap_remove_span(struct heap *h, struct mspan *s) {
    struct treap_node *t = h->freelarge;
    while (t->span_key != s) {
        t = key_before(t, s) ? t->right : t->left;
        INVARIANT(t);
    }
    remove_node(h, t);
}
