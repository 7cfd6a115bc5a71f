/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_thumb.h: a stored thumbnail (PNG) -> a smaller one, by box filter, so
 * that thirty incidents fit into a mail. The PNG was made by a picture probe
 * from a camera's bytes: it is checked like anything hostile. Called by the
 * command `report`.
 */
#ifndef MONITOR_REPORT_REPORT_THUMB_H
#define MONITOR_REPORT_REPORT_THUMB_H

#include "monitor/report/ink.h"

#define THUMB_SIDE_MOST 4096 /* of what is read */

enum thumb_result {
	THUMB_OK = 0,
	THUMB_BAD = 1, /* not a PNG, or beyond the limits */
	THUMB_NO_MEMORY = 2,
};

/* Appends a PNG of at most width x height in the same shape; a picture that is
 * small enough keeps its size. */
enum thumb_result report_thumb_make(const void *png, size_t length,
    uint32_t width, uint32_t height, struct ink *out);

#endif
