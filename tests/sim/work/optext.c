/* Operations as text: see optext.h. */
#include "tests/sim/work/optext.h"

static void add_mask(const struct op *op, unsigned ptr_size, struct strbuf *out) {
    for (uint64_t w = 0; w < op->ptrdata / ptr_size; w++)
        sb_puts(out, op->mask[w / 8] >> w % 8 & 1 ? "p" : ".");
}

void optext_add(const struct op *op, unsigned ptr_size, struct strbuf *out) {
    switch (op->code) {
    case OP_ALLOC: sb_printf(out, "alloc %u %llu", op->id, (unsigned long long)op->size); break;
    case OP_ALLOC_TYPED:
        sb_printf(out, "typed %u %llux%llu ", op->id, (unsigned long long)op->count,
            (unsigned long long)op->elem);
        add_mask(op, ptr_size, out);
        break;
    case OP_STORE:
        sb_printf(out, "store %u.%llu = %u", op->id, (unsigned long long)op->word, op->dst);
        if (op->off)
            sb_printf(out, "+%llu", (unsigned long long)op->off);
        break;
    case OP_NIL: sb_printf(out, "nil %u.%llu", op->id, (unsigned long long)op->word); break;
    case OP_NOTE: sb_printf(out, "note %s", op->note); break;
    case OP_INIT:
    case OP_COLLECT:
    case OP_COLLECT_LAZY:
    case OP_SWEEP_ONE:
    case OP_SCAVENGE: sb_puts(out, op_code_name(op->code)); break;
    case OP_PS:
    case OP_ON:
    case OP_INTERLEAVE:
    case OP_PRECISE:
        sb_printf(out, "%s %llu", op_code_name(op->code), (unsigned long long)op->size);
        break;
    default: sb_printf(out, "%s %u", op_code_name(op->code), op->id);
    }
    sb_puts(out, "\n");
}

void optext_run(struct op_source *source, unsigned ptr_size, struct strbuf *out) {
    struct op op;
    struct error err = {"left over"};
    sb_clear(out);
    source->ptr_size = ptr_size;
    source->rewind(source);
    while (source->next(source, &op, &err))
        optext_add(&op, ptr_size, out);
    if (err.text[0])
        sb_printf(out, "error: %s\n", err.text);
}
