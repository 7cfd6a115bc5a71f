/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail (SMTP) and HTTP, through libcurl's multi interface on our own
 * loop. Names come resolved; libcurl opens no file and starts no thread. */
#include "monitor/courier/job.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/curl_loop.h"
#include "common/log.h"

#define CONNECT_S 15L
#define HTTP_S 30L
#define MAIL_S 300L /* five megabytes over a slow line */
#define HEADERS_BYTES (32u << 10)

struct job_curl {
	CURL *easy;
	struct curl_slist *headers, *to, *resolve;
	curl_mime *mime;
	char error[CURL_ERROR_SIZE];
	char said[160]; /* the mail server's last line, or its refusal */
	unsigned asked; /* addresses that the mail server was asked for */
	bool asking;	/* .. the last of them just now */
	size_t headers_seen;
	off_t file_at, file_length;
	uint8_t *answer; /* owned */
	size_t answer_length;
	bool flooded; /* it said more than we listen to */
};

static struct {
	struct curl_loop *loop;
	char host[256]; /* ours, for EHLO */
} all;

/* --- the end of a transfer */

/* A redirect as far as its host: what stands behind it may be a secret. */
static void
redirect_of(struct job_curl *c, char *out, size_t size)
{
	char *url = NULL;
	const char *host;
	size_t n;

	out[0] = '\0';
	if (curl_easy_getinfo(c->easy, CURLINFO_REDIRECT_URL, &url) !=
		CURLE_OK ||
	    url == NULL)
		return;
	host = strstr(url, "://");
	n = host != NULL ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#")
			 : strcspn(url, "/?#");
	snprintf(out, size, ", a redirect to %.*s, which is not followed",
	    (int)(n < 120 ? n : 120), url);
}

/* The answer's first words, on one line. */
static void
words_of(const struct job_curl *c, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < c->answer_length && n + 1 < size; i++) {
		char letter = (char)c->answer[i];

		if (letter <= ' ' || letter > '~')
			letter = letter > '~' || letter < 0 ? '?' : ' ';
		if (letter != ' ' || (n > 0 && out[n - 1] != ' '))
			out[n++] = letter;
	}
	out[n] = '\0';
}

static void
http_ended(struct job *j, CURLcode code, long status)
{
	struct job_curl *c = j->curl;
	/* It said that it took it; whether it ever ends is no matter. */
	bool endless = status / 100 == 2 && (code == CURLE_OPERATION_TIMEDOUT ||
						code == CURLE_PARTIAL_FILE ||
						code == CURLE_RECV_ERROR);
	bool came = code == CURLE_OK || c->flooded || endless;
	bool ok = came && status / 100 == 2;
	/* 408, 425, 429: another time. A redirect for good is a settings'
	 * mistake. */
	bool lasting = (status / 100 == 4 && status != 408 && status != 425 &&
			   status != 429) ||
		       status == 301 || status == 308;
	char detail[COURIER_DETAIL_BYTES], where[180], words[121];

	curl_off_t asked_s = 0;

	if (curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &asked_s) ==
		CURLE_OK &&
	    asked_s > 0)
		j->asked_s =
		    asked_s < UINT32_MAX ? (uint32_t)asked_s : UINT32_MAX;
	redirect_of(c, where, sizeof(where));
	words_of(c, words, sizeof(words));
	if (came)
		snprintf(detail, sizeof(detail), "it answers %ld%s%s%s", status,
		    c->flooded	       ? " and more than we listen to"
		    : endless	       ? " and doesn't end"
		    : where[0] != '\0' ? where
				       : "",
		    words[0] != '\0' && !c->flooded ? ": " : "",
		    c->flooded ? "" : words);
	else
		snprintf(detail, sizeof(detail), "%.300s",
		    c->error[0] != '\0' ? c->error : curl_easy_strerror(code));
	job_end(j, ok, !ok && lasting, (unsigned)(status & 0xffff), detail,
	    c->answer, code == CURLE_OK ? c->answer_length : 0);
}

static void
mail_ended(struct job *j, CURLcode code, long status)
{
	struct job_curl *c = j->curl;
	bool ok = code == CURLE_OK;
	char detail[COURIER_DETAIL_BYTES];

	snprintf(detail, sizeof(detail), "%.200s%s%.90s",
	    ok			  ? "accepted"
	    : c->error[0] != '\0' ? c->error
				  : curl_easy_strerror(code),
	    c->said[0] != '\0' ? ": " : "", c->said);
	job_end(j, ok, !ok && status / 100 == 5, (unsigned)(status & 0xffff),
	    detail, NULL, 0);
}

static void
on_done(CURL *easy, CURLcode code)
{
	struct job *j = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&j);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (j->m.kind == COURIER_HTTP)
		http_ended(j, code, status);
	else
		mail_ended(j, code, status);
}

/* --- what servers say: bounded */

/* Whom a mail server asks to come back for: one after the other is named, and
 * each has an answer. */
static int
on_talk(CURL *easy, curl_infotype type, char *bytes, size_t n, void *arg)
{
	static const char to[] = "RCPT TO:";
	struct job *j = arg;
	struct job_curl *c = j->curl;

	(void)easy;
	if (type == CURLINFO_HEADER_OUT) {
		c->asking = n >= sizeof(to) - 1 &&
			    strncasecmp(bytes, to, sizeof(to) - 1) == 0;
		c->asked += c->asking;
	} else if (type == CURLINFO_HEADER_IN && c->asking && n > 3 &&
		   bytes[3] != '-') {
		c->asking = false;
		if (bytes[0] == '4' && c->asked <= 64)
			j->later |= 1ull << (c->asked - 1);
	}
	return 0;
}

static size_t
on_header(char *bytes, size_t one, size_t n, void *arg)
{
	struct job_curl *c = arg;
	size_t keep = n < sizeof(c->said) ? n : sizeof(c->said) - 1;

	(void)one;
	c->headers_seen += n;
	/* What comes behind a refusal is politeness. */
	if (c->said[0] == '4' || c->said[0] == '5' ||
	    (n > 3 && memcmp(bytes, "221", 3) == 0))
		return c->headers_seen > HEADERS_BYTES ? 0 : n;
	memcpy(c->said, bytes, keep);
	while (keep > 0 &&
	       (c->said[keep - 1] == '\n' || c->said[keep - 1] == '\r'))
		keep--;
	c->said[keep] = '\0';
	for (char *p = c->said; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return c->headers_seen > HEADERS_BYTES ? 0 : n;
}

static size_t
on_body(char *bytes, size_t one, size_t n, void *arg)
{
	struct job_curl *c = arg;

	(void)one;
	if (c->answer == NULL)
		c->answer = malloc(COURIER_ANSWER_BYTES);
	if (c->answer == NULL || n > COURIER_ANSWER_BYTES - c->answer_length) {
		c->flooded = true;
		return 0;
	}
	memcpy(c->answer + c->answer_length, bytes, n);
	c->answer_length += n;
	return n;
}

/* --- the attachment, from its file */

static size_t
read_file(char *out, size_t one, size_t n, void *arg)
{
	struct job *j = arg;
	ssize_t got;

	(void)one;
	if (j->curl->file_at >= j->curl->file_length)
		return 0;
	if ((off_t)n > j->curl->file_length - j->curl->file_at)
		n = (size_t)(j->curl->file_length - j->curl->file_at);
	got = pread(j->fd, out, n, j->curl->file_at);
	if (got <= 0)
		return CURL_READFUNC_ABORT; /* it was cut behind our back */
	j->curl->file_at += got;
	return (size_t)got;
}

static int
seek_file(void *arg, curl_off_t to, int whence)
{
	struct job *j = arg;

	if (whence != SEEK_SET || to < 0 || to > j->curl->file_length)
		return CURL_SEEKFUNC_FAIL;
	j->curl->file_at = to;
	return CURL_SEEKFUNC_OK;
}

static bool
attach(struct job *j)
{
	struct job_curl *c = j->curl;
	curl_mimepart *part;
	struct stat st;

	if (j->fd < 0)
		return true;
	if (fstat(j->fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > (off_t)COURIER_FILE_BYTES)
		return false;
	c->file_length = st.st_size;
	part = curl_mime_addpart(c->mime);
	return part != NULL &&
	       curl_mime_data_cb(part, st.st_size, read_file, seek_file, NULL,
		   j) == CURLE_OK &&
	       curl_mime_type(part, j->m.attachment_type) == CURLE_OK &&
	       curl_mime_filename(part, j->m.attachment) == CURLE_OK &&
	       curl_mime_encoder(part, "base64") == CURLE_OK;
}

static bool
add_text(curl_mime *mime, struct span text, const char *type)
{
	curl_mimepart *part = curl_mime_addpart(mime);

	return part != NULL &&
	       curl_mime_data(part, (const char *)text.p, text.n) == CURLE_OK &&
	       curl_mime_type(part, type) == CURLE_OK &&
	       curl_mime_encoder(part, "quoted-printable") == CURLE_OK;
}

/* A part of parts; owned by mime. */
static curl_mime *
add_parts(struct job_curl *c, curl_mime *mime, const char *type)
{
	curl_mimepart *part = curl_mime_addpart(mime);
	curl_mime *parts = curl_mime_init(c->easy);

	if (part != NULL && parts != NULL &&
	    curl_mime_subparts(part, parts) == CURLE_OK)
		return curl_mime_type(part, type) == CURLE_OK ? parts : NULL;
	curl_mime_free(parts);
	return NULL;
}

static bool
add_picture(curl_mime *mime, struct span picture)
{
	curl_mimepart *part = curl_mime_addpart(mime);
	struct curl_slist *id =
	    curl_slist_append(NULL, "Content-ID: <picture>");

	if (part != NULL && id != NULL &&
	    curl_mime_data(part, (const char *)picture.p, picture.n) ==
		CURLE_OK &&
	    curl_mime_type(part, "image/png") == CURLE_OK &&
	    curl_mime_encoder(part, "base64") == CURLE_OK)
		/* It owns the list now. */
		return curl_mime_headers(part, id, 1) == CURLE_OK;
	curl_slist_free_all(id);
	return false;
}

/* Plain words; with a page, what reads it chooses; with a picture, the page
 * shows it (RFC 2387). */
static bool
put_text(struct job *j)
{
	struct job_curl *c = j->curl;
	curl_mime *both, *page;

	c->mime = curl_mime_init(c->easy);
	if (c->mime == NULL)
		return false;
	if (j->m.html.n == 0)
		return add_text(c->mime, j->m.body,
		    "text/plain; charset=utf-8");
	both = add_parts(c, c->mime, "multipart/alternative");
	if (both == NULL ||
	    !add_text(both, j->m.body, "text/plain; charset=utf-8"))
		return false;
	if (j->m.picture.n == 0)
		return add_text(both, j->m.html, "text/html; charset=utf-8");
	page = add_parts(c, both, "multipart/related");
	return page != NULL &&
	       add_text(page, j->m.html, "text/html; charset=utf-8") &&
	       add_picture(page, j->m.picture);
}

/* --- a transfer */

static bool
append(struct curl_slist **list, const char *text)
{
	struct curl_slist *more = curl_slist_append(*list, text);

	if (more != NULL)
		*list = more;
	return more != NULL;
}

#define SET(o, v) (curl_easy_setopt(c->easy, CURLOPT_##o, v) == CURLE_OK)

/* What holds for any server. */
static bool
set_common(struct job *j, const char *protocols, long seconds)
{
	struct job_curl *c = j->curl;
	size_t length;
	const uint8_t *pem = job_trust_pem(j->m.trust, &length);
	struct curl_blob ca = { (void *)(uintptr_t)pem, length,
		CURL_BLOB_NOCOPY };

	return SET(PROTOCOLS_STR, protocols) && SET(PRIVATE, j) &&
	       SET(NOSIGNAL, 1L) && SET(PROXY, "") && SET(CAPATH, NULL) &&
	       SET(CAINFO_BLOB, &ca) && SET(SSL_VERIFYPEER, 1L) &&
	       SET(SSL_VERIFYHOST, 2L) &&
	       SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	       SET(CONNECTTIMEOUT, CONNECT_S) && SET(TIMEOUT, seconds) &&
	       SET(FORBID_REUSE, 1L) && SET(FRESH_CONNECT, 1L) &&
	       SET(FOLLOWLOCATION, 0L) &&
	       SET(NETRC, (long)CURL_NETRC_IGNORED) &&
	       SET(ERRORBUFFER, c->error) && SET(HEADERFUNCTION, on_header) &&
	       SET(HEADERDATA, c) && SET(WRITEFUNCTION, on_body) &&
	       SET(WRITEDATA, c) && SET(RESOLVE, c->resolve);
}

/* A folded header is one item of curl's list: its lines are joined by CRLF. */
static bool
set_headers(struct job *j)
{
	struct job_curl *c = j->curl;
	char item[sizeof(j->m.headers)];
	size_t n = 0;

	for (const char *p = j->m.headers; *p != '\0'; p++) {
		bool folded = p[0] == '\n' && p[1] == ' ';

		if (n + 3 >= sizeof(item))
			return false;
		if (*p != '\n') {
			item[n++] = *p;
			continue;
		}
		if (folded) {
			item[n++] = '\r';
			item[n++] = '\n';
			continue;
		}
		item[n] = '\0';
		n = 0;
		if (!append(&c->headers, item))
			return false;
	}
	return true;
}

static bool
set_method(struct job *j)
{
	struct job_curl *c = j->curl;
	char type[80];

	if (j->m.method == COURIER_GET)
		return SET(HTTPGET, 1L);
	snprintf(type, sizeof(type), "Content-Type: %s", j->m.type);
	return SET(POST, 1L) &&
	       SET(POSTFIELDSIZE_LARGE, (curl_off_t)j->m.body.n) &&
	       SET(POSTFIELDS, (const char *)j->m.body.p) &&
	       (j->m.method != COURIER_PUT || SET(CUSTOMREQUEST, "PUT")) &&
	       append(&c->headers, type);
}

static bool
set_http(struct job *j)
{
	struct job_curl *c = j->curl;

	return set_common(j, "https,http", HTTP_S) && set_method(j) &&
	       append(&c->headers, "Expect:") && set_headers(j) &&
	       SET(HTTPHEADER, c->headers) && SET(HTTP09_ALLOWED, 0L) &&
	       SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       SET(USERAGENT, "camwarden/" CAMWARDEN_VERSION);
}

/* One who is not taken keeps none of the others from it. */
static bool
set_recipients(struct job *j)
{
	struct job_curl *c = j->curl;
	const char *p = j->m.to;

	while (*(p += strspn(p, ", ")) != '\0') {
		size_t n = strcspn(p, ", ");
		char one[300];

		if (n > 255)
			return false;
		snprintf(one, sizeof(one), "<%.*s>", (int)n, p);
		if (!append(&c->to, one))
			return false;
		p += n;
	}
	return c->to != NULL && SET(MAIL_RCPT, c->to) &&
	       SET(MAIL_RCPT_ALLLOWFAILS, 1L);
}

static bool
set_mail(struct job *j)
{
	struct job_curl *c = j->curl;
	long tls = j->m.tls == COURIER_TLS_NEVER ? (long)CURLUSESSL_NONE
						 : (long)CURLUSESSL_ALL;
	char from[300];

	snprintf(from, sizeof(from), "<%s>", j->m.from);
	if (!set_common(j, "smtp,smtps", MAIL_S) || !SET(USE_SSL, tls) ||
	    !SET(MAIL_FROM, from) || !set_recipients(j) || !SET(VERBOSE, 1L) ||
	    !SET(DEBUGFUNCTION, on_talk) || !SET(DEBUGDATA, j) ||
	    !put_text(j) || !attach(j) || !set_headers(j) ||
	    !SET(HTTPHEADER, c->headers) || !SET(MIMEPOST, c->mime))
		return false;
	return j->m.user[0] == '\0' ||
	       (SET(USERNAME, j->m.user) && SET(PASSWORD, j->m.password) &&
		   SET(LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN"));
}

/* "+host:port:address,address" for RESOLVE; a host that is a number needs
 * none. */
static bool
set_resolve(struct job *j)
{
	char text[256 + 16 + JOB_ADDRESSES * 56], number[INET6_ADDRSTRLEN];
	int n = snprintf(text, sizeof(text), "%s:%u:", j->m.host, j->m.port);
	struct in6_addr six;

	if (inet_pton(AF_INET6, j->m.host, &six) == 1 ||
	    inet_pton(AF_INET, j->m.host, &six) == 1)
		return true;
	for (unsigned i = 0; i < j->address_count; i++) {
		const struct sockaddr_storage *s = &j->addresses[i];
		const void *raw =
		    s->ss_family == AF_INET6
			? (const void *)&((const struct sockaddr_in6 *)s)
			      ->sin6_addr
			: (const void *)&((const struct sockaddr_in *)s)
			      ->sin_addr;
		bool brackets = s->ss_family == AF_INET6;

		if (inet_ntop(s->ss_family, raw, number, sizeof(number)) ==
		    NULL)
			continue;
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%s%s%s",
		    i > 0 ? "," : "", brackets ? "[" : "", number,
		    brackets ? "]" : "");
	}
	return append(&j->curl->resolve, text);
}

static bool
set_url(struct job *j)
{
	struct job_curl *c = j->curl;
	bool six = strchr(j->m.host, ':') != NULL;
	bool secure = j->m.tls == COURIER_TLS_ALWAYS;
	bool http = j->m.kind == COURIER_HTTP;
	const char *scheme =
	    http ? (secure ? "https" : "http") : (secure ? "smtps" : "smtp");
	char url[COURIER_PATH_BYTES + 600];

	/* Behind a mail server's "/" stands our own name, for EHLO. */
	snprintf(url, sizeof(url), "%s://%s%s%s:%u%s%s", scheme, six ? "[" : "",
	    j->m.host, six ? "]" : "", j->m.port, http ? j->m.path : "/",
	    http ? "" : all.host);
	return SET(URL, url);
}

void
job_curl_start(struct job *j)
{
	struct job_curl *c = calloc(1, sizeof(*c));

	j->curl = c;
	if (c != NULL)
		c->easy = curl_easy_init();
	if (c == NULL || c->easy == NULL || !set_resolve(j) || !set_url(j) ||
	    !(j->m.kind == COURIER_HTTP ? set_http(j) : set_mail(j)) ||
	    !curl_loop_add(all.loop, c->easy))
		job_end(j, false, false, 0,
		    "it could not be put together (memory, or a file that is "
		    "none)",
		    NULL, 0);
}

void
job_curl_drop(struct job *j)
{
	struct job_curl *c = j->curl;

	if (c == NULL)
		return;
	if (c->easy != NULL) {
		curl_loop_drop(all.loop, c->easy);
		curl_easy_cleanup(c->easy);
	}
	curl_mime_free(c->mime);
	curl_slist_free_all(c->headers);
	curl_slist_free_all(c->to);
	curl_slist_free_all(c->resolve);
	free(c->answer);
	free(c);
	j->curl = NULL;
}

/* --- once */

bool
job_curl_init(struct event_base *base)
{
	all.loop = curl_loop_new(base, on_done);
	if (all.loop == NULL)
		return false;
	if (gethostname(all.host, sizeof(all.host) - 1) != 0 ||
	    strspn(all.host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			     "XYZ0123456789.-") != strlen(all.host) ||
	    all.host[0] == '\0')
		snprintf(all.host, sizeof(all.host), "localhost");
	return true;
}
