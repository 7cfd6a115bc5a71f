/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_channels.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/hex.h"
#include "monitor/courier/mail_text.h"
#include "monitor/message/message.h"
#include "monitor/monitor_outside.h"
#include "monitor/zone.h"

_Static_assert(COURIER_TRUSTS >= CHANNELS_TRUST(CONFIG_CHANNELS),
    "each channel may have authorities of its own");

int
channels_find(const struct monitor *m, const char *name)
{
	const struct config_alerts *a = &m->config.alerts;

	for (uint32_t i = 0; i < a->channel_count; i++)
		if (strcmp(a->channels[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool
channels_secret(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd >= 0 ? read(fd, out, size - 1) : -1;

	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return n >= 0;
}

void
channels_trust(const struct monitor *m, struct courier_trust *out)
{
	const struct config_alerts *a = &m->config.alerts;

	memset(out, 0, sizeof(*out));
	out->files[CHANNELS_TRUST_MAIL] = m->config.mail_ca_file;
	for (uint32_t i = 0; i < a->channel_count; i++)
		out->files[CHANNELS_TRUST(i)] = a->channels[i].ca_file;
}

/* --- secrets that a server may say back to us */

#define SECRET_LEAST 4u

static void
mask(char *text, const char *secret)
{
	size_t n = strlen(secret), length = strlen(text), cut;

	if (n < SECRET_LEAST)
		return;
	for (char *p = text; (p = strstr(p, secret)) != NULL; p += n)
		memset(p, '*', n);
	/* Answers are cut somewhere: in it, perhaps. */
	for (cut = n < length ? n : length; cut >= SECRET_LEAST; cut--)
		if (memcmp(text + length - cut, secret, cut) == 0)
			memset(text + length - cut, '*', cut);
}

void
channels_redact(const struct monitor *m, unsigned channel, char *text)
{
	const struct config_channel *c = &m->config.alerts.channels[channel];
	const char *const files[] = { c->url_file, c->authorization_file,
		c->secret_file, c->password_file };
	char secret[CHANNEL_SECRET_BYTES];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *blank;

		if (files[i][0] == '\0' ||
		    !channels_secret(files[i], secret, sizeof(secret)))
			continue;
		mask(text, secret);
		/* "Bearer abc" */
		blank = strrchr(secret, ' ');
		if (blank != NULL)
			mask(text, blank + 1);
		/* .. and of a URL what comes behind its host. */
		if (i == 0 && strstr(secret, "://") != NULL) {
			const char *path = strstr(secret, "://") + 3;

			path += strcspn(path, "/");
			mask(text, path);
		}
	}
	explicit_bzero(secret, sizeof(secret));
}

/* --- mail */

const char *
channels_mail(const struct monitor *m, struct courier_job *j)
{
	struct config_mail mail;

	if (config_mail_server(m->config.mail_server, &mail) != NULL)
		return "mail.server is not set any more";
	j->kind = COURIER_MAIL;
	j->trust = CHANNELS_TRUST_MAIL;
	j->tls = mail.plain	     ? COURIER_TLS_NEVER
		 : mail.implicit_tls ? COURIER_TLS_ALWAYS
				     : COURIER_TLS_START;
	snprintf(j->host, sizeof(j->host), "%s", mail.url.host);
	j->port = mail.url.port;
	snprintf(j->from, sizeof(j->from), "%s", m->config.mail_from);
	snprintf(j->user, sizeof(j->user), "%s", m->config.mail_user);
	if (j->user[0] != '\0' && !channels_secret(m->config.mail_password_file,
				      j->password, sizeof(j->password)))
		return "mail.password_file can't be read";
	return NULL;
}

void
channels_headers(const struct monitor *m, struct courier_job *j,
    int64_t delivery, const char *subject, int64_t made_utc, const char *thread)
{
	const char *name = m->outside->record.name;
	const char *slash = strchr(name, '/'), *at;
	char date[64], id[NOTE_NAME + 64], host[NOTE_NAME + 300];

	at = strchr(m->config.mail_from, '@');
	snprintf(host, sizeof(host), "%s@%s", slash != NULL ? slash + 1 : "0",
	    at != NULL ? at + 1 : "camwarden");
	mail_text_date(date, sizeof(date), made_utc);
	mail_text_header(j->headers, sizeof(j->headers), "Date", date);
	mail_text_header(j->headers, sizeof(j->headers), "From", j->from);
	mail_text_addresses(j->headers, sizeof(j->headers), "To", j->to);
	mail_text_header(j->headers, sizeof(j->headers), "Subject", subject);
	/* RFC 5322 forbids encoding it: one that is too long is left out. */
	if (snprintf(id, sizeof(id), "<%lld.%s>", (long long)delivery, host) <
	    70)
		mail_text_header(j->headers, sizeof(j->headers), "Message-ID",
		    id);
	if (thread[0] != '\0' &&
	    snprintf(id, sizeof(id), "<%s.%s>", thread, host) < 70)
		mail_text_header(j->headers, sizeof(j->headers), "References",
		    id);
	mail_text_header(j->headers, sizeof(j->headers), "Auto-Submitted",
	    "auto-generated");
}

static void
take_picture(void *arg, const struct store_picture *p)
{
	struct channel_job *j = arg;

	if (p->length > COURIER_PICTURE_BYTES)
		return;
	j->picture = malloc(p->length + 1);
	if (j->picture == NULL)
		return;
	memcpy(j->picture, p->png, p->length);
	j->job.picture = (struct span){ j->picture, p->length };
}

/* Of its feed as it is now: one that may have none any more has none. */
static void
find_picture(struct monitor *m, const struct notice *n, struct channel_job *j)
{
	const struct watched_feed *f;
	uint8_t uuid[16];
	bool found = false;

	if (n->picture == 0 || !uuid_read(n->feed, uuid))
		return;
	f = monitor_feed_find(m, uuid);
	if (f != NULL && !f->no_picture)
		store_read_evidence(m->reader, n->picture, STORE_FIRST_BAD,
		    take_picture, j, &found);
}

static const char *
make_mail(struct monitor *m, const struct config_channel *c,
    const struct message *message, int64_t delivery, struct channel_job *out)
{
	const struct notice *n = message->notice;
	const char *why = channels_mail(m, &out->job);
	char subject[MESSAGE_SUBJECT_BYTES], key[48];

	if (why != NULL)
		return why;
	snprintf(out->job.to, sizeof(out->job.to), "%s", c->to);
	message_subject(message, subject);
	notice_key(n, key);
	channels_headers(m, &out->job, delivery, subject, n->made_utc, key);
	if (c->picture)
		find_picture(m, n, out);
	message_plain(message, &out->body);
	message_html(message, out->job.picture.n > 0, &out->html);
	out->job.html =
	    (struct span){ (const uint8_t *)out->html.text, out->html.length };
	return NULL;
}

/* --- servers of channels */

static const char *
find_server(const struct config_channel *c, unsigned channel,
    struct courier_job *j, struct config_url *url)
{
	enum config_channel_kind kind = config_channel_kind(c->kind);
	char text[CONFIG_CHANNEL_URL_BYTES];
	bool secrets = c->password_file[0] != '\0' ||
		       c->authorization_file[0] != '\0' ||
		       c->secret_file[0] != '\0' || c->url_file[0] != '\0';
	const char *why;

	snprintf(text, sizeof(text), "%s", c->url);
	if (c->url_file[0] != '\0' &&
	    !channels_secret(c->url_file, text, sizeof(text)))
		return "url_file can't be read";
	why = config_channel_url(kind, text, url);
	explicit_bzero(text, sizeof(text));
	if (why != NULL)
		return c->url_file[0] != '\0' ? "what stands in url_file is no "
						"URL of this kind"
					      : why;
	j->trust = (uint8_t)CHANNELS_TRUST(channel);
	j->tls =
	    config_channel_tls(url) ? COURIER_TLS_ALWAYS : COURIER_TLS_NEVER;
	if (secrets && j->tls == COURIER_TLS_NEVER && !url->loopback)
		return "its secret would go over a way that anybody can read";
	snprintf(j->host, sizeof(j->host), "%s", url->host);
	j->port = url->port;
	snprintf(j->path, sizeof(j->path), "%s", url->path);
	return NULL;
}

static const char *
add_authorization(const struct config_channel *c, struct courier_job *j)
{
	char value[CHANNEL_SECRET_BYTES];
	size_t n = strlen(j->headers);
	bool good;

	if (c->authorization_file[0] == '\0')
		return NULL;
	if (!channels_secret(c->authorization_file, value, sizeof(value)))
		return "authorization_file can't be read";
	good =
	    snprintf(j->headers + n, sizeof(j->headers) - n,
		"Authorization: %s\n", value) < (int)(sizeof(j->headers) - n);
	explicit_bzero(value, sizeof(value));
	return good ? NULL : "its headers are too long";
}

static bool
fill(const struct message *message, const char *template, struct ink *out)
{
	static char text[MESSAGE_JSON_BYTES]; /* one thread */
	struct message_words words;
	size_t length = 0;
	bool good = message_words_make(&words, message);

	if (good)
		good = template_fill(template, words.words, words.count, text,
		    sizeof(text), &length);
	ink_bytes(out, text, length);
	explicit_bzero(text, sizeof(text)); /* a secret may be in it */
	message_words_free(&words);
	return good && !out->failed;
}

static const char *
make_webhook(const struct config_channel *c, struct message *message,
    struct channel_job *out)
{
	struct courier_job *j = &out->job;
	char secret[CHANNEL_SECRET_BYTES] = "";
	bool good;

	j->kind = COURIER_HTTP;
	j->method = strcmp(c->method, "PUT") == 0 ? COURIER_PUT : COURIER_POST;
	snprintf(j->type, sizeof(j->type), "application/json");
	snprintf(j->headers, sizeof(j->headers), "%s%s", c->headers,
	    c->headers[0] != '\0' && c->headers[strlen(c->headers) - 1] != '\n'
		? "\n"
		: "");
	if (c->secret_file[0] != '\0' &&
	    !channels_secret(c->secret_file, secret, sizeof(secret)))
		return "secret_file can't be read";
	message->secret = secret;
	good = fill(message, c->body[0] != '\0' ? c->body : message_body,
	    &out->body);
	message->secret = NULL;
	explicit_bzero(secret, sizeof(secret));
	return good ? add_authorization(c, j)
		    : "what comes of its template is too long";
}

static const char *
alertmanager_login(const struct config_channel *c, struct courier_job *j)
{
	size_t used = strlen(j->path);
	char whole[COURIER_PATH_BYTES];

	j->kind = COURIER_HTTP;
	snprintf(j->type, sizeof(j->type), "application/json");
	while (used > 0 && j->path[used - 1] == '/')
		used--;
	if (snprintf(whole, sizeof(whole), "%.*s/api/v2/alerts", (int)used,
		j->path) >= (int)sizeof(whole))
		return "its path is too long";
	memcpy(j->path, whole, sizeof(whole));
	return add_authorization(c, j);
}

const char *
channels_alertmanager(const struct monitor *m, unsigned channel,
    struct courier_job *j)
{
	const struct config_channel *c = &m->config.alerts.channels[channel];
	struct config_url url;
	const char *why = find_server(c, channel, j, &url);

	return why != NULL ? why : alertmanager_login(c, j);
}

static const char *
make_alertmanager(const struct monitor *m, const struct config_channel *c,
    const struct message *message, struct channel_job *out)
{
	ink_put(&out->body, "[");
	alertmanager_put(message, monitor_utc(m, clock_mono_us()), false,
	    &out->body);
	ink_put(&out->body, "]");
	return alertmanager_login(c, &out->job);
}

/* --- syslog */

static void
put_pair(struct ink *out, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	ink_format(out, " %s=\"", name);
	for (const char *p = value; *p != '\0';) {
		uint32_t c = ink_next(&p);

		if (c == '"' || c == '\\')
			ink_put(out, "\\");
		ink_character(out, c);
	}
	ink_put(out, "\"");
}

static const char *
make_syslog(const struct config_url *url, const struct message *message,
    struct channel_job *out)
{
	static char line[16384]; /* one thread */
	const struct notice *n = message->notice;
	char subject[MESSAGE_SUBJECT_BYTES], key[48];
	struct ink text = { 0 };
	struct syslog_line l = { .facility = MAIL_TEXT_ALERT,
		.severity = message_syslog_severity(n),
		.utc_us = n->made_utc,
		.host = message->host,
		.id = notice_kind_name(n->kind) };

	out->job.kind = strcmp(url->scheme, "syslog") == 0 ? COURIER_LINE_UDP
							   : COURIER_LINE_TCP;
	message_subject(message, subject);
	notice_key(n, key);
	ink_put(&text, subject);
	put_pair(&text, "key", key);
	put_pair(&text, "severity", notice_severity_name(n->severity));
	put_pair(&text, "cause", cause_name(n->cause));
	put_pair(&text, "place", n->place);
	put_pair(&text, "to", n->to);
	put_pair(&text, "url", n->url);
	l.text = text.text != NULL ? text.text : "";
	ink_bytes(&out->body, line, mail_text_syslog(line, sizeof(line), &l));
	ink_free(&text);
	return NULL;
}

/* --- MQTT */

static struct courier_publish *
add_publish(struct courier_job *j, bool retain, struct span payload,
    const char *prefix, const char *behind)
{
	struct courier_publish *p = &j->publishes[j->publish_count++];

	p->retain = retain;
	p->payload = payload;
	snprintf(p->topic, sizeof(p->topic), "%s/%s", prefix, behind);
	return p;
}

static const char *
mqtt_login(const struct monitor *m, const struct config_channel *c,
    struct courier_job *j)
{
	const char *slash = strchr(m->outside->record.name, '/');

	j->kind = COURIER_MQTT;
	j->path[0] = '\0';
	snprintf(j->client, sizeof(j->client), "camwarden-%.12s-%.30s",
	    slash != NULL ? slash + 1 : "0", c->name);
	snprintf(j->status, sizeof(j->status), "%s/status", c->topic);
	snprintf(j->user, sizeof(j->user), "%s", c->user);
	if (c->password_file[0] != '\0' &&
	    !channels_secret(c->password_file, j->password,
		sizeof(j->password)))
		return "password_file can't be read";
	return NULL;
}

const char *
channels_broker(const struct monitor *m, unsigned channel,
    struct courier_job *j)
{
	const struct config_channel *c = &m->config.alerts.channels[channel];
	struct config_url url;
	const char *why = find_server(c, channel, j, &url);

	return why != NULL ? why : mqtt_login(m, c, j);
}

/* Each notice once, and what is the matter now for whoever comes later. */
static const char *
make_mqtt(const struct monitor *m, const struct config_channel *c,
    const struct message *message, struct channel_job *out)
{
	const struct notice *n = message->notice;
	const char *why = mqtt_login(m, c, &out->job);
	struct span text;
	char key[48], topic[64];

	if (why != NULL)
		return why;
	if (!fill(message, message_body, &out->body))
		return "memory is out";
	text =
	    (struct span){ (const uint8_t *)out->body.text, out->body.length };
	add_publish(&out->job, false, text, c->topic, "notice");
	if (n->alert == 0)
		return NULL;
	notice_key(n, key);
	snprintf(topic, sizeof(topic), "alert/%s", key);
	/* An empty one is no longer retained. */
	add_publish(&out->job, true,
	    n->kind == NOTICE_RESOLVED ? (struct span){ 0 } : text, c->topic,
	    topic);
	return NULL;
}

/* --- all of them */

static const char *
make_of_kind(struct monitor *m, unsigned channel, struct message *message,
    int64_t delivery, struct channel_job *out)
{
	const struct config_channel *c = &m->config.alerts.channels[channel];
	enum config_channel_kind kind = config_channel_kind(c->kind);
	struct config_url url;
	const char *why;

	if (kind == CHANNEL_MAIL)
		return make_mail(m, c, message, delivery, out);
	why = find_server(c, channel, &out->job, &url);
	if (why != NULL)
		return why;
	switch (kind) {
	case CHANNEL_WEBHOOK:
		return make_webhook(c, message, out);
	case CHANNEL_ALERTMANAGER:
		return make_alertmanager(m, c, message, out);
	case CHANNEL_SYSLOG:
		return make_syslog(&url, message, out);
	case CHANNEL_MQTT:
		return make_mqtt(m, c, message, out);
	case CHANNEL_MAIL:
		break;
	}
	return "its kind is none";
}

void
channels_message(struct monitor *m, const struct notice *n, struct message *out,
    char host[256])
{
	const struct monitor_config *c = &m->config;
	const char *language = c->alerts.language[0] != '\0'
				   ? c->alerts.language
				   : c->report_language;
	int64_t at = n->since_utc != 0 ? n->since_utc : n->made_utc;

	*out = (struct message){ .notice = n, .host = host, .zone = n->zone };
	if (gethostname(host, 255) != 0)
		snprintf(host, 256, "?");
	if (!report_words_language(language, &out->language))
		out->language = REPORT_ENGLISH;
	if (n->zone[0] != '\0')
		out->offset_s =
		    zone_offset(monitor_zone(m, n->zone), at / US_PER_S);
}

const char *
channels_make(struct monitor *m, unsigned channel, const struct notice *n,
    int64_t delivery, struct channel_job *out)
{
	char host[256] = "";
	struct message message;
	const char *why;

	memset(out, 0, sizeof(*out));
	channels_message(m, n, &message, host);
	why = make_of_kind(m, channel, &message, delivery, out);
	if (out->body.failed || out->html.failed)
		why = "memory is out";
	out->job.body =
	    (struct span){ (const uint8_t *)out->body.text, out->body.length };
	if (out->job.kind == COURIER_MQTT)
		out->job.body = (struct span){ 0 }; /* it is in publishes */
	return why;
}

void
channels_drop(struct channel_job *j)
{
	if (j->body.text != NULL)
		explicit_bzero(j->body.text, j->body.length);
	ink_free(&j->body);
	ink_free(&j->html);
	free(j->picture);
	explicit_bzero(&j->job, sizeof(j->job));
	j->picture = NULL;
}
