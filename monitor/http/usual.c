/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/usual.h"

#include <stdlib.h>
#include <string.h>

void
usual_begin(struct usual *u)
{
	memset(u->count, 0, sizeof(u->count));
}

void
usual_add(struct usual *u, unsigned hour, const uint32_t v[USUAL_WHATS])
{
	if (hour >= USUAL_HOURS || u->count[hour] >= USUAL_SAMPLES)
		return;
	for (unsigned i = 0; i < USUAL_WHATS; i++)
		u->v[hour][i][u->count[hour]] = v[i];
	u->count[hour]++;
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The least value that at least so many percent are not above. */
static uint32_t
percentile(const uint32_t *sorted, unsigned count, unsigned percent)
{
	unsigned rank = (count * percent + 99) / 100;

	return sorted[rank > 0 ? rank - 1 : 0];
}

bool
usual_band(struct usual *u, unsigned hour, enum usual_what what,
    uint32_t *low_out, uint32_t *high_out)
{
	unsigned n = hour < USUAL_HOURS ? u->count[hour] : 0;

	if (n < USUAL_KNOWN)
		return false;
	qsort(u->v[hour][what], n, sizeof(uint32_t), by_value);
	*low_out = percentile(u->v[hour][what], n, 10);
	*high_out = percentile(u->v[hour][what], n, 90);
	return true;
}
