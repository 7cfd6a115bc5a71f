/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usual.h: ten-minute measures of some weeks -> what is usual at each hour of
 * the local day: from the 10th to the 90th percentile (nearest rank). PURE;
 * input is the monitor's own record. Called by the reader.
 */
#ifndef MONITOR_HTTP_USUAL_H
#define MONITOR_HTTP_USUAL_H

#include <stdbool.h>
#include <stdint.h>

#define USUAL_DAYS 14
#define USUAL_HOURS 24
/* Six a day, and one hour more when clocks are set back. */
#define USUAL_SAMPLES ((USUAL_DAYS + 2) * 6)
#define USUAL_KNOWN 12 /* fewer measures of an hour tell nothing */

enum usual_what { USUAL_FPS, USUAL_KBPS, USUAL_LOSS };
#define USUAL_WHATS 3

struct usual {
	uint16_t count[USUAL_HOURS];
	uint32_t v[USUAL_HOURS][USUAL_WHATS][USUAL_SAMPLES];
};

void usual_begin(struct usual *u);
/* hour: 0..23, local. What is beyond USUAL_SAMPLES of an hour is left out. */
void usual_add(struct usual *u, unsigned hour, const uint32_t v[USUAL_WHATS]);
/* False: too little is known of that hour. Sorts in place. */
bool usual_band(struct usual *u, unsigned hour, enum usual_what what,
    uint32_t *low_out, uint32_t *high_out);

#endif
