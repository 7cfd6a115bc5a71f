/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/demux/seating.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/seats.h"

struct seating {
	pthread_mutex_t lock;
	struct seats seats;
};

struct seating *
seating_new(void)
{
	struct seating *s = calloc(1, sizeof(*s));

	if (s != NULL)
		pthread_mutex_init(&s->lock, NULL);
	return s;
}

void
seating_free(struct seating **sp)
{
	struct seating *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	pthread_mutex_destroy(&s->lock);
	free(s);
}

struct seats_device *
seating_get(struct seating *s, uint32_t device)
{
	struct seats_device *d;

	pthread_mutex_lock(&s->lock);
	d = seats_get(&s->seats, device);
	pthread_mutex_unlock(&s->lock);
	return d;
}

void
seating_put(struct seating *s, struct seats_device **device)
{
	pthread_mutex_lock(&s->lock);
	seats_put(&s->seats, device);
	pthread_mutex_unlock(&s->lock);
}

bool
seating_take(struct seating *s, struct seats_device *device, uint32_t sessions,
    int64_t now_us)
{
	bool free_one;

	pthread_mutex_lock(&s->lock);
	free_one = !seats_full(device, sessions, now_us);
	device->open += free_one;
	pthread_mutex_unlock(&s->lock);
	return free_one;
}

void
seating_leave(struct seating *s, struct seats_device *device, int64_t now_us,
    int64_t until_us, bool busy)
{
	pthread_mutex_lock(&s->lock);
	device->open--;
	if (busy)
		seats_busy(device, now_us);
	seats_rest(device, now_us, until_us);
	pthread_mutex_unlock(&s->lock);
}
