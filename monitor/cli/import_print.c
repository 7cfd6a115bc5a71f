/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/import_print.h"

#include <string.h>

#include "monitor/cli/cli.h"

#define SHOWN 200u

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

/* changed feed North/Gate 3
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
	for (size_t i = 0; is_change && i < json_array_size(fields); i++) {
		const json_t *f = json_array_get(fields, i);

		fputs("    ", stdout);
		cli_put(stdout, text_of(f, "field"));
		fputs(": ", stdout);
		cli_put(stdout, text_of(f, "from"));
		fputs(" -> ", stdout);
		cli_put(stdout, text_of(f, "to"));
		putchar('\n');
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
	const json_t *changes = json_object_get(answer, "changes");
	bool ok = json_is_true(json_object_get(answer, "ok"));
	size_t n = json_array_size(changes);

	if (!ok) {
		cli_put_lines(stderr, text_of(answer, "text"));
		if (text_of(answer, "error")[0] != '\0')
			cli_say("%s", text_of(answer, "error"));
		return;
	}
	for (size_t i = 0; i < n && i < SHOWN; i++)
		put_change(json_array_get(changes, i));
	if (n > SHOWN)
		printf("... and %zu more%s\n", n - SHOWN,
		    json_is_true(json_object_get(answer, "cut"))
			? ", at the least"
			: "");
	printf("%s%s: %lld added, %lld changed, %lld removed, %lld "
	       "unchanged\n",
	    dry_run ? "dry run, nothing changed; " : "", table,
	    count(answer, "added"), count(answer, "changed"),
	    count(answer, "removed"), count(answer, "unchanged"));
}
