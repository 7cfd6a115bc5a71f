/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report --check: recomputes a report as of the moment it was made. */
#include "monitor/cli/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "common/hex.h"
#include "monitor/ledger/hash.h"
#include "monitor/report/report_json.h"
#include "monitor/store/store_read_ledger.h"

#define REPORT_MOST ((size_t)512 << 20)

/* --- what was asked then */

static bool
digits(const char *p, size_t n, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*out = *out * 10 + (p[i] - '0');
	}
	return true;
}

/* "2026-03-29T01:59:58.123456Z" */
static bool
time_read(const json_t *root, const char *key, int64_t *out)
{
	const char *text = json_string_value(json_object_get(root, key));
	char start[24];
	int64_t us;

	if (text == NULL || strlen(text) != 27 || text[19] != '.' ||
	    text[26] != 'Z' || !digits(text + 20, 6, &us))
		return false;
	snprintf(start, sizeof(start), "%.19sZ", text);
	if (!when_parse(NULL, "", start, 0, out))
		return false;
	*out += us;
	return true;
}

static bool
ask_read(const json_t *root, struct gather_ask *ask)
{
	const json_t *ledger = json_object_get(root, "ledger");
	const char *site =
	    json_string_value(json_object_get(root, "only_site"));

	ask->zone = json_string_value(json_object_get(root, "zone"));
	ask->site = site != NULL && site[0] != '\0' ? site : NULL;
	ask->program = CAMWARDEN_VERSION;
	ask->seq = json_integer_value(json_object_get(ledger, "line"));
	ask->target_ppm =
	    (uint32_t)json_integer_value(json_object_get(root, "target_ppm"));
	return json_integer_value(json_object_get(root, "camwarden_report")) ==
		   REPORT_FORMAT &&
	       ask->zone != NULL && site != NULL &&
	       time_read(root, "from", &ask->from_utc) &&
	       time_read(root, "to", &ask->to_utc) &&
	       time_read(root, "as_of", &ask->as_of_utc) &&
	       ask->from_utc < ask->to_utc;
}

/* --- the first difference */

struct compare {
	char path[512];
	char said[200], found[200];
	uint32_t pictures; /* that are no longer there */
};

static void
value_print(const json_t *v, char out[200])
{
	char *text =
	    v != NULL ? json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	snprintf(out, 200, "%.150s%s", text != NULL ? text : "nothing",
	    text != NULL && strlen(text) > 150 ? " .." : "");
	free(text);
}

static bool
differs(struct compare *c, const json_t *said, const json_t *found)
{
	value_print(said, c->said);
	value_print(found, c->found);
	return false;
}

static bool same(struct compare *c, const json_t *said, const json_t *found);

static void
path_key(struct compare *c, size_t at, const char *key)
{
	snprintf(c->path + at, sizeof(c->path) - at, "%s%s", at > 0 ? "." : "",
	    key);
}

/* A picture that retention took since is no difference. */
static bool
picture_gone(struct compare *c, const char *key, const json_t *found)
{
	bool picture = strcmp(key, "before") == 0 ||
		       strcmp(key, "after") == 0 ||
		       strcmp(key, "recovered") == 0;

	if (!picture || !json_is_null(found))
		return false;
	c->pictures++;
	return true;
}

static bool
objects_same(struct compare *c, json_t *said, json_t *found)
{
	size_t at = strlen(c->path);
	const char *key;
	json_t *value;

	json_object_foreach(said, key, value)
	{
		json_t *other = json_object_get(found, key);

		if (at == 0 && strcmp(key, "program") == 0)
			continue; /* a newer camwarden gives the same figures */
		path_key(c, at, key);
		if (!same(c, value, other) && !picture_gone(c, key, other))
			return false;
		c->path[at] = '\0';
	}
	json_object_foreach(found, key, value)
	{
		if (json_object_get(said, key) != NULL)
			continue;
		path_key(c, at, key);
		return differs(c, NULL, value);
	}
	return true;
}

static bool
arrays_same(struct compare *c, const json_t *said, const json_t *found)
{
	size_t at = strlen(c->path);
	size_t n = json_array_size(said), m = json_array_size(found);

	for (size_t i = 0; i < n || i < m; i++) {
		snprintf(c->path + at, sizeof(c->path) - at, "[%zu]", i);
		if (!same(c, json_array_get(said, i), json_array_get(found, i)))
			return false;
		c->path[at] = '\0';
	}
	return true;
}

static bool
same(struct compare *c, const json_t *said, const json_t *found)
{
	if (said == NULL || found == NULL ||
	    json_typeof(said) != json_typeof(found)) {
		/* 5 and 5.0 are one number. */
		if (json_is_number(said) && json_is_number(found) &&
		    fabs(json_number_value(said) - json_number_value(found)) <
			1e-9)
			return true;
		return differs(c, said, found);
	}
	if (json_is_object(said))
		return objects_same(c, (json_t *)said, (json_t *)found);
	if (json_is_array(said))
		return arrays_same(c, said, found);
	return json_equal(said, found) || differs(c, said, found);
}

/* --- all */

/* What was asked stands before the figures. Of a file as we write it that
 * much is read alone: a tree of all of it takes ten times its size. */
static json_t *
head_read(const char *text, size_t length)
{
	static const char figures[] = ",\"fleet\":{";
	const char *end = memmem(text, length, figures, sizeof(figures) - 1);
	size_t n = end != NULL ? (size_t)(end - text) : 0;
	char *head;
	json_t *root;

	if (n == 0)
		return json_loadb(text, length, 0, NULL);
	head = malloc(n + 1);
	if (head == NULL)
		return NULL;
	memcpy(head, text, n);
	head[n] = '}';
	root = json_loadb(head, n + 1, 0, NULL);
	free(head);
	return root;
}

/* All but the program's version, which comes first. */
static bool
bytes_same(const char *text, size_t length, const struct ink *found)
{
	static const char first[] = ",\"from\":";
	const char *a = memmem(text, length, first, sizeof(first) - 1);
	const char *b =
	    memmem(found->text, found->length, first, sizeof(first) - 1);

	return a != NULL && b != NULL &&
	       length - (size_t)(a - text) ==
		   found->length - (size_t)(b - found->text) &&
	       memcmp(a, b, length - (size_t)(a - text)) == 0;
}

static void
verdict_print(struct report_job *job, bool equal, const struct compare *c)
{
	if (job->cli.json) {
		json_t *out = equal ? json_pack("{s:b}", "same", 1)
				    : json_pack("{s:b, s:s, s:s, s:s}", "same",
					  0, "where", c->path, "said", c->said,
					  "found", c->found);

		json_dumpf(out, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(out);
	} else if (equal) {
		printf("the same: recomputed from the record as of that "
		       "moment\n");
		if (c->pictures > 0)
			printf("%u pictures are no longer kept\n", c->pictures);
	} else {
		fputs("it differs, first at ", stdout);
		cli_put(stdout, c->path);
		fputs(": the file says ", stdout);
		cli_put(stdout, c->said);
		fputs(", the record ", stdout);
		cli_put(stdout, c->found);
		putchar('\n');
	}
}

static int
compared(struct report_job *job, const char *text, size_t length,
    const struct ink *found)
{
	struct compare c = { .path = "" };
	bool equal = bytes_same(text, length, found);

	if (!equal) {
		json_t *said = json_loadb(text, length, 0, NULL);
		json_t *now = json_loadb(found->text, found->length, 0, NULL);
		bool read = said != NULL && now != NULL;

		equal = read && same(&c, said, now);
		json_decref(said);
		json_decref(now);
		if (!read) {
			cli_say("%s is not whole, or memory is out",
			    job->check);
			return CLI_FAILED;
		}
	}
	verdict_print(job, equal, &c);
	return equal ? CLI_OK : CLI_TROUBLE;
}

/* --- is it the one that was made then? */

struct lines_of { /* that tell of reports of this span */
	int64_t from_utc, to_utc;
	int64_t seq[64];
	unsigned count;
	char hex[2 * LEDGER_HASH + 1]; /* of the file */
	int64_t found;		       /* the line that names it */
};

static bool
on_made(void *arg, const struct store_made_row *row)
{
	struct lines_of *l = arg;

	/* A report begins where the record does. */
	if (row->from_utc <= l->from_utc && l->to_utc <= row->to_utc)
		l->seq[l->count++] = row->seq;
	return l->count < sizeof(l->seq) / sizeof(l->seq[0]);
}

static bool
on_line(void *arg, const struct store_line *line)
{
	struct lines_of *l = arg;

	if (line->body.p != NULL && memmem(line->body.p, line->body.n, l->hex,
					sizeof(l->hex) - 1) != NULL)
		l->found = line->seq;
	return true;
}

/* What it asked for (a site, a softer target) is the file's own word: only the
 * ledger says that this very file was the night's. */
static void
made_print(struct report_job *job, const struct gather_ask *ask,
    const char *text, size_t length)
{
	struct lines_of l = { .from_utc = ask->from_utc,
		.to_utc = ask->to_utc };
	uint8_t hash[LEDGER_HASH];

	hash_of(text, length, hash);
	hex_print(hash, LEDGER_HASH, l.hex);
	if (!store_read_reports(job->reader, UINT32_MAX, on_made, &l))
		return;
	for (unsigned i = 0; i < l.count && l.found == 0; i++)
		if (!store_read_lines(job->reader, l.seq[i], l.seq[i], on_line,
			&l))
			return;
	if (l.found != 0)
		printf("line %lld of the record names this very file\n",
		    (long long)l.found);
	else
		printf("no line of the record names this file: it is not one "
		       "the daemon made and kept\n");
}

/* --- can it be recomputed? */

struct since {
	int64_t from_utc, line; /* of the report */
	uint32_t inventory;	/* lines that changed it */
	char deleted[200];	/* of what some reached into its time */
};

/* "presence_to": 1795305600000000 */
static void
deleted_see(struct since *s, const char *key, int64_t to)
{
	static const char *const kinds[] = { "intervals", "presence",
		"displays", "watched", "prompts", "disputes", "names",
		"checkpoints" };
	size_t n = strlen(key), at = strlen(s->deleted);
	int64_t utc =
	    strcmp(key, "watched_to") == 0 ? (to + 1) * CALENDAR_DAY_US : to;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i]) + 3 == n &&
		    strncmp(key, kinds[i], n - 3) == 0 &&
		    strcmp(key + n - 3, "_to") == 0 && utc > s->from_utc &&
		    strstr(s->deleted, kinds[i]) == NULL)
			snprintf(s->deleted + at, sizeof(s->deleted) - at,
			    "%s%s", at > 0 ? ", " : "", kinds[i]);
	/* Of contents and lines the number is told, not the time. */
	if ((strcmp(key, "contents_to") == 0 ||
		strcmp(key, "events_to") == 0) &&
	    strstr(s->deleted, "lines") == NULL)
		snprintf(s->deleted + at, sizeof(s->deleted) - at, "%slines",
		    at > 0 ? ", " : "");
}

static bool
since_row(void *arg, const struct store_deed_row *row)
{
	struct since *s = arg;
	json_t *body, *value;
	const char *key;

	if (row->seq <= s->line) /* clocks may have been set meanwhile */
		return true;
	s->inventory += strncmp(row->kind, "feed.", 5) == 0 ||
			strncmp(row->kind, "site.", 5) == 0 ||
			strncmp(row->kind, "console.", 8) == 0 ||
			strncmp(row->kind, "room.", 5) == 0;
	if (strcmp(row->kind, "retention") != 0)
		return true;
	body = json_loads(row->body, 0, NULL);
	json_object_foreach(body, key, value)
	    deleted_see(s, key, json_integer_value(value));
	json_decref(body);
	return true;
}

/* What has happened to the record since then that a report can't take back. */
static bool
since_read(struct report_job *job, const struct gather_ask *ask,
    struct since *out)
{
	struct store_stand now;

	*out = (struct since){ .from_utc = ask->from_utc, .line = ask->seq };
	if (store_read_stand(job->reader, 0, 0, &now) &&
	    store_read_deeds(job->reader, &now,
		ask->as_of_utc - CALENDAR_DAY_US, INT64_MAX / 2, since_row,
		out))
		return true;
	cli_say("%s", store_reader_error(job->reader));
	return false;
}

static bool
since_print(struct report_job *job, const struct gather_ask *ask)
{
	struct since s;

	if (!since_read(job, ask, &s))
		return false;
	if (s.deleted[0] != '\0')
		cli_say("since then rows of its time were deleted by their "
			"age (%s): what differs may be that",
		    s.deleted);
	if (s.inventory > 0)
		cli_say("since then feeds, sites or consoles were changed in "
			"%u lines: names and places are those of now",
		    s.inventory);
	return true;
}

/* Another installation's, or of a time that is gone: no word on the figures can
 * be given, neither good nor bad. */
static bool
can_tell(struct report_job *job, const struct gather_ask *ask,
    const char *origin)
{
	struct store_stand then;
	char begins[24];

	if (!store_read_stand(job->reader, ask->as_of_utc, ask->seq, &then)) {
		cli_say("%s", store_reader_error(job->reader));
		return false;
	}
	if (origin == NULL || strcmp(origin, then.origin) != 0) {
		cli_say("%s is of another installation (%.40s), this one is %s",
		    job->check,
		    origin != NULL ? origin : "it doesn't say which",
		    then.origin);
		return false;
	}
	if (then.oldest_utc <= ask->from_utc)
		return true;
	when_print(job->when, ask->zone, then.oldest_utc, begins);
	cli_say("%s can't be recomputed any more: the record of its time was "
		"deleted by its age up to %s",
	    job->check, begins);
	return false;
}

static int
recompute(struct report_job *job, const struct gather_ask *ask,
    const char *text, size_t length)
{
	struct ink found = { 0 };
	int code;

	snprintf(job->zone, sizeof(job->zone), "%.63s", ask->zone);
	code = report_gather(job, ask);
	if (code != CLI_OK)
		return code;
	if (report_json(job->report, &found)) {
		code = compared(job, text, length, &found);
		if (code == CLI_OK && !job->cli.json)
			made_print(job, ask, text, length);
		if (code == CLI_TROUBLE && !since_print(job, ask))
			code = CLI_FAILED;
	} else {
		cli_say("memory is out");
		code = CLI_FAILED;
	}
	ink_free(&found);
	return code;
}

int
report_check(struct report_job *job)
{
	struct gather_ask ask = { .ahead = NULL };
	size_t length;
	char *text = cli_slurp(job->check, REPORT_MOST, &length);
	json_t *head;
	int code = CLI_FAILED;

	if (text == NULL)
		return CLI_FAILED;
	head = head_read(text, length);
	if (head != NULL && ask_read(head, &ask)) {
		const char *origin = json_string_value(
		    json_object_get(json_object_get(head, "ledger"), "origin"));

		if (can_tell(job, &ask, origin))
			code = recompute(job, &ask, text, length);
	} else
		cli_say("%s is no report of camwarden, expected the .json that "
			"was made with it",
		    job->check);
	json_decref(head);
	free(text);
	return code;
}
