/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lists_parts.h: what the readers of the three programs share: saying what is
 * wrong or left out, and following a source to its URL. Private to this room.
 */
#ifndef MONITOR_LISTS_LISTS_PARTS_H
#define MONITOR_LISTS_LISTS_PARTS_H

#include "monitor/lists/lists.h"
#include "monitor/lists/source.h"
#include "monitor/lists/node.h"

struct lists_work {
	struct inventory *inv;
	const struct inventory_form *form;
	const struct lists_env *env;
	struct inventory_mistakes *notes, *mistakes;
	const struct node *root;
	const struct node *streams; /* of that program's own server: name
				     * -> source; NULL: none */
	unsigned tried; /* sources, of the stream that is followed */
	bool no_memory;
};

/* One stream of a camera, followed to its camera. */
struct lists_stream {
	char url[LIMIT_URL_BYTES];
	char own[LIMIT_NAME_BYTES]; /* its name on that server; "": it has none
				     */
	uint32_t line, column;
	uint8_t transport;
};

/* The PURE part of lists_read. */
bool lists_take(struct inventory *inv, const struct lists_wish *wish,
    const struct node *root, struct inventory_mistakes *mistakes_out);

/* "file:line:column: NAME is left out: why" */
void lists_left_out(struct lists_work *w, const struct node *at,
    const char *name, const char *why);
void lists_wrong(struct lists_work *w, const struct node *at, const char *what);
/* What a stream's map says of where it comes from; what is published there may
 * come from a program that MediaMTX runs. NULL: it doesn't say. */
const struct node *lists_source_of(const struct node *v);
/* A scalar, the first in a list that leads to a camera, or a map's `url`.
 * False: there is no such URL, which was said under `name`. */
bool lists_follow(struct lists_work *w, const struct node *v, const char *name,
    struct lists_stream *out);
/* One camera; sub NULL: it has one stream. more: what else is given. */
void lists_camera(struct lists_work *w, const struct node *key,
    const char *name, const struct lists_stream *main,
    const struct lists_stream *sub, const struct inventory_camera *more);
/* What a stream's value comes from; NULL: it is left out, which was said. */
typedef const struct node *lists_source_fn(struct lists_work *w,
    const struct node *key, const struct node *v,
    struct inventory_camera *more);
/* A map of streams. NAME and NAME_sub are one camera. */
void lists_streams(struct lists_work *w, const struct node *map,
    lists_source_fn *source);

/* The three; root is a map. */
void lists_frigate(struct lists_work *w, const struct node *root);
void lists_mediamtx(struct lists_work *w, const struct node *root);
void lists_go2rtc(struct lists_work *w, const struct node *root);

#endif
