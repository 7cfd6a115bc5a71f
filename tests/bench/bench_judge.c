/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_judge [--feeds N] [--seconds N] [--json FILE]: what one sample costs
 * in the judge, and what a feed costs in memory. The pictures are drawn here:
 * a scene per feed, under fresh noise, with a part that moves. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "monitor/judge/judge.h"

#define GAP_US 10000000

static uint32_t state = 1;

static uint32_t
rnd(void)
{
	state = state * 1664525u + 1013904223u;
	return state >> 8;
}

static void
draw(struct sample *s, unsigned feed, unsigned t)
{
	struct measures *m = &s->measures;
	unsigned i;

	s->result = SAMPLE_OK;
	s->codec = CODEC_H264;
	s->au_bytes = 18000 + rnd() % 900;
	m->width = 640;
	m->height = 360;
	m->picture_hash = ((uint64_t)rnd() << 32) + rnd();
	m->mean_q8 = (uint16_t)(110 * 256 + rnd() % 64);
	m->sd_q8 = 40 * 256;
	m->p01 = 16, m->p10 = 40, m->p50 = 110, m->p90 = 180, m->p99 = 220;
	m->edge_q16 = 6000;
	m->sharp_q8 = 3000;
	m->noise_q8 = 500;
	for (i = 0; i < THUMB_CELLS; i++) {
		unsigned scene = (i * (7 + feed % 5) + feed * 131) % 180;

		if ((i + t * 37) % THUMB_CELLS < 300)
			scene += 40;
		m->thumb[i] = (uint16_t)(scene * 256 + rnd() % 90);
	}
	memset(m->chroma_u, 120, sizeof(m->chroma_u));
	memset(m->chroma_v, 130, sizeof(m->chroma_v));
	for (i = 0; i < SPARSE_PIXELS; i++)
		m->sparse[i] = (uint8_t)((i * 11 + feed) % 200 + rnd() % 4);
	for (i = 0; i < BLOCK_HASHES; i++)
		m->block[i] = rnd();
	for (i = 0; i < ZONES; i++)
		m->zone_sharp[i] = (uint16_t)(2500 + rnd() % 300);
}

/* Ten seconds of a stream, so that all that accounts are weighed for is done.
 */
static void
draw_account(struct account *a, int64_t to_us)
{
	a->from_us = to_us - GAP_US;
	a->to_us = to_us;
	a->units = 150;
	a->keyframes = 5;
	a->bytes = 400000 + rnd() % 9000;
	a->inter_mean_bytes = 2600;
	a->key_mean_bytes = 18000 + rnd() % 900;
	a->gop_us = 2000000;
	a->rhythm_us = 2000000;
	a->fps_milli = 15000;
	a->codec = CODEC_H264;
	a->width = 640;
	a->height = 360;
	a->clock_offset_us = INT64_MIN;
	for (unsigned i = 0; i < 5; i++) {
		a->print[i] = rnd() | 1;
		a->print_age_ms[i] = 10000 - i * 2000;
	}
	a->activity_first = a->from_us / ACCOUNT_BIN_US;
	a->activity_count = GAP_US / ACCOUNT_BIN_US;
	for (unsigned i = 0; i < a->activity_count; i++)
		a->activity[i] = (uint16_t)(1300 + rnd() % 300);
}

int
main(int argc, char **argv)
{
	static struct sample s;
	static struct account account;
	struct link_report flowing = { .phase = PHASE_FLOWING };
	struct judge_config cfg;
	struct judge_feed **feeds;
	struct verdict v;
	unsigned count = 500, i, t, samples = 0, up = 0;
	const char *json = NULL;
	double seconds = 3, each, kib;
	int64_t spent = 0, begin, now = 1000000;
	size_t before;

	for (i = 1; i < (unsigned)argc; i++) {
		bool more = i + 1 < (unsigned)argc;

		if (!strcmp(argv[i], "--json") && more)
			json = argv[++i];
		else if (!strcmp(argv[i], "--seconds") && more)
			seconds = atof(argv[++i]);
		else if (!strcmp(argv[i], "--feeds") && more)
			count = (unsigned)atoi(argv[++i]);
		else
			return puts("usage: ./dev bench judge [--feeds N] "
				    "[--seconds N] [--json FILE]\n"
				    "example: ./dev bench judge --feeds "
				    "1000"),
			       0;
	}
	count = count < 1 ? 1 : count;
	judge_config_defaults(&cfg);
	feeds = calloc(count, sizeof(struct judge_feed *));
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	for (i = 0; i < count; i++) {
		feeds[i] = judge_feed_new(&cfg, now);
		if (!feeds[i])
			return 1;
		judge_on_link(feeds[i], &flowing, now);
	}
	begin = clock_cpu_us();
	for (t = 0; t < 14 || clock_cpu_us() - begin < seconds * US_PER_S;
	     t++) {
		now += GAP_US;
		for (i = 0; i < count; i++) {
			int64_t a, judged = now + (int64_t)i;

			draw(&s, i, t);
			draw_account(&account, judged);
			s.at_us = judged;
			a = clock_cpu_us();
			judge_sample_asked(feeds[i], judged);
			judge_on_account(feeds[i], &account, judged);
			judge_on_sample(feeds[i], &s, judged);
			judge_step(feeds[i], judged, &v);
			spent += clock_cpu_us() - a;
			samples++;
		}
	}
	each = (double)spent / samples;
	kib = (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) /
	      1024 / count;
	for (i = 0; i < count; i++) {
		up += judge_verdict(feeds[i])->state == STATE_UP;
		judge_feed_free(&feeds[i]);
	}
	free(feeds);
	printf("%u feeds, %u samples: %.1f us a sample (at most 100), %.1f "
	       "KiB a feed (at most 64), %u up\n",
	    count, samples, each, kib, up);
	if (json) {
		FILE *f = fopen(json, "w");

		if (!f)
			return perror(json), 1;
		fprintf(f,
		    "{\n \"judge_us_per_sample\": %.2f,\n "
		    "\"judge_kib_per_feed\": %.2f,\n \"samples\": %u\n}\n",
		    each, kib, samples);
		fclose(f);
	}
	return 0;
}
