/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/row_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hex.h"
#include "monitor/http/json_out.h"

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

/* other_out: set when it is other than before. */
static bool
take(struct json_out *j, char **text, size_t *length, bool *other_out)
{
	size_t n;
	char *made = json_out_take(j, &n);

	if (made == NULL)
		return false;
	if (*text == NULL || n != *length || memcmp(made, *text, n) != 0)
		*other_out = true;
	free(*text);
	*text = made;
	*length = n;
	return true;
}

static bool
make_head(struct row *r, const struct web_row *m)
{
	struct json_out j;
	char uuid[37];

	uuid_print(m->uuid, uuid);
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
	return take(&j, &r->head, &r->head_length, &r->news);
}

/* Something speaks against it, not yet enough for a verdict. */
static bool
is_suspect(const struct web_row *m)
{
	return strstr(m->evidence, "\"suspect\"") != NULL;
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
	json_out_key(&j, "suspect");
	json_out_bool(&j, is_suspect(m));
	return take(&j, &r->tail, &r->tail_length, &r->news);
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
	bool other; /* no news: it is asked for */

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
	/* The judge's own JSON, whole (the monitor sees to that). */
	json_out_key(&j, "evidence");
	json_out_raw(&j, n > 0 ? m->evidence : "{}", n > 0 ? n : 2);
	return take(&j, &r->detail, &r->detail_length, &other);
}

/* What the wall knows by numbers (monitor/web/src/api.ts). */
static unsigned
wall_state(uint8_t state)
{
	static const unsigned numbers[STATE_COUNT] = { [STATE_UP] = 0,
		[STATE_DEGRADED] = 1,
		[STATE_DOWN] = 2,
		[STATE_UNKNOWN] = 3 };

	return numbers[state];
}

static unsigned
flags_of(const struct web_row *m)
{
	return (m->maintenance ? ROW_MAINTENANCE : 0) |
	       (m->muted ? ROW_MUTED : 0) |
	       (m->no_picture ? ROW_NO_PICTURE : 0) | (m->ptz ? ROW_PTZ : 0) |
	       (m->reference_utc_us != 0 ? ROW_REFERENCE : 0) |
	       (is_suspect(m) ? ROW_SUSPECT : 0);
}

static int64_t
ms(int64_t us)
{
	return us > 0 ? us / 1000 : 0;
}

static bool
make_wall(struct row *r, const struct web_row *m)
{
	struct json_out j;
	char uuid[37];

	r->flags = (uint8_t)flags_of(m);
	uuid_print(m->uuid, uuid);
	json_out_init(&j);
	json_out_open(&j, '[');
	json_out_string(&j, uuid);
	json_out_raw(&j, "", 0);
	j.comma = false;
	json_out_string(&j, m->name);
	r->name_end = (uint32_t)j.length;
	json_out_integer(&j, wall_state(m->state));
	json_out_string(&j, cause_name(m->cause));
	json_out_integer(&j, r->flags);
	json_out_integer(&j, ms(m->since_utc_us));
	json_out_integer(&j, ms(m->no_picture ? 0 : m->thumb_utc_us));
	json_out_integer(&j, m->criticality);
	json_out_close(&j, ']');
	return take(&j, &r->wall, &r->wall_length, &r->news);
}

/* In small letters (of ASCII), for searching: name, device, address. */
static bool
make_find(struct row *r, const struct web_row *m)
{
	size_t name = strlen(m->name), device = strlen(m->device);
	size_t tags = strlen(m->tags);
	char *text = malloc(name + device + 2), *kept = malloc(tags + 1);

	if (text == NULL || kept == NULL) {
		free(text);
		free(kept);
		return false;
	}
	memcpy(text, m->name, name);
	text[name] = '\n';
	memcpy(text + name + 1, m->device, device + 1);
	for (char *p = text; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p += 'a' - 'A';
	memcpy(kept, m->tags, tags + 1);
	free(r->find);
	free(r->tags);
	r->find = text;
	r->tags = kept;
	return true;
}

bool
row_text_make(struct row *r, const struct web_row *m)
{
	r->state = m->state;
	r->cause = m->cause;
	r->criticality = m->criticality;
	r->flowing = m->phase == PHASE_FLOWING;
	return make_head(r, m) && make_tail(r, m) && make_detail(r, m) &&
	       make_wall(r, m) && make_find(r, m);
}

void
row_text_free(struct row *r)
{
	char **const texts[] = { &r->head, &r->tail, &r->detail, &r->wall,
		&r->find, &r->tags };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		free(*texts[i]);
		*texts[i] = NULL;
	}
}

void
row_text_wall(const struct row *r, uint32_t site, bool late, int64_t since_us,
    struct json_out *j)
{
	char number[16];
	int n = snprintf(number, sizeof(number), "%u,", site);
	size_t rest = r->name_end - ROW_WALL_ID;

	json_out_raw(j, r->wall, ROW_WALL_ID);
	j->comma = false;
	json_out_raw(j, number, (size_t)n);
	j->comma = false;
	if (!late) {
		json_out_raw(j, r->wall + ROW_WALL_ID,
		    r->wall_length - ROW_WALL_ID);
		return;
	}
	json_out_raw(j, r->wall + ROW_WALL_ID, rest);
	json_out_integer(j, wall_state(STATE_UNKNOWN));
	json_out_string(j, cause_name(CAUSE_MONITOR_OFF));
	json_out_integer(j, r->flags & ~(ROW_MAINTENANCE | ROW_MUTED));
	json_out_integer(j, ms(since_us));
	json_out_integer(j, 0);
	json_out_integer(j, r->criticality);
	json_out_close(j, ']');
}
