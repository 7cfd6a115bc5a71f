/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hours_camera.h: a seed and a time of day -> the pictures of a camera that is
 * well, as its coder leaves them: a place with its light, weather, and what
 * passes. Drawn for ./dev bench hours. The same seed gives the same film. */
#ifndef TESTS_BENCH_HOURS_CAMERA_H
#define TESTS_BENCH_HOURS_CAMERA_H

#include <stdbool.h>
#include <stdint.h>

#define W 320
#define H 180
#define PIXELS (W * H)
#define SECOND 1000000ll
#define HOUR (3600 * SECOND)
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
	LOW_SUN,
	WEB,
	KINDS
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
	uint8_t infrared[PIXELS];    /* the same by its own lamp at night */
	uint8_t leaves[PIXELS / 64]; /* blocks that the wind moves */
	uint8_t still[PIXELS / 64];  /* blocks whose noise is filtered away */
	uint8_t u, v;		     /* colour */
	bool indoor, variable;
	bool lamp;    /* infrared at night; else the street's own light */
	float coarse; /* levels of detail that its coder leaves out; 0: none */
	float noise, wind, shake, night_blur, cloud, shadow;
	struct thing thing[THINGS];
	int64_t now_us;
	bool night;
	/* its picture */
	uint8_t y[PIXELS], chroma_u[PIXELS / 4], chroma_v[PIXELS / 4];
};

void camera_init(struct camera *c, unsigned seed);
/* Two seconds pass: what comes, what goes. */
void camera_happen(struct camera *c);
/* Its picture at now_us into y, chroma_u, chroma_v. */
void camera_paint(struct camera *c);
/* How many things move before it. */
uint32_t camera_moving(const struct camera *c);
const char *camera_kind_name(enum kind kind);
uint32_t camera_rnd(struct camera *c);
/* Evenly between a and b. */
float camera_between(struct camera *c, float a, float b);

#endif
