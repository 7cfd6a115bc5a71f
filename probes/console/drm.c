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
