/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/pace.h"

#include <stdlib.h>
#include <string.h>

#define SECOND 1000000LL

static unsigned
bucket_of(const void *bytes, size_t n)
{
	const uint8_t *b = bytes;
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 16777619u;
	return (h ^ h >> 15) % PACE_BUCKETS;
}

struct pace_host *
pace_host_get(struct pace *p, const struct wire_address *a)
{
	struct pace_host **at = &p->hosts[bucket_of(a->bytes, 16)];

	for (; *at != NULL; at = &(*at)->next)
		if (memcmp(&(*at)->address, a, sizeof(*a)) == 0)
			break;
	if (*at == NULL && (*at = calloc(1, sizeof(**at))) != NULL)
		(*at)->address = *a;
	if (*at != NULL)
		(*at)->users++;
	return *at;
}

void
pace_host_put(struct pace *p, struct pace_host **host)
{
	struct pace_host *h = *host;

	*host = NULL;
	if (h == NULL || --h->users > 0)
		return;
	if (h->bad_logins > 0) /* remembered: the camera remembers too */
		return;

	struct pace_host **at = &p->hosts[bucket_of(h->address.bytes, 16)];

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	free(h);
}

/* A token bucket as one time: each connect moves it on by 1/rate; it may lie
 * at most a fifth of a second behind now (the burst). */
static bool
has_token(int64_t *tokens_us, uint32_t rate, int64_t now_us)
{
	int64_t burst = SECOND / 5;

	if (rate == 0)
		return true;
	if (burst < SECOND / rate)
		burst = SECOND / rate;
	if (*tokens_us < now_us - burst)
		*tokens_us = now_us - burst;
	return *tokens_us + SECOND / rate <= now_us;
}

static void
take_token(int64_t *tokens_us, uint32_t rate)
{
	if (rate != 0)
		*tokens_us += SECOND / rate;
}

static bool
is_locked(struct pace_host *h, int64_t now_us)
{
	if (h->bad_logins > 0 && now_us - h->bad_since_us > PACE_LOGIN_US)
		h->bad_logins = 0;
	return h->bad_logins >= PACE_BAD_LOGINS;
}

enum pace_answer
pace_ask(struct pace *p, const struct pace_ask *ask, int64_t now_us)
{
	struct pace_host *h = ask->host;

	if (seats_full(ask->device, ask->device_sessions, now_us))
		return PACE_DEVICE;
	if (now_us < p->short_us)
		return PACE_SHORT;
	if (p->half_open >= PACE_HALF_OPEN ||
	    !has_token(&p->tokens_us, p->per_second, now_us))
		return PACE_LATER;
	if (ask->tls && !has_token(&p->handshakes_us, PACE_HANDSHAKES, now_us))
		return PACE_HOST;
	if (h != NULL) {
		if (ask->login && !ask->proved && is_locked(h, now_us))
			return PACE_LOCKED;
		/* While a first login is tried, no second one beside it. */
		if (ask->login && !ask->proved && !h->good && h->opening > 0)
			return PACE_HOST;
		if (p->host_opening != 0 && h->opening >= p->host_opening)
			return PACE_HOST;
		if (!has_token(&h->tokens_us, p->host_per_second, now_us))
			return PACE_HOST;
		take_token(&h->tokens_us, p->host_per_second);
	}
	take_token(&p->tokens_us, p->per_second);
	if (ask->tls)
		take_token(&p->handshakes_us, PACE_HANDSHAKES);
	return PACE_GO;
}

void
pace_short(struct pace *p, int64_t now_us)
{
	p->short_us = now_us + PACE_SHORT_US;
}

void
pace_bad_login(struct pace_host *host, unsigned count, int64_t now_us)
{
	if (host == NULL || count == 0)
		return;
	if (host->bad_logins == 0)
		host->bad_since_us = now_us;
	host->bad_logins += count;
}
