/*
 * Text for terminals: lines of at most so many columns, broken at blanks, and between the
 * characters of Chinese, each of which takes two.
 */
#ifndef ARENA_COLUMNS_H
#define ARENA_COLUMNS_H

#include "sim/base/base.h"

/* The character at *at, which moves on; bytes that are no UTF-8 stand for themselves. */
uint32_t utf8_next(const char **at);
/* A Chinese character; not a mark. */
bool is_chinese(uint32_t c);
/* Columns that the UTF-8 text takes. */
int columns_of(const char *text);
/* Appends the text in lines of at most `width` columns, each after the indent (which counts). Line
 * ends in text stay. */
void columns_wrap(const char *text, const char *indent, int width, struct strbuf *out);

#endif
