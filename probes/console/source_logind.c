/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which session is active at the seat, whether it is locked, and when the
 * machine stops or sleeps, from logind over D-Bus. Asked every second without
 * waiting for the answer; the idle hint is not: desktops set it as they like.
 */
#include "probes/console/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

#include "common/clock.h"
#include "common/log.h"

#define ASK_EVERY_US US_PER_S
#define RETRY_US (5 * US_PER_S)
#define STALE_US (5 * US_PER_S) /* without an answer: nothing is known */
#define LOGIN "org.freedesktop.login1"
#define MANAGER "org.freedesktop.login1.Manager"
#define MANAGER_PATH "/org/freedesktop/login1"
#define SESSION "org.freedesktop.login1.Session"

struct logind {
	struct source source;
	sd_bus *bus; /* NULL = not connected */
	sd_bus_slot *call, *shutdown, *sleep, *inhibit_call;
	int inhibitor; /* -1 = none is held */
	int64_t retry_us, asked_us, answered_us, now_us;
	struct session next; /* being asked for */
	bool said_why;
};

static void
lose(struct logind *l, const char *why)
{
	if (!l->said_why)
		log_warn("console",
		    "logind: %s; sessions and locks are not seen", why);
	l->said_why = true;
	l->call = sd_bus_slot_unref(l->call);
	l->inhibit_call = sd_bus_slot_unref(l->inhibit_call);
	l->shutdown = sd_bus_slot_unref(l->shutdown);
	l->sleep = sd_bus_slot_unref(l->sleep);
	l->bus = sd_bus_close_unref(l->bus);
	if (l->inhibitor >= 0)
		close(l->inhibitor);
	l->inhibitor = -1;
}

/* --- the session: first which, then what it is like */

static void
settle(struct logind *l)
{
	struct session *s = &l->source.around->session;

	l->next.known = true;
	if (s->known && strcmp(s->id, l->next.id) != 0)
		log_info("console", "session %s is active now (%s)",
		    l->next.present ? l->next.id : "none",
		    l->next.greeter ? "the login screen" : l->next.type);
	*s = l->next;
	l->source.around->knew_session = true;
	l->answered_us = l->now_us;
	l->said_why = false;
}

static int
read_text(sd_bus_message *m, char *out, size_t size)
{
	const char *text;
	int rc = sd_bus_message_read(m, "v", "s", &text);

	if (rc >= 0)
		snprintf(out, size, "%s", text);
	return rc;
}

static int
read_user(sd_bus_message *m, uid_t *out)
{
	const char *path;
	uint32_t uid;
	int rc = sd_bus_message_read(m, "v", "(uo)", &uid, &path);

	if (rc >= 0)
		*out = uid;
	return rc;
}

static int
read_property(sd_bus_message *m, const char *name, struct session *s)
{
	char class_[32] = "";
	int rc, yes;

	if (strcmp(name, "Type") == 0)
		return read_text(m, s->type, sizeof(s->type));
	if (strcmp(name, "Display") == 0)
		return read_text(m, s->display, sizeof(s->display));
	if (strcmp(name, "Name") == 0)
		return read_text(m, s->user, sizeof(s->user));
	if (strcmp(name, "User") == 0)
		return read_user(m, &s->uid);
	if (strcmp(name, "Class") == 0) {
		rc = read_text(m, class_, sizeof(class_));
		s->greeter = strcmp(class_, "greeter") == 0;
		return rc;
	}
	if (strcmp(name, "LockedHint") == 0) {
		rc = sd_bus_message_read(m, "v", "b", &yes);
		s->locked = rc >= 0 && yes;
		return rc;
	}
	return sd_bus_message_skip(m, "v");
}

static int
read_properties(sd_bus_message *m, struct session *s)
{
	int rc = sd_bus_message_enter_container(m, 'a', "{sv}");
	const char *name;

	while (rc >= 0 &&
	       (rc = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		rc = sd_bus_message_read(m, "s", &name);
		if (rc >= 0)
			rc = read_property(m, name, s);
		if (rc >= 0)
			rc = sd_bus_message_exit_container(m);
	}
	return rc;
}

/* The call that this answers is over: another may be made. */
static void
call_done(struct logind *l)
{
	l->call = sd_bus_slot_unref(l->call);
}

static int
on_properties(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct logind *l = arg;

	(void)error;
	call_done(l);
	/* An error: the session ended between the two questions. */
	if (sd_bus_message_is_method_error(m, NULL) == 0 &&
	    read_properties(m, &l->next) >= 0)
		settle(l);
	return 0;
}

static int
on_active(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct logind *l = arg;
	const char *id = "", *path = "/";

	(void)error;
	call_done(l);
	memset(&l->next, 0, sizeof(l->next));
	if (sd_bus_message_is_method_error(m, NULL)) {
		/* No such seat: nobody can sit at it. Any other error says
		 * nothing. */
		if (sd_bus_message_is_method_error(m,
			"org.freedesktop.DBus.Error.UnknownObject"))
			settle(l);
		return 0;
	}
	if (sd_bus_message_read(m, "v", "(so)", &id, &path) < 0)
		return 0;
	snprintf(l->next.id, sizeof(l->next.id), "%s", id);
	l->next.present = id[0] != '\0';
	if (!l->next.present)
		settle(l);
	else
		sd_bus_call_method_async(l->bus, &l->call, LOGIN, path,
		    "org.freedesktop.DBus.Properties", "GetAll", on_properties,
		    l, "s", SESSION);
	return 0;
}

static void
ask(struct logind *l)
{
	char path[128], *escaped = NULL;

	l->asked_us = l->now_us;
	if (sd_bus_path_encode("/org/freedesktop/login1/seat",
		l->source.around->options->seat, &escaped) < 0)
		return;
	snprintf(path, sizeof(path), "%s", escaped);
	free(escaped);
	call_done(l); /* the one before was never answered */
	sd_bus_call_method_async(l->bus, &l->call, LOGIN, path,
	    "org.freedesktop.DBus.Properties", "Get", on_active, l, "ss",
	    "org.freedesktop.login1.Seat", "ActiveSession");
}

/* --- the machine stops */

static int
on_inhibited(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct logind *l = arg;
	int fd;

	(void)error;
	l->inhibit_call = sd_bus_slot_unref(l->inhibit_call);
	if (sd_bus_message_is_method_error(m, NULL) == 0 &&
	    sd_bus_message_read(m, "h", &fd) >= 0 && l->inhibitor < 0)
		l->inhibitor = dup(fd);
	return 0;
}

/* So that there is time for a goodbye. */
static void
inhibit(struct logind *l)
{
	sd_bus_call_method_async(l->bus, &l->inhibit_call, LOGIN, MANAGER_PATH,
	    MANAGER, "Inhibit", on_inhibited, l, "ssss", "shutdown:sleep",
	    "camwarden-console", "says goodbye to the camwarden server",
	    "delay");
}

static int
on_going(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct logind *l = arg;
	int going = 0;

	(void)error;
	if (sd_bus_message_read(m, "b", &going) < 0)
		return 0;
	l->source.around->going_down = going != 0;
	if (!going && l->inhibitor < 0)
		inhibit(l);
	return 0;
}

void
source_logind_let_go(struct source *s)
{
	struct logind *l = (struct logind *)s;

	if (l->inhibitor >= 0)
		close(l->inhibitor);
	l->inhibitor = -1;
}

/* --- as a source */

static void
connect_bus(struct logind *l)
{
	int rc;

	l->retry_us = l->now_us + RETRY_US;
	rc = sd_bus_open_system(&l->bus);
	if (rc >= 0)
		rc = sd_bus_match_signal_async(l->bus, &l->shutdown, LOGIN,
		    MANAGER_PATH, MANAGER, "PrepareForShutdown", on_going, NULL,
		    l);
	if (rc >= 0)
		rc = sd_bus_match_signal_async(l->bus, &l->sleep, LOGIN,
		    MANAGER_PATH, MANAGER, "PrepareForSleep", on_going, NULL,
		    l);
	if (rc < 0) {
		lose(l, strerror(-rc));
		return;
	}
	l->source.around->going_down = false;
	l->answered_us = l->now_us;
	inhibit(l);
	ask(l);
}

static void
work(struct logind *l)
{
	int rc = 0;

	while (l->bus != NULL && (rc = sd_bus_process(l->bus, NULL)) > 0)
		continue;
	if (rc < 0)
		lose(l, strerror(-rc));
}

static void
step(struct source *s, int64_t now_us)
{
	struct logind *l = (struct logind *)s;

	l->now_us = now_us;
	if (l->bus == NULL && now_us >= l->retry_us)
		connect_bus(l);
	else if (l->bus != NULL && now_us - l->asked_us >= ASK_EVERY_US)
		ask(l);
	work(l);
	if (now_us - l->answered_us > STALE_US)
		memset(&s->around->session, 0, sizeof(s->around->session));
}

static int
fds(struct source *s, struct pollfd *out, int room)
{
	struct logind *l = (struct logind *)s;
	int events;

	if (l->bus == NULL || room < 1)
		return 0;
	events = sd_bus_get_events(l->bus);
	*out = (struct pollfd){ sd_bus_get_fd(l->bus),
		(short)(events < 0 ? POLLIN : events), 0 };
	return out->fd < 0 ? 0 : 1;
}

static void
ready(struct source *s, int64_t now_us)
{
	struct logind *l = (struct logind *)s;

	l->now_us = now_us;
	work(l);
}

static void
fill(struct source *s, struct heartbeat *hb, int64_t now_us)
{
	const struct session *session = &s->around->session;

	(void)now_us;
	if (!session->known)
		return;
	if (session->present && !session->greeter)
		snprintf(hb->session, sizeof(hb->session), "%s", session->id);
	hb->sees_lock = HEARTBEAT_LOGIND;
	hb->locked = session->locked ? SAID_YES : SAID_NO;
}

static void
free_source(struct source *s)
{
	struct logind *l = (struct logind *)s;

	l->said_why = true;
	lose(l, "");
	free(l);
}

struct source *
source_logind_new(struct surroundings *around)
{
	struct logind *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->inhibitor = -1;
	l->source = (struct source){ "logind", around, step, fds, ready, fill,
		free_source };
	return &l->source;
}
