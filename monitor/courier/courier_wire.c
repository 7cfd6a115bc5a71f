/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/courier/courier_wire.h"

#include <string.h>

static void
put_span(struct writer *w, struct span s)
{
	writer_le32(w, (uint32_t)s.n);
	writer_bytes(w, s.p, s.n);
}

static struct span
get_span(struct reader *r)
{
	return reader_span(r, reader_le32(r));
}

void
courier_put_job(struct writer *w, const struct courier_job *m)
{
	writer_le64(w, m->id);
	writer_u8(w, (uint8_t)m->kind);
	writer_u8(w, (uint8_t)m->tls);
	writer_u8(w, (uint8_t)m->method);
	writer_u8(w, m->trust);
	writer_le16(w, m->port);
	writer_string(w, m->host);
	writer_string(w, m->path);
	writer_string(w, m->user);
	writer_string(w, m->password);
	writer_string(w, m->from);
	writer_string(w, m->to);
	writer_string(w, m->headers);
	writer_string(w, m->type);
	writer_string(w, m->attachment);
	writer_string(w, m->attachment_type);
	put_span(w, m->body);
	put_span(w, m->html);
	put_span(w, m->picture);
	writer_string(w, m->client);
	writer_string(w, m->status);
	writer_u8(w, (uint8_t)m->publish_count);
	for (unsigned i = 0; i < m->publish_count; i++) {
		writer_string(w, m->publishes[i].topic);
		writer_u8(w, m->publishes[i].retain);
		put_span(w, m->publishes[i].payload);
	}
}

static void
get_publishes(struct reader *r, struct courier_job *m)
{
	m->publish_count = reader_u8(r);
	if (m->publish_count > COURIER_PUBLISHES)
		r->bad = true;
	for (unsigned i = 0; i < m->publish_count && !r->bad; i++) {
		struct courier_publish *p = &m->publishes[i];
		uint8_t retain;

		reader_string(r, p->topic, sizeof(p->topic));
		retain = reader_u8(r);
		p->retain = retain == 1;
		p->payload = get_span(r);
		r->bad = r->bad || retain > 1 || p->topic[0] == '\0';
	}
}

static bool
job_good(const struct courier_job *m)
{
	return m->kind >= COURIER_MAIL && m->kind <= COURIER_MQTT &&
	       m->tls <= COURIER_TLS_ALWAYS && m->method <= COURIER_GET &&
	       m->trust < COURIER_TRUSTS && m->port > 0 && m->host[0] != '\0' &&
	       m->body.n <= COURIER_BODY_BYTES &&
	       m->html.n <= COURIER_BODY_BYTES &&
	       m->picture.n <= COURIER_PICTURE_BYTES &&
	       (m->kind == COURIER_MQTT) == (m->publish_count > 0);
}

bool
courier_get_job(struct span body, struct courier_job *m)
{
	struct reader r = reader_of(body.p, body.n);

	memset(m, 0, sizeof(*m));
	m->id = reader_le64(&r);
	m->kind = (enum courier_kind)reader_u8(&r);
	m->tls = (enum courier_tls)reader_u8(&r);
	m->method = (enum courier_method)reader_u8(&r);
	m->trust = reader_u8(&r);
	m->port = reader_le16(&r);
	reader_string(&r, m->host, sizeof(m->host));
	reader_string(&r, m->path, sizeof(m->path));
	reader_string(&r, m->user, sizeof(m->user));
	reader_string(&r, m->password, sizeof(m->password));
	reader_string(&r, m->from, sizeof(m->from));
	reader_string(&r, m->to, sizeof(m->to));
	reader_string(&r, m->headers, sizeof(m->headers));
	reader_string(&r, m->type, sizeof(m->type));
	reader_string(&r, m->attachment, sizeof(m->attachment));
	reader_string(&r, m->attachment_type, sizeof(m->attachment_type));
	m->body = get_span(&r);
	m->html = get_span(&r);
	m->picture = get_span(&r);
	reader_string(&r, m->client, sizeof(m->client));
	reader_string(&r, m->status, sizeof(m->status));
	get_publishes(&r, m);
	return reader_done(&r) && job_good(m);
}

void
courier_put_result(struct writer *w, const struct courier_result *m)
{
	writer_le64(w, m->id);
	writer_u8(w, m->ok);
	writer_u8(w, m->lasting);
	writer_le16(w, m->status);
	writer_le32(w, m->asked_s);
	writer_le64(w, m->later);
	writer_string(w, m->detail);
	put_span(w, m->answer);
}

bool
courier_get_result(struct span body, struct courier_result *m)
{
	struct reader r = reader_of(body.p, body.n);
	uint8_t ok, lasting;
	uint32_t length;

	memset(m, 0, sizeof(*m));
	m->id = reader_le64(&r);
	ok = reader_u8(&r);
	lasting = reader_u8(&r);
	m->status = reader_le16(&r);
	m->asked_s = reader_le32(&r);
	m->later = reader_le64(&r);
	reader_string(&r, m->detail, sizeof(m->detail));
	length = reader_le32(&r);
	m->answer = reader_span(&r, length);
	m->ok = ok == 1;
	m->lasting = lasting == 1;
	for (char *p = m->detail; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			*p = '?';
	return reader_done(&r) && ok <= 1 && lasting <= 1 &&
	       length <= COURIER_ANSWER_BYTES;
}
