/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/lists/source.h"

#include <stdio.h>
#include <string.h>

#include "camwarden/wire.h"

#define BLANKS " \t\r\n"
#define COMMAND_BYTES 4096u /* of a word; a longer one is no URL */

static const struct {
	const char *theirs, *ours; /* beginnings */
	uint8_t transport;
} schemes[] = {
	{ "rtsp://", "rtsp://", WIRE_TRANSPORT_AUTO },
	{ "rtsps://", "rtsps://", WIRE_TRANSPORT_AUTO },
	{ "rtspx://", "rtsps://", WIRE_TRANSPORT_AUTO },
	{ "rtsp+http://", "rtsp://", WIRE_TRANSPORT_HTTP },
	{ "http://", "http://", WIRE_TRANSPORT_AUTO },
	{ "https://", "https://", WIRE_TRANSPORT_AUTO },
	{ "httpx://", "https://", WIRE_TRANSPORT_AUTO },
	{ "rtmp://", "rtmp://", WIRE_TRANSPORT_AUTO },
	{ "rtmps://", "rtmps://", WIRE_TRANSPORT_AUTO },
	{ "srt://", "srt://", WIRE_TRANSPORT_AUTO },
	{ "udp://", "udp://", WIRE_TRANSPORT_AUTO },
	{ "udp+mpegts://", "udp://", WIRE_TRANSPORT_AUTO },
	{ "tcp://", "tcp://", WIRE_TRANSPORT_AUTO },
};

/* What else a source may be. */
static const struct {
	const char *begins, *why;
} others[] = {
	{ "echo:", "what a program prints" },
	{ "expr:", "what an expression gives" },
	{ "device?", "a device of that machine" },
	{ "virtual?", "a test picture" },
	{ "v4l2:", "a device of that machine" },
	{ "rpiCamera", "a camera of that machine" },
	{ "publisher", "what others publish there" },
	{ "homekit:", "a HomeKit camera" },
	{ "hass:", "a camera of Home Assistant" },
	{ "onvif://", "an ONVIF device (camwarden devices discover)" },
	{ "dvrip://", "a stream by DVRIP" },
	{ "bubble://", "a stream by the Bubble protocol" },
	{ "isapi://", "sound for a Hikvision camera" },
	{ "tapo://", "a Tapo camera by its own protocol" },
	{ "kasa://", "a Kasa camera by its own protocol" },
	{ "vigi://", "a VIGI camera by its own protocol" },
	{ "nest:", "a camera in Google's cloud" },
	{ "ring:", "a camera in Ring's cloud" },
	{ "roborock:", "a Roborock device" },
	{ "doorbird:", "a DoorBird by its own protocol" },
	{ "webrtc:", "a stream by WebRTC" },
	{ "webtorrent:", "a stream by WebTorrent" },
	{ "whep://", "a stream by WebRTC" },
	{ "wheps://", "a stream by WebRTC" },
	{ "gopro://", "a GoPro" },
	{ "multitrans:", "sound for a camera" },
};

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void
other(struct source *out, const char *why)
{
	out->kind = SOURCE_OTHER;
	out->why = why;
}

static void
url(struct source *out, const char *scheme, const char *rest, size_t n)
{
	if ((size_t)snprintf(out->text, sizeof(out->text), "%s%.*s", scheme,
		(int)n, rest) >= sizeof(out->text))
		other(out, "a URL that is too long");
	else
		out->kind = SOURCE_URL;
}

static void
stream(struct source *out, const char *name, size_t n)
{
	if (n == 0 || n >= sizeof(out->text)) {
		other(out, "nothing that has a name");
		return;
	}
	out->kind = SOURCE_STREAM;
	memcpy(out->text, name, n);
	out->text[n] = '\0';
}

void
source_read(const char *text, bool hash, struct source *out)
{
	bool ffmpeg;
	size_t n;

	*out = (struct source){ .transport = WIRE_TRANSPORT_AUTO };
	text += strspn(text, BLANKS);
	ffmpeg = begins(text, "ffmpeg:");
	if (ffmpeg)
		text += strlen("ffmpeg:");
	n = hash ? strcspn(text, "#") : strlen(text);
	while (n > 0 && strchr(BLANKS, text[n - 1]) != NULL)
		n--;
	if (n >= LIMIT_URL_BYTES) {
		other(out, "a URL that is too long");
		return;
	}
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t k = strlen(schemes[i].theirs);

		if (!begins(text, schemes[i].theirs) || n < k)
			continue;
		out->transport = schemes[i].transport;
		url(out, schemes[i].ours, text + k, n - k);
		return;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (begins(text, others[i].begins)) {
			other(out, others[i].why);
			return;
		}
	if (ffmpeg)
		stream(out, text, n);
	else
		other(out, "nothing that camwarden opens");
}

/* --- programs that are run */

static bool
is_url(const char *text)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (begins(text, schemes[i].theirs))
			return true;
	return false;
}

bool
source_is_command(const char *text)
{
	size_t n;

	text += strspn(text, BLANKS);
	n = strcspn(text, BLANKS);
	if (begins(text, "exec:"))
		return true;
	for (size_t i = 0; i < n; i++)
		if (begins(text + i, "://"))
			return false;
	return text[n + strspn(text + n, BLANKS)] != '\0';
}

/* The next word as a shell has it, without its quotes; "": it is too long.
 * NULL: there is none, else what stands behind it. */
static const char *
word(const char *p, char *out, size_t size)
{
	char quote = '\0';
	size_t n = 0;

	p += strspn(p, BLANKS);
	if (*p == '\0')
		return NULL;
	for (; *p != '\0' && (quote != '\0' || strchr(BLANKS, *p) == NULL);
	     p++) {
		if (quote == '\0' ? *p == '"' || *p == '\'' : *p == quote) {
			quote = quote == '\0' ? *p : '\0';
			continue;
		}
		if (*p == '\\' && quote != '\'' && p[1] != '\0')
			p++;
		if (n + 1 < size)
			out[n] = *p;
		n++;
	}
	out[n < size ? n : 0] = '\0';
	return p;
}

struct command {
	char *url; /* of LIMIT_URL_BYTES */
	unsigned urls;
	uint8_t transport;
};

static void
take_input(struct command *c, const char *text)
{
	if (!is_url(text) || strlen(text) >= LIMIT_URL_BYTES ||
	    (c->urls > 0 && strcmp(c->url, text) == 0))
		return;
	if (c->urls++ == 0)
		snprintf(c->url, LIMIT_URL_BYTES, "%s", text);
}

static void
take_transport(struct command *c, const char *text)
{
	if (strcmp(text, "tcp") == 0)
		c->transport = WIRE_TRANSPORT_TCP;
	else if (strcmp(text, "udp") == 0)
		c->transport = WIRE_TRANSPORT_UDP;
}

static void
read_command(struct command *c, const char *text, bool within)
{
	char one[COMMAND_BYTES], before[32] = "";

	while ((text = word(text, one, sizeof(one))) != NULL) {
		if (strcmp(before, "-i") == 0)
			take_input(c, one);
		else if (begins(one, "location="))
			take_input(c, one + strlen("location="));
		else if (strcmp(before, "-rtsp_transport") == 0)
			take_transport(c, one);
		else if (strcmp(before, "-c") == 0 && !within)
			read_command(c, one, true); /* sh -c ".." */
		snprintf(before, sizeof(before), "%.31s", one);
	}
}

const char *
source_command(const char *text, char out[LIMIT_URL_BYTES],
    uint8_t *transport_out)
{
	struct command c = { .url = out, .transport = WIRE_TRANSPORT_AUTO };

	text += strspn(text, BLANKS);
	if (begins(text, "exec:"))
		text += strlen("exec:");
	read_command(&c, text, false);
	*transport_out = c.transport;
	return c.urls == 1 ? NULL
	       : c.urls == 0
		   ? "a program sends it, whose command names no camera's URL"
		   : "a program makes it of several streams";
}

/* --- what stands for a secret */

struct filling {
	char *out;
	size_t n, size;
	bool credentials; /* before the '@' of a URL */
	const struct lists_env *env;
};

static bool
put(struct filling *f, char c)
{
	if (f->n + 1 >= f->size)
		return false;
	f->out[f->n++] = c;
	return true;
}

static bool
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || strchr("-._~%", c) != NULL;
}

static bool
put_value(struct filling *f, const char *value, size_t n)
{
	char code[4];
	bool fits = true;

	for (size_t i = 0; i < n && fits; i++) {
		if (!f->credentials || plain(value[i])) {
			fits = put(f, value[i]);
			continue;
		}
		snprintf(code, sizeof(code), "%%%02X",
		    (unsigned)(unsigned char)value[i]);
		fits = put(f, code[0]) && put(f, code[1]) && put(f, code[2]);
	}
	return fits;
}

/* The length of "{FRIGATE_X}" or "${X}" at p, 0: none stands there; its name
 * begins at *name. */
static size_t
placeholder(const char *p, const char **name)
{
	size_t n;

	if (begins(p, "{FRIGATE_"))
		*name = p + 1;
	else if (begins(p, "${"))
		*name = p + 2;
	else
		return 0;
	n = strcspn(*name, "}{");
	return (*name)[n] == '}' ? (size_t)(*name - p) + n + 1 : 0;
}

/* Between "://" and an '@' without a '/' on the way. */
static bool
in_credentials(const char *text, const char *p)
{
	const char *slashes = strstr(text, "://");
	size_t n = strcspn(p, "@/");

	return slashes != NULL && slashes < p && p[n] == '@' &&
	       memchr(slashes + 3, '/', (size_t)(p - slashes - 3)) == NULL;
}

static enum source_filled
fill_one(struct filling *f, const char *name, size_t n, char name_out[64])
{
	size_t k = strcspn(name, ":}");
	const char *value;

	snprintf(name_out, 64, "%.*s", (int)(k < 63 ? k : 63), name);
	value = f->env != NULL && k < 64 ? f->env->find(f->env->arg, name_out)
					 : NULL;
	if (value != NULL)
		return put_value(f, value, strlen(value)) ? SOURCE_FILLED
							  : SOURCE_TOO_LONG;
	if (k == n)
		return SOURCE_UNKNOWN;
	return put_value(f, name + k + 1, n - k - 1) ? SOURCE_FILLED
						     : SOURCE_TOO_LONG;
}

enum source_filled
source_fill(const char *text, const struct lists_env *env, char *out,
    size_t size, char name_out[64])
{
	struct filling f = { .out = out, .size = size, .env = env };
	const char *name;

	for (const char *p = text; *p != '\0';) {
		size_t n = placeholder(p, &name);
		enum source_filled r = SOURCE_FILLED;

		f.credentials = n > 0 && in_credentials(text, p);
		if (n > 0)
			r = fill_one(&f, name, n - (size_t)(name - p) - 1,
			    name_out);
		else if (!put(&f, *p))
			r = SOURCE_TOO_LONG;
		if (r != SOURCE_FILLED)
			return r;
		p += n > 0 ? n : 1;
	}
	out[f.n] = '\0';
	return SOURCE_FILLED;
}
