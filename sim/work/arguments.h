/*
 * What the command lines of both programs have in common: platforms, providers and workloads, read
 * from words and listed for completion.
 */
#ifndef ARENA_ARGUMENTS_H
#define ARENA_ARGUMENTS_H

#include "sim/base/cli.h"
#include "sim/work/session.h"

/* Read the value of --platform and --provider; false and err if it names none. */
bool read_platform(const struct platform **out, const char *value, struct error *err);
bool read_provider(struct environment *env, const char *value, struct error *err);
/* Reads a number from least to most into out. */
bool read_number(uint64_t *out, const char *option, const char *value, uint64_t least,
    uint64_t most, struct error *err);

/* What there is of each. */
cli_words_fn platform_words, provider_words, workload_words;
/* The shells that completions can be had for. */
cli_words_fn shell_words;

#endif
