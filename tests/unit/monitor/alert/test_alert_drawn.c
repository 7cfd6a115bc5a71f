/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawn troubles: the book against a slow reference that looks at everything
 * every second and knows no queue, no mask and no box; then the same with kills
 * between any two committed rows. */
#include "timeline.h"

#define PLACES 10
#define SECONDS 2400
#define TOLD_MOST 4000
#define ALERTS_MOST 1500

static struct timeline line;
static uint64_t seed;

static uint32_t
draw(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 20) % below;
}

/* --- what is drawn, once for both */

struct input {
	int64_t incident; /* that begins; 0 = none */
	int64_t ends;	  /* .. or ends */
	int64_t acknowledged;
	int excuse; /* of that place - 1: the other way round; 0 = none */
	int place;
	enum notice_severity severity;
};

struct settings {
	int64_t for_s, escalate_s, gather_s, budget_s, flap_s, calm_s;
	uint32_t budget, flap_count;
};

static struct input inputs[SECONDS];
static struct settings set;

static void
draw_all(uint64_t from)
{
	int64_t open[PLACES] = { 0 }, next = 1;

	seed = from * 0x9e3779b97f4a7c15ull + 1;
	set = (struct settings){ .for_s = draw(2) * draw(60),
		.escalate_s = 30 + draw(200),
		.gather_s = 1 + draw(6),
		.budget_s = 60 + draw(600),
		.flap_s = 60 + draw(500),
		.calm_s = 60 + draw(300),
		.budget = 1 + draw(3),
		.flap_count = 2 + draw(4) };
	memset(inputs, 0, sizeof(inputs));
	for (int s = 1; s < SECONDS; s++) {
		struct input *i = &inputs[s];
		bool late = s > SECONDS * 2 / 3; /* then all comes to its end */

		i->place = (int)draw(PLACES);
		i->severity = draw(5) == 0 ? NOTICE_CRITICAL : NOTICE_HIGH;
		if (open[i->place] != 0 && draw(late ? 3 : 12) == 0) {
			i->ends = open[i->place];
			open[i->place] = 0;
		} else if (open[i->place] == 0 && !late && draw(6) == 0) {
			i->incident = open[i->place] = next++;
		} else if (open[i->place] != 0 && draw(20) == 0) {
			i->acknowledged = open[i->place];
		} else if (draw(90) == 0 && !late) {
			i->excuse = i->place + 1;
		}
	}
}

/* --- what was told, as either says it */

struct told {
	int s, alert, kind; /* alert 0: a digest of `count` */
	int count;
	char to;
};

/* --- the reference */

struct note { /* one that waits, or waited */
	int made;
	int alert, kind;
	char to;
	bool gone; /* told or moot */
};

struct ref_alert {
	int place, since, closed; /* s; closed 0 = open */
	bool open, flaps, acknowledged;
	int turned;	 /* of one that flaps */
	int fired, step; /* s of the last step, how many were */
	enum notice_severity severity;
	bool knows[2], owed[2]; /* duty, chief */
};

static struct ref_alert ref[ALERTS_MOST];
static struct note notes[TOLD_MOST];
static struct told expected[TOLD_MOST];
static int ref_count, note_count, expected_count;
static int begun[PLACES][ALERTS_MOST], begun_count[PLACES];
static int alert_of[SECONDS];
static bool excused[PLACES];
static int last_told[2][TOLD_MOST], told_count[2];

static void
ref_note(int s, int alert, int kind, int who)
{
	notes[note_count++] = (struct note){ .made = s,
		.alert = alert,
		.kind = kind,
		.to = (char)who };
}

static bool
ref_waits(int alert, int who)
{
	for (int i = 0; i < note_count; i++)
		if (!notes[i].gone && notes[i].alert == alert &&
		    notes[i].to == who)
			return true;
	return false;
}

static void
ref_close(int s, int alert)
{
	struct ref_alert *a = &ref[alert];

	a->closed = s;
	for (int who = 0; who < 2; who++) {
		for (int i = 0; i < note_count; i++)
			if (!notes[i].gone && notes[i].alert == alert &&
			    notes[i].to == who)
				notes[i].gone = true;
		if (a->owed[who])
			ref_note(s, alert, NOTICE_RESOLVED, who);
	}
}

static void
ref_worse(struct ref_alert *a)
{
	a->acknowledged = a->knows[0] = a->knows[1] = false;
	a->step = 0;
}

static void
ref_work(int s, int alert)
{
	struct ref_alert *a = &ref[alert];
	int due = a->step == 0 ? a->since + (int)set.for_s
			       : a->fired + (int)set.escalate_s;

	if (a->closed != 0)
		return;
	if (a->flaps && s - a->turned >= set.calm_s) {
		if (!a->open) {
			ref_close(s, alert);
			return;
		}
		a->flaps = false;
		ref_worse(a);
		due = a->since + (int)set.for_s;
	}
	if (excused[a->place] || a->acknowledged || a->step == 2 || s < due)
		return;
	if (!a->knows[a->step] && !ref_waits(alert, a->step))
		ref_note(s, alert,
		    a->step == 0 ? NOTICE_FIRING : NOTICE_ESCALATION, a->step);
	a->fired = s;
	a->step++;
}

static bool
ref_flaps(int s, int place)
{
	int n = begun_count[place], k = (int)set.flap_count;

	return n >= k && s - begun[place][n - k] <= set.flap_s;
}

static void
ref_begin(int s, const struct input *in)
{
	int alert = 0;

	for (int i = 1; i <= ref_count; i++)
		if (ref[i].place == in->place && ref[i].flaps &&
		    ref[i].closed == 0)
			alert = i;
	if (alert == 0) {
		alert = ++ref_count;
		ref[alert] = (struct ref_alert){ .place = in->place,
			.since = s,
			.severity = in->severity };
		begun[in->place][begun_count[in->place]++] = s;
		if (ref_flaps(s, in->place)) {
			ref[alert].flaps = true;
			ref[alert].since =
			    begun[in->place]
				 [begun_count[in->place] - (int)set.flap_count];
		}
	}
	alert_of[in->incident] = alert;
	ref[alert].open = true;
	ref[alert].turned = s;
	if (in->severity > ref[alert].severity) {
		ref[alert].severity = in->severity;
		ref_worse(&ref[alert]);
	}
	ref_work(s, alert);
}

static void
ref_tell(int s, int who)
{
	int first = -1, count = 0, last = -1;
	int t = told_count[who];
	bool room = t < (int)set.budget ||
		    s - last_told[who][t - (int)set.budget] >= set.budget_s;

	for (int i = 0; i < note_count; i++) {
		if (notes[i].gone || notes[i].to != who)
			continue;
		if (first < 0 || notes[i].made < first)
			first = notes[i].made;
		last = i;
		count++;
	}
	if (count == 0 || s - first < set.gather_s || !room)
		return;
	expected[expected_count++] = (struct told){ .s = s,
		.alert = count == 1 ? notes[last].alert : 0,
		.kind = count == 1 ? notes[last].kind : NOTICE_DIGEST,
		.count = count,
		.to = (char)who };
	last_told[who][told_count[who]++] = s;
	for (int i = 0; i < note_count; i++) {
		struct ref_alert *a = &ref[notes[i].alert];

		if (notes[i].gone || notes[i].to != who)
			continue;
		notes[i].gone = true;
		if (notes[i].kind == NOTICE_RESOLVED)
			a->owed[who] = false;
		else
			a->knows[who] = a->owed[who] = true;
	}
}

static void
ref_run(void)
{
	ref_count = note_count = expected_count = 0;
	memset(begun_count, 0, sizeof(begun_count));
	memset(excused, 0, sizeof(excused));
	memset(told_count, 0, sizeof(told_count));
	for (int s = 1; s < SECONDS; s++) {
		const struct input *in = &inputs[s];

		if (in->excuse != 0)
			excused[in->place] = !excused[in->place];
		if (in->incident != 0)
			ref_begin(s, in);
		if (in->ends != 0) {
			struct ref_alert *a = &ref[alert_of[in->ends]];

			a->open = false;
			a->turned = s;
			if (!a->flaps)
				ref_close(s, alert_of[in->ends]);
			ref_work(s, alert_of[in->ends]);
		}
		if (in->acknowledged != 0 &&
		    ref[alert_of[in->acknowledged]].closed == 0)
			ref[alert_of[in->acknowledged]].acknowledged = true;
		for (int i = 1; i <= ref_count; i++)
			ref_work(s, i);
		for (int who = 0; who < 2; who++)
			ref_tell(s, who);
	}
}

/* --- the book, on the same */

static bool out[PLACES];

static void
book_begin(struct timeline *t)
{
	struct alert_rule *r;

	timeline_begin(t);
	t->quiet = true;
	memset(out, 0, sizeof(out));
	timeline_recipient(t, "duty", set.budget, set.budget_s * S);
	timeline_recipient(t, "chief", set.budget, set.budget_s * S);
	t->config.gather_us = set.gather_s * S;
	t->config.flap_count = set.flap_count;
	t->config.flap_us = set.flap_s * S;
	t->config.calm_us = set.calm_s * S;
	r = timeline_rule(t, "all", set.for_s * S, 1);
	r->steps[r->step_count++] = 2;
	r->escalate_us = set.escalate_s * S;
	alert_configure(t->book, &t->config, 0);
}

struct excusing {
	uint64_t ids[ALERTS_MOST];
	size_t count;
	int place;
};

static bool
take_place(void *arg, const struct alert_view *v)
{
	struct excusing *e = arg;

	if (v->place_id == e->place)
		e->ids[e->count++] = v->id;
	return true;
}

static void
book_excuse(struct timeline *t, int place)
{
	static struct excusing e;

	e.count = 0;
	e.place = place;
	out[place] = !out[place];
	alert_each(t->book, take_place, &e);
	for (size_t i = 0; i < e.count; i++)
		alert_on_excuse(t->book, e.ids[i], out[place] ? ALERT_MUTE : 0,
		    t->now);
	timeline_take(t, SIZE_MAX);
}

static struct alert_sign
sign_of(struct timeline *t, const struct input *in)
{
	static char name[32];
	struct alert_sign s;

	snprintf(name, sizeof(name), "p%d", in->place);
	s = timeline_sign(t, in->incident, name, CAUSE_STALLED);
	s.place_id = in->place;
	s.severity = in->severity;
	s.excused = out[in->place] ? ALERT_MUTE : 0;
	return s;
}

static void
book_input(struct timeline *t, const struct input *in)
{
	if (in->excuse != 0)
		book_excuse(t, in->place);
	if (in->incident != 0) {
		const struct alert_sign s = sign_of(t, in);

		timeline_put(t, &s);
	}
	if (in->ends != 0)
		timeline_up(t, in->ends);
	if (in->acknowledged != 0)
		alert_on_acknowledge(t->book, in->acknowledged, t->now);
	timeline_take(t, SIZE_MAX);
}

static void
book_run(struct timeline *t)
{
	book_begin(t);
	for (int s = 1; s < SECONDS; s++) {
		t->now = s * S;
		book_input(t, &inputs[s]);
		alert_step(t->book, t->now);
		timeline_take(t, SIZE_MAX);
	}
}

static int
by_time(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	if (x->s != y->s)
		return x->s - y->s;
	return x->to - y->to;
}

static int
book_told(const struct timeline *t, struct told *told)
{
	int count = 0;

	for (size_t i = 0; i < t->row_count; i++) {
		const struct row *r = &t->rows[i];
		struct told x = { .s = (int)(r->told_us / S),
			.alert = (int)r->alert,
			.kind = (int)r->kind,
			.count = 1,
			.to = strcmp(r->recipient, "chief") == 0 };

		if (r->told_us < 0 || r->covered)
			continue;
		if (r->kind == NOTICE_DIGEST) {
			x.count = 0;
			for (size_t k = 0; k < t->row_count; k++)
				x.count += t->rows[k].covered &&
					   t->rows[k].told_us == r->told_us &&
					   strcmp(t->rows[k].recipient,
					       r->recipient) == 0;
		}
		told[count++] = x;
	}
	qsort(told, (size_t)count, sizeof(*told), by_time);
	return count;
}

static void
test_reference(void **state)
{
	static struct told told[TOLD_MOST];
	size_t all = 0;

	(void)state;
	for (uint64_t from = 1; from <= 60; from++) {
		draw_all(from);
		ref_run();
		book_run(&line);
		int count = book_told(&line, told);

		all += (size_t)count;
		for (int i = 0; i < count && i < expected_count; i++)
			if (memcmp(&told[i], &expected[i], sizeof(told[i])) !=
			    0)
				fail_msg("seed %d, %d: at %d #%d kind %d of %d "
					 "to %d, expected at %d #%d kind %d of "
					 "%d to %d",
				    (int)from, i, told[i].s, told[i].alert,
				    told[i].kind, told[i].count, told[i].to,
				    expected[i].s, expected[i].alert,
				    expected[i].kind, expected[i].count,
				    expected[i].to);
		assert_int_equal(count, expected_count);
		timeline_end(&line);
	}
	assert_true(all > 1000);
}

/* --- kills */

/* The next start finds what is open and has no alert. */
static void
take_open(struct timeline *t, const struct input *in, int before)
{
	for (int s = 1; s < before; s++)
		if (in[s].incident != 0 && t->open[in[s].incident] &&
		    alert_of_incident(t->book, in[s].incident) == 0) {
			const struct alert_sign sign = sign_of(t, &in[s]);

			timeline_put(t, &sign);
		}
}

/* Budgets hold; nobody is told the beginning of one twice (unless it flaps:
 * then it may become worse), whoever was told hears of its end, and nothing
 * waits for ever. */
static void
check_rows(const struct timeline *t)
{
	for (size_t i = 0; i < t->row_count; i++) {
		const struct row *r = &t->rows[i];
		unsigned within = 0;

		assert_true(r->told_us >= 0 || r->dropped);
		for (size_t k = 0; k < t->row_count; k++) {
			const struct row *o = &t->rows[k];

			if (r->covered || o->covered || o->dropped ||
			    r->dropped ||
			    strcmp(r->recipient, o->recipient) != 0)
				continue;
			within += o->told_us <= r->told_us &&
				  o->told_us > r->told_us - set.budget_s * S;
		}
		assert_true(within <= set.budget);
	}
	for (size_t a = 0; a < t->alert_count; a++) {
		int balance[2] = { 0 }, begun_twice[2] = { 0 };

		for (size_t i = 0; i < t->row_count; i++) {
			const struct row *r = &t->rows[i];
			int who = strcmp(r->recipient, "chief") == 0;

			if (r->alert != a + 1 || r->dropped)
				continue;
			if (r->kind == NOTICE_RESOLVED)
				balance[who] = 0;
			else
				balance[who] = 1;
			begun_twice[who] += r->kind == NOTICE_FIRING ||
					    r->kind == NOTICE_ESCALATION;
		}
		if (t->alerts[a].past.view.turns == 0)
			assert_true(begun_twice[0] <= 1 && begun_twice[1] <= 1);
		assert_int_equal(balance[0] + balance[1], 0);
		assert_true(t->alerts[a].past.view.id == 0 ||
			    t->alerts[a].past.view.done);
	}
}

static void
test_kills(void **state)
{
	unsigned kills = 0;

	(void)state;
	for (uint64_t from = 100; from < 130; from++) {
		struct timeline *t = &line;

		draw_all(from);
		book_begin(t);
		for (int s = 1; s < SECONDS + 4000; s++) {
			t->now = s * S;
			if (s < SECONDS)
				book_input(t, &inputs[s]);
			alert_step(t->book, t->now);
			if (draw(40) != 0) {
				timeline_take(t, SIZE_MAX);
				continue;
			}
			/* Only so many of the last rows are on the disk. */
			timeline_take(t, draw(4));
			timeline_restart(t);
			take_open(t, inputs, s < SECONDS ? s + 1 : SECONDS);
			alert_restored(t->book, t->now);
			timeline_take(t, SIZE_MAX);
			kills++;
		}
		check_rows(t);
		for (int s = 1; s < SECONDS; s++) {
			bool found = inputs[s].incident == 0;

			for (size_t a = 0; a < t->alert_count && !found; a++)
				found = t->linked[inputs[s].incident];
			assert_true(found);
		}
		timeline_end(t);
	}
	assert_true(kills > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
