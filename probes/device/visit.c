/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/visit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include <event2/event.h>

#include "common/clock.h"
#include "probes/device/proto/soap.h"
#include "probes/device/token.h"
#include "probes/device/xml.h"

#define VISIT_S 180 /* all questions of a device */
#define CONNECT_MS 5000
#define HEADERS_BYTES (64u << 10)
#define ENVELOPE_BYTES (ONVIF_BODY_BYTES + 4096u)

struct visit {
	const struct visit_config *config;
	const struct device_key *key; /* NULL: none */
	struct interview talk;
	CURL *easy;
	struct curl_slist *headers;
	struct event *start, *deadline;
	bool in_loop;
	char envelope[ENVELOPE_BYTES];
	char error[CURL_ERROR_SIZE];
	uint8_t *bytes; /* of the answer; owned */
	size_t length, room, headers_seen;
	const char *too_much; /* what was, NULL = nothing */
	bool signed_so;	      /* by HTTP Digest, and nobody has let us in yet */
	bool unauthorized, stale; /* this answer says */
	unsigned refusals;	  /* answers to this question that said so */
	bool refused;		  /* it does, to our login */
};

/* --- what comes back: bounded */

/* libcurl would answer each new challenge once more, with the same password,
 * and one that calls every nonce stale for ever. */
static bool
look_for_refusal(struct visit *v, const char *line, size_t n)
{
	if (n > 5 && memcmp(line, "HTTP/", 5) == 0) {
		v->unauthorized = memmem(line, n, " 401", 4) != NULL;
		v->refusals += v->unauthorized;
		v->stale = false;
	} else if (n > 17 && strncasecmp(line, "WWW-Authenticate:", 17) == 0) {
		char text[512];

		snprintf(text, sizeof(text), "%.*s", (int)n, line);
		v->stale = v->stale || strcasestr(text, "stale=true") != NULL ||
			   strcasestr(text, "stale=\"true\"") != NULL;
	}
	return v->unauthorized && (line[0] == '\r' || line[0] == '\n') &&
	       (v->refusals > 1 || (v->signed_so && !v->stale));
}

static size_t
on_header(char *bytes, size_t one, size_t n, void *arg)
{
	struct visit *v = arg;

	(void)one;
	v->headers_seen += n;
	v->refused = look_for_refusal(v, bytes, n);
	if (v->refused)
		return 0;
	if (v->headers_seen <= HEADERS_BYTES)
		return n;
	v->too_much = "its headers are longer than 64 KiB";
	return 0;
}

static bool
more_room(struct visit *v, size_t n)
{
	size_t room = v->room > 0 ? v->room : 16384;
	uint8_t *more;

	while (room - v->length < n)
		room *= 2;
	if (room == v->room)
		return true;
	more = realloc(v->bytes, room);
	if (more == NULL)
		return false;
	v->bytes = more;
	v->room = room;
	return true;
}

static size_t
on_body(char *bytes, size_t one, size_t n, void *arg)
{
	struct visit *v = arg;

	(void)one;
	if (n > DEVICE_ANSWER_BYTES - v->length) {
		v->too_much = "its answer is longer than 2 MiB";
		return 0;
	}
	if (!more_room(v, n)) {
		v->too_much = "memory is out";
		return 0;
	}
	memcpy(v->bytes + v->length, bytes, n);
	v->length += n;
	return n;
}

/* --- a question */

#define SET(o, value)                                                          \
	(curl_easy_setopt(v->easy, CURLOPT_##o, value) == CURLE_OK)

static bool
set_once(struct visit *v)
{
	return SET(PROTOCOLS_STR, "http,https") && SET(PRIVATE, v) &&
	       SET(NOSIGNAL, 1L) && SET(PROXY, "") &&
	       SET(NETRC, (long)CURL_NETRC_IGNORED) &&
	       SET(FOLLOWLOCATION, 0L) && SET(HTTP09_ALLOWED, 0L) &&
	       SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	       SET(USERAGENT, "camwarden/" CAMWARDEN_VERSION) &&
	       /* Cameras vouch for themselves, if at all, and old ones by old
		* means (probes/stream/tls.c). Digest shows nobody the password,
		* whoever it is that we reach; Basic does. */
	       SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_0) &&
	       SET(SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0") &&
	       SET(SSL_VERIFYPEER, 0L) && SET(SSL_VERIFYHOST, 0L) &&
	       SET(CAPATH, NULL) && SET(CAINFO, NULL) &&
	       SET(CONNECTTIMEOUT_MS, (long)CONNECT_MS) &&
	       SET(TIMEOUT_MS, (long)v->config->timeout_ms) &&
	       SET(ERRORBUFFER, v->error) && SET(HEADERFUNCTION, on_header) &&
	       SET(HEADERDATA, v) && SET(WRITEFUNCTION, on_body) &&
	       SET(WRITEDATA, v) && SET(POST, 1L);
}

static bool
append(struct visit *v, const char *line)
{
	struct curl_slist *more = curl_slist_append(v->headers, line);

	if (more != NULL)
		v->headers = more;
	return more != NULL;
}

static bool
set_headers(struct visit *v, const struct interview_question *q)
{
	char type[256];

	snprintf(type, sizeof(type),
	    "Content-Type: application/soap+xml; charset=utf-8; "
	    "action=\"%s\"",
	    onvif_action(q->what));
	curl_slist_free_all(v->headers);
	v->headers = NULL;
	return append(v, type) && append(v, "Expect:") &&
	       append(v, "Accept: application/soap+xml, text/xml") &&
	       SET(HTTPHEADER, v->headers);
}

static bool
set_login(struct visit *v, enum device_login login)
{
	bool http = login == DEVICE_LOGIN_DIGEST || login == DEVICE_LOGIN_BASIC;

	return SET(HTTPAUTH,
		   (long)(login == DEVICE_LOGIN_BASIC ? CURLAUTH_BASIC
						      : CURLAUTH_DIGEST)) &&
	       SET(USERNAME, http ? v->key->user : NULL) &&
	       SET(PASSWORD, http ? v->key->password : NULL);
}

static bool
write_envelope(struct visit *v, const struct interview_question *q)
{
	uint8_t nonce[TOKEN_NONCE_BYTES];
	struct token t;
	struct soap_token token = { .digest = t.digest,
		.nonce = t.nonce,
		.created = t.created };

	if (q->login != DEVICE_LOGIN_TOKEN)
		return soap_envelope(v->envelope, sizeof(v->envelope), q->body,
		    NULL);
	token.user = v->key->user;
	return getrandom(nonce, sizeof(nonce), 0) == sizeof(nonce) &&
	       token_make(&t, nonce, clock_utc_us() + q->clock_offset_us,
		   v->key->password) &&
	       soap_envelope(v->envelope, sizeof(v->envelope), q->body, &token);
}

static bool
ask(struct visit *v, const struct interview_question *q)
{
	v->length = v->headers_seen = 0;
	v->too_much = NULL;
	v->signed_so = q->login == DEVICE_LOGIN_DIGEST && !v->talk.signed_in;
	v->refused = false;
	v->refusals = 0;
	v->error[0] = '\0';
	v->in_loop = write_envelope(v, q) && SET(URL, q->url) &&
		     set_headers(v, q) && set_login(v, q->login) &&
		     SET(POSTFIELDSIZE, (long)strlen(v->envelope)) &&
		     SET(POSTFIELDS, v->envelope) &&
		     curl_loop_add(v->config->loop, v->easy);
	return v->in_loop;
}

static void
go_on(struct visit *v)
{
	struct interview_question q;

	if (interview_ask(&v->talk, &q)) {
		if (ask(v, &q))
			return;
		interview_end(&v->talk, "memory is out");
	}
	interview_end(&v->talk, "its service's URL is too long");
	v->config->over(v->config->arg, v);
}

/* --- an answer */

static enum interview_came
came_of(const struct visit *v, CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return CAME_ANSWER;
	case CURLE_COULDNT_CONNECT:
		return CAME_NO_CONNECTION;
	case CURLE_OPERATION_TIMEDOUT:
		return v->length > 0 || v->headers_seen > 0 ? CAME_RUBBISH
							    : CAME_SILENCE;
	default:
		return CAME_RUBBISH;
	}
}

static void
say_why(const struct visit *v, CURLcode code, struct interview_answer *a)
{
	long number = 0;

	curl_easy_getinfo(v->easy, CURLINFO_OS_ERRNO, &number);
	if (v->too_much != NULL)
		snprintf(a->why, sizeof(a->why), "%s", v->too_much);
	else if (a->came == CAME_SILENCE)
		snprintf(a->why, sizeof(a->why), "no answer");
	else if (code == CURLE_OPERATION_TIMEDOUT)
		snprintf(a->why, sizeof(a->why), "its answer doesn't end");
	else if (a->came == CAME_NO_CONNECTION && number != 0)
		snprintf(a->why, sizeof(a->why), "%s", strerror((int)number));
	else
		snprintf(a->why, sizeof(a->why), "%.150s",
		    v->error[0] != '\0' ? v->error : curl_easy_strerror(code));
}

static void
look(struct visit *v, struct interview_answer *a)
{
	long status = 0, offers = 0;
	char *elsewhere = NULL;

	curl_easy_getinfo(v->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(v->easy, CURLINFO_HTTPAUTH_AVAIL, &offers);
	curl_easy_getinfo(v->easy, CURLINFO_REDIRECT_URL, &elsewhere);
	a->status = (unsigned)(status & 0xffff);
	a->offers_digest = (offers & CURLAUTH_DIGEST) != 0;
	a->offers_basic = (offers & CURLAUTH_BASIC) != 0;
	a->elsewhere = elsewhere;
	if (a->status / 100 == 3)
		snprintf(a->why, sizeof(a->why), "it sends us to %.120s",
		    elsewhere != NULL ? elsewhere : "nowhere");
	else
		a->tree = xml_read(v->bytes, v->length, a->why);
}

void
visit_done(CURL *easy, CURLcode code)
{
	struct interview_answer a = { .utc_us = clock_utc_us() };
	struct visit *v = NULL;
	struct tree *tree;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&v);
	v->in_loop = false;
	a.came = v->refused ? CAME_ANSWER : came_of(v, code);
	if (v->refused)
		a.status = 401;
	else if (a.came == CAME_ANSWER)
		look(v, &a);
	else
		say_why(v, code, &a);
	interview_hear(&v->talk, &a);
	tree = (struct tree *)(uintptr_t)a.tree;
	tree_free(&tree);
	go_on(v);
}

/* --- its life */

static void
on_start(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	go_on(arg);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct visit *v = arg;

	(void)fd;
	(void)what;
	if (v->in_loop)
		curl_loop_drop(v->config->loop, v->easy);
	v->in_loop = false;
	interview_end(&v->talk, "all of it takes longer than 3 minutes");
	v->config->over(v->config->arg, v);
}

struct visit *
visit_start(const struct visit_config *config,
    const struct device_result *known, const char *path,
    const struct device_key *key)
{
	struct interview_config how = config->interview;
	static const struct timeval now = { 0 }, late = { VISIT_S, 0 };
	struct visit *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->config = config;
	v->key = key;
	how.login = key != NULL;
	interview_begin(&v->talk, &how, known, path);
	v->easy = curl_easy_init();
	v->start = evtimer_new(config->base, on_start, v);
	v->deadline = evtimer_new(config->base, on_deadline, v);
	if (v->easy == NULL || v->start == NULL || v->deadline == NULL ||
	    !set_once(v) || event_add(v->start, &now) != 0 ||
	    event_add(v->deadline, &late) != 0)
		visit_free(&v);
	return v;
}

const struct interview *
visit_told(const struct visit *v)
{
	return &v->talk;
}

void
visit_free(struct visit **vp)
{
	struct visit *v = *vp;

	if (v == NULL)
		return;
	*vp = NULL;
	if (v->in_loop)
		curl_loop_drop(v->config->loop, v->easy);
	if (v->easy != NULL)
		curl_easy_cleanup(v->easy);
	if (v->start != NULL)
		event_free(v->start);
	if (v->deadline != NULL)
		event_free(v->deadline);
	curl_slist_free_all(v->headers);
	explicit_bzero(v->envelope, sizeof(v->envelope));
	free(v->bytes);
	free(v);
}
