/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/cli/cli.h"
#include "monitor/cli/progress.h"
#include "monitor/fleet/fleet.h"
#include "monitor/judge/judge.h"

#define AT_ONCE 96u
#define OF_A_DEVICE 2u /* at once; fewer where the device says so */
#define PATIENCE_US (40 * US_PER_S)
#define POLL_US (50 * US_PER_MS)
#define SAMPLE_US (2 * US_PER_S)
#define ASK_PATIENCE_US (10 * US_PER_S)

/* A place in the fleet; one feed after another. Its number is the fleet's. */
struct seat {
	struct trial_feed *feed; /* NULL: free */
	struct judge_feed *judge;
	int64_t since_us, asked_us;
	bool flowing, decided, yielded;
};

struct device {
	uint8_t seated;
	bool refused; /* the password: more tries would only be counted */
};

struct trial {
	struct trial_feed *feeds;
	struct device *devices; /* by number; owned */
	size_t count, next, told;
	struct judge_config judge;
	struct event_base *base;
	struct event *poll;
	struct fleet *fleet;
	struct progress progress;
	struct seat seats[AT_ONCE];
	enum trial_end end;
};

static struct seat *
seat_of(struct trial *t, uint32_t number)
{
	struct seat *s = number < AT_ONCE ? &t->seats[number] : NULL;

	return s != NULL && s->feed != NULL && !s->decided ? s : NULL;
}

/* What the picture shows is for later: it is there. */
static bool
is_seen(enum state state, enum cause cause)
{
	return state == STATE_UP || state == STATE_DEGRADED ||
	       (state == STATE_DOWN && cause >= CAUSE_FROZEN &&
		   cause <= CAUSE_LOOPED);
}

static void
decide(struct trial *t, struct seat *s, const struct verdict *v)
{
	s->decided = true;
	s->feed->told = true;
	s->feed->state = v->state;
	s->feed->cause = v->cause;
	s->feed->seen = s->yielded || is_seen(v->state, v->cause);
	if (v->cause == CAUSE_AUTH_FAILED)
		t->devices[s->feed->add.device].refused =
		    s->feed->add.device != 0;
	t->told++;
}

/* `learning` and the like are no answer yet. */
static void
step(struct trial *t, struct seat *s, int64_t now_us)
{
	struct verdict v;

	judge_step(s->judge, now_us, &v);
	if (s->yielded || judge_verdict(s->judge)->state != STATE_UNKNOWN ||
	    now_us - s->since_us > PATIENCE_US)
		decide(t, s, judge_verdict(s->judge));
}

static void
ask(struct trial *t, struct seat *s, int64_t now)
{
	int64_t due = judge_sample_due(s->judge);

	if (!s->flowing || due == INT64_MAX ||
	    (s->asked_us != 0 && now - s->asked_us < ASK_PATIENCE_US))
		return;
	due -= SAMPLE_US / 4; /* keyframes come when they come */
	if (fleet_ask(t->fleet, (uint32_t)(s - t->seats), 0,
		due > now ? due : now) != FLEET_ASKED)
		return;
	s->asked_us = now;
	judge_sample_asked(s->judge, now);
}

/* --- what the fleet says */

static void
on_link(void *arg, const struct link_report *r)
{
	struct seat *s = seat_of(arg, r->ref.feed);
	int64_t now = clock_mono_us();

	if (s == NULL)
		return;
	s->flowing = r->phase == PHASE_FLOWING;
	if (r->detail[0] != '\0')
		snprintf(s->feed->detail, sizeof(s->feed->detail), "%s",
		    r->detail);
	/* It answers; more is not asked of one whose sessions are others'. */
	s->yielded = r->reason == REASON_YIELDED;
	judge_on_link(s->judge, r, now);
	step(arg, s, now);
}

static void
on_account(void *arg, const struct account *a)
{
	struct seat *s = seat_of(arg, a->ref.feed);

	if (s != NULL)
		judge_on_account(s->judge, a, clock_mono_us());
}

static void
on_sample(void *arg, const struct sample *sample)
{
	struct seat *s = seat_of(arg, sample->ref.feed);

	if (s == NULL)
		return;
	s->asked_us = 0;
	judge_on_sample(s->judge, sample, clock_mono_us());
	step(arg, s, clock_mono_us());
}

static void
on_blind(void *arg, uint32_t feed, enum cause cause)
{
	struct seat *s = seat_of(arg, feed);

	if (s != NULL)
		judge_on_blind(s->judge, cause, clock_mono_us());
}

/* --- one after another */

static bool
has_room(const struct trial *t, const struct trial_feed *f)
{
	unsigned most = OF_A_DEVICE;

	if (f->add.device_sessions > 0 && f->add.device_sessions < most)
		most = f->add.device_sessions;
	return f->add.device == 0 || t->devices[f->add.device].seated < most;
}

static void
not_asked(struct trial *t, struct trial_feed *f)
{
	f->begun = f->told = true;
	f->state = STATE_DOWN;
	f->cause = CAUSE_AUTH_FAILED;
	snprintf(f->detail, sizeof(f->detail),
	    "not asked: the device refused this password before");
	t->told++;
}

/* The next one whose device has room; NULL: none now. */
static struct trial_feed *
pick(struct trial *t)
{
	while (t->next < t->count && t->feeds[t->next].begun)
		t->next++;
	for (size_t i = t->next; i < t->count; i++) {
		struct trial_feed *f = &t->feeds[i];

		if (f->begun)
			continue;
		if (t->devices[f->add.device].refused)
			not_asked(t, f);
		else if (has_room(t, f))
			return f;
	}
	return NULL;
}

static void
declare(struct seat *s, enum annotation_kind kind, int64_t now)
{
	const struct annotation a = { .kind = kind,
		.from_us = now,
		.to_us = INT64_MAX };

	judge_on_annotation(s->judge, &a, now);
}

static void
failed(struct trial *t, const char *why)
{
	cli_say("the trial failed: %s", why);
	t->end = TRIAL_FAILED;
	event_base_loopbreak(t->base);
}

static void
sit(struct trial *t, struct seat *s, struct trial_feed *f)
{
	int64_t now = clock_mono_us();
	const char *error = "memory is out";

	*s = (struct seat){ .feed = f,
		.since_us = now,
		.judge = judge_feed_new(&t->judge, now) };
	f->begun = true;
	f->add.ref.feed = (uint32_t)(s - t->seats);
	if (s->judge == NULL || !fleet_add(t->fleet, &f->add, -1, &error)) {
		failed(t, error);
		return;
	}
	if (f->ptz)
		declare(s, ANNOTATION_PTZ_MOVING, now);
	if (f->dark)
		declare(s, ANNOTATION_DARK_HOURS, now);
	t->devices[f->add.device].seated++;
}

/* False: there is nobody for it now. */
static bool
fill(struct trial *t, struct seat *s)
{
	struct trial_feed *f = pick(t);

	if (f != NULL)
		sit(t, s, f);
	return f != NULL && t->end == TRIAL_DONE;
}

static void
leave(struct trial *t, struct seat *s)
{
	fleet_remove(t->fleet, (uint32_t)(s - t->seats));
	t->devices[s->feed->add.device].seated--;
	judge_feed_free(&s->judge);
	s->feed = NULL;
}

static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct trial *t = arg;
	int64_t now = clock_mono_us();
	bool more = true;

	(void)fd;
	(void)what;
	for (unsigned i = 0; i < AT_ONCE; i++) {
		struct seat *s = &t->seats[i];

		if (s->feed != NULL && !s->decided)
			step(t, s, now);
		if (s->feed != NULL && s->decided)
			leave(t, s);
		else if (s->feed != NULL)
			ask(t, s, now);
	}
	for (unsigned i = 0; i < AT_ONCE && more; i++)
		if (t->seats[i].feed == NULL)
			more = fill(t, &t->seats[i]);
	if (!progress_tell(&t->progress, "trying the cameras", t->told,
		t->count))
		t->end = TRIAL_STOPPED;
	if (t->told == t->count || t->end != TRIAL_DONE)
		event_base_loopbreak(t->base);
}

/* --- the whole */

static const char *
start_fleet(struct trial *t, const struct monitor_config *config)
{
	const struct fleet_calls calls = { .arg = t,
		.on_link = on_link,
		.on_account = on_account,
		.on_sample = on_sample,
		.on_blind = on_blind };
	struct fleet_config cfg = { .program_dir = config->program_dir,
		/* one, so that what it knows of a host it knows of all */
		.stream_probes = 1,
		.picture_probes = config->picture_probes,
		.demux_probes = 1,
		.no_demux = true,
		.probe = config->probe };
	const char *error = NULL;

	for (size_t i = 0; i < t->count; i++)
		cfg.no_demux &= !fleet_is_demux(t->feeds[i].add.url, false);
	cfg.probe.account_interval_ms = 1000;
	cfg.probe.lowat_bytes = 0;
	t->fleet = fleet_new(t->base, &cfg, &calls, &error);
	return t->fleet != NULL ? NULL : error;
}

static const char *
start(struct trial *t, const struct monitor_config *config)
{
	static const struct timeval each = { 0, POLL_US };
	uint32_t most = 0;

	judge_config_defaults(&t->judge);
	t->judge.adaptive = false;
	t->judge.sample_us = t->judge.sample_suspect_us = SAMPLE_US;
	for (size_t i = 0; i < t->count; i++)
		if (t->feeds[i].add.device > most)
			most = t->feeds[i].add.device;
	t->devices = calloc((size_t)most + 1, sizeof(*t->devices));
	t->base = event_base_new();
	if (t->base != NULL)
		t->poll = event_new(t->base, -1, EV_PERSIST, on_poll, t);
	if (t->devices == NULL || t->poll == NULL ||
	    event_add(t->poll, &each) != 0)
		return "memory is out";
	return start_fleet(t, config);
}

static void
on_stopped(void *arg)
{
	event_base_loopbreak(arg);
}

static void
stop(struct trial *t)
{
	if (t->poll != NULL)
		event_free(t->poll);
	if (t->fleet != NULL) {
		fleet_stop(t->fleet, on_stopped, t->base);
		event_base_dispatch(t->base);
		fleet_free(&t->fleet);
	}
	for (unsigned i = 0; i < AT_ONCE; i++)
		judge_feed_free(&t->seats[i].judge);
	if (t->base != NULL)
		event_base_free(t->base);
	free(t->devices);
}

enum trial_end
trial_run(struct trial_feed *feeds, size_t count,
    const struct monitor_config *config)
{
	struct trial *t = calloc(1, sizeof(*t));
	const char *error;
	enum trial_end end;

	if (t == NULL) {
		cli_say("memory is out");
		return TRIAL_FAILED;
	}
	t->feeds = feeds;
	t->count = count;
	log_threshold(LOG_LEVEL_ERROR);
	progress_begin(&t->progress);
	error = count > 0 ? start(t, config) : NULL;
	if (error != NULL)
		failed(t, error);
	else if (count > 0)
		event_base_dispatch(t->base);
	progress_end(&t->progress);
	stop(t);
	end = t->end;
	free(t);
	return end;
}
