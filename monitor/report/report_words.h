/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_words.h: every word that a report prints, in every language that it
 * speaks, and how numbers, dates and durations are written there. PURE, no
 * hostile input. Called by the report's renderers and by its command.
 */
#ifndef MONITOR_REPORT_REPORT_WORDS_H
#define MONITOR_REPORT_REPORT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

enum report_language { REPORT_ENGLISH = 0, REPORT_SPANISH = 1 };
#define REPORT_LANGUAGES 2

/* "en", "es". */
const char *report_language_code(enum report_language language);
bool report_language_find(const char *code, enum report_language *out);

#endif
