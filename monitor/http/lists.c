/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/lists.h"

#include <string.h>

#include "common/hex.h"
#include "common/site.h"
#include "monitor/http/row_text.h"

static bool
holds(const struct lists_view *v, const struct row *r)
{
	return site_within(r->site->path, v->scope);
}

static void
number_sites(struct rows *t, const struct lists_view *v,
    struct row *const *sorted, struct json_out *j)
{
	uint32_t n = 0;

	t->stamp++;
	json_out_key(j, "sites");
	json_out_open(j, '[');
	for (uint32_t i = 0; i < t->count; i++) {
		struct rows_site *site = sorted[i]->site;

		if (site->stamp == t->stamp || !holds(v, sorted[i]))
			continue;
		site->stamp = t->stamp;
		site->number = n++;
		json_out_string(j, site->path);
	}
	json_out_close(j, ']');
}

bool
lists_wall(struct rows *t, const struct lists_view *v, struct json_out *j)
{
	struct row *const *sorted = rows_sorted(t);

	if (sorted == NULL)
		return false;
	json_out_open(j, '{');
	json_out_key(j, "now");
	json_out_time(j, v->now_utc_us);
	json_out_key(j, "late");
	json_out_bool(j, v->late);
	json_out_key(j, "event");
	json_out_string(j, v->event);
	number_sites(t, v, sorted, j);
	json_out_key(j, "feeds");
	json_out_open(j, '[');
	for (uint32_t i = 0; i < t->count; i++)
		if (holds(v, sorted[i]))
			row_text_wall(sorted[i], sorted[i]->site->number,
			    v->late, v->heard_utc_us, j);
	json_out_close(j, ']');
	json_out_close(j, '}');
	return true;
}

/* What a row says while nobody can vouch for it. */
static void
add_unknown(const struct lists_view *v, struct json_out *j)
{
	json_out_key(j, "state");
	json_out_string(j, state_name(STATE_UNKNOWN));
	json_out_key(j, "cause");
	json_out_string(j, cause_name(CAUSE_MONITOR_OFF));
	json_out_key(j, "causes");
	json_out_open(j, '[');
	json_out_string(j, cause_name(CAUSE_MONITOR_OFF));
	json_out_close(j, ']');
	json_out_key(j, "confidence");
	json_out_integer(j, 0);
	json_out_key(j, "since");
	json_out_time(j, v->heard_utc_us);
	json_out_key(j, "at");
	json_out_time(j, v->heard_utc_us);
	json_out_key(j, "picture");
	json_out_null(j);
	json_out_key(j, "maintenance");
	json_out_bool(j, false);
	json_out_key(j, "muted");
	json_out_bool(j, false);
	json_out_key(j, "suspect");
	json_out_bool(j, false);
}

void
lists_feed(const struct row *r, const struct lists_view *v, bool detail,
    struct json_out *j)
{
	json_out_raw(j, r->head, r->head_length);
	if (v->late) {
		add_unknown(v, j);
	} else {
		j->comma = false;
		json_out_raw(j, r->tail, r->tail_length);
	}
	j->comma = false;
	if (detail)
		json_out_raw(j, r->detail, r->detail_length);
	json_out_close(j, '}');
}

/* All words of q are in the name, the device or the site's path. Letters
 * beyond ASCII as they are. */
static bool
has_words(const struct row *r, const char *q)
{
	char word[LISTS_WORDS_BYTES], path[LIMIT_NAME_BYTES];
	size_t n = 0;

	for (; n + 1 < sizeof(path) && r->site->path[n] != '\0'; n++)
		path[n] =
		    (char)(r->site->path[n] >= 'A' && r->site->path[n] <= 'Z'
			       ? r->site->path[n] + 32
			       : r->site->path[n]);
	path[n] = '\0';
	while (*(q += strspn(q, " ")) != '\0') {
		n = strcspn(q, " ");
		memcpy(word, q, n);
		word[n] = '\0';
		for (char *p = word; *p != '\0'; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p += 'a' - 'A';
		if (strstr(r->find, word) == NULL && strstr(path, word) == NULL)
			return false;
		q += n;
	}
	return true;
}

static bool
is_asked(const struct row *r, const struct lists_ask *ask,
    const struct lists_view *v)
{
	uint8_t state = v->late ? STATE_UNKNOWN : r->state;
	uint8_t cause = v->late ? CAUSE_MONITOR_OFF : r->cause;

	return holds(v, r) && site_within(r->site->path, ask->site) &&
	       (ask->state >= STATE_COUNT || ask->state == state) &&
	       (ask->cause >= CAUSE_COUNT || ask->cause == cause) &&
	       (ask->tag[0] == '\0' || tags_have(r->tags, ask->tag)) &&
	       has_words(r, ask->q);
}

/* The place after the row that `after` names; false: it is there no more. */
static bool
find_start(struct rows *t, const struct lists_ask *ask,
    const struct lists_view *v, uint32_t *start_out)
{
	const struct row *r;
	uint8_t uuid[16];

	*start_out = 0;
	if (ask->after[0] == '\0')
		return true;
	if (strlen(ask->after) != 36 || !uuid_read(ask->after, uuid))
		return false;
	r = rows_find(t, uuid);
	if (r == NULL || !holds(v, r))
		return false;
	*start_out = r->place + 1;
	return true;
}

static bool
take_word(const char *text, char *out, size_t size)
{
	size_t n = text != NULL ? strlen(text) : 0;

	out[0] = '\0';
	if (n >= size)
		return false;
	if (n > 0)
		memcpy(out, text, n + 1);
	return true;
}

static bool
take_limit(const char *text, uint32_t *out)
{
	uint32_t v = 0;

	*out = LISTS_LIMIT;
	if (text == NULL || text[0] == '\0')
		return true;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || v > LISTS_LIMIT_MOST)
			return false;
		v = v * 10 + (uint32_t)(*p - '0');
	}
	*out = v;
	return v >= 1 && v <= LISTS_LIMIT_MOST;
}

const char *
lists_ask_fill(const char *(*word)(void *arg, const char *key), void *arg,
    struct lists_ask *out)
{
	const char *state = word(arg, "state"), *cause = word(arg, "cause");
	enum state s = STATE_UNKNOWN;
	enum cause c = CAUSE_NONE;

	out->state = STATE_COUNT;
	out->cause = CAUSE_COUNT;
	if (!take_limit(word(arg, "limit"), &out->limit))
		return "limit: expected a number from 1 to 1000";
	if (!take_word(word(arg, "site"), out->site, sizeof(out->site)))
		return "site: expected the path of a site";
	if (!take_word(word(arg, "tag"), out->tag, sizeof(out->tag)))
		return "tag: expected a word";
	if (!take_word(word(arg, "q"), out->q, sizeof(out->q)))
		return "q: expected at most 255 letters";
	if (!take_word(word(arg, "after"), out->after, sizeof(out->after)))
		return "after: expected what `next` was";
	if (state != NULL && state[0] != '\0') {
		if (!state_find(state, &s))
			return "state: expected up, degraded, down or unknown";
		out->state = s;
	}
	if (cause != NULL && cause[0] != '\0') {
		if (!cause_find(cause, &c))
			return "cause: expected a cause, like no-signal";
		out->cause = c;
	}
	return NULL;
}

bool
lists_feeds(struct rows *t, const struct lists_ask *ask,
    const struct lists_view *v, bool evidence, struct json_out *j)
{
	struct row *const *sorted = rows_sorted(t);
	const struct row *last = NULL;
	char next[37] = "";
	uint32_t i, n = 0;

	if (sorted == NULL || !find_start(t, ask, v, &i))
		return false;
	json_out_open(j, '{');
	json_out_key(j, "items");
	json_out_open(j, '[');
	for (; i < t->count; i++) {
		if (!is_asked(sorted[i], ask, v))
			continue;
		if (n++ == ask->limit) {
			uuid_print(last->uuid, next);
			break;
		}
		lists_feed(sorted[i], v, evidence, j);
		last = sorted[i];
	}
	json_out_close(j, ']');
	json_out_key(j, "next");
	if (next[0] != '\0')
		json_out_string(j, next);
	else
		json_out_null(j);
	json_out_close(j, '}');
	return true;
}

void
lists_sites(struct rows *t, const struct lists_view *v,
    void (*line)(void *arg, const char *site, const uint32_t *states),
    void *arg)
{
	struct row *const *sorted = rows_sorted(t);
	uint32_t states[STATE_COUNT] = { 0 };

	for (uint32_t i = 0; sorted != NULL && i < t->count; i++) {
		const struct row *r = sorted[i];
		bool last = i + 1 == t->count || sorted[i + 1]->site != r->site;

		if (!holds(v, r))
			continue;
		states[v->late ? STATE_UNKNOWN : r->state]++;
		if (!last)
			continue;
		line(arg, r->site->path, states);
		memset(states, 0, sizeof(states));
	}
}
