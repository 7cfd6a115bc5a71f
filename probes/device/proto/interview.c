/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/proto/interview.h"

#include <stdio.h>
#include <string.h>

#include "probes/device/proto/soap.h"
#include "probes/device/proto/wash.h"

static void
end(struct interview *v, enum device_state state, const char *detail)
{
	v->over = true;
	v->result.state = state;
	wash_copy(v->result.detail, sizeof(v->result.detail), detail);
}

/* "GetProfiles: what" */
static void
end_at(struct interview *v, enum device_state state, const char *detail)
{
	char text[LIMIT_DETAIL_BYTES];

	snprintf(text, sizeof(text), "%s: %.150s", onvif_name(v->what), detail);
	end(v, state, text);
}

void
interview_begin(struct interview *v, const struct interview_config *config,
    const struct device_result *known, const char *path)
{
	memset(v, 0, sizeof(*v));
	v->config = *config;
	v->result = *known;
	v->place.secure = known->secure;
	v->place.port = known->port;
	snprintf(v->place.path, sizeof(v->place.path), "%s",
	    *path != '\0' ? path : PLACE_USUAL_PATH);
	v->what = ONVIF_CLOCK;
}

/* --- asking */

static struct place
place_of(const struct interview *v)
{
	struct place p = v->place;

	switch (v->what) {
	case ONVIF_PROFILES2:
	case ONVIF_URI2:
		p.port = v->media2_port;
		p.secure = v->media2_secure;
		memcpy(p.path, v->media2, sizeof(p.path));
		break;
	case ONVIF_PROFILES:
	case ONVIF_URI:
		p.port = v->media_port;
		p.secure = v->media_secure;
		memcpy(p.path, v->media, sizeof(p.path));
		break;
	default:
		break;
	}
	return p;
}

/* What may be asked by anybody goes out unsigned (Core, PRE_AUTH), as long as
 * the device lets it. */
bool
interview_ask(const struct interview *v, struct interview_question *out)
{
	const struct place p = place_of(v);

	if (v->over)
		return false;
	memset(out, 0, sizeof(*out));
	out->what = v->what;
	out->login = v->result.login;
	out->clock_offset_us = v->result.clock_offset_us;
	onvif_ask(v->what,
	    v->what >= ONVIF_URI2 ? v->streams[v->stream].token : NULL,
	    out->body);
	return place_url(&p, &v->result.address, out->url, sizeof(out->url));
}

/* --- what follows what */

static void
next_stream(struct interview *v)
{
	if (++v->stream < v->result.stream_count)
		return;
	v->over = true;
	for (uint32_t i = 0; i < v->result.stream_count; i++)
		if (v->streams[i].url[0] != '\0')
			return;
	end(v, DEVICE_BROKEN, "none of its profiles says where it streams");
}

static void
after_profiles(struct interview *v)
{
	v->what = v->what == ONVIF_PROFILES2 ? ONVIF_URI2 : ONVIF_URI;
	if (v->result.stream_count == 0)
		end(v, DEVICE_BROKEN, "it has no profile with a picture");
}

static void
to_profiles(struct interview *v)
{
	v->what = v->media2[0] != '\0' ? ONVIF_PROFILES2 : ONVIF_PROFILES;
}

/* Of a URL without a host, or with none that is one, what stands behind it. */
static bool
path_alone(const char *url, struct place *out)
{
	const char *host = strstr(url, "://");
	const char *path = host != NULL ? strchr(host + 3, '/') : url;
	char text[DEVICE_PATH_BYTES + 16];

	return path != NULL && path[0] != '\0' &&
	       snprintf(text, sizeof(text), "http://same%s%s",
		   path[0] != '/' ? "/" : "", path) < (int)sizeof(text) &&
	       place_parse(text, strlen(text), out);
}

/* A service's URL -> its path and port on the host that was asked. An inner
 * address stands for another port, too: then ours is kept. */
static void
take_service(struct interview *v, const char *url, char path[DEVICE_PATH_BYTES],
    uint16_t *port, bool *secure)
{
	struct place p;
	bool whole = place_parse(url, strlen(url), &p);

	path[0] = '\0';
	*port = v->place.port;
	*secure = v->place.secure;
	if (!whole && !path_alone(url, &p))
		return;
	memcpy(path, p.path, DEVICE_PATH_BYTES);
	if (!whole)
		return;
	if (place_is(&p, &v->result.address)) {
		/* Not from https down to http. */
		if (p.secure || !v->place.secure) {
			*port = p.port;
			*secure = p.secure;
		}
		return;
	}
	snprintf(v->result.said_host, sizeof(v->result.said_host), "%s",
	    p.host);
}

static bool
take_services(struct interview *v, const struct onvif_services *s)
{
	take_service(v, s->media2, v->media2, &v->media2_port,
	    &v->media2_secure);
	take_service(v, s->media, v->media, &v->media_port, &v->media_secure);
	return v->media[0] != '\0' || v->media2[0] != '\0';
}

/* --- logging in */

static bool
asks_login(const struct interview_answer *a, const struct tree_node *body)
{
	return a->status == 401 || a->status == 403 || soap_fault_login(body);
}

/* The first time: how it wants it. */
static void
choose_login(struct interview *v, const struct interview_answer *a)
{
	if (!v->config.login)
		end(v, DEVICE_LOGIN_NEEDED, "it asks for a login");
	else if (a->offers_digest)
		v->result.login = DEVICE_LOGIN_DIGEST;
	else if (!a->offers_basic)
		v->result.login = DEVICE_LOGIN_TOKEN;
	else if (v->config.basic_ok || v->place.secure)
		v->result.login = DEVICE_LOGIN_BASIC;
	else
		end(v, DEVICE_LOGIN_NEEDED,
		    "it takes the password in the clear only (--basic)");
}

static bool failed(struct interview *v, const char *why);

static void
refused_login(struct interview *v, const struct interview_answer *a)
{
	if (v->result.login == DEVICE_LOGIN_NONE)
		choose_login(v, a);
	else if (!v->signed_in)
		end(v, DEVICE_LOGIN_WRONG,
		    "it refuses this user or password (tried once)");
	else if (!failed(v, "this user may not"))
		end_at(v, DEVICE_BROKEN, "this user may not");
}

/* --- hearing */

/* The open question got no usable answer: is there a way on without it? */
static bool
failed(struct interview *v, const char *why)
{
	switch (v->what) {
	case ONVIF_CLOCK:
		v->what = ONVIF_SERVICES;
		return true;
	case ONVIF_SERVICES:
		v->what = ONVIF_CAPABILITIES;
		return true;
	case ONVIF_IDENTITY:
		to_profiles(v);
		return true;
	case ONVIF_PROFILES2:
		if (v->media[0] == '\0')
			return false;
		v->what = ONVIF_PROFILES;
		return true;
	case ONVIF_URI2:
	case ONVIF_URI:
		snprintf(v->streams[v->stream].detail,
		    sizeof(v->streams[v->stream].detail), "%.190s", why);
		next_stream(v);
		return true;
	default:
		return false;
	}
}

static bool
heard_clock(struct interview *v, const struct tree_node *body, int64_t utc_us)
{
	int64_t its;

	v->result.clock_known = onvif_clock(body, &its);
	/* It tells whole seconds. */
	if (v->result.clock_known)
		v->result.clock_offset_us = its + 500000 - utc_us;
	v->what = ONVIF_SERVICES;
	return true;
}

static bool
heard_services(struct interview *v, const struct tree_node *body)
{
	struct onvif_services s;
	bool good = v->what == ONVIF_SERVICES ? onvif_services(body, &s)
					      : onvif_capabilities(body, &s);

	if (!good || !take_services(v, &s))
		return false;
	v->what = ONVIF_IDENTITY;
	return true;
}

static bool
heard_profiles(struct interview *v, const struct tree_node *body)
{
	if (!onvif_profiles(body, v->streams, DEVICE_STREAMS,
		&v->result.stream_count, &v->result.stream_more))
		return false;
	after_profiles(v);
	return true;
}

static bool
heard_uri(struct interview *v, const struct tree_node *body)
{
	struct device_stream *s = &v->streams[v->stream];
	const char *uri = onvif_uri(body), *fault;

	if (uri == NULL)
		return false;
	fault = place_stream(uri, &v->result.address, v->config.keep_host, s);
	if (fault != NULL)
		return failed(v, fault);
	next_stream(v);
	return true;
}

/* False: it isn't what was asked for. */
static bool
heard(struct interview *v, const struct tree_node *body, int64_t utc_us)
{
	switch (v->what) {
	case ONVIF_CLOCK:
		return heard_clock(v, body, utc_us);
	case ONVIF_SERVICES:
	case ONVIF_CAPABILITIES:
		return heard_services(v, body);
	case ONVIF_IDENTITY:
		if (!onvif_identity(body, &v->result))
			return false;
		to_profiles(v);
		return true;
	case ONVIF_PROFILES:
	case ONVIF_PROFILES2:
		return heard_profiles(v, body);
	default:
		return heard_uri(v, body);
	}
}

static void
hear_body(struct interview *v, const struct interview_answer *a)
{
	const struct tree_node *body =
	    a->tree != NULL ? soap_body(a->tree) : NULL;
	char why[SOAP_FAULT_BYTES];
	bool fault = soap_fault(body, why);

	if (asks_login(a, body)) {
		v->any = true;
		refused_login(v, a);
		return;
	}
	if (body == NULL && !v->any) {
		snprintf(why, sizeof(why), "HTTP %u, %.120s", a->status,
		    a->tree != NULL ? "no SOAP" : a->why);
		end(v, DEVICE_NO_ONVIF, why);
		return;
	}
	v->any = true;
	v->signed_in = v->result.login != DEVICE_LOGIN_NONE;
	v->silences = 0;
	if (!fault && body != NULL && a->status / 100 == 2 &&
	    heard(v, body, a->utc_us))
		return;
	if (!fault)
		snprintf(why, sizeof(why), "HTTP %u, %.120s", a->status,
		    body != NULL      ? "another answer than was asked for"
		    : a->tree != NULL ? "no SOAP"
				      : a->why);
	if (!failed(v, why))
		end_at(v, DEVICE_BROKEN, why);
}

/* To another place of its own, mostly https: once, and never down to http. */
static bool
move(struct interview *v, const char *elsewhere)
{
	struct place p;

	if (elsewhere == NULL || v->moved || v->what > ONVIF_IDENTITY ||
	    !place_parse(elsewhere, strlen(elsewhere), &p) ||
	    !place_is(&p, &v->result.address) || (v->place.secure && !p.secure))
		return false;
	v->place = p;
	return v->moved = true;
}

void
interview_hear(struct interview *v, const struct interview_answer *a)
{
	if (v->over)
		return;
	if (a->came == CAME_ANSWER && a->status / 100 == 3) {
		if (!move(v, a->elsewhere))
			end(v, DEVICE_BROKEN, a->why);
		return;
	}
	switch (a->came) {
	case CAME_ANSWER:
		hear_body(v, a);
		return;
	case CAME_NO_CONNECTION:
		end(v, v->any ? DEVICE_BROKEN : DEVICE_REFUSED, a->why);
		return;
	case CAME_SILENCE:
	case CAME_RUBBISH:
		break;
	}
	/* A stream that is not told does not make the others worse; a device
	 * that never answers is asked no more. */
	if (v->what >= ONVIF_URI2 && ++v->silences < INTERVIEW_SILENCES &&
	    failed(v, a->why))
		return;
	if (a->came == CAME_SILENCE && !v->any)
		end(v, DEVICE_SILENT, a->why);
	else
		end_at(v, DEVICE_BROKEN, a->why);
}

void
interview_end(struct interview *v, const char *why)
{
	if (!v->over)
		end_at(v, v->any ? DEVICE_BROKEN : DEVICE_SILENT, why);
}
