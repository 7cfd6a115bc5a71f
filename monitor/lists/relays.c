/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MediaMTX (paths.NAME.source) and go2rtc (streams.NAME): names and where each
 * comes from. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "camwarden/wire.h"
#include "monitor/lists/lists_parts.h"

/* --- go2rtc */

static const struct node *
itself(struct lists_work *w, const struct node *key, const struct node *v,
    struct inventory_camera *more)
{
	(void)w;
	(void)key;
	(void)more;
	return v;
}

void
lists_go2rtc(struct lists_work *w, const struct node *root)
{
	const struct node *streams = node_get(root, "streams");

	if (streams == NULL)
		streams = node_get(node_get(root, "go2rtc"), "streams");
	w->streams = streams;
	if (streams == NULL || streams->kind != NODE_MAP)
		lists_wrong(w, root, "no streams, expected go2rtc's");
	else
		lists_streams(w, streams, itself);
}

/* --- MediaMTX */

static const struct {
	const char *word;
	uint8_t transport;
} transports[] = { { "tcp", WIRE_TRANSPORT_TCP }, { "udp", WIRE_TRANSPORT_UDP },
	{ "multicast", WIRE_TRANSPORT_UDP } };

static void
transport(const struct node *v, struct inventory_camera *more)
{
	const char *word =
	    node_word(v, "rtspTransport", node_word(v, "sourceProtocol", ""));

	more->given |= INVENTORY_TRANSPORT;
	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
		if (strcasecmp(word, transports[i].word) == 0)
			more->transport = transports[i].transport;
}

/* Patterns are no cameras, and a source may hold a part of the name. */
static bool
is_pattern(const char *name)
{
	return name[0] == '~' || strcmp(name, "all") == 0 ||
	       strcmp(name, "all_others") == 0;
}

static const struct node *
source_of(struct lists_work *w, const struct node *key, const struct node *v,
    struct inventory_camera *more)
{
	const struct node *source = lists_source_of(v);

	transport(v, more);
	if (source == NULL)
		source = lists_source_of(node_get(w->root, "pathDefaults"));
	if (is_pattern(key->text))
		lists_left_out(w, key, key->text, "it is a pattern of names");
	else if (source == NULL)
		lists_left_out(w, key, key->text,
		    "it is published there, from where is not said");
	else
		return source;
	return NULL;
}

void
lists_mediamtx(struct lists_work *w, const struct node *root)
{
	const struct node *paths = node_get(root, "paths");

	w->streams = paths;
	if (paths == NULL || paths->kind != NODE_MAP)
		lists_wrong(w, root, "no paths, expected MediaMTX's");
	else
		lists_streams(w, paths, source_of);
}
