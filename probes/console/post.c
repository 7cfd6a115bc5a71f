/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "common/log.h"
#include "probes/console/source.h"

#define PATH "/agent/v1/heartbeat"
#define ANSWER_BYTES 65536
/* The server calls a console late after 15 s: better a new one by then. */
#define CONNECT_MS 4000L
#define WHOLE_MS 7000L

struct post {
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	char url[320], error[CURL_ERROR_SIZE];
	char *body; /* owned, while busy */
	char answer[ANSWER_BYTES];
	size_t length;
	bool busy;
};

static size_t
take(char *data, size_t size, size_t count, void *arg)
{
	struct post *p = arg;
	size_t n = size * count;

	if (n > sizeof(p->answer) - p->length)
		return 0; /* ends the transfer: no answer is that long */
	memcpy(p->answer + p->length, data, n);
	p->length += n;
	return n;
}

static bool
set_up(struct post *p, const char *ca)
{
	CURL *e = p->easy;
	bool ok = true;

	ok &= curl_easy_setopt(e, CURLOPT_URL, p->url) == CURLE_OK;
	ok &= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK;
	ok &= curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
	ok &= curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
	ok &= curl_easy_setopt(e, CURLOPT_SSLVERSION,
		  (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
	if (ca[0] != '\0') {
		ok &= curl_easy_setopt(e, CURLOPT_CAINFO, ca) == CURLE_OK;
		ok &= curl_easy_setopt(e, CURLOPT_CAPATH, NULL) == CURLE_OK;
	}
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, WHOLE_MS);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(e, CURLOPT_USERAGENT,
	    "camwarden-console/" CAMWARDEN_VERSION);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, p->error);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, p);
	return ok;
}

struct post *
post_new(const char *server, const char *ca)
{
	struct post *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	snprintf(p->url, sizeof(p->url), "%s" PATH, server);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	p->multi = curl_multi_init();
	p->easy = curl_easy_init();
	if (p->multi == NULL || p->easy == NULL || !set_up(p, ca))
		post_free(&p);
	return p;
}

static bool
set_headers(struct post *p, const char *token)
{
	char line[256];
	struct curl_slist *list;

	curl_slist_free_all(p->headers);
	p->headers = NULL;
	snprintf(line, sizeof(line), "Authorization: Bearer %s", token);
	list = curl_slist_append(NULL, line);
	explicit_bzero(line, sizeof(line));
	if (list == NULL)
		return false;
	p->headers = list;
	list = curl_slist_append(list, "Content-Type: application/json");
	if (list == NULL || curl_slist_append(list, "Expect:") == NULL)
		return false;
	return true;
}

bool
post_send(struct post *p, const char *token, const char *body)
{
	p->length = 0;
	p->error[0] = '\0';
	p->body = strdup(body);
	if (p->body == NULL || !set_headers(p, token))
		return false;
	curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, p->headers);
	curl_easy_setopt(p->easy, CURLOPT_POSTFIELDS, p->body);
	curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	p->busy = curl_multi_add_handle(p->multi, p->easy) == CURLM_OK;
	return p->busy;
}

bool
post_busy(const struct post *p)
{
	return p->busy;
}

void
post_wait(struct post *p, struct pollfd *fds, int count, int timeout_ms)
{
	struct curl_waitfd extra[SOURCE_FDS];

	if (count > SOURCE_FDS)
		count = SOURCE_FDS;
	for (int i = 0; i < count; i++) {
		extra[i] = (struct curl_waitfd){ fds[i].fd, 0, 0 };
		if (fds[i].events & POLLIN)
			extra[i].events |= CURL_WAIT_POLLIN;
		if (fds[i].events & POLLOUT)
			extra[i].events |= CURL_WAIT_POLLOUT;
	}
	curl_multi_poll(p->multi, extra, (unsigned)count, timeout_ms, NULL);
	for (int i = 0; i < count; i++)
		fds[i].revents = extra[i].revents;
}

bool
post_done(struct post *p, struct post_result *out)
{
	int running, left;
	CURLMsg *m;

	curl_multi_perform(p->multi, &running);
	m = curl_multi_info_read(p->multi, &left);
	if (m == NULL || m->msg != CURLMSG_DONE)
		return false;
	*out = (struct post_result){ .body = p->answer, .length = p->length };
	if (m->data.result == CURLE_OK)
		curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE,
		    &out->status);
	out->kind = curl_easy_strerror(m->data.result);
	out->why = p->error[0] != '\0' ? p->error : out->kind;
	curl_multi_remove_handle(p->multi, p->easy);
	free(p->body);
	p->body = NULL;
	p->busy = false;
	return true;
}

void
post_free(struct post **pp)
{
	struct post *p = *pp;

	if (p == NULL)
		return;
	if (p->busy)
		curl_multi_remove_handle(p->multi, p->easy);
	if (p->easy != NULL)
		curl_easy_cleanup(p->easy);
	if (p->multi != NULL)
		curl_multi_cleanup(p->multi);
	curl_slist_free_all(p->headers);
	free(p->body);
	free(p);
	*pp = NULL;
	curl_global_cleanup();
}
