/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An ask -> its answer: which query it is, what all have in common, and how
 * lists end. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hex.h"
#include "common/log.h"
#include "common/site.h"
#include "monitor/http/reader_folders.h"
#include "monitor/http/reader_query.h"
#include "monitor/http/rights.h"
#include "monitor/overlay.h"
#include "monitor/read_only.h"

#define LIST_BYTES                                                             \
	(4u << 20) /* of a list: it ends after the row that passes it */

#define HOUR_US 3600000000LL

struct reading {
	const char *dir;
	struct store_reader *store; /* NULL: not opened yet */
	struct zones *zones;
	struct read_facts facts;
	struct read_only files; /* what the role names */
	struct reader_folders folders;
	bool outgrown;
};

static query_fn *const queries[READ_WHAT_MOST + 1] = {
	[READ_THUMBNAIL] = query_thumbnail,
	[READ_INCIDENTS] = query_incidents,
	[READ_EVIDENCE] = query_evidence,
	[READ_CONSOLES] = query_consoles,
	[READ_PRESENCE] = query_console_presence,
	[READ_WATCHED] = query_watched,
	[READ_UNWATCHED] = query_unwatched,
	[READ_ROSTER] = query_roster,
	[READ_OVERLAYS] = query_overlays,
	[READ_INFO] = query_info,
	[READ_SERIES] = query_series,
	[READ_INTERVALS] = query_intervals,
	[READ_VIEWS] = query_views,
	[READ_SITES] = query_sites,
	[READ_DEVICES] = query_devices,
	[READ_INCIDENT] = query_incident,
	[READ_PRESENCES] = query_presence,
	[READ_BREACHES] = query_breaches,
	[READ_COVERAGE] = query_coverage,
	[READ_DEBT] = query_debt,
	[READ_HANDOVER] = query_handover,
	[READ_REPORTS] = query_reports,
	[READ_REPORT_FILE] = query_report_file,
	[READ_CSV] = query_inventory,
	[READ_ONBOARDING] = query_onboarding,
	[READ_LEDGER] = query_ledger,
	[READ_LEDGER_LINES] = query_lines,
	[READ_USERS] = query_users,
	[READ_TOKENS] = query_tokens,
	[READ_LOGINS] = query_logins,
	[READ_ALERTS] = query_alerts,
	[READ_ALERT] = query_alert,
	[READ_NOTICES] = query_notices,
	[READ_DELIVERIES] = query_deliveries,
	[READ_CHANNELS] = query_channels,
};

static void
open_store(struct reading *r)
{
	char error[256];

	r->store = store_reader_open(r->dir, error);
	if (r->store != NULL)
		store_reader_holds(r->store, overlay_holds, r->zones);
	else
		log_warn("reader", "%s", error);
}

struct reading *
reading_new(const char *dir)
{
	struct reading *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->dir = dir;
	r->zones = zones_new();
	if (r->zones == NULL)
		reading_free(&r);
	else
		open_store(r);
	return r;
}

bool
reading_role(struct reading *r, struct confine *role)
{
	reader_folders_find(&r->folders, r->store, r->dir);
	return read_only_let(role, r->dir, &r->files) &&
	       reader_folders_let(&r->folders, role);
}

void
reading_tell(struct reading *r, const struct read_facts *facts)
{
	r->facts = *facts;
	r->outgrown |= reader_folders_outgrown(&r->folders, r->store);
}

bool
reading_outgrown(struct reading *r)
{
	return r->outgrown;
}

void
reading_free(struct reading **r)
{
	if (*r == NULL)
		return;
	store_reader_close(&(*r)->store);
	zones_free(&(*r)->zones);
	free(*r);
	*r = NULL;
}

static bool
have_store(struct query *q)
{
	struct reading *r = q->reading;
	bool good = true;

	if (r->store == NULL)
		open_store(r);
	/* A role names files that are there. */
	r->outgrown |= r->store == NULL;
	q->store = r->store;
	good = r->store != NULL && store_read_alive(r->store, NULL, &q->alive);
	return good;
}

/* Both, as one path. */
static void
narrow(struct query *q)
{
	const char *scope = q->ask->scope, *site = q->ask->site;

	if (site_within(site, scope))
		q->site = site;
	else if (site_within(scope, site))
		q->site = scope;
	else {
		q->nowhere = true;
		q->site = "//"; /* no site is called so */
	}
	if (q->site != NULL && q->site[0] == '\0')
		q->site = NULL;
}

static void
send_answer(struct query *q, bool good)
{
	struct read_answer *a = &q->answer;

	if (!good || q->json.bad) {
		log_warn("reader", "%s: %s", read_kind_of(q->ask->what)->name,
		    q->store != NULL ? store_reader_error(q->store)
				     : "no database");
		a->status = 500;
	} else if (a->status == 200 && a->body.p == NULL) {
		a->body =
		    (struct span){ (uint8_t *)q->json.text, q->json.length };
	}
	if (a->status == 200 && a->body.n > READ_ANSWER_BYTES)
		a->status = 413;
	if (a->status != 200)
		a->body = (struct span){ NULL, 0 };
	q->fn(q->arg, a);
}

void
reading_answer(struct reading *r, const struct read_ask *ask, reading_fn *fn,
    void *arg)
{
	struct query q = { .reading = r,
		.facts = &r->facts,
		.zones = r->zones,
		.ask = ask,
		.dir = r->dir,
		.fn = fn,
		.arg = arg };
	struct store_now now;

	q.answer.id = ask->id;
	q.answer.status = 200;
	store_now(&now);
	q.now_utc = now.utc_us;
	narrow(&q);
	json_out_init(&q.json);
	bool good = have_store(&q) && queries[ask->what] != NULL &&
		    queries[ask->what](&q);

	/* Those that answered by themselves cleared it. */
	if (q.fn != NULL)
		send_answer(&q, good);
	json_out_fini(&q.json);
}

bool
query_status(struct query *q, unsigned status)
{
	q->answer.status = (uint16_t)status;
	return true;
}

bool
query_shut_out(struct query *q)
{
	struct reading *r = q->reading;

	if (!reader_folders_stale(&r->folders, q->ask->number))
		return query_status(q, 404);
	r->outgrown = true;
	return query_status(q, 503);
}

void
query_give(struct query *q, enum read_type type, const void *bytes, size_t n)
{
	q->answer.status = 200;
	q->answer.type = (uint8_t)type;
	q->answer.body = (struct span){ bytes, n };
	send_answer(q, true);
	q->fn = NULL;
}

bool
query_names_feed(const struct query *q)
{
	static const uint8_t none[16];

	return memcmp(q->ask->uuid, none, 16) != 0;
}

bool
query_may(const struct query *q, const char *path)
{
	if (q->ask->scope[0] == '\0')
		return true;
	return path != NULL && path[0] != '\0' &&
	       site_within(path, q->ask->scope);
}

bool
query_sees_people(const struct query *q)
{
	return rights_may(RIGHT_CONSOLES, (enum role)q->ask->role, false);
}

struct finding {
	const struct query *q;
	int64_t feed;
};

static bool
on_feed(void *arg, const struct store_feed_row *row)
{
	struct finding *f = arg;

	if (query_may(f->q, row->site))
		f->feed = row->id;
	return false;
}

bool
query_find_feed(struct query *q, int64_t *feed_out)
{
	struct finding f = { q, 0 };
	bool read = store_read_feeds(q->store, NULL, q->ask->uuid, on_feed, &f);

	*feed_out = f.feed;
	return read;
}

void
query_span(const struct query *q, int64_t *from_out, int64_t *to_out)
{
	*from_out = q->ask->from_utc_us;
	*to_out = q->ask->to_utc_us;
	if (*to_out == 0 || *to_out > q->now_utc)
		*to_out = q->now_utc;
	if (*from_out > *to_out)
		*from_out = *to_out;
	/* Whoever asks may not have gone through read_query. */
	int64_t most = read_kind_of(q->ask->what)->hours_most * HOUR_US;

	if (most != 0 && *to_out - *from_out > most)
		*from_out = *to_out - most;
}

/* --- lists */

void
query_list(struct query *q)
{
	json_out_open(&q->json, '{');
	json_out_key(&q->json, "items");
	json_out_open(&q->json, '[');
}

bool
query_more(struct query *q)
{
	q->full = q->rows >= q->ask->limit || q->json.length > LIST_BYTES;
	q->rows += !q->full;
	return !q->full;
}

void
query_mark_numbers(struct query *q, int64_t a, int64_t b)
{
	snprintf(q->next, sizeof(q->next), "%" PRId64 ".%" PRId64, a, b);
}

void
query_mark_names(struct query *q, const char *a, const char *b)
{
	q->next[0] = '\0';
	if (2 * (strlen(a) + strlen(b)) + 2 > sizeof(q->next))
		return; /* no name is as long as that */
	hex_print(a, strlen(a), q->next);
	q->next[2 * strlen(a)] = '.';
	hex_print(b, strlen(b), q->next + 2 * strlen(a) + 1);
}

void
query_list_end(struct query *q)
{
	json_out_close(&q->json, ']');
	json_out_key(&q->json, "next");
	if (q->full && q->next[0] != '\0')
		json_out_string(&q->json, q->next);
	else
		json_out_null(&q->json);
}

static bool
number_get(const char **p, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(*p, &end, 10);
	if (end == *p || errno != 0)
		return false;
	*p = end;
	return true;
}

int
query_after_numbers(const struct query *q, int64_t *a, int64_t *b)
{
	const char *p = q->ask->after;

	*a = *b = 0;
	if (*p == '\0')
		return 0;
	if (!number_get(&p, a))
		return -1;
	if (*p == '\0')
		return 1;
	return *p++ == '.' && number_get(&p, b) && *p == '\0' ? 2 : -1;
}

static bool
hex_get(const char **p, char out[LIMIT_NAME_BYTES])
{
	size_t n = 0;
	unsigned v;

	for (; **p != '\0' && **p != '.'; *p += 2) {
		if (n + 1 >= LIMIT_NAME_BYTES ||
		    strspn(*p, "0123456789abcdef") < 2 ||
		    sscanf(*p, "%2x", &v) != 1 || v == 0)
			return false;
		out[n++] = (char)v;
	}
	out[n] = '\0';
	return true;
}

int
query_after_names(const struct query *q, char a[LIMIT_NAME_BYTES],
    char b[LIMIT_NAME_BYTES])
{
	const char *p = q->ask->after;

	a[0] = b[0] = '\0';
	if (*p == '\0')
		return 0;
	if (!hex_get(&p, a) || *p++ != '.' || !hex_get(&p, b) || *p != '\0')
		return -1;
	return 2;
}

void
query_cut(struct query *q)
{
	json_out_close(&q->json, ']');
	query_put_bool(q, "cut", q->full);
	json_out_close(&q->json, '}');
}

/* --- parts of answers */

void
query_put_span(struct query *q, int64_t start_utc, int64_t end_utc)
{
	query_put_time(q, "start", start_utc);
	query_put_time(q, "end", end_utc == STORE_OPEN ? 0 : end_utc);
}

void
query_put_uuid(struct query *q, const char *key, const uint8_t uuid[16])
{
	char text[37];

	uuid_print(uuid, text);
	query_put_text(q, key, text);
}

void
query_put_text(struct query *q, const char *key, const char *text)
{
	json_out_key(&q->json, key);
	json_out_string(&q->json, text != NULL ? text : "");
}

void
query_put_number(struct query *q, const char *key, int64_t v)
{
	json_out_key(&q->json, key);
	json_out_integer(&q->json, v);
}

void
query_put_time(struct query *q, const char *key, int64_t utc_us)
{
	json_out_key(&q->json, key);
	json_out_time(&q->json, utc_us);
}

void
query_put_bool(struct query *q, const char *key, bool v)
{
	json_out_key(&q->json, key);
	json_out_bool(&q->json, v);
}

void
query_put_states(struct query *q, const uint32_t states[STATE_COUNT])
{
	json_out_key(&q->json, "states");
	json_out_open(&q->json, '{');
	for (unsigned i = 0; i < STATE_COUNT; i++)
		query_put_number(q, state_name((enum state)i), states[i]);
	json_out_close(&q->json, '}');
}
