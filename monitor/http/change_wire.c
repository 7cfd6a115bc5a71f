/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/change_wire.h"

#include <string.h>

#include "monitor/http/rights.h"

void
web_put_principal(struct writer *w, const struct principal *m)
{
	writer_bytes(w, m->sha256, sizeof(m->sha256));
	writer_u8(w, m->kind);
	writer_u8(w, m->role);
	writer_le64(w, (uint64_t)m->id);
	writer_le64(w, (uint64_t)m->user);
	writer_string(w, m->name);
	writer_string(w, m->site);
	writer_string(w, m->address);
	writer_le64(w, (uint64_t)m->ends_utc_us);
}

bool
web_get_principal(struct span body, struct principal *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	reader_bytes(&r, m_out->sha256, sizeof(m_out->sha256));
	m_out->kind = reader_u8(&r);
	m_out->role = reader_u8(&r);
	m_out->id = (int64_t)reader_le64(&r);
	m_out->user = (int64_t)reader_le64(&r);
	reader_string(&r, m_out->name, sizeof(m_out->name));
	reader_string(&r, m_out->site, sizeof(m_out->site));
	reader_string(&r, m_out->address, sizeof(m_out->address));
	m_out->ends_utc_us = (int64_t)reader_le64(&r);
	return reader_done(&r) && m_out->kind > CREDENTIAL_NONE &&
	       m_out->kind < CREDENTIAL_COUNT && m_out->role > ROLE_NONE &&
	       m_out->role < ROLE_COUNT;
}

void
web_put_seen(struct writer *w, const struct web_seen *m)
{
	writer_bytes(w, m->sha256, sizeof(m->sha256));
	writer_le64(w, (uint64_t)m->utc_us);
	writer_string(w, m->address);
}

bool
web_get_seen(struct span body, struct web_seen *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	reader_bytes(&r, m_out->sha256, sizeof(m_out->sha256));
	m_out->utc_us = (int64_t)reader_le64(&r);
	reader_string(&r, m_out->address, sizeof(m_out->address));
	return reader_done(&r);
}

void
web_put_change(struct writer *w, const struct web_change *m)
{
	writer_le32(w, m->id);
	writer_u8(w, m->verb);
	writer_bytes(w, m->sha256, sizeof(m->sha256));
	writer_string(w, m->address);
	writer_string(w, m->agent);
	writer_le64(w, (uint64_t)m->number);
	writer_bytes(w, m->uuid, 16);
	writer_string(w, m->name);
	writer_le32(w, (uint32_t)m->body.n);
	writer_bytes(w, m->body.p, m->body.n);
}

bool
web_get_change(struct span body, struct web_change *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	m_out->id = reader_le32(&r);
	m_out->verb = reader_u8(&r);
	reader_bytes(&r, m_out->sha256, sizeof(m_out->sha256));
	reader_string(&r, m_out->address, sizeof(m_out->address));
	reader_string(&r, m_out->agent, sizeof(m_out->agent));
	m_out->number = (int64_t)reader_le64(&r);
	reader_bytes(&r, m_out->uuid, 16);
	reader_string(&r, m_out->name, sizeof(m_out->name));
	m_out->body = reader_span(&r, reader_le32(&r));
	return reader_done(&r) && m_out->body.n <= WEB_CHANGE_PART_BYTES &&
	       m_out->verb < RIGHT_COUNT &&
	       rights_row((enum right)m_out->verb)->by == BY_MONITOR;
}

void
web_put_changed(struct writer *w, const struct web_changed *m)
{
	writer_le32(w, m->id);
	writer_le16(w, m->status);
	writer_le16(w, m->retry_s);
	writer_u8(w, m->cookie);
	writer_string(w, m->token);
	writer_le32(w, (uint32_t)m->body.n);
	writer_bytes(w, m->body.p, m->body.n);
}

bool
web_get_changed(struct span body, struct web_changed *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	m_out->id = reader_le32(&r);
	m_out->status = reader_le16(&r);
	m_out->retry_s = reader_le16(&r);
	m_out->cookie = reader_u8(&r);
	reader_string(&r, m_out->token, sizeof(m_out->token));
	m_out->body = reader_span(&r, reader_le32(&r));
	return reader_done(&r) && m_out->body.n <= WEB_CHANGED_BYTES &&
	       m_out->status >= 200 && m_out->status < 600 &&
	       m_out->cookie <= COOKIE_CLEAR &&
	       (m_out->cookie == COOKIE_SET) ==
		   (strlen(m_out->token) == PEOPLE_SECRET_BYTES - 1);
}
