/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program camwarden-demux, spawned as the monitor would, against files and
 * servers on loopback; what it sends on its links is decoded here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/wire.h"
#include "tests/integration/demux/peer.h"
#include "probes/picture/decoder.h"
#include "tests/unit/probes/driver/driver.h"

#define S US_PER_S

static char folder[200];
static pid_t http;
static uint16_t port;
static struct decoder *decoder;
static uint64_t last_ticket = 1000;
static bool only_live; /* the clips aren't needed then */

static struct wire_configure
configure(uint32_t threads)
{
	return (struct wire_configure){ .seed = 7,
		.connect_timeout_ms = 1000,
		.reply_timeout_ms = 1000,
		.first_media_timeout_ms = 3000,
		.stall_timeout_ms = 1500,
		.account_interval_ms = 1000,
		.demux_threads = threads,
		.backoff_max_ms = 2000,
		.loopback_only = true };
}

static int
begin(void **state)
{
	struct driver *d = calloc(1, sizeof(*d));
	const struct wire_configure cfg = configure(4);

	driver_spawn(d, PROGRAM, ROLE_DEMUX, &cfg);
	*state = d;
	return 0;
}

static int
end(void **state)
{
	driver_end(*state);
	free(*state);
	return 0;
}

static void
add_as(struct driver *d, uint32_t feed, const char *url, int fd,
    struct wire_feed_add m)
{
	static uint8_t bytes[16384];
	struct writer w = writer_of(bytes, sizeof(bytes));

	m.ref = (struct feed_ref){ feed, 1 };
	m.as_file = m.has_fd = fd >= 0;
	snprintf(m.url, sizeof(m.url), "%s", url);
	if (strstr(url, "/secret") != NULL) {
		snprintf(m.user, sizeof(m.user), "user");
		snprintf(m.password, sizeof(m.password), "%s",
		    strstr(url, "wrong") ? "wrong" : "pa:ss@word");
	}
	wire_put_feed_add(&w, &m);
	driver_post(d, WIRE_FEED_ADD, &w, fd);
}

static void
add_feed(struct driver *d, uint32_t feed, const char *url, int fd)
{
	add_as(d, feed, url, fd, (struct wire_feed_add){ 0 });
}

static uint64_t
ask(struct driver *d, uint32_t feed, int64_t not_before)
{
	const struct wire_sample_ask m = { .ref = { feed, 1 },
		.ticket = ++last_ticket,
		.not_before_us = not_before };
	uint8_t bytes[128];
	struct writer w = writer_of(bytes, sizeof(bytes));

	wire_put_sample_ask(&w, &m);
	driver_post(d, WIRE_SAMPLE_ASK, &w, -1);
	return m.ticket;
}

/* Reads on to the next report of the phase; accounts on the way are summed
 * into *sum (may be NULL). */
static struct link_report
await_phase(struct driver *d, uint32_t feed, enum phase phase, int timeout_ms,
    struct account *sum)
{
	int64_t deadline = clock_mono_us() + timeout_ms * US_PER_MS;
	struct link_report r;
	struct account a;
	struct span body;

	for (;;) {
		int64_t left = (deadline - clock_mono_us()) / 1000;
		unsigned type = driver_next(d, &body, left > 0 ? (int)left : 0);

		if (type == 0)
			fail_msg("no %s of feed %u in time", phase_name(phase),
			    feed);
		if (type == WIRE_ACCOUNT && sum != NULL) {
			assert_true(wire_get_account(body, &a));
			assert_true(a.from_us <= a.to_us);
			assert_true(sum->to_us == 0 || a.from_us == sum->to_us);
			sum->units += a.units;
			sum->keyframes += a.keyframes;
			sum->bytes += a.bytes;
			sum->to_us = a.to_us;
			if (a.codec != CODEC_NONE) {
				sum->codec = a.codec;
				sum->width = a.width;
				sum->height = a.height;
				sum->gop_us = a.gop_us;
				if (a.units > 8)
					sum->fps_milli = a.fps_milli;
			}
		}
		if (type != WIRE_LINK_REPORT)
			continue;
		assert_true(wire_get_link_report(body, &r));
		if (r.ref.feed == feed && r.phase == phase)
			return r;
	}
}

static enum sample_result
decode(const struct link_reader *l, struct picture_view *v)
{
	const struct decoder_unit u = { .codec = (enum codec)l->head.codec,
		.codec_id = l->head.codec_id,
		.bytes = l->bytes,
		.length = l->head.total };
	uint32_t damage;

	return decoder_decode(decoder, &u, v, &damage);
}

static const struct {
	const char *name;
	const char *encode;
	enum codec codec;
	uint32_t gop_ms;
} files[] = {
	{ "a.mp4", "-c:v libx264 -bf 2 -g 15", CODEC_H264, 1000 },
	{ "b.mkv", "-c:v libx265 -x265-params log-level=none:keyint=30",
	    CODEC_H265, 2000 },
	{ "c.avi", "-c:v mjpeg -q:v 3", CODEC_MJPEG, 67 },
	{ "d.ts", "-c:v mpeg4 -q:v 3 -g 15", CODEC_MPEG4, 1000 },
	{ "e.ts", "-c:v libx264 -g 15", CODEC_H264, 1000 },
	{ "f.avi", "-c:v mpeg4 -q:v 3 -g 15", CODEC_MPEG4, 1000 },
	{ "g.webm", "-c:v libvpx -g 15 -deadline realtime", CODEC_OTHER, 1000 },
	{ "h.flv", "-c:v libx264 -g 15", CODEC_H264, 1000 },
	{ "i.mpg", "-c:v mpeg2video -r 25 -g 15", CODEC_OTHER, 600 },
	{ "j.h264", "-c:v libx264 -g 25 -r 25", CODEC_H264, 1000 },
};
#define FILES (sizeof(files) / sizeof(files[0]))

static int
open_in(const char *name)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* Every container and codec: in lockstep, one sample each two seconds. */
static void
files_in_lockstep(void **state)
{
	struct driver *d = *state;

	for (size_t i = 0; i < FILES; i++) {
		uint32_t feed = 10 + (uint32_t)i;
		struct account sum = { 0 };
		struct link_report r;
		int64_t last = -2 * S;
		int fd = open_in(files[i].name);
		int samples = 0;
		uint8_t bytes[64];
		struct writer w = writer_of(bytes, sizeof(bytes));

		print_message("%s\n", files[i].name);
		add_feed(d, feed, "file", fd);
		close(fd);
		await_phase(d, feed, PHASE_FLOWING, 5000, &sum);
		for (;;) {
			uint64_t ticket = ask(d, feed, last + 2 * S);
			struct link_reader *l =
			    driver_unit(d, samples < 3 ? 5000 : 700);
			struct picture_view v;

			if (l == NULL)
				break; /* the file is over */
			assert_true(l->head.ticket == ticket);
			assert_int_equal(l->head.codec, files[i].codec);
			assert_true(
			    l->head.at_us >= last + 2 * S || samples == 0);
			assert_int_equal(decode(l, &v), SAMPLE_OK);
			assert_int_equal(v.width, 320);
			assert_int_equal(v.height, 192);
			last = l->head.at_us;
			samples++;
		}
		assert_int_equal(samples, 3);
		r = await_phase(d, feed, PHASE_BACKOFF, 5000, &sum);
		assert_int_equal(r.reason, REASON_END_OF_STREAM);
		assert_in_range(r.at_us, 5900000, 6150000);
		assert_int_equal(sum.to_us, r.at_us);
		assert_int_equal(sum.codec, files[i].codec);
		assert_int_equal(sum.width, 320);
		assert_int_equal(sum.height, 192);
		assert_in_range(sum.units, 88, 152);
		assert_in_range(sum.gop_us / 1000, files[i].gop_ms - 45,
		    files[i].gop_ms + 45);
		wire_put_ref(&w, &(struct feed_ref){ feed, 1 });
		driver_post(d, WIRE_FEED_REMOVE, &w, -1);
	}
}

/* Nothing is read beyond the keyframe that was asked for. */
static void
files_wait_for_the_next_ask(void **state)
{
	struct driver *d = *state;
	struct span body;
	struct account a = { 0 }, b;
	int fd = open_in("a.mp4");

	add_feed(d, 5, "file", fd);
	close(fd);
	await_phase(d, 5, PHASE_FLOWING, 5000, NULL);
	ask(d, 5, 3 * S);

	struct link_reader *l = driver_unit(d, 5000);

	assert_non_null(l);
	assert_in_range(l->head.at_us, 3 * S, 3 * S + 100000);
	while (driver_next(d, &body, 300) == WIRE_ACCOUNT) {
		assert_true(wire_get_account(body, &b));
		assert_true(b.from_us == a.to_us);
		a = b;
	}
	assert_true(a.to_us == l->head.at_us); /* the watermark */
	assert_null(driver_unit(d, 300));

	/* A new ask displaces the pending one, which is said to be gone. */
	uint64_t first = ask(d, 5, 100 * S);
	struct wire_sample_gone gone;

	ask(d, 5, 100 * S);
	for (unsigned type = 1; type != WIRE_SAMPLE_GONE;) {
		type = driver_next(d, &body, 3000);
		assert_true(type != 0);
	}
	assert_true(wire_get_sample_gone(body, &gone));
	assert_true(gone.ticket == first);
	assert_int_equal(gone.why, SAMPLE_NO_KEYFRAME);
}

static void
files_that_are_none(void **state)
{
	static const struct {
		const char *name;
		enum reason reason;
	} cases[] = {
		{ "junk.mp4", REASON_OPEN_FAILED },
		{ "sound.mp4", REASON_SDP_NO_VIDEO },
		{ "empty.mp4", REASON_OPEN_FAILED },
		{ "list.m3u8", REASON_OPEN_FAILED }, /* opens nothing else */
		{ "list.ffconcat", REASON_OPEN_FAILED },
	};
	struct driver *d = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[64];
		struct writer w = writer_of(bytes, sizeof(bytes));
		int fd = open_in(cases[i].name);
		struct link_report r;

		print_message("%s\n", cases[i].name);
		add_feed(d, 50 + (uint32_t)i, "file", fd);
		close(fd);
		r = await_phase(d, 50 + (uint32_t)i, PHASE_BACKOFF, 5000, NULL);
		print_message("%s: %s\n", reason_name(r.reason), r.detail);
		if (r.reason != REASON_SDP_NO_VIDEO)
			assert_int_equal(r.reason, cases[i].reason);
		wire_put_ref(&w, &(struct feed_ref){ 50 + (uint32_t)i, 1 });
		driver_post(d, WIRE_FEED_REMOVE, &w, -1);
	}
}

static void
url_of(char *out, size_t size, const char *path)
{
	snprintf(out, size, "http://127.0.0.1:%u%s", port, path);
}

/* Holds a live feed for a while: it flows, accounts come, samples decode. */
static void
hold(struct driver *d, uint32_t feed, const char *url, enum codec codec,
    int wait_ms)
{
	struct link_reader *l;
	struct picture_view v;
	struct link_report r;
	uint64_t ticket;

	add_feed(d, feed, url, -1);
	r = await_phase(d, feed, PHASE_FLOWING, wait_ms, NULL);
	assert_in_range(clock_mono_us() - r.at_us, 0, 5 * S);
	for (int i = 0; i < 2; i++) {
		ticket = ask(d, feed, 0);
		l = driver_unit(d, wait_ms);
		assert_non_null(l);
		assert_true(l->head.ticket == ticket);
		assert_int_equal(l->head.codec, codec);
		assert_int_equal(decode(l, &v), SAMPLE_OK);
		assert_int_equal(v.width, 320);
	}
}

static struct account
next_account(struct driver *d, uint32_t feed)
{
	struct account a;
	struct span body;

	for (int i = 0; i < 100; i++) {
		if (driver_next(d, &body, 5000) != WIRE_ACCOUNT)
			continue;
		assert_true(wire_get_account(body, &a));
		if (a.ref.feed == feed && a.units > 0)
			return a;
	}
	fail_msg("no account of feed %u", feed);
	return a;
}

static void
http_mjpeg(void **state)
{
	char url[200];
	struct account a;

	url_of(url, sizeof(url), "/mjpeg");
	hold(*state, 1, url, CODEC_MJPEG, 5000);
	a = next_account(*state, 1);
	a = next_account(*state, 1);
	assert_int_equal(a.codec, CODEC_MJPEG);
	assert_int_equal(a.width, 320);
	assert_int_equal(a.height, 192);
	assert_in_range(a.fps_milli, 7000, 11000);
	assert_int_equal(a.units, a.keyframes);
	assert_true(a.wire_bytes > a.bytes);
}

static void
http_snapshots(void **state)
{
	char url[200];

	url_of(url, sizeof(url), "/snapshot.jpg");
	hold(*state, 2, url, CODEC_MJPEG, 6000);
}

static void
http_password(void **state)
{
	struct driver *d = *state;
	struct link_report r;
	char url[200];

	url_of(url, sizeof(url), "/secret");
	hold(d, 3, url, CODEC_MJPEG, 5000);
	url_of(url, sizeof(url), "/secret?wrong");
	add_feed(d, 4, url, -1);
	r = await_phase(d, 4, PHASE_BACKOFF, 5000, NULL);
	assert_int_equal(r.reason, REASON_AUTH_WRONG);
	assert_int_equal(r.status, 401);
	assert_null(strstr(r.detail, "wrong"));
}

static void
hls_live(void **state)
{
	struct driver *d = *state;
	char url[200];
	pid_t live = peer_ffmpeg_start(folder,
	    "-re -f lavfi -i testsrc2=s=320x192:r=15 -t 15 -c:v libx264 "
	    "-preset ultrafast -g 15 -f hls -hls_time 1 -hls_list_size 4 "
	    "live.m3u8");

	sleep(3);
	url_of(url, sizeof(url), "/live.m3u8");
	hold(d, 6, url, CODEC_H264, 8000);
	peer_end(live);
}

static void
udp_transport_stream(void **state)
{
	struct driver *d = *state;
	uint16_t udp = peer_closed_port(); /* free for TCP: near enough */
	char url[200], args[300];
	struct link_report r;
	pid_t live;

	snprintf(args, sizeof(args),
	    "-re -f lavfi -i testsrc2=s=320x192:r=15 -t 15 -c:v libx264 "
	    "-preset ultrafast -g 15 -f mpegts udp://127.0.0.1:%u?pkt_size="
	    "1316",
	    udp);
	live = peer_ffmpeg_start(folder, args);
	snprintf(url, sizeof(url), "udp://127.0.0.1:%u", udp);
	hold(d, 7, url, CODEC_H264, 8000);

	/* The source dies without a word: stalled within the time-out. */
	peer_end(live);
	int64_t start = clock_mono_us();

	r = await_phase(d, 7, PHASE_STALLED, 4000, NULL);
	assert_int_equal(r.reason, REASON_STALL_DEAD);
	assert_in_range(clock_mono_us() - start, S, 5 * S / 2);
	r = await_phase(d, 7, PHASE_BACKOFF, 1000, NULL);
	assert_true(r.next_try_us >= r.at_us);
	await_phase(d, 7, PHASE_CONNECTING, 2000, NULL);
}

static void
relay_serves(struct driver *d, uint32_t feed, const char *options,
    const char *scheme, const char *path)
{
	char url[200], args[400];
	pid_t live;

	snprintf(url, sizeof(url), "%s://127.0.0.1:%u%s", scheme,
	    peer_closed_port(), path);
	snprintf(args, sizeof(args),
	    "-re -f lavfi -i testsrc2=s=320x192:r=15 -t 15 -c:v libx264 "
	    "-preset ultrafast -g 15 %s %s%s",
	    options, url, strcmp(scheme, "srt") == 0 ? "?mode=listener" : "");
	live = peer_ffmpeg_start(folder, args);
	usleep(700000); /* it has to listen first */
	hold(d, feed, url, CODEC_H264, 6000);
	peer_end(live);
}

static void
relay_srt(void **state)
{
	relay_serves(*state, 20, "-f mpegts", "srt", "");
}

static void
relay_rtmp(void **state)
{
	relay_serves(*state, 21, "-f flv -listen 1", "rtmp", "/live/x");
}

static void
fault_has_reason(void **state)
{
	static const struct {
		const char *path; /* or a whole URL */
		enum reason reason;
		uint16_t status;
	} cases[] = {
		{ "/nowhere", REASON_NOT_FOUND_404, 404 },
		{ "/forbidden", REASON_AUTH_WRONG, 403 },
		{ "/busy", REASON_BUSY_503, 503 },
		{ "/hang", REASON_REPLY_TIMEOUT, 0 },
		{ "/garbage", REASON_PROTOCOL, 0 },
		{ "/endless", REASON_PROTOCOL, 0 },
		{ "/round", REASON_PROTOCOL, 0 },
		{ "/mjpeg-stop", REASON_STALL_DEAD, 0 },
		{ "closed", REASON_REFUSED, 0 },
		{ "https", REASON_TLS_FAIL, 0 }, /* to a plain HTTP port */
		{ "udp", REASON_PLAY_NO_MEDIA, 0 },
		{ "gopher://127.0.0.1/", REASON_CONFIG_ERROR, 0 },
		{ "http://", REASON_CONFIG_ERROR, 0 },
		{ "file:///etc/passwd", REASON_CONFIG_ERROR, 0 },
		{ "http://192.0.2.1/x", REASON_CONFIG_ERROR, 0 },
	};
	struct driver *d = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t feed = 100 + (uint32_t)i;
		uint8_t bytes[64];
		struct writer w = writer_of(bytes, sizeof(bytes));
		struct link_report r;
		char url[300];

		if (strcmp(cases[i].path, "closed") == 0)
			snprintf(url, sizeof(url), "http://127.0.0.1:%u/",
			    peer_closed_port());
		else if (strcmp(cases[i].path, "https") == 0)
			snprintf(url, sizeof(url), "https://127.0.0.1:%u/x",
			    port);
		else if (strcmp(cases[i].path, "udp") == 0)
			snprintf(url, sizeof(url), "udp://127.0.0.1:%u",
			    peer_closed_port());
		else if (cases[i].path[0] == '/')
			url_of(url, sizeof(url), cases[i].path);
		else
			snprintf(url, sizeof(url), "%s", cases[i].path);
		add_feed(d, feed, url, -1);
		r = await_phase(d, feed, PHASE_BACKOFF, 6000, NULL);
		print_message("%s: %s (%s)\n", url, reason_name(r.reason),
		    r.detail);
		assert_int_equal(r.reason, cases[i].reason);
		assert_int_equal(r.status, cases[i].status);
		wire_put_ref(&w, &(struct feed_ref){ feed, 1 });
		driver_post(d, WIRE_FEED_REMOVE, &w, -1);
	}
}

/* A server that comes back is found again. */
static void
demux_reconnects(void **state)
{
	struct driver *d = *state;
	struct link_report r;
	uint16_t other;
	pid_t server = peer_http_start(folder, &other);
	char url[200];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/mjpeg", other);
	add_feed(d, 8, url, -1);
	await_phase(d, 8, PHASE_FLOWING, 5000, NULL);

	int64_t start = clock_mono_us();

	peer_end(server);
	r = await_phase(d, 8, PHASE_BACKOFF, 3000, NULL);
	assert_int_equal(r.reason, REASON_PEER_CLOSED);
	assert_in_range(clock_mono_us() - start, 0, S / 2);
	r = await_phase(d, 8, PHASE_BACKOFF, 3000, NULL);
	assert_int_equal(r.reason, REASON_REFUSED);
	assert_in_range(r.attempts, 2, 3);
}

/* One that shows a picture each time and ends is asked ever more rarely. */
static void
demux_spares_who_ends(void **state)
{
	struct driver *d = *state;
	char url[200];
	int64_t pause = 0;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/mjpeg-brief", port);
	add_feed(d, 8, url, -1);
	for (int i = 0; i < 3; i++) {
		struct link_report r;

		await_phase(d, 8, PHASE_FLOWING, 5000, NULL);
		r = await_phase(d, 8, PHASE_BACKOFF, 3000, NULL);
		assert_int_equal(r.attempts, 1);
		pause = r.next_try_us - r.at_us;
	}
	assert_in_range(pause, S, 2 * S); /* of 0.25 to 0.5 at first */
}

static void
tell_pause(struct driver *d, uint32_t feed, uint32_t least_ms, uint32_t most_ms)
{
	const struct wire_feed_pause m = { .ref = { feed, 1 },
		.least_ms = least_ms,
		.most_ms = most_ms };
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof(bytes));

	wire_put_feed_pause(&w, &m);
	driver_post(d, WIRE_FEED_PAUSE, &w, -1);
}

/* Told how long to pause it does, at once; released, it tries at once. */
static void
demux_pauses_as_told(void **state)
{
	struct driver *d = *state;
	struct span body;
	int64_t start;

	add_feed(d, 3, "http://127.0.0.1:9/mjpeg", -1);
	await_phase(d, 3, PHASE_BACKOFF, 3000, NULL);
	tell_pause(d, 3, 60000, 90000);
	/* one try may have been under way */
	while (driver_next(d, &body, 1000) != 0)
		;
	assert_int_equal(driver_next(d, &body, 3000), 0);
	start = clock_mono_us();
	tell_pause(d, 3, 400, 600);
	await_phase(d, 3, PHASE_BACKOFF, 2000, NULL);
	assert_in_range(clock_mono_us() - start, S / 4, S);
	tell_pause(d, 3, 60000, 90000);
	start = clock_mono_us();
	tell_pause(d, 3, 0, 0);
	await_phase(d, 3, PHASE_BACKOFF, 2000, NULL);
	assert_in_range(clock_mono_us() - start, 0, S / 2);
}

static void
demux_says_over_capacity(void **state)
{
	struct driver *d = *state;
	struct link_report r;
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof(bytes));
	char url[200];

	url_of(url, sizeof(url), "/mjpeg");
	for (uint32_t i = 1; i <= 5; i++) /* for four threads */
		add_feed(d, i, url, -1);
	r = await_phase(d, 5, PHASE_BACKOFF, 2000, NULL);
	assert_int_equal(r.reason, REASON_OVER_CAPACITY);
	wire_put_ref(&w, &(struct feed_ref){ 2, 1 });
	driver_post(d, WIRE_FEED_REMOVE, &w, -1);
	await_phase(d, 5, PHASE_FLOWING, 3000, NULL);
}

static void
take_away(struct driver *d, uint32_t feed)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof(bytes));

	wire_put_ref(&w, &(struct feed_ref){ feed, 1 });
	driver_post(d, WIRE_FEED_REMOVE, &w, -1);
}

/* Of a device that serves one at a time the second waits; a second after the
 * first left it is served. One that was cut off since it fell silent may still
 * be counted there, and is no room. */
static void
demux_keeps_to_sessions(void **state)
{
	const struct wire_feed_add one = { .device = 7, .device_sessions = 1 };
	struct driver *d = *state;
	struct link_report r;
	char url[200], stops[200];
	int64_t start;

	url_of(url, sizeof(url), "/mjpeg");
	url_of(stops, sizeof(stops), "/mjpeg-stop");
	add_as(d, 1, url, -1, one);
	await_phase(d, 1, PHASE_FLOWING, 3000, NULL);
	add_as(d, 2, url, -1, one);
	r = await_phase(d, 2, PHASE_WAITING, 1000, NULL);
	assert_int_equal(r.reason, REASON_SESSION_LIMIT);
	start = clock_mono_us();
	take_away(d, 1);
	await_phase(d, 2, PHASE_CONNECTING, 3000, NULL);
	assert_in_range(clock_mono_us() - start, S, 2 * S);
	take_away(d, 2);
	add_as(d, 3, stops, -1, one);
	r = await_phase(d, 3, PHASE_BACKOFF, 6000, NULL);
	assert_int_equal(r.reason, REASON_STALL_DEAD);
	r = await_phase(d, 3, PHASE_WAITING, 3000, NULL);
	assert_int_equal(r.reason, REASON_SESSION_LIMIT);
	add_as(d, 4, url, -1,
	    (struct wire_feed_add){ .device = 8, .device_sessions = 1 });
	await_phase(d, 4, PHASE_FLOWING, 3000, NULL); /* another one's */
}

/* A session that is others' is not asked for, but in visits; and then it is no
 * trouble that they have it. */
static void
demux_leaves_it_to_others(void **state)
{
	struct wire_feed_add theirs = { .quirks = WIRE_QUIRK_SINGLE_SESSION };
	struct driver *d = *state;
	char url[200];

	url_of(url, sizeof(url), "/mjpeg");
	add_as(d, 1, url, -1, theirs);
	assert_int_equal(await_phase(d, 1, PHASE_BACKOFF, 1000, NULL).reason,
	    REASON_YIELDED);
	theirs.visit_seconds = 1;
	theirs.visit_every_seconds = 2;
	url_of(url, sizeof(url), "/busy");
	add_as(d, 2, url, -1, theirs);
	assert_int_equal(await_phase(d, 2, PHASE_BACKOFF, 4000, NULL).reason,
	    REASON_YIELDED);
}

static void
demux_stops_within_a_second(void **state)
{
	struct driver *d = *state;
	char url[200];

	url_of(url, sizeof(url), "/mjpeg");
	add_feed(d, 1, url, -1);
	url_of(url, sizeof(url), "/hang");
	add_feed(d, 2, url, -1);
	await_phase(d, 1, PHASE_FLOWING, 3000, NULL);
	assert_int_equal(driver_stop(d), 0);
}

static void
make_files(void)
{
	char args[400];

	peer_folder(folder, sizeof(folder));
	for (size_t i = 0; i < FILES && !only_live; i++) {
		snprintf(args, sizeof(args),
		    "-f lavfi -i testsrc2=s=320x192:r=15 -t 6 -pix_fmt "
		    "yuv420p -preset ultrafast %s %s",
		    files[i].encode, files[i].name);
		assert_true(peer_ffmpeg(folder, args));
	}
	assert_true(
	    peer_ffmpeg(folder, "-f lavfi -i testsrc2=s=320x192:r=10 "
				"-frames:v 10 -start_number 0 -q:v 3 f%d.jpg"));
	assert_true(peer_ffmpeg(folder, "-f lavfi -i sine -t 2 sound.mp4"));
}

static void
put_file(const char *name, const char *text, size_t n)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(text, 1, n, f);
	fclose(f);
}

static int
group_begin(void **state)
{
	static const char junk[50000] = { 'x', 'y', 1, 2, 3 };
	static const char m3u8[] = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
				   "#EXTINF:2,\na.mp4\n#EXT-X-ENDLIST\n";
	static const char concat[] = "ffconcat version 1.0\nfile a.mp4\n";
	struct decoder_config cfg;

	(void)state;
	make_files();
	put_file("junk.mp4", junk, sizeof(junk));
	put_file("empty.mp4", "", 0);
	put_file("list.m3u8", m3u8, strlen(m3u8));
	put_file("list.ffconcat", concat, strlen(concat));
	http = peer_http_start(folder, &port);
	decoder_config_defaults(&cfg);
	decoder_warm();
	decoder = decoder_new(&cfg);
	return decoder == NULL;
}

static int
group_end(void **state)
{
	(void)state;
	peer_end(http);
	peer_folder_remove(folder);
	decoder_free(&decoder);
	return 0;
}

#define WITH_PROBE(t) cmocka_unit_test_setup_teardown(t, begin, end)

static bool
system_lacks_ffmpeg(void)
{
	bool lacks = !peer_ffmpeg("/",
	    "-f lavfi -i nullsrc=s=16x16 -frames:v 1 -f null -");

	if (lacks)
		printf("skipped: no ffmpeg command\n");
	return lacks;
}

/* With an argument: only the tests of that pattern. */
int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		WITH_PROBE(files_in_lockstep),
		WITH_PROBE(files_wait_for_the_next_ask),
		WITH_PROBE(files_that_are_none),
		WITH_PROBE(http_mjpeg),
		WITH_PROBE(http_snapshots),
		WITH_PROBE(http_password),
		WITH_PROBE(hls_live),
		WITH_PROBE(udp_transport_stream),
		WITH_PROBE(relay_srt),
		WITH_PROBE(relay_rtmp),
		WITH_PROBE(fault_has_reason),
		WITH_PROBE(demux_reconnects),
		WITH_PROBE(demux_spares_who_ends),
		WITH_PROBE(demux_pauses_as_told),
		WITH_PROBE(demux_says_over_capacity),
		WITH_PROBE(demux_keeps_to_sessions),
		WITH_PROBE(demux_leaves_it_to_others),
		WITH_PROBE(demux_stops_within_a_second),
	};

	signal(SIGPIPE, SIG_IGN);
	if (system_lacks_ffmpeg())
		return 77;
	only_live = argc > 1 && strncmp(argv[1], "files", 5) != 0;
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
