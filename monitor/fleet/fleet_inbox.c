/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a probe says, checked. Everything here is hostile: the probe may have
 * been taken over by a camera. A message that can only come from a broken or
 * lying probe bans it; one that is merely late is dropped in peace. */
#include "monitor/fleet/fleet_parts.h"

#include <string.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/wire.h"

#define SKEW_US US_PER_S /* no message is from later than that */
#define FAR_US (400ll * 86400 * US_PER_S)
#define LOG_LINES_MAX 50u /* per probe and second */

enum whose { WHOSE_OURS, WHOSE_LATE, WHOSE_LIE };

/* NULL on success, else the lie in a few words. */
typedef const char *take_fn(struct probe *p, struct span body);

static const char *const garbled = "body is malformed or out of range";
static const char *const foreign = "speaks of a feed that is not its own";

/* Whether a stream or demux probe may speak of this feed's life. */
static enum whose
whose(struct probe *p, const struct feed_ref *ref)
{
	const struct feed *f;

	if (ref->feed >= LIMIT_FEEDS)
		return WHOSE_LIE;
	f = &p->fl->feeds[ref->feed];
	if (ref->generation < f->generation)
		return WHOSE_LATE;
	if (ref->generation > f->generation || f->want == NULL ||
	    f->owner != p || !f->added)
		return WHOSE_LIE;
	return WHOSE_OURS;
}

/* The same for a picture probe, which serves every feed of its link. */
static enum whose
whose_picture(struct probe *p, const struct feed_ref *ref)
{
	const struct feed *f;

	if (ref->feed >= LIMIT_FEEDS ||
	    ref->feed % p->fl->pictures != p->number)
		return WHOSE_LIE;
	f = &p->fl->feeds[ref->feed];
	if (ref->generation < f->generation)
		return WHOSE_LATE;
	return ref->generation > f->generation || f->want == NULL ? WHOSE_LIE
								  : WHOSE_OURS;
}

static struct feed *
feed_of(struct probe *p, const struct feed_ref *ref)
{
	return &p->fl->feeds[ref->feed];
}

/* A moment that a probe claims: media time for files, else not the future. */
static bool
moment_ok(const struct feed *f, int64_t t_us)
{
	if (f->want->as_file)
		return t_us >= -SKEW_US && t_us < FAR_US;
	return t_us >= 0 && t_us <= clock_mono_us() + SKEW_US;
}

/* Whether a message of this owner is to be taken; if not, *say_out is what to
 * answer: a lie bans, a word of an earlier life is dropped in peace. */
static bool
is_ours(struct probe *p, enum whose owner, const char **say_out)
{
	*say_out = owner == WHOSE_LIE ? foreign : NULL;
	if (owner == WHOSE_LATE)
		p->fl->ignored++;
	return owner == WHOSE_OURS;
}

static const char *
take_hello(struct probe *p, struct span body)
{
	struct wire_hello m;

	if (!wire_get_hello(body, &m))
		return garbled;
	if (p->hello)
		return "greets twice";
	if (m.version != WIRE_VERSION)
		return "speaks another version: programs of two builds?";
	if (m.role != p->role)
		return "is of another role";
	p->hello = true;

	struct wire_configure c = p->fl->configure;

	c.seed ^= ((uint64_t)p->role << 32) + p->number;
	c.links = p->role == ROLE_PICTURE ? p->fl->streams + p->fl->demuxes
					  : p->fl->pictures;
	channel_put(p->channel, configure, WIRE_CONFIGURE, &c);
	fleet_pump(p->fl);
	return NULL;
}

static const char *
take_pong(struct probe *p, struct span body)
{
	struct wire_pong m;

	if (!wire_get_pong(body, &m))
		return garbled;
	if (p->pinged_us == 0 || m.nonce != p->nonce)
		return "answers a ping that was not sent";
	if (m.flowing > m.feeds || m.feeds > LIMIT_FEEDS)
		return "counts more feeds than there are";
	p->pinged_us = 0;
	p->heard_us = clock_mono_us();
	p->last = m;
	if (p->fl->calls.on_pong != NULL)
		p->fl->calls.on_pong(p->fl->calls.arg, p->role, p->number,
		    (int32_t)p->pid, &m);
	return NULL;
}

static const char *
take_log(struct probe *p, struct span body)
{
	struct wire_log m;

	if (!wire_get_log(body, &m))
		return garbled;
	if (++p->log_lines > LOG_LINES_MAX)
		return NULL;
	if (m.level <= LOG_LEVEL_ERROR)
		log_error(fleet_probe_name(p), "%s", m.text);
	else if (m.level <= LOG_LEVEL_WARN)
		log_warn(fleet_probe_name(p), "%s", m.text);
	else if (m.level <= LOG_LEVEL_INFO)
		log_info(fleet_probe_name(p), "%s", m.text);
	else
		log_debug(fleet_probe_name(p), "%s", m.text);
	return NULL;
}

/* Reasons after which the device may lock us out on one more try. */
static bool
may_lock(enum reason reason)
{
	return reason == REASON_AUTH_WRONG ||
	       reason == REASON_AUTH_LOCKED_SUSPECT;
}

static const char *
take_link_report(struct probe *p, struct span body)
{
	const char *say;
	struct link_report m;

	if (!wire_get_link_report(body, &m))
		return garbled;
	if (!is_ours(p, whose(p, &m.ref), &say))
		return say;

	struct feed *f = feed_of(p, &m.ref);

	if (!moment_ok(f, m.at_us) || !moment_ok(f, m.last_media_us))
		return "reports a time that can't be";
	f->locked_us =
	    may_lock(m.reason) && m.phase == PHASE_BACKOFF ? m.next_try_us : 0;
	if (p->role == ROLE_STREAM && m.phase == PHASE_BACKOFF &&
	    m.reason == REASON_OVER_CAPACITY && m.next_try_us == 0)
		m.next_try_us = fleet_not_held(p->fl, m.ref.feed);
	/* First how things are, then that we see again: or the judge would
	 * take what was true before for true now. */
	p->fl->calls.on_link(p->fl->calls.arg, &m);
	if (m.phase == PHASE_FLOWING || m.phase == PHASE_STALLED ||
	    (m.phase == PHASE_BACKOFF && m.reason != REASON_SHUTDOWN))
		fleet_seeing(p->fl, m.ref.feed);
	return NULL;
}

static const char *
take_account(struct probe *p, struct span body)
{
	const char *say;
	struct account m;

	if (!wire_get_account(body, &m))
		return garbled;
	if (!is_ours(p, whose(p, &m.ref), &say))
		return say;
	if (!moment_ok(feed_of(p, &m.ref), m.from_us) ||
	    !moment_ok(feed_of(p, &m.ref), m.to_us) ||
	    !moment_ok(feed_of(p, &m.ref), m.last_au_us))
		return "accounts for a time that can't be";
	p->fl->calls.on_account(p->fl->calls.arg, &m);
	return NULL;
}

static const char *
take_sample_gone(struct probe *p, struct span body)
{
	const char *say;
	struct wire_sample_gone m;

	if (!wire_get_sample_gone(body, &m))
		return garbled;
	if (!is_ours(p, whose(p, &m.ref), &say))
		return say;
	if (m.why == SAMPLE_OK || m.why == SAMPLE_DAMAGED)
		return "says that a good sample is gone";

	struct ticket *k = tickets_find(&feed_of(p, &m.ref)->tickets, m.ticket);

	if (k == NULL) {
		p->fl->ignored++;
		return NULL;
	}

	bool out = k->state == TICKET_OUT;

	tickets_done(k);
	/* One that a newer ask displaced is no loss: to ask again for it would
	 * displace the newer one in turn, and so on without end. */
	if (out && tickets_pending(&feed_of(p, &m.ref)->tickets) == NULL)
		fleet_no_sample(p->fl, m.ref.feed, m.ticket, m.why);
	return NULL;
}

static const char *
take_resolve(struct probe *p, struct span body)
{
	const char *say;
	struct wire_resolve m;

	if (!wire_get_resolve(body, &m))
		return garbled;
	if (!is_ours(p, whose(p, &m.ref), &say))
		return say;
	fleet_names_ask(p, &m);
	return NULL;
}

static const char *
take_learned(struct probe *p, struct span body)
{
	const char *say;
	struct wire_learned m;

	if (!wire_get_learned(body, &m))
		return garbled;
	if (!is_ours(p, whose(p, &m.ref), &say))
		return say;

	/* A restarted probe gets it again at once. */
	struct wire_feed_add *want = feed_of(p, &m.ref)->want;

	want->keepalive = m.keepalive;
	want->gap_us = m.gap_us;
	want->gop_us = m.gop_us;
	memcpy(want->tls_pin, m.tls_pin, sizeof(want->tls_pin));
	if (p->fl->calls.on_learned != NULL)
		p->fl->calls.on_learned(p->fl->calls.arg, &m);
	return NULL;
}

static const char *
take_decode_begin(struct probe *p, struct span body)
{
	uint64_t ticket;

	if (!wire_get_u64(body, &ticket))
		return garbled;
	if (ticket == 0 || tickets_feed(ticket) % p->fl->pictures != p->number)
		return foreign;
	/* One that has displaced itself meanwhile accuses nobody. */
	p->decoding = tickets_find(&p->fl->feeds[tickets_feed(ticket)].tickets,
			  ticket) != NULL
			  ? ticket
			  : 0;
	return NULL;
}

static const char *
take_sample(struct probe *p, struct span body)
{
	const char *say;
	static struct sample m; /* 40 KiB: not on the stack of every call */

	if (!wire_get_sample(body, &m))
		return garbled;
	if (!is_ours(p, whose_picture(p, &m.ref), &say))
		return say;

	struct feed *f = feed_of(p, &m.ref);
	struct ticket *k = tickets_find(&f->tickets, m.ticket);

	if (k == NULL || k->state == TICKET_ANSWERED)
		return "measured a sample that nobody asked";
	if (!moment_ok(f, m.at_us))
		return "measured a picture of a time that can't be";
	if (m.ticket == p->decoding)
		p->decoding = 0;
	if (k->state == TICKET_RETIRED) {
		p->fl->ignored++;
		return NULL;
	}
	/* No PNG comes of what is no picture: its ticket would be owed for a
	 * minute, and four such would keep the feed from being asked. */
	if (m.result == SAMPLE_OK || m.result == SAMPLE_DAMAGED)
		tickets_answer(k);
	else
		tickets_done(k);
	p->fl->calls.on_sample(p->fl->calls.arg, &m);
	return NULL;
}

static const char *
take_png(struct probe *p, struct span body)
{
	static const uint8_t signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n',
		0x1a, '\n' };
	struct wire_png m;

	if (!wire_get_png(body, &m))
		return garbled;
	if (m.ticket == 0 ||
	    tickets_feed(m.ticket) % p->fl->pictures != p->number)
		return foreign;

	struct feed *f = &p->fl->feeds[tickets_feed(m.ticket)];
	struct ticket *k = tickets_find(&f->tickets, m.ticket);

	if (k == NULL || (k->flags & WIRE_SAMPLE_PNG) == 0)
		return "made a PNG that nobody asked";
	if (m.length < sizeof(signature) ||
	    memcmp(m.bytes, signature, sizeof(signature)) != 0 ||
	    m.width == 0 || m.height == 0)
		return "made a PNG that is none";
	if (k->state == TICKET_RETIRED || f->want == NULL) {
		p->fl->ignored++;
		return NULL;
	}
	if (k->state == TICKET_ANSWERED)
		tickets_done(k);
	else
		k->flags &= ~WIRE_SAMPLE_PNG;
	if (p->fl->calls.on_png != NULL)
		p->fl->calls.on_png(p->fl->calls.arg, tickets_feed(m.ticket),
		    &m);
	return NULL;
}

#define FROM_ALL (1u << ROLE_STREAM | 1u << ROLE_DEMUX | 1u << ROLE_PICTURE)
#define FROM_READERS (1u << ROLE_STREAM | 1u << ROLE_DEMUX)
#define FROM_PICTURE (1u << ROLE_PICTURE)

static const struct {
	unsigned type;
	unsigned roles; /* that may say it */
	take_fn *take;
} table[] = {
	{ WIRE_HELLO, FROM_ALL, take_hello },
	{ WIRE_PONG, FROM_ALL, take_pong },
	{ WIRE_LOG, FROM_ALL, take_log },
	{ WIRE_LINK_REPORT, FROM_READERS, take_link_report },
	{ WIRE_ACCOUNT, FROM_READERS, take_account },
	{ WIRE_SAMPLE_GONE, FROM_READERS, take_sample_gone },
	{ WIRE_RESOLVE, FROM_READERS, take_resolve },
	{ WIRE_LEARNED, FROM_READERS, take_learned },
	{ WIRE_DECODE_BEGIN, FROM_PICTURE, take_decode_begin },
	{ WIRE_SAMPLE, FROM_PICTURE, take_sample },
	{ WIRE_PNG, FROM_PICTURE, take_png },
};

bool
fleet_inbox_message(void *arg, unsigned type, struct span body)
{
	struct probe *p = arg;
	const char *lie = "says what its role may not say";

	if (p->banned || p->hung)
		return true; /* it is being killed; nothing counts any more */
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].type != type ||
		    (table[i].roles & 1u << p->role) == 0)
			continue;
		lie = p->hello || type == WIRE_HELLO
			  ? table[i].take(p, body)
			  : "speaks before it greets";
		break;
	}
	if (lie == NULL)
		return true;
	log_debug("fleet", "message=%s", wire_type_name(type));
	fleet_probe_ban(p, lie);
	return false;
}
