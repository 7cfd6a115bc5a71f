/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of the connection: which display, whose cookie, again after a loss.
 * XCB and not Xlib, since Xlib ends the program with the server.
 */
#include "probes/console/x11.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <xcb/dpms.h>
#include <xcb/randr.h>
#include <xcb/screensaver.h>
#include <xcb/xinput.h>

#include "common/clock.h"
#include "common/log.h"
#include "probes/console/xauth.h"

#define RETRY_US (2 * US_PER_S)
#define PLACE_EVERY_US 20000
#define SOCKETS "/tmp/.X11-unix"
#define COOKIES_BYTES 65536
#define MOST_COOKIES 8 /* to try */

static void
lose(struct x11 *x, const char *why)
{
	if (x->c == NULL)
		return;
	log_warn("console", "X server %s: %s", x->display, why);
	xcb_disconnect(x->c);
	x->c = NULL;
	x->source.around->x11_sees_input = false;
}

void *
x11_reply(struct x11 *x, unsigned sequence)
{
	int64_t end = clock_mono_us() + X11_WAIT_MS * US_PER_MS;
	xcb_generic_error_t *error = NULL;
	void *reply = NULL;

	if (x->c == NULL)
		return NULL;
	xcb_flush(x->c);
	while (!xcb_poll_for_reply(x->c, sequence, &reply, &error)) {
		struct pollfd p = { xcb_get_file_descriptor(x->c), POLLIN, 0 };
		int64_t left = end - clock_mono_us();

		if (xcb_connection_has_error(x->c) != 0 || left <= 0) {
			lose(x, left <= 0 ? "it does not answer" : "it ended");
			return NULL;
		}
		poll(&p, 1, (int)(left / US_PER_MS) + 1);
	}
	free(error);
	return reply;
}

/* --- where it is */

/* A server that hangs would keep xcb_connect waiting for ever: see first
 * whether it answers anything, be it that we may not in. */
static bool
answers(const char *display)
{
	static const uint8_t hello[12] = { 'l', 0, 11 };
	const char *number = strrchr(display, ':');
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct timeval wait = { .tv_sec = 1 };
	uint8_t byte;
	int fd;
	bool ok;

	if (number == NULL || number != display)
		return true; /* another machine's */
	snprintf(a.sun_path, sizeof(a.sun_path), SOCKETS "/X%.*s",
	    (int)strcspn(number + 1, "."), number + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	     send(fd, hello, sizeof(hello), MSG_NOSIGNAL) == sizeof(hello) &&
	     recv(fd, &byte, 1, 0) == 1;
	close(fd);
	return ok;
}

static xcb_connection_t *
connect_by(const char *display, xcb_auth_info_t *auth)
{
	int screen;
	xcb_connection_t *c =
	    xcb_connect_to_display_with_auth_info(display, auth, &screen);

	if (xcb_connection_has_error(c) == 0)
		return c;
	xcb_disconnect(c);
	return NULL;
}

/* The file's bytes, given; NULL: it can't be read. */
static uint8_t *
read_cookies(const char *path, size_t *n_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	uint8_t *bytes = malloc(COOKIES_BYTES);
	ssize_t n =
	    fd >= 0 && bytes != NULL ? read(fd, bytes, COOKIES_BYTES) : -1;

	if (fd >= 0)
		close(fd);
	*n_out = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return bytes;
	free(bytes);
	return NULL;
}

/* By each of the file's cookies that may be this display's. */
static xcb_connection_t *
connect_with(const char *display, const char *path)
{
	const char *colon = strrchr(display, ':');
	char number[16] = "";
	uint8_t *bytes;
	const uint8_t *cookie;
	size_t n, at = 0, length;
	xcb_connection_t *c = NULL;

	if (colon != NULL)
		snprintf(number, sizeof(number), "%.*s",
		    (int)strcspn(colon + 1, "."), colon + 1);
	bytes = read_cookies(path, &n);
	for (int i = 0; i < MOST_COOKIES && bytes != NULL && c == NULL &&
			xauth_next(bytes, n, number, &at, &cookie, &length);
	     i++)
		c = connect_by(display,
		    &(xcb_auth_info_t){ .namelen = strlen(XAUTH_NAME),
			.name = (char *)XAUTH_NAME,
			.datalen = (int)length,
			.data = (char *)cookie });
	if (bytes != NULL)
		explicit_bzero(bytes, n);
	free(bytes);
	return c;
}

/* KWin and Mutter name theirs by chance. */
static xcb_connection_t *
connect_by_folder(const char *display, const char *folder, const char *start)
{
	xcb_connection_t *c = NULL;
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[512];

	while (d != NULL && c == NULL && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, start, strlen(start)) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		c = connect_with(display, path);
	}
	if (d != NULL)
		closedir(d);
	return c;
}

/* Where GDM, startx, LightDM, SDDM and KDE leave the session's cookie. */
static xcb_connection_t *
connect_as_session(const char *display, const struct session *session)
{
	char run[64], path[512];
	struct passwd *pw = getpwuid(session->uid);
	xcb_connection_t *c;

	snprintf(run, sizeof(run), "/run/user/%u", (unsigned)session->uid);
	snprintf(path, sizeof(path), "%s/gdm/Xauthority", run);
	if ((c = connect_with(display, path)) != NULL)
		return c;
	if (pw != NULL) {
		snprintf(path, sizeof(path), "%s/.Xauthority", pw->pw_dir);
		if ((c = connect_with(display, path)) != NULL)
			return c;
		snprintf(path, sizeof(path), "/var/run/lightdm/%s/xauthority",
		    pw->pw_name);
		if ((c = connect_with(display, path)) != NULL)
			return c;
	}
	if ((c = connect_by_folder(display, run, "xauth_")) != NULL)
		return c;
	return connect_by_folder(display, run, ".mutter-Xwaylandauth.");
}

static xcb_connection_t *
open_display(const char *display, const struct surroundings *around)
{
	const struct options *o = around->options;
	xcb_connection_t *c = NULL;

	if (!answers(display))
		return NULL;
	if (o->xauthority[0] != '\0')
		return connect_with(display, o->xauthority);
	if (around->session.present)
		c = connect_as_session(display, &around->session);
	return c != NULL ? c : connect_by(display, NULL);
}

/* GDM doesn't tell logind the display: the server that runs as the session's
 * user, or else the first there is. */
static void
find_display(uid_t uid, char *out, size_t size)
{
	DIR *d = opendir(SOCKETS);
	bool theirs = false;
	struct dirent *e;
	struct stat st;

	snprintf(out, size, ":0");
	while (d != NULL && !theirs && (e = readdir(d)) != NULL) {
		if (e->d_name[0] != 'X' ||
		    fstatat(dirfd(d), e->d_name, &st, 0) != 0)
			continue;
		theirs = st.st_uid == uid && uid != 0;
		if (theirs)
			snprintf(out, size, ":%.8s", e->d_name + 1);
	}
	if (d != NULL)
		closedir(d);
}

/* "" = there is none to look at now. */
static void
wanted_display(const struct x11 *x, char *out, size_t size)
{
	const struct surroundings *around = x->source.around;
	const struct session *s = &around->session;

	out[0] = '\0';
	if (around->options->display[0] != '\0')
		snprintf(out, size, "%s", around->options->display);
	else if (!s->known || !s->present || strcmp(s->type, "x11") != 0)
		return;
	else if (s->display[0] != '\0')
		snprintf(out, size, "%s", s->display);
	else if (x->c != NULL && strcmp(x->session, s->id) == 0)
		snprintf(out, size, "%s", x->display);
	else
		find_display(s->uid, out, size);
}

/* --- what it can do */

static void
name_atoms(struct x11 *x)
{
	static const char *const names[X11_ATOMS] = {
		[X11_CLIENTS_STACKED] = "_NET_CLIENT_LIST_STACKING",
		[X11_CLIENTS] = "_NET_CLIENT_LIST",
		[X11_CURRENT_DESKTOP] = "_NET_CURRENT_DESKTOP",
		[X11_DESKTOP] = "_NET_WM_DESKTOP",
		[X11_STATE] = "_NET_WM_STATE",
		[X11_STATE_HIDDEN] = "_NET_WM_STATE_HIDDEN",
		[X11_NAME] = "_NET_WM_NAME",
		[X11_WM_STATE] = "WM_STATE",
		[X11_XTEST_DEVICE] = "XTEST Device",
		[X11_DEVICE_NODE] = "Device Node",
	};
	xcb_intern_atom_cookie_t asked[X11_ATOMS];

	for (int i = 0; i < X11_ATOMS; i++)
		asked[i] = xcb_intern_atom(x->c, 0, (uint16_t)strlen(names[i]),
		    names[i]);
	for (int i = 0; i < X11_ATOMS; i++) {
		xcb_intern_atom_reply_t *r = x11_reply(x, asked[i].sequence);

		x->atoms[i] = r != NULL ? r->atom : XCB_ATOM_NONE;
		free(r);
	}
}

static bool
has(struct x11 *x, xcb_extension_t *extension)
{
	const xcb_query_extension_reply_t *r =
	    xcb_get_extension_data(x->c, extension);

	return r != NULL && r->present;
}

static void
start(struct x11 *x)
{
	const xcb_screen_t *s =
	    xcb_setup_roots_iterator(xcb_get_setup(x->c)).data;

	x->root = s->root;
	x->root_area =
	    (struct rectangle){ 0, 0, s->width_in_pixels, s->height_in_pixels };
	x->has_input = has(x, &xcb_input_id);
	x->has_saver = has(x, &xcb_screensaver_id);
	x->has_dpms = has(x, &xcb_dpms_id);
	x->has_randr = has(x, &xcb_randr_id);
	x->rootless = false;
	x->said_why = false;
	name_atoms(x);
	x11_screens_start(x);
	x11_input_start(x);
	if (x->c != NULL)
		log_info("console", "X server %s: connected%s%s", x->display,
		    x->has_input ? "" : ", can't see single inputs",
		    x->rootless ? ", a Wayland session's: can't see input"
				: "");
}

static void
try_connect(struct x11 *x, const char *display, int64_t now_us)
{
	x->retry_us = now_us + RETRY_US;
	snprintf(x->display, sizeof(x->display), "%s", display);
	memcpy(x->session, x->source.around->session.id, sizeof(x->session));
	x->c = open_display(display, x->source.around);
	if (x->c != NULL) {
		start(x);
		return;
	}
	if (!x->said_why)
		log_warn("console",
		    "X server %s: can't be reached, or it does not let the "
		    "agent in (see --xauthority)",
		    display);
	x->said_why = true;
}

/* --- as a source */

static void
step(struct source *s, int64_t now_us)
{
	struct x11 *x = (struct x11 *)s;
	char display[sizeof(x->display)];

	wanted_display(x, display, sizeof(display));
	if (x->c != NULL && strcmp(display, x->display) != 0)
		lose(x, "another session is active now");
	if (x->c == NULL && display[0] != '\0' && now_us >= x->retry_us)
		try_connect(x, display, now_us);
	if (x->c == NULL)
		return;
	if (x->devices_stale)
		x11_input_devices(x);
	x11_input_place(x, now_us, PLACE_EVERY_US);
	s->around->x11_sees_input =
	    x->c != NULL && x->has_input && !x->rootless;
}

static int
fds(struct source *s, struct pollfd *out, int room)
{
	struct x11 *x = (struct x11 *)s;

	if (x->c == NULL || room < 1)
		return 0;
	*out = (struct pollfd){ xcb_get_file_descriptor(x->c), POLLIN, 0 };
	return 1;
}

/* Also at the end of every round: an answer that was waited for may have
 * brought events along, of which poll knows nothing any more. */
static void
ready(struct source *s, int64_t now_us)
{
	struct x11 *x = (struct x11 *)s;
	xcb_generic_event_t *e;

	while (x->c != NULL && (e = xcb_poll_for_event(x->c)) != NULL) {
		x11_input_event(x, e, now_us);
		free(e);
	}
	if (x->c != NULL && xcb_connection_has_error(x->c) != 0)
		lose(x, "it ended");
	x11_input_place(x, now_us, PLACE_EVERY_US);
}

static void
fill(struct source *s, struct heartbeat *hb, int64_t now_us)
{
	struct x11 *x = (struct x11 *)s;
	uint32_t idle_ms;

	x11_screens_fill(x, hb);
	x11_windows_fill(x, hb);
	ready(s, now_us);
	x11_input_place(x, now_us, 0);
	x11_input_warp(x, now_us);
	if (x->c == NULL) { /* it went meanwhile: then nothing of it is true */
		hb->sees_screens = hb->sees_windows = HEARTBEAT_BLIND;
		hb->screen_count = hb->window_count = 0;
		return;
	}
	if (s->around->x11_sees_input)
		hb->sees_input = HEARTBEAT_X11;
	else if (!x->rootless && x11_screens_idle(x, &idle_ms)) {
		hb->sees_idle = HEARTBEAT_X11;
		hb->idle_ms = idle_ms;
	}
}

static void
free_source(struct source *s)
{
	struct x11 *x = (struct x11 *)s;

	if (x->c != NULL)
		xcb_disconnect(x->c);
	free(x);
}

struct source *
source_x11_new(struct surroundings *around)
{
	struct x11 *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->source = (struct source){ "x11", around, step, fds, ready, fill,
		free_source };
	return &x->source;
}
