/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two kinds of time. Live: the monotonic clock, sampled when the judge wants.
 * A file: its own time line, read in lockstep (ask, account up to the picture,
 * picture, ask ...). Accounts and samples come over different channels, so a
 * file's sample waits until the account has reached its time. */
#include "monitor/cli/probe_session.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/cli/exam.h"
#include "monitor/cli/record.h"
#include "monitor/config/config.h"
#include "monitor/fleet/fleet.h"

#define FEED 0u
#define POLL_US (20 * US_PER_MS)
#define ACCOUNT_MS 1000
#define ASK_PATIENCE_US (30 * US_PER_S)	 /* then the picture is asked again */
#define FILE_PATIENCE_US (60 * US_PER_S) /* without any news of a file */
#define PNG_PATIENCE_US (2 * US_PER_S)

struct session {
	const struct probe_source *src;
	const struct probe_options *opt;
	struct event_base *base;
	struct fleet *fleet;
	struct exam exam;
	FILE *record; /* NULL = none */
	struct event *poll, *interrupted[2];
	int64_t start_us;     /* monotonic */
	int64_t news_us;      /* monotonic, of the last message */
	int64_t watermark_us; /* a file is accounted for up to here */
	int64_t next_us;  /* a file: the next picture is wanted from here on */
	int64_t asked_us; /* monotonic, 0 = no ask is out */
	bool flowing;
	bool holding; /* `held` waits for the watermark */
	struct sample held;
	bool ended;	   /* no more observations count */
	int64_t end_us;	   /* then, on the exam's time line */
	bool units;	   /* at least one access unit was accounted for */
	const char *fault; /* why it could not be examined, NULL = it was */
	char detail[LIMIT_DETAIL_BYTES];
	bool png_wanted; /* the last sample's is still to come */
	int64_t png_until_us;
	uint8_t *png;
	size_t png_length;
};

static int64_t
exam_now(const struct session *s)
{
	return s->src->add.as_file ? s->watermark_us : clock_mono_us();
}

static void
end(struct session *s, const char *fault)
{
	if (s->ended)
		return;
	s->ended = true;
	s->end_us = exam_now(s);
	s->fault = fault;
	s->png_until_us = clock_mono_us() + PNG_PATIENCE_US;
}

static void
say_progress(const struct session *s)
{
	struct judge_stream stream;

	if (!isatty(STDERR_FILENO))
		return;
	judge_stream(s->exam.feed, &stream);
	fprintf(stderr, "\r\033[K%.0f s, %u samples, %s\r",
	    (double)(exam_now(s) - s->exam.start_us) / US_PER_S, stream.samples,
	    state_name(judge_verdict(s->exam.feed)->state));
}

/* --- asking */

static uint32_t
ask_flags(const struct session *s)
{
	return s->opt->thumbnail != NULL ? WIRE_SAMPLE_PNG : 0;
}

static void
quarantined(struct session *s)
{
	struct sample none = { .result = SAMPLE_QUARANTINED,
		.at_us = exam_now(s) };

	exam_sample(&s->exam, &none, exam_now(s));
	if (s->src->add.as_file)
		end(s, NULL);
}

static void
ask(struct session *s, int64_t not_before_us)
{
	switch (fleet_ask(s->fleet, FEED, ask_flags(s), not_before_us)) {
	case FLEET_ASKED:
		s->asked_us = clock_mono_us();
		judge_sample_asked(s->exam.feed, s->exam.now_us);
		break;
	case FLEET_QUARANTINED:
		quarantined(s);
		break;
	case FLEET_NOT_NOW:
		break;
	}
}

/* Keyframes come when they come: an ask goes out ahead of its time and takes
 * the first keyframe from a little before it, or every other would be missed
 * where their distance equals the interval. */
static void
ask_live(struct session *s)
{
	int64_t now = clock_mono_us();
	int64_t due = judge_sample_due(s->exam.feed);

	if (!s->flowing || due == INT64_MAX ||
	    (s->asked_us != 0 && now - s->asked_us < ASK_PATIENCE_US))
		return;
	due -= s->opt->interval_us / 4;
	ask(s, due > now ? due : now);
}

/* --- what the fleet says */

static void
news(struct session *s)
{
	s->news_us = clock_mono_us();
}

static void
file_ended(struct session *s, const struct link_report *r)
{
	if (r->at_us > s->watermark_us)
		s->watermark_us = r->at_us;
	if (s->units) {
		end(s, NULL);
		return;
	}
	snprintf(s->detail, sizeof(s->detail), "%s", r->detail);
	end(s, r->reason == REASON_END_OF_STREAM ? "it holds no picture"
	       : r->reason == REASON_SDP_NO_VIDEO
		   ? "it holds no video"
		   : "it is not a video that can be read");
}

static void
on_link(void *arg, const struct link_report *r)
{
	struct session *s = arg;

	news(s);
	if (s->ended)
		return;
	s->flowing = r->phase == PHASE_FLOWING;
	if (s->src->add.as_file && r->phase == PHASE_BACKOFF) {
		file_ended(s, r);
		return;
	}
	if (s->src->add.as_file && r->at_us > s->watermark_us)
		s->watermark_us = r->at_us;
	if (r->reason == REASON_CONFIG_ERROR) {
		snprintf(s->detail, sizeof(s->detail), "%s", r->detail);
		end(s, "it is not a URL that can be opened");
		return;
	}
	if (s->record != NULL)
		record_put_link(s->record, exam_now(s), r);
	exam_link(&s->exam, r, exam_now(s));
	if (!s->src->add.as_file)
		ask_live(s);
}

static void
take_sample(struct session *s, const struct sample *sample)
{
	int64_t now = exam_now(s);

	s->holding = false;
	if (s->record != NULL)
		record_put_sample(s->record, now, sample);
	exam_sample(&s->exam, sample, now);
	say_progress(s);
	if (!s->src->add.as_file)
		return;

	/* The judge paces a file as it does a camera; where it wants nothing
	 * yet, the file must be driven on all the same. */
	int64_t due = judge_sample_due(s->exam.feed);

	if (due == INT64_MAX || due > now + s->opt->interval_us)
		due = now + s->opt->interval_us;
	s->next_us = due > now ? due : now + 1;
	if (s->opt->for_us > 0 && now >= s->opt->for_us)
		end(s, NULL);
	else
		ask(s, s->next_us);
}

static void
try_held(struct session *s)
{
	if (s->holding && !s->ended && s->held.at_us <= s->watermark_us)
		take_sample(s, &s->held);
}

static void
on_account(void *arg, const struct account *a)
{
	struct session *s = arg;

	news(s);
	if (s->ended)
		return;
	s->units = s->units || a->units > 0;
	if (s->src->add.as_file && a->to_us > s->watermark_us)
		s->watermark_us = a->to_us;
	if (s->record != NULL)
		record_put_account(s->record, exam_now(s), a);
	exam_account(&s->exam, a, exam_now(s));
	say_progress(s);
	try_held(s);
}

static void
on_sample(void *arg, const struct sample *sample)
{
	struct session *s = arg;
	bool measured =
	    sample->result == SAMPLE_OK || sample->result == SAMPLE_DAMAGED;

	news(s);
	s->asked_us = 0;
	if (s->ended)
		return;
	if (measured && s->opt->thumbnail != NULL)
		s->png_wanted = true;
	s->held = *sample;
	s->holding = true;
	/* One that did not come has no time of its own. */
	if (s->src->add.as_file && sample->at_us == 0 && !measured)
		s->held.at_us = s->watermark_us;
	if (s->src->add.as_file)
		try_held(s);
	else
		take_sample(s, &s->held);
}

static void
on_png(void *arg, uint32_t feed, const struct wire_png *png)
{
	struct session *s = arg;
	uint8_t *copy = malloc(png->length);

	(void)feed;
	if (copy == NULL)
		return;
	memcpy(copy, png->bytes, png->length);
	free(s->png);
	s->png = copy;
	s->png_length = png->length;
	s->png_wanted = false;
}

static void
on_blind(void *arg, uint32_t feed, enum cause cause)
{
	struct session *s = arg;

	(void)feed;
	news(s);
	if (s->ended)
		return;
	if (s->src->add.as_file && cause != CAUSE_NONE) {
		end(s, "it ended our reader of files");
		return;
	}
	if (s->record != NULL)
		record_put_blind(s->record, exam_now(s), cause);
	exam_blind(&s->exam, cause, exam_now(s));
}

/* --- the loop */

static void
poll_file(struct session *s)
{
	if (s->asked_us == 0 && !s->holding)
		ask(s, s->next_us);
	if (clock_mono_us() - s->news_us > FILE_PATIENCE_US)
		end(s, "nothing could be read from it for a minute");
}

static void
poll_live(struct session *s)
{
	exam_until(&s->exam, clock_mono_us());
	ask_live(s);
	say_progress(s);
	if (clock_mono_us() - s->start_us >= s->opt->for_us)
		end(s, NULL);
}

static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct session *s = arg;

	(void)fd;
	(void)what;
	if (!s->ended && s->src->add.as_file)
		poll_file(s);
	else if (!s->ended)
		poll_live(s);
	if (s->ended && (!s->png_wanted || clock_mono_us() > s->png_until_us))
		event_base_loopbreak(s->base);
}

static void
on_interrupt(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	end(arg, NULL);
}

static const char *
start_fleet(struct session *s)
{
	const struct fleet_calls calls = { .arg = s,
		.on_link = on_link,
		.on_account = on_account,
		.on_sample = on_sample,
		.on_png = on_png,
		.on_blind = on_blind };
	static struct monitor_config defaults;
	bool demux = fleet_is_demux(s->src->add.url, s->src->add.as_file);
	const char *error = NULL;

	config_defaults(&defaults);

	struct fleet_config cfg = { .program_dir = s->opt->program_dir,
		.stream_probes = 1,
		.picture_probes = 1,
		.no_stream = demux,
		.no_demux = !demux,
		.probe = defaults.probe };

	cfg.probe.account_interval_ms = ACCOUNT_MS;
	cfg.probe.lowat_bytes = 0; /* one stream: its every packet at once */
	cfg.probe.trace_requests = s->opt->verbose;
	s->fleet = fleet_new(s->base, &cfg, &calls, &error);
	if (s->fleet == NULL ||
	    !fleet_add(s->fleet, &s->src->add, s->src->fd, &error))
		return error;
	return NULL;
}

/* What the person says of it holds for the whole time. */
static void
declare(struct session *s, enum annotation_kind kind)
{
	const struct annotation a = { .kind = kind,
		.from_us = s->exam.start_us,
		.to_us = INT64_MAX };

	if (s->record != NULL)
		record_put_annotation(s->record, s->exam.start_us, &a);
	exam_annotate(&s->exam, &a, s->exam.start_us);
}

static const char *
start_exam(struct session *s)
{
	struct judge_config cfg;

	judge_config_defaults(&cfg);
	cfg.adaptive = false;
	cfg.sample_us = s->opt->interval_us;
	if (cfg.sample_suspect_us > cfg.sample_us)
		cfg.sample_suspect_us = cfg.sample_us;
	s->start_us = s->news_us = clock_mono_us();
	if (!exam_init(&s->exam, &cfg, stdout, s->opt->json,
		s->src->add.as_file ? 0 : s->start_us))
		return "out of memory";
	if (s->record != NULL)
		record_put_head(s->record,
		    &(struct record_head){ .start_us = s->exam.start_us,
			.file = s->src->add.as_file });
	if (s->opt->ptz)
		declare(s, ANNOTATION_PTZ_MOVING);
	if (s->opt->dark)
		declare(s, ANNOTATION_DARK_HOURS);
	return NULL;
}

static const char *
start_loop(struct session *s)
{
	static const struct timeval each = { 0, POLL_US };
	static const int signals[] = { SIGINT, SIGTERM };

	s->base = event_base_new();
	if (s->base == NULL)
		return "can't set up the event loop";
	s->poll = event_new(s->base, -1, EV_PERSIST, on_poll, s);
	if (s->poll == NULL || event_add(s->poll, &each) != 0)
		return "can't set up the event loop";
	for (int i = 0; i < 2; i++) {
		s->interrupted[i] =
		    evsignal_new(s->base, signals[i], on_interrupt, s);
		if (s->interrupted[i] != NULL)
			event_add(s->interrupted[i], NULL);
	}
	return NULL;
}

static void
on_stopped(void *arg)
{
	struct session *s = arg;

	event_base_loopbreak(s->base);
}

static void
stop(struct session *s)
{
	if (s->fleet != NULL) {
		event_del(s->poll);
		fleet_stop(s->fleet, on_stopped, s);
		event_base_dispatch(s->base);
		fleet_free(&s->fleet);
	}
	if (s->poll != NULL)
		event_free(s->poll);
	for (int i = 0; i < 2; i++)
		if (s->interrupted[i] != NULL)
			event_free(s->interrupted[i]);
	if (s->base != NULL)
		event_base_free(s->base);
	exam_fini(&s->exam);
	free(s->png);
}

static bool
write_thumbnail(const struct session *s)
{
	FILE *f;
	bool ok;

	if (s->opt->thumbnail == NULL)
		return true;
	if (s->png == NULL) {
		fprintf(stderr, "camwarden probe: %s: no picture was decoded\n",
		    s->opt->thumbnail);
		return true;
	}
	f = fopen(s->opt->thumbnail, "wb");
	ok = f != NULL && fwrite(s->png, 1, s->png_length, f) == s->png_length;
	if (f != NULL && fclose(f) != 0)
		ok = false;
	if (!ok)
		perror(s->opt->thumbnail);
	return ok;
}

static int
refuse(const struct session *s, const char *why)
{
	exam_print_nothing(stdout, s->opt->json);
	fprintf(stderr, "camwarden probe: %s: %s%s%s%s\n", s->src->name, why,
	    s->detail[0] != '\0' ? " (" : "", s->detail,
	    s->detail[0] != '\0' ? ")" : "");
	return EXAM_UNKNOWN;
}

static int
conclude(struct session *s)
{
	int status;

	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	if (s->fault != NULL)
		return refuse(s, s->fault);
	if (s->record != NULL)
		record_put_end(s->record, s->end_us);
	status = exam_finish(&s->exam, s->end_us);
	return write_thumbnail(s) ? status : EXAM_UNKNOWN;
}

int
probe_session_run(const struct probe_source *src,
    const struct probe_options *opt)
{
	static struct session s; /* holds a sample: not on the stack */
	const char *fault = NULL;
	int status;

	s = (struct session){ .src = src, .opt = opt };
	log_threshold(opt->verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	if (opt->record != NULL) {
		s.record = fopen(opt->record, "w");
		if (s.record == NULL) {
			perror(opt->record);
			return EXAM_UNKNOWN;
		}
	}
	if ((fault = start_loop(&s)) == NULL &&
	    (fault = start_exam(&s)) == NULL &&
	    (fault = start_fleet(&s)) == NULL)
		event_base_dispatch(s.base);
	status = fault != NULL ? refuse(&s, fault) : conclude(&s);
	stop(&s);
	if (s.record != NULL && fclose(s.record) != 0) {
		perror(opt->record);
		status = EXAM_UNKNOWN;
	}
	return status;
}
