/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Probes that were taken over, as a script: each operation is who speaks, what
 * message, about which feed and ticket, its other fields, and how it is spoilt.
 * Whatever they say, nobody is heard on a feed that is another's or was, no
 * sample comes that was not asked or comes twice, and who lied is heard no
 * more. The fleet is put together by hand: no process is started. */
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/wire.h"
#include "monitor/fleet/fleet_parts.h"
#include "tests/fuzz/fuzz.h"

#define STREAMS 2u
#define PICTURES 2u
#define PROBES (STREAMS + 1u + PICTURES)
#define FEEDS 6u
#define GENERATION 2u
#define TICKETS 16u

static struct fleet fl;
static struct probe *speaker;
static uint64_t asked[TICKETS];
static bool came[TICKETS], png_came[TICKETS];
static unsigned asked_count;

static void
ours(const struct feed_ref *ref)
{
	const struct feed *f = &fl.feeds[ref->feed];

	assert(ref->feed < FEEDS && f->want != NULL && f->added &&
	       f->owner == speaker && ref->generation == GENERATION);
	assert(!speaker->banned && speaker->hello);
}

static void
on_link(void *arg, const struct link_report *r)
{
	(void)arg;
	ours(&r->ref);
}

static void
on_account(void *arg, const struct account *a)
{
	(void)arg;
	ours(&a->ref);
	/* A file's moments are its own, a camera's are ours. */
	assert(fl.feeds[a->ref.feed].want->as_file ||
	       a->to_us <= clock_mono_us() + US_PER_S);
}

/* Which of those asked a ticket is; it must be one. */
static unsigned
which(uint64_t ticket)
{
	for (unsigned i = 0; i < asked_count; i++)
		if (asked[i] == ticket)
			return i;
	abort();
}

static void
on_sample(void *arg, const struct sample *s)
{
	(void)arg;
	if (s->result != SAMPLE_OK && s->result != SAMPLE_DAMAGED)
		return; /* told by us */
	unsigned i = which(s->ticket);

	assert(!came[i]);
	came[i] = true;
	assert(tickets_feed(s->ticket) % PICTURES == speaker->number);
	assert(speaker->role == ROLE_PICTURE && !speaker->banned);
}

static void
on_png(void *arg, uint32_t feed, const struct wire_png *png)
{
	unsigned i = which(png->ticket);

	(void)arg;
	assert(!png_came[i] && tickets_feed(png->ticket) == feed);
	png_came[i] = true;
	assert(png->length <= LIMIT_PNG_BYTES && png->length >= 8);
	assert(feed % PICTURES == speaker->number);
}

static void
on_blind(void *arg, uint32_t feed, enum cause cause)
{
	(void)arg;
	assert(feed < FEEDS && cause < CAUSE_COUNT);
}

static void
on_learned(void *arg, const struct wire_learned *l)
{
	(void)arg;
	ours(&l->ref);
}

static void
nothing(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static void
silence(void *arg, enum log_level level, const char *line)
{
	(void)arg;
	(void)level;
	for (; *line != '\0'; line++)
		assert((unsigned char)*line >= ' ' && *line != 0x7f);
}

static bool
refuse(void *arg, unsigned type, struct span body)
{
	(void)arg;
	(void)type;
	(void)body;
	return false;
}

static void
gone(void *arg, const char *why)
{
	(void)arg;
	(void)why;
}

/* Once. */
static void
build(void)
{
	fl.base = event_base_new();
	fl.pump = event_new(fl.base, -1, 0, nothing, NULL);
	fl.feeds = calloc(LIMIT_FEEDS, sizeof(*fl.feeds));
	fl.probes = calloc(PROBES, sizeof(*fl.probes));
	fl.calls = (struct fleet_calls){ .on_link = on_link,
		.on_account = on_account,
		.on_sample = on_sample,
		.on_png = on_png,
		.on_blind = on_blind,
		.on_learned = on_learned };
	fl.streams = STREAMS;
	fl.demuxes = 1;
	fl.pictures = PICTURES;
	assert(fl.pump != NULL && fl.feeds != NULL && fl.probes != NULL);
	for (uint32_t i = 0; i < FEEDS; i++)
		fl.feeds[i].want = calloc(1, sizeof(*fl.feeds[i].want));
	log_to(silence, NULL);
	log_threshold(LOG_LEVEL_DEBUG);
}

/* All probes greeted but the first; feed 4 waits, feed 5 is free. */
static void
reset(int pair[2])
{
	static const struct channel_calls calls = { refuse, gone, NULL };

	assert(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	for (uint32_t i = 0; i < PROBES; i++) {
		struct probe *p = &fl.probes[i];

		*p = (struct probe){ .fl = &fl, .hello = i != 0 };
		p->role = i < STREAMS	 ? ROLE_STREAM
			  : i == STREAMS ? ROLE_DEMUX
					 : ROLE_PICTURE;
		p->number = i < STREAMS	   ? i
			    : i == STREAMS ? 0
					   : i - STREAMS - 1;
		p->nonce = 7;
		p->pinged_us = 1;
	}
	fl.probes[0].channel = channel_new(fl.base, pair[0], 1u << 20, &calls);
	for (uint32_t i = 0; i < FEEDS; i++) {
		struct feed *f = &fl.feeds[i];
		struct wire_feed_add *want = f->want;

		*f = (struct feed){ .want = want,
			.fd = -1,
			.generation = GENERATION,
			.owner = &fl.probes[i % (STREAMS + 1)],
			.added = i != 4 };
		want->as_file = i == 2;
	}
	asked_count = 0;
	memset(came, 0, sizeof(came));
	memset(png_came, 0, sizeof(png_came));
}

static void
ask(struct reader *r)
{
	uint32_t feed = reader_u8(r) % FEEDS;

	if (asked_count == TICKETS)
		return;
	asked[asked_count] = tickets_issue(&fl.feeds[feed].tickets, feed,
	    ((uint64_t)asked_count + 1) << 20, reader_u8(r) & 1, 1);
	asked_count += asked[asked_count] != 0;
}

static uint64_t
ticket(struct reader *r)
{
	uint8_t i = reader_u8(r);

	return i < asked_count ? asked[i] : i > 250 ? reader_le64(r) : i;
}

static int64_t
moment(struct reader *r)
{
	uint8_t how = reader_u8(r);

	return how < 200 ? how : (int64_t)reader_le64(r);
}

#define PUT(name) wire_put_##name(w, &m)

static void
about_feed(struct writer *w, unsigned type, struct feed_ref ref,
    struct reader *r)
{
	switch (type) {
	case WIRE_LINK_REPORT: {
		struct link_report m = { .ref = ref,
			.at_us = moment(r),
			.phase = reader_u8(r) % PHASE_COUNT,
			.reason = reader_u8(r) % REASON_COUNT,
			.last_media_us = moment(r),
			.next_try_us = moment(r) };

		PUT(link_report);
		break;
	}
	case WIRE_ACCOUNT: {
		struct account m = { .ref = ref,
			.from_us = moment(r),
			.to_us = moment(r),
			.last_au_us = moment(r) };

		PUT(account);
		break;
	}
	case WIRE_SAMPLE_GONE: {
		struct wire_sample_gone m = { ref, ticket(r),
			reader_u8(r) % SAMPLE_RESULT_COUNT };

		PUT(sample_gone);
		break;
	}
	case WIRE_LEARNED: {
		struct wire_learned m = { .ref = ref,
			.transport = reader_u8(r) % WIRE_TRANSPORT_COUNT };

		PUT(learned);
		break;
	}
	case WIRE_SAMPLE: {
		static struct sample m;

		m = (struct sample){ .ref = ref,
			.ticket = ticket(r),
			.at_us = moment(r),
			.result = reader_u8(r) % SAMPLE_RESULT_COUNT,
			.codec = CODEC_H264,
			.measures = { .width = 64, .height = 64 } };
		PUT(sample);
		break;
	}
	}
}

static void
about_itself(struct writer *w, unsigned type, struct reader *r)
{
	static const uint8_t png[16] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a,
		'\n' };

	switch (type) {
	case WIRE_HELLO: {
		struct wire_hello m = { reader_u8(r) % 8, 1 + reader_u8(r) % 3,
			0, 1 };

		PUT(hello);
		break;
	}
	case WIRE_PONG: {
		struct wire_pong m = { .nonce = reader_u8(r),
			.feeds = reader_le32(r),
			.flowing = reader_u8(r) };

		PUT(pong);
		break;
	}
	case WIRE_LOG: {
		struct wire_log m = { .level = reader_u8(r) };
		struct span s = fuzz_span(r, 100);

		memcpy(m.text, s.p, s.n);
		PUT(log);
		break;
	}
	case WIRE_DECODE_BEGIN:
		writer_le64(w, ticket(r));
		break;
	case WIRE_PNG: {
		struct wire_png m = { ticket(r), reader_u8(r), reader_u8(r), 16,
			png };

		PUT(png);
		break;
	}
	}
}

static void
say(struct reader *r)
{
	static const uint8_t types[] = { WIRE_HELLO, WIRE_PONG, WIRE_LOG,
		WIRE_LINK_REPORT, WIRE_ACCOUNT, WIRE_SAMPLE_GONE, WIRE_LEARNED,
		WIRE_DECODE_BEGIN, WIRE_SAMPLE, WIRE_PNG, WIRE_FEED_ADD };
	static uint8_t bytes[1 << 17];
	struct writer w = writer_of(bytes, sizeof(bytes));
	unsigned type = types[reader_u8(r) % sizeof(types)];
	uint8_t spoil = reader_u8(r), feed = reader_u8(r);
	struct feed_ref ref = { feed < 250 ? feed % (FEEDS + 2u)
					   : LIMIT_FEEDS - 1u + feed % 2,
		GENERATION };
	bool was_banned;
	uint8_t *exact;

	if (spoil & 1)
		ref.generation = reader_u8(r);
	about_feed(&w, type, ref, r);
	about_itself(&w, type, r);
	if (w.bad) /* can't be said by our own encoder */
		w = writer_of(bytes, sizeof(bytes));
	if (spoil & 2 && writer_length(&w) > 0)
		bytes[reader_le16(r) % writer_length(&w)] ^= reader_u8(r);
	if (spoil & 4 && writer_length(&w) > 0)
		w.p--;
	exact = fuzz_exact(bytes, writer_length(&w));
	was_banned = speaker->banned;
	assert(fleet_inbox_message(speaker, type,
		   (struct span){ exact, writer_length(&w) }) ==
	       (was_banned || !speaker->banned));
	free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	int pair[2];

	if (fl.base == NULL)
		build();
	reset(pair);
	while (!r.bad && reader_left(&r) > 0) {
		uint8_t who = reader_u8(&r);

		speaker = &fl.probes[who % PROBES];
		if (who >= 200)
			ask(&r);
		else
			say(&r);
		/* A feed that another's word freed would be no feed. */
		if (who == 199)
			fl.feeds[5].added = !fl.feeds[5].added;
	}
	event_del(fl.pump);
	channel_free(&fl.probes[0].channel);
	close(pair[1]);
	return 0;
}
