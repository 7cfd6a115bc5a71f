/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ink.h: text that grows, and the only way by which what others wrote (names
 * from cameras and spreadsheets, words of operators) gets into a page or onto
 * a terminal. PURE. The text is hostile: any bytes, any length. Called by the
 * report's renderers.
 *
 * What is not valid UTF-8 becomes U+FFFD, and so does every character that
 * isn't seen but acts: controls, bidirectional marks, embeddings and isolates,
 * invisible operators, line separators, tags, noncharacters. Kept are the two
 * joiners, since scripts need them.
 */
#ifndef MONITOR_REPORT_INK_H
#define MONITOR_REPORT_INK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ink {
	char *text; /* owned; ends with a 0 once anything was put */
	size_t length, room;
	bool failed; /* no memory: nothing more is put */
};

void ink_free(struct ink *ink);
/* Ours, as it is. */
void ink_put(struct ink *ink, const char *text);
void ink_bytes(struct ink *ink, const void *bytes, size_t length);
void ink_format(struct ink *ink, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Theirs, for HTML text and for attributes in double quotes. NULL is "". */
void ink_html(struct ink *ink, const char *hostile);
/* The same, at most so many characters, then an ellipsis. */
void ink_html_cut(struct ink *ink, const char *hostile, size_t characters);
/* Theirs, for a terminal or a mail: at most so many columns, then an ellipsis;
 * isolated where it runs from right to left. Gives the columns it took. */
size_t ink_plain(struct ink *ink, const char *hostile, size_t columns);
/* Columns that text takes on a terminal once made harmless. */
size_t ink_columns(const char *hostile);
/* Theirs, harmless but not escaped, at most so many characters: to be filled
 * into a phrase that is escaped as a whole. */
void ink_clean(struct ink *ink, const char *hostile, size_t characters);
void ink_base64(struct ink *ink, const void *bytes, size_t length);

/* The next character of hostile text, made harmless, and *text moved past it;
 * 0 at the end. */
uint32_t ink_next(const char **text);
/* One that ink_next gave, in UTF-8. */
void ink_character(struct ink *ink, uint32_t c);

#endif
