/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People, by what they do. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/presence_traces.h"

uint32_t
draw_u32(struct draw *d)
{
	uint64_t z = (d->state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (uint32_t)((z ^ (z >> 31)) >> 32);
}

double
draw_unit(struct draw *d)
{
	return draw_u32(d) / 4294967296.0;
}

double
draw_between(struct draw *d, double low, double high)
{
	return low + (high - low) * draw_unit(d);
}

double
draw_log_between(struct draw *d, double low, double high)
{
	return low * exp(log(high / low) * draw_unit(d));
}

double
draw_normal(struct draw *d)
{
	double u = (draw_u32(d) + 1.0) / 4294967297.0;

	return sqrt(-2 * log(u)) * cos(6.283185307179586 * draw_unit(d));
}

double
draw_log_normal(struct draw *d, double median, double sigma)
{
	return median * exp(sigma * draw_normal(d));
}

double
draw_exponential(struct draw *d, double mean)
{
	return -mean * log((draw_u32(d) + 1.0) / 4294967297.0);
}

bool
draw_chance(struct draw *d, double p)
{
	return draw_unit(d) < p;
}

void
events_add(struct input_events *e, int64_t ms, unsigned kind, double dx,
    double dy)
{
	if (e->count == e->room) {
		size_t room = e->room ? 2 * e->room : 1024;
		struct input_event *at = realloc(e->at, room * sizeof(*at));

		if (!at)
			abort();
		e->at = at;
		e->room = room;
	}
	e->at[e->count++] = (struct input_event){ ms, (uint8_t)kind, 0,
		(int16_t)lround(dx), (int16_t)lround(dy) };
}

void
events_free(struct input_events *e)
{
	free(e->at);
	memset(e, 0, sizeof(*e));
}

const char *const people[PEOPLE] = { "watches quietly", "clicks round the wall",
	"writes reports", "reads and scrolls", "steers cameras", "fidgets",
	"steps by key", "works by mouse alone", "dispatches", "changes shift" };
enum {
	WATCHER,
	ROUNDS,
	WRITER,
	READER,
	STEERER,
	FIDGETER,
	STEPPER,
	MOUSER,
	DISPATCHER,
	CHANGER
};

/* What somebody may be doing for a while. */
enum doing {
	WAITING,
	POINTING,
	WRITING,
	READING,
	STEERING,
	FIDGETING,
	STEPPING,
	ROUNDING,
	DOINGS
};
/* How often each habit turns to it, and for how long (median seconds). */
static const struct {
	double share[DOINGS];
} habits[PEOPLE] = {
	[WATCHER] = { { 70, 12, 1, 2, 2, 8, 1, 2 } },
	[ROUNDS] = { { 8, 10, 1, 1, 4, 3, 0, 60 } },
	[WRITER] = { { 15, 20, 55, 8, 0, 2, 0, 0 } },
	[READER] = { { 12, 8, 2, 65, 0, 4, 0, 0 } },
	[STEERER] = { { 12, 15, 1, 0, 60, 4, 0, 4 } },
	[FIDGETER] = { { 30, 6, 0, 1, 2, 55, 0, 3 } },
	[STEPPER] = { { 8, 4, 1, 0, 0, 3, 70, 0 } },
	[MOUSER] = { { 20, 60, 0, 12, 5, 6, 0, 10 } },
	[DISPATCHER] = { { 20, 30, 20, 8, 10, 4, 2, 6 } },
	[CHANGER] = { { 25, 30, 15, 10, 5, 6, 2, 6 } },
};
static const double lasting[DOINGS] = { 70, 25, 150, 180, 90, 60, 600, 600 };

void
person_begin(struct person *p, unsigned who, uint64_t seed)
{
	static const double rates[] = { 60, 62.5, 90, 125, 125, 250 };

	memset(p, 0, sizeof(*p));
	p->d.state = seed * 7919 + who;
	p->who = who;
	p->speed = draw_log_normal(&p->d, 1, 0.25);
	p->calm = draw_log_normal(&p->d, 1, 0.4);
	p->report_hz = rates[draw_u32(&p->d) % 6];
	p->key_ms = draw_log_normal(&p->d, 190, 0.3);
	p->dwell_s = draw_log_between(&p->d, 12, 60);
	p->dwell_sigma = draw_between(&p->d, 0.3, 0.7);
	p->wander = draw_between(&p->d, 0.02, 0.08);
}

/* One movement to somewhere: some strokes, faster in their middle. */
static void
move(struct person *p, struct input_events *e, double pixels)
{
	unsigned strokes = 1 + draw_u32(&p->d) % 3;
	double angle = draw_between(&p->d, 0, 6.28), x = 0, y = 0;

	while (strokes--) {
		double lasts = draw_log_normal(&p->d,
		    (180 + 90 * log2(1 + pixels / 40)) / p->speed, 0.3);
		double n = lasts * p->report_hz / 1000, k;
		double ms = (double)p->ms;

		for (k = 0; k < n; k++) {
			double v =
			    sin(3.1416 * (k + 0.5) / n) * pixels / n * 1.57;

			ms += 1000 / p->report_hz;
			/* Parts of a pixel are kept until they are one. */
			x += v * cos(angle);
			y += v * sin(angle);
			if (fabs(x) < 1 && fabs(y) < 1)
				continue;
			events_add(e, (int64_t)ms, INPUT_MOVE, trunc(x),
			    trunc(y));
			x -= trunc(x);
			y -= trunc(y);
		}
		p->ms =
		    (int64_t)ms + 1 + (int64_t)draw_log_normal(&p->d, 90, 0.6);
		pixels *= draw_between(&p->d, 0.05, 0.4);
		angle += draw_normal(&p->d);
	}
}

static void
wait(struct person *p, double seconds)
{
	p->ms += (int64_t)(seconds * 1000) + 1;
}

static void
tap(struct person *p, struct input_events *e, unsigned kind)
{
	events_add(e, p->ms, kind, 0, 0);
	wait(p, draw_log_normal(&p->d, 0.09, 0.3));
}

static void
point(struct person *p, struct input_events *e)
{
	move(p, e, draw_log_normal(&p->d, 350, 0.8));
	if (draw_chance(&p->d, 0.75)) {
		wait(p, draw_log_normal(&p->d, 0.15, 0.5));
		tap(p, e, INPUT_BUTTON);
		if (draw_chance(&p->d, 0.2))
			tap(p, e, INPUT_BUTTON);
	}
	wait(p, draw_log_normal(&p->d, 2.2 * p->calm, 1.0));
}

/* Words, the pauses between them, now and then a thought. */
static void
write_words(struct person *p, struct input_events *e)
{
	unsigned words = 1 + draw_u32(&p->d) % 12;

	while (words--) {
		unsigned keys = 1 + (unsigned)draw_exponential(&p->d, 4.5);

		while (keys--) {
			events_add(e, p->ms, INPUT_KEY, 0, 0);
			p->ms += 30 + (int64_t)draw_log_normal(&p->d, p->key_ms,
					  0.5);
		}
		wait(p, draw_log_normal(&p->d, 0.25, 0.7));
	}
	if (draw_chance(&p->d, 0.3))
		wait(p, draw_log_normal(&p->d, 5 * p->calm, 1.1));
	if (draw_chance(&p->d, 0.1))
		point(p, e);
}

static void
read_on(struct person *p, struct input_events *e)
{
	unsigned notches = 1 + (unsigned)draw_exponential(&p->d, 3);

	while (notches--) {
		events_add(e, p->ms, INPUT_WHEEL, 0, 0);
		p->ms += 20 + (int64_t)draw_log_normal(&p->d, 80, 0.5);
	}
	wait(p, draw_log_normal(&p->d, 4 * p->calm, 0.9));
	if (draw_chance(&p->d, 0.03))
		move(p, e, 60);
}

/* A joystick or a dragged pointer: long movements at the report's rate. */
static void
steer(struct person *p, struct input_events *e)
{
	double lasts = draw_log_normal(&p->d, 2.5, 0.9),
	       angle = draw_between(&p->d, 0, 6.28), ms = (double)p->ms, end;

	if (draw_chance(&p->d, 0.5))
		tap(p, e, INPUT_BUTTON);
	for (end = ms + lasts * 1000; ms < end; ms += 1000 / p->report_hz) {
		angle += draw_normal(&p->d) * 0.1;
		if (draw_chance(&p->d, 0.8))
			events_add(e, (int64_t)ms, INPUT_MOVE, 6 * cos(angle),
			    6 * sin(angle));
	}
	p->ms = (int64_t)end + 1;
	if (draw_chance(&p->d, 0.2))
		tap(p, e, INPUT_WHEEL);
	wait(p, draw_log_normal(&p->d, 2.5 * p->calm, 1.1));
}

/* A hand on the mouse, to no end. */
static void
fidget(struct person *p, struct input_events *e)
{
	unsigned turns = 1 + draw_u32(&p->d) % 6;

	while (turns--)
		move(p, e, draw_log_normal(&p->d, 120, 0.7));
	wait(p, draw_log_normal(&p->d, 9 * p->calm, 1.1));
}

/* The next camera, and a look at it; sometimes a long one. */
static void
dwell(struct person *p)
{
	double s = draw_log_normal(&p->d, p->dwell_s, p->dwell_sigma);

	if (draw_chance(&p->d, p->wander))
		s += draw_log_normal(&p->d, 90, 0.7);
	wait(p, s);
}

static void
step(struct person *p, struct input_events *e)
{
	tap(p, e, INPUT_KEY);
	if (draw_chance(&p->d, 0.15)) /* back again, or two on */
		tap(p, e, INPUT_KEY);
	dwell(p);
}

static void
go_round(struct person *p, struct input_events *e)
{
	move(p, e, draw_log_normal(&p->d, 300, 0.6));
	tap(p, e, INPUT_BUTTON);
	if (draw_chance(&p->d, 0.25))
		point(p, e);
	dwell(p);
}

static void
turn_to_something(struct person *p)
{
	double sum = 0, at;
	unsigned i;

	for (i = 0; i < DOINGS; i++)
		sum += habits[p->who].share[i];
	at = draw_between(&p->d, 0, sum);
	for (i = 0; i < DOINGS - 1 && at >= habits[p->who].share[i]; i++)
		at -= habits[p->who].share[i];
	p->doing = i;
	p->until_ms =
	    p->ms + (int64_t)(1000 * draw_log_normal(&p->d, lasting[i], 0.8));
}

/* Every few hours another person sits down: other hands, a gap between. */
static void
change(struct person *p)
{
	uint64_t seed = draw_u32(&p->d);
	int64_t ms = p->ms;

	person_begin(p, CHANGER, seed);
	p->ms = ms;
	wait(p, draw_between(&p->d, 5, 240));
}

void
person_go(struct person *p, struct input_events *e)
{
	if (p->ms >= p->until_ms) {
		if (p->who == CHANGER && draw_chance(&p->d, 0.004))
			change(p);
		turn_to_something(p);
		if (draw_chance(&p->d, 0.02)) /* up and away for coffee */
			wait(p, draw_log_normal(&p->d, 240, 0.6));
	}
	switch (p->doing) {
	case WAITING:
		p->ms = p->until_ms;
		if (draw_chance(&p->d, 0.6))
			move(p, e, draw_log_normal(&p->d, 80, 0.9));
		break;
	case POINTING:
		point(p, e);
		break;
	case WRITING:
		write_words(p, e);
		break;
	case READING:
		read_on(p, e);
		break;
	case STEERING:
		steer(p, e);
		break;
	case FIDGETING:
		fidget(p, e);
		break;
	case STEPPING:
		step(p, e);
		break;
	default:
		go_round(p, e);
	}
}
