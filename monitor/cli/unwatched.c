/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unwatched: the audit of what was seen by nobody. */
#include "monitor/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "camwarden/presence.h"
#include "common/hex.h"
#include "common/site.h"
#include "monitor/cli/when.h"
#include "monitor/inventory/inventory.h"
#include "monitor/presence/debt.h"
#include "monitor/store/store_read_consoles.h"

#define DAY_US 86400000000LL

static const char help[] =
    "usage: camwarden unwatched [--from WHEN] [--to WHEN] [--site SITE]\n"
    "                           [--limit N] [--debt] [--json|--csv]\n"
    "       camwarden unwatched --feed SITE/NAME|UUID [--from WHEN] [--to "
    "WHEN]\n"
    "\n"
    "How much of the time each feed could be watched by somebody: a good "
    "picture, on\n"
    "a lit screen, with an attended console. Worst first. It is opportunity "
    "to see,\n"
    "never proof of seeing. Time of which nobody can say anything is unknown, "
    "never\n"
    "watched. With --feed its time line, and the hours of the week in which "
    "it is\n"
    "never seen.\n"
    "\n"
    "  --from, --to  2026-11-22, or 2026-11-22 06:00, in the site's time; Z "
    "behind\n"
    "                it: UTC; or today, yesterday. Without: the last 24 "
    "hours\n"
    "  --site SITE   with all below it\n"
    "  --limit N     the N worst (50; 0: all; --json and --csv: all)\n"
    "  --debt        what to look at next: how long unseen, and how much it "
    "matters\n"
    "  --csv         a table for a spreadsheet, times in seconds and UTC\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden unwatched --from 2026-11-01 --to 2026-12-01 --site "
    "North\n"
    "\n"
    "exit: 0 done, 2 not done, 3 the monitor does not run\n";

struct feed { /* what is kept of a row */
	int64_t id;
	char *name; /* SITE/NAME */
	uint8_t uuid[16], criticality;
	int64_t from, to, last, us[WATCHED_COUNT];
	struct unwatched_gap low, high;
	bool never_low, never_high;
	unsigned windows;
	uint64_t owed;
};

struct audit {
	struct cli cli;
	const char *site, *feed, *from_text, *to_text;
	bool csv, debt;
	uint32_t limit;
	struct store_reader *reader;
	struct when *when;
	char zone[64];
	int64_t from, to, feed_id, now;
	struct feed *list;
	size_t count, room;
	bool no_memory;
	struct unwatched_feed one; /* of --feed */
	/* while a time line is printed */
	struct cli_table table;
	json_t *json;
};

/* --- reading */

static bool
on_row(void *arg, const struct store_unwatched_row *row)
{
	struct audit *a = arg;
	char name[600];

	if (a->count == a->room) {
		size_t room = a->room * 2 + 64;
		struct feed *grown = realloc(a->list, room * sizeof(*grown));

		if (grown == NULL) {
			a->no_memory = true;
			return false;
		}
		a->list = grown;
		a->room = room;
	}
	struct feed *f = &a->list[a->count++];

	snprintf(name, sizeof(name), "%s%s%s", row->site,
	    row->site[0] != '\0' ? "/" : "", row->name);
	*f = (struct feed){ .id = row->feed,
		.name = strdup(name),
		.criticality = row->criticality,
		.from = row->from_utc,
		.to = row->to_utc,
		.last = row->last_utc,
		.low = row->audit->gap_low,
		.high = row->audit->gap_high,
		.never_low = row->audit->never_low,
		.never_high = row->audit->never_high,
		.windows = row->audit->window_count };
	memcpy(f->uuid, row->uuid, sizeof(f->uuid));
	memcpy(f->us, row->audit->us, sizeof(f->us));
	if (a->feed_id != 0)
		a->one = *row->audit;
	a->no_memory |= f->name == NULL;
	return !a->no_memory;
}

struct search {
	const char *text;
	uint8_t uuid[16];
	bool is_uuid;
	int64_t id;
	unsigned hits;
};

static bool
match_feed(void *arg, const struct store_feed_row *row)
{
	struct search *s = arg;
	char name[600];

	snprintf(name, sizeof(name), "%s%s%s", row->site,
	    row->site[0] != '\0' ? "/" : "", row->name);
	if (s->is_uuid ? memcmp(s->uuid, row->uuid, 16) == 0
		       : strcmp(s->text, name) == 0) {
		s->id = row->id;
		s->hits++;
	}
	return true;
}

static bool
feed_find(struct audit *a)
{
	struct search s = { .text = a->feed };

	s.is_uuid = inventory_uuid_parse(a->feed, s.uuid);
	if (!store_read_feeds(a->reader, NULL, NULL, match_feed, &s)) {
		cli_say("%s", store_reader_error(a->reader));
		return false;
	}
	a->feed_id = s.id;
	if (s.hits == 1)
		return true;
	cli_say(s.hits == 0 ? "'%.200s' is no feed, expected SITE/NAME as "
			      "`camwarden feeds list` says it, or a UUID"
			    : "several feeds are called '%.200s': expected a "
			      "UUID",
	    a->feed);
	return false;
}

struct zones {
	const char *site, *feed;
	char *zone; /* of all that fit; "" when they differ */
	size_t size;
	bool first;
};

static bool
match_zone(void *arg, const struct store_site_row *row)
{
	struct zones *z = arg;
	size_t n = strlen(row->path);
	bool fits = z->feed != NULL ? strncmp(z->feed, row->path, n) == 0 &&
					  z->feed[n] == '/'
		    : z->site != NULL ? site_within(z->site, row->path)
				      : row->zone[0] != '\0';

	if (!fits || row->zone[0] == '\0')
		return true;
	/* Of one place the nearest; of all of them the one they share. */
	if (z->first || z->feed != NULL || z->site != NULL)
		snprintf(z->zone, z->size, "%s", row->zone);
	else if (strcmp(z->zone, row->zone) != 0)
		z->zone[0] = '\0';
	z->first = false;
	return true;
}

static bool
span_read(struct audit *a)
{
	struct zones z = { a->site, a->feed, a->zone, sizeof(a->zone), true };

	store_read_sites(a->reader, match_zone, &z);
	a->to = a->now;
	if (a->to_text != NULL &&
	    !when_parse(a->when, a->zone, a->to_text, a->now, &a->to))
		return false;
	a->from = a->to - DAY_US;
	if (a->from_text != NULL &&
	    !when_parse(a->when, a->zone, a->from_text, a->now, &a->from))
		return false;
	return a->from < a->to;
}

/* --- order */

static double
share(const struct feed *f, enum watched w)
{
	int64_t span = f->to - f->from;

	return span > 0 ? (double)f->us[w] / (double)span : 0;
}

/* Least watched first; of equals what matters more, then the longer gap. */
static int
by_worst(const void *a, const void *b)
{
	const struct feed *x = a, *y = b;
	double p = share(x, WATCHED_WATCHED), q = share(y, WATCHED_WATCHED);

	if (p != q)
		return p < q ? -1 : 1;
	if (x->criticality != y->criticality)
		return y->criticality - x->criticality;
	int64_t g = x->low.end_us - x->low.start_us;
	int64_t h = y->low.end_us - y->low.start_us;

	if (g != h)
		return g > h ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int
by_owed(const void *a, const void *b)
{
	const struct feed *x = a, *y = b;

	if (x->owed != y->owed)
		return x->owed > y->owed ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* What lies before the first screen or feed was declared is not counted. */
static int64_t
counted_from(const struct audit *a)
{
	int64_t from = a->to;

	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].from < from)
			from = a->list[i].from;
	return from;
}

static bool
owed_count(struct audit *a)
{
	struct debt *debts = calloc(a->count + 1, sizeof(*debts));
	int64_t latest = INT64_MIN;

	if (debts == NULL)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].to > latest)
			latest = a->list[i].to;
	for (size_t i = 0; i < a->count; i++)
		debts[i] = (struct debt){ .feed = i,
			.seen_us =
			    a->list[i].last != 0 ? a->list[i].last : INT64_MIN,
			.criticality = a->list[i].criticality,
			/* Watched to the very end: it is being watched. What
			 * left the inventory before it is owed nothing. */
			.shown =
			    a->list[i].to < latest ||
			    (a->list[i].last != 0 &&
				a->list[i].last >= a->list[i].to - 1000000),
			.good = true };
	debt_sort(debts, a->count, counted_from(a), a->to);
	for (size_t i = 0; i < a->count; i++)
		a->list[debts[i].feed].owed = debts[i].owed;
	free(debts);
	return true;
}

/* --- the table */

static const char *
percent(double part, char out[24])
{
	/* What is not all must not read as all, nor a little as nothing. */
	if (part > 0 && part < 0.001)
		snprintf(out, 24, "< 0.1 %%");
	else if (part < 1 && part > 0.9994)
		snprintf(out, 24, "> 99.9 %%");
	else
		snprintf(out, 24, "%.1f %%", 100 * part);
	return out;
}

static void
row_add(struct audit *a, const struct feed *f)
{
	char text[24], gap[24];
	struct cli_table *t = &a->table;

	cli_table_add(t, "%s", f->name);
	cli_table_add(t, "%s",
	    f->never_high  ? "never"
	    : f->never_low ? "perhaps"
			   : percent(share(f, WATCHED_WATCHED), text));
	cli_table_add(t, "%s", cli_age(f->low.end_us - f->low.start_us, gap));
	cli_table_add(t, "%s",
	    f->low.end_us > f->low.start_us
		? when_print(a->when, a->zone, f->low.start_us, text)
		: "-");
	cli_table_add(t, "%s", percent(share(f, WATCHED_UNATTENDED), text));
	cli_table_add(t, "%s", percent(share(f, WATCHED_BAD_PICTURE), text));
	cli_table_add(t, "%s", percent(share(f, WATCHED_UNKNOWN), text));
	if (a->debt)
		cli_table_add(t, "%s",
		    cli_age((int64_t)f->owed * 1000000, gap));
	else
		cli_table_add(t, f->windows > 0 ? "%u" : "-", f->windows);
}

static void
table_print(struct audit *a)
{
	static const char *const heads[] = { "FEED", "WATCHED", "LONGEST GAP",
		"FROM", "UNATTENDED", "BAD PICTURE", "UNKNOWN", "BLIND HOURS" };
	size_t shown =
	    a->limit > 0 && a->limit < a->count ? a->limit : a->count;

	cli_table_init(&a->table, 8);
	for (size_t i = 0; i < 8; i++)
		cli_table_add(&a->table, "%s",
		    i == 7 && a->debt ? "OWED" : heads[i]);
	for (size_t i = 0; i < shown; i++)
		row_add(a, &a->list[i]);
	cli_table_print(&a->table, stdout);
	if (shown < a->count)
		printf("and %zu more (--limit 0 shows them)\n",
		    a->count - shown);
	if (a->debt)
		puts("owed: how long it was not seen, times its criticality");
}

static void
totals_print(struct audit *a)
{
	struct store_staffing s;
	int64_t span = 0, watched = 0, unknown = 0;
	unsigned never = 0, perhaps = 0;
	char one[24], two[24];

	for (size_t i = 0; i < a->count; i++) {
		span += a->list[i].to - a->list[i].from;
		watched += a->list[i].us[WATCHED_WATCHED];
		unknown += a->list[i].us[WATCHED_UNKNOWN];
		never += a->list[i].never_high;
		perhaps += a->list[i].never_low && !a->list[i].never_high;
	}
	printf("%s to %s (%s), %zu feed%s\n",
	    when_print(a->when, a->zone, a->from, one),
	    when_print(a->when, a->zone, a->to, two),
	    a->zone[0] != '\0' ? a->zone : "UTC", a->count,
	    a->count == 1 ? "" : "s");
	if (span == 0)
		return;
	if (counted_from(a) > a->from)
		printf("counted from %s on: before that no screen was "
		       "declared\n",
		    when_print(a->when, a->zone, counted_from(a), one));
	printf("watched %s of %s time, unknown %s",
	    percent((double)watched / (double)span, one),
	    a->feed_id != 0 ? "its" : "all their",
	    percent((double)unknown / (double)span, two));
	if (a->feed_id == 0)
		printf("; never watched: %u feed%s", never,
		    never == 1 ? "" : "s");
	if (a->feed_id == 0 && perhaps > 0)
		printf(", and perhaps %u more", perhaps);
	putchar('\n');
	if (a->feed_id != 0)
		return;
	if (!store_read_staffing(a->reader, counted_from(a), a->to, &s) ||
	    s.feeds == 0 || s.span_us == 0)
		return;
	double most = (double)s.tiles / s.feeds;
	double best = (double)s.tile_us / ((double)s.span_us * s.feeds);

	printf("%u consoles, %u screens, %u tiles for %u feeds: ", s.consoles,
	    s.screens, s.tiles, s.feeds);
	if (most < 1)
		printf("each can be on a screen at most\n%s of the time, and "
		       "with who was there, watched at most %s\n",
		    percent(most, one), percent(best < 1 ? best : 1, two));
	else
		printf("all can be on screens at once;\nwith who was there, "
		       "each could be watched at most %s of the time\n",
		    percent(best < 1 ? best : 1, two));
}

/* --- for machines */

static json_t *
gap_json(const struct unwatched_gap *g)
{
	return json_pack("{s:f, s:o}", "seconds",
	    (double)(g->end_us - g->start_us) / 1e6, "from",
	    g->end_us > g->start_us ? cli_json_time(g->start_us) : json_null());
}

static json_t *
feed_json(const struct feed *f)
{
	json_t *seconds = json_object();
	char uuid[37];

	uuid_print(f->uuid, uuid);
	for (unsigned w = 0; w < WATCHED_COUNT; w++)
		json_object_set_new(seconds, watched_name(w),
		    json_real((double)f->us[w] / 1e6));
	return json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:s, "
			 "s:i, s:I}",
	    "feed", f->name, "uuid", uuid, "criticality", f->criticality,
	    "from", cli_json_time(f->from), "to", cli_json_time(f->to),
	    "seconds", seconds, "last_watched", cli_json_time(f->last),
	    "longest_gap", gap_json(&f->low), "longest_sure_gap",
	    gap_json(&f->high), "never",
	    f->never_high  ? "surely"
	    : f->never_low ? "perhaps"
			   : "no",
	    "blind_windows", (int)f->windows, "owed_s", (json_int_t)f->owed);
}

static void
json_print(struct audit *a)
{
	json_t *root, *list = json_array();
	struct store_staffing s = { .span_us = 0 };

	for (size_t i = 0; i < a->count; i++)
		json_array_append_new(list, feed_json(&a->list[i]));
	store_read_staffing(a->reader, counted_from(a), a->to, &s);
	root = json_pack("{s:o, s:o, s:s, s:{s:i, s:i, s:i, s:i, s:f, s:f}, "
			 "s:o}",
	    "from", cli_json_time(a->from), "to", cli_json_time(a->to), "zone",
	    a->zone[0] != '\0' ? a->zone : "UTC", "staffing", "consoles",
	    (int)s.consoles, "screens", (int)s.screens, "tiles", (int)s.tiles,
	    "feeds", (int)s.feeds, "attended_screen_seconds",
	    (double)s.screen_us / 1e6, "attended_tile_seconds",
	    (double)s.tile_us / 1e6, "feeds_list", list);
	cli_print_json(root);
	json_decref(root);
}

static void
csv_print(const struct audit *a)
{
	char quoted[1300], uuid[37], from[32], last[32], gap[32];

	printf("feed,uuid,criticality,from,to,watched_s,unattended_s,"
	       "bad_picture_s,not_on_screen_s,unknown_s,last_watched,"
	       "longest_gap_s,longest_gap_from,longest_sure_gap_s,never,"
	       "owed_s\r\n");
	for (size_t i = 0; i < a->count; i++) {
		const struct feed *f = &a->list[i];

		inventory_quote(f->name, quoted, sizeof(quoted));
		uuid_print(f->uuid, uuid);
		printf("%s,%s,%u,%s,", quoted, uuid, f->criticality,
		    cli_iso(f->from, from));
		printf("%s,%.3f,%.3f,%.3f,%.3f,%.3f,", cli_iso(f->to, from),
		    (double)f->us[WATCHED_WATCHED] / 1e6,
		    (double)f->us[WATCHED_UNATTENDED] / 1e6,
		    (double)f->us[WATCHED_BAD_PICTURE] / 1e6,
		    (double)f->us[WATCHED_NOT_ON_SCREEN] / 1e6,
		    (double)f->us[WATCHED_UNKNOWN] / 1e6);
		printf("%s,%.3f,%s,%.3f,%s,%llu\r\n",
		    f->last > 0 ? cli_iso(f->last, last) : "",
		    (double)(f->low.end_us - f->low.start_us) / 1e6,
		    f->low.end_us > f->low.start_us
			? cli_iso(f->low.start_us, gap)
			: "",
		    (double)(f->high.end_us - f->high.start_us) / 1e6,
		    f->never_high  ? "surely"
		    : f->never_low ? "perhaps"
				   : "no",
		    (unsigned long long)f->owed);
	}
}

/* --- one feed */

static bool
on_span(void *arg, const struct store_watched_row *row)
{
	struct audit *a = arg;
	char from[24], to[24], age[24];

	if (a->cli.json) {
		json_array_append_new(a->json,
		    json_pack("{s:o, s:o, s:s}", "from",
			cli_json_time(row->start_utc), "to",
			cli_json_time(row->end_utc), "is",
			watched_name(row->watched)));
		return true;
	}
	if (a->csv) {
		char iso[32];

		printf("%s,", cli_iso(row->start_utc, iso));
		printf("%s,%.3f,%s\r\n", cli_iso(row->end_utc, iso),
		    (double)(row->end_utc - row->start_utc) / 1e6,
		    watched_name(row->watched));
		return true;
	}
	cli_table_add(&a->table, "%s",
	    when_print(a->when, a->zone, row->start_utc, from));
	cli_table_add(&a->table, "%s",
	    when_print(a->when, a->zone, row->end_utc, to));
	cli_table_add(&a->table, "%s",
	    cli_age(row->end_utc - row->start_utc, age));
	cli_table_add(&a->table, "%s", watched_name(row->watched));
	return true;
}

static void
windows_print(const struct unwatched_feed *u)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat", "Sun" };

	for (unsigned i = 0; i < u->window_count; i++) {
		const struct unwatched_window *w = &u->windows[i];
		unsigned end = (w->hour + w->hours) % WEEK_HOURS;

		printf("%-14s %s %02u:00 to %s %02u:00, in %u of %u weeks%s\n",
		    i == 0 ? "never watched:" : "", days[w->hour / 24],
		    w->hour % 24, days[end / 24], end % 24, w->weeks, w->of,
		    w->sure ? "" : " (some of it unknown)");
	}
}

static json_t *
windows_json(const struct unwatched_feed *u)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < u->window_count; i++)
		json_array_append_new(list,
		    json_pack("{s:i, s:i, s:i, s:i, s:b}", "hour_of_week",
			u->windows[i].hour, "hours", u->windows[i].hours,
			"weeks", u->windows[i].weeks, "of", u->windows[i].of,
			"sure", u->windows[i].sure));
	return list;
}

static bool
line_print(struct audit *a)
{
	static const char *const heads[] = { "FROM", "TO", "FOR", "IS" };
	bool read;

	a->json = json_array();
	cli_table_heads(&a->table, 4, heads);
	if (a->csv)
		printf("from,to,seconds,is\r\n");
	read = store_read_watched(a->reader, a->feed_id, a->from, a->to,
	    on_span, a);
	if (a->cli.json) {
		json_t *root = json_pack("{s:o, s:O, s:o}", "audit",
		    a->count > 0 ? feed_json(&a->list[0]) : json_null(), "line",
		    a->json, "windows", windows_json(&a->one));

		cli_print_json(root);
		json_decref(root);
	}
	cli_table_print(&a->table, !a->cli.json && !a->csv ? stdout : NULL);
	if (!a->cli.json && !a->csv)
		windows_print(&a->one);
	json_decref(a->json);
	return read;
}

/* --- the whole */

static bool
audit_read(struct audit *a)
{
	const struct store_unwatched_ask ask = { .from_utc = a->from,
		.to_utc = a->to,
		.site = a->site,
		.feed = a->feed_id,
		.ahead = when_ahead,
		.ahead_arg = a->when };

	if (!store_read_unwatched(a->reader, &ask, on_row, a)) {
		cli_say("%s", store_reader_error(a->reader));
		return false;
	}
	if (a->no_memory || !owed_count(a)) {
		cli_say("memory is out");
		return false;
	}
	if (a->count > 0)
		qsort(a->list, a->count, sizeof(*a->list),
		    a->debt ? by_owed : by_worst);
	return true;
}

static bool
audit_print(struct audit *a)
{
	if (a->feed_id != 0) {
		if (!a->cli.json && !a->csv)
			totals_print(a);
		return line_print(a);
	}
	if (a->cli.json) {
		json_print(a);
	} else if (a->csv) {
		csv_print(a);
	} else {
		totals_print(a);
		if (a->count == 0)
			printf("nothing is known of that time: no screen was "
			       "declared then ('camwarden consoles import')\n");
		else
			table_print(a);
	}
	return true;
}

static int
run(struct audit *a)
{
	struct store_alive alive = { .alive = false };
	struct store_now now;
	bool done;

	a->reader = cli_reader(&a->cli);
	if (a->reader == NULL)
		return CLI_FAILED;
	a->when = when_new();
	if (a->when == NULL) {
		cli_say("memory is out");
		return CLI_FAILED;
	}
	store_now(&now);
	a->now = now.utc_us;
	done = store_read_alive(a->reader, NULL, &alive) &&
	       (a->feed == NULL || feed_find(a));
	if (done && !span_read(a)) {
		cli_say("--from and --to: expected moments like 2026-11-22 "
			"06:00, one before the other");
		done = false;
	}
	done = done && audit_read(a) && audit_print(a);
	if (!done)
		return CLI_FAILED;
	if (!alive.alive)
		cli_say("the monitor does not run: since its last heartbeat "
			"all is unknown");
	return alive.alive ? CLI_OK : CLI_NOT_RUNNING;
}

static bool
parse(struct audit *a, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },
		{ "site", required_argument, NULL, 's' },
		{ "feed", required_argument, NULL, 'F' },
		{ "limit", required_argument, NULL, 'n' },
		{ "debt", no_argument, NULL, 'd' },
		{ "csv", no_argument, NULL, 'C' }, { 0 } };
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 'f')
			a->from_text = optarg;
		else if (o == 't')
			a->to_text = optarg;
		else if (o == 's')
			a->site = optarg;
		else if (o == 'F')
			a->feed = optarg;
		else if (o == 'n')
			a->limit = (uint32_t)strtoul(optarg, NULL, 10);
		else if (o == 'd')
			a->debt = true;
		else if (o == 'C')
			a->csv = true;
		else if (!cli_option(&a->cli, o, help))
			return false;
	}
	return optind == argc;
}

int
cli_unwatched(int argc, char **argv)
{
	struct audit a = { .limit = 50 };
	int code;

	if (!parse(&a, argc, argv))
		return cli_usage(argv[0]);
	if (!cli_config(&a.cli))
		return CLI_FAILED;
	code = run(&a);
	for (size_t i = 0; i < a.count; i++)
		free(a.list[i].name);
	free(a.list);
	store_reader_close(&a.reader);
	when_free(&a.when);
	return code;
}
