/*
 * Text. Every glyph is rendered once by SDL_ttf into an 8-bit alpha bitmap, kept in one hash table
 * under (face, size, code point); drawing text is looking up and blending. Advances are whole
 * pixels and there is no kerning, so width is the sum of its code points wherever text is cut.
 *
 * Each font file is opened once and changes its size when a glyph is missing from the table. The
 * Chinese ones are opened when first needed: that takes some 25 ms.
 *
 * Fonts that a code point is looked for in, in this order: the face's own, sans, Chinese (bold for
 * the bold face). Found nowhere, it shows as U+FFFD.
 */
#include "sim/base/i18n.h"
#include "viz/draw.h"
#include "viz/pixel.h"

#include <SDL_ttf.h>
#include <fontconfig/fontconfig.h>
#include <linebreak.h>
#include <stdlib.h>
#include <string.h>

enum source { SRC_SANS, SRC_BOLD, SRC_MONO, SRC_HAN, SRC_HAN_BOLD, SRC_COUNT };

enum {
    SIZE_MAX_PX = 255,
    REPLACEMENT = 0xfffd,
    ELLIPSIS = 0x2026,
    BOLD_PART = 28,       /* strokes are widened by this part of the size to look bold */
    GLYPHS_MAX = 1 << 15, /* more at once means that the interface was rescaled often: start anew */
};

struct font_file {
    char *path;
    long index;    /* of the font in a collection */
    bool embolden; /* the font is not bold and should be */
    bool failed;   /* could not be opened; not tried again */
    TTF_Font *font;
    int size; /* it is set to, 0 at first */
};

struct glyph {
    uint64_t key; /* 0: an empty place of the table */
    size_t alpha; /* its bitmap's first byte in fonts.alpha; rows of w bytes */
    int16_t x, y; /* of the bitmap, from the pen and from the line's ascent downward */
    int16_t w, h;
    int16_t advance;
};

struct metrics {
    int ascent, height; /* 0: not known yet */
};

struct fonts {
    struct font_file files[SRC_COUNT];
    struct metrics metrics[FACE_COUNT][SIZE_MAX_PX + 1];
    struct glyph *glyphs; /* open addressing, at most half full */
    size_t glyph_cap, glyph_count;
    uint8_t *alpha;
    size_t alpha_len, alpha_cap;
};

/* --- UTF-8 --- */

/* Decodes the code point at *p and moves on; what is not UTF-8 gives U+FFFD a byte. */
static uint32_t next_code_point(const char **p) {
    const unsigned char *s = (const unsigned char *)*p;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    int len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    uint32_t cp = len < 2 ? s[0] : s[0] & (0x7fu >> len);
    bool good = len > 0 && s[0] < 0xf5;
    for (int i = 1; good && i < len; i++) {
        good = (s[i] & 0xc0) == 0x80;
        cp = cp << 6 | (s[i] & 0x3fu);
    }
    if (!good || cp < smallest[len] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) {
        *p += 1;
        return REPLACEMENT;
    }
    *p += len;
    return cp;
}

/* Marks that steer layout and are not to be seen. */
static bool is_invisible(uint32_t cp) {
    return (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
           (cp >= 0x2060 && cp <= 0x2064) || (cp >= 0xfe00 && cp <= 0xfe0f) || cp == 0xfeff;
}

/* --- Finding and opening fonts --- */

static bool find_font(
    FcConfig *config, const char *name, struct font_file *file, struct error *err) {
    FcPattern *wanted = FcNameParse((const FcChar8 *)name);
    if (!wanted)
        return error_set(err, _("fontconfig does not understand \"%s\""), name);
    FcConfigSubstitute(config, wanted, FcMatchPattern);
    FcDefaultSubstitute(wanted);
    FcResult result = FcResultNoMatch;
    FcPattern *match = FcFontMatch(config, wanted, &result);
    FcChar8 *path = NULL;
    bool ok = match && FcPatternGetString(match, FC_FILE, 0, &path) == FcResultMatch;
    if (ok) {
        int index = 0, weight = FC_WEIGHT_REGULAR, wish = FC_WEIGHT_REGULAR;
        FcPatternGetInteger(match, FC_INDEX, 0, &index);
        FcPatternGetInteger(match, FC_WEIGHT, 0, &weight);
        FcPatternGetInteger(wanted, FC_WEIGHT, 0, &wish);
        FcBool embolden = FcFalse; /* fontconfig's rules may say so and then call the font bold */
        FcPatternGetBool(match, FC_EMBOLDEN, 0, &embolden);
        file->path = xstrdup((const char *)path);
        file->index = index & 0xffff; /* above it: the instance of a variable font */
        file->embolden = embolden || (wish >= FC_WEIGHT_BOLD && weight < FC_WEIGHT_DEMIBOLD);
    }
    if (match)
        FcPatternDestroy(match);
    FcPatternDestroy(wanted);
    return ok ? true
              : error_set(err, _("no font for \"%s\": install one, e.g. fonts-dejavu-core"), name);
}

static bool find_fonts(struct fonts *f, struct error *err) {
    /* DejaVu has arrows and box drawing, and gives the same picture on every machine. */
    static const char *const names[SRC_COUNT] = {
        [SRC_SANS] = "DejaVu Sans,sans-serif",
        [SRC_BOLD] = "DejaVu Sans,sans-serif:bold",
        [SRC_MONO] = "DejaVu Sans Mono,monospace",
        [SRC_HAN] = "sans-serif:lang=zh-cn",
        [SRC_HAN_BOLD] = "sans-serif:bold:lang=zh-cn",
    };
    FcConfig *config = FcInitLoadConfigAndFonts();
    if (!config)
        return error_set(err, _("fontconfig cannot be initialised"));
    bool ok = true;
    for (int i = 0; i < SRC_COUNT && ok; i++)
        ok = find_font(config, names[i], &f->files[i], err);
    FcConfigDestroy(config);
    return ok;
}

/* The font of a source, opened now if need be; NULL if it cannot be. */
static TTF_Font *font_of(struct fonts *f, enum source source) {
    struct font_file *file = &f->files[source];
    if (!file->font && !file->failed) {
        file->font = TTF_OpenFontIndex(file->path, SIZE_MAX_PX, file->index);
        file->failed = !file->font;
        if (file->font)
            TTF_SetFontHinting(file->font, TTF_HINTING_LIGHT);
    }
    return file->font;
}

static TTF_Font *font_sized(struct fonts *f, enum source source, int size) {
    TTF_Font *font = font_of(f, source);
    if (font && f->files[source].size != size) {
        TTF_SetFontSize(font, size);
        f->files[source].size = size;
    }
    return font;
}

struct fonts *fonts_open(struct error *err) {
    if (TTF_Init() != 0) {
        error_set(err, _("SDL_ttf cannot be initialised: %s"), TTF_GetError());
        return NULL;
    }
    init_linebreak();
    struct fonts *f = xcalloc(1, sizeof *f);
    bool ok = find_fonts(f, err);
    for (int i = 0; i < FACE_COUNT && ok; i++)
        if (!font_of(f, (enum source)i))
            ok =
                error_set(err, _("%s: cannot open the font: %s"), f->files[i].path, TTF_GetError());
    if (ok)
        return f;
    fonts_close(f);
    return NULL;
}

void fonts_close(struct fonts *f) {
    if (!f)
        return;
    for (int i = 0; i < SRC_COUNT; i++) {
        if (f->files[i].font)
            TTF_CloseFont(f->files[i].font);
        free(f->files[i].path);
    }
    free(f->glyphs);
    free(f->alpha);
    free(f);
    TTF_Quit();
}

/* --- Glyphs --- */

static int legal_size(int size) {
    return size < 1 ? 1 : size > SIZE_MAX_PX ? SIZE_MAX_PX : size;
}

/* The source that has cp for the face; the face's own if none has. */
static enum source source_for(struct fonts *f, enum face face, uint32_t cp) {
    const enum source order[] = {
        (enum source)face, SRC_SANS, face == FACE_BOLD ? SRC_HAN_BOLD : SRC_HAN};
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        TTF_Font *font = font_of(f, order[i]);
        if (font && TTF_GlyphIsProvided32(font, cp))
            return order[i];
    }
    return order[0];
}

/* The alpha of a rendered glyph's pixel after its strokes were widened rightward by reach, in
 * 256ths of a pixel: bold for fonts that have none, and gentler than SDL_ttf's, which fills dense
 * signs. */
static unsigned stroke_alpha(const SDL_Surface *surface, int x, int y, int reach) {
    const uint32_t *row =
        (const uint32_t *)((const char *)surface->pixels + (size_t)y * (size_t)surface->pitch);
    unsigned alpha = x < surface->w ? row[x] >> 24 : 0;
    for (int left = x - 1; reach > 0; left--, reach -= 256) {
        unsigned part = reach < 256 ? (unsigned)reach : 256;
        unsigned other = left >= 0 && left < surface->w ? (row[left] >> 24) * part >> 8 : 0;
        alpha = other > alpha ? other : alpha;
    }
    return alpha;
}

/* Keeps the part of the surface that is not empty as g's bitmap; x, y is its corner's place. */
static void keep_bitmap(
    struct fonts *f, struct glyph *g, const SDL_Surface *surface, int x, int y, int reach) {
    int width = surface->w + (reach + 255) / 256;
    int left = width, right = -1, top = surface->h, bottom = -1;
    for (int j = 0; j < surface->h; j++)
        for (int i = 0; i < width; i++)
            if (stroke_alpha(surface, i, j, reach)) {
                left = i < left ? i : left;
                right = i > right ? i : right;
                top = j < top ? j : top;
                bottom = j;
            }
    if (right < 0)
        return;
    g->x = (int16_t)(x + left);
    g->y = (int16_t)(y + top);
    g->w = (int16_t)(right - left + 1);
    g->h = (int16_t)(bottom - top + 1);
    g->alpha = f->alpha_len;
    void *alpha = f->alpha;
    f->alpha_len += (size_t)g->w * (size_t)g->h;
    array_reserve(&alpha, &f->alpha_cap, f->alpha_len, 1);
    f->alpha = alpha;
    uint8_t *to = f->alpha + g->alpha;
    for (int j = top; j <= bottom; j++)
        for (int i = left; i <= right; i++)
            *to++ = (uint8_t)stroke_alpha(surface, i, j, reach);
}

/* What cannot be rendered, as memory is short, stays blank. */
static void render_glyph(struct fonts *f, struct glyph *g, enum face face, int size, uint32_t cp) {
    enum source source = source_for(f, face, cp);
    TTF_Font *font = font_sized(f, source, size);
    if (!TTF_GlyphIsProvided32(font, cp))
        cp = TTF_GlyphIsProvided32(font, REPLACEMENT) ? REPLACEMENT : '?';
    int min_x, max_x, min_y, max_y, advance;
    if (TTF_GlyphMetrics32(font, cp, &min_x, &max_x, &min_y, &max_y, &advance) != 0)
        return;
    g->advance = (int16_t)advance;
    SDL_Surface *surface =
        TTF_RenderGlyph32_Blended(font, cp, (SDL_Color){255, 255, 255, SDL_ALPHA_OPAQUE});
    if (!surface)
        return;
    /* The surface begins at the pen and the ascent, or before where the glyph reaches out. */
    int ascent = TTF_FontAscent(font);
    int reach = f->files[source].embolden ? size * 256 / BOLD_PART : 0;
    keep_bitmap(f, g, surface, min_x < 0 ? min_x : 0, max_y > ascent ? -max_y : -ascent, reach);
    SDL_FreeSurface(surface);
}

static size_t glyph_place(const struct fonts *f, uint64_t key) {
    size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (f->glyph_cap - 1);
    while (f->glyphs[i].key && f->glyphs[i].key != key)
        i = (i + 1) & (f->glyph_cap - 1);
    return i;
}

static void make_room(struct fonts *f) {
    if (f->glyph_count >= GLYPHS_MAX) {
        memset(f->glyphs, 0, f->glyph_cap * sizeof *f->glyphs);
        f->glyph_count = 0;
        f->alpha_len = 0;
    }
    if (f->glyph_cap && f->glyph_count < f->glyph_cap / 2)
        return;
    struct glyph *old = f->glyphs;
    size_t old_cap = f->glyph_cap;
    f->glyph_cap = old_cap ? old_cap * 2 : 1024;
    f->glyphs = xcalloc(f->glyph_cap, sizeof *f->glyphs);
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].key)
            f->glyphs[glyph_place(f, old[i].key)] = old[i];
    free(old);
}

/* Good until the next call. */
static const struct glyph *glyph_of(struct fonts *f, enum face face, int size, uint32_t cp) {
    uint64_t key = (uint64_t)(face + 1) << 40 | (uint64_t)size << 24 | cp;
    if (f->glyph_cap) {
        const struct glyph *known = &f->glyphs[glyph_place(f, key)];
        if (known->key)
            return known;
    }
    make_room(f);
    struct glyph fresh = {.key = key};
    if (cp < ' ' || cp == 0x7f)
        fresh.advance = glyph_of(f, face, size, ' ')->advance;
    else if (!is_invisible(cp))
        render_glyph(f, &fresh, face, size, cp);
    struct glyph *place = &f->glyphs[glyph_place(f, key)];
    *place = fresh;
    f->glyph_count++;
    return place;
}

/* --- Measuring and drawing --- */

static const struct metrics *metrics_of(struct fonts *f, enum face face, int size) {
    struct metrics *m = &f->metrics[face][size];
    if (!m->height) {
        TTF_Font *font = font_sized(f, (enum source)face, size);
        m->ascent = TTF_FontAscent(font);
        m->height = TTF_FontHeight(font);
    }
    return m;
}

int text_line_height(struct fonts *f, enum face face, int size) {
    return metrics_of(f, face, legal_size(size))->height;
}

int text_ascent(struct fonts *f, enum face face, int size) {
    return metrics_of(f, face, legal_size(size))->ascent;
}

int text_width(struct fonts *f, enum face face, int size, const char *text) {
    size = legal_size(size);
    int width = 0;
    while (*text)
        width += glyph_of(f, face, size, next_code_point(&text))->advance;
    return width;
}

/* Blends the bitmap with its corner at x, y. */
static void blit_glyph(
    struct canvas *c, const struct fonts *f, const struct glyph *g, int x, int y, uint32_t color) {
    const struct rect clip = c->clip;
    int x0 = x > clip.x ? x : clip.x;
    int y0 = y > clip.y ? y : clip.y;
    int x1 = x + g->w < clip.x + clip.w ? x + g->w : clip.x + clip.w;
    int y1 = y + g->h < clip.y + clip.h ? y + g->h : clip.y + clip.h;
    unsigned opacity = color >> 24;
    for (int j = y0; j < y1; j++) {
        const uint8_t *from = f->alpha + g->alpha + (size_t)(j - y) * (size_t)g->w;
        uint32_t *to = c->pixels + (size_t)j * (size_t)c->stride;
        for (int i = x0; i < x1; i++) {
            unsigned a = opacity == 255 ? from[i - x] : (from[i - x] * opacity + 127) / 255;
            if (a)
                to[i] = pixel_blend(to[i], color, a);
        }
    }
}

int text_draw(struct canvas *c, struct fonts *f, enum face face, int size, int x, int y,
    uint32_t color, const char *text) {
    size = legal_size(size);
    int baseline = y + metrics_of(f, face, size)->ascent;
    int pen = x;
    while (*text) {
        const struct glyph *g = glyph_of(f, face, size, next_code_point(&text));
        if (g->w)
            blit_glyph(c, f, g, pen + g->x, baseline + g->y, color);
        pen += g->advance;
    }
    return pen - x;
}

void text_fit(
    struct fonts *f, enum face face, int size, int max_w, const char *text, struct strbuf *out) {
    size = legal_size(size);
    int room = max_w - glyph_of(f, face, size, ELLIPSIS)->advance;
    int width = 0;
    size_t keep =
        0; /* bytes that leave room for the ellipsis; what ends in a space is no such end */
    const char *p = text;
    while (*p) {
        uint32_t cp = next_code_point(&p);
        width += glyph_of(f, face, size, cp)->advance;
        if (width > max_w)
            break;
        if (width <= room && cp != ' ')
            keep = (size_t)(p - text);
    }
    if (width <= max_w) {
        sb_puts(out, text);
        return;
    }
    sb_add(out, text, keep);
    if (room >= 0)
        sb_puts(out, "…");
}

/* --- Breaking lines --- */

/* A text taken apart: for code point i its value, the byte it starts at, its advance, and whether
 * the line may or must end after it. */
struct pieces {
    utf32_t *cp;
    size_t *start; /* count + 1 of them */
    int *advance;
    char *end;
    size_t count;
};

static struct pieces pieces_of(struct fonts *f, enum face face, int size, const char *text) {
    size_t most = strlen(text);
    struct pieces t = {
        .cp = xcalloc(most + 1, sizeof *t.cp),
        .start = xcalloc(most + 1, sizeof *t.start),
        .advance = xcalloc(most + 1, sizeof *t.advance),
        .end = xcalloc(most + 1, sizeof *t.end),
    };
    for (const char *p = text; *p; t.count++) {
        t.start[t.count] = (size_t)(p - text);
        t.cp[t.count] = next_code_point(&p);
        t.advance[t.count] = glyph_of(f, face, size, t.cp[t.count])->advance;
    }
    t.start[t.count] = most;
    if (t.count)
        set_linebreaks_utf32(t.cp, t.count, NULL, t.end);
    return t;
}

static void pieces_free(struct pieces *t) {
    free(t->cp);
    free(t->start);
    free(t->advance);
    free(t->end);
}

static bool is_blank(uint32_t cp) {
    return cp == ' ' || cp == '\n' || cp == '\r' || cp == '\t';
}

/* The code point after the last of the line that begins at from. Blanks may hang over the edge; a
 * word that alone is too wide is broken anywhere, but a line has one code point at least. */
static size_t line_end(const struct pieces *t, size_t from, int max_w) {
    int width = 0;
    size_t allowed = from;
    for (size_t i = from; i < t->count; i++) {
        width += t->advance[i];
        if (width > max_w && !is_blank(t->cp[i])) {
            if (allowed > from)
                return allowed;
            size_t next = i > from ? i : from + 1;
            while (next < t->count && t->cp[next] == ' ')
                next++;
            return next;
        }
        if (t->end[i] == LINEBREAK_MUSTBREAK)
            return i + 1;
        if (t->end[i] == LINEBREAK_ALLOWBREAK)
            allowed = i + 1;
    }
    return t->count;
}

int text_wrap(struct fonts *f, enum face face, int size, int max_w, const char *text,
    void (*line)(void *arg, size_t start, size_t end), void *arg) {
    struct pieces t = pieces_of(f, face, legal_size(size), text);
    int lines = 0;
    for (size_t from = 0; from < t.count; lines++) {
        size_t next = line_end(&t, from, max_w);
        size_t end = next;
        while (end > from && is_blank(t.cp[end - 1]))
            end--;
        if (line)
            line(arg, t.start[from], t.start[end]);
        from = next;
    }
    pieces_free(&t);
    return lines;
}
