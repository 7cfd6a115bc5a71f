/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An alarm storm through the real books of incidents and of alerts, on injected
 * time: a site of 400 cameras is lost and comes back; later 3,700 feeds flap
 * for half an hour, then all is well. How much one operator is told in ten
 * minutes: before (one message for each change of a verdict), and after, with
 * the rules in force where none are written (critical at once, all else after
 * 60 s) and the usual budget. Every incident that may alert must be found in a
 * row. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "monitor/alert/alert.h"
#include "monitor/judge/incident.h"

#define S 1000000ll
#define WINDOW 600 /* s */
#define HOURS 3
#define WINDOWS (HOURS * 3600 / WINDOW)
#define LOST_FEEDS 400u
#define LOST_S 1200 /* the site goes, .. */
#define BACK_S 2400
#define FLAP_S 3600 /* .. all flap .. */
#define CALM_S 5400

struct bench {
	struct incident_book *incidents;
	struct alert_book *alerts;
	uint32_t feeds;
	bool *down;
	int64_t *next_us; /* of a feed that flaps: its next turn */
	uint64_t seed;
	int64_t now;
	/* by window */
	unsigned changes[WINDOWS], opened[WINDOWS], rows[WINDOWS];
	unsigned alone[WINDOWS], digests[WINDOWS], exempt[WINDOWS];
	uint8_t *found; /* by incident: 1 may alert, 2 has a row */
	size_t incident_most;
	uint64_t held, dropped, held_told, largest;
};

static uint32_t
draw(struct bench *b, uint32_t below)
{
	b->seed ^= b->seed << 13;
	b->seed ^= b->seed >> 7;
	b->seed ^= b->seed << 17;
	return (uint32_t)(b->seed >> 20) % below;
}

static unsigned
window(const struct bench *b)
{
	int64_t w = b->now / S / WINDOW;

	return w < WINDOWS ? (unsigned)w : WINDOWS - 1;
}

/* The first site has 400, the others 100 each. */
static uint32_t
site_of(uint32_t feed)
{
	return feed < LOST_FEEDS ? 1 : 2 + (feed - LOST_FEEDS) / 100;
}

static void
take_alerts(struct bench *b)
{
	static struct notice n;
	struct alert_change c;
	struct alert_view v;

	while (alert_peek(b->alerts, &c)) {
		if (c.kind == ALERT_ROW && alert_view(b->alerts, c.alert, &v) &&
		    (size_t)v.incident < b->incident_most) {
			b->found[v.incident] |= 2;
			b->rows[window(b)] += v.at_us == b->now;
		}
		b->held += c.kind == ALERT_HELD;
		b->dropped += c.kind == ALERT_DROPPED;
		if (c.kind == ALERT_TOLD) {
			alert_fill(b->alerts, &n);
			if (c.notice == NOTICE_DIGEST) {
				b->digests[window(b)]++;
				b->held_told += n.open + n.over;
				if (n.open + n.over > b->largest)
					b->largest = n.open + n.over;
			} else if (c.exempt) {
				b->exempt[window(b)]++;
			} else {
				b->alone[window(b)]++;
			}
		}
		alert_pop(b->alerts);
	}
}

static void
tell_incident(struct bench *b, const struct incident_change *c)
{
	char place[64], site[32];
	struct alert_sign sign = { .incident = (int64_t)c->id,
		.of = c->whole_site ? NOTICE_OF_SITE : NOTICE_OF_FEED,
		.place_id = c->whole_site ? c->site : c->feed,
		.place = place,
		.site = site,
		.text = "",
		.criticality = 3,
		.cause = c->cause,
		.severity = (enum notice_severity)c->severity,
		.feeds = c->feeds,
		.since_us = c->since_us };

	snprintf(site, sizeof(site), "Site %u", c->site);
	if (c->whole_site)
		snprintf(place, sizeof(place), "%s", site);
	else
		snprintf(place, sizeof(place), "%s/cam %u", site, c->feed);
	if ((size_t)c->id >= b->incident_most) {
		fprintf(stderr, "bench_alerts: too many incidents\n");
		exit(2);
	}
	if (c->event == INCIDENT_CLOSED) {
		alert_on_close(b->alerts, sign.incident, c->until_us, b->now);
	} else if (c->event != INCIDENT_OPENED) {
		b->found[c->id] |= 1;
		alert_on_incident(b->alerts, &sign, b->now);
	} else {
		b->opened[window(b)]++;
	}
	take_alerts(b);
}

static void
take_incidents(struct bench *b)
{
	struct incident_change c;

	while (incident_next(b->incidents, &c))
		tell_incident(b, &c);
}

static void
turn(struct bench *b, uint32_t feed, bool down)
{
	const struct verdict v = { .state = down ? STATE_DOWN : STATE_UP,
		.cause = down ? CAUSE_STALLED : CAUSE_NONE,
		.since_us = b->now - S,
		.at_us = b->now };

	if (b->down[feed] == down)
		return;
	b->down[feed] = down;
	b->changes[window(b)]++;
	incident_on_verdict(b->incidents, feed, &v, b->now);
	take_incidents(b);
}

/* The site's cameras go within eight seconds, and come back within forty. */
static void
lose_site(struct bench *b, int64_t s)
{
	for (uint32_t i = 0; i < LOST_FEEDS && i < b->feeds; i++) {
		if (s >= LOST_S && s < BACK_S && s - LOST_S >= i % 8)
			turn(b, i, true);
		else if (s >= BACK_S && s < FLAP_S && s - BACK_S >= i % 40)
			turn(b, i, false);
	}
}

/* Down for 10 to 60 s, up for 60 to 240 s. */
static void
flap(struct bench *b, int64_t s)
{
	for (uint32_t i = 0; i < b->feeds; i++) {
		if (s >= CALM_S) {
			turn(b, i, false);
			continue;
		}
		if (b->next_us[i] == 0)
			b->next_us[i] = b->now + (1 + draw(b, 240)) * S;
		if (b->now < b->next_us[i])
			continue;
		turn(b, i, !b->down[i]);
		b->next_us[i] =
		    b->now +
		    (b->down[i] ? 10 + draw(b, 51) : 60 + draw(b, 181)) * S;
	}
}

static void
configure(struct bench *b)
{
	static struct alert_config c = { .recipient_count = 1,
		.recipients = { { "operator", 1, 600 * S } },
		.rule_count = 2,
		.rules = { { .name = "critical",
			       .severity = NOTICE_CRITICAL,
			       .repeat_us = 3600 * S,
			       .exempt = true,
			       .step_count = 1,
			       .steps = { 1 } },
		    { .name = "everything",
			.for_us = 60 * S,
			.repeat_us = 3600 * S,
			.step_count = 1,
			.steps = { 1 } } },
		.gather_us = 5 * S,
		.flood = 10,
		.flood_us = 600 * S,
		.flap_count = 3,
		.flap_us = 600 * S,
		.calm_us = 600 * S };

	alert_configure(b->alerts, &c, 0);
}

static bool
begin(struct bench *b)
{
	struct incident_config cfg;

	incident_config_defaults(&cfg);
	b->incidents = incident_book_new(&cfg, 1);
	b->alerts = alert_book_new(1);
	b->down = calloc(b->feeds, sizeof(*b->down));
	b->next_us = calloc(b->feeds, sizeof(*b->next_us));
	b->incident_most = (size_t)b->feeds * 200 + 1000;
	b->found = calloc(b->incident_most, 1);
	b->seed = 0x9e3779b97f4a7c15ull;
	if (b->incidents == NULL || b->alerts == NULL || b->down == NULL ||
	    b->next_us == NULL || b->found == NULL)
		return false;
	configure(b);
	for (uint32_t i = 0; i < b->feeds; i++)
		if (!incident_feed_add(b->incidents, i, site_of(i)))
			return false;
	return true;
}

static void
run(struct bench *b)
{
	for (int64_t s = 1; s < HOURS * 3600; s++) {
		b->now = s * S;
		if (s < FLAP_S)
			lose_site(b, s);
		else
			flap(b, s);
		incident_step(b->incidents, b->now);
		take_incidents(b);
		alert_step(b->alerts, b->now);
		take_alerts(b);
	}
}

struct sums {
	unsigned changes, before_most, told, after_most, exempt, exempt_most;
	size_t may_alert, lost;
};

static void
sum_up(const struct bench *b, struct sums *s)
{
	*s = (struct sums){ 0 };
	for (unsigned w = 0; w < WINDOWS; w++) {
		unsigned told = b->alone[w] + b->digests[w];

		s->changes += b->changes[w];
		s->told += told;
		s->exempt += b->exempt[w];
		if (b->changes[w] > s->before_most)
			s->before_most = b->changes[w];
		if (told > s->after_most)
			s->after_most = told;
		if (b->exempt[w] > s->exempt_most)
			s->exempt_most = b->exempt[w];
	}
	for (size_t i = 0; i < b->incident_most; i++) {
		s->may_alert += (b->found[i] & 1) != 0;
		s->lost += b->found[i] == 1;
	}
}

static void
print(const struct bench *b, const struct sums *s, double seconds)
{
	printf("%-10s%14s%12s%14s%10s%10s%10s\n", "minutes", "verdicts",
	    "incidents", "new alerts", "alone", "digest", "exempt");
	for (unsigned w = 0; w < WINDOWS; w++)
		if (b->changes[w] + b->alone[w] + b->digests[w] + b->exempt[w] >
		    0)
			printf("%3u-%-6u%14u%12u%14u%10u%10u%10u\n", w * 10,
			    w * 10 + 10, b->changes[w], b->opened[w],
			    b->rows[w], b->alone[w], b->digests[w],
			    b->exempt[w]);
	printf("\none operator, in ten minutes at most: %u before; %u after "
	       "(and %u of rules that are exempt)\n",
	    s->before_most, s->after_most, s->exempt_most);
	printf("in all: %u before; %u and %u after; the largest digest told "
	       "of %llu\n",
	    s->changes, s->told, s->exempt, (unsigned long long)b->largest);
	printf("%zu incidents that may alert, %zu without a row; %.2f s\n",
	    s->may_alert, s->lost, seconds);
}

static bool
write_json(const char *path, const struct bench *b, const struct sums *s,
    double seconds)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return false;
	fprintf(f,
	    "{\n \"feeds\": %u,\n \"before_most\": %u,\n \"after_most\": %u,\n"
	    " \"exempt_most\": %u,\n \"before\": %u,\n \"after\": %u,\n"
	    " \"exempt\": %u,\n \"incidents\": %zu,\n"
	    " \"incidents_without_row\": %zu,\n \"held\": %llu,\n"
	    " \"dropped\": %llu,\n \"digest_most\": %llu,\n"
	    " \"seconds\": %.3f\n}\n",
	    b->feeds, s->before_most, s->after_most, s->exempt_most, s->changes,
	    s->told, s->exempt, s->may_alert, s->lost,
	    (unsigned long long)b->held, (unsigned long long)b->dropped,
	    (unsigned long long)b->largest, seconds);
	return fclose(f) == 0;
}

/* Whatever waits at the end was told, or is over; nothing was lost; nobody was
 * told more than the budget allows. */
static bool
is_good(const struct bench *b, const struct sums *s)
{
	return s->lost == 0 && s->may_alert > 0 && s->after_most <= 1 &&
	       s->before_most > 100 * s->after_most &&
	       b->held >= b->held_told - s->told;
}

int
main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof(*b));
	const char *json = NULL;
	struct sums s;
	clock_t from = clock();
	double seconds;

	if (b == NULL)
		return 2;
	b->feeds = 3700;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--feeds") == 0 && i + 1 < argc)
			b->feeds = (uint32_t)strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--json") == 0 && i + 1 < argc)
			json = argv[++i];
		else {
			printf("usage: ./dev bench alerts [--feeds N] [--json "
			       "FILE]\n\nA site of 400 cameras is lost, then "
			       "all feeds flap: what one operator is told in "
			       "ten\nminutes, before and after. Exit 1: an "
			       "incident has no row, or a budget was passed.\n"
			       "\nexample: ./dev bench alerts --json "
			       "/tmp/alerts.json\n");
			return strcmp(argv[i], "--help") == 0 ? 0 : 2;
		}
	}
	if (b->feeds < LOST_FEEDS || b->feeds > 10000 || !begin(b))
		return 2;
	run(b);
	sum_up(b, &s);
	seconds = (double)(clock() - from) / CLOCKS_PER_SEC;
	print(b, &s, seconds);
	if (json != NULL && !write_json(json, b, &s, seconds))
		return 2;
	alert_book_free(&b->alerts);
	incident_book_free(&b->incidents);
	free(b->down);
	free(b->next_us);
	free(b->found);
	bool good = is_good(b, &s);

	free(b);
	return good ? 0 : 1;
}
