/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refusals.h: the sentence of a refusal (or of an incident that is of no
 * camera)
 * -> its code and what is particular in it, so that a page can say it in its
 * reader's language. PURE. The sentence
 * may hold what somebody typed: at worst it has another's code.
 */
#ifndef MONITOR_HTTP_REFUSALS_H
#define MONITOR_HTTP_REFUSALS_H

#include <stdbool.h>
#include <stddef.h>

struct json_out;

struct refusal {
	const char *code, *sentence; /* with {gaps} */
};
extern const struct refusal refusals[];
extern const unsigned refusals_count;

#define REFUSALS_GAPS 4
#define REFUSALS_NAME 16   /* of a gap, with its NUL */
#define REFUSALS_VALUE 512 /* what is longer is cut */
struct refused {
	const char *code;
	unsigned count;
	struct refused_value {
		char name[REFUSALS_NAME], text[REFUSALS_VALUE];
	} values[REFUSALS_GAPS];
};

/* False: it has none; out is not to be used. Ends of lines don't count. */
bool refusals_find(const char *sentence, struct refused *out);
/* "code" and "values" into the object that is open; neither when it has none.
 */
void refusals_put(struct json_out *j, const char *sentence);

#endif
