/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/lists/lists_parts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "camwarden/wire.h"
#include "monitor/inventory/mistake.h"

#define FOLLOWED_MOST 8u
#define TRIED_MOST 64u /* sources, until one leads to a camera */

static const struct {
	const char *word, *key; /* that its file has at the top */
	void (*read)(struct lists_work *w, const struct node *root);
} programs[] = {
	[LISTS_GUESS] = { "auto", NULL, NULL },
	[LISTS_FRIGATE] = { "frigate", "cameras", lists_frigate },
	[LISTS_MEDIAMTX] = { "mediamtx", "paths", lists_mediamtx },
	[LISTS_GO2RTC] = { "go2rtc", "streams", lists_go2rtc },
};
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

bool
lists_named(const char *word, enum lists_from *out)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if (strcasecmp(word, programs[i].word) == 0) {
			*out = (enum lists_from)i;
			return true;
		}
	return false;
}

static struct mistake_place
place_of(const struct lists_work *w, const struct node *v)
{
	return (struct mistake_place){ w->form->file, v->line, v->column };
}

void
lists_left_out(struct lists_work *w, const struct node *at, const char *name,
    const char *why)
{
	mistake_add(w->notes, place_of(w, at), "\"%.128s\" is left out: %s",
	    name, why);
}

void
lists_wrong(struct lists_work *w, const struct node *at, const char *what)
{
	mistake_add(w->mistakes, place_of(w, at), "%s", what);
}

/* --- following */

/* Of "rtsp://127.0.0.1:8554/back?mp4" "back"; false: it is no stream of the
 * program's own server. Its port may be a word of the program's. */
static bool
own_stream(const struct lists_work *w, const char *url, char name[256])
{
	static const char *const hosts[] = { "127.0.0.1", "[::1]",
		"localhost" };
	const char *p = strstr(url, "://");
	size_t n, host;

	if (w->streams == NULL || p == NULL)
		return false;
	p += 3;
	n = strcspn(p, "/?#");
	for (size_t i = n; i > 0; i--)
		if (p[i - 1] == '@') {
			p += i;
			n -= i;
			break;
		}
	host = *p == '[' ? strcspn(p, "]") + 1 : strcspn(p, ":/?#");
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (strlen(hosts[i]) != host || p[n] != '/' ||
		    strncasecmp(p, hosts[i], host) != 0)
			continue;
		p += n + 1;
		n = strcspn(p, "?#");
		snprintf(name, 256, "%.*s", (int)(n < 256 ? n : 0), p);
		return name[0] != '\0';
	}
	return false;
}

static bool follow(struct lists_work *w, const struct node *v, unsigned deep,
    struct lists_stream *out, const char **why);

static bool
follow_name(struct lists_work *w, const char *name, unsigned deep,
    struct lists_stream *out, const char **why)
{
	const struct node *v = node_get(w->streams, name);

	if (out->own[0] == '\0')
		snprintf(out->own, sizeof(out->own), "%s", name);
	if (v != NULL && deep < FOLLOWED_MOST)
		return follow(w, v, deep + 1, out, why);
	*why = v == NULL ? "it comes from a stream that this file does not have"
			 : "it comes from itself";
	return false;
}

static bool
follow_text(struct lists_work *w, const struct node *v, unsigned deep,
    struct lists_stream *out, const char **why)
{
	char text[2 * LIMIT_URL_BYTES], what[256], name[256];
	char input[LIMIT_URL_BYTES];
	bool command = source_is_command(v->text);
	uint8_t transport = WIRE_TRANSPORT_AUTO;
	struct source s;

	/* Streams that name each other branch: 16 at each of so many steps. */
	if (w->tried++ >= TRIED_MOST) {
		*why = "it comes from too many others";
		return false;
	}
	if (command) {
		*why = source_command(v->text, input, &transport);
		if (*why != NULL)
			return false;
	}
	switch (source_fill(command ? input : v->text, w->env, text,
	    sizeof(text), name)) {
	case SOURCE_FILLED:
		break;
	case SOURCE_UNKNOWN:
		snprintf(what, sizeof(what),
		    "nothing says what %.63s stands for, expected it in the "
		    "environment or in --env-file",
		    name);
		lists_wrong(w, v, what);
		*why = NULL;
		return false;
	case SOURCE_TOO_LONG:
		*why = "its URL is too long";
		return false;
	}
	source_read(text, !command, &s);
	if (s.kind == SOURCE_OTHER) {
		*why = s.why;
		return false;
	}
	if (s.kind == SOURCE_STREAM)
		return follow_name(w, s.text, deep, out, why);
	if (own_stream(w, s.text, name))
		return follow_name(w, name, deep, out, why);
	snprintf(out->url, sizeof(out->url), "%s", s.text);
	out->line = v->line;
	out->column = v->column;
	out->transport = command ? transport : s.transport;
	return true;
}

const struct node *
lists_source_of(const struct node *v)
{
	static const char *const keys[] = { "url", "source", "sourceRedirect",
		"runOnInit", "runOnDemand" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct node *of = node_get(v, keys[i]);
		const char *text = node_text(of);

		if (of != NULL &&
		    (text == NULL ||
			(text[0] != '\0' && strcmp(text, "publisher") != 0 &&
			    strcmp(text, "redirect") != 0)))
			return of;
	}
	return NULL;
}

static bool
follow(struct lists_work *w, const struct node *v, unsigned deep,
    struct lists_stream *out, const char **why)
{
	const struct node *within;
	const char *first = NULL;

	if (v != NULL && v->kind == NODE_SCALAR)
		return follow_text(w, v, deep, out, why);
	*why = "it says no source";
	within = lists_source_of(v);
	if (within != NULL && deep < FOLLOWED_MOST)
		return follow(w, within, deep + 1, out, why);
	for (uint32_t i = 0;
	     v != NULL && v->kind == NODE_LIST && i < v->count && i < 16; i++) {
		if (v->items[i]->kind != NODE_SCALAR)
			continue;
		if (follow_text(w, v->items[i], deep, out, why))
			return true;
		if (*why == NULL)
			return false;
		first = first != NULL ? first : *why;
	}
	if (first != NULL)
		*why = first;
	return false;
}

bool
lists_follow(struct lists_work *w, const struct node *v, const char *name,
    struct lists_stream *out)
{
	const char *why = NULL;
	size_t before = w->mistakes->count;

	out->own[0] = '\0';
	w->tried = 0;
	if (follow(w, v, 0, out, &why))
		return true;
	if (why != NULL && w->mistakes->count == before)
		lists_left_out(w, v != NULL ? v : w->root, name, why);
	return false;
}

/* --- cameras */

static struct inventory_said
said(const struct lists_stream *s)
{
	return (struct inventory_said){ s->url, s->line, s->column };
}

/* Where that server serves it; NULL: nowhere, or that is not wanted. */
static const char *
relay_of(struct lists_work *w, const struct lists_stream *s,
    char out[LIMIT_URL_BYTES])
{
	const char *relay = w->form->relay;
	struct inventory_url u;
	size_t at, n = relay != NULL ? strlen(relay) : 0;

	if (n == 0 || s->own[0] == '\0')
		return NULL;
	n -= relay[n - 1] == '/';
	if (snprintf(out, LIMIT_URL_BYTES, "%.*s/%s", (int)n, relay, s->own) <
		(int)LIMIT_URL_BYTES &&
	    inventory_url_parse(out, &u, &at) == NULL && !u.has_credentials)
		return out;
	mistake_add(w->notes,
	    (struct mistake_place){ w->form->file, s->line, s->column },
	    "\"%.128s\" makes no relay's URL: it is fetched from the camera",
	    s->own);
	return NULL;
}

void
lists_camera(struct lists_work *w, const struct node *key, const char *name,
    const struct lists_stream *main, const struct lists_stream *sub,
    const struct inventory_camera *more)
{
	struct inventory_camera c = *more;
	char one[LIMIT_URL_BYTES], two[LIMIT_URL_BYTES];

	c.name = (struct inventory_said){ name, key->line, key->column };
	c.main = said(main);
	c.main_relay = relay_of(w, main, one);
	if (sub != NULL && strcmp(sub->url, main->url) != 0) {
		c.sub = said(sub);
		c.sub_relay = relay_of(w, sub, two);
	}
	if (main->transport != 0)
		c.transport = main->transport;
	if (!inventory_take_camera(w->inv, w->form, &c, w->mistakes))
		w->no_memory = true;
}

/* "back_sub" -> "back" is the length of; 0: no sub stream's name. */
static size_t
base_of(const char *name)
{
	static const char *const ends[] = { "_sub", "-sub", "_substream",
		"-substream" };
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t k = strlen(ends[i]);

		if (n > k && strcasecmp(name + n - k, ends[i]) == 0)
			return n - k;
	}
	return 0;
}

/* The key whose base is that name, its value behind it; NULL: none. */
static struct node *const *
sub_of(const struct node *map, const char *name)
{
	for (uint32_t i = 0; i + 1 < map->count; i += 2) {
		size_t n = base_of(map->items[i]->text);

		if (n > 0 && strlen(name) == n &&
		    strncmp(map->items[i]->text, name, n) == 0)
			return &map->items[i];
	}
	return NULL;
}

static bool
is_sub(const struct node *map, const char *name)
{
	size_t n = base_of(name);
	char base[256];

	if (n == 0 || n >= sizeof(base))
		return false;
	memcpy(base, name, n);
	base[n] = '\0';
	return node_get(map, base) != NULL;
}

static bool
stream(struct lists_work *w, struct node *const *pair, lists_source_fn *source,
    struct inventory_camera *more, struct lists_stream *out)
{
	const struct node *from = source(w, pair[0], pair[1], more);

	if (from == NULL || !lists_follow(w, from, pair[0]->text, out))
		return false;
	snprintf(out->own, sizeof(out->own), "%s", pair[0]->text);
	return true;
}

void
lists_streams(struct lists_work *w, const struct node *map,
    lists_source_fn *source)
{
	for (uint32_t i = 0; !w->no_memory && i + 1 < map->count; i += 2) {
		struct node *const *pair = &map->items[i], *const * sub;
		struct inventory_camera more = { 0 }, unused = { 0 };
		struct lists_stream one, two;

		if (is_sub(map, pair[0]->text) ||
		    !stream(w, pair, source, &more, &one))
			continue;
		sub = sub_of(map, pair[0]->text);
		if (sub != NULL && !stream(w, sub, source, &unused, &two))
			sub = NULL;
		lists_camera(w, pair[0], pair[0]->text, &one,
		    sub != NULL ? &two : NULL, &more);
	}
}

/* --- the whole */

static enum lists_from
guess(const struct node *root)
{
	for (size_t i = LISTS_FRIGATE; i < PROGRAMS; i++) {
		const struct node *v = node_get(root, programs[i].key);

		if (v != NULL && v->kind == NODE_MAP)
			return (enum lists_from)i;
	}
	return node_get(node_get(root, "go2rtc"), "streams") != NULL
		   ? LISTS_GO2RTC
		   : LISTS_GUESS;
}

static void
read_root(struct lists_work *w, enum lists_from from)
{
	if (w->root->kind == NODE_MAP && from == LISTS_GUESS)
		from = guess(w->root);
	if (w->root->kind != NODE_MAP || from == LISTS_GUESS) {
		lists_wrong(w, w->root,
		    "neither Frigate's cameras, nor MediaMTX's paths, nor "
		    "go2rtc's streams, expected one of them");
		return;
	}
	programs[from].read(w, w->root);
	if (!w->no_memory)
		w->no_memory =
		    !inventory_take_end(w->inv, w->form, w->mistakes);
}

bool
lists_take(struct inventory *inv, const struct lists_wish *wish,
    const struct node *root, struct inventory_mistakes *mistakes_out)
{
	const struct inventory_form *form = wish->form;
	struct mistake_place whole = { form->file, 0, 0 };
	struct inventory_mistakes unheard = { 0 };
	struct lists_work w = { .inv = inv,
		.form = form,
		.env = wish->env,
		.notes = form->notes != NULL ? form->notes : &unheard,
		.mistakes = mistakes_out,
		.root = root };

	read_root(&w, wish->from);
	if (w.no_memory && mistakes_out->count == 0)
		mistake_add(mistakes_out, whole, "memory is out");
	if (inv->feed_count == 0 && mistakes_out->count == 0)
		mistake_add(mistakes_out, whole,
		    "no camera that could be watched stands in it");
	inventory_mistakes_fini(&unheard);
	return mistakes_out->count == 0;
}
