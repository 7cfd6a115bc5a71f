/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Input straight from the kernel's devices, while X11 can't see it (Wayland,
 * no server). Of an event only its kind stays; the kernel's own repeats
 * (value 2) are none. It can't see what programs make inside a compositor.
 */
#include "probes/console/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/input.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "probes/console/evdev_decode.h"

#define FOLDER "/dev/input"
#define DEVICES 32
#define PATIENCE_US (2 * US_PER_S)
#define AT_ONCE 64
#define LONGS(bits) (((bits) + 8 * sizeof(long) - 1) / (8 * sizeof(long)))

struct device {
	int fd;
	char name[32]; /* "event7" */
	enum tally_origin origin;
	struct evdev_pointer pointer;
};

struct evdev {
	struct source source;
	int notify; /* -1 = not watching */
	struct device devices[DEVICES];
	int count;
	bool open;	  /* it looks at devices now */
	int64_t blind_us; /* X11 sees nothing since; 0 = it does */
	bool said_why;
};

static bool
bit(const unsigned long *bits, unsigned n)
{
	return (bits[n / (8 * sizeof(long))] >> n % (8 * sizeof(long)) & 1) !=
	       0;
}

/* Something a hand works: keys, buttons, a pointer, a touch pad; not a lid,
 * a sensor or the jack of a headset. */
static bool
for_hands(int fd)
{
	unsigned long types[LONGS(EV_CNT)] = { 0 };

	if (ioctl(fd, EVIOCGBIT(0, sizeof(types)), types) < 0)
		return false;
	return bit(types, EV_KEY) || bit(types, EV_REL);
}

static enum tally_origin
origin_of(const char *name)
{
	char link[64], real[PATH_MAX];

	snprintf(link, sizeof(link), "/sys/class/input/%s", name);
	if (realpath(link, real) != NULL &&
	    strncmp(real, "/sys/devices/virtual/input/", 27) == 0)
		return TALLY_VIRTUAL;
	return TALLY_HAND;
}

static void
add(struct evdev *v, const char *name)
{
	struct device *d = &v->devices[v->count];
	char path[300];
	int clock = CLOCK_MONOTONIC;

	if (strncmp(name, "event", 5) != 0 || v->count == DEVICES ||
	    strlen(name) >= sizeof(d->name))
		return;
	for (int i = 0; i < v->count; i++)
		if (strcmp(v->devices[i].name, name) == 0)
			return;
	snprintf(path, sizeof(path), FOLDER "/%s", name);
	memset(d, 0, sizeof(*d));
	d->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (d->fd < 0)
		return; /* udev may not be done with it: inotify says so */
	if (!for_hands(d->fd) || ioctl(d->fd, EVIOCSCLOCKID, &clock) != 0) {
		close(d->fd);
		return;
	}
	snprintf(d->name, sizeof(d->name), "%s", name);
	d->origin = origin_of(name);
	v->count++;
}

static void
scan(struct evdev *v)
{
	DIR *d = opendir(FOLDER);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		add(v, e->d_name);
	if (d != NULL)
		closedir(d);
}

static void
remove_at(struct evdev *v, int i)
{
	close(v->devices[i].fd);
	v->devices[i] = v->devices[--v->count];
}

static void
start(struct evdev *v)
{
	if (v->notify < 0)
		v->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (v->notify >= 0 &&
	    inotify_add_watch(v->notify, FOLDER, IN_CREATE | IN_ATTRIB) < 0) {
		close(v->notify);
		v->notify = -1;
	}
	v->open = true;
	scan(v);
	if (v->count > 0)
		log_info("console", "evdev: looks at %d devices", v->count);
	else if (!v->said_why)
		log_warn("console",
		    "evdev: no input device in " FOLDER " can be read");
	v->said_why = true;
}

static void
stop(struct evdev *v)
{
	while (v->count > 0)
		remove_at(v, 0);
	if (v->notify >= 0)
		close(v->notify);
	v->notify = -1;
	v->open = false;
}

/* --- events */

/* False: the device is gone. */
static bool
drain(struct evdev *v, struct device *d)
{
	struct input_event events[AT_ONCE];
	ssize_t n;

	while ((n = read(d->fd, events, sizeof(events))) > 0)
		for (size_t i = 0; i < (size_t)n / sizeof(events[0]); i++)
			evdev_decode(&d->pointer, &events[i], d->origin,
			    &v->source.around->tally);
	explicit_bzero(events, sizeof(events));
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* --- as a source */

static void
step(struct source *s, int64_t now_us)
{
	struct evdev *v = (struct evdev *)s;

	if (s->around->x11_sees_input) {
		v->blind_us = 0;
		if (v->open)
			stop(v);
		return;
	}
	if (v->blind_us == 0)
		v->blind_us = now_us;
	/* An X server that only restarts, or is just being connected to, is
	 * waited for. */
	if ((s->around->options->sources & OPTIONS_X11) != 0 &&
	    now_us - v->blind_us < PATIENCE_US)
		return;
	/* Again: the folder may not have been there yet. */
	if (!v->open || v->notify < 0)
		start(v);
}

static int
fds(struct source *s, struct pollfd *out, int room)
{
	struct evdev *v = (struct evdev *)s;
	int n = 0;

	if (v->notify >= 0 && n < room)
		out[n++] = (struct pollfd){ v->notify, POLLIN, 0 };
	for (int i = 0; i < v->count && n < room; i++)
		out[n++] = (struct pollfd){ v->devices[i].fd, POLLIN, 0 };
	return n;
}

static void
ready(struct source *s, int64_t now_us)
{
	struct evdev *v = (struct evdev *)s;
	char notes[4096];
	bool changed = false;

	(void)now_us;
	while (v->notify >= 0 && read(v->notify, notes, sizeof(notes)) > 0)
		changed = true;
	if (changed)
		scan(v);
	for (int i = v->count - 1; i >= 0; i--)
		if (!drain(v, &v->devices[i]))
			remove_at(v, i);
}

static void
fill(struct source *s, struct heartbeat *hb, int64_t now_us)
{
	struct evdev *v = (struct evdev *)s;

	(void)now_us;
	if (v->open && v->count > 0 && hb->sees_input == HEARTBEAT_BLIND)
		hb->sees_input = HEARTBEAT_EVDEV;
}

static void
free_source(struct source *s)
{
	stop((struct evdev *)s);
	free(s);
}

struct source *
source_evdev_new(struct surroundings *around)
{
	struct evdev *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->notify = -1;
	v->source = (struct source){ "evdev", around, step, fds, ready, fill,
		free_source };
	return &v->source;
}
