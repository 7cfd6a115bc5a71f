/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/proto/onvif.h"

#include <stdio.h>
#include <string.h>

#include "common/civil.h"
#include "probes/device/proto/soap.h"
#include "probes/device/proto/wash.h"

#define DEVICE "http://www.onvif.org/ver10/device/wsdl"
#define MEDIA "http://www.onvif.org/ver10/media/wsdl"
#define MEDIA2 "http://www.onvif.org/ver20/media/wsdl"
#define SCHEMA "http://www.onvif.org/ver10/schema"

static const struct {
	const char *space, *name, *answer;
	const char *inner; /* %s: the profile's token, escaped */
	const char *action;
} asks[] = {
#define ASK(space, name, inner)                                                \
	{                                                                      \
		space, name, name "Response", inner, space "/" name            \
	}
	[ONVIF_CLOCK] = ASK(DEVICE, "GetSystemDateAndTime", ""),
	[ONVIF_SERVICES] = ASK(DEVICE, "GetServices",
	    "<IncludeCapability>false</IncludeCapability>"),
	[ONVIF_CAPABILITIES] =
	    ASK(DEVICE, "GetCapabilities", "<Category>All</Category>"),
	[ONVIF_IDENTITY] = ASK(DEVICE, "GetDeviceInformation", ""),
	[ONVIF_PROFILES2] = ASK(MEDIA2, "GetProfiles", "<Type>All</Type>"),
	[ONVIF_PROFILES] = ASK(MEDIA, "GetProfiles", ""),
	[ONVIF_URI2] = ASK(MEDIA2, "GetStreamUri",
	    "<Protocol>RTSP</Protocol><ProfileToken>%s</ProfileToken>"),
	[ONVIF_URI] = ASK(MEDIA, "GetStreamUri",
	    "<StreamSetup><Stream xmlns=\"" SCHEMA "\">RTP-Unicast</Stream>"
	    "<Transport xmlns=\"" SCHEMA "\"><Protocol>RTSP</Protocol>"
	    "</Transport></StreamSetup><ProfileToken>%s</ProfileToken>"),
};

void
onvif_ask(enum onvif_what what, const char *token,
    char body_out[ONVIF_BODY_BYTES])
{
	char escaped[6 * DEVICE_TEXT_BYTES];
	const char *hole = strstr(asks[what].inner, "%s");
	size_t head = hole != NULL ? (size_t)(hole - asks[what].inner)
				   : strlen(asks[what].inner);

	soap_escape(escaped, sizeof(escaped), token != NULL ? token : "");
	snprintf(body_out, ONVIF_BODY_BYTES, "<%s xmlns=\"%s\">%.*s%s%s</%s>",
	    asks[what].name, asks[what].space, (int)head, asks[what].inner,
	    hole != NULL ? escaped : "", hole != NULL ? hole + 2 : "",
	    asks[what].name);
}

const char *
onvif_action(enum onvif_what what)
{
	return asks[what].action;
}

const char *
onvif_name(enum onvif_what what)
{
	return asks[what].name;
}

static bool
answers(const struct tree_node *body, enum onvif_what what)
{
	return body != NULL && strcmp(body->name, asks[what].answer) == 0;
}

/* A whole number of at most seven digits, perhaps with a fraction; false: the
 * text is none. */
static bool
number(const char *text, uint32_t *out)
{
	uint32_t v = 0;
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > 7 || (text[n] != '\0' && text[n] != '.'))
		return false;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (uint32_t)(text[i] - '0');
	*out = v;
	return true;
}

static uint32_t
number_at(const struct tree_node *n, const char *path)
{
	uint32_t v = 0;

	number(tree_text_at(n, path), &v);
	return v;
}

bool
onvif_clock(const struct tree_node *body, int64_t *utc_us_out)
{
	const struct tree_node *t =
	    tree_at(body, "SystemDateAndTime/UTCDateTime");
	const struct tree_node *date = tree_child(t, "Date");
	const struct tree_node *time = tree_child(t, "Time");
	uint32_t hour, minute, second;
	int64_t days;

	if (!answers(body, ONVIF_CLOCK) || date == NULL ||
	    !number(tree_text_at(time, "Hour"), &hour) || hour > 23 ||
	    !number(tree_text_at(time, "Minute"), &minute) || minute > 59 ||
	    !number(tree_text_at(time, "Second"), &second) || second > 60 ||
	    !civil_days(number_at(date, "Year"), number_at(date, "Month"),
		number_at(date, "Day"), &days))
		return false;
	*utc_us_out =
	    (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000000ll;
	return true;
}

bool
onvif_services(const struct tree_node *body, struct onvif_services *out)
{
	const struct tree_node *s = tree_child(body, "Service");

	*out = (struct onvif_services){ "", "" };
	if (!answers(body, ONVIF_SERVICES))
		return false;
	for (; s != NULL; s = tree_again(s)) {
		const char *space = tree_text_at(s, "Namespace");

		if (strcmp(space, MEDIA) == 0)
			out->media = tree_text_at(s, "XAddr");
		else if (strcmp(space, MEDIA2) == 0)
			out->media2 = tree_text_at(s, "XAddr");
	}
	return *out->media != '\0' || *out->media2 != '\0';
}

bool
onvif_capabilities(const struct tree_node *body, struct onvif_services *out)
{
	*out = (struct onvif_services){ "", "" };
	if (!answers(body, ONVIF_CAPABILITIES))
		return false;
	out->media = tree_text_at(body, "Capabilities/Media/XAddr");
	return *out->media != '\0';
}

bool
onvif_identity(const struct tree_node *body, struct device_result *out)
{
	if (!answers(body, ONVIF_IDENTITY))
		return false;
#define TAKE(member, element)                                                  \
	wash_copy(out->member, sizeof(out->member), tree_text_at(body, element))
	TAKE(manufacturer, "Manufacturer");
	TAKE(model, "Model");
	TAKE(firmware, "FirmwareVersion");
	TAKE(serial, "SerialNumber");
	TAKE(hardware, "HardwareId");
#undef TAKE
	return true;
}

/* --- profiles: in Media2 the same things stand in other places */

static const struct tree_node *
part(const struct tree_node *profile, const char *media2, const char *media)
{
	const struct tree_node *n =
	    tree_child(tree_child(profile, "Configurations"), media2);

	return n != NULL ? n : tree_child(profile, media);
}

static uint16_t
side(const struct tree_node *encoder, const char *path)
{
	uint32_t v = number_at(encoder, path);

	return v <= LIMIT_SIDE ? (uint16_t)v : 0;
}

static void
read_profile(const struct tree_node *p, struct device_stream *s)
{
	const struct tree_node *encoder =
	    part(p, "VideoEncoder", "VideoEncoderConfiguration");
	const struct tree_node *source =
	    part(p, "VideoSource", "VideoSourceConfiguration");

	memset(s, 0, sizeof(*s));
	wash_copy(s->token, sizeof(s->token), tree_attribute_of(p, "token"));
	wash_copy(s->name, sizeof(s->name), tree_text_at(p, "Name"));
	wash_copy(s->source, sizeof(s->source),
	    tree_text_at(source, "SourceToken"));
	wash_copy(s->encoding, sizeof(s->encoding),
	    tree_text_at(encoder, "Encoding"));
	s->width = side(encoder, "Resolution/Width");
	s->height = side(encoder, "Resolution/Height");
	s->fps_milli =
	    1000 * (number_at(encoder, "RateControl/FrameRateLimit") % 1000);
	s->kbps = number_at(encoder, "RateControl/BitrateLimit");
	s->ptz = part(p, "PTZ", "PTZConfiguration") != NULL;
}

/* A profile of sound or metadata alone has neither. */
static bool
has_picture(const struct tree_node *p)
{
	return part(p, "VideoEncoder", "VideoEncoderConfiguration") != NULL ||
	       part(p, "VideoSource", "VideoSourceConfiguration") != NULL;
}

bool
onvif_profiles(const struct tree_node *body, struct device_stream *out,
    uint32_t most, uint32_t *count_out, uint32_t *more_out)
{
	const struct tree_node *p = tree_child(body, "Profiles");

	*count_out = *more_out = 0;
	if (!answers(body, ONVIF_PROFILES))
		return false;
	for (; p != NULL; p = tree_again(p)) {
		if (!has_picture(p) || *tree_attribute_of(p, "token") == '\0')
			continue;
		if (*count_out == most)
			++*more_out;
		else
			read_profile(p, &out[(*count_out)++]);
	}
	return true;
}

const char *
onvif_uri(const struct tree_node *body)
{
	const char *uri = tree_text_at(body, "MediaUri/Uri");

	if (!answers(body, ONVIF_URI))
		return NULL;
	if (*uri == '\0')
		uri = tree_text_at(body, "Uri");
	return *uri != '\0' ? uri : NULL;
}
