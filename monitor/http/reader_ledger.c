/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record: its head, who outside holds it, and its lines. */
#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "monitor/http/reader_query.h"
#include "monitor/ledger/tree.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/store/store_read_search.h"
#include "monitor/store/store_read_web.h"

#define WITNESSES 32
#define LOOKED 100000u			      /* lines looked at in one go */
#define LOOKED_IN 30000u		      /* and whose text was */
#define MISSED "The record's witnesses: "     /* monitor_own.c */
#define DENIED "The record is contradicted: " /* the same */

static void
put_hash(struct query *q, const char *key, const uint8_t *hash)
{
	char text[2 * LEDGER_HASH + 1] = "";

	if (hash != NULL)
		hex_print(hash, LEDGER_HASH, text);
	query_put_text(q, key, text);
}

/* --- those outside */

struct witness {
	char name[READ_WITNESS_BYTES];
	int kind; /* 0: not known */
	int64_t last_utc;
	uint64_t size;
	bool late, denied;
};
struct witnesses {
	struct query *q;
	struct witness rows[WITNESSES];
	unsigned count;
	bool all; /* those that are configured: no others are added */
};

static struct witness *
witness_of(struct witnesses *w, const char *name, size_t n)
{
	if (n == 0 || n >= READ_WITNESS_BYTES)
		return NULL;
	for (unsigned i = 0; i < w->count; i++)
		if (strlen(w->rows[i].name) == n &&
		    memcmp(w->rows[i].name, name, n) == 0)
			return &w->rows[i];
	if (w->all || w->count == WITNESSES)
		return NULL;
	struct witness *row = &w->rows[w->count++];

	memset(row, 0, sizeof(*row));
	memcpy(row->name, name, n);
	return row;
}

static bool
on_receipt(void *arg, const struct store_receipt_row *row)
{
	struct witnesses *w = arg;
	struct witness *found =
	    row->witness.p != NULL
		? witness_of(w, row->witness.p, row->witness.n)
		: NULL;

	if (found != NULL) {
		found->kind = row->kind;
		found->last_utc = row->utc;
		found->size = row->size;
	}
	return true;
}

/* "NAME: why; NAME: why", as monitor_record.c says it. */
static void
take_trouble(struct witnesses *w, const char *text, bool denied)
{
	for (const char *p = text; *p != '\0';) {
		const char *end = strstr(p, "; ");
		const char *colon = strstr(p, ": ");
		struct witness *found = NULL;

		if (colon != NULL && (end == NULL || colon < end))
			found = witness_of(w, p, (size_t)(colon - p));
		if (found != NULL && denied)
			found->denied = true;
		else if (found != NULL)
			found->late = true;
		p = end != NULL ? end + 2 : p + strlen(p);
	}
}

static bool
on_own(void *arg, const struct store_case_row *row)
{
	struct witnesses *w = arg;
	const struct store_incident_row *i = &row->incident;

	if (i->feed != 0 || i->site != 0 || i->room != 0)
		return true;
	if (strncmp(i->text, MISSED, strlen(MISSED)) == 0)
		take_trouble(w, i->text + strlen(MISSED), false);
	else if (strncmp(i->text, DENIED, strlen(DENIED)) == 0)
		take_trouble(w, i->text + strlen(DENIED), true);
	return true;
}

static void
take_configured(struct witnesses *w, const struct read_facts *facts)
{
	for (uint32_t i = 0; i < facts->witness_count; i++) {
		const char *name = facts->witnesses[i].name;
		struct witness *row = witness_of(w, name, strlen(name));

		if (row != NULL)
			row->kind = facts->witnesses[i].kind;
	}
	w->all = facts->people_days != 0;
}

static const char *
kind_name(int kind)
{
	static const char *const names[] = { "", "http", "syslog", "mail",
		"file" };

	return kind > 0 && kind < 5 ? names[kind] : "";
}

/* Nobody looks after them while the monitor is off: then all are late. */
static const char *
state_of(const struct query *q, const struct witness *w)
{
	if (w->denied)
		return "contradicts";
	if (w->last_utc == 0)
		return "never";
	return w->late || !q->alive.alive ? "late" : "good";
}

static bool
put_witnesses(struct query *q)
{
	static struct witnesses w; /* one thread */
	struct store_case_ask own = { .open_only = true };
	bool read;

	memset(&w, 0, sizeof(w));
	w.q = q;
	take_configured(&w, q->facts);
	read = store_read_last_receipts(q->store, on_receipt, &w) &&
	       store_read_cases(q->store, &own, on_own, &w);
	json_out_key(&q->json, "witnesses");
	json_out_open(&q->json, '[');
	for (unsigned i = 0; i < w.count; i++) {
		json_out_open(&q->json, '{');
		query_put_text(q, "name", w.rows[i].name);
		query_put_text(q, "kind", kind_name(w.rows[i].kind));
		query_put_time(q, "last", w.rows[i].last_utc);
		query_put_number(q, "size", (int64_t)w.rows[i].size);
		query_put_text(q, "state", state_of(q, &w.rows[i]));
		json_out_close(&q->json, '}');
	}
	json_out_close(&q->json, ']');
	return read;
}

/* --- the head */

static bool
on_checkpoint(void *arg, const struct store_checkpoint_row *row)
{
	struct query *q = arg;
	char note[4096];

	snprintf(note, sizeof(note), "%.*s", (int)row->note.n,
	    row->note.p != NULL ? row->note.p : "");
	json_out_key(&q->json, "checkpoint");
	json_out_open(&q->json, '{');
	query_put_number(q, "size", (int64_t)row->size);
	put_hash(q, "root", row->root);
	query_put_time(q, "at", row->utc);
	query_put_text(q, "note", note);
	json_out_close(&q->json, '}');
	q->rows++;
	return false;
}

static bool
on_head(void *arg, const struct store_line *line)
{
	*(int64_t *)arg = line->utc;
	return false;
}

bool
query_ledger(struct query *q)
{
	struct store_ledger l;
	struct tree tree;
	uint8_t root[LEDGER_HASH];
	int64_t head_utc = 0;
	struct tree_source source = store_read_tree(q->store);
	bool read =
	    store_reader_hold(q->store) && store_read_ledger(q->store, &l) &&
	    store_read_lines(q->store, l.last, l.last, on_head, &head_utc);

	if (!read) {
		store_reader_release(q->store);
		return false;
	}
	json_out_open(&q->json, '{');
	query_put_text(q, "origin", l.origin_uuid);
	query_put_number(q, "size", (int64_t)l.size);
	bool rooted = tree_at(&source, l.size, &tree);

	if (rooted)
		tree_root(&tree, root);
	put_hash(q, "root", rooted ? root : NULL);
	query_put_time(q, "head_at", head_utc);
	query_put_number(q, "first", l.first);
	query_put_number(q, "last", l.last);
	read = store_read_newest_checkpoints(q->store, 1, on_checkpoint, q);
	if (q->rows == 0) {
		json_out_key(&q->json, "checkpoint");
		json_out_null(&q->json);
	}
	read = read && put_witnesses(q);
	store_reader_release(q->store);
	json_out_key(&q->json, "retention_days");
	if (q->facts->people_days != 0)
		json_out_integer(&q->json, q->facts->people_days);
	else
		json_out_null(&q->json);
	json_out_close(&q->json, '}');
	return read;
}

/* --- its lines */

static void
put_feed(struct query *q, const struct store_found_row *row)
{
	char path[2 * LIMIT_NAME_BYTES + 2] = "";

	if (row->uuid != NULL) {
		query_put_uuid(q, "feed", row->uuid);
		snprintf(path, sizeof(path), "%s%s%s", row->site,
		    row->site[0] != '\0' ? "/" : "", row->feed);
	} else {
		json_out_key(&q->json, "feed");
		json_out_null(&q->json);
	}
	query_put_text(q, "feed_name", path);
}

static bool
on_found(void *arg, const struct store_found_row *row)
{
	struct query *q = arg;

	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_number(q, "seq", row->seq);
	query_put_time(q, "at", row->utc);
	query_put_text(q, "kind", row->kind);
	query_put_text(q, "actor", row->actor);
	put_feed(q, row);
	json_out_key(&q->json, "body");
	if (row->body[0] == '{')
		json_out_raw(&q->json, row->body, strlen(row->body));
	else
		json_out_null(&q->json);
	put_hash(q, "hash", row->hash);
	query_put_bool(q, "expired", row->expired);
	json_out_close(&q->json, '}');
	return true;
}

bool
query_lines(struct query *q)
{
	struct store_search ask = { .looked = q->ask->words[0] != '\0'
						  ? LOOKED_IN
						  : LOOKED,
		.site = q->site,
		.kind = q->ask->name,
		.words = q->ask->words };
	int64_t rest, next = 0;
	bool read = true;

	if (query_names_feed(q))
		ask.uuid = q->ask->uuid;
	if (query_after_numbers(q, &ask.before, &rest) < 0 || rest != 0)
		return query_status(q, 400);
	query_list(q);
	if (!q->nowhere)
		read = store_read_search(q->store, &ask, on_found, q, &next);
	q->full = next != 0;
	snprintf(q->next, sizeof(q->next), "%lld", (long long)next);
	query_list_end(q);
	json_out_close(&q->json, '}');
	return read;
}
