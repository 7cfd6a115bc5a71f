/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/reader_uuids.h"

#include <stdlib.h>

#include "common/hex.h"
#include "monitor/store/store_read_web.h"

struct name {
	int64_t id;
	char uuid[37];
};
struct uuids {
	struct name *rows; /* by id */
	size_t count, room;
	bool no_memory;
};

/* They come by number. */
static bool
on_short(void *arg, const struct store_short_row *row)
{
	struct uuids *n = arg;

	if (n->count == n->room) {
		size_t room = n->room * 2 + 256;
		void *rows = realloc(n->rows, room * sizeof(*n->rows));

		n->no_memory = rows == NULL;
		if (n->no_memory)
			return false;
		n->rows = rows;
		n->room = room;
	}
	n->rows[n->count].id = row->id;
	uuid_print(row->uuid, n->rows[n->count++].uuid);
	return true;
}

struct uuids *
uuids_read(struct query *q)
{
	struct uuids *n = calloc(1, sizeof(*n));
	const char *scope = q->ask->scope[0] != '\0' ? q->ask->scope : NULL;

	if (n == NULL)
		return NULL;
	if (!store_read_short(q->store, scope, 0, on_short, n) || n->no_memory)
		uuids_free(&n);
	return n;
}

void
uuids_free(struct uuids **n)
{
	if (*n == NULL)
		return;
	free((*n)->rows);
	free(*n);
	*n = NULL;
}

static int
by_id(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

const char *
uuids_of(const struct uuids *n, int64_t feed)
{
	struct name key = { .id = feed };
	const struct name *found =
	    n->count > 0 ? bsearch(&key, n->rows, n->count, sizeof(key), by_id)
			 : NULL;

	return found != NULL ? found->uuid : NULL;
}

void
uuids_put(struct query *q, const struct uuids *n, int64_t feed)
{
	const char *uuid = uuids_of(n, feed);

	json_out_key(&q->json, "feed");
	if (uuid != NULL)
		json_out_string(&q->json, uuid);
	else
		json_out_null(&q->json);
}
