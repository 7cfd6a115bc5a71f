/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/exam.h"

#include <string.h>

#include "common/clock.h"

bool
exam_init(struct exam *e, const struct judge_config *config, FILE *out,
    bool json, int64_t start_us)
{
	*e = (struct exam){ .config = *config,
		.out = out,
		.json = json,
		.start_us = start_us,
		.now_us = start_us };
	e->feed = judge_feed_new(&e->config, start_us);
	return e->feed != NULL;
}

void
exam_fini(struct exam *e)
{
	judge_feed_free(&e->feed);
}

static double
seconds(const struct exam *e, int64_t t_us)
{
	return t_us < e->start_us ? 0 : (double)(t_us - e->start_us) / US_PER_S;
}

static void
print_causes(FILE *out, uint64_t causes)
{
	const char *comma = "";

	fputc('[', out);
	for (unsigned i = 0; i < CAUSE_COUNT; i++)
		if ((causes & (uint64_t)1 << i) != 0) {
			fprintf(out, "%s\"%s\"", comma, cause_name(i));
			comma = ",";
		}
	fputc(']', out);
}

static void
print_json(const struct exam *e, const struct verdict *v)
{
	fprintf(e->out,
	    "{\"t\":%.3f,\"since\":%.3f,\"state\":\"%s\",\"cause\":\"%s\","
	    "\"causes\":",
	    seconds(e, v->at_us), seconds(e, v->since_us), state_name(v->state),
	    cause_name(v->cause));
	print_causes(e->out, v->causes);
	fprintf(e->out, ",\"confidence\":%u,\"evidence\":%s}\n", v->confidence,
	    v->evidence[0] != '\0' ? v->evidence : "{}");
}

static void
print_text(const struct exam *e, const struct verdict *v)
{
	fprintf(e->out, "%9.1f s  %-8s", seconds(e, v->at_us),
	    state_name(v->state));
	if (v->cause != CAUSE_NONE)
		fprintf(e->out, "  %s since %.1f s (%u %% sure): %s",
		    cause_name(v->cause), seconds(e, v->since_us),
		    v->confidence, cause_help(v->cause));
	fputc('\n', e->out);
}

/* One weighing at one moment. */
static void
step(struct exam *e, int64_t now_us)
{
	struct verdict v;

	if (!judge_step(e->feed, now_us, &v))
		return;
	e->last = v;
	if (e->json)
		print_json(e, &v);
	else
		print_text(e, &v);
	fflush(e->out);
}

void
exam_until(struct exam *e, int64_t now_us)
{
	int64_t due;

	while ((due = judge_deadline(e->feed)) <= now_us) {
		if (due > e->now_us)
			e->now_us = due;
		step(e, e->now_us);
		if (judge_deadline(e->feed) <= due)
			break; /* it has nothing new to say by then */
	}
	if (now_us > e->now_us)
		e->now_us = now_us;
	step(e, e->now_us);
}

void
exam_link(struct exam *e, const struct link_report *r, int64_t now_us)
{
	exam_until(e, now_us);
	judge_on_link(e->feed, r, e->now_us);
	step(e, e->now_us);
}

void
exam_account(struct exam *e, const struct account *a, int64_t now_us)
{
	exam_until(e, now_us);
	judge_on_account(e->feed, a, e->now_us);
	step(e, e->now_us);
}

void
exam_sample(struct exam *e, const struct sample *s, int64_t now_us)
{
	exam_until(e, now_us);
	judge_on_sample(e->feed, s, e->now_us);
	step(e, e->now_us);
}

void
exam_annotate(struct exam *e, const struct annotation *a, int64_t now_us)
{
	exam_until(e, now_us);
	judge_on_annotation(e->feed, a, e->now_us);
	step(e, e->now_us);
}

void
exam_blind(struct exam *e, enum cause cause, int64_t now_us)
{
	exam_until(e, now_us);
	judge_on_blind(e->feed, cause, e->now_us);
	step(e, e->now_us);
}

static int
status_of(enum state state)
{
	switch (state) {
	case STATE_UP:
		return EXAM_UP;
	case STATE_DEGRADED:
	case STATE_DOWN:
		return EXAM_BAD;
	case STATE_UNKNOWN:
		break;
	}
	return EXAM_UNKNOWN;
}

static void
print_stream(FILE *out, const struct judge_stream *s, double length)
{
	fprintf(out, "%s %ux%u, %.1f pictures/s, %u kbit/s, ",
	    codec_name(s->codec), s->width, s->height, s->fps_milli / 1e3,
	    s->kbps);
	if (s->gop_us > 0)
		fprintf(out, "a keyframe every %.1f s; ", s->gop_us / 1e6);
	else
		fputs("no two keyframes; ", out);
	fprintf(out, "%u sample%s in %.1f s\n", s->samples,
	    s->samples == 1 ? "" : "s", length);
}

static void
print_summary(FILE *out, bool json, const struct verdict *v,
    const struct judge_stream *s, double length)
{
	if (json) {
		fprintf(out,
		    "{\"summary\":{\"state\":\"%s\",\"cause\":\"%s\","
		    "\"codec\":\"%s\",\"width\":%u,\"height\":%u,"
		    "\"fps\":%.3f,\"kbps\":%u,\"gop_s\":%.3f,"
		    "\"seconds\":%.3f,\"samples\":%u}}\n",
		    state_name(v->state), cause_name(v->cause),
		    codec_name(s->codec), s->width, s->height,
		    s->fps_milli / 1e3, s->kbps, s->gop_us / 1e6, length,
		    s->samples);
	} else {
		fprintf(out, "%s%s%s: ", state_name(v->state),
		    v->cause != CAUSE_NONE ? ", " : "",
		    v->cause != CAUSE_NONE ? cause_name(v->cause) : "");
		if (s->codec == CODEC_NONE)
			fprintf(out, "no picture in %.1f s\n", length);
		else
			print_stream(out, s, length);
		if (v->cause != CAUSE_NONE)
			fprintf(out, "%s\n", cause_help(v->cause));
	}
	fflush(out);
}

int
exam_finish(struct exam *e, int64_t now_us)
{
	const struct verdict *v;
	struct judge_stream s;

	exam_until(e, now_us);
	v = judge_verdict(e->feed);
	judge_stream(e->feed, &s);
	print_summary(e->out, e->json, v, &s, seconds(e, e->now_us));
	return status_of(v->state);
}

void
exam_print_nothing(FILE *out, bool json)
{
	const struct verdict v = { .state = STATE_UNKNOWN,
		.cause = CAUSE_NOT_SAMPLED };
	const struct judge_stream s = { 0 };

	if (json)
		print_summary(out, json, &v, &s, 0);
}
