/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/web_wire.h"

#include <string.h>

void
web_put_configure(struct writer *w, const struct web_configure *m)
{
	writer_le32(w, m->connections);
	writer_le32(w, m->per_address);
	writer_u8(w, (uint8_t)(m->reload_good | m->loopback << 1 | m->tls << 2 |
			       m->setup << 3));
	writer_le64(w, (uint64_t)m->reload_utc_us);
	writer_string(w, m->language);
	writer_le32(w, m->name_count);
	for (uint32_t i = 0; i < m->name_count; i++)
		writer_string(w, m->names[i]);
}

bool
web_get_configure(struct span body, struct web_configure *m_out)
{
	struct reader r = reader_of(body.p, body.n);
	uint8_t flags;

	m_out->connections = reader_le32(&r);
	m_out->per_address = reader_le32(&r);
	flags = reader_u8(&r);
	m_out->reload_good = flags & 1;
	m_out->loopback = flags >> 1 & 1;
	m_out->tls = flags >> 2 & 1;
	m_out->setup = flags >> 3 & 1;
	m_out->reload_utc_us = (int64_t)reader_le64(&r);
	reader_string(&r, m_out->language, sizeof(m_out->language));
	m_out->name_count = reader_le32(&r);
	if (m_out->name_count > WEB_NAMES)
		return false;
	for (uint32_t i = 0; i < m_out->name_count; i++)
		reader_string(&r, m_out->names[i], sizeof(m_out->names[i]));
	return reader_done(&r);
}

#define FLAG_NO_PICTURE 1u
#define FLAG_MAINTENANCE 2u
#define FLAG_MUTED 4u
#define FLAG_PTZ 8u

void
web_put_row(struct writer *w, const struct web_row *m)
{
	writer_bytes(w, m->uuid, 16);
	writer_string(w, m->site);
	writer_string(w, m->device);
	writer_string(w, m->name);
	writer_string(w, m->url);
	writer_string(w, m->tags);
	writer_string(w, m->evidence);
	writer_string(w, m->detail);
	writer_u8(w,
	    (uint8_t)((m->no_picture ? FLAG_NO_PICTURE : 0) |
		      (m->maintenance ? FLAG_MAINTENANCE : 0) |
		      (m->muted ? FLAG_MUTED : 0) | (m->ptz ? FLAG_PTZ : 0)));
	writer_u8(w, m->criticality);
	writer_u8(w, m->state);
	writer_u8(w, m->cause);
	writer_u8(w, m->confidence);
	writer_u8(w, m->phase);
	writer_u8(w, m->reason);
	writer_u8(w, m->codec);
	writer_le64(w, m->causes);
	writer_le64(w, (uint64_t)m->since_utc_us);
	writer_le64(w, (uint64_t)m->at_utc_us);
	writer_le64(w, (uint64_t)m->last_sample_utc_us);
	writer_le64(w, (uint64_t)m->thumb_utc_us);
	writer_le64(w, (uint64_t)m->reference_utc_us);
	writer_le16(w, m->width);
	writer_le16(w, m->height);
	writer_le32(w, m->fps_milli);
	writer_le32(w, m->kbps);
	writer_le32(w, m->gop_us);
	writer_le32(w, m->loss_ppm);
	writer_le32(w, m->samples);
}

static void
get_row_numbers(struct reader *r, struct web_row *m)
{
	uint8_t flags = reader_u8(r);

	m->no_picture = flags & FLAG_NO_PICTURE;
	m->maintenance = flags & FLAG_MAINTENANCE;
	m->muted = flags & FLAG_MUTED;
	m->ptz = flags & FLAG_PTZ;
	m->criticality = reader_u8(r);
	m->state = reader_u8(r);
	m->cause = reader_u8(r);
	m->confidence = reader_u8(r);
	m->phase = reader_u8(r);
	m->reason = reader_u8(r);
	m->codec = reader_u8(r);
	m->causes = reader_le64(r);
	m->since_utc_us = (int64_t)reader_le64(r);
	m->at_utc_us = (int64_t)reader_le64(r);
	m->last_sample_utc_us = (int64_t)reader_le64(r);
	m->thumb_utc_us = (int64_t)reader_le64(r);
	m->reference_utc_us = (int64_t)reader_le64(r);
	m->width = reader_le16(r);
	m->height = reader_le16(r);
	m->fps_milli = reader_le32(r);
	m->kbps = reader_le32(r);
	m->gop_us = reader_le32(r);
	m->loss_ppm = reader_le32(r);
	m->samples = reader_le32(r);
}

bool
web_get_row(struct span body, struct web_row *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	reader_bytes(&r, m_out->uuid, 16);
	reader_string(&r, m_out->site, sizeof(m_out->site));
	reader_string(&r, m_out->device, sizeof(m_out->device));
	reader_string(&r, m_out->name, sizeof(m_out->name));
	reader_string(&r, m_out->url, sizeof(m_out->url));
	reader_string(&r, m_out->tags, sizeof(m_out->tags));
	reader_string(&r, m_out->evidence, sizeof(m_out->evidence));
	reader_string(&r, m_out->detail, sizeof(m_out->detail));
	get_row_numbers(&r, m_out);
	return reader_done(&r) && m_out->state < STATE_COUNT &&
	       m_out->cause < CAUSE_COUNT;
}

bool
web_get_uuid(struct span body, uint8_t uuid_out[16])
{
	if (body.n != 16)
		return false;
	memcpy(uuid_out, body.p, 16);
	return true;
}

void
web_put_totals(struct writer *w, const struct web_totals *m)
{
	writer_le32(w, m->feeds);
	for (unsigned i = 0; i < STATE_COUNT; i++)
		writer_le32(w, m->state[i]);
	for (unsigned i = 0; i < CAUSE_COUNT; i++)
		writer_le32(w, m->cause[i]);
	writer_le32(w, m->flowing);
	writer_le32(w, m->demux_capacity);
	writer_le32(w, m->demux_used);
	writer_le32(w, m->held);
	writer_le32(w, m->tried);
	writer_le32(w, m->arrival_left_s);
	writer_le64(w, m->samples);
	writer_le64(w, m->verdicts);
	writer_le64(w, m->restarts);
	writer_le32(w, m->loop_lag_max_us);
	writer_le32(w, m->store_queue);
	writer_le32(w, m->store_lag_us);
	writer_le64(w, (uint64_t)m->started_utc_us);
	writer_le64(w, (uint64_t)m->now_utc_us);
	writer_le64(w, (uint64_t)m->witnessed_utc_us);
	writer_le64(w, (uint64_t)m->heartbeat_utc_us);
	writer_le32(w, m->loop_lag_p99_us);
	writer_le32(w, m->sample_gap_p99_us);
	writer_le64(w, m->lost_bytes);
	writer_le64(w, (uint64_t)m->clock_error_us);
	writer_le32(w, m->alerts_open);
	writer_le32(w, m->notices_waiting);
	writer_le64(w, m->notices_told);
	writer_le64(w, m->notices_dropped);
	writer_u8(w, (uint8_t)(m->witnessed | m->contradicted << 1));
	writer_u8(w, (uint8_t)m->health.level);
	writer_le32(w, m->health.faults);
	writer_le32(w, m->health.warnings);
}

bool
web_get_totals(struct span body, struct web_totals *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	m_out->feeds = reader_le32(&r);
	for (unsigned i = 0; i < STATE_COUNT; i++)
		m_out->state[i] = reader_le32(&r);
	for (unsigned i = 0; i < CAUSE_COUNT; i++)
		m_out->cause[i] = reader_le32(&r);
	m_out->flowing = reader_le32(&r);
	m_out->demux_capacity = reader_le32(&r);
	m_out->demux_used = reader_le32(&r);
	m_out->held = reader_le32(&r);
	m_out->tried = reader_le32(&r);
	m_out->arrival_left_s = reader_le32(&r);
	m_out->samples = reader_le64(&r);
	m_out->verdicts = reader_le64(&r);
	m_out->restarts = reader_le64(&r);
	m_out->loop_lag_max_us = reader_le32(&r);
	m_out->store_queue = reader_le32(&r);
	m_out->store_lag_us = reader_le32(&r);
	m_out->started_utc_us = (int64_t)reader_le64(&r);
	m_out->now_utc_us = (int64_t)reader_le64(&r);
	m_out->witnessed_utc_us = (int64_t)reader_le64(&r);
	m_out->heartbeat_utc_us = (int64_t)reader_le64(&r);
	m_out->loop_lag_p99_us = reader_le32(&r);
	m_out->sample_gap_p99_us = reader_le32(&r);
	m_out->lost_bytes = reader_le64(&r);
	m_out->clock_error_us = (int64_t)reader_le64(&r);
	m_out->alerts_open = reader_le32(&r);
	m_out->notices_waiting = reader_le32(&r);
	m_out->notices_told = reader_le64(&r);
	m_out->notices_dropped = reader_le64(&r);

	uint8_t record = reader_u8(&r);

	m_out->witnessed = record & 1;
	m_out->contradicted = record >> 1 & 1;
	m_out->health.level = (enum capacity_level)reader_u8(&r);
	m_out->health.faults = reader_le32(&r);
	m_out->health.warnings = reader_le32(&r);
	return reader_done(&r) &&
	       (unsigned)m_out->health.level < CAPACITY_LEVELS &&
	       (m_out->health.faults | m_out->health.warnings) >>
		       HEALTH_FAULTS ==
		   0;
}

void
web_put_event(struct writer *w, const struct web_event *m)
{
	writer_string(w, m->name);
	writer_string(w, m->site);
	writer_string(w, m->json);
}

bool
web_get_event(struct span body, struct web_event *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	reader_string(&r, m_out->name, sizeof(m_out->name));
	reader_string(&r, m_out->site, sizeof(m_out->site));
	reader_string(&r, m_out->json, sizeof(m_out->json));
	return reader_done(&r);
}

void
web_put_tls(struct writer *w, struct span certificate, struct span key)
{
	writer_le32(w, (uint32_t)certificate.n);
	writer_bytes(w, certificate.p, certificate.n);
	writer_le32(w, (uint32_t)key.n);
	writer_bytes(w, key.p, key.n);
}

bool
web_get_tls(struct span body, struct span *certificate_out,
    struct span *key_out)
{
	struct reader r = reader_of(body.p, body.n);

	*certificate_out = reader_span(&r, reader_le32(&r));
	*key_out = reader_span(&r, reader_le32(&r));
	return reader_done(&r);
}

void
web_put_alive(struct writer *w, const struct web_alive *m)
{
	writer_le32(w, m->connections);
	writer_le32(w, m->streams);
	writer_le64(w, m->requests);
}

bool
web_get_alive(struct span body, struct web_alive *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	m_out->connections = reader_le32(&r);
	m_out->streams = reader_le32(&r);
	m_out->requests = reader_le64(&r);
	return reader_done(&r);
}
