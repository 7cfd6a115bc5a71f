/* SPDX-License-Identifier: GPL-3.0-or-later */
/* presence_traces.h: drawn input at a console, event by event: of people with
 * their habits, and of the machines that stand in for them. Synthetic: nobody's
 * input was recorded for it. People are drawn from what they do (point, click,
 * type, read, steer a camera, fidget, wait), not from the numbers that
 * monitor/presence/pattern looks at.
 */
#ifndef TESTS_BENCH_PRESENCE_TRACES_H
#define TESTS_BENCH_PRESENCE_TRACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/heartbeat.h"

struct input_event {
	int64_t ms;
	uint8_t kind; /* enum input_kind */
	uint8_t by;   /* 0 hand, 1 injected, 2 virtual device */
	int16_t dx, dy;
};
struct input_events {
	struct input_event *at;
	size_t count, room, next;
};

struct draw {
	uint64_t state;
};
uint32_t draw_u32(struct draw *d);
double draw_unit(struct draw *d); /* [0, 1) */
double draw_between(struct draw *d, double low, double high);
double draw_log_between(struct draw *d, double low, double high);
double draw_normal(struct draw *d);
double draw_log_normal(struct draw *d, double median, double sigma);
double draw_exponential(struct draw *d, double mean);
bool draw_chance(struct draw *d, double p);

void events_add(struct input_events *e, int64_t ms, unsigned kind, double dx,
    double dy);
void events_free(struct input_events *e);

#define PEOPLE 10
extern const char *const people[PEOPLE];
struct person {
	struct draw d;
	unsigned who;
	int64_t ms;	    /* where the trace has come to */
	double speed, calm; /* of this one */
	double report_hz, key_ms, dwell_s, dwell_sigma, wander;
	int64_t until_ms; /* of what is being done */
	unsigned doing;
};
void person_begin(struct person *p, unsigned who, uint64_t seed);
/* Appends what is done next; moves on by at least a moment. */
void person_go(struct person *p, struct input_events *e);

struct machine_kind {
	const char *name;
	bool beyond; /* known to be out of reach, or slow: told apart */
};
#define MACHINES 24
extern const struct machine_kind machines[MACHINES];
struct machine {
	struct draw d;
	unsigned kind;
	int64_t ms;
	double a, b, c; /* of the kind */
	unsigned size;
	int64_t loop_ms;
	struct input_events loop;
};
void machine_begin(struct machine *m, unsigned kind, uint64_t seed);
void machine_go(struct machine *m, struct input_events *e);
void machine_end(struct machine *m);

/* [from, from + span) of the events as a heartbeat's input and idle time. */
void events_beat(struct input_events *e, int64_t from_ms, uint32_t span_ms,
    int64_t *last_ms, struct heartbeat *hb);

#endif
