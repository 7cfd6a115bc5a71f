/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/web.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "monitor/offspring/keeper.h"
#include "monitor/offspring/offspring.h"
#include "monitor/http/change_wire.h"
#include "monitor/http/gate.h"
#include "monitor/http/read_wire.h"
#include "monitor/http/rights.h"
#include "monitor/http/tls.h"
#include "monitor/http/web_wire.h"

#define QUEUE_BYTES (64u << 20)	  /* unsent; beyond it the web process hangs */
#define SILENT_US (10 * US_PER_S) /* without WEB_ALIVE: replaced */
#define RESTART_US (1 * US_PER_S) /* of the reader: no sooner */

/* A large body that comes in parts. */
struct parted {
	uint32_t id; /* 0 = none */
	size_t length;
	uint8_t *bytes; /* RIGHTS_BIG_BYTES, owned */
};

struct web {
	struct web_calls calls;
	struct event *tick; /* each second */
	struct keeper *keeper;
	pid_t reader_pid; /* 0 = none */
	int listen_fd;
	uint16_t port;
	int64_t reader_started_us;
	bool reader_wanted;
	uint32_t generation; /* of web processes */
	struct web_configure configure;
	struct read_facts facts; /* as told last */
	char *state_dir;	 /* owned */
	char *certificate, *key; /* PEM, owned; NULL: no TLS */
	struct parted parted[GATE_BIG];
};

static void
start_reader(struct web *w)
{
	struct channel *ch = keeper_channel(w->keeper);
	int pair[2];

	w->reader_wanted = true;
	offspring_end(&w->reader_pid);
	if (ch == NULL ||
	    (w->reader_started_us != 0 &&
		clock_mono_us() - w->reader_started_us < RESTART_US) ||
	    !offspring_pair(pair))
		return; /* the tick tries again */
	w->reader_started_us = clock_mono_us();
	w->reader_pid = offspring_spawn("_reader", w->state_dir, pair, 1);
	if (w->reader_pid != 0 &&
	    channel_send_fd(ch, WEB_READER, NULL, 0, pair[1]))
		w->reader_wanted = false;
	close(pair[0]);
	close(pair[1]);
}

static struct parted *
parted_find(struct web *w, uint32_t id)
{
	for (size_t i = 0; i < GATE_BIG; i++)
		if (w->parted[i].id == id)
			return &w->parted[i];
	return NULL;
}

static void
parted_drop(struct parted *p)
{
	if (p->bytes != NULL)
		explicit_bzero(p->bytes, p->length);
	free(p->bytes);
	memset(p, 0, sizeof(*p));
}

static bool
parted_add(struct parted *p, struct span more)
{
	if (p->bytes == NULL)
		p->bytes = malloc(RIGHTS_BIG_BYTES);
	if (p->bytes == NULL || more.n > RIGHTS_BIG_BYTES - p->length)
		return false;
	memcpy(p->bytes + p->length, more.p, more.n);
	p->length += more.n;
	return true;
}

static bool
on_part(struct web *w, struct span body)
{
	struct reader r = reader_of(body.p, body.n);
	uint32_t id = reader_le32(&r);
	struct parted *p = parted_find(w, id);

	if (p == NULL)
		p = parted_find(w, 0);
	if (r.bad || id == 0 || p == NULL)
		return false;
	p->id = id;
	return parted_add(p, reader_span(&r, reader_left(&r)));
}

static bool
on_change(struct web *w, struct span body)
{
	struct web_change change;
	struct parted *p;
	bool good = true;

	if (!web_get_change(body, &change) || change.id == 0)
		return false;
	p = parted_find(w, change.id);
	if (p != NULL) {
		good = rights_row((enum right)change.verb)->flags & RIGHT_BIG &&
		       parted_add(p, change.body);
		change.body = (struct span){ p->bytes, p->length };
	}
	if (good)
		w->calls.change(w->calls.arg, w, &change);
	if (p != NULL)
		parted_drop(p);
	return good;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct web *w = arg;
	struct web_alive alive;
	struct web_seen seen;
	uint8_t uuid[16];

	switch (type) {
	case WEB_ALIVE:
		keeper_heard(w->keeper);
		return web_get_alive(body, &alive);
	case WEB_WANT_PICTURE:
		if (!web_get_uuid(body, uuid))
			return false;
		w->calls.want_picture(w->calls.arg, uuid);
		return true;
	case WEB_WANT_ROW:
		if (!web_get_uuid(body, uuid))
			return false;
		w->calls.want_row(w->calls.arg, w, uuid);
		return true;
	case WEB_CHANGE:
		return on_change(w, body);
	case WEB_CHANGE_PART:
		return on_part(w, body);
	case WEB_SEEN:
		if (!web_get_seen(body, &seen))
			return false;
		if (w->calls.seen != NULL)
			w->calls.seen(w->calls.arg, &seen);
		return true;
	case WEB_READER_LOST:
		log_warn("web", "the reader was lost; another is started");
		start_reader(w);
		return body.n == 0;
	default:
		return false;
	}
}

static void
on_lost(void *arg)
{
	struct web *w = arg;

	offspring_end(&w->reader_pid);
	for (size_t i = 0; i < GATE_BIG; i++)
		parted_drop(&w->parted[i]);
}

void
web_row_put(struct web *w, const struct web_row *row)
{
	struct channel *ch = keeper_channel(w->keeper);
	struct writer out = channel_scratch();

	if (ch == NULL)
		return;
	web_put_row(&out, row);
	channel_send(ch, WEB_ROW, out.start, writer_length(&out));
}

void
web_row_gone(struct web *w, const uint8_t uuid[16])
{
	struct channel *ch = keeper_channel(w->keeper);

	if (ch != NULL)
		channel_send(ch, WEB_ROW_GONE, uuid, 16);
}

void
web_event_put(struct web *w, const char *name, const char *site,
    const char *json)
{
	static struct web_event m; /* large; one thread */
	struct channel *ch = keeper_channel(w->keeper);
	struct writer out = channel_scratch();

	if (ch == NULL || strlen(json) >= WEB_EVENT_BYTES)
		return;
	snprintf(m.name, sizeof(m.name), "%s", name);
	snprintf(m.site, sizeof(m.site), "%s", site);
	snprintf(m.json, sizeof(m.json), "%s", json);
	web_put_event(&out, &m);
	channel_send(ch, WEB_EVENT, out.start, writer_length(&out));
}

void
web_session_put(struct web *w, const struct principal *m)
{
	struct channel *ch = keeper_channel(w->keeper);
	struct writer out = channel_scratch();

	if (ch == NULL)
		return;
	web_put_principal(&out, m);
	channel_send(ch, WEB_SESSION, out.start, writer_length(&out));
}

void
web_session_gone(struct web *w, const uint8_t sha256[32])
{
	struct channel *ch = keeper_channel(w->keeper);

	if (ch != NULL)
		channel_send(ch, WEB_SESSION_GONE, sha256, 32);
}

static void
send_totals(struct web *w)
{
	struct channel *ch = keeper_channel(w->keeper);
	struct writer out = channel_scratch();
	struct web_totals m = { 0 };

	w->calls.totals(w->calls.arg, &m);
	web_put_totals(&out, &m);
	channel_send(ch, WEB_TOTALS, out.start, writer_length(&out));
}

/* When they are others than before, or at once. */
static void
send_facts(struct web *w, bool at_once)
{
	struct channel *ch = keeper_channel(w->keeper);
	struct writer out = channel_scratch();
	static struct read_facts now; /* large; one thread */

	if (w->calls.facts == NULL || ch == NULL)
		return;
	memset(&now, 0, sizeof(now));
	w->calls.facts(w->calls.arg, &now);
	if (!at_once && memcmp(&now, &w->facts, sizeof(now)) == 0)
		return;
	w->facts = now;
	web_put_facts(&out, &now);
	channel_send(ch, WEB_FACTS, out.start, writer_length(&out));
}

static void
send_configure(struct web *w)
{
	struct channel *ch = keeper_channel(w->keeper);
	struct writer out = channel_scratch();

	if (ch == NULL)
		return;
	web_put_configure(&out, &w->configure);
	channel_send(ch, WEB_CONFIGURE, out.start, writer_length(&out));
}

void
web_setup(struct web *w, bool setup)
{
	w->configure.setup = setup;
	send_configure(w);
}

#define PEM_BYTES (256u << 10)

/* A file's text (given), NULL with errno. */
static char *
read_file(const char *name)
{
	char *text = calloc(1, PEM_BYTES);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0 && text != NULL)
		n = read(fd, text, PEM_BYTES - 1);
	if (fd >= 0)
		close(fd);
	if (n >= 0)
		return text;
	free(text);
	return NULL;
}

static void
drop_pem(char **text)
{
	if (*text != NULL)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

static struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

/* NULL: all is well (or there is none); else what is wrong, given. */
static char *
read_tls(struct web *w, const struct web_settings *set)
{
	const char *const names[] = { set->certificate, set->key };
	char *texts[2] = { NULL, NULL }, *error = NULL;
	struct ssl_ctx_st *ctx = NULL;

	if (set->certificate == NULL || set->certificate[0] == '\0') {
		drop_pem(&w->certificate);
		drop_pem(&w->key);
		return NULL;
	}
	for (int i = 0; i < 2 && error == NULL; i++) {
		texts[i] = read_file(names[i]);
		if (texts[i] == NULL &&
		    asprintf(&error, "%s: %s", names[i], strerror(errno)) < 0)
			error = strdup("memory is out");
	}
	if (error == NULL)
		ctx = tls_server_text(span_of(texts[0]), span_of(texts[1]));
	if (error == NULL && ctx == NULL)
		error = strdup("http.certificate, http.key: not a certificate "
			       "and its key in PEM");
	tls_free(&ctx);
	if (error == NULL) {
		drop_pem(&w->certificate);
		drop_pem(&w->key);
		w->certificate = texts[0];
		w->key = texts[1];
		return NULL;
	}
	drop_pem(&texts[0]);
	drop_pem(&texts[1]);
	return error;
}

static void
send_tls(struct web *w)
{
	struct channel *ch = keeper_channel(w->keeper);
	struct writer out = channel_scratch();

	if (ch == NULL || w->certificate == NULL)
		return;
	web_put_tls(&out, span_of(w->certificate), span_of(w->key));
	channel_send(ch, WEB_TLS, out.start, writer_length(&out));
	explicit_bzero(out.start, writer_length(&out));
}

static void
set_names(struct web_configure *c, const char *names)
{
	const char *p = names != NULL ? names : "";

	c->name_count = 0;
	while (*(p += strspn(p, " ,")) != '\0' && c->name_count < WEB_NAMES) {
		size_t n = strcspn(p, " ,");

		if (n < LIMIT_HOST_BYTES) {
			memcpy(c->names[c->name_count], p, n);
			c->names[c->name_count++][n] = '\0';
		}
		p += n;
	}
}

static int
on_need(void *arg, int fds_out[KEEPER_FDS], const char **argument_out)
{
	struct web *w = arg;

	(void)argument_out;
	fds_out[0] = offspring_copy(w->listen_fd);
	return fds_out[0] >= 0 ? 1 : -1;
}

static void
on_start(void *arg, struct channel *ch)
{
	struct web *w = arg;

	w->generation++;
	channel_wipe(ch); /* passwords, the key */
	/* With the configuration whoever waited at the door comes in. Rows take
	 * a while; who is good must be known by then, or all of them would be
	 * strangers, and their browsers told to drop the cookie. */
	if (w->calls.tell_sessions != NULL)
		w->calls.tell_sessions(w->calls.arg, w);
	send_configure(w);
	send_tls(w);
	send_facts(w, true);
	start_reader(w);
	send_totals(w);
	w->calls.tell_all(w->calls.arg, w);
	channel_send(ch, WEB_LOADED, NULL, 0);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct web *w = arg;

	(void)fd;
	(void)what;
	if (keeper_channel(w->keeper) == NULL)
		return;
	if (w->reader_wanted)
		start_reader(w);
	send_totals(w);
	send_facts(w, false);
}

static void
set_configure(struct web *w, const struct web_settings *set)
{
	w->configure.connections = set->connections;
	w->configure.per_address = set->per_address;
	w->configure.loopback = strncmp(set->address, "127.", 4) == 0 ||
				strcmp(set->address, "::1") == 0;
	w->configure.tls = w->certificate != NULL;
	set_names(&w->configure, set->names);
	snprintf(w->configure.language, sizeof(w->configure.language), "%s",
	    set->language != NULL ? set->language : "en");
	w->configure.reload_good = true;
	w->configure.reload_utc_us = clock_utc_us();
}

struct web *
web_new(struct event_base *base, const struct web_settings *set,
    const struct web_calls *calls, char **error_out)
{
	static const struct timeval second = { .tv_sec = 1 };
	static const struct keeper_spec spec = { .room = "web",
		.what = "the web process",
		.role = "_web",
		.queue_bytes = QUEUE_BYTES,
		.silent_us = SILENT_US };
	struct web *w = calloc(1, sizeof(*w));
	struct keeper_calls kept = { .on_message = on_message,
		.on_start = on_start,
		.on_lost = on_lost,
		.on_need = on_need,
		.arg = w };

	*error_out = NULL;
	if (w == NULL)
		return NULL;
	w->calls = *calls;
	w->port = set->port;
	w->state_dir = strdup(set->state_dir);
	*error_out = read_tls(w, set);
	set_configure(w, set);
	w->listen_fd =
	    *error_out != NULL ? -1 : offspring_listen(set->address, &w->port);
	if (w->listen_fd < 0 && *error_out == NULL &&
	    asprintf(error_out, "http.address %s, http.port %u: %s",
		set->address, set->port, strerror(errno)) < 0)
		*error_out = NULL;
	w->tick = event_new(base, -1, EV_PERSIST, on_tick, w);
	w->keeper = keeper_new(base, &spec, &kept);
	if (w->listen_fd < 0 || w->tick == NULL || w->keeper == NULL ||
	    w->state_dir == NULL) {
		web_free(&w);
		return NULL;
	}
	event_add(w->tick, &second);
	keeper_restart(w->keeper);
	return w;
}

void
web_reload(struct web *w, const struct web_settings *set)
{
	char *error = set != NULL ? read_tls(w, set) : NULL;

	if (error != NULL)
		log_error("web", "%s: the one there was stays", error);
	free(error);
	if (set != NULL)
		set_configure(w, set);
	else
		w->configure.reload_good = false;
	send_configure(w);
	send_tls(w);
}

void
web_free(struct web **wp)
{
	struct web *w = *wp;

	if (w == NULL)
		return;
	*wp = NULL;
	keeper_free(&w->keeper);
	offspring_end(&w->reader_pid);
	if (w->tick != NULL)
		event_free(w->tick);
	if (w->listen_fd >= 0)
		close(w->listen_fd);
	for (size_t i = 0; i < GATE_BIG; i++)
		parted_drop(&w->parted[i]);
	drop_pem(&w->certificate);
	drop_pem(&w->key);
	free(w->state_dir);
	free(w);
}

uint16_t
web_port(const struct web *w)
{
	return w->port;
}

uint32_t
web_generation(const struct web *w)
{
	return w->generation;
}

void
web_change_answer(struct web *w, const struct web_changed *m)
{
	struct channel *ch = keeper_channel(w->keeper);
	struct writer out = channel_scratch();

	if (ch == NULL)
		return;
	web_put_changed(&out, m);
	channel_send(ch, WEB_CHANGED, out.start, writer_length(&out));
}
