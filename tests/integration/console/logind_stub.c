/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays logind on the bus of DBUS_SYSTEM_BUS_ADDRESS. Commands on stdin:
 *   session ID TYPE CLASS DISPLAY   ("-" for an empty text; ID "-" = none)
 *   locked yes|no
 *   shutdown yes|no
 * Says "ready", "ok" after each command, "released" when an inhibitor is let
 * go.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

#define SESSION_PATH "/org/freedesktop/login1/session/_31"

static struct {
	char id[32], type[32], class_[32], display[32];
	int locked;
	int inhibitor; /* our end of it; -1 = none */
} world = { .inhibitor = -1 };

static int
get_active(sd_bus *bus, const char *path, const char *interface,
    const char *name, sd_bus_message *reply, void *arg, sd_bus_error *error)
{
	(void)bus;
	(void)path;
	(void)interface;
	(void)name;
	(void)arg;
	(void)error;
	return sd_bus_message_append(reply, "(so)", world.id,
	    world.id[0] != '\0' ? SESSION_PATH : "/");
}

static int
get_user(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *reply, void *arg, sd_bus_error *error)
{
	(void)bus;
	(void)path;
	(void)interface;
	(void)name;
	(void)arg;
	(void)error;
	return sd_bus_message_append(reply, "(uo)", (unsigned)getuid(),
	    "/org/freedesktop/login1/user/_30");
}

static int
get_text(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *reply, void *arg, sd_bus_error *error)
{
	(void)bus;
	(void)path;
	(void)interface;
	(void)name;
	(void)error;
	return sd_bus_message_append(reply, "s", (const char *)arg);
}

static int
on_inhibit(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	int ends[2], rc;

	(void)arg;
	(void)error;
	if (pipe(ends) != 0)
		return -1;
	if (world.inhibitor >= 0)
		close(world.inhibitor);
	world.inhibitor = ends[0];
	rc = sd_bus_reply_method_return(m, "h", ends[1]);
	close(ends[1]);
	return rc;
}

static const sd_bus_vtable seat[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("ActiveSession", "(so)", get_active, 0, 0),
	SD_BUS_VTABLE_END,
};
static const sd_bus_vtable session[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Id", "s", get_text, 0, 0),
	SD_BUS_PROPERTY("Type", "s", get_text,
	    (char *)world.type - (char *)&world, 0),
	SD_BUS_PROPERTY("Class", "s", get_text,
	    (char *)world.class_ - (char *)&world, 0),
	SD_BUS_PROPERTY("Display", "s", get_text,
	    (char *)world.display - (char *)&world, 0),
	SD_BUS_PROPERTY("User", "(uo)", get_user, 0, 0),
	SD_BUS_PROPERTY("LockedHint", "b", NULL,
	    (char *)&world.locked - (char *)&world, 0),
	SD_BUS_VTABLE_END,
};
static const sd_bus_vtable manager[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Inhibit", "ssss", "h", on_inhibit,
	    SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static void
copy(char out[32], const char *text)
{
	snprintf(out, 32, "%s", strcmp(text, "-") == 0 ? "" : text);
}

static void
obey(sd_bus *bus, const char *line)
{
	char a[32] = "", b[32] = "", c[32] = "", d[32] = "";

	if (sscanf(line, "session %31s %31s %31s %31s", a, b, c, d) == 4) {
		copy(world.id, a);
		copy(world.type, b);
		copy(world.class_, c);
		copy(world.display, d);
	} else if (sscanf(line, "locked %31s", a) == 1) {
		world.locked = strcmp(a, "yes") == 0;
	} else if (sscanf(line, "shutdown %31s", a) == 1) {
		sd_bus_emit_signal(bus, "/org/freedesktop/login1",
		    "org.freedesktop.login1.Manager", "PrepareForShutdown", "b",
		    strcmp(a, "yes") == 0);
	}
	puts("ok");
}

static int
serve(sd_bus *bus)
{
	char line[256];

	for (;;) {
		struct pollfd fds[] = { { 0, POLLIN, 0 },
			{ sd_bus_get_fd(bus), POLLIN, 0 },
			{ world.inhibitor, POLLIN, 0 } };

		while (sd_bus_process(bus, NULL) > 0)
			continue;
		fds[2].fd = world.inhibitor;
		poll(fds, 3, -1);
		if (fds[2].revents != 0) {
			puts("released");
			close(world.inhibitor);
			world.inhibitor = -1;
		}
		if (fds[0].revents == 0)
			continue;
		if (fgets(line, sizeof(line), stdin) == NULL)
			return 0;
		obey(bus, line);
	}
}

int
main(void)
{
	sd_bus *bus;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	if (sd_bus_open_system(&bus) < 0 ||
	    sd_bus_add_object_vtable(bus, NULL,
		"/org/freedesktop/login1/seat/seat0",
		"org.freedesktop.login1.Seat", seat, &world) < 0 ||
	    sd_bus_add_object_vtable(bus, NULL, SESSION_PATH,
		"org.freedesktop.login1.Session", session, &world) < 0 ||
	    sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/login1",
		"org.freedesktop.login1.Manager", manager, &world) < 0 ||
	    sd_bus_request_name(bus, "org.freedesktop.login1", 0) < 0) {
		fputs("logind_stub: no bus\n", stderr);
		return 1;
	}
	puts("ready");
	return serve(bus);
}
