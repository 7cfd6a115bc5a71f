/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/seats.h"

#include <stdlib.h>

static struct seats_device **
place_of(struct seats *s, uint32_t device)
{
	uint32_t h = device * 2654435769u;
	struct seats_device **at = &s->devices[(h ^ h >> 15) % SEATS_BUCKETS];

	while (*at != NULL && (*at)->device != device)
		at = &(*at)->next;
	return at;
}

struct seats_device *
seats_get(struct seats *s, uint32_t device)
{
	struct seats_device **at = place_of(s, device);

	if (*at == NULL && (*at = calloc(1, sizeof(**at))) != NULL)
		(*at)->device = device;
	if (*at != NULL)
		(*at)->users++;
	return *at;
}

void
seats_put(struct seats *s, struct seats_device **device)
{
	struct seats_device *d = *device, **at;

	*device = NULL;
	if (d == NULL || --d->users > 0 || d->resting > 0)
		return;
	at = place_of(s, d->device);
	*at = d->next;
	free(d);
}

bool
seats_full(struct seats_device *d, uint32_t sessions, int64_t now_us)
{
	if (d == NULL || sessions == 0)
		return false;
	if (now_us >= d->rest_us)
		d->resting = 0;
	return d->open + d->resting >= sessions;
}

void
seats_rest(struct seats_device *d, int64_t now_us, int64_t until_us)
{
	if (d == NULL)
		return;
	if (d->slow && until_us < now_us + SEATS_SLOW_US)
		until_us = now_us + SEATS_SLOW_US;
	d->resting++;
	d->left_us = now_us;
	if (d->rest_us < until_us)
		d->rest_us = until_us;
}

void
seats_busy(struct seats_device *d, int64_t now_us)
{
	if (d != NULL && d->left_us != 0 && now_us - d->left_us < SEATS_SLOW_US)
		d->slow = true;
}
