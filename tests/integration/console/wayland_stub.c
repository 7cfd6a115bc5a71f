/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays a compositor with one seat and ext-idle-notify-v1: wayland_stub NAME
 * VERSION makes the socket $XDG_RUNTIME_DIR/NAME. Commands on stdin:
 *   idled MS     to every notification of that time-out
 *   resumed      to every notification
 * Says "ready", "ok" after each command, "notification KIND MS" for each that
 * is asked for.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wayland-server.h>

#define MOST 16

static const struct wl_interface notification_interface;
static const struct wl_interface *get_types[] = { &notification_interface, NULL,
	&wl_seat_interface };
static const struct wl_message notifier_requests[] = {
	{ "destroy", "", NULL },
	{ "get_idle_notification", "nuo", get_types },
	{ "get_input_idle_notification", "2nuo", get_types },
};
static const struct wl_interface notifier_interface = { "ext_idle_notifier_v1",
	2, 3, notifier_requests, 0, NULL };
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

static struct {
	struct wl_resource *resource;
	unsigned timeout_ms;
} notifications[MOST];
static struct wl_display *display;

static void
on_destroy_request(struct wl_client *client, struct wl_resource *resource)
{
	(void)client;
	wl_resource_destroy(resource);
}

static void (*const only_destroy[])(struct wl_client *,
    struct wl_resource *) = { on_destroy_request };

static void
on_gone(struct wl_resource *resource)
{
	for (int i = 0; i < MOST; i++)
		if (notifications[i].resource == resource)
			notifications[i].resource = NULL;
}

static void
add(struct wl_client *client, struct wl_resource *notifier, uint32_t id,
    uint32_t timeout_ms, const char *kind)
{
	struct wl_resource *r = wl_resource_create(client,
	    &notification_interface, wl_resource_get_version(notifier), id);

	wl_resource_set_implementation(r, &only_destroy, NULL, on_gone);
	for (int i = 0; i < MOST; i++)
		if (notifications[i].resource == NULL) {
			notifications[i].resource = r;
			notifications[i].timeout_ms = timeout_ms;
			break;
		}
	printf("notification %s %u\n", kind, timeout_ms);
}

static void
get_idle(struct wl_client *client, struct wl_resource *notifier, uint32_t id,
    uint32_t timeout_ms, struct wl_resource *seat)
{
	(void)seat;
	add(client, notifier, id, timeout_ms, "idle");
}

static void
get_input_idle(struct wl_client *client, struct wl_resource *notifier,
    uint32_t id, uint32_t timeout_ms, struct wl_resource *seat)
{
	(void)seat;
	add(client, notifier, id, timeout_ms, "input");
}

static const struct {
	void (*destroy)(struct wl_client *, struct wl_resource *);
	void (*get_idle)(struct wl_client *, struct wl_resource *, uint32_t,
	    uint32_t, struct wl_resource *);
	void (*get_input_idle)(struct wl_client *, struct wl_resource *,
	    uint32_t, uint32_t, struct wl_resource *);
} notifier_functions = { on_destroy_request, get_idle, get_input_idle };

static void
bind_notifier(struct wl_client *client, void *arg, uint32_t version,
    uint32_t id)
{
	(void)arg;
	wl_resource_set_implementation(wl_resource_create(client,
					   &notifier_interface, (int)version,
					   id),
	    &notifier_functions, NULL, NULL);
}

static void
bind_seat(struct wl_client *client, void *arg, uint32_t version, uint32_t id)
{
	(void)arg;
	wl_resource_set_implementation(wl_resource_create(client,
					   &wl_seat_interface, (int)version,
					   id),
	    &only_destroy, NULL, NULL);
}

static int
on_command(int fd, uint32_t mask, void *arg)
{
	unsigned timeout_ms = 0;
	char line[64];

	(void)fd;
	(void)mask;
	(void)arg;
	if (fgets(line, sizeof(line), stdin) == NULL) {
		wl_display_terminate(display);
		return 0;
	}
	bool idled = sscanf(line, "idled %u", &timeout_ms) == 1;

	for (int i = 0; i < MOST; i++)
		if (notifications[i].resource != NULL &&
		    (!idled || notifications[i].timeout_ms == timeout_ms))
			wl_resource_post_event(notifications[i].resource,
			    idled ? 0 : 1);
	puts("ok");
	return 0;
}

int
main(int argc, char **argv)
{
	int version = argc == 3 && argv[2][0] == '1' ? 1 : 2;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	display = wl_display_create();
	if (argc != 3 || display == NULL ||
	    wl_display_add_socket(display, argv[1]) != 0) {
		fputs("usage: wayland_stub NAME 1|2\n", stderr);
		return 2;
	}
	wl_global_create(display, &wl_seat_interface, 1, NULL, bind_seat);
	wl_global_create(display, &notifier_interface, version, NULL,
	    bind_notifier);
	wl_event_loop_add_fd(wl_display_get_event_loop(display), 0,
	    WL_EVENT_READABLE, on_command, NULL);
	puts("ready");
	wl_display_run(display);
	wl_display_destroy_clients(display);
	wl_display_destroy(display);
	return 0;
}
