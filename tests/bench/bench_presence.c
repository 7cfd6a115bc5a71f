/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_presence [--hours N] [--seeds N] [--seed N] [--json FILE]
 * [--check yes]: drawn people
 * and drawn machines through monitor/presence, heartbeat by heartbeat: who is
 * called suspect, and how soon. All traces are synthetic (presence_traces.h).
 *
 * A machine is caught when the console is suspect, or not attended at all,
 * within 15 minutes of its start; of a recording that is played again, once it
 * was played twice and a little, if that is later. Every fourth person uses an
 * agent of others that says neither seconds nor paths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "monitor/presence/console.h"
#include "tests/bench/presence_traces.h"

#define BEAT_MS 5000
#define SHIFT_MS (8 * 3600 * 1000LL)
#define LIMIT_S 900
#define LOOP_EXTRA_S 420
#define MACHINE_MS (3600 * 1000LL)
#define UTC0 1767571200000LL

struct run {
	struct console console;
	struct heartbeat hb;
	struct input_events events;
	int64_t ms, last_ms;
	int64_t suspect_from_ms, suspect_ms; /* first; in all */
	int64_t attended_ms;
	bool coarse; /* another's agent: neither seconds nor paths */
	enum presence state;
	enum presence_why why;
	uint32_t rhythm_pct, repeat_pct; /* when it was called */
};

static void
run_begin(struct run *r, uint64_t seed)
{
	struct console_config config = console_config_default();

	memset(r, 0, sizeof(*r));
	config.seed = seed;
	config.desk_still_s = 0;
	console_init(&r->console, &config, 0);
	snprintf(r->hb.life, sizeof(r->hb.life), "life");
	snprintf(r->hb.session, sizeof(r->hb.session), "c1");
	r->hb.version = HEARTBEAT_VERSION;
	r->hb.locked = SAID_NO;
	r->hb.sees_input = r->hb.sees_lock = HEARTBEAT_X11;
	r->last_ms = -1;
	r->suspect_from_ms = -1;
}

static void
run_beat(struct run *r)
{
	struct console_verdict v;
	int64_t now_us;

	events_beat(&r->events, r->ms, BEAT_MS, &r->last_ms, &r->hb);
	if (r->coarse) {
		r->hb.input.seconds = 0;
		r->hb.input.path_px = r->hb.input.span_px = HEARTBEAT_NOT_SAID;
	}
	r->ms += BEAT_MS;
	now_us = r->ms * 1000;
	r->hb.seq++;
	r->hb.utc_ms = UTC0 + r->ms;
	if (console_take(&r->console, CONSOLE_TOKEN_AGENT, &r->hb, now_us,
		(UTC0 + r->ms) * 1000) != HEARTBEAT_FINE)
		abort();
	while (console_weigh(&r->console, now_us, &v)) {
		r->state = v.state;
		if (v.state != PRESENCE_SUSPECT)
			continue;
		r->why = v.why;
		if (r->suspect_from_ms >= 0)
			continue;
		r->suspect_from_ms = r->ms;
		r->rhythm_pct = v.rhythm_pct;
		r->repeat_pct = v.repeat_pct;
	}
	r->suspect_ms += r->state == PRESENCE_SUSPECT ? BEAT_MS : 0;
	r->attended_ms += r->state == PRESENCE_ATTENDED ? BEAT_MS : 0;
}

struct people_sum {
	unsigned shifts, flagged;
	double hours, suspect_s, attended_s;
	unsigned why[PRESENCE_WHY_COUNT];
};

static void
one_person(struct run *r, unsigned who, uint64_t seed, struct people_sum *s)
{
	struct person p;

	person_begin(&p, who, seed);
	run_begin(r, seed);
	r->coarse = seed % 4 == 0;
	while (r->ms < SHIFT_MS) {
		while (p.ms < r->ms + BEAT_MS)
			person_go(&p, &r->events);
		run_beat(r);
	}
	events_free(&r->events);
	s->shifts++;
	s->hours += SHIFT_MS / 3.6e6;
	s->suspect_s += (double)r->suspect_ms / 1e3;
	s->attended_s += (double)r->attended_ms / 1e3;
	if (r->suspect_from_ms < 0)
		return;
	s->flagged++;
	s->why[r->why]++;
	fprintf(stderr,
	    "flagged: %s, seed %llu, %s at %.0f s (rhythm %u%%, repeat %u%%)\n",
	    people[who], (unsigned long long)seed, presence_why_name(r->why),
	    (double)r->suspect_from_ms / 1e3, r->rhythm_pct, r->repeat_pct);
}

struct machine_sum {
	unsigned runs, caught, strict, ever; /* strict: in 15 min at most */
	double latest_s, sum_s;
	unsigned why[PRESENCE_WHY_COUNT];
};

static void
one_machine(struct run *r, unsigned kind, uint64_t seed, bool coarse,
    struct machine_sum *s)
{
	struct machine m;
	double limit_s = LIMIT_S, at_s;

	machine_begin(&m, kind, seed);
	run_begin(r, seed);
	r->coarse = coarse;
	if (m.loop_ms && 2.0 * (double)m.loop_ms / 1e3 + LOOP_EXTRA_S > limit_s)
		limit_s = 2.0 * (double)m.loop_ms / 1e3 + LOOP_EXTRA_S;
	while (r->ms < MACHINE_MS && r->suspect_from_ms < 0) {
		while (m.ms < r->ms + BEAT_MS)
			machine_go(&m, &r->events);
		run_beat(r);
	}
	events_free(&r->events);
	machine_end(&m);
	s->runs++;
	at_s = (double)r->suspect_from_ms / 1e3;
	if (r->suspect_from_ms < 0 && r->attended_ms == 0)
		at_s = 0; /* it never counted as anything */
	else if (r->suspect_from_ms < 0)
		return;
	else
		s->why[r->why]++;
	s->ever++;
	s->caught += at_s <= limit_s;
	s->strict += at_s <= LIMIT_S;
	s->sum_s += at_s;
	if (at_s > s->latest_s)
		s->latest_s = at_s;
}

static void
print_whys(const unsigned why[PRESENCE_WHY_COUNT])
{
	unsigned i;

	for (i = 0; i < PRESENCE_WHY_COUNT; i++) {
		if (why[i])
			printf(" %s %u", presence_why_name(i), why[i]);
	}
	printf("\n");
}

static void
all_people(struct run *r, double hours, uint64_t seed, struct people_sum *all)
{
	unsigned shifts = (unsigned)(hours / PEOPLE * 3.6e6 / SHIFT_MS + 0.999);
	unsigned who, i, k;

	printf("people (drawn)          console-hours  attended  flagged "
	       "shifts  suspect time\n");
	for (who = 0; who < PEOPLE; who++) {
		struct people_sum s = { 0 };

		for (i = 0; i < shifts; i++)
			one_person(r, who, seed + i, &s);
		printf("%-24s %12.0f %8.1f%% %9u of %-5u %9.0f s ", people[who],
		    s.hours, s.attended_s / s.hours / 36, s.flagged, s.shifts,
		    s.suspect_s);
		print_whys(s.why);
		all->shifts += s.shifts;
		all->flagged += s.flagged;
		all->hours += s.hours;
		all->suspect_s += s.suspect_s;
		for (k = 0; k < PRESENCE_WHY_COUNT; k++)
			all->why[k] += s.why[k];
	}
}

static double
share(const struct machine_sum *s)
{
	return s->runs ? (double)s->caught / s->runs : 0;
}

static void
all_machines(struct run *r, unsigned seeds, uint64_t seed,
    struct machine_sum sums[2])
{
	unsigned kind, i;

	printf("\nmachines (drawn)                         caught in time   "
	       "within 1 h   mean, latest\n(second column: of an agent that "
	       "says neither seconds nor paths)\n");
	for (kind = 0; kind < MACHINES; kind++) {
		struct machine_sum s = { 0 }, coarse = { 0 };
		struct machine_sum *all = &sums[machines[kind].beyond];

		for (i = 0; i < seeds; i++)
			one_machine(r, kind, seed + i, false, &s);
		for (i = 0; i < seeds / 4; i++)
			one_machine(r, kind, seed + i, true, &coarse);
		printf("%-38s%s %7.1f%% %5.0f%% %13.1f%% %8.0f s %6.0f s ",
		    machines[kind].name, machines[kind].beyond ? " *" : "  ",
		    100.0 * s.caught / s.runs, 100 * share(&coarse),
		    100.0 * s.ever / s.runs, s.ever ? s.sum_s / s.ever : 0.0,
		    s.latest_s);
		print_whys(s.why);
		all->runs += s.runs;
		all->caught += s.caught;
		all->strict += s.strict;
		all->ever += s.ever;
	}
}

int
main(int argc, char **argv)
{
	static struct run run;
	struct machine_sum sums[2] = { 0 };
	struct people_sum humans = { 0 };
	double hours = 10000;
	unsigned seeds = 100;
	uint64_t seed = 1, cpu = clock_cpu_us();
	const char *json = NULL;
	bool check = false;
	FILE *f;
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--check"))
			check = true;
		else if (!strcmp(argv[i], "--hours"))
			hours = strtod(argv[i + 1], NULL);
		else if (!strcmp(argv[i], "--seeds"))
			seeds = (unsigned)strtoul(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "--seed"))
			seed = strtoull(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "--json"))
			json = argv[i + 1];
		else
			break;
	}
	if (i < argc) {
		printf("usage: bench_presence [--hours N] [--seeds N] "
		       "[--seed N] [--json FILE] [--check yes]\n");
		return 2;
	}
	all_people(&run, hours, seed, &humans);
	all_machines(&run, seeds, seed, sums);
	printf("\n%.0f console-hours of people: %u of %u shifts flagged, %.0f "
	       "s "
	       "suspect\n%.1f%% of the machines caught in time (%.1f%% if "
	       "long loops get 15 minutes, too); of those marked *, %.1f%%\n"
	       "%.0f s of CPU\n",
	    humans.hours, humans.flagged, humans.shifts, humans.suspect_s,
	    100 * share(&sums[0]),
	    100.0 * sums[0].strict / (sums[0].runs + !sums[0].runs),
	    100 * share(&sums[1]), (double)(clock_cpu_us() - cpu) / 1e6);
	if (check && (humans.flagged || share(&sums[0]) < 0.85))
		return 1;
	if (!json)
		return 0;
	f = fopen(json, "w");
	if (!f)
		return 1;
	fprintf(f,
	    "{\"jigglers_caught\": %.4f, \"humans_flagged\": %u, "
	    "\"human_hours\": %.0f, \"human_shifts\": %u, "
	    "\"suspect_human_s\": %.0f, \"beyond_caught\": %.4f, "
	    "\"jigglers_caught_15min\": %.4f}\n",
	    share(&sums[0]), humans.flagged, humans.hours, humans.shifts,
	    humans.suspect_s, share(&sums[1]),
	    (double)sums[0].strict / (sums[0].runs + !sums[0].runs));
	return fclose(f) != 0;
}
