/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sites, devices, and how an import is getting on. */
#include <string.h>

#include "common/site.h"
#include "monitor/http/reader_query.h"
#include "monitor/inventory/quirks.h"
#include "monitor/inventory/ration.h"
#include "monitor/lines.h"
#include "monitor/store/store_read_tree.h"

/* What is planned for its line, and comes over it; null: any may. */
static void
put_line(struct query *q, const struct lines *lines,
    const struct store_tree_site *s)
{
	uint64_t measured = 0;
	const struct ration_site *line = lines_find(lines, s->path, &measured);

	json_out_key(&q->json, "line");
	if (line == NULL) {
		json_out_null(&q->json);
		return;
	}
	json_out_open(&q->json, '{');
	query_put_number(q, "ceiling_kbps", line->ceiling_kbps);
	query_put_number(q, "expected_kbps", (int64_t)line->expected_kbps);
	query_put_number(q, "measured_kbps", (int64_t)measured);
	query_put_number(q, "held", line->held);
	query_put_number(q, "visited", line->visited);
	query_put_number(q, "left_out", line->left_out);
	query_put_number(q, "every_s", line->every_s);
	json_out_close(&q->json, '}');
}

static void
put_site(struct query *q, const struct store_tree_site *s,
    const struct lines *lines)
{
	json_out_open(&q->json, '{');
	query_put_number(q, "id", s->id);
	query_put_text(q, "path", s->path);
	query_put_text(q, "zone", s->zone[0] != '\0' ? s->zone : "UTC");
	query_put_text(q, "contact", s->contact);
	query_put_number(q, "feeds", s->feeds);
	query_put_states(q, s->states);
	query_put_number(q, "incidents", s->incidents);
	query_put_number(q, "target_ppm", s->target_ppm);
	put_line(q, lines, s);
	json_out_close(&q->json, '}');
	query_mark_names(q, s->path, "");
}

/* The plan is made of the whole inventory: only where there is a ceiling. */
static bool
read_lines(struct query *q, const struct store_tree *t, struct lines *out)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->sites[i].ceiling_kbps > 0)
			return lines_read(out, q->store);
	return true;
}

bool
query_sites(struct query *q)
{
	char after[LIMIT_NAME_BYTES], none[LIMIT_NAME_BYTES];
	struct store_tree t = { 0 };
	struct lines lines = { 0 };
	bool read = true;

	if (query_after_names(q, after, none) < 0)
		return query_status(q, 400);
	query_list(q);
	if (!q->nowhere)
		read = store_reader_hold(q->store) &&
		       store_tree_read(q->store, &t) &&
		       store_read_short(q->store, q->site, 0, store_tree_count,
			   &t) &&
		       read_lines(q, &t, &lines);
	store_reader_release(q->store);
	store_tree_sum(&t);
	for (size_t i = 0; i < t.count; i++) {
		const struct store_tree_site *s = &t.sites[i];

		if (strcmp(s->path, after) <= 0 ||
		    (q->site != NULL && !site_within(s->path, q->site)))
			continue;
		if (!query_more(q))
			break;
		put_site(q, s, &lines);
	}
	query_list_end(q);
	json_out_close(&q->json, '}');
	lines_fini(&lines);
	store_tree_fini(&t);
	return read;
}

/* --- devices */

static void
put_quirks(struct query *q, uint32_t quirks)
{
	char text[QUIRKS_BYTES];
	char *rest = text, *word;

	quirks_print(quirks, text);
	json_out_key(&q->json, "quirks");
	json_out_open(&q->json, '[');
	while ((word = strtok_r(rest, " ", &rest)) != NULL)
		json_out_string(&q->json, word);
	json_out_close(&q->json, ']');
}

static bool
on_device(void *arg, const struct store_device_row *row)
{
	struct query *q = arg;

	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_number(q, "id", row->id);
	query_put_text(q, "name", row->name);
	query_put_text(q, "address", row->address);
	query_put_number(q, "sessions", row->sessions);
	put_quirks(q, row->quirks);
	query_put_number(q, "feeds", row->feeds);
	query_put_states(q, row->states);
	json_out_close(&q->json, '}');
	query_mark_names(q, row->name, "");
	return true;
}

bool
query_devices(struct query *q)
{
	char after[LIMIT_NAME_BYTES], none[LIMIT_NAME_BYTES];
	bool read = true;

	if (query_after_names(q, after, none) < 0)
		return query_status(q, 400);
	query_list(q);
	if (!q->nowhere)
		read = store_read_devices(q->store, q->site, q->ask->words,
		    after, on_device, q);
	query_list_end(q);
	json_out_close(&q->json, '}');
	return read;
}

/* --- after an import */

struct board {
	struct query *q;
	struct store_tree tree;
	/* Of all, those without a site, too. */
	uint32_t feeds, states[STATE_COUNT], causes[CAUSE_COUNT];
	bool settled;
};

static bool
on_board(void *arg, const struct store_short_row *row)
{
	struct board *b = arg;

	if (!row->enabled || (b->q->ask->from_utc_us > 0 && !row->changed))
		return true;
	b->feeds++;
	b->states[row->state]++;
	b->causes[row->cause]++;
	b->settled = b->settled && row->judged;
	return store_tree_count(&b->tree, row);
}

static void
put_cause(struct query *q, const struct board *b, enum cause cause)
{
	json_out_open(&q->json, '{');
	query_put_text(q, "cause", cause_name(cause));
	query_put_text(q, "words",
	    cause != CAUSE_NONE ? cause_help(cause) : "");
	query_put_text(q, "state", state_name(cause_state(cause)));
	query_put_number(q, "feeds", b->causes[cause]);
	json_out_key(&q->json, "sites");
	json_out_open(&q->json, '[');
	for (size_t i = 0; i < b->tree.count; i++) {
		const struct store_tree_site *s = &b->tree.sites[i];

		if (s->causes[cause] == 0)
			continue;
		json_out_open(&q->json, '{');
		query_put_text(q, "site", s->path);
		query_put_number(q, "feeds", s->causes[cause]);
		json_out_close(&q->json, '}');
	}
	json_out_close(&q->json, ']');
	json_out_close(&q->json, '}');
}

/* Most feeds first. */
static void
put_causes(struct query *q, const struct board *b)
{
	bool said[CAUSE_COUNT] = { false };

	json_out_key(&q->json, "causes");
	json_out_open(&q->json, '[');
	for (;;) {
		int best = -1;

		for (int i = 0; i < CAUSE_COUNT; i++)
			if (!said[i] && b->causes[i] > 0 && i != CAUSE_NONE &&
			    (best < 0 || b->causes[i] > b->causes[best]))
				best = i;
		if (best < 0)
			break;
		said[best] = true;
		put_cause(q, b, (enum cause)best);
	}
	json_out_close(&q->json, ']');
}

bool
query_onboarding(struct query *q)
{
	struct board b = { .q = q, .settled = true };
	bool read = true;

	if (!q->nowhere)
		read = store_reader_hold(q->store) &&
		       store_tree_read(q->store, &b.tree) &&
		       store_read_short(q->store, q->site, q->ask->from_utc_us,
			   on_board, &b);
	store_reader_release(q->store);
	json_out_open(&q->json, '{');
	query_put_number(q, "feeds", b.feeds);
	query_put_states(q, b.states);
	put_causes(q, &b);
	query_put_bool(q, "settled", b.settled);
	json_out_close(&q->json, '}');
	store_tree_fini(&b.tree);
	return read;
}
