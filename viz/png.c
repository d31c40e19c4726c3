/*
 * Pictures of the canvas. SDL_image encodes into memory, so that file_write can replace the file
 * all or nothing.
 */
#include "sim/base/file.h"
#include "sim/base/i18n.h"
#include "viz/draw.h"

#include <SDL_image.h>

/* SDL's stream interface onto a strbuf; the encoder only ever writes. */
static size_t buffer_write(SDL_RWops *rw, const void *data, size_t size, size_t count) {
    sb_add(rw->hidden.unknown.data1, data, size * count);
    return count;
}

static int buffer_close(SDL_RWops *rw) {
    SDL_FreeRW(rw);
    return 0;
}

static bool encode(const struct canvas *c, struct strbuf *out) {
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormatFrom(
        c->pixels, c->w, c->h, 32, c->stride * (int)sizeof *c->pixels, SDL_PIXELFORMAT_ARGB8888);
    SDL_RWops *rw = SDL_AllocRW();
    if (rw) {
        rw->type = SDL_RWOPS_UNKNOWN;
        rw->write = buffer_write;
        rw->close = buffer_close;
        rw->hidden.unknown.data1 = out;
    }
    bool ok = surface && rw && IMG_SavePNG_RW(surface, rw, 0) == 0;
    if (rw)
        SDL_RWclose(rw);
    SDL_FreeSurface(surface);
    return ok && out->len > 0;
}

bool canvas_save_png(const struct canvas *c, const char *path, struct error *err) {
    struct strbuf png = {0};
    bool ok = encode(c, &png);
    if (!ok)
        error_set(err, _("%s: cannot encode the picture: %s"), path, SDL_GetError());
    else
        ok = file_write(path, png.text, png.len, err);
    sb_free(&png);
    return ok;
}
