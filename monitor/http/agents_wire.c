/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/agents_wire.h"

#include <string.h>

/* A heartbeat crosses as the struct that it is: both ends come from one build,
 * and what the other end says is checked member by member. */

void
agents_put_configure(struct writer *w, const struct agents_configure *m)
{
	writer_le32(w, m->connections);
	writer_le32(w, m->per_address);
}

bool
agents_get_configure(struct span body, struct agents_configure *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	m_out->connections = reader_le32(&r);
	m_out->per_address = reader_le32(&r);
	return reader_done(&r);
}

void
agents_put_token(struct writer *w, const struct agents_token *m)
{
	writer_le64(w, (uint64_t)m->id);
	writer_u8(w, m->kind);
	writer_bytes(w, m->sha256, sizeof(m->sha256));
}

bool
agents_get_token(struct span body, struct agents_token *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	m_out->id = (int64_t)reader_le64(&r);
	m_out->kind = reader_u8(&r);
	reader_bytes(&r, m_out->sha256, sizeof(m_out->sha256));
	return reader_done(&r);
}

void
agents_put_answer(struct writer *w, const struct agents_answer *m)
{
	writer_le32(w, m->request);
	writer_le16(w, m->status);
	writer_u8(w, m->picture);
	writer_le32(w, (uint32_t)m->body.n);
	writer_bytes(w, m->body.p, m->body.n);
}

bool
agents_get_answer(struct span body, struct agents_answer *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	m_out->request = reader_le32(&r);
	m_out->status = reader_le16(&r);
	m_out->picture = reader_u8(&r) != 0;
	m_out->body = reader_span(&r, reader_le32(&r));
	return reader_done(&r) && m_out->body.n <= AGENTS_BODY_BYTES;
}

void
agents_put_alive(struct writer *w, const struct agents_alive *m)
{
	writer_le32(w, m->connections);
	writer_le64(w, m->requests);
	writer_le64(w, m->refused);
}

bool
agents_get_alive(struct span body, struct agents_alive *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	m_out->connections = reader_le32(&r);
	m_out->requests = reader_le64(&r);
	m_out->refused = reader_le64(&r);
	return reader_done(&r);
}

void
agents_put_refused(struct writer *w, const struct agents_refused *m)
{
	writer_string(w, m->address);
	writer_le32(w, m->count);
}

bool
agents_get_refused(struct span body, struct agents_refused *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	reader_string(&r, m_out->address, sizeof(m_out->address));
	m_out->count = reader_le32(&r);
	return reader_done(&r);
}

static void
put_from(struct writer *w, const struct agents_from *m)
{
	writer_le32(w, m->request);
	writer_le64(w, (uint64_t)m->token);
	writer_string(w, m->address);
}

static void
get_from(struct reader *r, struct agents_from *m_out)
{
	m_out->request = reader_le32(r);
	m_out->token = (int64_t)reader_le64(r);
	reader_string(r, m_out->address, sizeof(m_out->address));
}

void
agents_put_heartbeat(struct writer *w, const struct agents_from *from,
    const struct heartbeat *m)
{
	put_from(w, from);
	writer_bytes(w, m, sizeof(*m));
}

#define ENDS(s) (memchr((s), '\0', sizeof(s)) != NULL)

static bool
lists_sane(const struct heartbeat *m)
{
	for (unsigned i = 0; i < m->screen_count; i++)
		if (!ENDS(m->screens[i].name) ||
		    (unsigned)m->screens[i].power >= SCREEN_POWER_COUNT)
			return false;
	for (unsigned i = 0; i < m->window_count; i++)
		if (!ENDS(m->windows[i].pattern) ||
		    m->windows[i].visible > 100 ||
		    (m->windows[i].screen != UINT8_MAX &&
			m->windows[i].screen >= m->screen_count))
			return false;
	for (unsigned i = 0; i < m->connection_count; i++)
		if (!ENDS(m->connections[i].address))
			return false;
	return true;
}

static bool
heartbeat_sane(const struct heartbeat *m)
{
	return m->version == HEARTBEAT_VERSION && m->seq > 0 &&
	       ENDS(m->agent) && ENDS(m->boot) && ENDS(m->session) &&
	       ENDS(m->life) && m->life[0] != '\0' &&
	       (unsigned)m->locked <= SAID_YES &&
	       m->input.seconds <= HEARTBEAT_SECONDS &&
	       m->sees_input < HEARTBEAT_SOURCE_COUNT &&
	       m->sees_idle < HEARTBEAT_SOURCE_COUNT &&
	       m->sees_lock < HEARTBEAT_SOURCE_COUNT &&
	       m->sees_screens < HEARTBEAT_SOURCE_COUNT &&
	       m->sees_windows < HEARTBEAT_SOURCE_COUNT &&
	       m->sees_connections < HEARTBEAT_SOURCE_COUNT &&
	       m->screen_count <= HEARTBEAT_SCREENS &&
	       m->window_count <= HEARTBEAT_WINDOWS &&
	       m->connection_count <= HEARTBEAT_CONNECTIONS && lists_sane(m);
}

bool
agents_get_heartbeat(struct span body, struct agents_from *from_out,
    struct heartbeat *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	get_from(&r, from_out);
	struct span bytes = reader_span(&r, sizeof(*m_out));

	if (!reader_done(&r) || bytes.n != sizeof(*m_out))
		return false;
	/* Truth values must be 0 or 1 before they are read as such. */
	if (bytes.p[offsetof(struct heartbeat, goodbye)] > 1 ||
	    bytes.p[offsetof(struct heartbeat, connections_more)] > 1)
		return false;
	memcpy(m_out, bytes.p, sizeof(*m_out));
	return heartbeat_sane(m_out);
}

void
agents_put_views(struct writer *w, const struct agents_from *from,
    const struct agents_views *m)
{
	put_from(w, from);
	writer_string(w, m->screen);
	writer_u8(w, m->power);
	writer_le32(w, m->valid_ms);
	writer_u8(w, m->layout);
	writer_u8(w, m->more);
	writer_le16(w, m->count);
	for (unsigned i = 0; i < m->count; i++) {
		writer_string(w, m->tiles[i].feed);
		writer_le16(w, m->tiles[i].height);
		writer_u8(w, m->tiles[i].visible);
		writer_u8(w, m->tiles[i].renders);
	}
}

bool
agents_get_views(struct span body, struct agents_from *from_out,
    struct agents_views *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	get_from(&r, from_out);
	reader_string(&r, m_out->screen, sizeof(m_out->screen));
	m_out->power = reader_u8(&r);
	m_out->valid_ms = reader_le32(&r);
	m_out->layout = reader_u8(&r) != 0;
	m_out->more = reader_u8(&r) != 0;
	m_out->count = reader_le16(&r);
	if (m_out->count > AGENTS_TILES || m_out->power >= SCREEN_POWER_COUNT)
		return false;
	for (unsigned i = 0; i < m_out->count; i++) {
		struct agents_view_tile *t = &m_out->tiles[i];

		reader_string(&r, t->feed, sizeof(t->feed));
		t->height = reader_le16(&r);
		t->visible = reader_u8(&r);
		t->renders = reader_u8(&r);
		if (t->visible > SAID_YES || t->renders > SAID_YES)
			return false;
	}
	return reader_done(&r);
}

void
agents_put_ask(struct writer *w, const struct agents_from *from,
    const struct agents_ask *m)
{
	put_from(w, from);
	writer_u8(w, m->want);
	writer_le64(w, m->prompt);
	writer_u8(w, m->number);
	writer_le16(w, m->hours);
}

bool
agents_get_ask(struct span body, struct agents_from *from_out,
    struct agents_ask *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	get_from(&r, from_out);
	m_out->want = reader_u8(&r);
	m_out->prompt = reader_le64(&r);
	m_out->number = reader_u8(&r);
	m_out->hours = reader_le16(&r);
	return reader_done(&r) && m_out->want >= AGENTS_WANT_PROMPT &&
	       m_out->want <= AGENTS_WANT_RECORD;
}

void
agents_put_reply(struct writer *w, const struct agents_from *from,
    const struct agents_reply *m)
{
	put_from(w, from);
	writer_le64(w, m->prompt);
	writer_u8(w, m->choice);
	writer_le32(w, m->latency_ms);
}

bool
agents_get_reply(struct span body, struct agents_from *from_out,
    struct agents_reply *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	get_from(&r, from_out);
	m_out->prompt = reader_le64(&r);
	m_out->choice = reader_u8(&r);
	m_out->latency_ms = reader_le32(&r);
	return reader_done(&r);
}

void
agents_put_dispute(struct writer *w, const struct agents_from *from,
    const struct agents_dispute *m)
{
	put_from(w, from);
	writer_le64(w, (uint64_t)m->from_us);
	writer_le64(w, (uint64_t)m->to_us);
	writer_string(w, m->text);
}

bool
agents_get_dispute(struct span body, struct agents_from *from_out,
    struct agents_dispute *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	get_from(&r, from_out);
	m_out->from_us = (int64_t)reader_le64(&r);
	m_out->to_us = (int64_t)reader_le64(&r);
	reader_string(&r, m_out->text, sizeof(m_out->text));
	return reader_done(&r) && m_out->from_us < m_out->to_us;
}
