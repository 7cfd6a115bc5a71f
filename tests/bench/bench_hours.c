/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_hours [--feeds N] [--hours N] [--seed N] [--feed K] [--jobs N]
 * [--json FILE]: many
 * hours of cameras that are well, through the measures and the judge. Each is
 * drawn here as a control room would have it: sensor noise or a denoiser, dusk
 * and dawn with the switch to infrared, clouds, shadows that wander, lamps,
 * rain, fog, headlights, insects, people, one who stands close, lorries that
 * park. Any picture cause that is called is a false alarm. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "monitor/judge/judge.h"
#include "probes/picture/measure.h"

#define W 320
#define H 180
#define PIXELS (W * H)
#define NOISE_SIZE (1 << 17)
#define SECOND 1000000ll
#define HOUR (3600 * SECOND)
#define GOP_US (2 * SECOND)
#define ACCOUNT_US (10 * SECOND)
#define THINGS 8

enum kind {
	PERSON,
	CLOSE_PERSON,
	VEHICLE,
	PARKED,
	INSECT,
	HEADLIGHT,
	LAMP,
	RAIN,
	FOG,
	KINDS
};

static const struct {
	const char *name;
	double per_hour; /* by day; the night has a fifth of the people */
	double least_s, most_s;
} kinds[KINDS] = {
	[PERSON] = { "person", 12, 4, 40 },
	[CLOSE_PERSON] = { "person close", 0.15, 3, 25 },
	[VEHICLE] = { "vehicle", 6, 3, 12 },
	[PARKED] = { "parked", 0.1, 900, 9000 },
	[INSECT] = { "insect", 1, 2, 15 },
	[HEADLIGHT] = { "headlight", 1.5, 2, 12 },
	[LAMP] = { "lamp", 0.12, 600, 20000 },
	[RAIN] = { "rain", 0.02, 1800, 9000 },
	[FOG] = { "fog", 0.006, 7200, 14400 },
};

struct thing {
	enum kind kind;
	int64_t from_us, to_us; /* to 0: none */
	float x, y, dx, dy, w, h;
	int level;
	float gain;
};

struct camera {
	uint32_t dice;
	uint8_t scene[PIXELS];
	uint8_t leaves[PIXELS / 64]; /* blocks that the wind moves */
	uint8_t still[PIXELS / 64];  /* blocks whose noise is filtered away */
	uint8_t u, v;		     /* colour */
	bool indoor, variable;
	float noise, wind, shake, night_blur, cloud, shadow;
	struct thing thing[THINGS];
	int64_t now_us;
	bool night;
	/* this picture */
	uint8_t y[PIXELS], chroma_u[PIXELS / 4], chroma_v[PIXELS / 4];
	struct sample sample;
};

/* What one process, or all of them, came to. */
struct sum {
	unsigned false_alarms[CAUSE_COUNT];
	uint64_t pictures;
	double hours, up_hours, cpu_s;
	bool failed;
};

static int8_t noise_table[NOISE_SIZE];
static struct sum sum;

static uint32_t
rnd(struct camera *c)
{
	c->dice = c->dice * 1664525u + 1013904223u;
	return c->dice >> 7;
}

static float
between(struct camera *c, float a, float b)
{
	return a + (b - a) * (float)(rnd(c) & 0xffff) / 65536.0f;
}

static void
make_noise(void)
{
	struct camera c = { .dice = 5 };

	for (int i = 0; i < NOISE_SIZE; i++) {
		float v = 0;

		for (int k = 0; k < 6; k++)
			v += between(&c, -1, 1);
		noise_table[i] = (int8_t)(v * 22); /* sd 31 */
	}
}

/* ---- what the camera looks at ---- */

static void
box(uint8_t *p, int x0, int y0, int w, int h, int level, int grain)
{
	for (int y = y0 < 0 ? 0 : y0; y < y0 + h && y < H; y++)
		for (int x = x0 < 0 ? 0 : x0; x < x0 + w && x < W; x++)
			p[y * W + x] =
			    (uint8_t)(level +
				      (grain * ((x * 7 ^ y * 13) % 5)) / 4);
}

static void
build(struct camera *c)
{
	int sky = (int)between(c, 0, 60);

	for (int i = 0; i < PIXELS; i++) {
		int x = i % W, y = i / W;

		c->scene[i] =
		    (uint8_t)(y < sky ? 190 + y / 4
				      : 70 + y / 3 + (x * y / 97) % 7);
	}
	for (int i = 0, n = (int)between(c, 8, 40); i < n; i++)
		box(c->scene, (int)between(c, -20, W), (int)between(c, 0, H),
		    (int)between(c, 8, 90), (int)between(c, 6, 70),
		    (int)between(c, 25, 225), (int)between(c, 0, 20));
	for (int i = 0; i < PIXELS / 64; i++) {
		c->still[i] = between(c, 0, 1) < c->noise / 3 ? 0 : 1;
		c->leaves[i] = 0;
	}
	if (!c->indoor)
		for (int i = 0, b = (int)between(c, 0, 800); i < 60; i++)
			c->leaves[(b + i % 12 + i / 12 * (W / 8)) %
				  (PIXELS / 64)] = 1;
}

static void
camera_init(struct camera *c, unsigned seed)
{
	memset(c, 0, sizeof(*c));
	c->dice = seed * 2654435761u + 12345;
	for (int i = 0; i < 5; i++)
		rnd(c);
	c->indoor = rnd(c) % 3 == 0;
	c->variable = rnd(c) % 2;
	c->noise = between(c, 0.6f, 4);
	c->wind = between(c, 0, 12);
	c->shake = rnd(c) % 5 == 0 ? 1 : 0;
	c->night_blur = rnd(c) % 3 == 0;
	c->u = (uint8_t)between(c, 124, 133);
	c->v = (uint8_t)between(c, 124, 133);
	build(c);
}

/* ---- what happens there ---- */

static double
sun(const struct camera *c)
{
	double h = fmod((double)c->now_us / HOUR, 24);

	return sin((h - 6) / 12 * M_PI); /* up from 6 to 18 */
}

static void
begin(struct camera *c, enum kind kind)
{
	struct thing *t = NULL;
	float s =
	    between(c, (float)kinds[kind].least_s, (float)kinds[kind].most_s);

	for (int i = 0; i < THINGS; i++)
		if (c->thing[i].to_us <= c->now_us)
			t = &c->thing[i];
	if (t == NULL)
		return;
	*t = (struct thing){ .kind = kind,
		.from_us = c->now_us,
		.to_us = c->now_us + (int64_t)(s * SECOND),
		.x = between(c, -20, W),
		.y = between(c, 20, H - 40),
		.level = (int)between(c, 20, 230),
		.gain = rnd(c) % 2 ? between(c, 0.35f, 0.75f)
				   : between(c, 1.3f, 2.2f) };
	t->dx = between(c, -12, 12);
	t->dy = between(c, -2, 2);
	t->w = kind == PERSON	      ? between(c, 5, 20)
	       : kind == VEHICLE      ? between(c, 30, 110)
	       : kind == PARKED	      ? between(c, 30, 90)
	       : kind == CLOSE_PERSON ? between(c, 120, 240)
				      : between(c, 15, 60);
	t->h = kind == PERSON	      ? t->w * 2.4f
	       : kind == CLOSE_PERSON ? H
				      : t->w * 0.6f;
	if (kind == CLOSE_PERSON)
		t->y = between(c, 0, 60), t->dx = t->dy = 0;
	if (kind == PARKED)
		t->dx = t->dy = 0;
}

/* Two seconds pass. */
static void
happen(struct camera *c)
{
	bool night = sun(c) < 0;

	for (int k = 0; k < KINDS; k++) {
		double rate = kinds[k].per_hour / 1800;

		if (c->indoor && (k == INSECT || k == HEADLIGHT || k == RAIN ||
				     k == FOG || k == PARKED))
			continue;
		if (night && (k == PERSON || k == CLOSE_PERSON || k == VEHICLE))
			rate /= 5;
		if (!night && (k == INSECT || k == HEADLIGHT))
			continue;
		if (k == LAMP && !c->indoor && !night)
			continue;
		if (between(c, 0, 1) < rate)
			begin(c, (enum kind)k);
	}
	c->cloud += between(c, -0.02f, 0.02f) - c->cloud * 0.002f;
	c->cloud = fminf(fmaxf(c->cloud, -0.3f), 0.3f);
	c->shadow = fmodf((float)((double)c->now_us / HOUR) * 20, 400);
}

/* ---- its picture ---- */

static void
paint_thing(struct camera *c, const struct thing *t)
{
	float age = (float)(c->now_us - t->from_us) / SECOND;
	int x0 = (int)(t->x + t->dx * age), y0 = (int)(t->y + t->dy * age);
	float rx = t->w / 2, ry = t->h / 2;

	for (int y = y0 < 0 ? 0 : y0; y < y0 + (int)t->h && y < H; y++)
		for (int x = x0 < 0 ? 0 : x0; x < x0 + (int)t->w && x < W;
		     x++) {
			float a = ((float)(x - x0) - rx) / rx;
			float b = ((float)(y - y0) - ry) / ry;
			int level = t->level + ((x / 6 + y / 9) & 3) * 6;

			if (t->kind != PARKED && t->kind != VEHICLE &&
			    a * a + b * b > 1)
				continue;
			if (t->kind == HEADLIGHT || t->kind == INSECT)
				level = 255;
			c->y[y * W + x] = (uint8_t)(level > 255 ? 255 : level);
		}
}

struct light {
	float gain, lift, contrast, noise;
	bool night;
};

static struct light
light_of(const struct camera *c)
{
	double s = sun(c);
	struct light l = { 1 + (c->indoor || s < 0 ? 0 : c->cloud), 0, 1,
		c->noise, false };

	if (!c->indoor && s < 0.25) { /* the camera opens up, then switches */
		l.gain *= (float)(0.65 + 1.4 * (s > 0 ? s : 0));
		l.noise *= 1.4f;
		l.night = s < 0;
	}
	for (int i = 0; i < THINGS; i++) {
		const struct thing *t = &c->thing[i];
		float age = (float)(c->now_us - t->from_us) / SECOND;
		float part;

		if (t->to_us <= c->now_us)
			continue;
		if (t->kind == LAMP) /* the exposure follows in seconds */
			l.gain *= powf(t->gain, 0.25f + 0.75f * expf(-age / 3));
		if (t->kind == RAIN)
			l.contrast *= 0.85f, l.noise *= 1.4f;
		if (t->kind != FOG)
			continue;
		part = (float)(c->now_us - t->from_us) /
		       (float)(t->to_us - t->from_us);
		part = part < 0.3f   ? part / 0.3f
		       : part > 0.7f ? (1 - part) / 0.3f
				     : 1;
		l.contrast *= 1 - 0.45f * part;
		l.lift += 60 * part;
	}
	return l;
}

static void
soften(uint8_t *y)
{
	for (int i = 0; i < PIXELS - 1; i++)
		y[i] = (uint8_t)((y[i] * 3 + y[i + 1]) / 4);
}

/* Eight pixels of noise; k: its strength, at most 255. */
static inline void
grain8(uint8_t *p, const int8_t *noise, int16_t k)
{
	for (int i = 0; i < 8; i++) {
		int16_t v = (int16_t)(p[i] + ((int16_t)(noise[i] * k) >> 8));

		p[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

static void
paint(struct camera *c)
{
	struct light l = light_of(c);
	uint8_t lut[2][256];
	int dx = c->shake > 0 ? (int)(rnd(c) % 3) - 1 : 0;
	int scale = (int)(l.noise * 256 / 31);

	for (int i = 0; i < 256; i++) {
		float v = ((float)i - 110) * l.contrast + 110;

		v = v * l.gain + l.lift;
		if (l.night)
			v = v * 0.7f + 12;
		lut[0][i] = (uint8_t)fminf(fmaxf(v, 2), 253);
		lut[1][i] = (uint8_t)fminf(fmaxf(v * 0.72f, 2), 253);
	}
	for (int y = 0; y < H; y++) {
		const uint8_t *from = c->scene + y * W;
		uint8_t *to = c->y + y * W;
		int edge = c->indoor || l.night ? -1 : (int)c->shadow - y / 2;

		for (int x = 0; x < W; x++) {
			int s = x + dx;

			s = s < 0 ? 0 : s >= W ? W - 1 : s;
			to[x] = lut[x < edge][from[s]];
		}
	}
	for (int i = 0; i < THINGS; i++)
		if (c->thing[i].to_us > c->now_us && c->thing[i].kind < LAMP)
			paint_thing(c, &c->thing[i]);
	if (l.night && c->night_blur)
		soften(c->y);
	for (int b = 0; b < PIXELS / 64; b++) {
		int x0 = b % (W / 8) * 8, y0 = b / (W / 8) * 8;
		uint32_t at = rnd(c) % (NOISE_SIZE - 64);
		int k = scale;

		if (y0 + 8 > H)
			break;
		if (c->leaves[b])
			k += (int)(c->wind * 8);
		/* filtered: what little is left comes back at times */
		if (c->still[b] && rnd(c) % 3)
			at = (uint32_t)b * 64 % (NOISE_SIZE - 64), k /= 4;
		for (int r = 0; r < 8; r++)
			grain8(&c->y[(y0 + r) * W + x0],
			    &noise_table[at + (uint32_t)r * 8], (int16_t)k);
	}
	for (int i = 0; i < PIXELS / 4; i++) {
		int n = c->scene[i / (W / 2) * 2 * W + i % (W / 2) * 2];

		/* things differ in colour, the whole hardly does */
		c->chroma_u[i] =
		    (uint8_t)(l.night ? 128 : c->u + (n * 3 % 29) - 14);
		c->chroma_v[i] =
		    (uint8_t)(l.night ? 128 : c->v + (n * 5 % 31) - 15);
	}
	c->night = l.night;
}

static bool
take(struct camera *c, struct judge_feed *f)
{
	struct picture_view v = { .plane = { c->y, c->chroma_u, c->chroma_v },
		.stride = { W, W / 2, W / 2 },
		.width = W,
		.height = H,
		.depth = 8,
		.chroma_shift_x = 1,
		.chroma_shift_y = 1,
		.full_range = true };

	paint(c);
	if (!measure_picture(&v, &c->sample.measures))
		return false;
	c->sample.result = SAMPLE_OK;
	c->sample.codec = CODEC_H264;
	c->sample.at_us = c->now_us;
	c->sample.au_bytes = 9000 + rnd(c) % 1500;
	judge_sample_asked(f, c->now_us);
	judge_on_sample(f, &c->sample, c->now_us);
	sum.pictures++;
	return true;
}

static void
account(struct camera *c, struct judge_feed *f)
{
	uint32_t busy = 0;
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

	for (int i = 0; i < THINGS; i++)
		busy += c->thing[i].to_us > c->now_us &&
			c->thing[i].kind <= VEHICLE;
	a.inter_mean_bytes =
	    c->variable ? 900 + busy * 500 + rnd(c) % 300 : 1700 + rnd(c) % 20;
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
			    kinds[c->thing[i].kind].name,
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
	c.now_us = (int64_t)between(&c, 0, 24) * HOUR;
	end = c.now_us + (int64_t)(hours * HOUR);
	f = judge_feed_new(&cfg, c.now_us);
	if (f == NULL)
		return false;
	judge_on_link(f, &flowing, c.now_us);
	for (; c.now_us < end; c.now_us += GOP_US) {
		happen(&c);
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
	make_noise();
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
