/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scene.h: observations made by hand for the judge's tests: a camera whose
 * picture, noise, motion and accounts a test sets, on a time line of its own.
 * Times in milliseconds, for short tables. */
#ifndef TESTS_JUDGE_SCENE_H
#define TESTS_JUDGE_SCENE_H

#include "monitor/judge/judge.h"

#define MS 1000ll
#define SECONDS(n) ((n)*1000ll)

struct camera {
	struct judge_config cfg;
	struct judge_feed *feed;
	struct sample sample; /* reused */
	int64_t now_us;
	bool flowing;
	int64_t media_us; /* last before the flow ended */
	uint32_t noise;	  /* how many blocks of a hundred change: 0 = exact */
	uint32_t frame;	  /* counts; gives the noise and the walker's place */
	uint32_t walker;  /* its size in coarse cells, 0 = nobody */
	int clock_cell;	  /* a clock's first cell, -1 = none */
	int level;	  /* luma of the background, -1: a textured scene */
	/* of a textured scene; 0 = as it is */
	int shift;	  /* to the right, in 65536ths of the width */
	unsigned covered; /* percent of the width, from the left, is grey */
	unsigned light;	  /* percent of the usual light */
	unsigned blur;	  /* percent of the usual sharpness */
	unsigned place;	  /* another number: another view */
	/* called last on each picture made, NULL = not */
	void (*touch)(const struct camera *c, struct measures *m);
	struct verdict last;
	unsigned changes;
};

/* Chance that is the same in each run: any two numbers to one. */
uint32_t scene_mix(uint32_t a, uint32_t b);
void camera_init(struct camera *c);
void camera_fini(struct camera *c);
/* Runs the judge's timers up to a moment, stepping where it asks to. */
void camera_until(struct camera *c, int64_t ms);
void camera_link(struct camera *c, int64_t ms, enum phase phase,
    enum reason reason);
/* A picture as the camera now is. */
void camera_picture(struct camera *c, int64_t ms);
/* n more, two seconds apart. */
void camera_pictures(struct camera *c, unsigned n);
void camera_result(struct camera *c, int64_t ms, enum sample_result result);
/* Ten seconds of an account that ends at ms. */
struct account camera_account(const struct camera *c, int64_t ms);
void camera_account_send(struct camera *c, const struct account *a);
/* Flowing, with a walker, sampled each two seconds from `ms` for n pictures;
 * leaves the time at the last. */
void camera_live(struct camera *c, int64_t ms, unsigned n);
/* Each cell of a thumb a mean of itself and its neighbours. */
void camera_soften(uint16_t *thumb);
const struct verdict *camera_verdict(const struct camera *c);
/* The leading cause, by its word. */
#define camera_expect(c, word)                                                 \
	assert_string_equal(cause_name(camera_verdict(c)->cause), word)

#endif
