/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/drm.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first line of the connector's attribute; "" when there is none. */
static void
attribute(const char *connector, const char *name, char *out, int size)
{
	char path[640];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", connector, name);
	f = fopen(path, "re");
	if (f == NULL || fgets(out, size, f) == NULL)
		out[0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
}

static enum screen_power
power_of(const char *connector)
{
	char text[32];

	attribute(connector, "enabled", text, sizeof(text));
	if (strcmp(text, "disabled") == 0)
		return SCREEN_OFF;
	attribute(connector, "dpms", text, sizeof(text));
	if (strcmp(text, "On") == 0)
		return SCREEN_ON;
	return text[0] == '\0' ? SCREEN_UNKNOWN : SCREEN_OFF;
}

/* "card0-HDMI-A-1" is a connector, "card0" a card. */
static void
add(const char *folder, const char *entry, struct heartbeat *hb)
{
	struct heartbeat_screen *s = &hb->screens[hb->screen_count];
	const char *name = strchr(entry, '-');
	char connector[512], text[32];
	unsigned width, height;

	if (strncmp(entry, "card", 4) != 0 || name == NULL ||
	    hb->screen_count == HEARTBEAT_SCREENS)
		return;
	snprintf(connector, sizeof(connector), "%s/%s", folder, entry);
	attribute(connector, "status", text, sizeof(text));
	if (strcmp(text, "connected") != 0)
		return;
	hb->screen_count++;
	snprintf(s->name, sizeof(s->name), "%s", name + 1);
	s->power = power_of(connector);
	/* The preferred mode comes first: not surely the one in use. */
	attribute(connector, "modes", text, sizeof(text));
	if (sscanf(text, "%5ux%5u", &width, &height) == 2 &&
	    width <= UINT16_MAX && height <= UINT16_MAX) {
		s->width = (uint16_t)width;
		s->height = (uint16_t)height;
	}
}

void
drm_fill(const char *folder, struct heartbeat *hb)
{
	struct dirent **entries;
	int n;

	if (hb->sees_screens != HEARTBEAT_BLIND)
		return;
	n = scandir(folder, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		add(folder, entries[i]->d_name, hb);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	if (hb->screen_count > 0)
		hb->sees_screens = HEARTBEAT_KERNEL;
}

/* --- light */

#define DIM_PERCENT 10 /* of the most; a reader at the desk sees no picture */

static bool
is_panel(const char *name)
{
	return strncmp(name, "eDP", 3) == 0 || strncmp(name, "LVDS", 4) == 0 ||
	       strncmp(name, "DSI", 3) == 0;
}

static long
number(const char *device, const char *name)
{
	char text[32];

	attribute(device, name, text, sizeof(text));
	return text[0] != '\0' ? strtol(text, NULL, 10) : -1;
}

static enum screen_power
light_of(const char *folder, const char *entry)
{
	char device[512];
	long most, now;

	snprintf(device, sizeof(device), "%s/%s", folder, entry);
	most = number(device, "max_brightness");
	now = number(device, "actual_brightness");
	if (now < 0)
		now = number(device, "brightness");
	if (entry[0] == '.' || most <= 0 || now < 0)
		return SCREEN_UNKNOWN;
	if (number(device, "bl_power") > 0) /* 0 is on, 4 off */
		return SCREEN_OFF;
	return now * 100 <= most * DIM_PERCENT ? SCREEN_DIMMED : SCREEN_ON;
}

/* Two drivers may offer one panel's light: the brightest counts, since the one
 * that isn't in use may say anything. */
static enum screen_power
brightest(const char *folder)
{
	enum screen_power best = SCREEN_UNKNOWN;
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		enum screen_power p = light_of(folder, entries[i]->d_name);

		if (p == SCREEN_ON || best == SCREEN_UNKNOWN ||
		    (p == SCREEN_DIMMED && best == SCREEN_OFF))
			best = p;
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return best;
}

void
drm_light(const char *folder, struct heartbeat *hb)
{
	enum screen_power light = SCREEN_UNKNOWN;

	for (unsigned i = 0; i < hb->screen_count; i++) {
		struct heartbeat_screen *s = &hb->screens[i];

		if (s->power != SCREEN_ON || !is_panel(s->name))
			continue;
		if (light == SCREEN_UNKNOWN)
			light = brightest(folder);
		if (light != SCREEN_UNKNOWN)
			s->power = light;
	}
}
