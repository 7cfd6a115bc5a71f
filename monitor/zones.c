/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ZONE_FILES "/usr/share/zoneinfo/"
#define ZONE_BYTES (64u << 10)

struct named_zone {
	struct named_zone *next;
	struct zone *zone; /* owned; NULL: there is none of that name */
	char name[ZONES_NAME_BYTES];
};

struct zones {
	struct named_zone *first;
};

struct zones *
zones_new(void)
{
	return calloc(1, sizeof(struct zones));
}

void
zones_free(struct zones **z)
{
	struct named_zone *n, *next;

	if (*z == NULL)
		return;
	for (n = (*z)->first; n != NULL; n = next) {
		next = n->next;
		zone_free(&n->zone);
		free(n);
	}
	free(*z);
	*z = NULL;
}

static struct zone *
load(const char *name)
{
	char path[sizeof(ZONE_FILES) + ZONES_NAME_BYTES];
	uint8_t *bytes = malloc(ZONE_BYTES);
	struct zone *z = NULL;
	FILE *f;

	snprintf(path, sizeof(path), ZONE_FILES "%s", name);
	f = strstr(name, "..") == NULL ? fopen(path, "rbe") : NULL;
	if (f != NULL && bytes != NULL)
		z = zone_new(bytes, fread(bytes, 1, ZONE_BYTES, f));
	if (f != NULL)
		fclose(f);
	free(bytes);
	return z;
}

const struct zone *
zones_find(struct zones *z, const char *name, bool *unknown_out)
{
	struct named_zone *n = z->first;

	if (name == NULL || name[0] == '\0' || strlen(name) >= ZONES_NAME_BYTES)
		return NULL;
	while (n != NULL && strcmp(n->name, name) != 0)
		n = n->next;
	if (n != NULL)
		return n->zone;
	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return NULL;
	snprintf(n->name, sizeof(n->name), "%s", name);
	n->zone = load(name);
	n->next = z->first;
	z->first = n;
	if (n->zone == NULL && unknown_out != NULL)
		*unknown_out = true;
	return n->zone;
}

int32_t
zones_ahead(void *zones, const char *name, int64_t utc_us)
{
	return zone_offset(zones_find(zones, name, NULL), utc_us / 1000000);
}

/* Debian's words for it, where /etc/localtime is a copy. */
static void
from_timezone_file(char out[ZONES_NAME_BYTES])
{
	FILE *f = fopen("/etc/timezone", "re");

	if (f == NULL)
		return;
	if (fgets(out, ZONES_NAME_BYTES, f) == NULL)
		out[0] = '\0';
	out[strcspn(out, " \t\r\n")] = '\0';
	fclose(f);
}

void
zones_system(char out[ZONES_NAME_BYTES])
{
	const char *name = getenv("TZ");
	char path[256];
	ssize_t n;

	out[0] = '\0';
	if (name == NULL || name[0] == '\0') {
		n = readlink("/etc/localtime", path, sizeof(path) - 1);
		path[n > 0 ? n : 0] = '\0';
		name = strstr(path, "zoneinfo/");
		if (name == NULL) {
			from_timezone_file(out);
			return;
		}
		name += strlen("zoneinfo/");
	}
	snprintf(out, ZONES_NAME_BYTES, "%.63s", name + (name[0] == ':'));
}
