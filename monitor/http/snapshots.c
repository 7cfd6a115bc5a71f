/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/snapshots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "common/clock.h"
#include "monitor/http/headers.h"
#include "monitor/http/pack.h"
#include "monitor/http/reply.h"

/* Bytes that live while the list or a connection holds them. */
struct text {
	unsigned holders;
	char *bytes;
	size_t length;
};

struct snapshot {
	char scope[LIMIT_NAME_BYTES];
	char tag[REPLY_TAG_BYTES];
	bool late;
	int64_t made_us; /* 0: none */
	int64_t used_us;
	struct text *plain, *packed; /* packed: NULL until asked for */
};

struct snapshots {
	struct snapshot all[SNAPSHOTS_SCOPES];
};

static void
release(const void *data, size_t length, void *arg)
{
	struct text *t = arg;

	(void)data;
	(void)length;
	if (t == NULL || --t->holders > 0)
		return;
	free(t->bytes);
	free(t);
}

/* Takes bytes. */
static struct text *
text_new(char *bytes, size_t length)
{
	struct text *t = bytes != NULL ? calloc(1, sizeof(*t)) : NULL;

	if (t == NULL) {
		free(bytes);
		return NULL;
	}
	*t = (struct text){ 1, bytes, length };
	return t;
}

static void
drop(struct snapshot *snap)
{
	release(NULL, 0, snap->plain);
	release(NULL, 0, snap->packed);
	memset(snap, 0, sizeof(*snap));
}

/* The one of that scope, or the place of the one that was used longest ago. */
static struct snapshot *
find(struct snapshots *s, const char *scope)
{
	struct snapshot *oldest = &s->all[0];

	for (size_t i = 0; i < SNAPSHOTS_SCOPES; i++) {
		if (s->all[i].made_us != 0 &&
		    strcmp(s->all[i].scope, scope) == 0)
			return &s->all[i];
		if (s->all[i].used_us < oldest->used_us)
			oldest = &s->all[i];
	}
	drop(oldest);
	return oldest;
}

static bool
make(struct snapshot *snap, struct rows *rows, const struct lists_view *v)
{
	struct json_out j;
	size_t length;
	char *text;

	drop(snap);
	json_out_init(&j);
	if (!lists_wall(rows, v, &j)) {
		json_out_fini(&j);
		return false;
	}
	text = json_out_take(&j, &length);
	snap->plain = text_new(text, length);
	if (snap->plain == NULL)
		return false;
	snprintf(snap->scope, sizeof(snap->scope), "%s", v->scope);
	/* Weak: the same rows with another "now" are as good. */
	snprintf(snap->tag, sizeof(snap->tag), "W/\"%s%s\"", v->event,
	    v->late ? "-late" : "");
	snap->late = v->late;
	snap->made_us = clock_mono_us();
	return true;
}

static struct text *
packed(struct snapshot *snap)
{
	char *bytes;
	size_t length;

	if (snap->packed == NULL && pack_bytes(snap->plain->bytes,
					snap->plain->length, &bytes, &length))
		snap->packed = text_new(bytes, length);
	return snap->packed;
}

static void
send_text(struct evhttp_request *req, const struct snapshot *snap,
    struct text *t)
{
	struct reply r = { .type = REPLY_JSON,
		.tag = snap->tag,
		.packed = t == snap->packed };
	struct evbuffer *body = evbuffer_new();

	t->holders++;
	if (body == NULL || evbuffer_add_reference(body, t->bytes, t->length,
				release, t) != 0) {
		t->holders--;
		reply_problem(req, 503, "memory is out");
	} else {
		reply_body(req, &r, body);
	}
	if (body != NULL)
		evbuffer_free(body);
}

void
snapshots_wall(struct snapshots *s, struct evhttp_request *req,
    struct rows *rows, const struct lists_view *v)
{
	struct snapshot *snap = find(s, v->scope);
	int64_t now = clock_mono_us();
	struct text *t = NULL;

	if ((snap->made_us == 0 || snap->late != v->late ||
		now - snap->made_us > SNAPSHOTS_SHARED_US) &&
	    !make(snap, rows, v)) {
		drop(snap);
		reply_problem(req, 503, "memory is out");
		return;
	}
	snap->used_us = now;
	if (headers_gzip(reply_asked(req, "Accept-Encoding")))
		t = packed(snap);
	send_text(req, snap, t != NULL ? t : snap->plain);
}

struct snapshots *
snapshots_new(void)
{
	return calloc(1, sizeof(struct snapshots));
}
