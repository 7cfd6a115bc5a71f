/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/read_wire.h"

#include <string.h>

void
web_put_facts(struct writer *w, const struct read_facts *m)
{
	writer_le32(w, m->people_days);
	writer_u8(w, m->reports);
	writer_le64(w, (uint64_t)m->report_utc);
	writer_string(w, m->report_date);
	writer_string(w, m->report_trouble);
	writer_le32(w, m->witness_count);
	for (uint32_t i = 0; i < m->witness_count; i++) {
		writer_string(w, m->witnesses[i].name);
		writer_u8(w, m->witnesses[i].kind);
	}
	writer_le32(w, m->channel_count);
	for (uint32_t i = 0; i < m->channel_count; i++) {
		writer_string(w, m->channels[i].name);
		writer_string(w, m->channels[i].kind);
		writer_string(w, m->channels[i].or_else);
	}
}

static bool
get_channels(struct reader *r, struct read_facts *m)
{
	m->channel_count = reader_le32(r);
	if (m->channel_count > READ_CHANNELS_MOST)
		return false;
	for (uint32_t i = 0; i < m->channel_count; i++) {
		struct read_channel *c = &m->channels[i];

		reader_string(r, c->name, sizeof(c->name));
		reader_string(r, c->kind, sizeof(c->kind));
		reader_string(r, c->or_else, sizeof(c->or_else));
	}
	return true;
}

bool
web_get_facts(struct span body, struct read_facts *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	memset(m_out, 0, sizeof(*m_out));
	m_out->people_days = reader_le32(&r);
	m_out->reports = reader_u8(&r) != 0;
	m_out->report_utc = (int64_t)reader_le64(&r);
	reader_string(&r, m_out->report_date, sizeof(m_out->report_date));
	reader_string(&r, m_out->report_trouble, sizeof(m_out->report_trouble));
	m_out->witness_count = reader_le32(&r);
	if (m_out->witness_count > READ_WITNESSES)
		return false;
	for (uint32_t i = 0; i < m_out->witness_count; i++) {
		reader_string(&r, m_out->witnesses[i].name,
		    sizeof(m_out->witnesses[i].name));
		m_out->witnesses[i].kind = reader_u8(&r);
	}
	return get_channels(&r, m_out) && reader_done(&r) &&
	       m_out->report_utc >= 0 && m_out->report_utc <= READ_UTC_MOST;
}

void
web_put_ask(struct writer *w, const struct read_ask *m)
{
	writer_le32(w, m->id);
	writer_u8(w, m->what);
	writer_u8(w, m->kind);
	writer_u8(w, m->role);
	writer_u8(w, m->flag);
	writer_le32(w, m->limit);
	writer_bytes(w, m->uuid, 16);
	writer_le64(w, (uint64_t)m->number);
	writer_le64(w, (uint64_t)m->from_utc_us);
	writer_le64(w, (uint64_t)m->to_utc_us);
	writer_string(w, m->scope);
	writer_string(w, m->site);
	writer_string(w, m->name);
	writer_string(w, m->words);
	writer_string(w, m->after);
}

static bool
ask_in_range(const struct read_ask *m)
{
	return m->what >= READ_THUMBNAIL && m->what <= READ_WHAT_MOST &&
	       m->role < ROLE_COUNT && m->limit >= 1 &&
	       m->limit <= READ_LIMIT_ANY && m->number >= 0 &&
	       m->from_utc_us >= 0 && m->from_utc_us <= READ_UTC_MOST &&
	       m->to_utc_us >= 0 && m->to_utc_us <= READ_UTC_MOST;
}

bool
web_get_ask(struct span body, struct read_ask *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	m_out->id = reader_le32(&r);
	m_out->what = reader_u8(&r);
	m_out->kind = reader_u8(&r);
	m_out->role = reader_u8(&r);
	m_out->flag = reader_u8(&r) != 0;
	m_out->limit = reader_le32(&r);
	reader_bytes(&r, m_out->uuid, 16);
	m_out->number = (int64_t)reader_le64(&r);
	m_out->from_utc_us = (int64_t)reader_le64(&r);
	m_out->to_utc_us = (int64_t)reader_le64(&r);
	reader_string(&r, m_out->scope, sizeof(m_out->scope));
	reader_string(&r, m_out->site, sizeof(m_out->site));
	reader_string(&r, m_out->name, sizeof(m_out->name));
	reader_string(&r, m_out->words, sizeof(m_out->words));
	reader_string(&r, m_out->after, sizeof(m_out->after));
	return reader_done(&r) && ask_in_range(m_out);
}

void
web_put_answer(struct writer *w, const struct read_answer *m)
{
	writer_le32(w, m->id);
	writer_le16(w, m->status);
	writer_u8(w, m->type);
	writer_u8(w, m->more);
	writer_le64(w, (uint64_t)m->utc_us);
	writer_le32(w, (uint32_t)m->body.n);
	writer_bytes(w, m->body.p, m->body.n);
}

bool
web_get_answer(struct span body, struct read_answer *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	m_out->id = reader_le32(&r);
	m_out->status = reader_le16(&r);
	m_out->type = reader_u8(&r);
	m_out->more = reader_u8(&r) != 0;
	m_out->utc_us = (int64_t)reader_le64(&r);
	m_out->body = reader_span(&r, reader_le32(&r));
	return reader_done(&r) && m_out->body.n <= READ_BODY_BYTES &&
	       m_out->type <= READ_PLAIN &&
	       (m_out->status == 200 || m_out->status == 400 ||
		   m_out->status == 404 || m_out->status == 409 ||
		   m_out->status == 413 || m_out->status == 500);
}
