/*
 * The arena as words, with the two bits that the heap bitmap keeps for each: the scan bit and the
 * pointer bit; and as bytes, where there is room for them. A word shows its address, what it holds
 * as far as the recording tells (contents.h), and what the bitmap says of it. Spans without
 * pointers leave their bitmap alone: no bits are drawn there.
 */
#include "viz/panels/contents.h"
#include "viz/panels/map_parts.h"

#include <inttypes.h>
#include <stdio.h>

/* One word in sight. */
struct word {
    uint64_t addr;
    const struct rspan *s; /* its span if in use, else NULL */
    uint32_t handle;       /* its span whatever its state */
    uint64_t slot, number; /* the slot it is in, and which of the slot's words it is */
    bool in_slot, taken;
    bool bits; /* the bitmap describes it: */
    bool pointer, scan;
    bool known; /* what it holds: */
    uint64_t value;
    struct rect box;
};

/* --- Reading --- */

/* Four words share a byte: pointer bits in the low half, scan bits in the high half. */
static void read_bits(const struct map_frame *f, struct word *w) {
    const struct replica *r = f->v->r;
    uint64_t number = (w->addr - r->heap[HEAP_arena_start]) / f->word;
    unsigned byte = replica_bitmap(r, number / 4), shift = number % 4;
    w->pointer = byte >> shift & 1;
    w->scan = byte >> shift & 0x10;
}

static struct word read_word(const struct map_frame *f, uint64_t addr) {
    struct word w = {.addr = addr, .handle = heapmap_span_at(f->v->r, addr)};
    const struct rspan *s = replica_span(f->v->r, w.handle);
    struct slot_run run;
    if (!s || s->state != SPAN_STATE_INUSE)
        return w;
    w.s = s;
    if (heapmap_slots(s, addr, addr + 1, &run)) {
        w.in_slot = true;
        w.slot = run.first;
        w.taken = run.allocated != 0;
        w.number = (addr - s->base - run.first * s->elemsize) / f->word;
    }
    w.bits = w.in_slot && !spanclass_noscan((unsigned)s->spanclass);
    if (w.bits)
        read_bits(f, &w);
    return w;
}

/* What the collector makes of the word; "dead" is Go's name for two clear bits: neither this word
 * nor what follows in the object is scanned. In an object's second word the high bit is the
 * checkmark bit, so it says nothing about what follows. */
static const char *meaning(const struct word *w) {
    if (!w->in_slot)
        return w->s ? _("tail waste") : "";
    if (!w->taken)
        return _("free");
    if (!w->bits)
        return _("pointer-free");
    if (w->pointer)
        return _("pointer");
    return w->scan || w->number == 1 ? _("data") : _("dead");
}

/* --- Drawing --- */

static void draw_ground(const struct map_frame *f, const struct word *w, struct rect b) {
    struct ui *ui = f->ui;
    uint32_t panel = color_of(ui, COLOR_panel);
    if (!w->in_slot) {
        draw_fill(ui->canvas, b, color_mix(panel, color_of(ui, COLOR_raised), 0.8f));
        if (w->s)
            draw_hatch(ui->canvas, b, px(ui, 5), color_of(ui, COLOR_refused));
        return;
    }
    uint32_t color = heapmap_class_color(ui, (unsigned)w->s->spanclass);
    if (w->taken)
        draw_fill(ui->canvas, b, color_mix(panel, color, 0.24f));
    else
        draw_fill(ui->canvas, b, color_mix(panel, color, 0.05f));
    draw_frame(
        ui->canvas, b, px(ui, 2), px(ui, 1), color_mix(panel, color, w->taken ? 0.9f : 0.4f));
}

static void draw_bit(const struct map_frame *f, struct rect b, bool set, const char *text) {
    struct ui *ui = f->ui;
    uint32_t bitmap = color_of(ui, COLOR_bitmap);
    uint32_t ground = set ? bitmap : color_mix(color_of(ui, COLOR_panel), bitmap, 0.12f);
    draw_round(ui->canvas, b, px(ui, 2), ground);
    if (b.w < px(ui, 9))
        return;
    ui_text(ui, b, FACE_MONO, SIZE_SMALL, 1,
        set ? color_of(ui, COLOR_ground) : color_of(ui, COLOR_muted), text);
}

/* The two bits side by side at the bottom of the word's box, scan first. */
static struct rect draw_bit_pair(const struct map_frame *f, const struct word *w, struct rect b) {
    struct ui *ui = f->ui;
    int gap = px(ui, 2), wide = px(ui, 14), high = px(ui, 16);
    if (2 * wide + 3 * gap > b.w)
        wide = (b.w - 3 * gap) / 2;
    bool roomy = b.w >= px(ui, 88);
    int x = roomy ? b.x + px(ui, 6) : b.x + (b.w - 2 * wide - gap) / 2;
    int y = b.y + b.h - high - px(ui, 4);
    draw_bit(f, rect_make(x, y, wide, high), w->scan, w->scan ? "1" : "0");
    draw_bit(f, rect_make(x + wide + gap, y, wide, high), w->pointer, w->pointer ? "1" : "0");
    x += 2 * wide + 3 * gap;
    return rect_make(x, y, b.x + b.w - x, high);
}

/* The longest form of the word's address that fits, or none; returns its width. */
static int draw_address(const struct map_frame *f, const struct word *w, struct rect line) {
    struct ui *ui = f->ui;
    char full[32], tail[32];
    snprintf(full, sizeof full, "0x%" PRIx64, w->addr);
    snprintf(tail, sizeof tail, "…%03x", (unsigned)(w->addr & 0xfff));
    const char *texts[] = {full, tail};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (text_width(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL), texts[i]) <= line.w)
            return ui_text(ui, line, FACE_MONO, SIZE_SMALL, 0, color_of(ui, COLOR_muted), texts[i]);
    return 0;
}

/* Beside the address if that leaves room. */
static void draw_number(const struct map_frame *f, const struct word *w, struct rect line) {
    char number[48];
    snprintf(number, sizeof number, _("word %" PRIu64), w->number);
    const char *texts[] = {number, NULL};
    if (w->in_slot)
        ui_text_first(f->ui, line, 2, color_of(f->ui, COLOR_muted), texts);
}

/* "→ 0xc420001000", "0", or that it is not known. */
static void value_text(const struct word *w, char *buf, size_t len) {
    if (!w->taken)
        buf[0] = '\0';
    else if (!w->known)
        snprintf(buf, len, "?");
    else if (w->value == 0)
        snprintf(buf, len, "0");
    else
        snprintf(buf, len, "→ 0x%" PRIx64, w->value);
}

static void draw_value(const struct map_frame *f, const struct word *w, struct rect line) {
    struct ui *ui = f->ui;
    char text[48], tail[32];
    value_text(w, text, sizeof text);
    snprintf(tail, sizeof tail, "→ …%03x", (unsigned)(w->value & 0xfff));
    bool points = w->taken && w->known && w->value;
    uint32_t color = color_of(ui, points ? COLOR_text : COLOR_muted);
    const char *texts[] = {text, points ? tail : text};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (text_width(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL), texts[i]) <= line.w) {
            ui_text(ui, line, FACE_MONO, SIZE_SMALL, 0, color, texts[i]);
            return;
        }
}

/* One byte's digits, in hex or in binary. */
static void byte_text(unsigned byte, bool known, bool binary, char *buf, size_t len) {
    char *end = buf + snprintf(buf, len, known ? "" : "?");
    for (int bit = 7; binary && known && bit >= 0; bit--)
        *end++ = byte >> bit & 1 ? '1' : '0';
    *end = '\0';
    if (!binary && known)
        snprintf(buf, len, "%02x", byte);
}

/* The bytes as they lie in memory: the lowest first, on all platforms little-endian. */
static void draw_bytes(
    const struct map_frame *f, const struct word *w, struct rect line, bool binary) {
    struct ui *ui = f->ui;
    int each = line.w / (int)f->word;
    for (unsigned i = 0; i < f->word; i++) {
        unsigned byte = w->value >> (8 * i) & 0xff;
        char text[16];
        byte_text(byte, w->known, binary, text, sizeof text);
        struct rect cell = rect_make(line.x + (int)i * each, line.y, each, line.h);
        ui_text(ui, cell, FACE_MONO, SIZE_SMALL, 0,
            color_of(ui, w->known && byte ? COLOR_text : COLOR_muted), text);
    }
}

/* Lines of a word's box, from the top; the least telling is left out first. */
enum { MEANING_FROM = 88 }; /* design pixels of a word */
enum { LINE_BITS = 1, LINE_ADDRESS = 2, LINE_VALUE = 4, LINE_BYTES = 8, LINE_BINARY = 16 };

static unsigned choose_lines(const struct map_frame *f, const struct word *w, int room) {
    enum {
        TEXT_FROM = 50,
        BYTES_FROM = 16,
        BINARY_FROM = 64
    }; /* design pixels: word, byte, byte */
    static const unsigned by_worth[] = {
        LINE_BITS, LINE_ADDRESS, LINE_BYTES, LINE_VALUE, LINE_BINARY};
    double byte = map_pixels(f, 1);
    unsigned able = LINE_ADDRESS, chosen = 0;
    if (w->bits || w->box.w >= px(f->ui, MEANING_FROM))
        able |= LINE_BITS;
    if (w->taken && w->box.w >= px(f->ui, TEXT_FROM))
        able |= LINE_VALUE;
    if (w->taken && byte >= px(f->ui, BYTES_FROM))
        able |= LINE_BYTES;
    if (w->taken && byte >= px(f->ui, BINARY_FROM))
        able |= LINE_BINARY;
    for (size_t i = 0; i < ARRAY_LEN(by_worth) && room > 0; i++)
        if (able & by_worth[i]) {
            chosen |= by_worth[i];
            room--;
        }
    return chosen;
}

static int count_lines(unsigned lines) {
    int n = 0;
    for (; lines; lines &= lines - 1)
        n++;
    return n;
}

/* Address and number, value, bytes; below them the bits and what they mean. The lines stand
 * together in the middle of a tall box. */
static void draw_lines(const struct map_frame *f, const struct word *w, struct rect b) {
    struct ui *ui = f->ui;
    int h = px(ui, 16), pad = px(ui, 6), slack = px(ui, 5);
    unsigned lines = choose_lines(f, w, (b.h - slack) / h);
    int all = count_lines(lines) * h + slack;
    if (b.h > all)
        b = rect_make(b.x, b.y + (b.h - all) / 2, b.w, all);
    struct rect line = rect_make(b.x + pad, b.y + px(ui, 2), b.w - 2 * pad, h);
    struct rect low = rect_make(b.x + pad, b.y + b.h - h - px(ui, 3), b.w - 2 * pad, h);
    if (w->bits)
        low = draw_bit_pair(f, w, b);
    const char *what[] = {meaning(w), NULL};
    if (b.w >= px(ui, MEANING_FROM) && lines & LINE_BITS)
        ui_text_first(ui, low, 0, color_of(ui, w->pointer ? COLOR_text : COLOR_muted), what);
    if (lines & LINE_ADDRESS) {
        int used = draw_address(f, w, line);
        draw_number(f, w, rect_make(line.x + used + pad, line.y, line.w - used - pad, h));
        line.y += h;
    }
    if (lines & (LINE_VALUE | LINE_BYTES) && !w->known)
        map_seen(f, KEY_UNKNOWN);
    if (lines & LINE_VALUE) {
        draw_value(f, w, line);
        line.y += h;
    }
    if (lines & LINE_BYTES) {
        draw_bytes(f, w, line, false);
        line.y += h;
    }
    if (lines & LINE_BINARY)
        draw_bytes(f, w, line, true);
}

static void draw_word(const struct map_frame *f, const struct word *w) {
    struct ui *ui = f->ui;
    struct rect b = w->box;
    bool ends_slot = w->in_slot && (w->number + 1) * f->word >= w->s->elemsize;
    b.w -= px(ui, ends_slot ? 4 : 1);
    draw_ground(f, w, b);
    draw_lines(f, w, b);
    struct thing t = {THING_WORD, w->handle, w->addr, f->word};
    ui_hot(ui, w->box,
        w->handle ? t : (struct thing){THING_PAGE, 0, round_down(w->addr, ARENA_PAGE), ARENA_PAGE});
}

static void see_word(const struct map_frame *f, const struct word *w) {
    if (!w->s)
        return;
    map_seen(f, spanclass_size_class((unsigned)w->s->spanclass) ? KEY_CLASSES : KEY_LARGE);
    map_seen(f, !w->in_slot ? KEY_TAIL : w->taken ? KEY_ALLOCATED : KEY_FREE_SLOT);
    if (w->bits)
        map_seen(f, KEY_BITS);
}

void map_draw_words(const struct map_frame *f, uint64_t lo, uint64_t hi) {
    enum { VALUES_FROM = 50 }; /* design pixels that a word must have to show what it holds */
    struct contents contents = {.word = f->word};
    lo = round_down(lo, f->word);
    if (map_pixels(f, f->word) >= px(f->ui, VALUES_FROM))
        contents_read(f->v, lo, round_up(hi, f->word), &contents);
    for (uint64_t at = lo; at < hi; at += f->word) {
        struct map_piece p;
        if (!map_piece_begin(f, at, at + f->word, &p))
            continue;
        struct word w = read_word(f, at);
        w.known = contents_at(&contents, at, &w.value);
        w.box = p.box;
        draw_word(f, &w);
        see_word(f, &w);
    }
}
