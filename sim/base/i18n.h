/*
 * Words in the person's language, by gettext. English is in the source; the other languages are
 * catalogues, assets/po/LANGUAGE.po, which `make` compiles into share/locale beside the programs.
 *
 *   _("free")                               the words to show now
 *   N_("free")                              words in a table; shown by _(table[i])
 *   C_("call", "free")                      where the same words mean another thing elsewhere
 *   ngettext("%zu page", "%zu pages", n)    where a number decides
 *
 * Whole sentences are translated, with the directives of printf in them; never glued fragments.
 * Words are looked up whenever they are shown, so that the language can change between two
 * pictures; what was looked up is libc's and stays good. Only messages are translated: numbers keep
 * their point and sorting its order, as no other category of the locale is ever set. Not translated
 * are Go's own messages, names of the field (mspan, arena) and everything that programs read
 * (dumps, transcripts).
 *
 * The language is libc's, for the whole process, and is to be set while no other thread looks up
 * words.
 */
#ifndef ARENA_I18N_H
#define ARENA_I18N_H

#include "sim/base/base.h"

#include <libintl.h>

#define _(words)           gettext(words)
#define N_(words)          words
#define C_(context, words) i18n_in_context(context "\004" words, words)

enum language { LANGUAGE_EN, LANGUAGE_ZH, LANGUAGE_COUNT };

/* "en", "zh": as options and lesson directories have it. */
const char *language_code(enum language language);
/* "English", "中文": the language in its own words. */
const char *language_name(enum language language);
/* Reads a code, or a locale's name ("zh_CN.UTF-8", "zh"). False if it names neither language. */
bool language_find(const char *name, enum language *out);
/* What the environment asks for, by gettext's rules (LANGUAGE, LC_ALL, LC_MESSAGES, LANG), as it
 * was before the first i18n_set_language. English if it asks for nothing that we have. */
enum language language_of_environment(void);

/* What C_ does: both is context and words as the catalogue joins them. */
const char *i18n_in_context(const char *both, const char *words);

/* Sets the language of everything looked up from now on. False and err if its catalogue, or a
 * locale that lets libc use it, is not to be had; words are English then. */
bool i18n_set_language(enum language language, struct error *err);

#endif
