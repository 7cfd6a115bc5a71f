/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/import_print.h"

#include <string.h>

#include "monitor/cli/cli.h"

#define SHOWN 200u /* of each kind */

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static void
put_field(const json_t *field, bool from)
{
	fputs("    ", stdout);
	cli_put(stdout, text_of(field, "field"));
	fputs(": ", stdout);
	if (from) {
		cli_put(stdout, text_of(field, "from"));
		fputs(" -> ", stdout);
	}
	cli_put(stdout, text_of(field, "to"));
	putchar('\n');
}

/* added feed North/Gate 4
 *     url: rtsp://10.0.0.9/1
 * changed feed North/Gate 3
 *     url: rtsp://10.0.0.7/1 -> rtsp://10.0.0.8/1 */
static void
put_change(const json_t *change)
{
	const char *what = text_of(change, "what");
	const json_t *fields = json_object_get(change, "fields");
	bool is_change = strcmp(what, "change") == 0;

	printf("%s ", is_change			 ? "changed"
		      : strcmp(what, "add") == 0 ? "added"
						 : "removed");
	cli_put(stdout, text_of(change, "kind"));
	putchar(' ');
	cli_put(stdout, text_of(change, "name"));
	putchar('\n');
	for (size_t i = 0; i < json_array_size(fields); i++) {
		const json_t *f = json_array_get(fields, i);

		if (is_change || strcmp(text_of(f, "field"), "url") == 0)
			put_field(f, is_change);
	}
}

/* They come kind by kind: some of each. */
static void
put_changes(const json_t *changes, bool cut)
{
	size_t n = json_array_size(changes), run = 0;

	for (size_t i = 0; i < n; i++) {
		const json_t *c = json_array_get(changes, i);
		const char *kind = text_of(c, "kind");
		bool last =
		    i + 1 == n ||
		    strcmp(text_of(json_array_get(changes, i + 1), "kind"),
			kind) != 0;

		if (run++ < SHOWN)
			put_change(c);
		if (last && run > SHOWN) {
			printf("... and %zu more ", run - SHOWN);
			cli_put(stdout, kind);
			printf("s%s\n", cut ? ", at the least" : "");
		}
		run = last ? 0 : run;
	}
}

static long long
count(const json_t *answer, const char *key)
{
	return json_integer_value(json_object_get(answer, key));
}

void
import_print(const json_t *answer, const char *table, bool dry_run)
{
	if (!json_is_true(json_object_get(answer, "ok"))) {
		cli_put_lines(stderr, text_of(answer, "text"));
		if (text_of(answer, "error")[0] != '\0')
			cli_say("%s", text_of(answer, "error"));
		return;
	}
	put_changes(json_object_get(answer, "changes"),
	    json_is_true(json_object_get(answer, "cut")));
	printf("%s%s: %lld added, %lld changed, %lld removed, %lld "
	       "unchanged\n",
	    dry_run ? "dry run, nothing changed; " : "", table,
	    count(answer, "added"), count(answer, "changed"),
	    count(answer, "removed"), count(answer, "unchanged"));
	cli_put_lines(stdout, text_of(answer, "expects"));
}
