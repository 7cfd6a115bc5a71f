/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/config/config_channel.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "monitor/message/message.h"

#define BIT(kind) (1u << (kind))
#define HTTP (BIT(CHANNEL_WEBHOOK) | BIT(CHANNEL_ALERTMANAGER))
#define SERVERS (HTTP | BIT(CHANNEL_MQTT) | BIT(CHANNEL_SYSLOG))

/* What a kind's URLs begin with, and their usual ports. */
static const struct scheme {
	enum config_channel_kind kind;
	const char *name;
	uint16_t port;
	bool tls;
} schemes[] = {
	{ CHANNEL_WEBHOOK, "https", 443, true },
	{ CHANNEL_WEBHOOK, "http", 80, false },
	{ CHANNEL_ALERTMANAGER, "https", 443, true },
	{ CHANNEL_ALERTMANAGER, "http", 80, false },
	{ CHANNEL_MQTT, "mqtts", 8883, true },
	{ CHANNEL_MQTT, "mqtt", 1883, false },
	{ CHANNEL_SYSLOG, "syslog+tls", 6514, true },
	{ CHANNEL_SYSLOG, "syslog+tcp", 601, false },
	{ CHANNEL_SYSLOG, "syslog", 514, false },
};
#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

static const char *const expected[CHANNEL_KINDS] = {
	[CHANNEL_WEBHOOK] = "https://host/path or http://host/path",
	[CHANNEL_ALERTMANAGER] = "https://host or http://host:9093",
	[CHANNEL_MQTT] = "mqtts://host or mqtt://host",
	[CHANNEL_SYSLOG] =
	    "syslog+tls://host, syslog+tcp://host or syslog://host",
};

bool
config_channel_tls(const struct config_url *url)
{
	for (size_t i = 0; i < SCHEMES; i++)
		if (strcmp(schemes[i].name, url->scheme) == 0)
			return schemes[i].tls;
	return false;
}

const char *
config_channel_url(enum config_channel_kind kind, const char *text,
    struct config_url *out)
{
	const char *why = config_url_read(text, out);
	const struct scheme *s = schemes;
	bool http = (BIT(kind) & HTTP) != 0;
	char path[sizeof(out->path)];

	if (why != NULL)
		return why;
	while (s < schemes + SCHEMES &&
	       (s->kind != kind || strcmp(s->name, out->scheme) != 0))
		s++;
	if (s == schemes + SCHEMES)
		return expected[kind] != NULL ? expected[kind] : "none";
	if (out->port == 0)
		out->port = s->port;
	if (!http)
		return out->path[0] != '\0' && strcmp(out->path, "/") != 0
			   ? expected[kind]
			   : NULL;
	if (kind == CHANNEL_ALERTMANAGER && strchr(out->path, '?') != NULL)
		return expected[kind];
	/* "https://host?a=b" has the path "/". */
	if (out->path[0] == '/')
		return NULL;
	snprintf(path, sizeof(path), "%s", out->path);
	if ((size_t)snprintf(out->path, sizeof(out->path), "/%s", path) >=
	    sizeof(out->path))
		return "its path is too long";
	return NULL;
}

/* --- mistakes */

/* Whose keys are whose. */
static const struct owned {
	const char *key;
	unsigned kinds;
	size_t offset;
} owned[] = {
	{ "to", BIT(CHANNEL_MAIL), offsetof(struct config_channel, to) },
	{ "url", SERVERS, offsetof(struct config_channel, url) },
	{ "url_file", SERVERS, offsetof(struct config_channel, url_file) },
	{ "ca_file", SERVERS, offsetof(struct config_channel, ca_file) },
	{ "headers", BIT(CHANNEL_WEBHOOK),
	    offsetof(struct config_channel, headers) },
	{ "body", BIT(CHANNEL_WEBHOOK), offsetof(struct config_channel, body) },
	{ "authorization_file", HTTP,
	    offsetof(struct config_channel, authorization_file) },
	{ "secret_file", BIT(CHANNEL_WEBHOOK),
	    offsetof(struct config_channel, secret_file) },
	{ "user", BIT(CHANNEL_MQTT), offsetof(struct config_channel, user) },
	{ "password_file", BIT(CHANNEL_MQTT),
	    offsetof(struct config_channel, password_file) },
	{ "feeds", BIT(CHANNEL_MQTT), offsetof(struct config_channel, feeds) },
};
#define OWNED (sizeof(owned) / sizeof(owned[0]))

static bool fault(struct config_channel_fault *out, const char *key,
    const char *value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool
fault(struct config_channel_fault *out, const char *key, const char *value,
    const char *format, ...)
{
	va_list ap;

	out->key = key;
	out->value = value;
	va_start(ap, format);
	vsnprintf(out->expected, sizeof(out->expected), format, ap);
	va_end(ap);
	return true;
}

/* Lines "Name: value", printable; those that are ours are not theirs. */
static const char *
headers_fault(const char *text)
{
	static const char token[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	static const char *const ours[] = { "content-length", "host",
		"transfer-encoding", "connection", "content-type", "expect" };

	while (*text != '\0') {
		size_t n = strcspn(text, "\n"), name = strspn(text, token);

		if (name == 0 || name >= n || text[name] != ':')
			return "lines like 'Name: value'";
		for (size_t i = 0; i < n; i++)
			if (text[i] < ' ' || text[i] > '~')
				return "letters of ASCII in headers";
		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
			if (strlen(ours[i]) == name &&
			    strncasecmp(text, ours[i], name) == 0)
				return "no header that camwarden sets itself";
		text += n;
		text += *text == '\n';
	}
	return NULL;
}

static bool
body_fault(const struct config_channel *c, struct config_channel_fault *out)
{
	struct message_words words;
	struct template_fault f;
	bool good;

	if (c->body[0] == '\0')
		return false;
	if (!message_words_make(&words, NULL))
		return fault(out, "body", "", "more memory");
	good = template_check(c->body, words.words, words.count, &f);
	message_words_free(&words);
	return !good && fault(out, "body", "",
			    "JSON with {{words}} in its strings; its line %u, "
			    "column %u: %s",
			    f.line, f.column, f.why);
}

static bool
webhook_fault(const struct config_channel *c, struct config_channel_fault *out)
{
	const char *why = headers_fault(c->headers);

	if (strcmp(c->method, "POST") != 0 && strcmp(c->method, "PUT") != 0)
		return fault(out, "method", c->method, "POST or PUT");
	if (why != NULL)
		return fault(out, "headers", "", "%s", why);
	return body_fault(c, out);
}

/* No wildcards, no NUL, no empty level in front. */
static bool
is_topic(const char *text)
{
	return text[0] != '\0' && text[0] != '/' && text[0] != '$' &&
	       strpbrk(text, "+#") == NULL && text[strlen(text) - 1] != '/';
}

static bool
mqtt_fault(const struct config_channel *c, struct config_channel_fault *out)
{
	if (!is_topic(c->topic))
		return fault(out, "topic", c->topic,
		    "a topic like camwarden/centre, without + and #");
	if (!is_topic(c->discovery))
		return fault(out, "discovery", c->discovery,
		    "a topic like homeassistant");
	if (c->password_file[0] != '\0' && c->user[0] == '\0')
		return fault(out, "password_file", "", "user with it");
	return false;
}

/* What is said over a way that anybody may read. */
static bool
open_fault(const struct config_channel *c, const struct config_url *url,
    struct config_channel_fault *out)
{
	static const char why[] =
	    "a way with TLS: over %s:// a secret is anybody's";

	if (config_channel_tls(url) || url->loopback)
		return false;
	if (c->password_file[0] != '\0')
		return fault(out, "password_file", "", why, url->scheme);
	if (c->authorization_file[0] != '\0')
		return fault(out, "authorization_file", "", why, url->scheme);
	if (c->secret_file[0] != '\0')
		return fault(out, "secret_file", "", why, url->scheme);
	return false;
}

static bool
server_fault(enum config_channel_kind kind, const struct config_channel *c,
    struct config_channel_fault *out)
{
	struct config_url url;
	const char *why;

	if ((c->url[0] == '\0') == (c->url_file[0] == '\0'))
		return fault(out, "url", c->url, "url or url_file");
	if (c->url_file[0] != '\0')
		return false;
	why = config_channel_url(kind, c->url, &url);
	if (why != NULL)
		return fault(out, "url", c->url, "%s", why);
	return open_fault(c, &url, out);
}

bool
config_channel_fault(const struct config_channel *c,
    struct config_channel_fault *out)
{
	enum config_channel_kind kind = config_channel_kind(c->kind);
	const char *why;

	if (kind == 0)
		return fault(out, "kind", c->kind,
		    "mail, webhook, mqtt, alertmanager or syslog");
	for (size_t i = 0; i < OWNED; i++)
		if (((const char *)c)[owned[i].offset] != '\0' &&
		    (owned[i].kinds & BIT(kind)) == 0)
			return fault(out, owned[i].key, "",
			    "nothing: it is no key of kind %s",
			    config_channel_kind_name(kind));
	if (kind == CHANNEL_MAIL) {
		why = config_mail_list(c->to);
		return (c->to[0] == '\0' || why != NULL) &&
		       fault(out, "to", c->to, "mail addresses by comma");
	}
	return server_fault(kind, c, out) ||
	       (kind == CHANNEL_WEBHOOK && webhook_fault(c, out)) ||
	       (kind == CHANNEL_MQTT && mqtt_fault(c, out));
}
