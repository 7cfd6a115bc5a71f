/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/http/json_out.h"

#define BUCKETS 8192u

bool
rows_init(struct rows *t)
{
	memset(t, 0, sizeof(*t));
	t->buckets = BUCKETS;
	t->bucket = calloc(t->buckets, sizeof(*t->bucket));
	return t->bucket != NULL;
}

static void
row_free(struct row *r)
{
	free(r->head);
	free(r->tail);
	free(r->detail);
	free(r);
}

void
rows_fini(struct rows *t)
{
	for (struct row *r = t->oldest, *next; r != NULL; r = next) {
		next = r->newer;
		row_free(r);
	}
	free(t->bucket);
	memset(t, 0, sizeof(*t));
}

/* UUIDs are random; a few of their bytes are a hash. */
static struct row **
bucket_of(const struct rows *t, const uint8_t uuid[16])
{
	uint32_t h;

	memcpy(&h, uuid, sizeof(h));
	h ^= (uint32_t)uuid[12] << 8 | uuid[13];
	return &t->bucket[h & (t->buckets - 1)];
}

static struct row *
find_any(const struct rows *t, const uint8_t uuid[16])
{
	struct row *r = *bucket_of(t, uuid);

	while (r != NULL && memcmp(r->uuid, uuid, 16) != 0)
		r = r->chain;
	return r;
}

struct row *
rows_find(const struct rows *t, const uint8_t uuid[16])
{
	struct row *r = find_any(t, uuid);

	return r != NULL && !r->gone ? r : NULL;
}

static void
unlink_order(struct rows *t, struct row *r)
{
	*(r->older ? &r->older->newer : &t->oldest) = r->newer;
	*(r->newer ? &r->newer->older : &t->newest) = r->older;
	r->older = r->newer = NULL;
}

static void
make_newest(struct rows *t, struct row *r)
{
	if (r->seq != 0)
		unlink_order(t, r);
	r->seq = ++t->seq;
	r->older = t->newest;
	*(t->newest ? &t->newest->newer : &t->oldest) = r;
	t->newest = r;
}

/* The oldest tombstone is forgotten: followers behind it start afresh. */
static void
forget_one(struct rows *t)
{
	struct row *r = t->oldest, **at;

	while (!r->gone)
		r = r->newer;
	t->forgotten = r->seq;
	unlink_order(t, r);
	for (at = bucket_of(t, r->uuid); *at != r;)
		at = &(*at)->chain;
	*at = r->chain;
	t->gone--;
	row_free(r);
}

static void
add_causes(struct json_out *j, uint64_t causes)
{
	json_out_key(j, "causes");
	json_out_open(j, '[');
	for (unsigned i = 1; i < CAUSE_COUNT; i++)
		if (causes >> i & 1)
			json_out_string(j, cause_name(i));
	json_out_close(j, ']');
}

static bool
take(struct json_out *j, char **text, size_t *length)
{
	char *made = json_out_take(j, length);

	if (made == NULL)
		return false;
	free(*text);
	*text = made;
	return true;
}

static bool
make_head(struct row *r, const struct web_row *m)
{
	struct json_out j;
	char uuid[37];

	rows_uuid_print(m->uuid, uuid);
	json_out_init(&j);
	json_out_open(&j, '{');
	json_out_key(&j, "id");
	json_out_string(&j, uuid);
	json_out_key(&j, "site");
	json_out_string(&j, m->site);
	json_out_key(&j, "name");
	json_out_string(&j, m->name);
	json_out_key(&j, "criticality");
	json_out_integer(&j, m->criticality);
	json_out_key(&j, "no_picture");
	json_out_bool(&j, m->no_picture);
	json_out_key(&j, "ptz");
	json_out_bool(&j, m->ptz);
	json_out_key(&j, "reference");
	json_out_time(&j, m->reference_utc_us);
	return take(&j, &r->head, &r->head_length);
}

static bool
make_tail(struct row *r, const struct web_row *m)
{
	struct json_out j;

	json_out_init(&j);
	j.comma = true; /* it follows the head */
	json_out_key(&j, "state");
	json_out_string(&j, state_name(m->state));
	json_out_key(&j, "cause");
	json_out_string(&j, cause_name(m->cause));
	add_causes(&j, m->causes);
	json_out_key(&j, "confidence");
	json_out_integer(&j, m->confidence);
	json_out_key(&j, "since");
	json_out_time(&j, m->since_utc_us);
	json_out_key(&j, "at");
	json_out_time(&j, m->at_utc_us);
	json_out_key(&j, "picture");
	json_out_time(&j, m->no_picture ? 0 : m->thumb_utc_us);
	json_out_key(&j, "maintenance");
	json_out_bool(&j, m->maintenance);
	json_out_key(&j, "muted");
	json_out_bool(&j, m->muted);
	return take(&j, &r->tail, &r->tail_length);
}

static void
add_stream(struct json_out *j, const struct web_row *m)
{
	json_out_key(j, "codec");
	json_out_string(j, codec_name(m->codec));
	json_out_key(j, "width");
	json_out_integer(j, m->width);
	json_out_key(j, "height");
	json_out_integer(j, m->height);
	json_out_key(j, "fps");
	json_out_milli(j, m->fps_milli);
	json_out_key(j, "kbps");
	json_out_integer(j, m->kbps);
	json_out_key(j, "gop_s");
	json_out_milli(j, m->gop_us / 1000);
	json_out_key(j, "loss_ppm");
	json_out_integer(j, m->loss_ppm);
	json_out_key(j, "samples");
	json_out_integer(j, m->samples);
	json_out_key(j, "last_sample");
	json_out_time(j, m->last_sample_utc_us);
}

static bool
make_detail(struct row *r, const struct web_row *m)
{
	struct json_out j;
	size_t n = strlen(m->evidence);

	json_out_init(&j);
	j.comma = true;
	json_out_key(&j, "device");
	json_out_string(&j, m->device);
	json_out_key(&j, "url");
	json_out_string(&j, m->url);
	json_out_key(&j, "help");
	json_out_string(&j, cause_help(m->cause));
	json_out_key(&j, "phase");
	json_out_string(&j, phase_name(m->phase));
	json_out_key(&j, "reason");
	json_out_string(&j, reason_name(m->reason));
	json_out_key(&j, "detail");
	json_out_string(&j, m->detail);
	add_stream(&j, m);
	/* The judge's own JSON, as text: nothing here parses it. */
	json_out_key(&j, "evidence");
	json_out_string(&j, n > 0 ? m->evidence : "{}");
	return take(&j, &r->detail, &r->detail_length);
}

static struct row *
row_new(struct rows *t, const uint8_t uuid[16])
{
	struct row *r, **bucket = bucket_of(t, uuid);

	if (t->count >= LIMIT_FEEDS || (r = calloc(1, sizeof(*r))) == NULL)
		return NULL;
	memcpy(r->uuid, uuid, 16);
	r->chain = *bucket;
	*bucket = r;
	t->count++;
	return r;
}

struct row *
rows_put(struct rows *t, const struct web_row *m)
{
	struct row *r = find_any(t, m->uuid);

	if (r == NULL && (r = row_new(t, m->uuid)) == NULL)
		return NULL;
	if (r->gone) {
		r->gone = false;
		t->gone--;
		t->count++;
	}
	r->no_picture = m->no_picture;
	r->thumb_utc_us = m->no_picture ? 0 : m->thumb_utc_us;
	r->seen = true;
	bool made = make_head(r, m) && make_tail(r, m) && make_detail(r, m);

	make_newest(t, r);
	if (made)
		return r;
	rows_remove(t, m->uuid);
	return NULL;
}

void
rows_remove(struct rows *t, const uint8_t uuid[16])
{
	struct row *r = rows_find(t, uuid);

	if (r == NULL)
		return;
	free(r->head);
	free(r->tail);
	free(r->detail);
	r->head = r->tail = r->detail = NULL;
	r->gone = true;
	t->count--;
	t->gone++;
	make_newest(t, r);
	if (t->gone > ROWS_GONE_KEPT)
		forget_one(t);
}

struct row *
rows_after(const struct rows *t, uint64_t seq)
{
	struct row *r = t->newest;

	if (r == NULL || r->seq <= seq)
		return NULL;
	while (r->older != NULL && r->older->seq > seq)
		r = r->older;
	return r;
}

bool
rows_can_follow(const struct rows *t, uint64_t seq)
{
	return seq <= t->seq && seq >= t->forgotten;
}

void
rows_begin(struct rows *t)
{
	for (struct row *r = t->oldest; r != NULL; r = r->newer)
		r->seen = false;
}

void
rows_end(struct rows *t)
{
	struct row *next;

	for (struct row *r = t->oldest; r != NULL; r = next) {
		next = r->newer;
		if (!r->seen && !r->gone)
			rows_remove(t, r->uuid);
	}
}

void
rows_uuid_print(const uint8_t uuid[16], char out[37])
{
	char *p = out;

	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		p += snprintf(p, 3, "%02x", uuid[i]);
	}
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
rows_uuid_parse(const char *text, uint8_t uuid_out[16])
{
	const char *p = text;

	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			if (*p++ != '-')
				return false;
		int high = hex(p[0]), low = high < 0 ? -1 : hex(p[1]);

		if (low < 0)
			return false;
		uuid_out[i] = (uint8_t)(high << 4 | low);
		p += 2;
	}
	return true;
}
