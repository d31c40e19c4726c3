/*
 * The window: the one file that shows pixels with SDL. It turns SDL's input into the app's commands
 * and copies the app's picture to the screen. See window.h.
 *
 * The picture is drawn by our own rasteriser straight into the window's surface. SDL would by
 * default present that surface through an OpenGL texture, which without a graphics card is many
 * times slower: the framebuffer hint turns it off.
 */
#include "viz/window.h"

#include "sim/base/data.h"
#include "sim/base/i18n.h"

#include <SDL.h>
#include <SDL_image.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MS = 16, MIN_W = 960, MIN_H = 600 };

struct window {
    SDL_Window *sdl;
    struct app *app;
    SDL_Keymod mod; /* as the events so far have it; SDL's own is ahead of those that wait */
    bool tell;      /* state changes go to standard output */
    bool swallow;   /* the next text belongs to a key already taken by its position */
    struct strbuf told;
    int width, height; /* of the latest picture */
    float density;     /* its pixels for one of the units that positions come in */
};

/* A position as it comes, in pixels of the picture. */
static int pixel(const struct window *w, int position) {
    return (int)((float)position * w->density);
}

/* --- Keys --- */

/* Keys that mean a position on the keyboard rather than a letter. */
static const char *positional(SDL_Scancode code) {
    switch (code) {
    case SDL_SCANCODE_W: return "w";
    case SDL_SCANCODE_A: return "a";
    case SDL_SCANCODE_S: return "s";
    case SDL_SCANCODE_D: return "d";
    default: return NULL;
    }
}

/* Does the key come again as text? Then that is where its meaning stands. */
static bool makes_text(const SDL_Keysym *key) {
    return key->sym > SDLK_SPACE && key->sym < SDLK_DELETE && !(key->mod & (KMOD_CTRL | KMOD_ALT));
}

static void paste(struct window *w) {
    char *text = SDL_GetClipboardText();
    if (text)
        app_prompt_text(w->app, text);
    SDL_free(text);
}

static void press_key(struct window *w, const char *name, SDL_Keymod mod) {
    char full[64];
    snprintf(full, sizeof full, "%s%s%s", mod & KMOD_CTRL ? "Ctrl+" : "",
        mod & KMOD_SHIFT ? "Shift+" : "", name);
    if (strcmp(full, "Ctrl+Shift+=") == 0) /* where + is Shift and = */
        snprintf(full, sizeof full, "Ctrl++");
    if (strcmp(full, "Ctrl+v") == 0)
        paste(w);
    if (app_prompt_key(w->app, full))
        return;
    enum command command = command_for_key(full);
    int64_t arg = 0;
    if (command == CMD_ANSWER)
        arg = name[0] - '0';
    app_command(w->app, command, arg);
}

static void on_key(struct window *w, const SDL_Keysym *key) {
    const char *position = positional(key->scancode);
    bool typing = w->app->prompt.kind != PROMPT_NONE;
    w->swallow = false;
    if (!typing && position && !(key->mod & (KMOD_CTRL | KMOD_ALT | KMOD_SHIFT))) {
        press_key(w, position, KMOD_NONE);
        w->swallow = true;
        return;
    }
    if (makes_text(key))
        return;
    char name[32];
    snprintf(name, sizeof name, "%s", SDL_GetKeyName(key->sym));
    if (strcmp(name, "Return") == 0 || strcmp(name, "Keypad Enter") == 0)
        snprintf(name, sizeof name, "Enter");
    if (strlen(name) == 1 && name[0] >= 'A' && name[0] <= 'Z')
        name[0] = (char)(name[0] - 'A' + 'a');
    press_key(w, name, (SDL_Keymod)key->mod);
}

/* With Ctrl a key has been taken as a key, though X may make text of it as well. */
static bool taken_as_key(const struct window *w) {
    return (w->mod & KMOD_CTRL) && !(w->mod & KMOD_ALT);
}

static void on_text(struct window *w, const char *text) {
    if (taken_as_key(w))
        return;
    if (app_prompt_text(w->app, text))
        return;
    bool upper = text[0] >= 'A' && text[0] <= 'Z';
    char name[2] = {upper ? (char)(text[0] - 'A' + 'a') : text[0], '\0'};
    if (w->swallow || text[0] <= ' ' || text[1]) {
        w->swallow = false;
        return;
    }
    press_key(w, name, upper ? KMOD_SHIFT : KMOD_NONE);
}

/* --- Events --- */

static void on_press(struct window *w, const SDL_MouseButtonEvent *b) {
    if (b->button == SDL_BUTTON_LEFT)
        app_press(w->app, pixel(w, b->x), pixel(w, b->y), (w->mod & KMOD_CTRL) != 0);
    else if (b->button == SDL_BUTTON_MIDDLE)
        app_press_middle(w->app, pixel(w, b->x), pixel(w, b->y));
    else if (b->button == SDL_BUTTON_RIGHT)
        app_right_click(w->app);
}

static void on_release(struct window *w, const SDL_MouseButtonEvent *b) {
    if (b->button == SDL_BUTTON_LEFT || b->button == SDL_BUTTON_MIDDLE)
        app_release(w->app, pixel(w, b->x), pixel(w, b->y));
    if (b->button == SDL_BUTTON_LEFT && b->clicks == 2)
        app_double_click(w->app, pixel(w, b->x), pixel(w, b->y));
}

static void on_event(struct window *w, const SDL_Event *ev) {
    int x, y;
    switch (ev->type) {
    case SDL_QUIT: w->app->quit = true; break;
    case SDL_KEYDOWN:
        w->mod = (SDL_Keymod)ev->key.keysym.mod;
        on_key(w, &ev->key.keysym);
        break;
    case SDL_KEYUP: w->mod = (SDL_Keymod)ev->key.keysym.mod; break;
    case SDL_TEXTINPUT: on_text(w, ev->text.text); break;
    case SDL_TEXTEDITING: app_prompt_compose(w->app, ev->edit.text); break;
    case SDL_MOUSEMOTION:
        app_pointer(w->app, pixel(w, ev->motion.x), pixel(w, ev->motion.y));
        break;
    case SDL_MOUSEBUTTONDOWN: on_press(w, &ev->button); break;
    case SDL_MOUSEBUTTONUP: on_release(w, &ev->button); break;
    case SDL_MOUSEWHEEL:
        SDL_GetMouseState(&x, &y);
        app_wheel(w->app, pixel(w, x), pixel(w, y), ev->wheel.preciseY, (w->mod & KMOD_CTRL) != 0);
        break;
    case SDL_WINDOWEVENT:
        if (ev->window.event == SDL_WINDOWEVENT_LEAVE)
            app_pointer(w->app, -1, -1);
        if (ev->window.event == SDL_WINDOWEVENT_FOCUS_LOST)
            w->mod = KMOD_NONE;
        w->app->dirty = true;
        break;
    default: break;
    }
}

/* --- Pictures --- */

/* How large the interface is on the first display: its dots an inch against the usual 96, in
 * quarters. 1 where it does not tell. */
static float display_scale(void) {
    float dpi = 0;
    if (SDL_GetDisplayDPI(0, &dpi, NULL, NULL) != 0 || dpi < 96)
        return 1;
    float scale = (float)(int)(dpi / 96 * 4) / 4;
    return scale > 3 ? 3 : scale;
}

static bool show(struct window *w, struct error *err) {
    SDL_Surface *surface = SDL_GetWindowSurface(w->sdl);
    if (!surface || surface->format->BytesPerPixel != 4)
        return error_set(err, _("the window cannot be drawn to: %s"), SDL_GetError());
    struct canvas canvas = {.pixels = surface->pixels,
        .w = surface->w,
        .h = surface->h,
        .stride = surface->pitch / 4,
        .clip = {0, 0, surface->w, surface->h}};
    int units;
    SDL_GetWindowSize(w->sdl, &units, NULL);
    w->density = units > 0 ? (float)canvas.w / (float)units : 1;
    w->width = canvas.w;
    w->height = canvas.h;
    app_draw(w->app, &canvas);
    struct rect caret = w->app->ui.caret;
    if (caret.w) { /* where an input method shows its candidates */
        SDL_Rect place = {(int)((float)caret.x / w->density), (int)((float)caret.y / w->density),
            caret.w, caret.h};
        SDL_SetTextInputRect(&place);
    }
    if (SDL_UpdateWindowSurface(w->sdl) != 0)
        return error_set(err, _("the window cannot be shown: %s"), SDL_GetError());
    return true;
}

/* Tells the state if it is another than last time. */
static void tell(struct window *w) {
    struct strbuf now = {0};
    app_tell(w->app, &now);
    if (strcmp(sb_text(&now), sb_text(&w->told)) != 0) {
        fputs(now.text, stdout);
        fflush(stdout);
        sb_clear(&w->told);
        sb_puts(&w->told, now.text);
    }
    sb_free(&now);
}

static bool run(struct window *w, struct error *err) {
    Uint64 last = SDL_GetPerformanceCounter();
    while (!w->app->quit) {
        SDL_Event ev;
        bool idle = !w->app->dirty && !w->app->playing;
        if (SDL_WaitEventTimeout(&ev, idle ? 250 : 1))
            do
                on_event(w, &ev);
            while (SDL_PollEvent(&ev));
        Uint64 now = SDL_GetPerformanceCounter();
        app_tick(w->app, (double)(now - last) / (double)SDL_GetPerformanceFrequency());
        last = now;
        if (w->app->dirty && !show(w, err))
            return false;
        if (w->tell)
            tell(w);
        double took = (double)(SDL_GetPerformanceCounter() - now) * 1000 /
                      (double)SDL_GetPerformanceFrequency();
        if (took < FRAME_MS && !idle)
            SDL_Delay((Uint32)(FRAME_MS - took));
    }
    return true;
}

/* Without a display SDL would complain in its own words, or draw where nobody can see it. */
static bool has_display(void) {
#if defined(__linux__)
    return getenv("DISPLAY") || getenv("WAYLAND_DISPLAY") || getenv("SDL_VIDEODRIVER");
#else
    return true;
#endif
}

/* The window's icon, for window managers that do not know the desktop entry. It is no harm if it is
 * not to be had. */
static void set_icon(struct window *w) {
    struct strbuf path = {0};
    SDL_Surface *icon = data_path("assets/arenascope.png", &path) ? IMG_Load(path.text) : NULL;
    if (icon)
        SDL_SetWindowIcon(w->sdl, icon);
    SDL_FreeSurface(icon);
    sb_free(&path);
}

bool window_run(struct app *app, int *width, int *height, bool tell_state, struct error *err) {
    struct window w = {.app = app, .tell = tell_state, .width = *width, .height = *height};
    w.density = 1;
    app->animates = true;
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    if (!has_display() || SDL_Init(SDL_INIT_VIDEO) != 0)
        return error_set(err,
            _("no window can be opened: %s; `arenascope tour` makes pictures without one"),
            has_display() ? SDL_GetError() : "there is no display");
    float scale = app->scale_is_free ? display_scale() : 1;
    app->ui.scale *= scale;
    w.sdl = SDL_CreateWindow("arenascope", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
        (int)((float)*width * scale), (int)((float)*height * scale),
        SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    bool ok = w.sdl || error_set(err, _("no window can be opened: %s"), SDL_GetError());
    if (ok) {
        SDL_SetWindowMinimumSize(w.sdl, MIN_W, MIN_H);
        set_icon(&w);
        SDL_StartTextInput();
        ok = run(&w, err);
        SDL_DestroyWindow(w.sdl);
        *width = (int)((float)w.width / w.density);
        *height = (int)((float)w.height / w.density);
    }
    SDL_Quit();
    sb_free(&w.told);
    return ok;
}
