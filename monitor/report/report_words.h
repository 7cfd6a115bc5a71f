/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_words.h: every word that a report prints, in every language that it
 * speaks. PURE, no hostile input. Called by the report's renderers and by its
 * command.
 */
#ifndef MONITOR_REPORT_REPORT_WORDS_H
#define MONITOR_REPORT_REPORT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/report/report_phrases.def"

enum report_language { REPORT_ENGLISH = 0, REPORT_SPANISH = 1 };
#define REPORT_LANGUAGES 2

/* "en", "es". */
const char *report_words_code(enum report_language language);
bool report_words_language(const char *code, enum report_language *out);

enum report_phrase { /* PHRASE_TITLE .. */
#define PHRASE(name, en, es) PHRASE_##name,
	REPORT_PHRASES(PHRASE)
#undef PHRASE
};
#define REPORT_PHRASE_COUNT (PHRASE_END)

/* As it stands in the table; never NULL. */
const char *report_words_of(enum report_language language,
    enum report_phrase phrase);
/* Filled in: %1 .. %9 from args, [one|many] by count. Gives the length it
 * would have had; cut at size. What args hold is copied as it is: the caller
 * escapes the whole. */
size_t report_words_fill(char *out, size_t size, enum report_language language,
    enum report_phrase phrase, uint64_t count, const char *const *args);

/* Of the shared vocabulary; never NULL. */
const char *report_words_cause(enum report_language language, unsigned cause);
const char *report_words_state(enum report_language language, unsigned state);
const char *report_words_presence(enum report_language language,
    unsigned presence);
const char *report_words_watched(enum report_language language,
    unsigned watched);
/* 0 = Monday; "Mon", "lun". */
const char *report_words_weekday(enum report_language language, unsigned day);

#endif
