/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/incident_print.h"

#include "camwarden/words.h"

const char *
incident_print_cause(const struct store_incident_row *row)
{
	if (row->cause != CAUSE_NONE)
		return cause_name(row->cause);
	return row->room != 0 ? "unattended" : "own";
}

json_t *
incident_print_json(const struct store_case_row *row)
{
	const struct store_incident_row *i = &row->incident;

	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b, "
			 "s:o, s:s, s:s, s:s, s:i, s:i, s:b, s:b, s:b}",
	    "id", (json_int_t)i->id, "where", i->place, "site", row->site,
	    "cause", incident_print_cause(i), "text", i->text, "since",
	    cli_json_time(i->since_utc), "at", cli_json_time(i->at_utc),
	    "until", cli_json_time(i->good_utc), "closed",
	    cli_json_time(i->closed_utc), "alertable", i->alertable,
	    "acknowledged", cli_json_time(i->acknowledged_utc),
	    "acknowledged_by", i->acknowledged_by, "note", i->note, "contact",
	    row->contact, "criticality", (int)row->criticality, "comments",
	    (int)row->comments, "before", i->before != 0, "after",
	    i->after != 0, "recovered", row->recovered);
}

void
incident_print_start(struct incident_print *p, bool json)
{
	static const char *const heads[] = { "NUMBER", "WHERE", "CAUSE",
		"SINCE", "UNTIL", "ACKNOWLEDGED", "WHAT" };

	*p = (struct incident_print){ .list = json ? json_array() : NULL };
	if (!json)
		cli_table_heads(&p->table, 7, heads);
}

bool
incident_print_add(void *arg, const struct store_case_row *row)
{
	const struct store_incident_row *i = &row->incident;
	struct incident_print *p = arg;
	char since[24], good[24], seen[24];

	p->count++;
	p->open += i->closed_utc == 0;
	if (p->list != NULL) {
		json_array_append_new(p->list, incident_print_json(row));
		return true;
	}
	cli_table_add(&p->table, "%lld", (long long)i->id);
	cli_table_add(&p->table, "%s", i->place);
	cli_table_add(&p->table, "%s", incident_print_cause(i));
	cli_table_add(&p->table, "%s", cli_utc(i->since_utc, since));
	cli_table_add(&p->table, "%s",
	    i->closed_utc ? cli_utc(i->good_utc, good) : "open");
	cli_table_add(&p->table, "%s",
	    i->acknowledged_utc ? cli_utc(i->acknowledged_utc, seen) : "-");
	cli_table_add(&p->table, "%s", i->text);
	return true;
}

void
incident_print_table(struct incident_print *p, bool heads)
{
	cli_table_print(&p->table, p->count > 0 || heads ? stdout : NULL);
}

void
incident_print_fini(struct incident_print *p)
{
	cli_table_print(&p->table, NULL);
	json_decref(p->list);
	*p = (struct incident_print){ 0 };
}
