/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/read_query.h"

#include <stdio.h>
#include <string.h>

#include "common/civil.h"
#include "common/hex.h"

#define HOUR_US 3600000000LL
#define DAY 24u
#define MONTH (31u * DAY)
#define PAGE READ_TAKES_PAGE
#define SPAN READ_TAKES_SPAN
#define SITE READ_TAKES_SITE
#define FEED READ_TAKES_FEED
#define WORDS READ_TAKES_WORDS
#define MOST READ_LIMIT_MOST

static const struct read_kind kinds[] = {
	{ READ_THUMBNAIL, "thumbnail", READ_TAKES_PICTURE, 0, 0, 1, 1 },
	{ READ_INCIDENTS, "incidents",
	    PAGE | SPAN | SITE | FEED | READ_TAKES_OPEN, 0, 0, 100, MOST },
	{ READ_EVIDENCE, "evidence", 0, 0, 0, 1, 1 },
	{ READ_CONSOLES, "consoles", SITE, 0, 0, MOST, MOST },
	{ READ_PRESENCE, "console presence", PAGE | SPAN, DAY, MONTH, 4000,
	    4000 },
	{ READ_WATCHED, "watched", SPAN | PAGE, DAY, MONTH, 4000, 4000 },
	{ READ_UNWATCHED, "unwatched", SPAN | SITE | PAGE, DAY, MONTH, 500,
	    4000 },
	{ READ_ROSTER, "roster", SITE, 0, 0, MOST, MOST },
	{ READ_OVERLAYS, "overlays",
	    PAGE | SITE | FEED | READ_TAKES_ALL | READ_TAKES_KIND, 0, 0, 100,
	    MOST },
	{ READ_INFO, "info", 0, 0, 0, 100, 100 },
	{ READ_SERIES, "series", SPAN, DAY, MONTH, 1, 1 },
	{ READ_INTERVALS, "intervals", PAGE | SPAN | FEED | READ_NEEDS_FEED,
	    30 * DAY, 400 * DAY, 100, MOST },
	{ READ_VIEWS, "views", PAGE | SPAN | FEED | READ_TAKES_SCREEN, DAY,
	    MONTH, 100, MOST },
	{ READ_SITES, "sites", PAGE | SITE, 0, 0, 100, MOST },
	{ READ_DEVICES, "devices", PAGE | SITE | WORDS, 0, 0, 100, MOST },
	{ READ_INCIDENT, "incident", 0, 0, 0, MOST, MOST },
	{ READ_PRESENCES, "presence", SPAN | SITE, DAY, MONTH, MOST, MOST },
	{ READ_BREACHES, "breaches", PAGE | SPAN | SITE, 7 * DAY, 400 * DAY,
	    100, MOST },
	{ READ_COVERAGE, "coverage", SPAN | SITE, DAY, MONTH, MOST, MOST },
	{ READ_DEBT, "debt", SITE | PAGE, 0, 0, 100, MOST },
	{ READ_HANDOVER, "handover", SPAN | SITE, 0, MONTH, 200, MOST },
	{ READ_REPORTS, "reports", PAGE | SITE, 0, 0, 100, MOST },
	{ READ_REPORT_FILE, "report file", 0, 0, 0, 1, 1 },
	{ READ_CSV, "inventory", 0, 0, 0, 1, 1 },
	{ READ_ONBOARDING, "onboarding", READ_TAKES_SINCE | SITE, 0, 0, MOST,
	    MOST },
	{ READ_LEDGER, "ledger", 0, 0, 0, 100, 100 },
	{ READ_LEDGER_LINES, "lines", PAGE | FEED | WORDS | READ_TAKES_KIND, 0,
	    0, 100, MOST },
	{ READ_USERS, "users", PAGE | WORDS, 0, 0, 100, MOST },
	{ READ_TOKENS, "tokens", PAGE | WORDS, 0, 0, 100, MOST },
	{ READ_LOGINS, "logins", PAGE | WORDS, 0, 0, 100, MOST },
	{ READ_ALERTS, "alerts", PAGE | SPAN | SITE | READ_TAKES_OPEN, 0, 0,
	    100, MOST },
	{ READ_ALERT, "alert", 0, 0, 0, MOST, MOST },
	{ READ_NOTICES, "notices", PAGE | SITE | READ_TAKES_OPEN, 0, 0, 100,
	    MOST },
	{ READ_DELIVERIES, "deliveries", PAGE | SITE | READ_TAKES_OPEN, 0, 0,
	    100, MOST },
	{ READ_CHANNELS, "channels", 0, 0, 0, 100, 100 },
};

const struct read_kind *
read_kind_of(uint8_t what)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].what == what)
			return &kinds[i];
	return NULL;
}

/* --- moments */

/* Exactly n digits. */
static bool
digits(const char **p, unsigned n, unsigned *out)
{
	*out = 0;
	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		*out = *out * 10 + (unsigned)(**p - '0');
	}
	return true;
}

static bool
letter(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* What follows the minutes: ":59", ".123". */
static bool
seconds(const char **p, int64_t *us)
{
	unsigned s;
	int64_t unit = 100000;

	if (!letter(p, ':'))
		return true;
	if (!digits(p, 2, &s) || s > 59)
		return false;
	*us += s * 1000000LL;
	if (!letter(p, '.'))
		return true;
	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++, unit /= 10)
		*us += (**p - '0') * unit;
	return true;
}

/* "Z" or "+02:00"; the rest of the text. */
static bool
offset(const char *p, int64_t *us)
{
	int64_t sign = *p == '-' ? 1 : -1;
	unsigned hour, minute;

	if (strcmp(p, "Z") == 0 || strcmp(p, "z") == 0)
		return true;
	if (*p != '+' && *p != '-' && *p != ' ') /* '+' undone by a form */
		return false;
	p++;
	if (!digits(&p, 2, &hour) || !letter(&p, ':') ||
	    !digits(&p, 2, &minute) || *p != '\0' || hour > 23 || minute > 59)
		return false;
	*us += sign * (int64_t)(hour * 60 + minute) * 60000000LL;
	return true;
}

bool
read_moment(const char *p, int64_t *utc_us_out)
{
	unsigned year, month, day, hour, minute;
	int64_t us;

	if (!digits(&p, 4, &year) || !letter(&p, '-') ||
	    !digits(&p, 2, &month) || !letter(&p, '-') || !digits(&p, 2, &day))
		return false;
	if (!civil_days(year, month, day, &us))
		return false;
	us *= 24 * HOUR_US;
	if ((*p != 'T' && *p != 't' && *p != ' ') || *p++ == '\0' ||
	    !digits(&p, 2, &hour) || !letter(&p, ':') ||
	    !digits(&p, 2, &minute) || hour > 23 || minute > 59)
		return false;
	us += hour * HOUR_US + minute * 60000000LL;
	if (!seconds(&p, &us) || !offset(p, &us) || us <= 0 ||
	    us > READ_UTC_MOST)
		return false;
	*utc_us_out = us;
	return true;
}

/* --- a query's words */

struct filling {
	const struct read_kind *kind;
	read_word_fn *word;
	void *arg;
	int64_t now_us;
	struct read_ask *ask;
	char *error;
};

static bool
wrong(const struct filling *f, const char *expected)
{
	snprintf(f->error, READ_ERROR_BYTES, "%s", expected);
	return false;
}

/* "" when it isn't there, or isn't taken. */
static const char *
said(const struct filling *f, unsigned taken, const char *key)
{
	const char *v = f->kind->takes & taken ? f->word(f->arg, key) : NULL;

	return v != NULL ? v : "";
}

/* 1..most, `otherwise` when it isn't there; 0: no such number. */
static uint32_t
number(const char *text, uint32_t otherwise, uint32_t most)
{
	uint64_t n = 0;

	if (*text == '\0')
		return otherwise;
	for (; *text >= '0' && *text <= '9' && n < UINT32_MAX; text++)
		n = n * 10 + (uint64_t)(*text - '0');
	if (*text >= '0' && *text <= '9')
		return most;
	if (*text != '\0')
		return 0;
	return n > most ? most : (uint32_t)n;
}

static bool
fill_page(const struct filling *f)
{
	const char *after = said(f, READ_TAKES_PAGE, "after");

	f->ask->limit = number(said(f, READ_TAKES_PAGE, "limit"),
	    f->kind->limit, f->kind->limit_most);
	if (f->ask->limit == 0)
		return wrong(f, "limit: expected a number from 1 on");
	if (strlen(after) >= sizeof(f->ask->after) ||
	    strspn(after, "0123456789abcdef.-") != strlen(after))
		return wrong(f, "after: expected what `next` was");
	memcpy(f->ask->after, after, strlen(after) + 1);
	return true;
}

static bool
fill_moments(const struct filling *f)
{
	const char *from = said(f, READ_TAKES_SPAN, "from");
	const char *to = said(f, READ_TAKES_SPAN, "to");

	if (f->kind->takes & READ_TAKES_SINCE)
		from = said(f, READ_TAKES_SINCE, "since");
	if ((*from != '\0' && !read_moment(from, &f->ask->from_utc_us)) ||
	    (*to != '\0' && !read_moment(to, &f->ask->to_utc_us)))
		return wrong(f, "from, to, since: expected moments as "
				"2026-03-29T01:59:58Z");
	return true;
}

/* hours and days say how long the span is that ends at `to`, or now. */
static bool
fill_span(const struct filling *f)
{
	const struct read_kind *k = f->kind;
	uint32_t most = k->hours_most != 0 ? k->hours_most : 400 * DAY;
	uint32_t days =
	    number(said(f, READ_TAKES_SPAN, "days"), UINT32_MAX, most / DAY);
	uint32_t hours = number(said(f, READ_TAKES_SPAN, "hours"),
	    days != UINT32_MAX ? days * DAY : k->hours, most);

	if (!fill_moments(f))
		return false;
	if (!(k->takes & READ_TAKES_SPAN))
		return true;
	if (days == 0 || (hours == 0 && *said(f, READ_TAKES_SPAN, "hours")))
		return wrong(f, "hours, days: expected a number from 1 on");
	int64_t end = f->ask->to_utc_us != 0 ? f->ask->to_utc_us : f->now_us;

	if (f->ask->from_utc_us == 0 && hours != 0)
		f->ask->from_utc_us =
		    end > hours * HOUR_US ? end - hours * HOUR_US : 1;
	if (f->ask->from_utc_us >= end)
		return wrong(f, "from, to: expected a span that is not empty "
				"and has begun");
	if (k->hours_most != 0 && f->ask->from_utc_us != 0 &&
	    end - f->ask->from_utc_us > most * HOUR_US)
		return wrong(f, "from, to: expected a shorter span");
	return true;
}

static bool
fill_feed(const struct filling *f)
{
	const char *text = said(f, READ_TAKES_FEED, "feed");

	if (*text == '\0' && !(f->kind->takes & READ_NEEDS_FEED))
		return true;
	if (strlen(text) != 36 || !uuid_read(text, f->ask->uuid))
		return wrong(f, "feed: expected a UUID");
	return true;
}

static bool
fill_kind(const struct filling *f)
{
	static const char *const pictures[] = { "", "last-good", "first-bad",
		"current", "recovered", "reference" };
	const char *kind =
	    said(f, READ_TAKES_KIND | READ_TAKES_PICTURE, "kind");

	if (f->kind->takes & READ_TAKES_PICTURE) {
		f->ask->kind = 3;
		for (uint8_t i = 1; *kind != '\0' && i <= 6; i++) {
			if (i == 6)
				return wrong(f,
				    "kind: expected current, reference, "
				    "last-good, first-bad or recovered");
			f->ask->kind = i;
			if (strcmp(kind, pictures[i]) == 0)
				break;
		}
		return true;
	}
	if (*kind == '\0' || f->kind->what == READ_LEDGER_LINES)
		return true;
	f->ask->kind = strcmp(kind, "maintenance") == 0 ? 1
		       : strcmp(kind, "mute") == 0	? 2
							: 0;
	return f->ask->kind != 0 ||
	       wrong(f, "kind: expected maintenance or mute");
}

/* Text as it is, where there is room for it. */
static bool
fill_text(const struct filling *f, const char *text, char *out, size_t size)
{
	if (strlen(text) >= size)
		return wrong(f, "the query has a word that is too long");
	memcpy(out, text, strlen(text) + 1);
	return true;
}

static bool
fill_texts(const struct filling *f)
{
	struct read_ask *ask = f->ask;
	const char *name = "";

	if (f->kind->takes & READ_TAKES_SCREEN)
		name = said(f, READ_TAKES_SCREEN, "screen");
	else if (f->kind->what == READ_LEDGER_LINES)
		name = said(f, READ_TAKES_KIND, "kind");
	return fill_text(f, name, ask->name, sizeof(ask->name)) &&
	       fill_text(f, said(f, READ_TAKES_SITE, "site"), ask->site,
		   sizeof(ask->site)) &&
	       fill_text(f, said(f, READ_TAKES_WORDS, "q"), ask->words,
		   sizeof(ask->words));
}

bool
read_ask_fill(uint8_t what, read_word_fn *word, void *arg, int64_t now_us,
    struct read_ask *out, char error_out[READ_ERROR_BYTES])
{
	struct filling f = { read_kind_of(what), word, arg, now_us, out,
		error_out };

	memset(out, 0, sizeof(*out));
	out->what = what;
	error_out[0] = '\0';
	if (f.kind == NULL)
		return wrong(&f, "no such query");
	out->flag = strcmp(said(&f, READ_TAKES_OPEN, "open"), "1") == 0 ||
		    strcmp(said(&f, READ_TAKES_ALL, "all"), "1") == 0;
	return fill_page(&f) && fill_span(&f) && fill_feed(&f) &&
	       fill_kind(&f) && fill_texts(&f);
}
