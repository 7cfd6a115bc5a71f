/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query_word.h: the words of a query as one text -> what read_ask_fill asks for
 * them by: for tests and benches of the reader.
 */
#ifndef TEST_HTTP_QUERY_WORD_H
#define TEST_HTTP_QUERY_WORD_H

#include <stdio.h>
#include <string.h>

/* arg: "limit=2&q=x" */
static inline const char *
query_word(void *arg, const char *key)
{
	static char outs[16][4096]; /* all of a query's live together */
	static unsigned turn;
	char *out = outs[turn++ % 16];
	size_t n = strlen(key);

	for (const char *p = arg; *p != '\0';) {
		size_t m = strcspn(p, "&");

		if (m > n && strncmp(p, key, n) == 0 && p[n] == '=') {
			snprintf(out, sizeof(outs[0]), "%.*s", (int)(m - n - 1),
			    p + n + 1);
			return out;
		}
		p += m + (p[m] == '&');
	}
	return NULL;
}

#endif
