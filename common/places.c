/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/places.h"

/* 2^32 / g and 2^32 / g^2, g^3 = g + 1: the steps of the R2 sequence. */
#define STEP_U 3242174889u
#define STEP_V 2447445414u

static struct place
place_at(uint32_t i)
{
	uint32_t u = 0x80000000u + i * STEP_U;
	uint32_t v = 0x80000000u + i * STEP_V;

	return (struct place){ (uint16_t)(u >> 16), (uint16_t)(v >> 16) };
}

struct place
places_sparse(unsigned i)
{
	return place_at(i + 1);
}

struct place
places_block(unsigned i)
{
	return place_at(i + 1 + 100000u);
}
