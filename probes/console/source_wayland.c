/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long nobody did anything, from a compositor that offers
 * ext-idle-notify-v1 (wlroots, KWin; not GNOME), or what KDE had before it
 * (older wlroots, such as Debian 12's sway). Version 2 counts input alone; the
 * others keep quiet while a player inhibits idling, so that only "idle" can be
 * believed there. Which device an input came from is never said.
 *
 * The protocols are so small that their tables stand here; Debian 12's
 * wayland-protocols has version 1 only.
 */
#include "probes/console/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wayland-client.h>

#include "common/clock.h"
#include "common/log.h"
#include "probes/console/idle_watch.h"

#define RETRY_US (5 * US_PER_S)
#define NOTIFIER "ext_idle_notifier_v1"
#define KDE_NOTIFIER "org_kde_kwin_idle"
#define KDE_GET_IDLE 0 /* requests of the notifiers */
#define GET_IDLE 1
#define GET_INPUT_IDLE 2 /* since version 2 */

static const struct wl_interface notification_interface;
static const struct wl_interface *get_types[] = { &notification_interface, NULL,
	&wl_seat_interface };
static const struct wl_message notifier_requests[] = {
	{ "destroy", "", NULL },
	{ "get_idle_notification", "nuo", get_types },
	{ "get_input_idle_notification", "2nuo", get_types },
};
static const struct wl_interface notifier_interface = { NOTIFIER, 2, 3,
	notifier_requests, 0, NULL };
static const struct wl_message notification_requests[] = {
	{ "destroy", "", NULL },
};
static const struct wl_message notification_events[] = {
	{ "idled", "", NULL },
	{ "resumed", "", NULL },
};
static const struct wl_interface notification_interface = {
	"ext_idle_notification_v1", 2, 1, notification_requests, 2,
	notification_events
};

static const struct wl_interface kde_notification_interface;
static const struct wl_interface *kde_get_types[] = {
	&kde_notification_interface, &wl_seat_interface, NULL
};
static const struct wl_message kde_notifier_requests[] = {
	{ "get_idle_timeout", "nou", kde_get_types },
};
static const struct wl_interface kde_notifier_interface = { KDE_NOTIFIER, 1, 1,
	kde_notifier_requests, 0, NULL };
static const struct wl_message kde_notification_requests[] = {
	{ "release", "", NULL },
	{ "simulate_user_activity", "", NULL },
};
static const struct wl_message kde_notification_events[] = {
	{ "idle", "", NULL },
	{ "resumed", "", NULL },
};
static const struct wl_interface kde_notification_interface = {
	"org_kde_kwin_idle_timeout", 1, 2, kde_notification_requests, 2,
	kde_notification_events
};

struct wayland;
struct notification {
	struct wayland *w;
	uint32_t timeout_ms;
	struct wl_proxy *proxy;
};
struct notification_listener {
	void (*idled)(void *arg, struct wl_proxy *proxy);
	void (*resumed)(void *arg, struct wl_proxy *proxy);
};

struct wayland {
	struct source source;
	struct wl_display *display; /* NULL = not connected */
	struct wl_registry *registry;
	struct wl_callback *all_told; /* after the last global */
	struct wl_seat *seat;
	struct wl_proxy *notifier;
	/* Names of the globals, 0 = it isn't there. */
	uint32_t seat_name, notifier_name, kde_name, version;
	struct notification notifications[IDLE_WATCH_TIMEOUTS];
	struct idle_watch watch;
	bool watching;
	char session[HEARTBEAT_ID_BYTES]; /* it was connected for */
	int64_t retry_us, now_us;
	bool said_why;
};

static void
lose(struct wayland *w, const char *why)
{
	if (w->display == NULL)
		return;
	if (!w->said_why)
		log_warn("console", "Wayland: %s", why);
	w->said_why = true;
	for (int i = 0; i < IDLE_WATCH_TIMEOUTS; i++)
		if (w->notifications[i].proxy != NULL)
			wl_proxy_destroy(w->notifications[i].proxy);
	if (w->notifier != NULL)
		wl_proxy_destroy(w->notifier);
	if (w->seat != NULL)
		wl_seat_destroy(w->seat);
	if (w->all_told != NULL)
		wl_callback_destroy(w->all_told);
	wl_registry_destroy(w->registry);
	wl_display_disconnect(w->display);
	memset(w->notifications, 0, sizeof(w->notifications));
	w->display = NULL;
	w->all_told = NULL;
	w->seat = NULL;
	w->notifier = NULL;
	w->seat_name = w->notifier_name = w->kde_name = w->version = 0;
	w->watching = false;
}

static void
on_idled(void *arg, struct wl_proxy *proxy)
{
	const struct notification *n = arg;

	(void)proxy;
	idle_watch_idled(&n->w->watch, n->timeout_ms, n->w->now_us);
}

static void
on_resumed(void *arg, struct wl_proxy *proxy)
{
	const struct notification *n = arg;

	(void)proxy;
	idle_watch_resumed(&n->w->watch, n->w->now_us);
}

static struct wl_proxy *
ask(struct wayland *w, uint32_t timeout_ms)
{
	if (w->notifier_name == 0)
		return wl_proxy_marshal_flags(w->notifier, KDE_GET_IDLE,
		    &kde_notification_interface, 1, 0, NULL, w->seat,
		    timeout_ms);
	return wl_proxy_marshal_flags(w->notifier,
	    w->version >= 2 ? GET_INPUT_IDLE : GET_IDLE,
	    &notification_interface, w->version, 0, NULL, timeout_ms, w->seat);
}

static void
watch(struct wayland *w)
{
	static const struct notification_listener listener = { on_idled,
		on_resumed };

	for (int i = 0; i < IDLE_WATCH_TIMEOUTS; i++) {
		struct notification *n = &w->notifications[i];

		n->w = w;
		n->timeout_ms = idle_watch_timeouts_ms[i];
		n->proxy = ask(w, n->timeout_ms);
		if (n->proxy != NULL)
			wl_proxy_add_listener(n->proxy,
			    (void (**)(void)) & listener, n);
	}
	idle_watch_begin(&w->watch, w->version < 2, w->now_us);
	w->watching = true;
	w->said_why = false;
	log_info("console", "Wayland: %s, version %u",
	    w->notifier_name != 0 ? NOTIFIER : KDE_NOTIFIER, w->version);
}

static void
on_global(void *arg, struct wl_registry *registry, uint32_t name,
    const char *interface, uint32_t version)
{
	struct wayland *w = arg;

	(void)registry;
	if (strcmp(interface, NOTIFIER) == 0) {
		w->notifier_name = name;
		w->version = version < 2 ? version : 2;
	} else if (strcmp(interface, KDE_NOTIFIER) == 0) {
		w->kde_name = name;
	} else if (strcmp(interface, "wl_seat") == 0 && w->seat_name == 0) {
		w->seat_name = name;
	}
}

static void
on_all_told(void *arg, struct wl_callback *callback, uint32_t data)
{
	struct wayland *w = arg;

	(void)data;
	wl_callback_destroy(callback);
	w->all_told = NULL;
	if (w->seat_name == 0 || (w->notifier_name == 0 && w->kde_name == 0)) {
		if (!w->said_why)
			log_warn("console",
			    "Wayland: this compositor tells no idle time");
		w->said_why = true;
		return;
	}
	if (w->notifier_name == 0)
		w->version = 1;
	w->seat =
	    wl_registry_bind(w->registry, w->seat_name, &wl_seat_interface, 1);
	w->notifier = w->notifier_name != 0
			  ? wl_registry_bind(w->registry, w->notifier_name,
				&notifier_interface, w->version)
			  : wl_registry_bind(w->registry, w->kde_name,
				&kde_notifier_interface, 1);
	if (w->seat != NULL && w->notifier != NULL)
		watch(w);
}

static void
on_global_remove(void *arg, struct wl_registry *registry, uint32_t name)
{
	(void)arg;
	(void)registry;
	(void)name;
}

/* --- where it is */

/* "wayland-0" of the session's user; "" = none is there. */
static void
find_socket(const struct session *s, char *out, size_t size)
{
	char folder[64];
	struct dirent *e;
	DIR *d;

	out[0] = '\0';
	snprintf(folder, sizeof(folder), "/run/user/%u", (unsigned)s->uid);
	d = opendir(folder);
	while (d != NULL && (e = readdir(d)) != NULL)
		if (strncmp(e->d_name, "wayland-", 8) == 0 &&
		    strchr(e->d_name, '.') == NULL)
			snprintf(out, size, "%s/%.60s", folder, e->d_name);
	if (d != NULL)
		closedir(d);
}

static bool
wanted(const struct surroundings *around, char *path_out, size_t size)
{
	const struct session *s = &around->session;

	path_out[0] = '\0';
	if (around->options->wayland_socket[0] != '\0')
		snprintf(path_out, size, "%s", around->options->wayland_socket);
	else if (s->known && s->present && strcmp(s->type, "wayland") == 0)
		find_socket(s, path_out, size);
	return path_out[0] != '\0';
}

static void
try_connect(struct wayland *w, const char *path)
{
	static const struct wl_registry_listener listener = { on_global,
		on_global_remove };
	static const struct wl_callback_listener told_listener = {
		on_all_told
	};

	w->display = wl_display_connect(path);
	if (w->display == NULL) {
		if (!w->said_why)
			log_warn("console", "Wayland: %s: %s", path,
			    strerror(errno));
		w->said_why = true;
		return;
	}
	snprintf(w->session, sizeof(w->session), "%s",
	    w->source.around->session.id);
	w->registry = wl_display_get_registry(w->display);
	wl_registry_add_listener(w->registry, &listener, w);
	w->all_told = wl_display_sync(w->display);
	wl_callback_add_listener(w->all_told, &told_listener, w);
	wl_display_flush(w->display);
}

/* --- as a source */

static void
step(struct source *s, int64_t now_us)
{
	struct wayland *w = (struct wayland *)s;
	char path[512];

	w->now_us = now_us;
	if (w->display != NULL && strcmp(w->session, s->around->session.id))
		lose(w, "another session is active now");
	if (w->display != NULL || now_us < w->retry_us)
		return;
	w->retry_us = now_us + RETRY_US;
	if (wanted(s->around, path, sizeof(path)))
		try_connect(w, path);
}

static int
fds(struct source *s, struct pollfd *out, int room)
{
	struct wayland *w = (struct wayland *)s;

	if (w->display == NULL || room < 1)
		return 0;
	wl_display_flush(w->display);
	*out = (struct pollfd){ wl_display_get_fd(w->display), POLLIN, 0 };
	return 1;
}

/* What the socket holds, without waiting for more; false: it broke. */
static bool
read_events(struct wl_display *d)
{
	struct pollfd p = { wl_display_get_fd(d), POLLIN, 0 };

	while (wl_display_prepare_read(d) != 0)
		if (wl_display_dispatch_pending(d) < 0)
			return false;
	if (poll(&p, 1, 0) <= 0) {
		wl_display_cancel_read(d);
		return true;
	}
	return wl_display_read_events(d) == 0 &&
	       wl_display_dispatch_pending(d) >= 0;
}

static void
ready(struct source *s, int64_t now_us)
{
	struct wayland *w = (struct wayland *)s;

	w->now_us = now_us;
	if (w->display == NULL)
		return;
	if (!read_events(w->display) || wl_display_get_error(w->display) != 0)
		lose(w, "the compositor ended");
	else
		wl_display_flush(w->display);
}

static void
fill(struct source *s, struct heartbeat *hb, int64_t now_us)
{
	const struct wayland *w = (const struct wayland *)s;

	uint32_t ms = idle_watch_ms(&w->watch, now_us);

	/* Whoever sees the inputs themselves knows better. What may be
	 * inhibited sees nobody's work, only that there is none. */
	if (!w->watching || hb->sees_input != HEARTBEAT_BLIND ||
	    (ms == HEARTBEAT_NOT_SAID && w->watch.inhibited))
		return;
	hb->sees_idle = HEARTBEAT_WAYLAND;
	hb->idle_ms = ms;
}

static void
free_source(struct source *s)
{
	struct wayland *w = (struct wayland *)s;

	w->said_why = true;
	lose(w, "");
	free(w);
}

struct source *
source_wayland_new(struct surroundings *around)
{
	struct wayland *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->source = (struct source){ "wayland", around, step, fds, ready, fill,
		free_source };
	return &w->source;
}
