/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/sites.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "common/site.h"
#include "monitor/cli/incident_print.h"
#include "monitor/cli/place_print.h"
#include "monitor/inventory/inventory.h"
#include "monitor/lines.h"
#include "monitor/overlay.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/store/store_read_tree.h"

/* All of one moment. The caller closes. NULL: it was said why. */
static struct store_reader *
read_tree(const struct cli *cli, struct store_tree *t, struct lines *lines)
{
	struct store_alive alive;
	struct store_reader *r = cli_reader(cli);

	*t = (struct store_tree){ 0 };
	*lines = (struct lines){ 0 };
	if (r == NULL)
		return NULL;
	if (store_read_alive(r, NULL, &alive) && store_reader_hold(r) &&
	    store_tree_read(r, t) && lines_read(lines, r) &&
	    store_read_short(r, NULL, 0, store_tree_count, t)) {
		store_tree_sum(t);
		return r;
	}
	cli_say("%s", store_reader_error(r));
	lines_fini(lines);
	store_tree_fini(t);
	store_reader_close(&r);
	return NULL;
}

/* What is planned for its line, and comes over it; null: any may. */
static json_t *
line_json(const struct lines *lines, const char *path)
{
	uint64_t measured;
	const struct ration_site *s = lines_find(lines, path, &measured);

	if (s == NULL)
		return json_null();
	return json_pack("{s:i, s:I, s:I, s:i, s:i, s:i, s:i}", "ceiling_kbps",
	    (int)s->ceiling_kbps, "expected_kbps", (json_int_t)s->expected_kbps,
	    "measured_kbps", (json_int_t)measured, "held", (int)s->held,
	    "visited", (int)s->visited, "left_out", (int)s->left_out, "every_s",
	    (int)s->every_s);
}

static json_t *
site_json(const struct store_tree_site *s, const struct lines *lines)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:o, s:o, s:i, s:o}",
	    "site", s->path, "zone", s->zone, "contact", s->contact,
	    "target_ppm", (int)s->target_ppm, "feeds", (int)s->feeds, "states",
	    place_print_states(s->states), "causes",
	    place_print_causes(s->causes), "incidents", (int)s->incidents,
	    "line", line_json(lines, s->path));
}

/* "12.0 Mbit/s"; "-": not known, or there is none. */
static void
rate_cell(struct cli_table *t, uint64_t kbps)
{
	if (kbps > 0)
		cli_table_add(t, "%.1f Mbit/s", (double)kbps / 1e3);
	else
		cli_table_add(t, "-");
}

static const char *
target_text(uint32_t ppm, char out[24])
{
	snprintf(out, 24, ppm > 0 ? "%.9g %%" : "-", ppm / 1e4);
	return out;
}

static void
site_row(struct cli_table *t, const struct store_tree_site *s,
    const struct lines *lines)
{
	char target[24];
	uint64_t measured = 0;
	const struct ration_site *line = lines_find(lines, s->path, &measured);

	cli_table_add(t, "%s", s->path);
	place_print_cells(t, s->feeds, s->states);
	cli_table_add(t, "%u", s->incidents);
	cli_table_add(t, "%s", s->zone);
	cli_table_add(t, "%s", target_text(s->target_ppm, target));
	rate_cell(t, line != NULL ? line->ceiling_kbps : 0);
	rate_cell(t, line != NULL ? line->expected_kbps : 0);
	rate_cell(t, measured);
	cli_table_add(t, "%s", s->contact);
}

int
sites_list(const struct cli *cli, const char *below)
{
	static const char *const heads[] = { "SITE", PLACE_PRINT_HEADS,
		"INCIDENTS", "ZONE", "TARGET", "CEILING", "EXPECTED",
		"MEASURED", "CONTACT" };
	struct store_tree t;
	struct lines lines;
	struct cli_table table;
	struct store_reader *r = read_tree(cli, &t, &lines);
	json_t *list = json_array();

	if (r == NULL) {
		json_decref(list);
		return CLI_FAILED;
	}
	cli_table_heads(&table, PLACE_PRINT_COLUMNS + 8, heads);
	for (size_t i = 0; i < t.count; i++) {
		if (below != NULL && !site_within(t.sites[i].path, below))
			continue;
		json_array_append_new(list, site_json(&t.sites[i], &lines));
		site_row(&table, &t.sites[i], &lines);
	}
	cli_table_print(&table, cli->json ? NULL : stdout);
	if (cli->json)
		cli_print_json(list);
	json_decref(list);
	lines_fini(&lines);
	store_tree_fini(&t);
	store_reader_close(&r);
	return CLI_OK;
}

/* --- one */

struct shown {
	const struct cli *cli;
	struct store_reader *reader;
	const struct store_tree *tree;
	const struct store_tree_site *site;
	const struct lines *lines;
	struct zones *zones;
	struct store_now now;
	json_t *overlays;
};

/* What an overlay of this site, of one above or of a feed below is. */
static bool
touches(const struct shown *s, const struct store_overlay_row *row)
{
	const char *path = s->site->path;

	if (row->site != 0)
		return site_within(path, row->site_path) ||
		       site_within(row->site_path, path);
	return row->feed != 0 && site_within(row->feed_site, path);
}

static bool
on_overlay(void *arg, const struct store_overlay_row *row)
{
	const char *kind = row->kind == STORE_MUTE ? "mute" : "maintenance";
	bool now = false;
	struct shown *s = arg;
	char of[700], to[24];

	if (!touches(s, row))
		return true;
	now = overlay_holds(s->zones, row, s->now.utc_us);
	overlay_of(row, of, sizeof(of));
	json_array_append_new(s->overlays,
	    json_pack("{s:I, s:s, s:s, s:b, s:o, s:s, s:s}", "number",
		(json_int_t)row->id, "kind", kind, "of", of, "in_force", now,
		"to", cli_json_time(row->to_utc), "by", row->actor, "reason",
		row->reason));
	if (s->cli->json)
		return true;
	printf("%s %lld of ", kind, (long long)row->id);
	cli_put(stdout, of);
	printf(", %suntil %s, by ", now ? "in force, " : "",
	    cli_utc(row->to_utc, to));
	cli_put(stdout, row->actor);
	printf(": ");
	cli_put(stdout, row->reason);
	putchar('\n');
	return true;
}

/* "Europe/Madrid (of North)": the word of the nearest above. */
static void
put_inherited(const struct shown *s, const struct inventory *inv,
    const char *name, const char *word,
    bool (*has)(const struct inventory_site *))
{
	const struct inventory_site *from = NULL;
	char line[1024];

	for (size_t i = 0; i < inv->site_count; i++)
		/* By path: the last one that fits is the nearest. */
		if (site_within(s->site->path, inv->sites[i].path) &&
		    has(&inv->sites[i]))
			from = &inv->sites[i];
	if (from == NULL || strcmp(from->path, s->site->path) == 0)
		snprintf(line, sizeof(line), "%s", word);
	else
		snprintf(line, sizeof(line), "%s (of %s)", word, from->path);
	place_print_line(name, line);
}

static bool
has_zone(const struct inventory_site *s)
{
	return s->zone[0] != '\0';
}

static bool
has_contact(const struct inventory_site *s)
{
	return s->contact[0] != '\0';
}

static bool
has_target(const struct inventory_site *s)
{
	return s->target_ppm != 0;
}

static void
put_site(const struct shown *s, const struct inventory *inv)
{
	const struct store_tree_site *site = s->site;
	uint64_t measured;
	const struct ration_site *line =
	    lines_find(s->lines, site->path, &measured);
	char target[24], text[RATION_TEXT];

	place_print_line("site", site->path);
	put_inherited(s, inv, "contact", site->contact, has_contact);
	put_inherited(s, inv, "zone", site->zone[0] ? site->zone : "UTC",
	    has_zone);
	put_inherited(s, inv, "target",
	    site->target_ppm > 0 ? target_text(site->target_ppm, target)
				 : "that of report.target",
	    has_target);
	if (line != NULL)
		place_print_line("line", ration_text(line, text));
	place_print_counts(site->feeds, site->states, site->causes);
	for (size_t i = 0; i < s->tree->count; i++)
		if (s->tree->sites[i].parent == site->id)
			place_print_line("below", s->tree->sites[i].path);
	putchar('\n');
}

static bool
show(struct shown *s)
{
	struct store_case_ask ask = { .open_only = true,
		.site = s->site->path };
	struct inventory *inv = store_read_inventory(s->reader, false, NULL);
	struct incident_print p;
	json_t *root = site_json(s->site, s->lines);
	bool read = inv != NULL;

	s->overlays = json_array();
	if (read && !s->cli->json)
		put_site(s, inv);
	incident_print_start(&p, s->cli->json);
	read = read &&
	       store_read_overlays(s->reader, s->now.utc_us, INT64_MAX,
		   on_overlay, s) &&
	       store_read_cases(s->reader, &ask, incident_print_add, &p);
	if (read && !s->cli->json)
		incident_print_table(&p, false);
	json_object_set(root, "open", p.list);
	json_object_set(root, "overlays", s->overlays);
	if (read && s->cli->json)
		cli_print_json(root);
	if (!read)
		cli_say("%s", store_reader_error(s->reader));
	incident_print_fini(&p);
	json_decref(root);
	json_decref(s->overlays);
	inventory_free(&inv);
	return read;
}

int
sites_show(const struct cli *cli, const char *path)
{
	struct store_tree t;
	struct lines lines;
	struct store_reader *r = read_tree(cli, &t, &lines);
	struct shown s = { .cli = cli,
		.reader = r,
		.tree = &t,
		.lines = &lines };
	int code = CLI_TROUBLE;

	if (r == NULL)
		return CLI_FAILED;
	s.site = store_tree_find(&t, path);
	s.zones = zones_new();
	store_now(&s.now);
	if (s.site == NULL)
		cli_say("there is no site '%.200s'", path);
	else
		code = s.zones != NULL && show(&s) ? CLI_OK : CLI_FAILED;
	zones_free(&s.zones);
	lines_fini(&lines);
	store_tree_fini(&t);
	store_reader_close(&r);
	return code;
}
