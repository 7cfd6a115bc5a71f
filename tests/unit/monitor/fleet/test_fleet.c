/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fleet against fake probes: good ones, and every kind of lie, hang and
 * crash. The test program itself stands for the monitor: it must live. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/fleet/fleet.h"
#include "monitor/fleet/tickets.h"

struct stage {
	struct event_base *base;
	struct fleet *fleet;
	char dir[64];
	uint32_t slept;
	uint32_t flowing, full, samples, pngs, blinds, seen, unnamed;
	enum sample_result last;
	enum cause blind;
	bool stopped;
};

static void
on_link(void *arg, const struct link_report *r)
{
	struct stage *s = arg;

	s->flowing += r->phase == PHASE_FLOWING;
	s->full += r->reason == REASON_OVER_CAPACITY;
	s->unnamed += r->reason == REASON_NAMES_SILENT;
}

static void
on_account(void *arg, const struct account *a)
{
	(void)arg;
	(void)a;
}

static void
on_sample(void *arg, const struct sample *m)
{
	struct stage *s = arg;

	s->samples++;
	s->last = m->result;
}

static void
on_png(void *arg, uint32_t feed, const struct wire_png *png)
{
	struct stage *s = arg;

	(void)feed;
	s->pngs += png->width == 320;
}

static void
on_blind(void *arg, uint32_t feed, enum cause cause)
{
	struct stage *s = arg;

	(void)feed;
	s->blind = cause;
	if (cause != CAUSE_NONE)
		s->blinds++;
	else
		s->seen++;
}

static void
no_line(void *arg, enum log_level level, const char *line)
{
	(void)arg;
	(void)level;
	(void)line;
}

static void
link_fake(struct stage *s, const char *name)
{
	char own[512], from[600], to[160];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);

	assert_true(n > 0);
	own[n] = '\0';
	*strrchr(own, '/') = '\0';
	snprintf(from, sizeof(from), "%s/fake_probe", own);
	snprintf(to, sizeof(to), "%s/%s", s->dir, name);
	assert_int_equal(symlink(from, to), 0);
}

static struct stage *
stage_new(const char *stream, const char *picture, uint32_t pictures)
{
	struct stage *s = calloc(1, sizeof(*s));
	const struct fleet_calls calls = { .arg = s,
		.on_link = on_link,
		.on_account = on_account,
		.on_sample = on_sample,
		.on_png = on_png,
		.on_blind = on_blind };
	const char *error = NULL;

	log_to(no_line, NULL);
	setenv("FAKE_STREAM", stream, 1);
	setenv("FAKE_PICTURE", picture, 1);
	setenv("FAKE_DEMUX", "good", 1);
	strcpy(s->dir, "/tmp/camwarden-fleet-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	link_fake(s, "camwarden-stream");
	link_fake(s, "camwarden-demux");
	link_fake(s, "camwarden-picture");
	s->base = event_base_new();

	const struct fleet_config cfg = { .program_dir = s->dir,
		.stream_probes = 2,
		.picture_probes = pictures,
		.patience_ms = 300,
		.probe.demux_threads = 2 };

	s->fleet = fleet_new(s->base, &cfg, &calls, &error);
	assert_non_null(s->fleet);
	return s;
}

static void
stage_free(struct stage *s)
{
	static const char *const names[] = { "camwarden-stream",
		"camwarden-demux", "camwarden-picture" };
	char path[160];

	fleet_free(&s->fleet);
	event_base_free(s->base);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", s->dir, names[i]);
		unlink(path);
	}
	rmdir(s->dir);
	free(s);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/* Turns the loop until *count reaches `want`, at most `ms`. */
static bool
turn_until(struct stage *s, const uint32_t *count, uint32_t want, int ms)
{
	static const struct timeval each = { 0, 5000 };
	int64_t end = clock_mono_us() + ms * 1000ll;
	struct event *tick = event_new(s->base, -1, EV_PERSIST, on_tick, NULL);

	event_add(tick, &each);
	while (*count < want && clock_mono_us() < end)
		event_base_loop(s->base, EVLOOP_ONCE);
	event_free(tick);
	return *count >= want;
}

static void
turn(struct stage *s, int ms)
{
	static const uint32_t never;

	turn_until(s, &never, 1, ms);
}

static uint32_t
restarts(struct stage *s, enum probe_role role)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < fleet_probe_count(s->fleet); i++) {
		struct fleet_probe p;

		fleet_probe_at(s->fleet, i, &p);
		if (p.role == role)
			n += p.restarts;
	}
	return n;
}

static bool
turn_until_restart(struct stage *s, enum probe_role role, uint32_t want, int ms)
{
	for (int i = 0; i < ms / 20 && restarts(s, role) < want; i++)
		turn(s, 20);
	return restarts(s, role) >= want;
}

static bool
add(struct stage *s, uint32_t feed, const char *url)
{
	static struct wire_feed_add want;
	const char *error = NULL;

	memset(&want, 0, sizeof(want));
	want.ref.feed = feed;
	want.uuid[0] = (uint8_t)feed;
	want.uuid[1] = 7;
	snprintf(want.url, sizeof(want.url), "%s", url);
	return fleet_add(s->fleet, &want, -1, &error);
}

#define URL "rtsp://127.0.0.1/x"

/* --- */

static void
feeds_flow_and_samples_come_back(void **state)
{
	struct stage *s = stage_new("good", "good", 2);

	(void)state;
	for (uint32_t i = 0; i < 8; i++)
		assert_true(add(s, i, URL));
	assert_false(add(s, 3, URL)); /* in use */
	assert_int_equal(fleet_ask(s->fleet, 0, 0, 0), FLEET_NOT_NOW);
	assert_true(turn_until(s, &s->flowing, 8, 3000));
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(fleet_ask(s->fleet, i,
				     i < 4 ? WIRE_SAMPLE_PNG : 0, 0),
		    FLEET_ASKED);
	assert_true(fleet_asking(s->fleet, 5));
	assert_true(turn_until(s, &s->samples, 8, 2000));
	assert_true(turn_until(s, &s->pngs, 4, 2000));
	turn(s, 100);
	assert_int_equal(s->samples, 8);
	assert_int_equal(s->pngs, 4);
	assert_int_equal(s->last, SAMPLE_OK);
	assert_false(fleet_asking(s->fleet, 5));
	/* Removed and added again, late answers of the old life are nothing. */
	assert_int_equal(fleet_ask(s->fleet, 2, 0, 0), FLEET_ASKED);
	fleet_remove(s->fleet, 2);
	assert_true(add(s, 2, URL));
	turn(s, 300);
	assert_int_equal(s->samples, 8);
	assert_int_equal(restarts(s, ROLE_STREAM) + restarts(s, ROLE_PICTURE),
	    0);
	stage_free(s);
}

static void
a_lying_stream_probe_is_replaced(void **state)
{
	static const char *const lies[] = { "version", "role", "garbage",
		"generation", "foreign", "range", "future", "short",
		"foreign-role", "exit" };

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct stage *s = stage_new(lies[i], "good", 1);

		for (uint32_t k = 0; k < 4; k++)
			assert_true(add(s, k, URL));
		if (!turn_until_restart(s, ROLE_STREAM, 1, 2000))
			fail_msg("not replaced: %s", lies[i]);
		assert_int_equal(s->flowing, 0);
		stage_free(s);
	}
}

static void
late_words_are_dropped_in_peace(void **state)
{
	struct stage *s = stage_new("late", "good", 1);

	(void)state;
	assert_true(add(s, 0, URL));
	turn(s, 300);
	assert_int_equal(s->flowing, 0);
	assert_int_equal(restarts(s, ROLE_STREAM), 0);
	stage_free(s);
}

static void
a_lying_picture_probe_is_replaced(void **state)
{
	static const char *const lies[] = { "ticket", "twice", "png", "version",
		"garbage", "exit" };

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct stage *s = stage_new("good", lies[i], 1);

		assert_true(add(s, 0, URL));
		assert_true(turn_until(s, &s->flowing, 1, 2000));
		fleet_ask(s->fleet, 0, 0, 0);
		if (!turn_until_restart(s, ROLE_PICTURE, 1, 2000))
			fail_msg("not replaced: %s", lies[i]);
		assert_int_equal(s->pngs, 0);
		stage_free(s);
	}
}

static void
a_png_that_is_none_bans(void **state)
{
	struct stage *s = stage_new("good", "not-png", 1);

	(void)state;
	assert_true(add(s, 0, URL));
	assert_true(turn_until(s, &s->flowing, 1, 2000));
	fleet_ask(s->fleet, 0, WIRE_SAMPLE_PNG, 0);
	assert_true(turn_until_restart(s, ROLE_PICTURE, 1, 2000));
	assert_int_equal(s->pngs, 0);
	stage_free(s);
}

static void
a_hanging_probe_is_replaced(void **state)
{
	static const char *const hangs[] = { "silent", "hang", "nonce" };

	(void)state;
	for (size_t i = 0; i < sizeof(hangs) / sizeof(hangs[0]); i++) {
		struct stage *s = stage_new(hangs[i], "good", 1);

		if (!turn_until_restart(s, ROLE_STREAM, 1, 4000))
			fail_msg("not replaced: %s", hangs[i]);
		stage_free(s);
	}
}

static pid_t
pid_of(struct stage *s, enum probe_role role)
{
	for (uint32_t i = 0; i < fleet_probe_count(s->fleet); i++) {
		struct fleet_probe p;

		fleet_probe_at(s->fleet, i, &p);
		if (p.role == role && (role == ROLE_PICTURE || p.feeds > 0))
			return p.pid;
	}
	return 0;
}

static void
a_killed_stream_probe_gets_its_feeds_again(void **state)
{
	struct stage *s = stage_new("good", "good", 1);

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		assert_true(add(s, i, URL));
	assert_true(turn_until(s, &s->flowing, 4, 2000));

	int64_t before = clock_mono_us();

	kill(pid_of(s, ROLE_STREAM), SIGKILL);
	assert_true(turn_until(s, &s->blinds, 1, 1000));
	assert_int_equal(s->blind, CAUSE_PROBE_LOST);
	assert_true(turn_until(s, &s->seen, s->blinds, 2000));
	assert_true(clock_mono_us() - before < 1000000);
	assert_true(turn_until(s, &s->flowing, 4 + s->blinds, 100));
	assert_int_equal(s->seen, s->blinds);
	stage_free(s);
}

static void
a_killed_picture_probe_loses_samples_only(void **state)
{
	struct stage *s = stage_new("mute", "good", 1);

	(void)state;
	assert_true(add(s, 0, URL));
	assert_true(turn_until(s, &s->flowing, 1, 2000));
	assert_int_equal(fleet_ask(s->fleet, 0, 0, 0), FLEET_ASKED);
	turn(s, 50);
	kill(pid_of(s, ROLE_PICTURE), SIGKILL);
	assert_true(turn_until(s, &s->samples, 1, 1000));
	assert_int_equal(s->last, SAMPLE_LOST);
	assert_int_equal(s->blinds, 0);
	stage_free(s);
}

/* Twice the suspect, then no more; a kill from outside accuses nobody. */
static void
a_picture_that_kills_decoders_is_quarantined(void **state)
{
	static const struct {
		const char *manner;
		bool quarantine;
	} cases[] = { { "crash", true }, { "stuck", true },
		{ "killed", false } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct stage *s = stage_new("good", cases[i].manner, 1);

		assert_true(add(s, 0, URL));
		assert_true(turn_until(s, &s->flowing, 1, 2000));
		for (uint32_t n = 1; n <= 2; n++) {
			assert_int_equal(fleet_ask(s->fleet, 0, 0, 0),
			    FLEET_ASKED);
			assert_true(
			    turn_until_restart(s, ROLE_PICTURE, n, 4000));
		}
		turn(s, 50);
		assert_int_equal(fleet_ask(s->fleet, 0, 0, 0),
		    cases[i].quarantine ? FLEET_QUARANTINED : FLEET_ASKED);
		if (cases[i].quarantine)
			assert_int_equal(s->last, SAMPLE_QUARANTINED);
		stage_free(s);
	}
}

/* What is no picture has no PNG, and owes none. */
static void
what_cant_be_decoded_is_asked_again(void **state)
{
	struct stage *s = stage_new("good", "undecodable", 1);

	(void)state;
	assert_true(add(s, 0, URL));
	assert_true(turn_until(s, &s->flowing, 1, 2000));
	for (uint32_t n = 1; n <= 2 * TICKETS_KEPT; n++) {
		assert_int_equal(fleet_ask(s->fleet, 0, WIRE_SAMPLE_PNG, 0),
		    FLEET_ASKED);
		assert_true(turn_until(s, &s->samples, n, 2000));
	}
	assert_int_equal(s->last, SAMPLE_UNDECODABLE);
	assert_int_equal(s->pngs, 0);
	stage_free(s);
}

static void
gone_samples_are_told(void **state)
{
	struct stage *s = stage_new("gone", "good", 1);

	(void)state;
	assert_true(add(s, 0, URL));
	assert_true(turn_until(s, &s->flowing, 1, 2000));
	fleet_ask(s->fleet, 0, 0, 0);
	assert_true(turn_until(s, &s->samples, 1, 1000));
	assert_int_equal(s->last, SAMPLE_BUSY);
	stage_free(s);
}

/* A newer ask displaces the one before: the fake says BUSY to both, and only
 * the newer one's loss is told. */
static void
a_displaced_ask_is_no_loss(void **state)
{
	struct stage *s = stage_new("gone", "good", 1);

	(void)state;
	assert_true(add(s, 0, URL));
	assert_true(turn_until(s, &s->flowing, 1, 2000));
	fleet_ask(s->fleet, 0, 0, 0);
	fleet_ask(s->fleet, 0, 0, 0);
	assert_true(turn_until(s, &s->samples, 1, 1000));
	turn(s, 200);
	assert_int_equal(s->samples, 1);
	stage_free(s);
}

static void
beyond_the_capacity_is_said(void **state)
{
	struct stage *s = stage_new("good", "good", 1);

	(void)state;
	assert_int_equal(fleet_demux_capacity(s->fleet), 2);
	for (uint32_t i = 0; i < 3; i++)
		assert_true(add(s, i, "http://127.0.0.1/a.m3u8"));
	assert_true(turn_until(s, &s->blinds, 1, 1000));
	assert_int_equal(s->blind, CAUSE_OVER_CAPACITY);
	assert_int_equal(fleet_demux_used(s->fleet), 2);
	assert_true(turn_until(s, &s->flowing, 2, 1000));
	/* A place that is given up is filled. */
	fleet_remove(s->fleet, 0);
	assert_true(turn_until(s, &s->flowing, 3, 3000));
	assert_int_equal(s->blind, CAUSE_NONE);
	stage_free(s);
}

/* A probe without memory for a feed forgets it: only we can hand it over
 * again. */
static void
a_feed_without_room_is_handed_over_again(void **state)
{
	struct stage *s = stage_new("full-once", "good", 1);

	(void)state;
	assert_true(add(s, 0, URL));
	assert_true(turn_until(s, &s->full, 1, 1000));
	assert_int_equal(s->flowing, 0);
	assert_true(turn_until(s, &s->flowing, 1, 4000));
	assert_int_equal(restarts(s, ROLE_STREAM), 0);
	fleet_remove(s->fleet, 0);
	stage_free(s);
}

/* Stopped while pings are out, and in such a way that both this and the fleet's
 * look at its probes are due before anything is read. */
static void
on_sleep(evutil_socket_t fd, short what, void *arg)
{
	struct stage *s = arg;
	struct fleet_probe p;

	(void)fd;
	(void)what;
	if (s->slept == 1) {
		s->slept = 2;
		usleep(700000);
		return;
	}
	fleet_probe_at(s->fleet, 0, &p);
	if (s->slept != 0 || p.owes_us == 0 ||
	    clock_mono_us() - p.owes_us > 20000)
		return;
	s->slept = 1;
	usleep(160000);
}

/* Nobody but us was silent. */
static void
our_own_sleep_is_nobodys_silence(void **state)
{
	static const struct timeval each = { 0, 5000 };
	struct stage *s = stage_new("slow", "good", 1);
	struct event *sleeper = event_new(s->base, -1, EV_PERSIST, on_sleep, s);

	(void)state;
	assert_true(add(s, 0, URL));
	assert_true(turn_until(s, &s->flowing, 1, 2000));
	event_add(sleeper, &each);
	for (int i = 0; i < 3; i++) {
		s->slept = 0;
		assert_true(turn_until(s, &s->slept, 2, 4000));
		turn(s, 300);
	}
	assert_int_equal(restarts(s, ROLE_STREAM), 0);
	event_free(sleeper);
	stage_free(s);
}

/* There is no `camwarden` beside the fakes: the resolver itself fails, which is
 * no word on the name, and must hurt nothing else. */
static void
a_name_that_nobody_looks_up_is_reported(void **state)
{
	struct stage *s = stage_new("good", "good", 1);

	(void)state;
	assert_true(add(s, 0, "rtsp://no-such-host.invalid/x"));
	assert_true(add(s, 1, URL));
	assert_true(turn_until(s, &s->unnamed, 1, 3000));
	assert_true(turn_until(s, &s->flowing, 1, 1000));
	stage_free(s);
}

static void
on_stopped(void *arg)
{
	struct stage *s = arg;

	s->stopped = true;
	event_base_loopbreak(s->base);
}

static void
stopping_is_clean_and_bounded(void **state)
{
	static const char *const manners[] = { "good", "deaf" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct stage *s = stage_new(manners[i], "good", 1);
		int64_t before;

		assert_true(add(s, 0, URL));
		assert_true(turn_until(s, &s->flowing, 1, 2000));
		before = clock_mono_us();
		fleet_stop(s->fleet, on_stopped, s);
		event_base_dispatch(s->base);
		assert_true(s->stopped);
		assert_true(clock_mono_us() - before < 2500000);
		stage_free(s);
	}
}

static void
shards_are_stable_and_even(void **state)
{
	uint32_t counts[4] = { 0 };
	uint8_t uuid[16] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 4000; i++) {
		uuid[3] = (uint8_t)i;
		uuid[9] = (uint8_t)(i >> 8);
		counts[fleet_shard(uuid, 4)]++;
		assert_int_equal(fleet_shard(uuid, 4), fleet_shard(uuid, 4));
	}
	for (int i = 0; i < 4; i++)
		assert_in_range(counts[i], 800, 1200);
	/* Written down: a restart of another build must agree. */
	memset(uuid, 0x5a, sizeof(uuid));
	assert_int_equal(fleet_shard(uuid, 256), 115);
}

/* Where a device's sessions and wrong passwords are counted, all its feeds are;
 * one of thousands without a limit is spread. */
static void
feeds_of_a_device_are_together(void **state)
{
	static const struct {
		uint32_t sessions, feeds;
		bool together;
	} cases[] = { { 4, 16, true }, { 4, 5000, true }, { 0, 16, true },
		{ 0, 5000, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stage *s = stage_new("good", "good", 1);
		struct wire_feed_add want = { .url = URL, .device = 7 };
		struct fleet_probe p[2];
		const char *error;

		want.device_sessions = cases[i].sessions;
		want.device_feeds = cases[i].feeds;
		for (uint32_t n = 0; n < 16; n++) {
			want.ref.feed = n;
			want.uuid[0] = (uint8_t)n;
			assert_true(fleet_add(s->fleet, &want, -1, &error));
		}
		fleet_probe_at(s->fleet, 0, &p[0]);
		fleet_probe_at(s->fleet, 1, &p[1]);
		assert_int_equal(p[0].feeds + p[1].feeds, 16);
		assert_int_equal(p[0].feeds == 0 || p[1].feeds == 0,
		    cases[i].together);
		stage_free(s);
	}
}

static void
urls_find_their_probe(void **state)
{
	(void)state;
	assert_false(fleet_is_demux("rtsp://h/x", false));
	assert_false(fleet_is_demux("RTSPS://h/x", false));
	assert_true(fleet_is_demux("http://h/x", false));
	assert_true(fleet_is_demux("rtsp://h/x", true));
	assert_true(fleet_is_demux("", false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(feeds_flow_and_samples_come_back),
		cmocka_unit_test(a_lying_stream_probe_is_replaced),
		cmocka_unit_test(late_words_are_dropped_in_peace),
		cmocka_unit_test(a_lying_picture_probe_is_replaced),
		cmocka_unit_test(a_png_that_is_none_bans),
		cmocka_unit_test(a_hanging_probe_is_replaced),
		cmocka_unit_test(a_killed_stream_probe_gets_its_feeds_again),
		cmocka_unit_test(a_killed_picture_probe_loses_samples_only),
		cmocka_unit_test(a_picture_that_kills_decoders_is_quarantined),
		cmocka_unit_test(what_cant_be_decoded_is_asked_again),
		cmocka_unit_test(gone_samples_are_told),
		cmocka_unit_test(a_displaced_ask_is_no_loss),
		cmocka_unit_test(beyond_the_capacity_is_said),
		cmocka_unit_test(a_feed_without_room_is_handed_over_again),
		cmocka_unit_test(our_own_sleep_is_nobodys_silence),
		cmocka_unit_test(a_name_that_nobody_looks_up_is_reported),
		cmocka_unit_test(stopping_is_clean_and_bounded),
		cmocka_unit_test(shards_are_stable_and_even),
		cmocka_unit_test(feeds_of_a_device_are_together),
		cmocka_unit_test(urls_find_their_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
