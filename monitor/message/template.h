/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template.h: a JSON text with words in its strings, and what the words stand
 * for -> JSON. PURE. The text is an administrator's, the values may hold
 * anything; a text that template_check took gives valid JSON with any values.
 *
 *	"{{place}}: {{cause}}"             the words' texts, escaped
 *	"{{kind: resolved=over, trouble}}" by the text: a text, the last for all
 *	                                   others (without it: the text itself)
 *	"{{=feeds}}"                       the whole string becomes the value:
 *	                                   a number, a list, ..
 *	"{{=severity: critical=5, 3}}"     likewise: numbers, true, false, null
 *
 * Names of members have no words in them. "{{" itself is written "{\u007b".
 */
#ifndef MONITOR_MESSAGE_TEMPLATE_H
#define MONITOR_MESSAGE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#define TEMPLATE_BYTES 8192 /* a longer text is refused */

struct template_word {
	const char *name;
	const char *text; /* any bytes; what is not UTF-8 becomes U+FFFD */
	const char *json; /* what "{{=name}}" stands for, valid JSON; NULL: the
			   * text, as a string */
};

struct template_fault {
	unsigned line, column; /* from 1 */
	char why[160];
};

/* words: only their names count here. */
bool template_check(const char *text, const struct template_word *words,
    size_t count, struct template_fault *fault_out);
/* The JSON, NUL-terminated, its length in length_out. False: it doesn't fit, or
 * template_check would refuse the text; out holds nothing then. */
bool template_fill(const char *text, const struct template_word *words,
    size_t count, char *out, size_t size, size_t *length_out);

#endif
