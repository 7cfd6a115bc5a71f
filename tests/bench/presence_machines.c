/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in for a person. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/presence_traces.h"

enum {
	CONSTANT,
	GAUSS,
	BAND,
	CONSTANT_KEY,
	BAND_KEY,
	LOOP_SHORT,
	LOOP_LONG,
	STUCK,
	MACRO,
	MACRO_RANDOM,
	VM_VIRTUAL,
	VM_HOST,
	XTEST,
	CIRCLE,
	CIRCLE_BURSTS,
	WHEEL,
	WATCH,
	FAN,
	CLICKER,
	CLICKER_BAND,
	TINY_RARE,
	LOOP_STRETCHED,
	KEY_EXPONENTIAL,
	IMITATOR,
};

const struct machine_kind machines[MACHINES] = {
	[CONSTANT] = { "moves at a constant period", false },
	[GAUSS] = { "moves at a jittered period", false },
	[BAND] = { "moves, uniformly random times", false },
	[CONSTANT_KEY] = { "a key at a constant period", false },
	[BAND_KEY] = { "a key, uniformly random times", false },
	[LOOP_SHORT] = { "a human trace again, 30 s to 4 min", false },
	[LOOP_LONG] = { "a human trace again, 4 to 20 min", false },
	[STUCK] = { "a weight on a key, repeats counted", false },
	[MACRO] = { "macro of several kinds, jittered", false },
	[MACRO_RANDOM] = { "macro, kinds and times random", false },
	[VM_VIRTUAL] = { "VM wiggle by a virtual device", false },
	[VM_HOST] = { "VM wiggle by the host", false },
	[XTEST] = { "injected (XTEST)", false },
	[CIRCLE] = { "USB jiggler: circles", false },
	[CIRCLE_BURSTS] = { "USB jiggler: circles now and then", false },
	[WHEEL] = { "wheel to and fro", false },
	[WATCH] = { "mouse on a watch", false },
	[FAN] = { "mouse on a fan", false },
	[CLICKER] = { "auto-clicker", false },
	[CLICKER_BAND] = { "auto-clicker, jittered", false },
	[TINY_RARE] = { "moves every 2 to 4 min", true },
	[LOOP_STRETCHED] = { "a human trace again, stretched", true },
	[KEY_EXPONENTIAL] = { "a key, exponential times", true },
	[IMITATOR] = { "drawn like a person", true },
};

/* A stretch of somebody's input, with something in it. */
static void
record(struct machine *m)
{
	struct person p;

	do {
		events_free(&m->loop);
		person_begin(&p, draw_u32(&m->d) % PEOPLE, draw_u32(&m->d));
		p.ms = 0;
		while (p.ms < m->loop_ms)
			person_go(&p, &m->loop);
		while (m->loop.count &&
		       m->loop.at[m->loop.count - 1].ms >= m->loop_ms)
			m->loop.count--;
	} while (m->loop.count < 20);
}

static void
set(struct machine *m)
{
	struct draw *d = &m->d;

	switch (m->kind) {
	case LOOP_SHORT:
		m->loop_ms = (int64_t)(1000 * draw_log_between(d, 30, 240));
		record(m);
		break;
	case LOOP_LONG:
		m->loop_ms = (int64_t)(1000 * draw_log_between(d, 240, 1200));
		record(m);
		break;
	case LOOP_STRETCHED:
		m->loop_ms = (int64_t)(1000 * draw_log_between(d, 30, 240));
		record(m);
		break;
	case GAUSS:
		m->b = m->a * draw_between(d, 0.05, 0.2);
		break;
	case BAND:
	case BAND_KEY:
		m->a = draw_log_between(d, 1, 40);
		m->b = m->a * draw_between(d, 1.2, 3);
		break;
	case WATCH:
		m->a = draw_between(d, 0.4, 0.98);
		break;
	case FAN:
		m->a = draw_log_between(d, 4, 60);
		break;
	case CLICKER:
	case CLICKER_BAND:
		m->a = draw_log_between(d, 0.1, 5);
		m->b = m->a * draw_between(d, 1.1, 2.5);
		break;
	case MACRO:
		m->a = draw_log_between(d, 4, 60);
		m->b = draw_between(d, 0, 0.2);
		m->size = 3 + draw_u32(d) % 8;
		break;
	case MACRO_RANDOM:
		m->a = draw_log_between(d, 0.5, 10);
		m->b = m->a * draw_between(d, 1.5, 3);
		break;
	case TINY_RARE:
		m->a = draw_between(d, 120, 240);
		break;
	default:
		break;
	}
}

void
machine_begin(struct machine *m, unsigned kind, uint64_t seed)
{
	memset(m, 0, sizeof(*m));
	m->d.state = seed * 104729 + kind * 31;
	m->kind = kind;
	m->a = draw_log_between(&m->d, 1, 75); /* a period, s */
	m->size = 1 + draw_u32(&m->d) % 3;
	set(m);
}

static void
rest(struct machine *m, double seconds)
{
	m->ms += (int64_t)(seconds * 1000 + 0.5) + 1;
}

/* The same few inputs each time. */
static void
few(struct machine *m, struct input_events *e, unsigned kind, uint8_t by)
{
	unsigned i;

	for (i = 0; i < m->size; i++) {
		events_add(e, m->ms + i * 20, kind, i % 2 ? -2 : 2, 0);
		e->at[e->count - 1].by = by;
	}
}

static void
circle(struct machine *m, struct input_events *e, double seconds)
{
	double t;

	for (t = 0; t < seconds; t += 0.008)
		events_add(e, m->ms + (int64_t)(t * 1000), INPUT_MOVE,
		    4 * cos(t * 6), 4 * sin(t * 6));
	rest(m, seconds);
}

static void
replay(struct machine *m, struct input_events *e)
{
	double stretch =
	    m->kind == LOOP_STRETCHED ? draw_between(&m->d, 0.7, 1.3) : 1;
	size_t i;

	for (i = 0; i < m->loop.count; i++) {
		const struct input_event *x = &m->loop.at[i];

		events_add(e, m->ms + (int64_t)((double)x->ms * stretch),
		    x->kind, x->dx, x->dy);
	}
	m->ms += (int64_t)((double)m->loop_ms * stretch);
}

/* Move, click, type: the same every time, or one of them. */
static void
macro(struct machine *m, struct input_events *e)
{
	unsigned i;

	for (i = 0; i < 25; i++)
		events_add(e, m->ms + i * 16, INPUT_MOVE, i < 12 ? 9 : -9, 2);
	events_add(e, m->ms + 500, INPUT_BUTTON, 0, 0);
	for (i = 0; i < m->size; i++)
		events_add(e, m->ms + 700 + i * 60, INPUT_KEY, 0, 0);
	rest(m, m->a * (1 + m->b * draw_normal(&m->d)));
	if (m->ms < e->at[e->count - 1].ms)
		m->ms = e->at[e->count - 1].ms + 50;
}

static void
macro_random(struct machine *m, struct input_events *e)
{
	unsigned i;

	switch (draw_u32(&m->d) % 4) {
	case 0:
		events_add(e, m->ms, INPUT_KEY, 0, 0);
		break;
	case 1:
		events_add(e, m->ms, INPUT_BUTTON, 0, 0);
		break;
	case 2:
		events_add(e, m->ms, INPUT_WHEEL, 0, 0);
		break;
	default:
		for (i = 0; i < 10; i++)
			events_add(e, m->ms + i * 8, INPUT_MOVE, 20, 12);
	}
	rest(m, draw_between(&m->d, m->a, m->b));
}

/* The shadow of a second hand, or of blades: noise on one spot. */
static void
noise(struct machine *m, struct input_events *e)
{
	unsigned i, n;

	if (m->kind == WATCH)
		n = draw_chance(&m->d, m->a) ? 1 + draw_u32(&m->d) % 12 : 0;
	else
		n = (unsigned)fmax(0, m->a * (1 + 0.3 * draw_normal(&m->d)));
	for (i = 0; i < n; i++)
		events_add(e, m->ms + i * 1000 / (n + 1), INPUT_MOVE,
		    2 * draw_normal(&m->d), 2 * draw_normal(&m->d));
	m->ms += 1000;
}

static void
every(struct machine *m, struct input_events *e, unsigned kind, double seconds)
{
	few(m, e, kind, 0);
	rest(m, fmax(0.1, seconds));
}

void
machine_go(struct machine *m, struct input_events *e)
{
	struct draw *d = &m->d;

	switch (m->kind) {
	case CONSTANT:
	case VM_HOST:
	case TINY_RARE:
		every(m, e, INPUT_MOVE, m->a);
		return;
	case GAUSS:
		every(m, e, INPUT_MOVE, m->a + m->b * draw_normal(d));
		return;
	case BAND:
		every(m, e, INPUT_MOVE, draw_between(d, m->a, m->b));
		return;
	case CONSTANT_KEY:
		every(m, e, INPUT_KEY, m->a);
		return;
	case BAND_KEY:
		every(m, e, INPUT_KEY, draw_between(d, m->a, m->b));
		return;
	case KEY_EXPONENTIAL:
		every(m, e, INPUT_KEY, draw_exponential(d, m->a));
		return;
	case WHEEL:
		every(m, e, INPUT_WHEEL, m->a * draw_between(d, 0.9, 1.1));
		return;
	case CLICKER:
		m->size = 1;
		every(m, e, INPUT_BUTTON, m->a);
		return;
	case CLICKER_BAND:
		m->size = 1;
		every(m, e, INPUT_BUTTON, draw_between(d, m->a, m->b));
		return;
	case STUCK:
		m->size = 1;
		every(m, e, INPUT_KEY, 0.033);
		return;
	case VM_VIRTUAL:
	case XTEST:
		few(m, e, INPUT_MOVE, m->kind == XTEST ? 1 : 2);
		rest(m, m->a * draw_between(d, 0.5, 1.5));
		return;
	case CIRCLE:
		circle(m, e, 1);
		return;
	case CIRCLE_BURSTS:
		circle(m, e, m->size * draw_between(d, 0.9, 1.1));
		rest(m, m->a * draw_between(d, 0.8, 1.2));
		return;
	case WATCH:
	case FAN:
		noise(m, e);
		return;
	case MACRO:
		macro(m, e);
		return;
	case MACRO_RANDOM:
		macro_random(m, e);
		return;
	case IMITATOR:
		few(m, e, draw_u32(d) % 2 ? INPUT_KEY : INPUT_MOVE, 0);
		m->size = 1 + (unsigned)draw_exponential(d, 25);
		rest(m, draw_log_normal(d, 6, 1.2));
		return;
	default:
		replay(m, e);
	}
}

void
machine_end(struct machine *m)
{
	events_free(&m->loop);
}

static unsigned
bin_of(int64_t gap_ms)
{
	unsigned bin = 0;

	while (gap_ms > 1 && bin < HEARTBEAT_GAP_BINS - 1) {
		gap_ms >>= 1;
		bin++;
	}
	return bin;
}

static void
count_hand(const struct input_event *x, int64_t from_ms, int64_t *last_ms,
    struct heartbeat_input *in)
{
	int64_t second = (x->ms - from_ms) / 1000;

	in->count[x->kind]++;
	if (second >= 0 && second < in->seconds)
		in->per_second[second]++;
	if (*last_ms >= 0)
		in->gaps[bin_of(x->ms - *last_ms)]++;
	*last_ms = x->ms;
}

void
events_beat(struct input_events *e, int64_t from_ms, uint32_t span_ms,
    int64_t *last_ms, struct heartbeat *hb)
{
	struct heartbeat_input *in = &hb->input;
	int x = 0, y = 0, left = 0, right = 0, top = 0, bottom = 0;
	int64_t end = from_ms + span_ms;
	uint32_t path = 0;

	memset(in, 0, sizeof(*in));
	in->seconds = (uint8_t)(span_ms / 1000);
	for (; e->next < e->count && e->at[e->next].ms < end; e->next++) {
		const struct input_event *v = &e->at[e->next];

		if (v->by) {
			(v->by == 1 ? in->injected : in->virtual_)[v->kind]++;
			continue;
		}
		count_hand(v, from_ms, last_ms, in);
		x += v->dx;
		y += v->dy;
		path += (uint32_t)(abs(v->dx) + abs(v->dy));
		left = x < left ? x : left;
		right = x > right ? x : right;
		top = y < top ? y : top;
		bottom = y > bottom ? y : bottom;
	}
	in->path_px = path;
	in->span_px = (uint32_t)(right - left > bottom - top ? right - left
							     : bottom - top);
	hb->span_ms = span_ms;
	hb->idle_ms =
	    *last_ms < 0 ? HEARTBEAT_NOT_SAID : (uint32_t)(end - *last_ms);
	if (e->next == e->count)
		e->next = e->count = 0;
}
