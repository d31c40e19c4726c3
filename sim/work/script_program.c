/* A checked script: see script_program.h. */
#include "sim/work/script_program.h"

#include <stdlib.h>
#include <string.h>

static void free_type(struct script_type *t) {
    for (size_t i = 0; i < t->label_count; i++)
        free(t->labels[i].name);
    free(t->labels);
    free(t->mask);
    free(t->name);
}

void script_program_cut(struct script_program *program, size_t stmts, size_t rings, size_t types) {
    for (size_t i = stmts; i < program->stmt_count; i++) {
        free(program->stmts[i].text);
        free(program->stmts[i].field.label);
    }
    for (size_t i = rings; i < program->ring_count; i++) {
        program->slots -= program->rings[i].slots;
        free(program->rings[i].name);
    }
    for (size_t i = types; i < program->type_count; i++) {
        program->labels -= program->types[i].label_count;
        free_type(&program->types[i]);
    }
    program->stmt_count = stmts;
    program->ring_count = rings;
    program->type_count = types;
}

void script_program_free(struct script_program *program) {
    script_program_cut(program, 0, 0, 0);
    free(program->stmts);
    free(program->terms);
    free(program->rings);
    free(program->types);
    free(program->world);
    free(program->title);
    free(program->name);
    *program = (struct script_program){0};
}

static void add_label(struct script_type *t, const char *label) {
    void *labels = t->labels;
    array_reserve(&labels, &t->label_cap, t->label_count + 1, sizeof *t->labels);
    t->labels = labels;
    t->labels[t->label_count++] = (struct label){xstrdup(label), t->words};
}

void script_type_add(struct script_type *t, bool pointers, uint64_t count, const char *label) {
    if (*label)
        add_label(t, label);
    size_t had = (size_t)(t->words + 7) / 8, need = (size_t)(t->words + count + 7) / 8;
    void *mask = t->mask;
    array_reserve(&mask, &t->mask_cap, need, 1);
    t->mask = mask;
    memset(t->mask + had, 0, need - had);
    for (uint64_t w = t->words; pointers && w < t->words + count; w++)
        t->mask[w / 8] |= (uint8_t)(1 << w % 8);
    t->words += count;
    if (pointers)
        t->ptr_words = t->words;
}

uint64_t script_type_size(const struct script_type *t, unsigned ptr_size) {
    uint64_t size = t->words * ptr_size + t->tail;
    /* Elements that hold words must begin at words. */
    return t->words ? round_up(size, ptr_size) : size;
}

int64_t script_type_word(const struct script_type *t, const char *label) {
    for (size_t i = 0; i < t->label_count; i++)
        if (strcmp(t->labels[i].name, label) == 0)
            return (int64_t)t->labels[i].word;
    return -1;
}
