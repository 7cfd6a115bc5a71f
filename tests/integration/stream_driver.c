/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream_driver: plays the monitor to one camwarden-stream and prints what it
 * says, one line each, so that scripts can assert on it. For tests and for
 * looking at a camera by hand.
 *
 * usage: stream_driver [option value]... URL...
 *   --probe PROGRAM   default: camwarden-stream beside, or in CAMWARDEN_BIN
 *   --for SECONDS     default 10; then WIRE_STOP
 *   --transport auto|tcp|udp
 *   --user U --password P
 *   --sample SECONDS  ask each feed for a sample so often (0 = never)
 *   --out FILE        the last sample's bytes
 *   --stall MS --reply MS --first-media MS --connect MS --backoff MS
 *   --account MS --lowat BYTES --sessions N (per device; one device for all)
 *   --visit ON,EVERY  seconds
 *   --quirks N --resolve ADDRESS (the answer to every name; "none" fails)
 *   --pin HEX         the known TLS pin
 *   --trace 1         log requests
 *   --quiet 1         only the totals at the end
 * A word on standard input acts at once: "remove N", "retry N", "stop".
 * Lines: report, account, sample, gone, learned, resolve, log, pong, exit.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/wire.h"

#define FEEDS 8192

static struct {
	struct event_base *base;
	struct channel *channel;
	struct link_reader reader;
	struct wire_configure config;
	struct wire_feed_add add; /* what all feeds share */
	const char *probe;
	const char *out;
	const char *resolve;
	const char *urls[FEEDS];
	unsigned url_count;
	double seconds;
	double sample_every;
	bool quiet;
	int64_t start_us;
	uint64_t ticket;
	uint64_t samples, accounts, reports, bytes;
	int exit_code;
} d;

static double
now(void)
{
	return (double)(clock_mono_us() - d.start_us) / 1e6;
}

#define SAY(...)                                                               \
	do {                                                                   \
		if (!d.quiet) {                                                \
			printf("t=%.3f ", now());                              \
			printf(__VA_ARGS__);                                   \
			putchar('\n');                                         \
			fflush(stdout);                                        \
		}                                                              \
	} while (0)

static bool
on_report(struct span body)
{
	struct link_report r;

	if (!wire_get_link_report(body, &r))
		return false;
	d.reports++;
	SAY("report feed=%u phase=%s reason=%s status=%u transport=%u "
	    "attempts=%u next=%.3f detail=%s",
	    r.ref.feed, phase_name(r.phase), reason_name(r.reason), r.status,
	    r.transport, r.attempts,
	    r.next_try_us ? (double)(r.next_try_us - d.start_us) / 1e6 : 0.0,
	    r.detail);
	return true;
}

static bool
on_account(struct span body)
{
	struct account a;

	if (!wire_get_account(body, &a))
		return false;
	d.accounts++;
	d.bytes += a.wire_bytes;
	SAY("account feed=%u seconds=%.2f units=%u keys=%u damaged=%u "
	    "bytes=%" PRIu64 " packets=%u lost=%u dup=%u disc=%u resyncs=%u "
	    "fps=%.2f gop=%.2f codec=%s size=%ux%u gap=%.3f",
	    a.ref.feed, (double)(a.to_us - a.from_us) / 1e6, a.units,
	    a.keyframes, a.damaged, a.bytes, a.packets, a.lost, a.duplicates,
	    a.discontinuities, a.resyncs, a.fps_milli / 1e3, a.gop_us / 1e6,
	    codec_name(a.codec), a.width, a.height, a.max_gap_us / 1e6);
	return true;
}

static bool
on_resolve(struct span body)
{
	struct wire_resolve ask;
	struct wire_resolved answer = { 0 };

	if (!wire_get_resolve(body, &ask))
		return false;
	SAY("resolve feed=%u host=%s", ask.ref.feed, ask.host);
	answer.ref = ask.ref;
	memcpy(answer.host, ask.host, sizeof(answer.host));
	if (d.resolve == NULL)
		d.resolve = "127.0.0.1";
	if (inet_pton(AF_INET, d.resolve, answer.addresses[0].bytes) == 1) {
		answer.addresses[0].family = 4;
		answer.address_count = 1;
	}
	channel_put(d.channel, resolved, WIRE_RESOLVED, &answer);
	return true;
}

static bool
on_learned(struct span body)
{
	struct wire_learned m;

	if (!wire_get_learned(body, &m))
		return false;
	SAY("learned feed=%u keepalive=%u transport=%u pin=%02x%02x%02x%02x",
	    m.ref.feed, m.keepalive, m.transport, m.tls_pin[0], m.tls_pin[1],
	    m.tls_pin[2], m.tls_pin[3]);
	return true;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct wire_sample_gone gone;
	struct wire_log log;
	struct wire_pong pong;

	(void)arg;
	switch (type) {
	case WIRE_HELLO:
		return true;
	case WIRE_LINK_REPORT:
		return on_report(body);
	case WIRE_ACCOUNT:
		return on_account(body);
	case WIRE_RESOLVE:
		return on_resolve(body);
	case WIRE_LEARNED:
		return on_learned(body);
	case WIRE_SAMPLE_GONE:
		if (!wire_get_sample_gone(body, &gone))
			return false;
		SAY("gone feed=%u why=%s", gone.ref.feed,
		    sample_result_name(gone.why));
		return true;
	case WIRE_LOG:
		if (!wire_get_log(body, &log))
			return false;
		SAY("log level=%u %s", log.level, log.text);
		return true;
	case WIRE_PONG:
		if (!wire_get_pong(body, &pong))
			return false;
		printf("t=%.3f pong feeds=%u flowing=%u lag_ms=%.1f cpu=%.3f "
		       "wire=%" PRIu64 " lost=%" PRIu64 " samples=%" PRIu64
		       " busy=%" PRIu64 "\n",
		    now(), pong.feeds, pong.flowing, pong.lag_max_us / 1e3,
		    (double)pong.cpu_us / 1e6, pong.wire_bytes, pong.lost_bytes,
		    pong.samples, pong.busy);
		fflush(stdout);
		return true;
	default:
		SAY("strange type=%u", type);
		return false;
	}
}

static void
on_closed(void *arg, const char *why)
{
	(void)arg;
	SAY("closed %s", why);
	event_base_loopbreak(d.base);
}

static void
on_link(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t packet[LIMIT_CHUNK_BYTES + UNIT_HEAD_BYTES];
	ssize_t n = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);

	(void)what;
	(void)arg;
	if (n <= 0 ||
	    !link_reader_feed(&d.reader, (struct span){ packet, (size_t)n }))
		return;
	d.samples++;
	SAY("sample feed=%u bytes=%u codec=%s ticket=%" PRIu64,
	    d.reader.head.ref.feed, d.reader.head.total,
	    codec_name(d.reader.head.codec), d.reader.head.ticket);
	if (d.out != NULL) {
		FILE *f = fopen(d.out, "wb");

		if (f != NULL) {
			fwrite(d.reader.bytes, 1, d.reader.head.total, f);
			fclose(f);
		}
	}
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	uint8_t body[8];
	struct writer w = writer_of(body, sizeof(body));

	(void)fd;
	(void)what;
	(void)arg;
	writer_le64(&w, 1);
	channel_send(d.channel, WIRE_PING, body, sizeof(body));
}

static void
on_sample(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	for (unsigned i = 0; i < d.url_count; i++) {
		struct wire_sample_ask ask = { .ref = { i, 1 },
			.ticket = ++d.ticket };

		channel_put(d.channel, sample_ask, WIRE_SAMPLE_ASK, &ask);
	}
}

static void
on_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	channel_send(d.channel, WIRE_STOP, NULL, 0);
}

static void
on_word(evutil_socket_t fd, short what, void *arg)
{
	struct event *self = *(struct event **)arg;
	char line[64];
	ssize_t n = read(fd, line, sizeof(line) - 1);
	struct feed_ref ref = { 0, 1 };

	(void)what;
	if (n <= 0) {
		event_del(self);
		return;
	}
	line[n] = '\0';
	if (strncmp(line, "stop", 4) == 0)
		channel_send(d.channel, WIRE_STOP, NULL, 0);
	else if (sscanf(line, "remove %u", &ref.feed) == 1)
		channel_put(d.channel, ref, WIRE_FEED_REMOVE, &ref);
	else if (sscanf(line, "retry %u", &ref.feed) == 1)
		channel_put(d.channel, ref, WIRE_FEED_RETRY, &ref);
}

static bool
read_pin(const char *hex)
{
	for (int i = 0; i < 32; i++) {
		unsigned v = 0;

		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			return i > 0; /* a short one: the rest is zero */
		d.add.tls_pin[i] = (uint8_t)v;
	}
	return true;
}

static void
set_transport(const char *v)
{
	d.add.transport = WIRE_TRANSPORT_AUTO;
	if (strcmp(v, "tcp") == 0)
		d.add.transport = WIRE_TRANSPORT_TCP;
	else if (strcmp(v, "udp") == 0)
		d.add.transport = WIRE_TRANSPORT_UDP;
	else if (strcmp(v, "http") == 0)
		d.add.transport = WIRE_TRANSPORT_HTTP;
}

static bool
option(const char *name, const char *v)
{
	struct wire_configure *c = &d.config;
	const struct {
		const char *name;
		uint32_t *where;
	} numbers[] = { { "--stall", &c->stall_timeout_ms },
		{ "--reply", &c->reply_timeout_ms },
		{ "--first-media", &c->first_media_timeout_ms },
		{ "--connect", &c->connect_timeout_ms },
		{ "--backoff", &c->backoff_max_ms },
		{ "--account", &c->account_interval_ms },
		{ "--lowat", &c->lowat_bytes },
		{ "--per-second", &c->connects_per_second },
		{ "--quirks", &d.add.quirks },
		{ "--sessions", &d.add.device_sessions } };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(name, numbers[i].name) == 0) {
			*numbers[i].where = (uint32_t)strtoul(v, NULL, 0);
			return true;
		}
	if (strcmp(name, "--probe") == 0)
		d.probe = v;
	else if (strcmp(name, "--for") == 0)
		d.seconds = strtod(v, NULL);
	else if (strcmp(name, "--sample") == 0)
		d.sample_every = strtod(v, NULL);
	else if (strcmp(name, "--out") == 0)
		d.out = v;
	else if (strcmp(name, "--user") == 0)
		snprintf(d.add.user, sizeof(d.add.user), "%s", v);
	else if (strcmp(name, "--password") == 0)
		snprintf(d.add.password, sizeof(d.add.password), "%s", v);
	else if (strcmp(name, "--transport") == 0)
		set_transport(v);
	else if (strcmp(name, "--resolve") == 0)
		d.resolve = v;
	else if (strcmp(name, "--trace") == 0)
		c->trace_requests = true;
	else if (strcmp(name, "--quiet") == 0)
		d.quiet = true;
	else if (strcmp(name, "--pin") == 0)
		return read_pin(v);
	else if (strcmp(name, "--visit") == 0)
		return sscanf(v, "%u,%u", &d.add.visit_seconds,
			   &d.add.visit_every_seconds) == 2;
	else
		return false;
	return true;
}

static bool
read_arguments(int argc, char **argv)
{
	int i = 1;

	for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2)
		if (!option(argv[i], argv[i + 1])) {
			fprintf(stderr, "no such option: %s\n", argv[i]);
			return false;
		}
	for (; i < argc && d.url_count < FEEDS; i++)
		d.urls[d.url_count++] = argv[i];
	return d.url_count > 0;
}

static pid_t
spawn(int channel, int link)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	/* Out of the way first: 3 and 4 may be taken. */
	int a = dup(channel), b = dup(link);

	if (a == 3 || a == 4)
		a = dup(a);
	dup2(b, 10);
	dup2(a, 3);
	dup2(10, 4);
	closefrom(5);
	execl(d.probe, "camwarden-stream", (char *)NULL);
	perror(d.probe);
	_exit(127);
}

static void
introduce(void)
{
	struct wire_hello hello = { WIRE_VERSION, ROLE_STREAM, 0,
		(uint32_t)getpid() };

	channel_put(d.channel, hello, WIRE_HELLO, &hello);
	channel_put(d.channel, configure, WIRE_CONFIGURE, &d.config);
	for (unsigned i = 0; i < d.url_count; i++) {
		struct wire_feed_add add = d.add;

		add.ref = (struct feed_ref){ i, 1 };
		add.device = d.add.device_sessions ? 1 : i + 1;
		snprintf(add.url, sizeof(add.url), "%s", d.urls[i]);
		channel_put(d.channel, feed_add, WIRE_FEED_ADD, &add);
		channel_flush(d.channel);
	}
}

static struct event *
every(double seconds, event_callback_fn fn)
{
	struct timeval tv = { (time_t)seconds,
		(suseconds_t)((seconds - (double)(time_t)seconds) * 1e6) };
	struct event *e = event_new(d.base, -1, EV_PERSIST, fn, NULL);

	event_add(e, &tv);
	return e;
}

static void
defaults(const char *self)
{
	static char beside[512];
	const char *bin = getenv("CAMWARDEN_BIN");
	const char *slash = strrchr(self, '/');

	if (bin != NULL)
		snprintf(beside, sizeof(beside), "%s/camwarden-stream", bin);
	else
		snprintf(beside, sizeof(beside), "%.*s/../bin/camwarden-stream",
		    slash ? (int)(slash - self) : 1, slash ? self : ".");
	d.probe = beside;
	d.seconds = 10;
	d.config = (struct wire_configure){
		.utc_anchor_us = clock_utc_us() - clock_mono_us(),
		.seed = (uint64_t)clock_utc_us(),
		.links = 1,
		.account_interval_ms = 5000,
		.connects_per_second = 200,
		.connects_per_host_second = 50,
		.connects_per_host = 4,
		.lowat_bytes = 16384,
		.backoff_max_ms = 60000,
		.loopback_only = true,
	};
}

int
main(int argc, char **argv)
{
	struct channel_calls calls = { on_message, on_closed, NULL };
	int channel[2], link[2], status = 0;
	struct event *word;
	struct stat input;

	defaults(argv[0]);
	if (!read_arguments(argc, argv)) {
		fprintf(stderr, "usage: stream_driver [option value]... "
				"URL... (see the head of its source)\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel);
	socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link);
	d.start_us = clock_mono_us();

	pid_t pid = spawn(channel[1], link[1]);

	close(channel[1]);
	close(link[1]);
	d.base = event_base_new();
	d.channel = channel_new(d.base, channel[0], 64u << 20, &calls);
	link_reader_init(&d.reader);

	struct event *readable =
	    event_new(d.base, link[0], EV_READ | EV_PERSIST, on_link, NULL);

	event_add(readable, NULL);
	word = event_new(d.base, 0, EV_READ | EV_PERSIST, on_word, &word);
	if (fstat(0, &input) == 0 && !S_ISREG(input.st_mode) &&
	    !(S_ISCHR(input.st_mode) && !isatty(0)))
		event_add(word, NULL);
	introduce();
	every(1, on_second);
	every(d.seconds, on_end);
	if (d.sample_every > 0)
		every(d.sample_every, on_sample);
	event_base_dispatch(d.base);
	waitpid(pid, &status, 0);
	printf("t=%.3f exit code=%d signal=%d reports=%" PRIu64
	       " accounts=%" PRIu64 " samples=%" PRIu64 " bytes=%" PRIu64 "\n",
	    now(), WIFEXITED(status) ? WEXITSTATUS(status) : -1,
	    WIFSIGNALED(status) ? WTERMSIG(status) : 0, d.reports, d.accounts,
	    d.samples, d.bytes);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
