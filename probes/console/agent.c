/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <jansson.h>

#include "common/clock.h"
#include "common/heartbeat_json.h"
#include "common/hex.h"
#include "common/log.h"
#include "probes/console/connections.h"
#include "probes/console/drm.h"
#include "probes/console/post.h"
#include "probes/console/source.h"

#define SOURCES 4
#define LEAST_INTERVAL_US (US_PER_S / 2)
#define MOST_INTERVAL_US (60 * US_PER_S)
#define LOOK_US (3 * US_PER_S) /* for --once */
#define GOODBYE_US (2 * US_PER_S)

struct agent {
	struct options options;
	struct surroundings around;
	struct source *sources[SOURCES]; /* by preference */
	int source_count;
	struct source *logind; /* one of them, or NULL */
	struct post *post;
	char token[OPTIONS_TOKEN_BYTES];
	char boot[HEARTBEAT_ID_BYTES], life[HEARTBEAT_ID_BYTES];
	uint64_t seq;
	int64_t interval_us, due_us, backoff_us;
	struct tally_part under_way; /* what the heartbeat just sent told */
	bool gone;		     /* said goodbye: the machine stops */
	long last_status;	     /* to log changes only */
	char last_kind[128];
};

/* --- a heartbeat */

static void
measure(struct agent *a, struct heartbeat *hb, bool goodbye)
{
	int64_t now_us = clock_mono_us();

	memset(hb, 0, sizeof(*hb));
	hb->version = HEARTBEAT_VERSION;
	snprintf(hb->agent, sizeof(hb->agent),
	    "camwarden-console/" CAMWARDEN_VERSION);
	memcpy(hb->boot, a->boot, sizeof(hb->boot));
	memcpy(hb->life, a->life, sizeof(hb->life));
	hb->seq = ++a->seq;
	hb->goodbye = goodbye;
	hb->idle_ms = HEARTBEAT_NOT_SAID;
	hb->patterns = a->around.patterns.patterns_revision;
	for (int i = 0; i < a->source_count; i++)
		a->sources[i]->fill(a->sources[i], hb, now_us);
	drm_fill("/sys/class/drm", hb);
	drm_light("/sys/class/backlight", hb);
	connections_fill(&a->options.connections, hb);
	now_us = clock_mono_us();
	tally_take(&a->around.tally, now_us, &a->under_way);
	tally_write(&a->around.tally, &a->under_way, hb);
	if (hb->sees_input != HEARTBEAT_BLIND) {
		hb->sees_idle = hb->sees_input;
		hb->idle_ms = tally_idle_ms(&a->around.tally, now_us);
	} else {
		hb->input.path_px = hb->input.span_px = HEARTBEAT_NOT_SAID;
	}
	hb->utc_ms = clock_utc_us() / US_PER_MS;
}

/* Where logind isn't to be asked, or knows of nobody at the display that was
 * named, whoever works there is one. Not where logind was lost: nothing gets
 * better by that. */
static void
name_session(const struct agent *a, struct heartbeat *hb)
{
	const struct session *s = &a->around.session;
	bool sees = hb->sees_input != HEARTBEAT_BLIND ||
		    hb->sees_idle != HEARTBEAT_BLIND ||
		    hb->sees_screens == HEARTBEAT_X11;

	if (hb->session[0] != '\0' || s->present || !sees ||
	    (a->logind != NULL && !s->known && a->around.knew_session))
		return;
	if (a->options.display[0] != '\0')
		snprintf(hb->session, sizeof(hb->session), "%s",
		    a->options.display);
	else if (a->logind == NULL)
		snprintf(hb->session, sizeof(hb->session), "%s",
		    a->options.seat);
}

/* The JSON, given; NULL: no memory, and the counts are back. */
static char *
compose(struct agent *a, bool goodbye)
{
	struct heartbeat *hb = malloc(sizeof(*hb));
	char *json = NULL;

	if (hb == NULL)
		return NULL;
	measure(a, hb, goodbye);
	name_session(a, hb);
	json = heartbeat_write(hb);
	free(hb);
	if (json == NULL)
		tally_back(&a->around.tally, &a->under_way);
	return json;
}

static void
send_now(struct agent *a, bool goodbye)
{
	char *json = compose(a, goodbye);

	if (json == NULL)
		return;
	if (a->options.print) {
		printf("%s\n", json);
		fflush(stdout);
	}
	if (!post_send(a->post, a->token, json)) {
		log_error("console", "the heartbeat can't be sent");
		tally_back(&a->around.tally, &a->under_way);
	}
	free(json);
}

/* --- its answer */

/* kind: which of them are the same; text: the whole of it. */
static void
log_change(struct agent *a, long status, const char *kind, const char *text)
{
	if (status == a->last_status &&
	    strncmp(kind, a->last_kind, sizeof(a->last_kind) - 1) == 0)
		return;
	if (status == 200)
		log_info("console", "the server takes the heartbeats");
	else if (status == 0)
		log_warn("console", "server not reached: %s", text);
	else
		log_warn("console",
		    "the server refuses the heartbeat (%ld): %s", status, text);
	a->last_status = status;
	snprintf(a->last_kind, sizeof(a->last_kind), "%s", kind);
}

/* The server's own words: "detail" of its JSON (RFC 9457), or what it wrote
 * at all. */
static void
reason(const struct post_result *r, char *out, size_t size)
{
	json_t *root = json_loadb(r->body, r->length, 0, NULL);
	const char *said = json_string_value(json_object_get(root, "detail"));
	int n = r->length < 200 ? (int)r->length : 200;

	if (said != NULL)
		snprintf(out, size, "%s", said);
	else
		snprintf(out, size, "%.*s", n, r->body);
	json_decref(root);
}

static void
obey(struct agent *a, const struct post_result *r)
{
	struct heartbeat_answer answer;
	char fault[HEARTBEAT_FAULT_BYTES];

	if (!heartbeat_answer_read(r->body, r->length, &answer, fault)) {
		log_change(a, 200, fault, fault);
		log_warn("console", "the server's answer: %s", fault);
		return;
	}
	log_change(a, 200, "", "");
	a->interval_us = answer.interval_ms * US_PER_MS;
	if (a->interval_us < LEAST_INTERVAL_US)
		a->interval_us = LEAST_INTERVAL_US;
	if (a->interval_us > MOST_INTERVAL_US)
		a->interval_us = MOST_INTERVAL_US;
	/* A shorter one holds at once. */
	if (a->due_us > clock_mono_us() + a->interval_us)
		a->due_us = clock_mono_us() + a->interval_us;
	if (answer.patterns_given) {
		log_info("console", "%u window patterns, revision %u",
		    answer.pattern_count, answer.patterns_revision);
		a->around.patterns = answer;
	}
}

/* The token may have been replaced: a new one needs no restart. */
static void
read_token_again(struct agent *a)
{
	char token[OPTIONS_TOKEN_BYTES], sentence[OPTIONS_SENTENCE];

	if (options_token(a->options.token_file, token, sentence))
		memcpy(a->token, token, sizeof(a->token));
	explicit_bzero(token, sizeof(token));
}

/* A server in trouble (5xx), or asked too often (429), is well again soon, and
 * a console that is late by 15 s is unknown. What it refuses by judgement it
 * will refuse for long, but for the first time: perhaps a clock was being set.
 */
static void
slow_down(struct agent *a, long status)
{
	if (status == 429 || status >= 500)
		a->backoff_us = 0;
	a->backoff_us = a->backoff_us == 0 ? a->interval_us : 2 * a->backoff_us;
	if (a->backoff_us > MOST_INTERVAL_US)
		a->backoff_us = MOST_INTERVAL_US;
	a->due_us = clock_mono_us() + a->backoff_us;
}

/* What was refused for what it is (400, 413, 422) would be refused again: its
 * counts are given up, since nothing may wait for ever; any other's are told
 * in the next one. */
static void
on_result(struct agent *a, const struct post_result *r)
{
	char text[256];

	if (r->status == 200) {
		a->backoff_us = 0;
		obey(a, r);
		return;
	}
	if (r->status != 400 && r->status != 413 && r->status != 422)
		tally_back(&a->around.tally, &a->under_way);
	if (r->status == 0) {
		log_change(a, 0, r->kind, r->why);
		return; /* a network comes back at any time */
	}
	reason(r, text, sizeof(text));
	log_change(a, r->status, text, text);
	if (r->status == 401)
		read_token_again(a);
	slow_down(a, r->status);
}

/* --- the loop */

/* One round: sleeps until something happens or until_us, then serves the
 * sources. True: what was sent is over. */
static bool
turn(struct agent *a, int64_t until_us, int stop_fd, bool *stop_out)
{
	struct pollfd fds[SOURCE_FDS];
	int64_t now_us = clock_mono_us(), wait_us = until_us - now_us;
	struct post_result result;
	int n = 0;

	if (stop_fd >= 0)
		fds[n++] = (struct pollfd){ stop_fd, POLLIN, 0 };
	for (int i = 0; i < a->source_count; i++)
		n += a->sources[i]->fds(a->sources[i], fds + n, SOURCE_FDS - n);
	if (wait_us > US_PER_S)
		wait_us = US_PER_S;
	/* Rounded up: a round too early would find nothing due. */
	post_wait(a->post, fds, n,
	    wait_us > 0 ? (int)((wait_us + US_PER_MS - 1) / US_PER_MS) : 0);
	*stop_out = stop_fd >= 0 && fds[0].revents != 0;
	now_us = clock_mono_us();
	for (int i = 0; i < a->source_count; i++) {
		a->sources[i]->ready(a->sources[i], now_us);
		a->sources[i]->step(a->sources[i], now_us);
	}
	if (!post_done(a->post, &result))
		return false;
	on_result(a, &result);
	return true;
}

static void
begin(struct agent *a)
{
	int64_t now_us = clock_mono_us();

	for (int i = 0; i < a->source_count; i++)
		a->sources[i]->step(a->sources[i], now_us);
}

static void
say_goodbye(struct agent *a)
{
	int64_t end_us = clock_mono_us() + GOODBYE_US;
	bool stop;

	/* First what is under way: two at once would come out of order. */
	while (post_busy(a->post) && clock_mono_us() < end_us)
		turn(a, end_us, -1, &stop);
	if (post_busy(a->post))
		return;
	send_now(a, true);
	end_us = clock_mono_us() + GOODBYE_US;
	while (post_busy(a->post) && clock_mono_us() < end_us)
		turn(a, end_us, -1, &stop);
}

/* logind waits for us while we hold its inhibitor. */
static void
on_going_down(struct agent *a)
{
	if (a->around.going_down == a->gone)
		return;
	a->gone = a->around.going_down;
	if (!a->gone)
		return;
	log_info("console", "the machine stops or sleeps: goodbye");
	say_goodbye(a);
	source_logind_let_go(a->logind);
}

static void
send_if_due(struct agent *a)
{
	int64_t now_us = clock_mono_us();

	if (a->gone || now_us < a->due_us || post_busy(a->post))
		return;
	/* On the beat, unless one was missed. */
	a->due_us += a->interval_us;
	if (a->due_us <= now_us)
		a->due_us = now_us + a->interval_us;
	send_now(a, false);
}

int
agent_serve(struct agent *a, int stop_fd)
{
	bool stop = false;

	/* Time for the sources to connect: a first heartbeat that is blind
	 * would say so for nothing. */
	a->due_us = clock_mono_us() + US_PER_S;
	begin(a);
	while (!stop) {
		turn(a, post_busy(a->post) ? INT64_MAX : a->due_us, stop_fd,
		    &stop);
		on_going_down(a);
		send_if_due(a);
	}
	if (!a->gone)
		say_goodbye(a);
	return 0;
}

int
agent_once(struct agent *a)
{
	int64_t end_us = clock_mono_us() + LOOK_US;
	bool stop;
	char *json;

	begin(a);
	while (clock_mono_us() < end_us)
		turn(a, end_us, -1, &stop);
	if (a->options.print) {
		json = compose(a, false);
		printf("%s\n", json != NULL ? json : "");
		free(json);
		return json != NULL ? 0 : 1;
	}
	send_now(a, false);
	while (post_busy(a->post))
		turn(a, INT64_MAX, -1, &stop);
	return a->last_status == 200 ? 0 : 1;
}

/* --- birth and death */

static bool
add_source(struct agent *a, unsigned which,
    struct source *(*make)(struct surroundings *))
{
	struct source *s;

	if ((a->options.sources & which) == 0)
		return true;
	s = make(&a->around);
	if (s == NULL)
		return false;
	a->sources[a->source_count++] = s;
	if (which == OPTIONS_LOGIND)
		a->logind = s;
	return true;
}

static bool
read_patterns(struct agent *a)
{
	char fault[HEARTBEAT_FAULT_BYTES] = "it can't be read";
	char bytes[HEARTBEAT_BODY_BYTES];
	FILE *f;
	size_t n = 0;

	if (a->options.patterns[0] == '\0')
		return true;
	f = fopen(a->options.patterns, "re");
	if (f != NULL) {
		n = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
	}
	if (f != NULL &&
	    heartbeat_answer_read(bytes, n, &a->around.patterns, fault))
		return true;
	log_error("console", "%s: %s", a->options.patterns, fault);
	return false;
}

static void
read_boot(struct agent *a)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (f != NULL && fgets(a->boot, sizeof(a->boot), f) != NULL)
		a->boot[strcspn(a->boot, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
}

static bool
name_life(struct agent *a)
{
	unsigned char bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return false;
	hex_print(bytes, sizeof(bytes), a->life);
	return true;
}

struct agent *
agent_new(const struct options *o, const char *token)
{
	struct agent *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->options = *o;
	a->around.options = &a->options;
	snprintf(a->token, sizeof(a->token), "%s", token);
	a->interval_us = HEARTBEAT_INTERVAL_S * US_PER_S;
	a->last_status = -1;
	tally_init(&a->around.tally, clock_mono_us());
	read_boot(a);
	a->post = post_new(o->server, o->ca);
	if (a->post != NULL && name_life(a) && read_patterns(a) &&
	    add_source(a, OPTIONS_LOGIND, source_logind_new) &&
	    add_source(a, OPTIONS_X11, source_x11_new) &&
	    add_source(a, OPTIONS_EVDEV, source_evdev_new) &&
	    add_source(a, OPTIONS_WAYLAND, source_wayland_new))
		return a;
	log_error("console", "the agent can't be set up");
	agent_free(&a);
	return NULL;
}

void
agent_free(struct agent **ap)
{
	struct agent *a = *ap;

	if (a == NULL)
		return;
	for (int i = 0; i < a->source_count; i++)
		a->sources[i]->free(a->sources[i]);
	post_free(&a->post);
	explicit_bzero(a, sizeof(*a));
	free(a);
	*ap = NULL;
}
