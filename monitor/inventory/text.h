/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.h: bytes of anybody's file -> UTF-8 without a zero byte. PURE; hostile
 * input. UTF-8 and UTF-16 with or without a byte-order mark; what is neither
 * is taken as Windows-1252, of which Latin-1 is the common part. Private to
 * this room.
 */
#ifndef MONITOR_INVENTORY_TEXT_H
#define MONITOR_INVENTORY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/inventory/mistake.h"

struct text {
	char *utf8; /* owned, NUL-terminated */
	size_t length;
	const char *guessed; /* the encoding's name, where nothing said it;
			      * NULL: there was nothing to guess */
};

/* False: a byte that fits nothing (said, with its line and column), or no
 * memory. */
bool text_decode(struct text *out, const char *file, const void *bytes,
    size_t length, struct inventory_mistakes *mistakes);

#endif
