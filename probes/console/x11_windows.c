/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which windows match a pattern, and how much of each is seen. The order in
 * which windows lie on each other is that of the root's children, so that
 * windows no window manager knows of (a locker's) cover as well. Classes and
 * titles are matched as they come and wiped.
 */
#include "probes/console/x11.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/console/pattern_match.h"

#define MOST_TOPS 512
#define MOST_CLIENTS 256
#define MOST_DEPTH 8 /* frames within frames */
#define TEXT_BYTES 1024
#define ALL_DESKTOPS UINT32_MAX

struct top { /* a child of the root, lowest first */
	xcb_window_t id;
	struct rectangle area;
	bool covers; /* shown, and not only a place for input */
};

struct client { /* a window that an application made */
	xcb_window_t id;
	int top; /* place in tops; -1 = not found */
	struct rectangle area;
	bool hidden;
};

struct scene {
	struct top tops[MOST_TOPS];
	struct client clients[MOST_CLIENTS];
	int top_count, client_count;
	bool too_many;
	uint32_t desktop; /* ALL_DESKTOPS = there are none */
};

/* --- single questions */

static xcb_get_property_reply_t *
property(struct x11 *x, xcb_window_t w, xcb_atom_t name, uint32_t bytes)
{
	if (x->c == NULL || name == XCB_ATOM_NONE)
		return NULL;
	return x11_reply(x,
	    xcb_get_property(x->c, 0, w, name, XCB_ATOM_ANY, 0, bytes / 4)
		.sequence);
}

static bool
property_u32(struct x11 *x, xcb_window_t w, enum x11_atom name, uint32_t *out)
{
	xcb_get_property_reply_t *r = property(x, w, x->atoms[name], 4);
	bool ok = r != NULL && r->format == 32 && r->value_len >= 1;

	if (ok)
		memcpy(out, xcb_get_property_value(r), 4);
	free(r);
	return ok;
}

/* NUL-terminated, at most size - 1 bytes; the length. */
static size_t
property_text(struct x11 *x, xcb_window_t w, xcb_atom_t name, char *out,
    size_t size)
{
	xcb_get_property_reply_t *r =
	    property(x, w, name, (uint32_t)size / 4 * 4);
	size_t n = 0;

	if (r != NULL && r->format == 8 && r->value_len > 0) {
		n = r->value_len < size ? r->value_len : size - 1;
		memcpy(out, xcb_get_property_value(r), n);
		explicit_bzero(xcb_get_property_value(r), r->value_len);
	}
	out[n] = '\0';
	free(r);
	return n;
}

static bool
state_is_hidden(struct x11 *x, xcb_window_t w)
{
	xcb_get_property_reply_t *r = property(x, w, x->atoms[X11_STATE], 128);
	bool hidden = false;
	uint32_t state;

	if (r != NULL && r->format == 32)
		for (uint32_t i = 0; i < r->value_len; i++) {
			memcpy(&state,
			    (const char *)xcb_get_property_value(r) + 4 * i, 4);
			hidden |= state == x->atoms[X11_STATE_HIDDEN];
		}
	free(r);
	/* WM_STATE (ICCCM 4.1.3.1): 0 withdrawn, 1 normal, 3 iconic */
	if (!hidden && property_u32(x, w, X11_WM_STATE, &state))
		hidden = state != 1;
	return hidden;
}

static bool
viewable(struct x11 *x, xcb_window_t w)
{
	xcb_get_window_attributes_reply_t *r = NULL;
	bool ok;

	if (x->c != NULL)
		r = x11_reply(x, xcb_get_window_attributes(x->c, w).sequence);
	ok = r != NULL && r->map_state == XCB_MAP_STATE_VIEWABLE;
	free(r);
	return ok;
}

static bool
area_of(struct x11 *x, xcb_window_t w, struct rectangle *out)
{
	xcb_get_geometry_cookie_t size_asked;
	xcb_translate_coordinates_cookie_t place_asked;
	xcb_get_geometry_reply_t *size;
	xcb_translate_coordinates_reply_t *place;
	bool ok;

	if (x->c == NULL)
		return false;
	size_asked = xcb_get_geometry(x->c, w);
	place_asked = xcb_translate_coordinates(x->c, w, x->root, 0, 0);
	size = x11_reply(x, size_asked.sequence);
	place = x11_reply(x, place_asked.sequence);
	ok = size != NULL && place != NULL;
	if (ok)
		*out = (struct rectangle){ place->dst_x, place->dst_y,
			size->width, size->height };
	free(size);
	free(place);
	return ok;
}

/* --- the scene */

static xcb_query_tree_reply_t *
tree(struct x11 *x, xcb_window_t w)
{
	return x->c == NULL ? NULL
			    : x11_reply(x, xcb_query_tree(x->c, w).sequence);
}

/* All questions first, then all answers: one round trip. */
static void
look_at_tops(struct x11 *x, struct scene *s)
{
	xcb_get_window_attributes_cookie_t shown[MOST_TOPS];
	xcb_get_geometry_cookie_t size[MOST_TOPS];

	if (x->c == NULL)
		return;
	for (int i = 0; i < s->top_count; i++) {
		shown[i] = xcb_get_window_attributes(x->c, s->tops[i].id);
		size[i] = xcb_get_geometry(x->c, s->tops[i].id);
	}
	for (int i = 0; i < s->top_count; i++) {
		xcb_get_window_attributes_reply_t *a =
		    x11_reply(x, shown[i].sequence);
		xcb_get_geometry_reply_t *g = x11_reply(x, size[i].sequence);

		if (a != NULL && g != NULL) {
			s->tops[i].covers =
			    a->map_state == XCB_MAP_STATE_VIEWABLE &&
			    a->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT;
			s->tops[i].area = (struct rectangle){ g->x, g->y,
				g->width + 2 * g->border_width,
				g->height + 2 * g->border_width };
		}
		free(a);
		free(g);
	}
}

static void
find_tops(struct x11 *x, struct scene *s)
{
	xcb_query_tree_reply_t *r = tree(x, x->root);
	int n;

	if (r == NULL)
		return;
	n = xcb_query_tree_children_length(r);
	s->too_many = n > MOST_TOPS;
	if (n > MOST_TOPS)
		n = MOST_TOPS;
	for (int i = 0; i < n; i++)
		s->tops[i].id = xcb_query_tree_children(r)[i];
	s->top_count = n;
	free(r);
	look_at_tops(x, s);
}

static void
add_client(struct scene *s, xcb_window_t w)
{
	if (s->client_count == MOST_CLIENTS)
		s->too_many = true;
	else
		s->clients[s->client_count++].id = w;
}

static bool
clients_by_manager(struct x11 *x, struct scene *s, enum x11_atom list)
{
	xcb_get_property_reply_t *r =
	    property(x, x->root, x->atoms[list], 4 * (MOST_CLIENTS + 1));
	bool ok = r != NULL && r->format == 32 && r->type == XCB_ATOM_WINDOW;
	xcb_window_t w;

	if (ok)
		for (uint32_t i = 0; i < r->value_len; i++) {
			memcpy(&w,
			    (const char *)xcb_get_property_value(r) + 4 * i, 4);
			add_client(s, w);
		}
	free(r);
	return ok;
}

/* Without a window manager of our days: what has a class is a client, at the
 * top or within a frame. */
static void
clients_by_tree(struct x11 *x, struct scene *s, xcb_window_t w, int depth)
{
	xcb_get_property_reply_t *class_ = property(x, w, XCB_ATOM_WM_CLASS, 4);
	bool found = class_ != NULL && class_->value_len > 0;
	xcb_query_tree_reply_t *r;

	free(class_);
	if (found)
		add_client(s, w);
	if (found || depth == 0 || (r = tree(x, w)) == NULL)
		return;
	for (int i = 0; i < xcb_query_tree_children_length(r) && i < 16; i++)
		clients_by_tree(x, s, xcb_query_tree_children(r)[i], depth - 1);
	free(r);
}

/* Place of the root's child that holds w; -1 = it is none of ours. */
static int
top_of(struct x11 *x, const struct scene *s, xcb_window_t w)
{
	for (int depth = 0; depth < MOST_DEPTH; depth++) {
		xcb_query_tree_reply_t *r = tree(x, w);
		xcb_window_t parent = r != NULL ? r->parent : XCB_NONE;

		free(r);
		if (parent == XCB_NONE)
			return -1;
		if (parent != x->root) {
			w = parent;
			continue;
		}
		for (int i = 0; i < s->top_count; i++)
			if (s->tops[i].id == w)
				return i;
		return -1;
	}
	return -1;
}

/* Some window managers leave what is hidden mapped: it then doesn't cover
 * either. */
static void
look_at_client(struct x11 *x, struct scene *s, struct client *c)
{
	uint32_t desktop;

	c->top = top_of(x, s, c->id);
	c->hidden = c->top < 0 || !area_of(x, c->id, &c->area) ||
		    !viewable(x, c->id) || state_is_hidden(x, c->id);
	if (s->desktop != ALL_DESKTOPS &&
	    property_u32(x, c->id, X11_DESKTOP, &desktop) &&
	    desktop != ALL_DESKTOPS && desktop != s->desktop)
		c->hidden = true;
	if (c->hidden && c->top >= 0)
		s->tops[c->top].covers = false;
}

static void
look(struct x11 *x, struct scene *s)
{
	find_tops(x, s);
	if (!property_u32(x, x->root, X11_CURRENT_DESKTOP, &s->desktop))
		s->desktop = ALL_DESKTOPS;
	if (!clients_by_manager(x, s, X11_CLIENTS_STACKED) &&
	    !clients_by_manager(x, s, X11_CLIENTS))
		for (int i = 0; i < s->top_count; i++)
			clients_by_tree(x, s, s->tops[i].id, 2);
	for (int i = 0; i < s->client_count; i++)
		look_at_client(x, s, &s->clients[i]);
}

/* --- what is told of it */

static unsigned
visible(const struct scene *s, const struct client *c,
    const struct rectangle *part)
{
	struct rectangle above[MOST_TOPS];
	size_t n = 0;

	if (c->hidden)
		return 0;
	for (int i = c->top + 1; i < s->top_count; i++)
		if (s->tops[i].covers)
			above[n++] = s->tops[i].area;
	return visibility_percent(part, above, n);
}

static void
tell(struct heartbeat *hb, const struct heartbeat_pattern *p, int screen,
    const struct rectangle *part, unsigned percent)
{
	struct heartbeat_window *w = &hb->windows[hb->window_count];

	if (hb->window_count == HEARTBEAT_WINDOWS)
		return;
	memcpy(w->pattern, p->id, sizeof(w->pattern));
	w->screen = (uint8_t)screen;
	w->width = (uint16_t)part->width;
	w->height = (uint16_t)part->height;
	w->visible = (uint8_t)percent;
	hb->window_count++;
}

/* On each screen that shows a part of it. */
static void
tell_parts(const struct x11 *x, const struct scene *s, const struct client *c,
    const struct heartbeat_pattern *p, struct heartbeat *hb)
{
	struct rectangle part;
	bool told = false;

	for (int i = 0; i < hb->screen_count; i++)
		if (rectangle_cut(&c->area, &x->areas[i], &part)) {
			tell(hb, p, i, &part, visible(s, c, &part));
			told = true;
		}
	if (!told)
		tell(hb, p, UINT8_MAX, &(struct rectangle){ 0 }, 0);
}

static void
match(struct x11 *x, const struct scene *s, const struct client *c,
    struct heartbeat *hb)
{
	const struct heartbeat_answer *patterns = &x->source.around->patterns;
	char instance[TEXT_BYTES], title[TEXT_BYTES];
	const char *class_;
	size_t n = property_text(x, c->id, XCB_ATOM_WM_CLASS, instance,
	    sizeof(instance));

	/* Two words, each with its NUL (ICCCM 4.1.2.5). */
	class_ =
	    strlen(instance) < n ? instance + strlen(instance) + 1 : instance;
	if (property_text(x, c->id, x->atoms[X11_NAME], title, sizeof(title)) ==
	    0)
		property_text(x, c->id, XCB_ATOM_WM_NAME, title, sizeof(title));
	for (int i = 0; i < patterns->pattern_count; i++)
		if (pattern_match(&patterns->patterns[i], instance, class_,
			title))
			tell_parts(x, s, c, &patterns->patterns[i], hb);
	explicit_bzero(instance, sizeof(instance));
	explicit_bzero(title, sizeof(title));
}

void
x11_windows_fill(struct x11 *x, struct heartbeat *hb)
{
	struct scene *s;

	hb->patterns = x->source.around->patterns.patterns_revision;
	/* An Xwayland can't see what covers its windows. */
	if (x->c == NULL || x->rootless)
		return;
	hb->sees_windows = HEARTBEAT_X11;
	if (x->source.around->patterns.pattern_count == 0)
		return;
	s = calloc(1, sizeof(*s));
	if (s != NULL) {
		look(x, s);
		for (int i = s->client_count - 1; i >= 0 && !s->too_many; i--)
			match(x, s, &s->clients[i], hb);
	}
	if (s == NULL || s->too_many || x->c == NULL) {
		hb->sees_windows = HEARTBEAT_BLIND;
		hb->window_count = 0;
	}
	free(s);
}
