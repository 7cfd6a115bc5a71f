/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visibility.h: rectangles in the order in which they lie on each other -> how
 * much of one is seen. PURE. What may be see-through counts as covering: a
 * picture behind it is not called visible. Called by the X11 source.
 */
#ifndef PROBES_CONSOLE_VISIBILITY_H
#define PROBES_CONSOLE_VISIBILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Half-open: x <= px < x + width. Coordinates of 32 bits, sums of 64. */
struct rectangle {
	int32_t x, y, width, height;
};

/* What both hold; false (and an empty one) when there is none. */
bool rectangle_cut(const struct rectangle *a, const struct rectangle *b,
    struct rectangle *out);
/* Percent of `of` that none of `above` covers, rounded down, but at least 1
 * when a single pixel shows. An empty rectangle: 0. When the rest falls into
 * more pieces than it can follow it answers with what it surely found (too
 * little, never too much). */
unsigned visibility_percent(const struct rectangle *of,
    const struct rectangle *above, size_t count);

#endif
