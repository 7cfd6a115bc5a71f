/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The courier, driven by lines on standard input, for test_courier.py:
 * "mail|post|udp|tcp|mqtt|put|get|page ID never|start|always HOST PORT PATH
 * USER PASSWORD FROM TO ATTACHMENT BODY" ("-" = empty, "~" in the body = a line
 * end; page: a mail with a page and a picture; of mqtt PATH is the topic, FROM
 * that of our state, TO our name there, ATTACHMENT "retain") -> "RESULT id ok
 * lasting status detail | answer". */
#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "monitor/courier/courier.h"
#include "monitor/courier/mail_text.h"

static struct event_base *base;
static struct courier *courier;

static void
on_result(void *arg, const struct courier_result *r)
{
	(void)arg;
	printf("RESULT %llu %d %d %u %s | %.*s\n", (unsigned long long)r->id,
	    r->ok, r->lasting, r->status, r->detail, (int)r->answer.n,
	    (const char *)r->answer.p);
	fflush(stdout);
}

static void
copy(char *out, size_t size, const char *word)
{
	snprintf(out, size, "%s", strcmp(word, "-") == 0 ? "" : word);
}

static bool
parse(char *line, struct courier_job *j, char *words[12])
{
	static const char *const kinds[] = { "mail", "post", "udp", "tcp",
		"mqtt", "put", "get", "page" };
	static const enum courier_kind as[] = { COURIER_MAIL, COURIER_HTTP,
		COURIER_LINE_UDP, COURIER_LINE_TCP, COURIER_MQTT, COURIER_HTTP,
		COURIER_HTTP, COURIER_MAIL };
	static const char *const tls[] = { "never", "start", "always" };
	char *save = NULL;

	for (int i = 0; i < 11; i++) {
		words[i] = strtok_r(i == 0 ? line : NULL, " \n", &save);
		if (words[i] == NULL)
			return false;
	}
	words[11] = strtok_r(NULL, "\n", &save);
	if (words[11] == NULL)
		words[11] = "";
	memset(j, 0, sizeof(*j));
	for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++)
		if (strcmp(words[0], kinds[i]) == 0)
			j->kind = as[i];
	j->method = strcmp(words[0], "put") == 0   ? COURIER_PUT
		    : strcmp(words[0], "get") == 0 ? COURIER_GET
						   : COURIER_POST;
	for (int i = 0; i < 3; i++)
		if (strcmp(words[2], tls[i]) == 0)
			j->tls = (enum courier_tls)i;
	return j->kind != 0;
}

static const char page[] = "<p>una p\xc3\xa1gina <img src=\"cid:picture\"></p>";
static const char picture[] = "\x89PNG\r\n\x1a\nno more than this";

static void
fill_mqtt(struct courier_job *j, const char *retain)
{
	struct courier_publish *p = &j->publishes[0];

	snprintf(p->topic, sizeof(p->topic), "%.255s", j->path);
	p->payload = j->body;
	p->retain = strcmp(retain, "retain") == 0;
	j->body = (struct span){ 0 };
	j->publish_count = 1;
	snprintf(j->status, sizeof(j->status), "%.255s", j->from);
	snprintf(j->client, sizeof(j->client), "%.63s", j->to);
	j->path[0] = j->from[0] = j->to[0] = '\0';
}

static void
fill(struct courier_job *j, char *words[12])
{
	j->id = strtoull(words[1], NULL, 10);
	copy(j->host, sizeof(j->host), words[3]);
	j->port = (uint16_t)strtoul(words[4], NULL, 10);
	copy(j->path, sizeof(j->path), words[5]);
	copy(j->user, sizeof(j->user), words[6]);
	copy(j->password, sizeof(j->password), words[7]);
	copy(j->from, sizeof(j->from), words[8]);
	copy(j->to, sizeof(j->to), words[9]);
	snprintf(j->type, sizeof(j->type), "text/plain");
	for (char *p = words[11]; *p != '\0'; p++)
		if (*p == '~')
			*p = '\n';
	j->body =
	    (struct span){ (const uint8_t *)words[11], strlen(words[11]) };
	if (j->kind == COURIER_MQTT) {
		fill_mqtt(j, words[10]);
		return;
	}
	if (j->kind == COURIER_HTTP) {
		snprintf(j->headers, sizeof(j->headers), "X-Test: a, b\n");
		return;
	}
	mail_text_header(j->headers, sizeof(j->headers), "From", j->from);
	mail_text_addresses(j->headers, sizeof(j->headers), "To", j->to);
	mail_text_header(j->headers, sizeof(j->headers), "Subject",
	    "Reporte de la ma\xc3\xb1"
	    "ana: c\xc3\xa1maras, y lo que hace falta "
	    "hoy en la central");
	mail_text_header(j->headers, sizeof(j->headers), "Message-ID",
	    "<1.test@camwarden>");
	if (strcmp(words[0], "page") == 0) {
		j->html =
		    (struct span){ (const uint8_t *)page, sizeof(page) - 1 };
		j->picture = (struct span){ (const uint8_t *)picture,
			sizeof(picture) - 1 };
	}
}

static void
on_line(char *line)
{
	struct courier_job j;
	char *words[12];
	int fd = -1;

	if (!parse(line, &j, words)) {
		puts("BAD");
		return;
	}
	fill(&j, words);
	if (strcmp(words[10], "-") != 0 && j.kind == COURIER_MAIL) {
		fd = open(words[10], O_RDONLY | O_CLOEXEC);
		snprintf(j.attachment, sizeof(j.attachment), "report.html");
		snprintf(j.attachment_type, sizeof(j.attachment_type),
		    "text/html");
	}
	if (!courier_send(courier, &j, fd))
		printf("BUSY %s\n", words[1]);
	fflush(stdout);
	if (fd >= 0)
		close(fd);
}

static void
on_stdin(evutil_socket_t fd, short what, void *arg)
{
	static char buffer[65536];
	static size_t n;
	ssize_t got = read(fd, buffer + n, sizeof(buffer) - 1 - n);
	char *end;

	(void)what;
	(void)arg;
	if (got <= 0) {
		event_base_loopbreak(base);
		return;
	}
	n += (size_t)got;
	buffer[n] = '\0';
	while ((end = strchr(buffer, '\n')) != NULL) {
		size_t used = (size_t)(end - buffer) + 1;

		*end = '\0';
		on_line(buffer);
		memmove(buffer, end + 1, n - used + 1);
		n -= used;
	}
}

int
main(int argc, char **argv)
{
	const struct courier_trust trust = { { argc > 1 ? argv[1] : "" } };
	struct event *in;

	if (argc > 1 && strcmp(argv[1], "_courier") == 0)
		return courier_process_main(argc - 1, argv + 1);
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	courier = courier_new(base, &trust, on_result, NULL);
	in =
	    event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, on_stdin, NULL);
	event_add(in, NULL);
	puts("READY");
	fflush(stdout);
	event_base_dispatch(base);
	event_free(in);
	courier_free(&courier);
	event_base_free(base);
	return 0;
}
