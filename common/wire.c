/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each message is described once, by a walk over its fields (walk.h). */
#include "common/wire.h"

#include "common/walk.h"

static void
f_ref(struct walk *k, struct feed_ref *v)
{
	f_u32(k, &v->feed);
	f_u32(k, &v->generation);
}

static void
f_addresses(struct walk *k, uint32_t *count, struct wire_address *list)
{
	f_u32(k, count);
	if (*count > LIMIT_ADDRESSES) {
		k->bad = true;
		*count = 0;
	}
	for (uint32_t i = 0; i < *count; i++) {
		f_address(k, &list[i]);
		if (list[i].family == 0)
			k->bad = true;
	}
}

static void
walk_hello(struct walk *k, struct wire_hello *m)
{
	f_u32(k, &m->version);
	m->role = f_enum(k, m->role, ROLE_STREAM, ROLE_PICTURE + 1);
	f_u32(k, &m->number);
	f_u32(k, &m->pid);
}

static void
walk_configure(struct walk *k, struct wire_configure *m)
{
	f_i64(k, &m->utc_anchor_us);
	f_u64(k, &m->seed);
	f_u32(k, &m->links);
	f_u32(k, &m->connect_timeout_ms);
	f_u32(k, &m->reply_timeout_ms);
	f_u32(k, &m->first_media_timeout_ms);
	f_u32(k, &m->stall_timeout_ms);
	f_u32(k, &m->account_interval_ms);
	f_u32(k, &m->connects_per_second);
	f_u32(k, &m->connects_per_host_second);
	f_u32(k, &m->connects_per_host);
	f_u32(k, &m->lowat_bytes);
	f_u32(k, &m->demux_threads);
	f_u32(k, &m->max_pixels);
	f_u32(k, &m->thumb_width);
	f_u32(k, &m->backoff_max_ms);
	f_bool(k, &m->trace_requests);
	f_bool(k, &m->loopback_only);
	if (m->links > LIMIT_PROBES)
		k->bad = true;
}

static void
walk_feed_add(struct walk *k, struct wire_feed_add *m)
{
	f_ref(k, &m->ref);
	f_bytes(k, m->uuid, sizeof(m->uuid));
	f_u32(k, &m->device);
	f_u32(k, &m->device_feeds);
	f_u32(k, &m->device_sessions);
	f_string(k, m->url, sizeof(m->url));
	f_string(k, m->user, sizeof(m->user));
	f_string(k, m->password, sizeof(m->password));
	f_addresses(k, &m->address_count, m->addresses);
	m->transport = f_enum(k, m->transport, 0, WIRE_TRANSPORT_COUNT);
	f_u32(k, &m->stall_timeout_ms);
	f_u32(k, &m->visit_seconds);
	f_u32(k, &m->visit_every_seconds);
	f_u32(k, &m->visit_phase_seconds);
	f_u32(k, &m->quirks);
	f_u8(k, &m->keepalive);
	f_bytes(k, m->tls_pin, sizeof(m->tls_pin));
	f_u32(k, &m->gap_us);
	f_u32(k, &m->gop_us);
	f_bool(k, &m->as_file);
	f_bool(k, &m->has_fd);
	f_i64(k, &m->not_before_us);
}

static void
walk_feed_pause(struct walk *k, struct wire_feed_pause *m)
{
	f_ref(k, &m->ref);
	f_u32(k, &m->least_ms);
	f_u32(k, &m->most_ms);
	if (m->least_ms > m->most_ms)
		k->bad = true;
}

static void
walk_sample_ask(struct walk *k, struct wire_sample_ask *m)
{
	f_ref(k, &m->ref);
	f_u64(k, &m->ticket);
	f_u32(k, &m->flags);
	f_i64(k, &m->not_before_us);
}

static void
walk_sample_gone(struct walk *k, struct wire_sample_gone *m)
{
	f_ref(k, &m->ref);
	f_u64(k, &m->ticket);
	m->why = f_enum(k, m->why, 0, SAMPLE_RESULT_COUNT);
}

static void
walk_resolve(struct walk *k, struct wire_resolve *m)
{
	f_ref(k, &m->ref);
	f_string(k, m->host, sizeof(m->host));
}

static void
walk_resolved(struct walk *k, struct wire_resolved *m)
{
	f_ref(k, &m->ref);
	f_string(k, m->host, sizeof(m->host));
	f_bool(k, &m->silent);
	f_addresses(k, &m->address_count, m->addresses);
}

static void
walk_learned(struct walk *k, struct wire_learned *m)
{
	f_ref(k, &m->ref);
	f_u8(k, &m->keepalive);
	f_u8(k, &m->transport);
	f_bytes(k, m->tls_pin, sizeof(m->tls_pin));
	f_u32(k, &m->gap_us);
	f_u32(k, &m->gop_us);
	if (m->transport >= WIRE_TRANSPORT_COUNT)
		k->bad = true;
}

static void
walk_pong(struct walk *k, struct wire_pong *m)
{
	f_u64(k, &m->nonce);
	f_u32(k, &m->feeds);
	f_u32(k, &m->flowing);
	f_u32(k, &m->lag_max_us);
	f_u64(k, &m->cpu_us);
	f_u64(k, &m->wire_bytes);
	f_u64(k, &m->lost_bytes);
	f_u64(k, &m->samples);
	f_u64(k, &m->busy);
}

static void
walk_log(struct walk *k, struct wire_log *m)
{
	f_u8(k, &m->level);
	f_ref(k, &m->ref);
	f_string(k, m->text, sizeof(m->text));
	if (m->level > 7)
		k->bad = true;
}

static void
walk_link_report(struct walk *k, struct link_report *m)
{
	f_ref(k, &m->ref);
	f_i64(k, &m->at_us);
	m->phase = f_enum(k, m->phase, 0, PHASE_COUNT);
	m->reason = f_enum(k, m->reason, 0, REASON_COUNT);
	f_u16(k, &m->status);
	f_u8(k, &m->transport);
	f_u32(k, &m->attempts);
	f_i64(k, &m->last_media_us);
	f_i64(k, &m->next_try_us);
	f_string(k, m->detail, sizeof(m->detail));
}

static void
walk_sizes(struct walk *k, struct account *m)
{
	for (unsigned i = 0; i < ACCOUNT_PRINTS; i++) {
		f_u32(k, &m->print[i]);
		f_u32(k, &m->print_age_ms[i]);
	}
	f_i64(k, &m->activity_first);
	f_u8(k, &m->activity_count);
	for (unsigned i = 0; i < ACCOUNT_BINS; i++)
		f_u16(k, &m->activity[i]);
	/* All their times must be times: who reads them counts on from here. */
	if (m->activity_first < 0 ||
	    m->activity_first > INT64_MAX / ACCOUNT_BIN_US - ACCOUNT_BINS ||
	    m->activity_count > ACCOUNT_BINS)
		k->bad = true;
}

static void
walk_account(struct walk *k, struct account *m)
{
	f_ref(k, &m->ref);
	f_i64(k, &m->from_us);
	f_i64(k, &m->to_us);
	f_i64(k, &m->last_au_us);
	f_u32(k, &m->units);
	f_u32(k, &m->keyframes);
	f_u32(k, &m->damaged);
	f_u64(k, &m->bytes);
	f_u64(k, &m->wire_bytes);
	f_u32(k, &m->packets);
	f_u32(k, &m->lost);
	f_u32(k, &m->duplicates);
	f_u32(k, &m->discontinuities);
	f_u32(k, &m->resyncs);
	f_u32(k, &m->reconnects);
	f_u32(k, &m->max_gap_us);
	f_u32(k, &m->inter_min_bytes);
	f_u32(k, &m->inter_mean_bytes);
	f_u32(k, &m->inter_sd_bytes);
	f_u32(k, &m->key_mean_bytes);
	f_u32(k, &m->gop_us);
	f_u32(k, &m->rhythm_us);
	f_u32(k, &m->fps_milli);
	walk_sizes(k, m);
	f_i64(k, &m->clock_offset_us);
	m->codec = f_enum(k, m->codec, 0, CODEC_COUNT);
	f_u16(k, &m->width);
	f_u16(k, &m->height);
	f_u32(k, &m->parameter_print);
	f_u8(k, &m->replay_mark);
	if (m->to_us < m->from_us || m->keyframes > m->units)
		k->bad = true;
}

#define LITTLE_ENDIAN_HOST (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

/* Thousands of numbers a sample: at once where they lie as they travel. */
static void
f_u16s(struct walk *k, uint16_t *v, size_t n)
{
	if (LITTLE_ENDIAN_HOST)
		f_bytes(k, v, n * sizeof(*v));
	else
		for (size_t i = 0; i < n; i++)
			f_u16(k, &v[i]);
}

static void
f_u32s(struct walk *k, uint32_t *v, size_t n)
{
	if (LITTLE_ENDIAN_HOST)
		f_bytes(k, v, n * sizeof(*v));
	else
		for (size_t i = 0; i < n; i++)
			f_u32(k, &v[i]);
}

static void
walk_measures(struct walk *k, struct measures *m)
{
	f_u16(k, &m->width);
	f_u16(k, &m->height);
	f_u32(k, &m->decode_us);
	f_u32(k, &m->measure_us);
	f_u32(k, &m->damage);
	f_u64(k, &m->picture_hash);
	f_u16(k, &m->mean_q8);
	f_u16(k, &m->sd_q8);
	f_u8(k, &m->p01);
	f_u8(k, &m->p10);
	f_u8(k, &m->p50);
	f_u8(k, &m->p90);
	f_u8(k, &m->p99);
	f_u8(k, &m->range_full);
	f_u16(k, &m->edge_q16);
	f_u16(k, &m->sharp_q8);
	f_u16(k, &m->noise_q8);
	f_u16(k, &m->outlier_q16);
	f_u16(k, &m->block_q8);
	f_u16(k, &m->torn_q16);
	f_u16(k, &m->repeat_q16);
	f_u16(k, &m->flat_q16);
	f_u16(k, &m->saturation_q8);
	f_u16s(k, m->thumb, THUMB_CELLS);
	f_bytes(k, m->chroma_u, sizeof(m->chroma_u));
	f_bytes(k, m->chroma_v, sizeof(m->chroma_v));
	f_bytes(k, m->sparse, sizeof(m->sparse));
	f_u32s(k, m->block, BLOCK_HASHES);
	f_u16s(k, m->zone_sharp, ZONES);
}

static void
walk_sample(struct walk *k, struct sample *m)
{
	f_ref(k, &m->ref);
	f_u64(k, &m->ticket);
	f_i64(k, &m->at_us);
	m->result = f_enum(k, m->result, 0, SAMPLE_RESULT_COUNT);
	m->codec = f_enum(k, m->codec, 0, CODEC_COUNT);
	f_u32(k, &m->au_bytes);
	if (m->result == SAMPLE_OK || m->result == SAMPLE_DAMAGED)
		walk_measures(k, &m->measures);
}

static void
walk_png(struct walk *k, struct wire_png *m)
{
	f_u64(k, &m->ticket);
	f_u16(k, &m->width);
	f_u16(k, &m->height);
	f_u32(k, &m->length);
	if (m->length > LIMIT_PNG_BYTES) {
		k->bad = true;
		return;
	}
	if (k->w != NULL)
		writer_bytes(k->w, m->bytes, m->length);
	else
		m->bytes = reader_span(k->r, m->length).p;
}

static void
walk_unit_head(struct walk *k, struct unit_head *m)
{
	f_u64(k, &m->ticket);
	f_bytes(k, m->uuid, sizeof(m->uuid));
	f_i64(k, &m->at_us);
	f_i64(k, &m->utc_us);
	f_u32(k, &m->flags);
	f_u32(k, &m->total);
	f_u32(k, &m->offset);
	f_u16(k, &m->length);
	f_u8(k, &m->codec);
	f_u8(k, &m->zero);
	f_u32(k, &m->codec_id);
	f_ref(k, &m->ref);
	if (m->codec >= CODEC_COUNT || m->total > LIMIT_AU_BYTES ||
	    m->offset > m->total || m->length > m->total - m->offset)
		k->bad = true;
}

#define PUT(name, type) WALK_PUT(wire, name, type)
#define GET(name, type) WALK_GET(wire, name, type)

static void
walk_ref(struct walk *k, struct feed_ref *m)
{
	f_ref(k, m);
}

static void
walk_u64(struct walk *k, uint64_t *m)
{
	f_u64(k, m);
}

GET(u64, uint64_t)
PUT(hello, struct wire_hello)
GET(hello, struct wire_hello)
PUT(configure, struct wire_configure)
GET(configure, struct wire_configure)
PUT(feed_add, struct wire_feed_add)
GET(feed_add, struct wire_feed_add)
PUT(ref, struct feed_ref)
GET(ref, struct feed_ref)
PUT(feed_pause, struct wire_feed_pause)
GET(feed_pause, struct wire_feed_pause)
PUT(sample_ask, struct wire_sample_ask)
GET(sample_ask, struct wire_sample_ask)
PUT(sample_gone, struct wire_sample_gone)
GET(sample_gone, struct wire_sample_gone)
PUT(resolve, struct wire_resolve)
GET(resolve, struct wire_resolve)
PUT(resolved, struct wire_resolved)
GET(resolved, struct wire_resolved)
PUT(learned, struct wire_learned)
GET(learned, struct wire_learned)
PUT(pong, struct wire_pong)
GET(pong, struct wire_pong)
PUT(log, struct wire_log)
GET(log, struct wire_log)
PUT(link_report, struct link_report)
GET(link_report, struct link_report)
PUT(account, struct account)
GET(account, struct account)
PUT(sample, struct sample)
GET(sample, struct sample)
PUT(png, struct wire_png)
GET(png, struct wire_png)
PUT(unit_head, struct unit_head)

bool
wire_get_unit_head(struct span packet, struct unit_head *m_out)
{
	struct reader r = reader_of(packet.p, packet.n);
	struct walk k = { .r = &r };

	memset(m_out, 0, sizeof(*m_out));
	walk_unit_head(&k, m_out);
	return !k.bad && !r.bad && reader_left(&r) == m_out->length;
}

const char *
wire_type_name(unsigned type)
{
	static const struct {
		unsigned type;
		const char *name;
	} names[] = {
		{ WIRE_HELLO, "hello" },
		{ WIRE_CONFIGURE, "configure" },
		{ WIRE_PING, "ping" },
		{ WIRE_STOP, "stop" },
		{ WIRE_FEED_ADD, "feed_add" },
		{ WIRE_FEED_REMOVE, "feed_remove" },
		{ WIRE_SAMPLE_ASK, "sample_ask" },
		{ WIRE_RESOLVED, "resolved" },
		{ WIRE_FEED_RETRY, "feed_retry" },
		{ WIRE_FEED_PAUSE, "feed_pause" },
		{ WIRE_PONG, "pong" },
		{ WIRE_LOG, "log" },
		{ WIRE_LINK_REPORT, "link_report" },
		{ WIRE_ACCOUNT, "account" },
		{ WIRE_SAMPLE_GONE, "sample_gone" },
		{ WIRE_RESOLVE, "resolve" },
		{ WIRE_LEARNED, "learned" },
		{ WIRE_DECODE_BEGIN, "decode_begin" },
		{ WIRE_SAMPLE, "sample" },
		{ WIRE_PNG, "png" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			return names[i].name;
	return "?";
}
