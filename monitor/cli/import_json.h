/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import_json.h: what came of an import -> JSON, the same for the API, for the
 * control socket and for the CLI without a monitor.
 */
#ifndef MONITOR_CLI_IMPORT_JSON_H
#define MONITOR_CLI_IMPORT_JSON_H

#include <jansson.h>

struct inventory_mistakes;
struct monitor_answer;

/* {"ok", "added", "changed", "removed", "unchanged", "seq", "text", "changes":
 * [{"what", "kind", "name", "fields": [{"field", "from", "to"}]}], "cut",
 * "errors": [{"line", "column", "text", "code", "values"}], "notes": the same};
 * given. NULL: no
 * memory. */
json_t *import_json(const struct monitor_answer *a);
/* The list under "errors"; m may be NULL. */
json_t *import_json_said(const struct inventory_mistakes *m);
/* "code" and "values" of the sentence, if it has them, into o. */
void import_json_code(json_t *o, const char *sentence);
/* Each line of the text as {"text", "code", "values"}; given. */
json_t *import_json_lines(const char *text);

#endif
