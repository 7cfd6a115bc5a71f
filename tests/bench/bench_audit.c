/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_audit [--days N] [--consoles N] [--feeds N] [--seed N] [--json FILE]:
 * a scripted month of a control centre through monitor/presence: heartbeats
 * become presence, presence and displays and pictures the watched record, that
 * the hourly sums, packed days, the audit. Each hour of each feed is compared
 * with the script, which is counted second by second (audit_script.h). Ends
 * with 1 when anything differs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "monitor/presence/console.h"
#include "monitor/presence/unwatched.h"
#include "tests/bench/audit_script.h"
#include "tests/bench/presence_traces.h"

#define EPOCH_S 1767571200LL /* a Monday */
#define BOOT_S 1000

static int64_t
utc(int64_t at_s)
{
	return (EPOCH_S + at_s) * US_PER_S;
}

static int64_t
mono(int64_t at_s)
{
	return (BOOT_S + at_s) * US_PER_S;
}

struct spans {
	struct watched_span *at;
	size_t count, room;
};

static void
add(struct spans *s, int64_t start_us, int64_t end_us, uint8_t value)
{
	if (start_us >= end_us)
		return;
	if (s->count && s->at[s->count - 1].end_us == start_us &&
	    s->at[s->count - 1].value == value) {
		s->at[s->count - 1].end_us = end_us;
		return;
	}
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->at = realloc(s->at, s->room * sizeof(*s->at));
		if (!s->at)
			abort();
	}
	s->at[s->count++] = (struct watched_span){ start_us, end_us, value };
}

/* One console's presence as the store keeps it: closed intervals, and what
 * holds since open_us. */
struct record {
	struct spans spans;
	enum presence open;
	int64_t open_us; /* INT64_MAX: the monitor is off */
};

/* The verdict takes back what it may of [since, at) (console.h). */
static void
apply(struct record *r, const struct console_verdict *v, int64_t shift_us)
{
	int64_t since = v->since_us + shift_us, at = v->at_us + shift_us;
	struct spans tail = { 0 };
	size_t i;

	if (r->open_us != INT64_MAX)
		add(&r->spans, r->open_us, at, (uint8_t)r->open);
	while (
	    r->spans.count && r->spans.at[r->spans.count - 1].end_us > since) {
		struct watched_span s = r->spans.at[--r->spans.count];

		add(&tail, s.start_us, s.end_us, s.value);
	}
	for (i = tail.count; i-- > 0;) {
		struct watched_span *s = &tail.at[i];
		int64_t cut = s->start_us > since ? s->start_us : since;

		add(&r->spans, s->start_us, cut, s->value);
		add(&r->spans, cut, s->end_us,
		    presence_takes(v->state, (enum presence)s->value)
			? (uint8_t)v->state
			: s->value);
	}
	free(tail.at);
	r->open = v->state;
	r->open_us = at;
}

struct agent {
	const struct script *script;
	const struct script_console *who;
	struct console console;
	struct record record;
	struct heartbeat hb;
	int32_t last_s; /* heartbeat */
	unsigned lives;
	uint64_t beats, suspects;
	bool on; /* the monitor */
};

static void
weigh(struct agent *p, int32_t at_s)
{
	struct console_verdict v;

	while (console_weigh(&p->console, mono(at_s), &v)) {
		apply(&p->record, &v, utc(0) - mono(0));
		if (v.state != PRESENCE_SUSPECT ||
		    v.why == PRESENCE_WHY_INJECTED)
			continue;
		p->suspects++;
		fprintf(stderr, "at %d: suspect %s\n", at_s,
		    presence_why_name(v.why));
	}
}

static void
switch_monitor(struct agent *p, int32_t at_s, bool on)
{
	struct console_config config = console_config_default();
	enum presence state = p->record.open;
	enum presence_why why = p->console.verdict.why;

	if (on == p->on)
		return;
	p->on = on;
	if (!on) {
		weigh(p, at_s);
		add(&p->record.spans, p->record.open_us, utc(at_s),
		    (uint8_t)p->record.open);
		p->record.open_us = INT64_MAX;
		return;
	}
	config.has_agent = true;
	config.desk_still_s = 0;
	console_init(&p->console, &config, mono(at_s));
	if (at_s)
		console_resume(&p->console, state, why, INT64_MIN, mono(at_s));
	weigh(p, at_s);
}

/* What the agent says at `at`, of the spell it is in (its first moment: of the
 * input that the one before ended with, too). */
static void
fill(struct agent *p, const struct spell *now, const struct spell *before,
    int32_t at_s)
{
	struct draw d = { p->who->seed * 1000003 + (uint64_t)at_s };
	uint32_t z = draw_u32(&d);
	bool first = at_s == now->start_s;
	bool ended = first && before && before->kind == WORKING;
	bool must = ended || (now->kind == WORKING &&
				 (first || !p->console.agent.heard));
	struct heartbeat_input *in = &p->hb.input;

	memset(in, 0, sizeof(*in));
	in->path_px = in->span_px = HEARTBEAT_NOT_SAID;
	p->hb.idle_ms = HEARTBEAT_NOT_SAID;
	p->hb.locked = now->kind == LOCKED ? SAID_YES : SAID_NO;
	p->hb.screens[0].power = now->kind == DARK ? SCREEN_OFF : SCREEN_ON;
	p->hb.session[0] = now->kind == NO_SESSION ? '\0' : 's';
	if (now->kind == INJECTED && !first)
		in->injected[INPUT_MOVE] = 2;
	if (must || (now->kind == WORKING && z % 5 < 3)) {
		in->count[INPUT_MOVE] = 1 + (3u << (z >> 8) % 8);
		in->count[INPUT_KEY] = z >> 16 & 3 ? 0 : 1 + (z >> 20) % 23;
		/* Its last one was a second before another state began. */
		p->hb.idle_ms = ended && now->kind != QUIET ? 1000 : 0;
	}
}

static void
beat(struct agent *p, const struct spell *now, const struct spell *before,
    int32_t at_s)
{
	p->hb.span_ms = (uint32_t)(at_s - p->last_s) * 1000;
	if (p->hb.span_ms > 5000 || !p->hb.span_ms)
		p->hb.span_ms = 1000;
	p->last_s = at_s;
	p->hb.seq++;
	if (!p->on)
		return;
	fill(p, now, before, at_s);
	p->hb.utc_ms = utc(at_s) / 1000;
	p->beats++;
	if (console_take(&p->console, CONSOLE_TOKEN_AGENT, &p->hb, mono(at_s),
		utc(at_s)) != HEARTBEAT_FINE)
		abort();
	weigh(p, at_s);
}

static void
new_life(struct agent *p)
{
	snprintf(p->hb.life, sizeof(p->hb.life), "life %u", ++p->lives);
	p->hb.seq = 0;
}

/* The next moment after `at` at which something is said or happens. */
static int32_t
next_s(const struct script *s, int32_t at_s, int32_t spell_end_s)
{
	int32_t next = at_s - at_s % BEAT_S + BEAT_S;

	if (spell_end_s < next)
		next = spell_end_s;
	return next < s->seconds ? next : s->seconds;
}

static void
play(struct agent *p, const struct script *s, const struct script_console *c)
{
	int32_t at;
	size_t i = 0;

	memset(p, 0, sizeof(*p));
	p->script = s;
	p->who = c;
	p->record.open_us = INT64_MAX;
	p->hb.version = HEARTBEAT_VERSION;
	p->hb.sees_input = p->hb.sees_lock = p->hb.sees_screens = HEARTBEAT_X11;
	p->hb.screen_count = 1;
	new_life(p);
	for (at = 0; at < s->seconds; at = next_s(s, at, c->spells[i].end_s)) {
		const struct spell *now, *before;

		while (c->spells[i].end_s <= at)
			i++;
		now = &c->spells[i];
		before = i ? now - 1 : NULL;
		switch_monitor(p, at, !script_off(s, at));
		if (now->kind != DEAD) {
			beat(p, now, before, at);
		} else if (at == now->start_s && before) {
			/* Its last word, of the state that it was in. */
			struct spell last = *before;

			last.start_s = at;
			beat(p, &last, before, at);
			new_life(p);
		} else if (p->on) {
			weigh(p, at);
		}
	}
	weigh(p, s->seconds);
	if (p->record.open_us != INT64_MAX)
		add(&p->record.spans, p->record.open_us, utc(s->seconds),
		    (uint8_t)p->record.open);
}

static struct watched_line
line(const struct spans *s)
{
	return (struct watched_line){ s->at, s->count };
}

/* Attendance of a screen's consoles. */
static struct spans
attend(const struct watched_line *consoles, size_t count, int32_t seconds)
{
	struct spans s = { 0 };

	s.count =
	    watched_attendance(consoles, count, utc(0), utc(seconds), NULL, 0);
	s.at = calloc(s.count, sizeof(*s.at));
	if (!s.at)
		abort();
	watched_attendance(consoles, count, utc(0), utc(seconds), s.at,
	    s.count);
	return s;
}

/* -- a feed */

static bool
within(const struct span_s *spans, size_t count, int32_t at_s, int32_t *until)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (at_s < spans[i].start_s) {
			if (spans[i].start_s < *until)
				*until = spans[i].start_s;
			return false;
		}
		if (at_s < spans[i].end_s) {
			if (spans[i].end_s < *until)
				*until = spans[i].end_s;
			return true;
		}
	}
	return false;
}

static void
pictures(const struct script *s, const struct script_feed *f, struct spans *out)
{
	int32_t at, until;

	out->count = 0;
	for (at = 0; at < s->seconds; at = until) {
		bool off, unknown, bad;

		until = s->seconds;
		off = within(s->off, s->off_count, at, &until);
		unknown = within(f->unknown, f->unknown_count, at, &until);
		bad = within(f->bad, f->bad_count, at, &until);
		if (!off)
			add(out, utc(at), utc(until),
			    unknown ? PICTURE_UNKNOWN
			    : bad   ? PICTURE_BAD
				    : PICTURE_GOOD);
	}
}

struct centre {
	struct script *script;
	struct agent *players;
	struct spans *attended; /* of each console */
	struct watched_line *attended_line;
	struct spans rooms[ROOMS];
	struct watched_line rooms_line[ROOMS];
	/* scratch */
	struct watched_view *views;
	size_t view_room;
	struct watched_span *out;
	size_t out_room;
	struct spans picture;
};

/* The feed's line; console and room: of that one's screens alone (-1 all). */
static struct watched_line
join(struct centre *c, const struct script_feed *f, int console, int room)
{
	struct watched_line picture;
	size_t i, n = 0, count;

	if (f->view_count > c->view_room) {
		c->view_room = f->view_count;
		c->views = realloc(c->views, c->view_room * sizeof(*c->views));
		if (!c->views)
			abort();
	}
	for (i = 0; i < f->view_count; i++) {
		const struct script_view *v = &f->views[i];
		bool wall = v->console == 255;

		if ((console >= 0 && v->console != console) ||
		    (room >= 0 && (!wall || v->room != room)))
			continue;
		c->views[n++] = (struct watched_view){ utc(v->start_s),
			utc(v->end_s), v->worth, v->power,
			wall ? &c->rooms_line[v->room]
			     : &c->attended_line[v->console] };
	}
	pictures(c->script, f, &c->picture);
	picture = line(&c->picture);
	while (
	    (count = watched_join(&picture, c->views, n, utc(0),
		 utc(c->script->seconds), c->out, c->out_room)) > c->out_room) {
		c->out_room = count;
		c->out = realloc(c->out, count * sizeof(*c->out));
		if (!c->out || count == SIZE_MAX)
			abort();
	}
	return (struct watched_line){ c->out, count };
}

static const struct unwatched_feed *
audit(const struct script *s, const struct watched_line *l, struct unwatched *u,
    const struct truth *t, double *wrong_s)
{
	static struct watched_day day, back;
	uint8_t bytes[WATCHED_DAY_BYTES];
	int32_t at, h;
	unsigned k;

	unwatched_begin(u, utc(0), utc(s->seconds));
	for (at = 0; at < s->seconds; at += DAY_S) {
		memset(&day, 0, sizeof(day));
		day.present = 0xffffff;
		for (h = 0; h < 24; h++)
			watched_sum(l, utc(at + h * 3600), utc(0),
			    utc(s->seconds), &day.hours[h]);
		if (!watched_unpack(bytes, watched_pack(&day, bytes), &back))
			abort();
		for (h = 0; h < 24; h++) {
			const uint32_t *want = t->hours[at / 3600 + h];

			for (k = 0; k < WATCHED_COUNT; k++) {
				double d = back.hours[h].us[k] / 1e6 - want[k];

				*wrong_s += (d < 0 ? -d : d) / 2;
			}
		}
		unwatched_day(u, utc(at), &back,
		    (const int32_t[WATCHED_DAY_HOURS]){ 0 });
	}
	return unwatched_end(u);
}

static bool
same_gap(const struct unwatched_gap *a, const struct span_s *b)
{
	return a->end_us - a->start_us == (b->end_s - b->start_s) * US_PER_S &&
	       (b->start_s == b->end_s || a->start_us == utc(b->start_s));
}

/* Nothing that these do is ever watched. */
static double
never(struct centre *c, const char *what, int console, int room)
{
	double watched = 0, shown = 0;
	unsigned f;
	size_t i;

	for (f = 0; f < c->script->feed_count; f += 7) {
		struct watched_line l =
		    join(c, &c->script->feeds[f], console, room);

		for (i = 0; i < l.count; i++) {
			double s =
			    (double)(l.spans[i].end_us - l.spans[i].start_us) /
			    1e6;

			watched += l.spans[i].value == WATCHED_WATCHED ? s : 0;
			shown += l.spans[i].value == WATCHED_UNATTENDED ? s : 0;
		}
	}
	printf("%-34s %10.0f feed-hours unattended, %.0f s watched\n", what,
	    shown / 3600, watched);
	return watched;
}

static void
presence_all(struct centre *c)
{
	struct script *s = c->script;
	uint64_t beats = 0, suspects = 0, cpu = clock_cpu_us();
	unsigned n, r;

	c->players = calloc(s->console_count, sizeof(*c->players));
	c->attended = calloc(s->console_count, sizeof(*c->attended));
	c->attended_line = calloc(s->console_count, sizeof(*c->attended_line));
	if (!c->players || !c->attended || !c->attended_line)
		abort();
	for (n = 0; n < s->console_count; n++) {
		struct agent *p = &c->players[n];
		struct watched_line l;

		play(p, s, &s->consoles[n]);
		beats += p->beats;
		suspects += p->suspects;
		l = line(&p->record.spans);
		c->attended[n] = attend(&l, 1, s->seconds);
		c->attended_line[n] = line(&c->attended[n]);
	}
	for (r = 0; r < ROOMS; r++) {
		struct watched_line in[256];
		size_t count = 0;

		for (n = 0; n < s->console_count && n < 256; n++) {
			if (s->consoles[n].room == r)
				in[count++] = line(&c->players[n].record.spans);
		}
		c->rooms[r] = attend(in, count, s->seconds);
		c->rooms_line[r] = line(&c->rooms[r]);
	}
	cpu = clock_cpu_us() - cpu;
	printf("%llu heartbeats, %.0f ns each; %llu people called suspect\n",
	    (unsigned long long)beats, (double)cpu * 1e3 / (double)beats,
	    (unsigned long long)suspects);
}

/* Seconds of presence that differ from the script. */
static double
presence_wrong(const struct centre *c)
{
	const struct script *s = c->script;
	double wrong = 0;
	unsigned n;
	size_t i;

	for (n = 0; n < s->console_count; n++) {
		const struct spans *a = &c->attended[n];
		const uint8_t *truth = s->consoles[n].attended;
		double one = 0;
		int32_t first = -1;

		for (i = 0; i < a->count; i++) {
			int32_t at =
			    (int32_t)((a->at[i].start_us - utc(0)) / US_PER_S);
			int32_t end =
			    (int32_t)((a->at[i].end_us - utc(0)) / US_PER_S);

			for (; at < end; at++) {
				if (truth[at] == a->at[i].value)
					continue;
				first = first < 0 ? at : first;
				one++;
			}
		}
		if (one > 0)
			fprintf(stderr,
			    "console %u: %.0f s of presence differ, first at "
			    "%d\n",
			    n, one, first);
		wrong += one;
	}
	return wrong;
}

struct result {
	double wrong_s, seconds[WATCHED_COUNT];
	unsigned gaps_wrong, feeds_wrong;
};

static void
compare_all(struct centre *c, struct result *r)
{
	struct script *s = c->script;
	uint8_t *scratch = malloc((size_t)s->seconds);
	struct truth t = { 0 };
	static struct unwatched u;
	unsigned f, k;

	t.hours = malloc((size_t)s->seconds / 3600 * sizeof(t.hours[0]));
	if (!scratch || !t.hours)
		abort();
	for (f = 0; f < s->feed_count; f++) {
		const struct unwatched_feed *a;
		struct watched_line l;
		double wrong = 0;

		script_truth(s, &s->feeds[f], scratch, &t);
		l = join(c, &s->feeds[f], -1, -1);
		a = audit(s, &l, &u, &t, &wrong);
		r->wrong_s += wrong;
		r->feeds_wrong += wrong > 0;
		r->gaps_wrong += !same_gap(&a->gap_low, &t.gap_low) ||
				 !same_gap(&a->gap_high, &t.gap_high);
		for (k = 0; k < WATCHED_COUNT; k++)
			r->seconds[k] += (double)t.seconds[k];
	}
	free(scratch);
	free(t.hours);
}

static void
centre_free(struct centre *c)
{
	unsigned n;

	for (n = 0; n < c->script->console_count; n++) {
		free(c->players[n].record.spans.at);
		free(c->attended[n].at);
	}
	for (n = 0; n < ROOMS; n++)
		free(c->rooms[n].at);
	free(c->players);
	free(c->attended);
	free(c->attended_line);
	free(c->views);
	free(c->out);
	free(c->picture.at);
	script_free(c->script);
}

int
main(int argc, char **argv)
{
	unsigned days = 30, consoles = 50, feeds = 3700, k;
	uint64_t seed = 1, cpu = clock_cpu_us();
	struct centre c = { 0 };
	struct result r = { 0 };
	const char *json = NULL;
	double never_s, differs;
	FILE *f;
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		unsigned long v = strtoul(argv[i + 1], NULL, 10);

		if (!strcmp(argv[i], "--days"))
			days = (unsigned)v;
		else if (!strcmp(argv[i], "--consoles"))
			consoles = (unsigned)v;
		else if (!strcmp(argv[i], "--feeds"))
			feeds = (unsigned)v;
		else if (!strcmp(argv[i], "--seed"))
			seed = v;
		else if (!strcmp(argv[i], "--json"))
			json = argv[i + 1];
		else
			break;
	}
	if (i < argc || days < 1 || days > 366 || consoles < 6 ||
	    consoles > 199 || feeds < 1) {
		printf("usage: bench_audit [--days N] [--consoles 6..199] "
		       "[--feeds N] [--seed N] [--json FILE]\n");
		return 2;
	}
	printf("%u consoles in %u rooms, %u feeds, %u days\n", consoles, ROOMS,
	    feeds, days);
	c.script = script_new(days, consoles, feeds, seed);
	presence_all(&c);
	differs = presence_wrong(&c);
	never_s =
	    never(&c, "opens every feed at once", OPENS_ALL, -1) +
	    never(&c, "minimised VMS", MINIMISED, -1) +
	    never(&c, "static layout, console locked", LOCKED_LAYOUT, -1) +
	    never(&c, "wall of an empty room", -1, ROOMS - 1);
	compare_all(&c, &r);
	for (k = 0; k < WATCHED_COUNT; k++)
		printf("%-24s %12.0f feed-hours\n", watched_name(k),
		    r.seconds[k] / 3600);
	printf("presence: %.0f s differ from the script; audit: %.3f s of "
	       "%u feeds, %u longest gaps\n%.1f s of CPU\n",
	    differs, r.wrong_s, r.feeds_wrong, r.gaps_wrong,
	    (double)(clock_cpu_us() - cpu) / 1e6);
	centre_free(&c);
	if (json) {
		f = fopen(json, "w");
		if (!f)
			return 1;
		fprintf(f,
		    "{\"audit_seconds_wrong\": %.3f, \"audit_gaps_wrong\": "
		    "%u, \"presence_seconds_wrong\": %.0f, "
		    "\"never_watched_s\": %.0f, \"watched_h\": %.0f}\n",
		    r.wrong_s, r.gaps_wrong, differs, never_s,
		    r.seconds[WATCHED_WATCHED] / 3600);
		if (fclose(f) != 0)
			return 1;
	}
	return r.wrong_s > 0 || r.gaps_wrong || differs > 0 || never_s > 0;
}
