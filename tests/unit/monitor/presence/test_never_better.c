/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thousand random schedules, each played as it was meant and again with
 * failures: heartbeats lost, late, twice, out of order; agents killed, their
 * clocks set; a second agent with the same token; the monitor killed, its clock
 * wrong; desk cameras, pictures and displays lost. Second by second: what
 * wasn't attended doesn't become attended by that, and what wasn't watched
 * doesn't become watched.
 *
 * What is left out, since no monitor can know it: a pattern that takes minutes
 * to tell (pattern.h) is told later, or not, when heartbeats are lost; and a
 * stolen token in use while the console's own agent is dead is that console.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/presence/console.h"
#include "monitor/presence/watched.h"

#define S 1000000LL
#define LENGTH_S 1500
#define CONSOLES 3
#define SPELLS 60
#define OWN (LENGTH_S / 5 - 1) /* heartbeats of the agent itself */
#define BEATS (LENGTH_S * 2)
#define UTC0_S 1767571200LL
#define LATE_S 15
/* What is under way at the end may still be taken back. */
#define SETTLED_S (LENGTH_S - LATE_S - 1)
#define SCHEDULES 1000

static uint64_t state;

static uint32_t
rnd(uint32_t below)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (uint32_t)((z ^ (z >> 31)) >> 32) % below;
}

/* One heartbeat on its way. */
struct letter {
	double sent_s, here_s;
	uint64_t order; /* among those of the same moment */
	double clock_s; /* its clock is so far ahead */
	uint64_t seq;
	char life; /* 'a', .. */
	uint8_t moves, keys, injected;
	bool locked, dark, no_session, goodbye, blind;
	double idle_s;
};

enum doing { WORKING, QUIET, PROGRAM, LOCKED, DARK, OUT, DOINGS };

struct letters {
	struct letter at[BEATS + 1000];
	size_t count;
	bool killed, intruded; /* not both: see above */
};

/* What one console says when nothing fails. */
static void
meant(struct letters *l)
{
	enum doing doing = (enum doing)rnd(DOINGS);
	int32_t at, until = (int32_t)rnd(300), last = -1000;
	uint64_t seq = 0;

	l->count = 0;
	l->killed = l->intruded = false;
	for (at = 5; at < LENGTH_S; at += 5) {
		struct letter *x = &l->at[l->count++];

		while (at >= until) {
			doing = rnd(2) ? WORKING : (enum doing)rnd(DOINGS);
			until = at + 5 + (int32_t)rnd(500);
		}
		memset(x, 0, sizeof(*x));
		x->sent_s = x->here_s = at;
		x->seq = ++seq;
		x->life = 'a';
		x->order = seq;
		if (doing == WORKING && rnd(3)) {
			x->moves = (uint8_t)(3 + rnd(200));
			x->keys = rnd(3) ? 0 : (uint8_t)rnd(20);
			last = at - (int32_t)rnd(5);
		}
		x->injected = doing == PROGRAM ? 1 + rnd(3) : 0;
		x->idle_s = at - last;
		x->locked = doing == LOCKED;
		x->dark = doing == DARK;
		x->no_session = doing == OUT;
	}
}

static int
by_here(const void *a, const void *b)
{
	const struct letter *x = a, *y = b;

	if (x->here_s != y->here_s)
		return x->here_s < y->here_s ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
drop(struct letters *l, size_t i)
{
	l->at[i].here_s = 2 * LENGTH_S;
}

/* From i on it is another life, after so many that were never sent. */
static void
kill_agent(struct letters *l, size_t i)
{
	size_t gone = rnd(30), k;
	uint64_t seq = 0;
	char life = (char)(l->at[i].life + 1);

	for (k = i; k < OWN; k++) {
		if (k < i + gone) {
			drop(l, k);
			continue;
		}
		l->at[k].life = life;
		l->at[k].seq = ++seq;
	}
}

/* All are late for a while: they come in order, or as each comes. */
static void
delay(struct letters *l, size_t i)
{
	size_t n = 1 + rnd(40), k;
	uint32_t most = 1 + rnd(rnd(2) ? 12 : 60);
	double before = 0;
	bool order = rnd(2);

	for (k = i; k < i + n && k < OWN; k++) {
		l->at[k].here_s += rnd(most * 10) / 10.0;
		if (order && l->at[k].here_s < before)
			l->at[k].here_s = before;
		before = l->at[k].here_s;
	}
}

static void
again(struct letters *l, size_t i)
{
	if (l->count >= BEATS)
		return;
	l->at[l->count] = l->at[i];
	l->at[l->count].here_s += 0.1 + rnd(300) / 10.0;
	l->at[l->count].order += 100000;
	l->count++;
}

/* Somebody else has the token, and claims to be busy. */
static void
intrude(struct letters *l, double from_s)
{
	unsigned n = 1 + rnd(30), k;

	for (k = 0; k < n && l->count < BEATS; k++) {
		struct letter *x = &l->at[l->count++];

		memset(x, 0, sizeof(*x));
		x->sent_s = x->here_s = from_s + k * 5 + 2.5;
		x->life = 'z';
		x->seq = k + 1;
		x->order = 200000 + k;
		x->moves = 50;
		x->keys = 5;
	}
}

static void
set_clock(struct letters *l, size_t i)
{
	double by = (double)rnd(600) - 300;
	size_t k;

	if (rnd(2))
		by /= 20;
	for (k = i; k < OWN; k++)
		l->at[k].clock_s += by;
}

static void
fail_agent(struct letters *l)
{
	/* The first minutes go well: a clock must have been seen right. */
	size_t i = 4 + rnd(OWN - 4), k;

	switch (rnd(7)) {
	case 0:
		for (k = i; k < i + 1 + rnd(4) && k < OWN; k++)
			drop(l, k);
		return;
	case 1:
		for (k = i; k < OWN; k++) {
			if (rnd(20) == 0)
				drop(l, k);
		}
		return;
	case 2:
		if (!l->intruded)
			kill_agent(l, i);
		l->killed = true;
		return;
	case 3:
		delay(l, i);
		return;
	case 4:
		again(l, i);
		return;
	case 5:
		if (!l->killed)
			intrude(l, l->at[i].sent_s);
		l->intruded = true;
		return;
	default:
		set_clock(l, i);
	}
}

/* -- the monitor: off for spells; attended as a reader sees it afterwards */

struct schedule {
	struct letters letters[CONSOLES];
	int32_t off[4][2];
	unsigned off_count;
	double wrong_utc_s; /* its own clock, after it was off */
	bool desk;
	uint8_t desk_word[LENGTH_S]; /* 0 none, 1 still, 2 moves */
};

struct record {
	uint8_t state[LENGTH_S]; /* enum presence */
	int32_t at_s;		 /* written until here */
	enum presence open;
};

/* A second is of the state that holds at its end. */
static void
apply(struct record *r, const struct console_verdict *v)
{
	double at = (double)v->at_us / S, since = (double)v->since_us / S;
	int32_t s;

	for (s = r->at_s; s < LENGTH_S && s + 1 <= at; s++)
		r->state[s] = (uint8_t)r->open;
	if (s > r->at_s)
		r->at_s = s;
	for (s = since > 1 ? (int32_t)since - 1 : 0; s < r->at_s; s++) {
		if (s + 1 > since &&
		    presence_takes(v->state, (enum presence)r->state[s]))
			r->state[s] = (uint8_t)v->state;
	}
	r->open = v->state;
}

static void
weigh(struct console *c, struct record *r, double at_s)
{
	struct console_verdict v;

	while (console_weigh(c, (int64_t)(at_s * S), &v))
		apply(r, &v);
}

static void
write_until(struct record *r, int32_t to_s, uint8_t value)
{
	for (; r->at_s < to_s; r->at_s++)
		r->state[r->at_s] = value;
}

static bool
is_off(const struct schedule *x, double at_s, unsigned *which)
{
	unsigned i;

	for (i = 0; i < x->off_count; i++) {
		if (at_s >= x->off[i][0] && at_s < x->off[i][1]) {
			*which = i;
			return true;
		}
	}
	return false;
}

/* A quiet time in which nothing could be delivered, since the monitor was off:
 * the agent's next heartbeat covers it. */
struct unsent {
	uint32_t span_ms;
	bool lost;
	char life;
};

static void
keep_unsent(struct unsent *u, const struct letter *x)
{
	if (u->life != x->life)
		*u = (struct unsent){ .life = x->life };
	u->span_ms += 5000;
	u->lost |= x->moves + x->keys + x->injected > 0;
}

static void
take(struct console *c, const struct letter *x, struct unsent *u, double utc_s)
{
	static struct heartbeat hb;
	struct heartbeat_input *in = &hb.input;

	memset(&hb, 0, sizeof(hb));
	hb.version = HEARTBEAT_VERSION;
	hb.life[0] = x->life;
	hb.seq = x->seq;
	hb.session[0] = x->no_session ? '\0' : 's';
	hb.locked = x->locked ? SAID_YES : SAID_NO;
	hb.sees_input = hb.sees_lock = hb.sees_screens = HEARTBEAT_X11;
	hb.screen_count = 1;
	hb.screens[0].power = x->dark ? SCREEN_OFF : SCREEN_ON;
	if (u->life != x->life || u->lost)
		*u = (struct unsent){ 0 };
	hb.span_ms = 5000 + u->span_ms;
	*u = (struct unsent){ 0 };
	hb.utc_ms = (int64_t)((UTC0_S + x->sent_s + x->clock_s) * 1000);
	in->count[INPUT_MOVE] = x->moves;
	in->count[INPUT_KEY] = x->keys;
	in->injected[INPUT_MOVE] = x->injected;
	in->path_px = in->span_px = HEARTBEAT_NOT_SAID;
	hb.idle_ms = (uint32_t)(x->idle_s * 1000);
	console_take(c, CONSOLE_TOKEN_AGENT, &hb, (int64_t)(x->here_s * S),
	    (int64_t)((UTC0_S + utc_s) * S));
}

/* Killed at that second: what was open is true as far as it could have been
 * called late, had the monitor lived (console.h). */
static void
die(struct record *r, struct console *c, int32_t at_s)
{
	int32_t s;

	weigh(c, r, at_s);
	write_until(r, at_s, (uint8_t)r->open);
	for (s = at_s - LATE_S; s < at_s; s++) {
		if (s >= 0 && r->state[s] == PRESENCE_ATTENDED)
			r->state[s] = PRESENCE_UNKNOWN;
	}
}

static void
start(struct console *c, struct record *r, const struct schedule *x,
    int32_t at_s)
{
	struct console_config config = console_config_default();
	enum presence_why why = c->verdict.why;

	config.has_agent = true;
	config.desk_still_s = x->desk ? 400 : 0;
	console_init(c, &config, at_s * S);
	if (at_s)
		console_resume(c, r->open, why, r->at_s * S, at_s * S);
	r->open = PRESENCE_UNKNOWN;
	write_until(r, at_s, PRESENCE_UNKNOWN);
}

static void
play(struct schedule *x, unsigned n, struct record *r)
{
	struct letters *l = &x->letters[n];
	static struct console c;
	struct unsent unsent = { 0 };
	unsigned which = 0;
	bool on = false;
	size_t i = 0;
	int32_t s;

	memset(r, 0, sizeof(*r));
	memset(&c, 0, sizeof(c));
	qsort(l->at, l->count, sizeof(l->at[0]), by_here);
	for (s = 0; s < LENGTH_S; s++) {
		bool off = is_off(x, s, &which);

		if (on && off)
			die(r, &c, s);
		if (!on && !off)
			start(&c, r, x, s);
		on = !off;
		for (; i < l->count && l->at[i].here_s < s + 1; i++) {
			if (!on) {
				keep_unsent(&unsent, &l->at[i]);
				continue;
			}
			weigh(&c, r, l->at[i].here_s);
			take(&c, &l->at[i], &unsent,
			    l->at[i].here_s +
				(x->off_count && which + 1 == x->off_count
					? x->wrong_utc_s
					: 0));
			weigh(&c, r, l->at[i].here_s);
		}
		if (on && x->desk && x->desk_word[s])
			console_desk(&c, x->desk_word[s] == 2, s * S + S - 1);
	}
	if (on)
		weigh(&c, r, LENGTH_S);
	write_until(r, LENGTH_S,
	    on ? (uint8_t)r->open : (uint8_t)PRESENCE_UNKNOWN);
}

static void
draw(struct schedule *x)
{
	int32_t s, moving = 0;
	unsigned n;

	memset(x, 0, sizeof(*x));
	for (n = 0; n < CONSOLES; n++)
		meant(&x->letters[n]);
	x->desk = rnd(4) == 0;
	for (s = 0; s < LENGTH_S; s++) {
		if (s >= moving)
			moving = s + (int32_t)rnd(1200);
		if (s % 10 == 0)
			x->desk_word[s] = s == 0 || moving - s < 500 ? 2 : 1;
	}
}

static void
fail_monitor(struct schedule *x)
{
	int32_t from = 60 + (int32_t)rnd(400);

	while (x->off_count < 4 && from < LENGTH_S - 100 && rnd(3)) {
		int32_t to = from + 1 + (int32_t)rnd(rnd(2) ? 20 : 300);

		x->off[x->off_count][0] = from;
		x->off[x->off_count++][1] = to;
		from = to + 1 + (int32_t)rnd(900);
	}
	if (x->off_count && rnd(3) == 0)
		x->wrong_utc_s = (double)rnd(100) - 50;
}

static void
fail_desk(struct schedule *x)
{
	int32_t s, from = (int32_t)rnd(LENGTH_S), to = from + 600;

	for (s = from; s < to && s < LENGTH_S; s++)
		x->desk_word[s] = 0;
}

/* -- what is watched, from presence, displays and pictures */

#define FEEDS 4
#define PIECES 24
struct scene {
	struct watched_span picture[FEEDS][PIECES];
	struct watched_view views[FEEDS][PIECES];
	unsigned screen[FEEDS][PIECES]; /* CONSOLES: the room's */
};

static void
draw_scene(struct scene *w)
{
	unsigned f, i;

	for (f = 0; f < FEEDS; f++) {
		for (i = 0; i < PIECES; i++) {
			int64_t at = i * (LENGTH_S / PIECES);

			w->picture[f][i] =
			    (struct watched_span){ at, at + LENGTH_S / PIECES,
				    rnd(3) ? PICTURE_GOOD : (uint8_t)rnd(4) };
			w->views[f][i] =
			    (struct watched_view){ rnd(LENGTH_S - 10), 0,
				    rnd(3) ? VIEW_COUNTS
					   : (uint8_t)rnd(VIEW_WORTH_COUNT),
				    rnd(4) ? SCREEN_ON : (uint8_t)rnd(4),
				    NULL };
			w->views[f][i].end_us =
			    w->views[f][i].start_us + 1 + rnd(400);
			w->screen[f][i] = rnd(CONSOLES + 1);
		}
	}
}

/* Probes and displays fail: what was known isn't, or isn't any more. */
static void
fail_scene(struct scene *w)
{
	unsigned n = rnd(30);

	while (n--) {
		struct watched_span *p = &w->picture[rnd(FEEDS)][rnd(PIECES)];
		struct watched_view *v = &w->views[rnd(FEEDS)][rnd(PIECES)];

		switch (rnd(5)) {
		case 0:
			p->value = PICTURE_OFF;
			break;
		case 1:
			p->value = PICTURE_UNKNOWN;
			break;
		case 2: /* its agent is lost: it may still be shown */
			if (v->worth == VIEW_COUNTS)
				v->worth = VIEW_MAYBE;
			v->power = SCREEN_UNKNOWN;
			break;
		case 3: /* told late */
			v->start_us += rnd(60);
			break;
		default:
			v->end_us -= rnd(60);
		}
	}
}

static struct watched_span who[CONSOLES + 1][LENGTH_S];
static struct watched_line who_line[CONSOLES + 1];

static void
attend(const struct record *r)
{
	static struct watched_span presence[CONSOLES][LENGTH_S];
	struct watched_line presence_line[CONSOLES];
	size_t n, k;
	int32_t s;

	for (n = 0; n < CONSOLES; n++) {
		for (s = 0, k = 0; s < LENGTH_S; s++) {
			if (k && presence[n][k - 1].value == r[n].state[s])
				presence[n][k - 1].end_us = s + 1;
			else
				presence[n][k++] = (struct watched_span){ s,
					s + 1, r[n].state[s] };
		}
		presence_line[n] = (struct watched_line){ presence[n], k };
		who_line[n] = (struct watched_line){ who[n],
			watched_attendance(&presence_line[n], 1, 0, LENGTH_S,
			    who[n], LENGTH_S) };
	}
	who_line[CONSOLES] = (struct watched_line){ who[CONSOLES],
		watched_attendance(presence_line, CONSOLES, 0, LENGTH_S,
		    who[CONSOLES], LENGTH_S) };
}

static void
watch(const struct scene *w, unsigned f, const struct schedule *x,
    uint8_t out[LENGTH_S])
{
	static struct watched_span line[LENGTH_S];
	struct watched_line picture = { w->picture[f], PIECES };
	struct watched_view views[PIECES];
	struct watched_span pictures[LENGTH_S];
	size_t n, i, k;
	int32_t s;
	unsigned which;

	for (i = 0; i < PIECES; i++) {
		views[i] = w->views[f][i];
		views[i].who = &who_line[w->screen[f][i]];
	}
	/* While the monitor is off there is no picture interval. */
	for (s = 0, k = 0; s < LENGTH_S; s++) {
		if (!is_off(x, s, &which))
			pictures[k++] = (struct watched_span){ s, s + 1,
				picture.spans[s / (LENGTH_S / PIECES)].value };
	}
	picture = (struct watched_line){ pictures, k };
	n = watched_join(&picture, views, PIECES, 0, LENGTH_S, line, LENGTH_S);
	assert_true(n <= LENGTH_S);
	for (i = 0; i < n; i++) {
		for (s = (int32_t)line[i].start_us; s < line[i].end_us; s++)
			out[s] = line[i].value;
	}
}

static unsigned long attended_before, attended_after, watched_before,
    watched_after;

static void
compare_presence(uint64_t seed, unsigned n, const struct record *meant,
    const struct record *failed)
{
	int32_t s;

	for (s = 0; s < SETTLED_S; s++) {
		attended_before += meant->state[s] == PRESENCE_ATTENDED;
		attended_after += failed->state[s] == PRESENCE_ATTENDED;
		if (failed->state[s] != PRESENCE_ATTENDED ||
		    meant->state[s] == PRESENCE_ATTENDED)
			continue;
		print_error("seed %llu, console %u, second %d: %s became "
			    "attended\n",
		    (unsigned long long)seed, n, s,
		    presence_name(meant->state[s]));
		fail();
	}
}

static void
compare_watched(uint64_t seed, unsigned f, const uint8_t *meant,
    const uint8_t *failed)
{
	int32_t s;

	for (s = 0; s < SETTLED_S; s++) {
		watched_before += meant[s] == WATCHED_WATCHED;
		watched_after += failed[s] == WATCHED_WATCHED;
		if (failed[s] == WATCHED_WATCHED &&
		    meant[s] != WATCHED_WATCHED) {
			print_error("seed %llu, feed %u, second %d\n",
			    (unsigned long long)seed, f, s);
			fail();
		}
	}
}

static void
test_never_better(void **unused)
{
	static struct record meant_record[CONSOLES], failed_record[CONSOLES];
	static uint8_t meant_line[FEEDS][LENGTH_S], failed_line[LENGTH_S];
	static struct schedule as_meant, as_failed;
	static struct scene scene, broken;
	unsigned n, failures;
	uint64_t seed;

	(void)unused;
	for (seed = 1; seed <= SCHEDULES; seed++) {
		state = seed * 1000003;
		draw(&as_meant);
		draw_scene(&scene);
		as_failed = as_meant;
		broken = scene;
		failures = 1 + rnd(5);
		for (n = 0; n < failures; n++)
			fail_agent(&as_failed.letters[rnd(CONSOLES)]);
		if (rnd(2))
			fail_monitor(&as_failed);
		if (rnd(2))
			fail_desk(&as_failed);
		fail_scene(&broken);
		for (n = 0; n < CONSOLES; n++) {
			play(&as_meant, n, &meant_record[n]);
			play(&as_failed, n, &failed_record[n]);
			compare_presence(seed, n, &meant_record[n],
			    &failed_record[n]);
		}
		attend(meant_record);
		for (n = 0; n < FEEDS; n++)
			watch(&scene, n, &as_meant, meant_line[n]);
		attend(failed_record);
		for (n = 0; n < FEEDS; n++) {
			watch(&broken, n, &as_failed, failed_line);
			compare_watched(seed, n, meant_line[n], failed_line);
		}
	}
	/* It isn't empty: much was attended and watched, and failures cost a
	 * part of it. */
	assert_true(attended_before > SCHEDULES * 1000);
	assert_true(attended_after > attended_before / 4);
	assert_true(attended_after < attended_before * 95 / 100);
	assert_true(watched_after > watched_before / 8);
	assert_true(watched_after < watched_before * 95 / 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_better),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
