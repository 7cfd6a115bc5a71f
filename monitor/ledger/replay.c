/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines in order: each is handed to what it changes. */
#include "monitor/ledger/replay.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "monitor/ledger/replay_inside.h"

const char *
replay_table_name(enum replay_table table)
{
	static const char *const names[REPLAY_TABLES] = { "interval",
		"presence", "display", "epoch", "incident", "overlay",
		"thumbnail", "feed", "site", "room", "console", "screen",
		"prompt", "dispute", "pattern", "shift", "token", "reference",
		"report", "user", "login", "comment", "handover", "watched" };

	return names[table];
}

/* --- small parts */

static size_t
slot_of(const struct index *x, uint64_t key)
{
	size_t k = (size_t)(key * 0x9e3779b97f4a7c15ull >> 20) & (x->size - 1);

	while (x->values[k] != NONE && x->keys[k] != key)
		k = (k + 1) & (x->size - 1);
	return k;
}

uint32_t
index_find(const struct index *x, uint64_t key)
{
	return x->size == 0 ? NONE : x->values[slot_of(x, key)];
}

static bool
index_resize(struct index *x)
{
	struct index y = { .size = x->size == 0 ? 1024 : x->size * 2 };

	y.keys = malloc(y.size * sizeof(*y.keys));
	y.values = malloc(y.size * sizeof(*y.values));
	if (y.keys == NULL || y.values == NULL) {
		free(y.keys);
		free(y.values);
		return false;
	}
	memset(y.values, 0xff, y.size * sizeof(*y.values));
	for (size_t i = 0; i < x->size; i++) {
		if (x->values[i] == NONE)
			continue;
		size_t k = slot_of(&y, x->keys[i]);

		y.keys[k] = x->keys[i];
		y.values[k] = x->values[i];
	}
	y.count = x->count;
	free(x->keys);
	free(x->values);
	*x = y;
	return true;
}

bool
index_add(struct index *x, uint64_t key, uint32_t value)
{
	if (x->count * 3 >= x->size * 2 && !index_resize(x))
		return false;
	size_t k = slot_of(x, key);

	x->keys[k] = key;
	x->values[k] = value;
	x->count++;
	return true;
}

void *
replay_grow(struct replay *r, void *array, size_t *room, size_t count,
    size_t size)
{
	if (count < *room)
		return array;
	size_t more = *room + *room / 2 + 16;
	void *grown = r->failed ? NULL : realloc(array, more * size);

	if (grown == NULL) {
		r->failed = true;
		return NULL;
	}
	*room = more;
	return grown;
}

uint64_t
replay_digest(const struct replay *r, const void *p, size_t n)
{
	uint64_t out;

	crypto_shorthash((unsigned char *)&out, p, n, r->key);
	return out;
}

uint64_t
replay_text(const struct replay *r, const char *text)
{
	return text != NULL ? replay_digest(r, text, strlen(text)) : 0;
}

uint64_t
replay_fields(const struct replay *r, const struct body_value v[], size_t count)
{
	uint8_t buffer[1024];
	size_t n = 0, total = 0;
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		total += v[i].n + 4;
	for (size_t i = 0; i < count; i++) {
		uint32_t length = v[i].p != NULL ? (uint32_t)v[i].n : NONE;

		if (total > sizeof(buffer)) {
			sum = sum * 31 + length;
			sum = sum * 31 + replay_digest(r, v[i].p, v[i].n);
			continue;
		}
		memcpy(buffer + n, &length, 4);
		n += 4;
		if (v[i].n > 0)
			memcpy(buffer + n, v[i].p, v[i].n);
		n += v[i].n;
	}
	return total > sizeof(buffer) ? sum : replay_digest(r, buffer, n);
}

const char *
replay_when(int64_t utc_us, char out[32])
{
	int64_t s = utc_us / 1000000, days = s / 86400, t = s % 86400;
	/* Days since 0000-03-01 (Howard Hinnant, "chrono-compatible low-level
	 * date algorithms"). */
	int64_t z = days + 719468, era = z / 146097, doe = z % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;

	if (utc_us < 0 || days > 2900000) {
		snprintf(out, 32, "an impossible time");
		return out;
	}
	snprintf(out, 32, "%04lld-%02lld-%02lld %02lld:%02lld:%02lldZ",
	    (long long)(yoe + era * 400 + (month <= 2)), (long long)month,
	    (long long)(doy - (153 * mp + 2) / 5 + 1), (long long)(t / 3600),
	    (long long)(t / 60 % 60), (long long)(t % 60));
	return out;
}

void
replay_say(struct replay *r, enum replay_wrong wrong, enum replay_table table,
    int64_t seq, int64_t utc, const char *format, ...)
{
	char text[512];
	va_list ap;
	struct replay_finding f = { wrong, table, seq, utc, text };

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	r->fn(r->arg, &f);
}

/* --- the whole */

struct replay *
replay_new(const uint8_t key[16], replay_finding_fn *fn, void *arg)
{
	struct replay *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->strays = calloc(STRAYS, sizeof(*r->strays));
	if (r->strays == NULL) {
		free(r);
		return NULL;
	}
	memcpy(r->key, key, sizeof(r->key));
	r->fn = fn;
	r->arg = arg;
	r->names_to = INT64_MIN;
	for (unsigned i = 0; i < REPLAY_TABLES; i++)
		r->gone_to[i] = r->blank_utc[i] = INT64_MIN;
	return r;
}

void
replay_free(struct replay **r)
{
	if (*r == NULL)
		return;
	for (size_t i = 0; i < (*r)->track_count; i++) {
		free((*r)->tracks[i]->rows);
		free((*r)->tracks[i]->more);
		free((*r)->tracks[i]);
	}
	for (size_t i = 0; i < (*r)->thing_count; i++)
		free((*r)->things[i]);
	for (size_t i = 0; i < (*r)->name_count; i++)
		free((*r)->names[i]);
	free((*r)->names);
	free((*r)->tracks);
	free((*r)->track_index.keys);
	free((*r)->track_index.values);
	free((*r)->things);
	free((*r)->thing_index.keys);
	free((*r)->thing_index.values);
	free((*r)->open_incidents);
	free((*r)->strays);
	free((*r)->hints);
	free(*r);
	*r = NULL;
}

bool
replay_failed(const struct replay *r)
{
	return r->failed;
}

void
replay_tally(const struct replay *r, struct replay_tally *out)
{
	*out = r->tally;
}

void
replay_epoch_hint(struct replay *r, int64_t epoch, int64_t run, int64_t anchor)
{
	struct hint *grown = replay_grow(r, r->hints, &r->hint_room,
	    r->hint_count, sizeof(*r->hints));

	if (grown == NULL)
		return;
	r->hints = grown;
	r->hints[r->hint_count++] = (struct hint){ epoch, run, anchor };
}

/* --- lines */

static void
on_verdict(struct replay *r, const struct replay_line *l)
{
	static const char *const keys[] = { "state", "cause", "causes",
		"confidence", "start", "since", "at", "evidence" };
	struct body_value v[8];
	struct track *t =
	    track_get(r, REPLAY_INTERVAL, (uint64_t)l->feed, NULL);

	if (t == NULL)
		return;
	if (l->body == NULL || !body_get(l->body, l->body_length, keys, 8, v) ||
	    v[4].p == NULL || v[7].p == NULL) {
		track_forget(t);
		return;
	}
	struct body_value words[5] = { v[0], v[1], v[2], v[3], v[7] };

	track_begin(r, t, body_number(&v[4], 0),
	    track_when(r, body_number(&v[5], 0), body_number(&v[6], 0)) +
		replay_fields(r, words, 5),
	    (uint32_t)l->seq);
}

static unsigned
presence_of(const struct body_value *v)
{
	for (unsigned i = 0; i < PRESENCE_COUNT; i++)
		if (body_is(v, presence_name(i)))
			return i;
	return PRESENCE_UNKNOWN;
}

static void
on_presence(struct replay *r, const struct replay_line *l)
{
	static const char *const keys[] = { "console", "state", "why", "start",
		"since", "at", "evidence" };
	struct body_value v[7];

	if (l->body == NULL || !body_get(l->body, l->body_length, keys, 7, v) ||
	    v[0].p == NULL || v[3].p == NULL) {
		tracks_forget(r, REPLAY_PRESENCE);
		return;
	}
	struct track *t = track_get(r, REPLAY_PRESENCE,
	    replay_digest(r, v[0].p, v[0].n), &v[0]);
	struct body_value words[3] = { v[1], v[2], v[6] };
	struct more say = { body_number(&v[4], 0), body_number(&v[5], 0),
		replay_fields(r, words, 3) };

	if (t != NULL)
		track_presence(r, t, body_number(&v[3], 0), &say,
		    presence_of(&v[1]), (uint32_t)l->seq);
}

static void
on_display(struct replay *r, const struct replay_line *l)
{
	static const char *const keys[] = { "screen", "power", "source",
		"start", "tiles" };
	struct body_value v[5];

	if (l->body == NULL || !body_get(l->body, l->body_length, keys, 5, v) ||
	    v[0].p == NULL || v[3].p == NULL) {
		tracks_forget(r, REPLAY_DISPLAY);
		return;
	}
	struct track *t = track_get(r, REPLAY_DISPLAY,
	    replay_digest(r, v[0].p, v[0].n), &v[0]);
	struct body_value words[3] = { v[1], v[2], v[4] };

	if (t != NULL)
		track_begin(r, t, body_number(&v[3], 0),
		    replay_fields(r, words, 3), (uint32_t)l->seq);
}

/* Which epoch is open where the lines begin in the midst of one. */
static void
place_first(struct replay *r, const struct replay_line *l)
{
	r->first_seq = l->seq;
	r->first_utc = l->utc;
	/* A ledger that began behind an older chain does not know what was
	 * there before. */
	r->complete = l->seq == 1 && strcmp(l->kind, "ledger.begin") == 0;
	for (size_t i = 0; i < r->hint_count; i++) {
		const struct hint *h = &r->hints[i];

		if (h->run == l->run && h->anchor == l->utc - l->mono &&
		    h->epoch > r->epoch && l->seq > 1)
			r->epoch = r->epoch_max = (uint32_t)h->epoch;
	}
}

/* What changes all intervals at once. True: it was such a line. */
static bool
on_epochs(struct replay *r, const struct replay_line *l)
{
	static const char *const keys[] = { "epoch", "from", "to", "before",
		"after", "end" };
	struct body_value v[6];
	uint32_t seq = (uint32_t)l->seq;

	if (l->body == NULL || !body_get(l->body, l->body_length, keys, 6, v))
		return false;
	uint32_t epoch = (uint32_t)body_number(&v[0], 0) & 0xffffff;
	int64_t from = body_number(&v[1], 0), to = body_number(&v[2], 0);

	if (strcmp(l->kind, "store.gap") == 0) {
		tracks_gap(r, from, to, seq);
	} else if (strcmp(l->kind, "store.lost") == 0) {
		tracks_lost(r, l->utc, seq);
	} else if (strcmp(l->kind, "epoch") == 0) {
		tracks_step(r, body_number(&v[3], 0), body_number(&v[4], 0),
		    epoch, seq);
	} else if (strcmp(l->kind, "store.left") == 0) {
		tracks_cut(r, epoch, body_number(&v[5], 0));
		tracks_doubt(r, epoch, body_number(&v[5], 0), seq);
	} else if (strcmp(l->kind, "monitor.off") == 0) {
		tracks_off(r, epoch, from, to, seq);
	} else if (strcmp(l->kind, "store.open") == 0) {
		tracks_start(r, epoch, l->utc, seq);
	} else {
		return false;
	}
	return true;
}

/* A line's own time never goes back within its run; where the change it tells
 * of was a little before, its body says when. */
static int64_t
moment(const struct replay_line *l)
{
	static const char *const keys[] = { "when", "at" };
	struct body_value v[2];

	if (l->body == NULL || !body_get(l->body, l->body_length, keys, 2, v))
		return l->utc;
	if (strcmp(l->kind, "store.lost") == 0 && v[1].p != NULL)
		return body_number(&v[1], l->utc);
	return v[0].p != NULL ? body_number(&v[0], l->utc) : l->utc;
}

void
replay_line(struct replay *r, const struct replay_line *l)
{
	struct replay_line then;

	if (r->first_seq == 0) {
		place_first(r, l);
		r->run = l->run;
	}
	if (l->run != r->run) { /* a tool's run has no epoch of its own */
		r->epoch = 0;
		r->run = l->run;
	}
	if (strcmp(l->kind, "verdict") == 0) {
		on_verdict(r, l);
	} else if (strcmp(l->kind, "presence") == 0) {
		on_presence(r, l);
	} else if (strcmp(l->kind, "display") == 0) {
		on_display(r, l);
	} else {
		then = *l;
		then.utc = moment(l);
		then.anchor = l->utc - l->mono;
		on_epochs(r, &then);
		things_line(r, &then);
	}
}

bool
replay_whole_from(const struct replay *r, int64_t utc)
{
	return utc >= r->gone_to[REPLAY_INTERVAL] &&
	       utc >= r->gone_to[REPLAY_PRESENCE] &&
	       utc >= r->gone_to[REPLAY_DISPLAY];
}

bool
replay_sums_from(const struct replay *r, int64_t utc)
{
	return utc >= r->gone_to[REPLAY_WATCHED];
}

void
replay_sum(struct replay *r, bool proved, uint64_t count)
{
	if (proved)
		r->tally.proved[REPLAY_WATCHED] += count;
	else
		r->tally.unproved[REPLAY_WATCHED] += count;
}

void
replay_end(struct replay *r)
{
	tracks_end(r);
	things_end(r);
}
