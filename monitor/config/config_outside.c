/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/config/config_outside.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "monitor/config/config.h"
#include "monitor/config/config_table.h"
#include "monitor/config/config_value.h"

#define BLANKS " \t\n"

static bool
printable(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

static bool
copy(char *out, size_t size, const char *from, size_t n)
{
	if (n >= size)
		return false;
	memcpy(out, from, n);
	out[n] = '\0';
	return true;
}

/* Letters, digits, '.', '-', '_'; of an IPv6 address hex digits and ':'. */
static bool
host_good(const char *host, bool brackets)
{
	const char *allowed = brackets ? "0123456789abcdefABCDEF:."
				       : "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789.-_";

	return host[0] != '\0' && strspn(host, allowed) == strlen(host);
}

static const char *
read_port(const char *text, size_t n, uint16_t *out)
{
	char digits[8];
	int64_t port;

	*out = 0;
	if (n == 0)
		return NULL;
	if (text[0] != ':' || !copy(digits, sizeof(digits), text + 1, n - 1) ||
	    !config_value_integer(digits, &port) || port < 1 || port > 65535)
		return "its port is not one, expected like host:443";
	*out = (uint16_t)port;
	return NULL;
}

/* "127.0.0.256" is none: it would be looked up as a name. */
static bool
is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 ||
	       config_table_loopback(host);
}

const char *
config_url_read(const char *text, struct config_url *out)
{
	const char *colons = strstr(text, "://");
	const char *host, *end, *stop;
	bool brackets;

	memset(out, 0, sizeof(*out));
	if (!printable(text) || colons == NULL ||
	    !copy(out->scheme, sizeof(out->scheme), text,
		(size_t)(colons - text)))
		return "not a URL, expected like scheme://host:port";
	host = colons + 3;
	stop = host + strcspn(host, "/?#");
	if (memchr(host, '@', (size_t)(stop - host)) != NULL)
		return "a user in the URL is shown wherever the URL is; not "
		       "accepted";
	if (strchr(stop, '#') != NULL)
		return "a URL with #, expected none";
	brackets = host[0] == '[';
	end = brackets ? strchr(host, ']') : host + strcspn(host, ":/?");
	if (end == NULL || end > stop ||
	    !copy(out->host, sizeof(out->host), host + brackets,
		(size_t)(end - host) - brackets) ||
	    !host_good(out->host, brackets))
		return "its host is not one, expected a name or an address";
	end += brackets;
	if (!copy(out->path, sizeof(out->path), stop, strlen(stop)))
		return "its path is too long";
	out->loopback = is_loopback(out->host);
	return read_port(end, (size_t)(stop - end), &out->port);
}

static const char *
read_url(const char *text, struct config_url *out)
{
	const char *why = config_url_read(text, out);

	if (why == NULL && strchr(out->path, '?') != NULL)
		why = "a URL with ?, expected none";
	return why;
}

const char *
config_mail_server(const char *text, struct config_mail *out)
{
	static const char kinds[] =
	    "expected smtp://host, smtps://host or smtp+plain://host";
	const char *why;

	memset(out, 0, sizeof(*out));
	why = read_url(text, &out->url);
	if (why != NULL)
		return why;
	out->implicit_tls = strcmp(out->url.scheme, "smtps") == 0;
	out->plain = strcmp(out->url.scheme, "smtp+plain") == 0;
	if (!out->implicit_tls && !out->plain &&
	    strcmp(out->url.scheme, "smtp") != 0)
		return kinds;
	if (out->url.path[0] != '\0' && strcmp(out->url.path, "/") != 0)
		return kinds;
	if (out->url.port == 0)
		out->url.port = out->implicit_tls ? 465 : out->plain ? 25 : 587;
	return NULL;
}

bool
config_mail_address(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at != text && at[1] != '\0' &&
	       strchr(at + 1, '@') == NULL && strlen(text) < 255 &&
	       printable(text) && strpbrk(text, "<>,;:\"\\()[]") == NULL;
}

bool
config_mail_next(const char **at, char out[256])
{
	const char *p = *at + strspn(*at, "," BLANKS);
	size_t n = strcspn(p, "," BLANKS);

	*at = p + n;
	return n > 0 && copy(out, 256, p, n);
}

const char *
config_mail_list(const char *text)
{
	char one[256];
	unsigned count = 0;

	while (config_mail_next(&text, one)) {
		if (!config_mail_address(one))
			return "not a list of mail addresses, expected like "
			       "'chief@example.org, auditor@example.org'";
		if (++count > CONFIG_MAILS)
			return "more than 32 addresses, expected a list "
			       "address";
	}
	return text[strspn(text, "," BLANKS)] != '\0' ? "an address is too long"
						      : NULL;
}

/* --- witnesses */

/* Three checkpoints, and the way there and back. */
int64_t
config_witness_missed_us(const struct monitor_config *config)
{
	return 3 * config->checkpoint_every_us + INT64_C(30000000);
}

/* name+hash+key, as C2SP signed-note writes a verifier key. */
static bool
key_shape(const char *key)
{
	const char *plus = strchr(key, '+');

	return plus != NULL && plus != key &&
	       strspn(plus + 1, "0123456789abcdefABCDEF") == 8 &&
	       plus[9] == '+' && plus[10] != '\0' &&
	       strspn(plus + 10, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789+/=") ==
		   strlen(plus + 10);
}

static const char *
read_http(struct config_witness *w)
{
	bool tls = strcmp(w->url.scheme, "https") == 0;

	w->kind = WITNESS_HTTP;
	if (w->url.port == 0)
		w->url.port = tls ? 443 : 80;
	if (!tls && !w->url.loopback)
		return "a witness over http:// could be anybody, expected "
		       "https:// (http:// only of loopback)";
	if (!key_shape(w->key))
		return "a witness's URL without its public key, expected "
		       "'https://host name+hash+key' as `camwarden ledger "
		       "witness` prints it";
	return NULL;
}

static const char *
read_syslog(struct config_witness *w, bool tcp)
{
	w->kind = tcp ? WITNESS_SYSLOG_TCP : WITNESS_SYSLOG_UDP;
	if (w->url.port == 0)
		w->url.port = tcp ? 601 : 514;
	if (w->url.path[0] != '\0' && strcmp(w->url.path, "/") != 0)
		return "a syslog URL with a path, expected "
		       "syslog+tcp://host:port";
	return NULL;
}

static const char *
read_one(char *text, struct config_witness *w)
{
	static const char kinds[] =
	    "expected https://host KEY, syslog://host, syslog+tcp://host, "
	    "file:///folder or mail";
	size_t n = strcspn(text, BLANKS);
	char *key = text + n + strspn(text + n, BLANKS);
	const char *why;

	memset(w, 0, sizeof(*w));
	key[strcspn(key, BLANKS)] = '\0';
	if (!copy(w->name, sizeof(w->name), text, n) ||
	    !copy(w->key, sizeof(w->key), key, strlen(key)))
		return "a witness is too long";
	if (strcmp(w->name, "mail") == 0) {
		w->kind = WITNESS_MAIL;
		return w->key[0] != '\0' ? kinds : NULL;
	}
	if (strncmp(w->name, "file:///", 8) == 0) {
		w->kind = WITNESS_FILE;
		return w->key[0] == '\0' && printable(w->name) &&
			       copy(w->folder, sizeof(w->folder), w->name + 7,
				   strlen(w->name + 7))
			   ? NULL
			   : kinds;
	}
	why = read_url(w->name, &w->url);
	if (why != NULL)
		return why;
	if (strcmp(w->url.scheme, "https") == 0 ||
	    strcmp(w->url.scheme, "http") == 0)
		return read_http(w);
	if (w->key[0] != '\0')
		return kinds;
	if (strcmp(w->url.scheme, "syslog") == 0)
		return read_syslog(w, false);
	if (strcmp(w->url.scheme, "syslog+tcp") == 0)
		return read_syslog(w, true);
	return kinds;
}

const char *
config_witnesses_read(const char *text,
    struct config_witness out[CONFIG_WITNESSES], unsigned *count_out)
{
	char one[CONFIG_URL_BYTES + CONFIG_KEY_BYTES];
	unsigned count = 0;

	*count_out = 0;
	for (;;) {
		const char *why;
		size_t n;

		text += strspn(text, "," BLANKS);
		if (*text == '\0')
			break;
		n = strcspn(text, ",");
		if (count == CONFIG_WITNESSES)
			return "more than 8 witnesses";
		if (!copy(one, sizeof(one), text, n))
			return "a witness is too long";
		why = read_one(one, &out[count]);
		if (why != NULL)
			return why;
		for (unsigned i = 0; i < count; i++)
			if (strcmp(out[i].name, out[count].name) == 0)
				return "a witness is named twice";
		count++;
		text += n;
	}
	*count_out = count;
	return NULL;
}
