/* SPDX-License-Identifier: GPL-3.0-or-later */
/* places.h: where the sparse pixels and the hashed blocks of struct measures
 * lie, as a share of the picture, so that the judge can leave out a clock's
 * corner without knowing the geometry. PURE, fixed for ever: a low-discrepancy
 * sequence (R2 of Martin Roberts) spreads any first n of them evenly.
 */
#ifndef COMMON_PLACES_H
#define COMMON_PLACES_H

#include <stdint.h>

struct place { /* 0..65535 over the width and over the height */
	uint16_t u;
	uint16_t v;
};

/* Sparse pixel i lies at (u * width >> 16, v * height >> 16). */
struct place places_sparse(unsigned i);
/* Block i is the 8x8 block number (u * (width / 8) >> 16,
 * v * (height / 8) >> 16) of the coded grid; with fewer blocks in the picture
 * than BLOCK_HASHES some are named twice. */
struct place places_block(unsigned i);

/* A block hash keeps in its two low bits how much the block holds: */
#define BLOCK_FLAT 0u  /* one value */
#define BLOCK_FAINT 1u /* range up to 4 levels: shading */
#define BLOCK_SOFT 2u  /* up to 16 */
#define BLOCK_RICH 3u
#define BLOCK_TEXTURE(hash) ((hash)&3u)

#endif
