/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/witness/witness.h"

#include <stdio.h>
#include <string.h>

#include "monitor/ledger/tree.h"

struct request {
	uint64_t old;
	struct tree_proof proof;
	const char *note;
	size_t note_length;
};

/* "old <n>", a hash a line, an empty line, the note. */
static bool
read_old(const char **at, const char *end, uint64_t *out)
{
	const char *p = *at;
	uint64_t v = 0;

	if (end - p < 5 || memcmp(p, "old ", 4) != 0)
		return false;
	p += 4;
	if (p[0] == '0' && (end - p < 2 || p[1] != '\n'))
		return false;
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		if (v > (UINT64_MAX >> 1) / 10 - 1)
			return false;
		v = v * 10 + (uint64_t)(*p - '0');
	}
	if (p == end || *p != '\n' || p == *at + 4)
		return false;
	*at = p + 1;
	*out = v;
	return true;
}

static bool
read_request(const char *body, size_t n, struct request *q)
{
	const char *p = body, *end = body + n;

	memset(q, 0, sizeof(*q));
	if (!read_old(&p, end, &q->old))
		return false;
	for (;;) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t got;

		if (stop == NULL)
			return false;
		if (stop == p)
			break;
		if (q->proof.count ==
			sizeof(q->proof.hash) / sizeof(q->proof.hash[0]) ||
		    !note_base64_read(p, (size_t)(stop - p),
			q->proof.hash[q->proof.count], LEDGER_HASH, &got) ||
		    got != LEDGER_HASH)
			return false;
		q->proof.count++;
		p = stop + 1;
	}
	q->note = p + 1;
	q->note_length = (size_t)(end - q->note);
	return true;
}

static struct witness_log *
find(struct witness *w, const char *origin)
{
	for (unsigned i = 0; i < w->count; i++)
		if (strcmp(w->logs[i].key.name, origin) == 0)
			return &w->logs[i];
	return NULL;
}

bool
witness_add(struct witness *w, const struct note_key *key)
{
	if (w->count == WITNESS_LOGS || find(w, key->name) != NULL)
		return false;
	memset(&w->logs[w->count], 0, sizeof(w->logs[0]));
	w->logs[w->count++].key = *key;
	return true;
}

static void
refuse(struct witness_answer *a, unsigned status, const char *why)
{
	a->status = status;
	a->type = "text/plain; charset=utf-8";
	a->why = why;
	snprintf(a->body, sizeof(a->body), "%s\n", why);
}

static void
conflict(struct witness_answer *a, uint64_t size, const char *why)
{
	refuse(a, 409, why);
	a->type = "text/x.tlog.size";
	snprintf(a->body, sizeof(a->body), "%llu\n", (unsigned long long)size);
}

/* The tree it offers against the one we know; the order of the checks is that
 * of C2SP tlog-witness. */
static bool
weigh_tree(const struct witness_log *log, const struct request *q,
    const struct note_checkpoint *c, struct witness_answer *a)
{
	if (q->old > c->size) {
		refuse(a, 400, "the old size is larger than the checkpoint's");
		return false;
	}
	if (q->old != log->size) {
		conflict(a, log->size,
		    c->size < log->size
			? "it is smaller than one that was seen: rolled back"
			: "its proof begins at another size");
		return false;
	}
	if (c->size == log->size && log->known &&
	    memcmp(c->root, log->root, LEDGER_HASH) != 0) {
		conflict(a, log->size,
		    "another tree of the same size: rewritten");
		return false;
	}
	if (!tree_consistency_holds(log->size, c->size, log->root, c->root,
		&q->proof)) {
		refuse(a, 422,
		    "its proof doesn't hold: rewritten since the last one");
		return false;
	}
	return true;
}

void
witness_weigh(struct witness *w, const char *body, size_t n, int64_t utc_us,
    struct witness_answer *a, struct witness_offer *o)
{
	struct note_checkpoint c;
	struct request q;
	struct note note;

	memset(a, 0, sizeof(*a));
	memset(o, 0, sizeof(*o));
	if (!read_request(body, n, &q) ||
	    !note_read(&note, q.note, q.note_length) ||
	    !note_checkpoint_read(&c, note.text, note.n)) {
		refuse(a, 400, "not a request to add a checkpoint");
		return;
	}
	o->log = find(w, c.origin);
	if (o->log == NULL)
		refuse(a, 404, "no origin that is known here");
	else if (!note_is_signed(&note, &o->log->key, NULL))
		refuse(a, 403, "not signed with its origin's key");
	else if (weigh_tree(o->log, &q, &c, a)) {
		o->size = c.size;
		memcpy(o->root, c.root, LEDGER_HASH);
		o->note = q.note;
		o->note_length = q.note_length;
		if (!note_sign(&w->signer, note.text, note.n, utc_us / 1000000,
			o->line)) {
			refuse(a, 400, "too large");
			return;
		}
		a->status = 200;
		a->type = "text/plain; charset=utf-8";
		a->why = "";
		snprintf(a->body, sizeof(a->body), "%s", o->line);
	}
}

void
witness_accept(const struct witness_offer *o, int64_t utc_us)
{
	o->log->known = true;
	o->log->size = o->size;
	memcpy(o->log->root, o->root, LEDGER_HASH);
	o->log->heard_us = utc_us;
}

bool
witness_recall(struct witness *w, const char *bytes, size_t n)
{
	struct note_checkpoint c;
	struct witness_log *log;
	struct note note;
	int64_t at_s;

	if (!note_read(&note, bytes, n) ||
	    !note_checkpoint_read(&c, note.text, note.n))
		return false;
	log = find(w, c.origin);
	if (log == NULL || !note_is_signed(&note, &log->key, NULL) ||
	    !note_is_signed(&note, &w->signer.key, &at_s))
		return false;
	/* What was seen stays seen, whatever stands behind it. */
	if (log->known && c.size < log->size)
		return true;
	witness_accept(&(struct witness_offer){ .log = log, .size = c.size },
	    at_s * 1000000);
	memcpy(log->root, c.root, LEDGER_HASH);
	return true;
}
