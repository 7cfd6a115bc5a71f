/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/import_json.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/http/refusals.h"
#include "monitor/inventory/diff.h"
#include "monitor/inventory/inventory.h"
#include "monitor/monitor.h"

/* What a spreadsheet holds may be cut in the middle of a letter. */
static json_t *
letters(const char *text, size_t n)
{
	json_t *s = json_stringn(text, n);

	return s != NULL ? s : json_string("(no UTF-8)");
}

static json_t *
fields_json(const struct diff_change *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->field_count; i++) {
		const struct diff_field *f = &c->fields[i];

		json_array_append_new(list,
		    json_pack("{s:s, s:o, s:o}", "field", f->field, "from",
			letters(f->from, strlen(f->from)), "to",
			letters(f->to, strlen(f->to))));
	}
	return list;
}

static json_t *
changes_json(const struct diff *d)
{
	json_t *list = json_array();

	for (size_t i = 0; d != NULL && i < d->count; i++) {
		const struct diff_change *c = &d->changes[i];

		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:o, s:o}", "what",
			diff_what(c->what), "kind", c->kind, "name",
			letters(c->name, strlen(c->name)), "fields",
			fields_json(c)));
	}
	return list;
}

void
import_json_code(json_t *o, const char *sentence)
{
	struct refused r;
	json_t *values;

	if (!refusals_find(sentence, &r))
		return;
	json_object_set_new(o, "code", json_string(r.code));
	if (r.count == 0)
		return;
	values = json_object();
	for (unsigned i = 0; i < r.count; i++)
		json_object_set_new(values, r.values[i].name,
		    letters(r.values[i].text, strlen(r.values[i].text)));
	json_object_set_new(o, "values", values);
}

/* text: n bytes of it. */
static json_t *
sentence_json(const char *text, size_t n)
{
	json_t *o = json_pack("{s:o}", "text", letters(text, n));
	char *sentence = strndup(text, n);

	if (o != NULL && sentence != NULL)
		import_json_code(o, sentence);
	free(sentence);
	return o;
}

static json_t *
error_json(size_t line, size_t column, const char *text, size_t n)
{
	json_t *o = sentence_json(text, n);

	json_object_set_new(o, "line", json_integer((json_int_t)line));
	json_object_set_new(o, "column", json_integer((json_int_t)column));
	return o;
}

json_t *
import_json_lines(const char *text)
{
	json_t *list = json_array();

	for (size_t n; *text != '\0'; text += n + (text[n] != '\0')) {
		n = strcspn(text, "\n");
		json_array_append_new(list, sentence_json(text, n));
	}
	return list;
}

json_t *
import_json_said(const struct inventory_mistakes *m)
{
	json_t *list = json_array();

	for (size_t i = 0; m != NULL && i < m->listed; i++) {
		const struct inventory_mistake *x = &m->list[i];

		json_array_append_new(list,
		    error_json(x->line, x->column, m->text + x->at, x->length));
	}
	return list;
}

static json_t *
errors_json(const struct monitor_answer *a)
{
	json_t *list = import_json_said(a->mistakes);

	if (!a->ok && json_array_size(list) == 0)
		json_array_append_new(list,
		    error_json(0, 0, a->text, strlen(a->text)));
	return list;
}

json_t *
import_json(const struct monitor_answer *a)
{
	const char *expects = a->expects != NULL ? a->expects : "";

	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:b, s:o, "
			 "s:o, s:o}",
	    "ok", a->ok, "added", (json_int_t)a->added, "changed",
	    (json_int_t)a->changed, "removed", (json_int_t)a->removed,
	    "unchanged", (json_int_t)a->unchanged, "seq", (json_int_t)a->seq,
	    "text", letters(a->text, strlen(a->text)), "changes",
	    changes_json(a->diff), "cut", a->diff != NULL && a->diff->cut,
	    "errors", errors_json(a), "notes", import_json_said(a->notes),
	    "expects", letters(expects, strlen(expects)));
}
