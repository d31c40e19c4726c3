/* Reading a script's lines about the world: platform, taken addresses, limits (see script.h). */
#include "sim/base/i18n.h"
#include "sim/work/script_parse.h"
#include "sim/work/session.h"

#include <stdlib.h>

static bool add_world(struct parser *p, enum world_kind kind, uint64_t a, uint64_t b) {
    struct script_program *g = p->program;
    void *world = g->world;
    array_reserve(&world, &g->world_cap, g->world_count + 1, sizeof *g->world);
    g->world = world;
    g->world[g->world_count++] = (struct world_line){kind, a, b};
    return true;
}

/* count more ranges are taken. */
static bool room_for_taken(struct parser *p, uint64_t count) {
    p->program->taken += count;
    if (p->program->taken > LIMIT_TAKEN)
        return lex_fail(&p->c, _("too many taken ranges; expected at most %d"), LIMIT_TAKEN);
    return true;
}

static bool parse_title(struct parser *p) {
    free(p->program->title);
    p->program->title = lex_text(&p->c, _("a title"));
    return p->program->title != NULL;
}

static bool parse_platform(struct parser *p) {
    char *name = lex_text(&p->c, _("a platform"));
    if (!name)
        return false;
    p->program->platform = platform_find(name);
    if (!p->program->platform) {
        struct strbuf known = {0};
        platform_names(&known);
        lex_fail(&p->c, _("no platform is called \"%s\"; expected one of %s"), name, known.text);
        sb_free(&known);
    }
    free(name);
    return p->program->platform != NULL;
}

static bool parse_provider(struct parser *p) {
    if (lex_accept_word(&p->c, "host"))
        return add_world(p, WORLD_PROVIDER, PROVIDER_HOST, 0);
    if (lex_accept_word(&p->c, "model"))
        return add_world(p, WORLD_PROVIDER, PROVIDER_MODEL, 0);
    return lex_expected(&p->c, _("host or model"));
}

static bool parse_take(struct parser *p) {
    uint64_t addr, size = KiB(64);
    if (lex_accept_word(&p->c, "hints")) {
        uint64_t count;
        if (!lex_number(&p->c, &count, _("how many hints")))
            return false;
        if (count > HINT_COUNT)
            return lex_fail(&p->c, _("there are not %llu hints; expected 0 to %d"),
                (unsigned long long)count, HINT_COUNT);
        if (!room_for_taken(p, count))
            return false;
        return add_world(p, WORLD_TAKE_HINTS, count, size);
    }
    if (!lex_number(&p->c, &addr, _("an address")))
        return false;
    if (lex_number_ahead(&p->c) && !lex_number(&p->c, &size, _("a size")))
        return false;
    if (size == 0 || addr + size < addr)
        return lex_fail(&p->c,
            _("0x%llx bytes at 0x%llx; expected a range inside the address space"),
            (unsigned long long)size, (unsigned long long)addr);
    if (!room_for_taken(p, 1))
        return false;
    return add_world(p, WORLD_TAKE, addr, size);
}

static bool parse_limit(struct parser *p) {
    bool memory = lex_accept_word(&p->c, "memory");
    uint64_t size;
    if (!lex_number(&p->c, &size, _("a size")))
        return false;
    return add_world(p, memory ? WORLD_LIMIT_MEMORY : WORLD_LIMIT, size, 0);
}

static bool parse_address(struct parser *p, enum world_kind kind) {
    uint64_t addr;
    if (!lex_number(&p->c, &addr, _("an address")))
        return false;
    return add_world(p, kind, addr, 0);
}

static bool parse_brk(struct parser *p) {
    return parse_address(p, WORLD_BRK);
}

static bool parse_image(struct parser *p) {
    return parse_address(p, WORLD_IMAGE);
}

static bool parse_page(struct parser *p) {
    uint64_t size;
    if (lex_accept_word(&p->c, "none"))
        return add_world(p, WORLD_NO_PAGE, 0, 0);
    if (!lex_number(&p->c, &size, _("a size or none")))
        return false;
    return add_world(p, WORLD_PAGE, size, 0);
}

static bool parse_elsewhere(struct parser *p) {
    bool on = lex_accept_word(&p->c, "on");
    if (!on && !lex_accept_word(&p->c, "off"))
        return lex_expected(&p->c, _("on or off"));
    return add_world(p, WORLD_ELSEWHERE, on, 0);
}

static bool parse_seed(struct parser *p) {
    uint64_t a, b;
    if (!lex_number(&p->c, &a, _("a number")) || !lex_number(&p->c, &b, _("a second number")))
        return false;
    if (a > UINT32_MAX || b > UINT32_MAX)
        return lex_fail(&p->c, _("a seed is two words of 32 bits; expected at most 4294967295"));
    return add_world(p, WORLD_SEED, a, b);
}

const struct command script_world_commands[] = {
    {"title", parse_title, "title TEXT", true},
    {"platform", parse_platform, "platform NAME", true},
    {"provider", parse_provider, "provider host|model", true},
    {"take", parse_take, "take ADDRESS [SIZE] or take hints COUNT", true},
    {"limit", parse_limit, "limit SIZE or limit memory SIZE", true},
    {"brk", parse_brk, "brk ADDRESS", true},
    {"image", parse_image, "image ADDRESS", true},
    {"page", parse_page, "page SIZE or page none", true},
    {"elsewhere", parse_elsewhere, "elsewhere on|off", true},
    {"seed", parse_seed, "seed A B", true},
    {NULL, NULL, NULL, true},
};
