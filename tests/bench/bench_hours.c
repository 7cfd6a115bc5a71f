/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_hours [--feeds N] [--hours N] [--seed N] [--feed K] [--jobs N]
 * [--json FILE]: many
 * hours of cameras that are well, through the measures and the judge. Each is
 * drawn here as a control room would have it: sensor noise or a denoiser, dusk
 * and dawn with the switch to infrared, clouds, shadows that wander, lamps,
 * rain, fog, headlights, insects, people, one who stands close, lorries that
 * park. Any picture cause that is called is a false alarm. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "monitor/judge/judge.h"
#include "probes/picture/measure.h"
#include "tests/bench/hours_camera.h"

#define GOP_US (2 * SECOND)
#define ACCOUNT_US (10 * SECOND)

/* What one process, or all of them, came to. */
struct sum {
	unsigned false_alarms[CAUSE_COUNT];
	uint64_t pictures;
	double hours, up_hours, cpu_s;
	bool failed;
};

static struct sum sum;

static bool
take(struct camera *c, struct judge_feed *f)
{
	static struct sample sample;
	struct picture_view v = { .plane = { c->y, c->chroma_u, c->chroma_v },
		.stride = { W, W / 2, W / 2 },
		.width = W,
		.height = H,
		.depth = 8,
		.chroma_shift_x = 1,
		.chroma_shift_y = 1,
		.full_range = true };

	camera_paint(c);
	if (!measure_picture(&v, &sample.measures))
		return false;
	sample.result = SAMPLE_OK;
	sample.codec = CODEC_H264;
	sample.at_us = c->now_us;
	sample.au_bytes = 9000 + camera_rnd(c) % 1500;
	judge_sample_asked(f, c->now_us);
	judge_on_sample(f, &sample, c->now_us);
	sum.pictures++;
	return true;
}

static void
account(struct camera *c, struct judge_feed *f)
{
	uint32_t busy = camera_moving(c);
	struct account a = { .from_us = c->now_us - ACCOUNT_US,
		.to_us = c->now_us,
		.last_au_us = c->now_us,
		.units = 150,
		.keyframes = 5,
		.packets = 600,
		.gop_us = GOP_US,
		.rhythm_us = GOP_US,
		.fps_milli = 15000,
		.key_mean_bytes = 9500,
		.clock_offset_us = INT64_MIN,
		.codec = CODEC_H264,
		.width = W,
		.height = H,
		.parameter_print = 7 };

	a.inter_mean_bytes = c->variable
				 ? 900 + busy * 500 + camera_rnd(c) % 300
				 : 1700 + camera_rnd(c) % 20;
	a.bytes = 5ull * 9500 + 145ull * a.inter_mean_bytes;
	judge_on_account(f, &a, c->now_us);
}

/* ---- the hours ---- */

struct wish {
	unsigned feeds, seed, jobs;
	unsigned only; /* this feed alone; 0: all */
	double hours;  /* of each */
	const char *json;
};

static bool
is_picture_cause(enum cause cause)
{
	return cause >= CAUSE_UNDECODABLE && cause <= CAUSE_DUPLICATE;
}

static void
report(const struct camera *c, unsigned seed, const struct verdict *v,
    uint64_t news)
{
	printf("feed %u, hour %.2f, %s%s:", seed, (double)c->now_us / HOUR,
	    c->indoor ? "indoor" : "outdoor", c->night ? ", night" : "");
	for (int i = 0; i < THINGS; i++)
		if (c->thing[i].to_us > c->now_us - 600 * SECOND &&
		    c->thing[i].kind > PERSON)
			printf(" %s(%.0f..%.0f s)",
			    camera_kind_name(c->thing[i].kind),
			    (double)(c->thing[i].from_us - c->now_us) / SECOND,
			    (double)(c->thing[i].to_us - c->now_us) / SECOND);
	for (unsigned k = 1; k < CAUSE_COUNT; k++)
		if (news >> k & 1)
			printf(" -> %s", cause_name((enum cause)k));
	printf(" %s\n", v->evidence);
}

static void
step(struct camera *c, struct judge_feed *f, unsigned seed, uint64_t *in_force)
{
	struct verdict v;
	uint64_t news;

	if (!judge_step(f, c->now_us, &v))
		return;
	news = v.causes & ~*in_force;
	*in_force = v.causes;
	for (unsigned k = 1; k < CAUSE_COUNT; k++)
		if (!is_picture_cause((enum cause)k))
			news &= ~(1ull << k);
	if (news == 0)
		return;
	for (unsigned k = 1; k < CAUSE_COUNT; k++)
		sum.false_alarms[k] += news >> k & 1;
	report(c, seed, &v, news);
}

static bool
live(unsigned seed, double hours)
{
	static struct camera c;
	struct judge_config cfg;
	struct judge_feed *f;
	struct link_report flowing = { .phase = PHASE_FLOWING };
	uint64_t in_force = 0;
	int64_t end;

	camera_init(&c, seed);
	judge_config_defaults(&cfg);
	c.now_us = (int64_t)camera_between(&c, 0, 24) * HOUR;
	end = c.now_us + (int64_t)(hours * HOUR);
	f = judge_feed_new(&cfg, c.now_us);
	if (f == NULL)
		return false;
	judge_on_link(f, &flowing, c.now_us);
	for (; c.now_us < end; c.now_us += GOP_US) {
		camera_happen(&c);
		if (c.now_us % ACCOUNT_US < GOP_US)
			account(&c, f);
		if (c.now_us >= judge_sample_due(f) && !take(&c, f))
			return false;
		step(&c, f, seed, &in_force);
		if (judge_verdict(f)->state == STATE_UP)
			sum.up_hours += (double)GOP_US / HOUR;
	}
	sum.hours += hours;
	judge_feed_free(&f);
	return true;
}

/* Every `jobs`-th of the feeds, from `first` on. */
static void
live_share(const struct wish *w, unsigned first)
{
	for (unsigned i = first; i < w->feeds; i += w->jobs) {
		unsigned k = w->seed * 1000 + i;

		if ((w->only == 0 || w->only == k) && !live(k, w->hours))
			sum.failed = true;
		if (w->feeds >= 20 && i % (w->feeds / 20) == 0)
			fprintf(stderr, "bench: feed %u of %u\n", i, w->feeds);
	}
	sum.cpu_s = (double)clock_cpu_us() / SECOND;
}

static void
add(const struct sum *part)
{
	for (unsigned k = 0; k < CAUSE_COUNT; k++)
		sum.false_alarms[k] += part->false_alarms[k];
	sum.pictures += part->pictures;
	sum.hours += part->hours;
	sum.up_hours += part->up_hours;
	sum.cpu_s += part->cpu_s;
	sum.failed = sum.failed || part->failed;
}

/* The feeds shared among processes; false: one of them failed. */
static bool
live_all(const struct wish *w)
{
	int ends[2];

	if (pipe(ends) < 0)
		return perror("pipe"), false;
	for (unsigned j = 0; j < w->jobs; j++) {
		pid_t child = fork();

		if (child < 0)
			return perror("fork"), false;
		if (child > 0)
			continue;
		live_share(w, j);
		fflush(stdout);
		/* smaller than PIPE_BUF: it comes whole */
		_exit(write(ends[1], &sum, sizeof(sum)) != sizeof(sum));
	}
	close(ends[1]);
	for (unsigned j = 0; j < w->jobs; j++) {
		struct sum part;

		if (read(ends[0], &part, sizeof(part)) != sizeof(part))
			return fputs("bench: a process failed\n", stderr),
			       false;
		add(&part);
		wait(NULL);
	}
	close(ends[0]);
	return !sum.failed;
}

static int
usage(void)
{
	puts("usage: ./dev bench hours [--feeds N] [--hours N] [--seed N] "
	     "[--feed K] [--jobs N] [--json FILE]\n"
	     "Draws cameras that are well, N (200) for N (120) hours each, and "
	     "counts what the judge calls.\n"
	     "  --feed K    this one alone\n"
	     "  --jobs N    processes at once (2)\n"
	     "example: ./dev bench hours --feeds 20 --hours 48");
	return 0;
}

/* False: not understood. */
static bool
take_option(struct wish *w, const char *name, const char *value)
{
	if (!strcmp(name, "--feeds"))
		w->feeds = (unsigned)atoi(value);
	else if (!strcmp(name, "--hours"))
		w->hours = atof(value);
	else if (!strcmp(name, "--seed"))
		w->seed = (unsigned)atoi(value);
	else if (!strcmp(name, "--feed"))
		w->only = (unsigned)atoi(value);
	else if (!strcmp(name, "--jobs"))
		w->jobs = (unsigned)atoi(value);
	else if (!strcmp(name, "--json"))
		w->json = value;
	else
		return false;
	return w->jobs > 0;
}

static bool
write_json(const char *path, unsigned alarms)
{
	FILE *out = fopen(path, "w");

	if (out == NULL)
		return perror(path), false;
	fprintf(out,
	    "{\"feed_hours\": %.1f, \"pictures\": %llu, "
	    "\"false_alarms\": %u, \"up_share\": %.5f}\n",
	    sum.hours, (unsigned long long)sum.pictures, alarms,
	    sum.up_hours / sum.hours);
	return fclose(out) == 0;
}

int
main(int argc, char **argv)
{
	struct wish w = { .feeds = 200, .hours = 120, .seed = 1, .jobs = 2 };
	unsigned alarms = 0;

	for (int i = 1; i < argc; i += 2)
		if (i + 1 == argc || !take_option(&w, argv[i], argv[i + 1]))
			return usage();
	setvbuf(stdout, NULL, _IOLBF, 8192); /* two write to it */
	if (!live_all(&w))
		return 1;
	for (unsigned k = 1; k < CAUSE_COUNT; k++) {
		alarms += sum.false_alarms[k];
		if (sum.false_alarms[k] > 0)
			printf("%-14s %u\n", cause_name((enum cause)k),
			    sum.false_alarms[k]);
	}
	printf("%.0f feed-hours, %llu pictures, %.2f %% of the time up, "
	       "%u false alarms, %.0f s of CPU\n",
	    sum.hours, (unsigned long long)sum.pictures,
	    100 * sum.up_hours / sum.hours, alarms, sum.cpu_s);
	if (w.json != NULL && !write_json(w.json, alarms))
		return 1;
	return alarms > 0;
}
