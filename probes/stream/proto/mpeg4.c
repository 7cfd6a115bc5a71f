/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 6416: MPEG-4 part 2 as it is, cut anywhere; a VOP or its headers begin
 * a packet. */
#include "probes/stream/proto/depacketise.h"

#include "camwarden/limits.h"
#include "probes/stream/proto/media.h"

#define START_VOS 0xb0
#define START_VO 0xb5
#define START_GOV 0xb3
#define START_VOP 0xb6
#define START_VOL_LAST 0x2f
#define SEARCH_BYTES 512 /* headers before a VOP are short */

static bool
has_start(const uint8_t *p, uint32_t n)
{
	return n >= 4 && !p[0] && !p[1] && p[2] == 1;
}

static bool
is_header(uint8_t code)
{
	return code <= START_VOL_LAST || code == START_VOS ||
	       code == START_VO || code == START_GOV;
}

/* The VOP's start code in the packet's beginning, or -1. */
static int
find_vop(const struct rtp_packet *p)
{
	uint32_t n = p->have < SEARCH_BYTES ? p->have : SEARCH_BYTES, i;

	for (i = 0; i + 5 <= n; i++)
		if (has_start(p->payload + i, n - i) &&
		    p->payload[i + 3] == START_VOP)
			return (int)i;
	return -1;
}

static void
note_vop(struct media *m, const struct rtp_packet *p, int vop)
{
	struct access_unit *u = &m->unit;
	bool key = p->payload[vop + 4] >> 6 == 0;

	if (vop >= 5 && is_header(p->payload[3]) && p->payload[3] != START_GOV)
		m->sets.in_band |= parameter_sets_put_config(&m->sets,
		    (struct span){ p->payload, (size_t)vop });
	u->rtp_time = p->timestamp;
	u->first_slices++;
	access_unit_decide(m, key);
}

static void
start(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	struct access_unit *u = &m->unit;
	int vop = find_vop(p);

	if (access_unit_is_next(m, p)) {
		u->damaged |= u->lost && !u->marker;
		access_unit_end(m);
		u->lost = false;
	}
	if (!u->open)
		access_unit_begin(m, p, now_us);
	if (vop >= 0 && !u->picture)
		note_vop(m, p, vop);
}

/* Headers that came in a packet of their own are in the sets now. */
static bool
only_headers(const struct media *m, const struct rtp_packet *p)
{
	return !m->unit.picture && has_start(p->payload, p->have) &&
	       is_header(p->payload[3]) && p->payload[3] != START_GOV;
}

void
mpeg4_packet(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	struct access_unit *u = &m->unit;

	if (!p->size)
		return;
	if (has_start(p->payload, p->have) &&
	    (is_header(p->payload[3]) || p->payload[3] == START_VOP))
		start(m, p, now_us);
	if (!u->open)
		return; /* the middle of a frame that began unseen */
	if (only_headers(m, p)) {
		m->sets.in_band |= parameter_sets_put_config(&m->sets,
		    (struct span){ p->payload, p->have });
		return;
	}
	u->damaged |= u->lost;
	u->lost = false;
	u->last_us = now_us;
	u->account_bytes += p->size;
	if (u->account_bytes > LIMIT_AU_BYTES)
		access_unit_refuse(m, SAMPLE_TOO_LARGE);
	access_unit_append(m, (struct span){ p->payload, p->have });
	if (p->marker && u->picture) {
		u->marker = true;
		u->markers = true;
	}
}

bool
mpeg4_head_suffices(const struct media *m, const struct rtp_packet *p)
{
	if (p->have < DEPACKETISE_HEAD_BYTES)
		return false;
	if (has_start(p->payload, p->have))
		return p->payload[3] == START_VOP && access_unit_quiet(m);
	return m->unit.collect == COLLECT_NO;
}
