/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tiles.h: the tiles of a display <-> the bytes of its row. PURE. Each tile is
 * how far its feed's number is beyond the one before (LEB128), then one byte of
 * enum view_worth; feeds rise, each is there once. Private to this room.
 */
#ifndef MONITOR_STORE_TILES_H
#define MONITOR_STORE_TILES_H

#include <stddef.h>
#include <stdint.h>

#include "monitor/store/store_consoles.h"

#define TILES_BYTES (STORE_TILES * 11)

/* At most STORE_TILES, in any order; of a feed that is there twice its best
 * view counts. What is out of range is left out. */
size_t tiles_pack(const struct store_tile *tiles, size_t count,
    uint8_t out[TILES_BYTES]);
/* As many as are sound. */
size_t tiles_unpack(const uint8_t *bytes, size_t length,
    struct store_tile out[STORE_TILES]);

/* [feed, feed, [feed, worth], ..] as the lines have it: a number alone counts.
 */
#define TILES_JSON (STORE_TILES * 32)
void tiles_json(const uint8_t *bytes, size_t length, char out[TILES_JSON]);

#endif
