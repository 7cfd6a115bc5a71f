/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/device_wire.h"

#include "common/walk.h"

static void
walk_begin(struct walk *k, struct device_begin *m)
{
	f_u32(k, &m->version);
	f_bool(k, &m->basic_ok);
	f_bool(k, &m->keep_host);
	f_u32(k, &m->at_once);
	f_u32(k, &m->wait_ms);
	f_u32(k, &m->timeout_ms);
	f_u32(k, &m->interface_count);
	if (m->interface_count > DEVICE_INTERFACES) {
		k->bad = true;
		m->interface_count = 0;
	}
	for (uint32_t i = 0; i < m->interface_count; i++) {
		f_address(k, &m->interfaces[i].address);
		f_u8(k, &m->interfaces[i].prefix);
		if (m->interfaces[i].address.family != 4 ||
		    m->interfaces[i].prefix > 32)
			k->bad = true;
	}
}

static void
walk_key(struct walk *k, struct device_key *m)
{
	f_address(k, &m->address);
	f_string(k, m->user, sizeof(m->user));
	f_string(k, m->password, sizeof(m->password));
}

static void
walk_target(struct walk *k, struct device_target *m)
{
	f_address(k, &m->address);
	f_u16(k, &m->port);
	f_bool(k, &m->secure);
	f_bool(k, &m->anyway);
	f_string(k, m->path, sizeof(m->path));
	if (m->address.family == 0)
		k->bad = true;
}

static void
walk_result(struct walk *k, struct device_result *m)
{
	f_address(k, &m->address);
	f_u16(k, &m->port);
	f_bool(k, &m->secure);
	f_bool(k, &m->found);
	m->state = f_enum(k, m->state, 0, DEVICE_STATE_COUNT);
	m->login = f_enum(k, m->login, 0, DEVICE_LOGIN_COUNT);
	f_string(k, m->detail, sizeof(m->detail));
	f_string(k, m->said_host, sizeof(m->said_host));
	f_string(k, m->manufacturer, sizeof(m->manufacturer));
	f_string(k, m->model, sizeof(m->model));
	f_string(k, m->firmware, sizeof(m->firmware));
	f_string(k, m->serial, sizeof(m->serial));
	f_string(k, m->hardware, sizeof(m->hardware));
	f_string(k, m->name, sizeof(m->name));
	f_string(k, m->location, sizeof(m->location));
	f_bool(k, &m->clock_known);
	f_i64(k, &m->clock_offset_us);
	f_u32(k, &m->stream_count);
	f_u32(k, &m->stream_more);
	if (m->address.family == 0 || m->stream_count > DEVICE_STREAMS)
		k->bad = true;
}

static void
walk_stream(struct walk *k, struct device_stream *m)
{
	f_string(k, m->token, sizeof(m->token));
	f_string(k, m->name, sizeof(m->name));
	f_string(k, m->source, sizeof(m->source));
	f_string(k, m->encoding, sizeof(m->encoding));
	f_u16(k, &m->width);
	f_u16(k, &m->height);
	f_u32(k, &m->fps_milli);
	f_u32(k, &m->kbps);
	f_bool(k, &m->ptz);
	f_string(k, m->url, sizeof(m->url));
	f_string(k, m->said_host, sizeof(m->said_host));
	f_bool(k, &m->had_login);
	f_string(k, m->detail, sizeof(m->detail));
}

static void
walk_word(struct walk *k, struct device_word *m)
{
	f_address(k, &m->address);
	f_string(k, m->text, sizeof(m->text));
}

static void
walk_progress(struct walk *k, struct device_progress *m)
{
	f_u32(k, &m->replies);
	f_u32(k, &m->strays);
	f_u32(k, &m->others);
	f_u32(k, &m->waiting);
	f_u32(k, &m->asked);
	f_u32(k, &m->done);
	f_u32(k, &m->to_search);
}

WALK_PUT(device, begin, struct device_begin)
WALK_GET(device, begin, struct device_begin)
WALK_PUT(device, key, struct device_key)
WALK_GET(device, key, struct device_key)
WALK_PUT(device, target, struct device_target)
WALK_GET(device, target, struct device_target)
WALK_PUT(device, result, struct device_result)
WALK_GET(device, result, struct device_result)
WALK_PUT(device, stream, struct device_stream)
WALK_GET(device, stream, struct device_stream)
WALK_PUT(device, word, struct device_word)
WALK_GET(device, word, struct device_word)
WALK_PUT(device, progress, struct device_progress)
WALK_GET(device, progress, struct device_progress)
