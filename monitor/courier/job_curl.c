/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail (SMTP) and posts (HTTP), through libcurl's multi interface on our own
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

#include <curl/curl.h>
#include <event2/event.h>

#include "common/log.h"

#define CONNECT_S 15L
#define POST_S 30L
#define MAIL_S 300L /* five megabytes over a slow line */
#define HEADERS_BYTES (32u << 10)
#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

struct job_curl {
	CURL *easy;
	struct curl_slist *headers, *to, *resolve;
	curl_mime *mime;
	char error[CURL_ERROR_SIZE];
	char said[160]; /* the mail server's last line, or its refusal */
	size_t headers_seen;
	off_t file_at, file_length;
	uint8_t *answer; /* owned */
	size_t answer_length;
};

static struct {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	uint8_t *ca; /* owned PEM */
	size_t ca_length;
	char host[256]; /* ours, for EHLO */
} all;

/* --- libcurl on libevent */

static void
reap(void)
{
	struct CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(all.multi, &left)) != NULL) {
		struct job *j = NULL;
		CURLcode code = msg->data.result;
		long status = 0;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE,
		    (char **)&j);
		curl_easy_getinfo(msg->easy_handle, CURLINFO_RESPONSE_CODE,
		    &status);

		struct job_curl *c = j->curl;
		bool http = j->m.kind == COURIER_POST;
		bool ok = code == CURLE_OK && (!http || status / 100 == 2);
		bool refused = http ? status / 100 == 4 : status / 100 == 5;
		char detail[COURIER_DETAIL_BYTES];

		if (code == CURLE_OK && http && !ok)
			snprintf(detail, sizeof(detail), "it answers %ld",
			    status);
		else
			snprintf(detail, sizeof(detail), "%.200s%s%.90s",
			    ok			  ? "accepted"
			    : c->error[0] != '\0' ? c->error
						  : curl_easy_strerror(code),
			    !http && c->said[0] != '\0' ? ": " : "",
			    http ? "" : c->said);
		job_end(j, ok, !ok && refused, (unsigned)(status & 0xffff),
		    detail, c->answer, code == CURLE_OK ? c->answer_length : 0);
	}
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	int running, flags = (what & EV_READ ? CURL_CSELECT_IN : 0) |
			     (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	(void)arg;
	curl_multi_socket_action(all.multi, fd, flags, &running);
	reap();
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	int running;

	(void)fd;
	(void)what;
	(void)arg;
	curl_multi_socket_action(all.multi, CURL_SOCKET_TIMEOUT, 0, &running);
	reap();
}

static int
set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *mine)
{
	struct event *ev = mine;
	short events =
	    (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
		    (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)easy;
	(void)arg;
	if (ev != NULL)
		event_free(ev);
	ev = NULL;
	if (what != CURL_POLL_REMOVE) {
		ev = event_new(all.base, fd, events, on_socket, NULL);
		if (ev == NULL || event_add(ev, NULL) != 0)
			return -1;
	}
	curl_multi_assign(all.multi, fd, ev);
	return 0;
}

static int
set_timer(CURLM *multi, long ms, void *arg)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	(void)multi;
	(void)arg;
	if (ms < 0)
		event_del(all.timer);
	else
		event_add(all.timer, &tv);
	return 0;
}

/* --- what servers say: bounded */

static size_t
on_header(char *bytes, size_t one, size_t n, void *arg)
{
	struct job_curl *c = arg;
	size_t keep = n < sizeof(c->said) ? n : sizeof(c->said) - 1;

	(void)one;
	c->headers_seen += n;
	/* What comes behind a refusal is politeness. */
	if (c->said[0] == '4' || c->said[0] == '5')
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
	if (c->answer == NULL || n > COURIER_ANSWER_BYTES - c->answer_length)
		return 0;
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
put_text(struct job *j)
{
	struct job_curl *c = j->curl;
	curl_mimepart *part;

	c->mime = curl_mime_init(c->easy);
	part = c->mime != NULL ? curl_mime_addpart(c->mime) : NULL;
	return part != NULL &&
	       curl_mime_data(part, (const char *)j->m.body.p, j->m.body.n) ==
		   CURLE_OK &&
	       curl_mime_type(part, "text/plain; charset=utf-8") == CURLE_OK &&
	       curl_mime_encoder(part, "quoted-printable") == CURLE_OK;
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
	struct curl_blob ca = { all.ca, all.ca_length, CURL_BLOB_NOCOPY };

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

static bool
set_post(struct job *j)
{
	struct job_curl *c = j->curl;
	char type[80];

	snprintf(type, sizeof(type), "Content-Type: %s", j->m.type);
	return set_common(j, "https,http", POST_S) && SET(POST, 1L) &&
	       SET(POSTFIELDSIZE_LARGE, (curl_off_t)j->m.body.n) &&
	       SET(POSTFIELDS, (const char *)j->m.body.p) &&
	       append(&c->headers, type) && append(&c->headers, "Expect:") &&
	       SET(HTTPHEADER, c->headers) && SET(HTTP09_ALLOWED, 0L) &&
	       SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       SET(USERAGENT, "camwarden/" CAMWARDEN_VERSION);
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
	return SET(HTTPHEADER, c->headers);
}

static bool
set_mail(struct job *j)
{
	struct job_curl *c = j->curl;
	long tls = j->m.tls == COURIER_TLS_NEVER ? (long)CURLUSESSL_NONE
						 : (long)CURLUSESSL_ALL;
	char from[300], to[300];

	snprintf(from, sizeof(from), "<%s>", j->m.from);
	snprintf(to, sizeof(to), "<%s>", j->m.to);
	if (!set_common(j, "smtp,smtps", MAIL_S) || !SET(USE_SSL, tls) ||
	    !SET(MAIL_FROM, from) || !append(&c->to, to) ||
	    !SET(MAIL_RCPT, c->to) || !put_text(j) || !attach(j) ||
	    !set_headers(j) || !SET(MIMEPOST, c->mime))
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
	const char *scheme = j->m.kind == COURIER_POST
				 ? (secure ? "https" : "http")
				 : (secure ? "smtps" : "smtp");
	char url[1024];

	/* Behind a mail server's "/" stands our own name, for EHLO. */
	snprintf(url, sizeof(url), "%s://%s%s%s:%u%s%s", scheme, six ? "[" : "",
	    j->m.host, six ? "]" : "", j->m.port,
	    j->m.kind == COURIER_POST ? j->m.path : "/",
	    j->m.kind == COURIER_POST ? "" : all.host);
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
	    !(j->m.kind == COURIER_POST ? set_post(j) : set_mail(j)) ||
	    curl_multi_add_handle(all.multi, c->easy) != CURLM_OK)
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
		curl_multi_remove_handle(all.multi, c->easy);
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

static uint8_t *
read_all(int fd, size_t *length_out)
{
	struct stat st;
	uint8_t *bytes;
	size_t n = 0;

	if (fstat(fd, &st) != 0 || st.st_size > (off_t)COURIER_CA_BYTES)
		return NULL;
	bytes = malloc((size_t)st.st_size + 1);
	while (bytes != NULL && n < (size_t)st.st_size) {
		ssize_t got =
		    pread(fd, bytes + n, (size_t)st.st_size - n, (off_t)n);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	*length_out = n;
	return bytes;
}

/* None at all is written as a text that holds no certificate: an empty blob
 * would mean the library's own. */
void
job_curl_authorities(int fd)
{
	static const char none[] = "no certificate\n";

	free(all.ca);
	all.ca = fd >= 0 ? read_all(fd, &all.ca_length) : NULL;
	if (all.ca != NULL && all.ca_length > 0)
		return;
	free(all.ca);
	all.ca = (uint8_t *)strdup(none);
	all.ca_length = all.ca != NULL ? sizeof(none) - 1 : 0;
}

bool
job_curl_init(struct event_base *base)
{
	FILE *f;

	all.base = base;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return false;
	all.multi = curl_multi_init();
	all.timer = evtimer_new(base, on_timer, NULL);
	if (all.multi == NULL || all.timer == NULL)
		return false;
	curl_multi_setopt(all.multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(all.multi, CURLMOPT_TIMERFUNCTION, set_timer);
	if (gethostname(all.host, sizeof(all.host) - 1) != 0 ||
	    strspn(all.host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			     "XYZ0123456789.-") != strlen(all.host) ||
	    all.host[0] == '\0')
		snprintf(all.host, sizeof(all.host), "localhost");
	f = fopen(SYSTEM_CA, "re");
	job_curl_authorities(f != NULL ? fileno(f) : -1);
	if (f != NULL)
		fclose(f);
	return all.ca != NULL;
}
