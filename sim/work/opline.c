/* Operations as lines: see opline.h. */
#include "sim/work/opline.h"

#include "sim/base/i18n.h"

#include <stdlib.h>
#include <string.h>

/* Where an operation's numbers go. */
enum field { NO_FIELD, ID, ADDR, SIZE, ELEM, COUNT, PTRDATA, WORD, DST, OFF, SEED_A, SEED_B, MASK };

enum { MAX_FIELDS = 5 };

static const struct form {
    const char *name;
    enum op_code code;
    enum field fields[MAX_FIELDS + 1];
    const char *usage;
} forms[] = {
    {"a", OP_ALLOC, {ID, SIZE}, "a ID SIZE"},
    {"p", OP_ALLOC_TYPED, {ID, ELEM, COUNT, PTRDATA, MASK}, "p ID ELEM COUNT PTRDATA MASK"},
    {"f", OP_DROP, {ID}, "f ID"},
    {"x", OP_FILL, {ID}, "x ID"},
    {"st", OP_STORE, {ID, WORD, DST, OFF}, "st ID WORD DST OFF"},
    {"nil", OP_NIL, {ID, WORD}, "nil ID WORD"},
    {"root", OP_ROOT, {ID}, "root ID"},
    {"unroot", OP_UNROOT, {ID}, "unroot ID"},
    {"g", OP_COLLECT, {NO_FIELD}, "g"},
    {"l", OP_COLLECT_LAZY, {NO_FIELD}, "l"},
    {"w", OP_SWEEP_ONE, {NO_FIELD}, "w"},
    {"s", OP_SCAVENGE, {NO_FIELD}, "s"},
    {"m", OP_MANUAL, {ID, SIZE}, "m ID NPAGES"},
    {"u", OP_FREE_MANUAL, {ID}, "u ID"},
    {"init", OP_INIT, {NO_FIELD}, "init"},
    {"seed", OP_SEED, {SEED_A, SEED_B}, "seed A B"},
    {"occupy", OP_OCCUPY, {ADDR, SIZE}, "occupy ADDR SIZE"},
    {"precise", OP_PRECISE, {SIZE}, "precise 0|1"},
    {"gogc", OP_GOGC, {SIZE}, "gogc PERCENT|off"},
    {"advance", OP_ADVANCE, {SIZE}, "advance NANOSECONDS"},
    {"ps", OP_PS, {SIZE}, "ps N"},
    {"on", OP_ON, {SIZE}, "on P"},
    {"interleave", OP_INTERLEAVE, {SIZE}, "interleave SEED"},
};

static const struct form bits_form = {"b", OP_COUNT, {ID}, "b ID"};
static const struct form dump_form = {"d", OP_COUNT, {NO_FIELD}, "d"};

static const char hex_digits[] = "0123456789abcdef";

/* --- Reading --- */

static bool read_mask(const char *text, struct opline *out) {
    size_t digits = out->mask_digits = strlen(text);
    out->mask = xcalloc(digits / 2 + 1, 1);
    out->op.mask = out->mask;
    for (size_t i = 0; i < digits; i++) {
        const char *at = strchr(hex_digits, text[i]);
        if (!at)
            return false;
        out->mask[i / 2] |= (uint8_t)((at - hex_digits) << (i % 2 * 4));
    }
    return true;
}

static bool fits32(uint64_t n, uint32_t *out) {
    *out = (uint32_t)n;
    return n <= UINT32_MAX;
}

static bool read_field(enum field field, const char *text, struct opline *out) {
    uint64_t n = 0;
    struct op *op = &out->op;
    if (field == MASK)
        return read_mask(text, out);
    if (op->code == OP_GOGC && strcmp(text, "off") == 0)
        n = UINT64_MAX;
    else if (!parse_u64(text, &n))
        return false;
    switch (field) { /* never: no field, or a mask */
    case ID: return fits32(n, &op->id);
    case DST: return fits32(n, &op->dst);
    case SEED_A: return fits32(n, &op->seed[0]);
    case SEED_B: return fits32(n, &op->seed[1]);
    case ADDR: op->addr = n; return true;
    case SIZE: op->size = n; return true;
    case ELEM: op->elem = n; return true;
    case COUNT: op->count = n; return true;
    case PTRDATA: op->ptrdata = n; return true;
    case WORD: op->word = n; return true;
    case OFF: op->off = n; return true;
    case NO_FIELD:
    case MASK: break;
    }
    return false;
}

/* The next word of *at; "" at the end. It is cut out in place. */
static char *next_word(char **at) {
    *at += strspn(*at, " \t");
    char *word = *at;
    *at += strcspn(*at, " \t");
    if (**at)
        *(*at)++ = '\0';
    return word;
}

static bool read_fields(const struct form *form, char *at, struct opline *out) {
    for (unsigned i = 0; form->fields[i] != NO_FIELD; i++)
        if (!read_field(form->fields[i], next_word(&at), out))
            return false;
    return !*next_word(&at);
}

static const struct form *find_form(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (strcmp(name, forms[i].name) == 0)
            return &forms[i];
    if (strcmp(name, bits_form.name) == 0)
        return &bits_form;
    return strcmp(name, dump_form.name) == 0 ? &dump_form : NULL;
}

/* Has the mask a digit for every four words of ptrdata? */
static bool mask_suffices(const struct opline *line, unsigned ptr_size) {
    const struct op *op = &line->op;
    return op->code != OP_ALLOC_TYPED ||
           line->mask_digits >= op->ptrdata / ptr_size / 4 + (op->ptrdata / ptr_size % 4 != 0);
}

bool opline_read(const char *text, unsigned ptr_size, struct opline *out, struct error *err) {
    char *copy = xstrdup(text), *at = copy;
    const char *name = next_word(&at);
    const struct form *form = find_form(name);
    bool ok = false;
    *out = (struct opline){.kind = OPLINE_OP};
    if (!*name) {
        error_set(err, _("an operation is missing after `>`"));
    } else if (!form) {
        error_set(err, _("unknown operation `%.40s`, expected for example `a ID SIZE`"), name);
    } else {
        out->kind = form == &bits_form ? OPLINE_BITS : form == &dump_form ? OPLINE_DUMP : OPLINE_OP;
        out->op.code = form->code;
        ok = read_fields(form, at, out);
        if (!ok)
            error_set(
                err, _("cannot read the operation `%.60s`, expected `%s`"), text, form->usage);
        else if (!mask_suffices(out, ptr_size))
            ok = error_set(
                err, _("the mask of `%.60s` is too short, expected a digit for 4 words"), text);
    }
    if (!ok)
        opline_free(out);
    free(copy);
    return ok;
}

void opline_free(struct opline *line) {
    free(line->mask);
    *line = (struct opline){0};
}

/* --- Writing --- */

static void write_mask(const struct op *op, unsigned ptr_size, struct strbuf *out) {
    uint64_t digits = (op->ptrdata / ptr_size + 3) / 4;
    for (uint64_t i = 0; i < digits; i++)
        sb_add(out, &hex_digits[op->mask[i / 2] >> i % 2 * 4 & 15], 1);
    if (!digits)
        sb_puts(out, "0");
}

static void write_field(
    enum field field, const struct op *op, unsigned ptr_size, struct strbuf *out) {
    uint64_t n = 0;
    switch (field) { /* never: no field */
    case ID: n = op->id; break;
    case DST: n = op->dst; break;
    case SEED_A: n = op->seed[0]; break;
    case SEED_B: n = op->seed[1]; break;
    case SIZE: n = op->size; break;
    case ELEM: n = op->elem; break;
    case COUNT: n = op->count; break;
    case PTRDATA: n = op->ptrdata; break;
    case WORD: n = op->word; break;
    case OFF: n = op->off; break;
    case ADDR: sb_printf(out, "0x%llx", (unsigned long long)op->addr); return;
    case MASK: write_mask(op, ptr_size, out); return;
    case NO_FIELD: return;
    }
    if (op->code == OP_GOGC && n > INT64_MAX)
        sb_puts(out, "off");
    else
        sb_printf(out, "%llu", (unsigned long long)n);
}

bool opline_write(const struct op *op, unsigned ptr_size, struct strbuf *out) {
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        const struct form *form = &forms[i];
        if (form->code != op->code)
            continue;
        sb_puts(out, form->name);
        for (unsigned n = 0; form->fields[n] != NO_FIELD; n++) {
            sb_puts(out, " ");
            write_field(form->fields[n], op, ptr_size, out);
        }
        return true;
    }
    return false;
}
