/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts of what arrived -> what is learned of a stream, and the causes that
 * follow from it without a picture. Sums are over the last minute; a usual
 * value is learned slowly, only while the feed is alive and the detector
 * itself finds nothing odd.
 */
#include <stdio.h>
#include <string.h>

#include "monitor/judge/feed.h"

#define SECOND 1000000ll
#define MINUTE (60 * SECOND)
#define LOSS_ON_PPM 10000u
#define LOSS_OFF_PPM 5000u
#define LOSS_PACKETS 200u /* fewer say nothing */
#define LEARN_ACCOUNTS 6u
#define RATE_US (5 * SECOND) /* an account of less tells no rate */
#define FPS_ON_PERCENT 50u
#define FPS_OFF_PERCENT 70u
#define RATE_ON_PERCENT 20u
#define RATE_OFF_PERCENT 35u
#define FLAP_ON 4u
#define FLAP_US (10 * MINUTE)
#define CLOCK_ON_US (30 * SECOND)
#define CLOCK_OFF_US (20 * SECOND)
#define CLOCK_NONE_US (366ll * 24 * 3600 * SECOND) /* no clock at all */
#define CLOCK_JUMP_US (2 * SECOND)
#define CLOCK_JUMPS 3u
#define CHANGED_US (5 * MINUTE)
#define NO_VIDEO_US (30 * SECOND)
#define VARIABLE_PERMILLE 150u /* mean deviation of the rate: surely */
#define LEVEL_PERMILLE 12u     /* .. below this it is level */
#define PROVES_PERCENT 60u
#define ODD_PERCENT 50u

struct sums {
	int64_t us;
	uint64_t units, packets, lost, damaged, bytes;
};

static struct sums
sum_since(const struct stream *s, int64_t from_us)
{
	struct sums sum = { 0 };

	for (unsigned i = 0; i < s->span_count; i++) {
		const struct span_count *p = &s->span[i];

		if (p->to_us <= from_us)
			continue;
		sum.us += p->to_us - p->from_us;
		sum.units += p->units;
		sum.packets += p->packets;
		sum.lost += p->lost;
		sum.damaged += p->damaged;
		sum.bytes += p->bytes;
	}
	return sum;
}

static uint32_t
per_second(uint64_t count, int64_t us)
{
	uint64_t v = us <= 0 ? 0 : count * 1000000u / (uint64_t)us;

	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static uint32_t
apart(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

/* Moves by 1/2^slow of the way up, by 1/2^fast down. */
static uint32_t
glide(uint32_t old, uint32_t value, unsigned up, unsigned down)
{
	if (old == 0)
		return value;
	return value > old ? old + ((value - old) >> up)
			   : old - ((old - value) >> down);
}

/* A running mean and mean deviation. */
static void
follow(uint32_t *mean, uint32_t *spread, uint32_t value)
{
	if (*mean != 0)
		*spread = glide(*spread, apart(value, *mean), 3, 3);
	*mean = glide(*mean, value, 3, 3);
}

static void
unlearn(struct stream *s)
{
	s->learned = 0;
	s->fps_usual = 0;
	s->rate_low = 0;
	s->rate_mean = 0;
	s->rate_spread = 0;
	s->key_mean = 0;
	s->key_spread = 0;
	s->inter_low = 0;
}

static void
learn(struct stream *s, const struct account *a)
{
	int64_t us = a->to_us - a->from_us;
	uint32_t rate = per_second(a->bytes, us);
	uint32_t fps = per_second((uint64_t)a->units * 1000u, us);

	if (us < SECOND || a->units < 2)
		return;
	/* what may be the trouble itself is not learned as usual */
	if ((uint64_t)rate * 100 < (uint64_t)s->rate_low * RATE_OFF_PERCENT ||
	    (uint64_t)fps * 100 < (uint64_t)s->fps_usual * FPS_OFF_PERCENT)
		return;
	s->fps_usual = glide(s->fps_usual, fps, 3, 3);
	s->rate_low = glide(s->rate_low, rate, 5, 2);
	s->inter_low = glide(s->inter_low, a->inter_mean_bytes, 5, 2);
	follow(&s->rate_mean, &s->rate_spread, rate);
	if (a->key_mean_bytes != 0)
		follow(&s->key_mean, &s->key_spread, a->key_mean_bytes);
	if (s->learned < UINT16_MAX)
		s->learned++;
}

static void
note_format(struct stream *s, const struct account *a)
{
	bool known = s->codec != CODEC_NONE && s->width != 0;
	bool other = a->codec != s->codec || a->width != s->width ||
		     a->height != s->height;

	if (s->codec == CODEC_NONE) /* MPEG-4 tells no size in its account */
		s->codec = a->codec;
	if (a->codec == CODEC_NONE || a->width == 0)
		return;
	if (known && other) {
		s->changed_us = a->to_us > 0 ? a->to_us : 1;
		snprintf(s->changed, sizeof(s->changed), "%s %ux%u -> %s %ux%u",
		    codec_name(s->codec), s->width, s->height,
		    codec_name(a->codec), a->width, a->height);
	}
	if (other || a->parameter_print != s->parameter_print)
		unlearn(s);
	s->codec = a->codec;
	s->width = a->width;
	s->height = a->height;
	s->parameter_print = a->parameter_print;
}

static void
note_clock(struct stream *s, const struct account *a)
{
	if (a->clock_offset_us == INT64_MIN)
		return;
	if (s->offset_us != INT64_MIN) {
		/* unsigned: a hostile camera may send any pair of numbers */
		uint64_t step =
		    (uint64_t)a->clock_offset_us - (uint64_t)s->offset_us;

		if (a->clock_offset_us < s->offset_us)
			step = 0 - step;
		if (step > CLOCK_JUMP_US && s->offset_jumps < 255) {
			s->offset_jumps++;
			s->offset_jump_us = a->to_us;
		}
	}
	s->offset_us = a->clock_offset_us;
	if (a->to_us - s->offset_jump_us > FLAP_US)
		s->offset_jumps = 0;
}

void
stream_take(struct judge_feed *f, const struct account *a)
{
	struct stream *s = &f->stream;
	struct span_count *p = &s->span[s->span_next];

	*p = (struct span_count){ a->from_us, a->to_us, a->units, a->packets,
		a->lost, a->damaged, a->bytes };
	s->span_next = (uint8_t)((s->span_next + 1) % SPANS);
	if (s->span_count < SPANS)
		s->span_count++;
	note_format(s, a);
	note_clock(s, a);
	s->account_us = a->to_us;
	if (a->units > 0)
		s->pictured_us = a->to_us;
	/* Of a moment it tells little: pictures come out of their order. */
	if (a->fps_milli != 0 &&
	    (s->fps_milli == 0 || a->to_us - a->from_us >= RATE_US))
		s->fps_milli = a->fps_milli;
	if (a->gop_us != 0)
		s->gop_us = a->gop_us;
	if (a->rhythm_us != 0)
		s->rhythm_us = a->rhythm_us;
	s->inter_now = a->inter_mean_bytes;
	if (f->life.alive && !detector_any_odd(f) && detector_causes(f) == 0)
		learn(s, a);
}

/* Whether the coder spends what the scene asks for: then the rate varies. At
 * constant bitrate the keyframes vary (the quantiser wanders) under a level
 * rate; at constant quality it is the other way round: 6-16 % against 0.3-1 %,
 * and 1-2 % against 1.4-6 %, over 10 s on camfarm's films. */
static bool
rate_is_variable(const struct stream *s)
{
	uint64_t rate_permille =
	    s->rate_mean == 0 ? 0 : 1000ull * s->rate_spread / s->rate_mean;
	uint64_t key_permille =
	    s->key_mean == 0 ? 1000 : 1000ull * s->key_spread / s->key_mean;

	return rate_permille >= VARIABLE_PERMILLE ||
	       (rate_permille >= LEVEL_PERMILLE &&
		   rate_permille >= key_permille);
}

/* The source is variable in rate and its changes cost as much as ever. */
bool
stream_proves_life(const struct judge_feed *f)
{
	const struct stream *s = &f->stream;

	return s->learned >= SPANS && rate_is_variable(s) &&
	       (uint64_t)s->inter_now * 100 >=
		   (uint64_t)s->inter_low * PROVES_PERCENT;
}

bool
stream_odd(const struct judge_feed *f)
{
	const struct stream *s = &f->stream;

	return s->learned >= LEARN_ACCOUNTS && s->inter_low > 0 &&
	       (uint64_t)s->inter_now * 100 <
		   (uint64_t)s->inter_low * ODD_PERCENT;
}

static const struct opinion good = { SAY_GOOD, 0, 0 };
static const struct opinion nothing = { SAY_NOTHING, 0, 0 };

static uint32_t
loss_ppm(const struct judge_feed *f, int64_t from_us, uint64_t *packets)
{
	struct sums sum = sum_since(&f->stream, from_us);

	*packets = sum.packets + sum.lost;
	return *packets == 0 ? 0 : (uint32_t)(sum.lost * 1000000u / *packets);
}

uint32_t
stream_damaged_permille(const struct judge_feed *f)
{
	struct sums sum = sum_since(&f->stream, f->now_us - MINUTE);
	uint64_t permille;

	if (sum.units < LOSS_PACKETS)
		return 0;
	permille = sum.damaged * 1000u / sum.units;
	return permille > 1000 ? 1000 : (uint32_t)permille;
}

static struct opinion
look_loss(struct judge_feed *f, const struct sight *s)
{
	uint64_t packets;
	uint32_t ppm = loss_ppm(f, s->at_us - MINUTE, &packets);

	if (packets < LOSS_PACKETS)
		return nothing;
	if (ppm > LOSS_ON_PPM)
		return (struct opinion){ SAY_BAD, 95, 0 };
	return ppm < LOSS_OFF_PPM ? good : nothing;
}

static void
tell_loss(const struct judge_feed *f, struct evidence *e)
{
	uint64_t packets;
	uint32_t ppm = loss_ppm(f, f->stream.account_us - MINUTE, &packets);

	evidence_number(e, "loss_percent", ppm, 10000);
	evidence_number(e, "packets", (int64_t)packets, 1);
}

/* A rate over the last minute against the usual one. */
static struct opinion
look_rate(uint32_t now, uint32_t usual, unsigned on_percent,
    unsigned off_percent)
{
	if ((uint64_t)now * 100 < (uint64_t)usual * on_percent)
		return (struct opinion){ SAY_BAD, 90, 0 };
	return (uint64_t)now * 100 > (uint64_t)usual * off_percent ? good
								   : nothing;
}

/* Enough is learned, and a whole minute of one connection is at hand. */
static bool
rate_ready(const struct judge_feed *f, const struct sums *sum, int64_t at_us)
{
	return f->stream.learned >= LEARN_ACCOUNTS && sum->us >= MINUTE / 2 &&
	       f->link.flowing_us != 0 && at_us - f->link.flowing_us >= MINUTE;
}

static struct opinion
look_fps(struct judge_feed *f, const struct sight *s)
{
	struct sums sum = sum_since(&f->stream, s->at_us - MINUTE);

	if (!rate_ready(f, &sum, s->at_us))
		return nothing;
	return look_rate(per_second(sum.units * 1000u, sum.us),
	    f->stream.fps_usual, FPS_ON_PERCENT, FPS_OFF_PERCENT);
}

static void
tell_fps(const struct judge_feed *f, struct evidence *e)
{
	struct sums sum = sum_since(&f->stream, f->stream.account_us - MINUTE);

	evidence_number(e, "fps", per_second(sum.units * 1000u, sum.us), 1000);
	evidence_number(e, "fps_usual", f->stream.fps_usual, 1000);
}

static struct opinion
look_bitrate(struct judge_feed *f, const struct sight *s)
{
	struct sums sum = sum_since(&f->stream, s->at_us - MINUTE);

	if (!rate_ready(f, &sum, s->at_us))
		return nothing;
	return look_rate(per_second(sum.bytes, sum.us), f->stream.rate_low,
	    RATE_ON_PERCENT, RATE_OFF_PERCENT);
}

static void
tell_bitrate(const struct judge_feed *f, struct evidence *e)
{
	struct sums sum = sum_since(&f->stream, f->stream.account_us - MINUTE);

	evidence_number(e, "kbps", per_second(sum.bytes * 8, sum.us), 1000);
	evidence_number(e, "kbps_usual_low", f->stream.rate_low * 8ll, 1000);
}

static struct opinion
look_flapping(struct judge_feed *f, const struct sight *s)
{
	unsigned losses = liveness_losses(&f->link, s->at_us - FLAP_US);

	if (losses >= FLAP_ON)
		return (struct opinion){ SAY_BAD, 95, 0 };
	return losses <= 1 ? good : nothing;
}

static void
tell_flapping(const struct judge_feed *f, struct evidence *e)
{
	evidence_number(e, "breaks_in_10_min",
	    liveness_losses(&f->link, f->now_us - FLAP_US), 1);
}

/* The last moment at which there was a picture in what came, or could have been
 * none yet. */
static int64_t
pictured_us(const struct judge_feed *f)
{
	return f->stream.pictured_us > f->link.flowing_us
		   ? f->stream.pictured_us
		   : f->link.flowing_us;
}

/* Packets come, and never is there a picture in them: an encoder that hangs, a
 * packetisation that nobody speaks, sound under the video's name. */
static struct opinion
look_video(struct judge_feed *f, const struct sight *s)
{
	if (s->account->units > 0)
		return good;
	if (s->account->packets == 0 || f->link.flowing_us == 0 ||
	    s->at_us - pictured_us(f) < NO_VIDEO_US)
		return nothing;
	return (struct opinion){ SAY_BAD, 97, pictured_us(f) };
}

static void
tell_video(const struct judge_feed *f, struct evidence *e)
{
	struct sums sum = sum_since(&f->stream, pictured_us(f));

	evidence_number(e, "packets", (int64_t)sum.packets, 1);
}

static int64_t
clock_wrong_by(const struct stream *s)
{
	int64_t o = s->offset_us;

	if (o == INT64_MIN || o > CLOCK_NONE_US || o < -CLOCK_NONE_US)
		return 0; /* counts from its start, or from nothing */
	return o < 0 ? -o : o;
}

static struct opinion
look_clock(struct judge_feed *f, const struct sight *s)
{
	int64_t off = clock_wrong_by(&f->stream);

	(void)s;
	if (off > CLOCK_ON_US || f->stream.offset_jumps >= CLOCK_JUMPS)
		return (struct opinion){ SAY_BAD, 90, 0 };
	return off < CLOCK_OFF_US ? good : nothing;
}

static void
tell_clock(const struct judge_feed *f, struct evidence *e)
{
	if (f->stream.offset_us != INT64_MIN)
		evidence_number(e, "clock_off_s", f->stream.offset_us, 1000000);
	evidence_number(e, "clock_jumps", f->stream.offset_jumps, 1);
}

static struct opinion
look_changed(struct judge_feed *f, const struct sight *s)
{
	int64_t at = f->stream.changed_us;

	if (at != 0 && s->at_us - at < CHANGED_US)
		return (struct opinion){ SAY_BAD, 99, at };
	return good;
}

static void
tell_changed(const struct judge_feed *f, struct evidence *e)
{
	evidence_text(e, "changed", f->stream.changed);
}

const struct detector detector_packet_loss = {
	.name = "packet-loss",
	.cause = CAUSE_PACKET_LOSS,
	.on = 1,
	.off = 3,
	.at_account = true,
	.look = look_loss,
	.tell = tell_loss,
};

const struct detector detector_low_fps = {
	.name = "low-fps",
	.cause = CAUSE_LOW_FPS,
	.on = 2,
	.off = 2,
	.at_account = true,
	.look = look_fps,
	.tell = tell_fps,
};

const struct detector detector_low_bitrate = {
	.name = "low-bitrate",
	.cause = CAUSE_LOW_BITRATE,
	.on = 2,
	.off = 2,
	.at_account = true,
	.look = look_bitrate,
	.tell = tell_bitrate,
};

const struct detector detector_no_video = {
	.name = "no-video",
	.cause = CAUSE_NO_VIDEO,
	.on = 1,
	.off = 1,
	.at_account = true,
	.look = look_video,
	.tell = tell_video,
};

const struct detector detector_flapping = {
	.name = "flapping",
	.cause = CAUSE_FLAPPING,
	.on = 1,
	.off = 1,
	.at_account = true,
	.look = look_flapping,
	.tell = tell_flapping,
};

const struct detector detector_clock_drift = {
	.name = "clock-drift",
	.cause = CAUSE_CLOCK_DRIFT,
	.on = 3,
	.off = 3,
	.at_account = true,
	.look = look_clock,
	.tell = tell_clock,
};

const struct detector detector_changed = {
	.name = "changed",
	.cause = CAUSE_CHANGED,
	.on = 1,
	.off = 1,
	.at_account = true,
	.look = look_changed,
	.tell = tell_changed,
};
