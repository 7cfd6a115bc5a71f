/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/heartbeat_json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- reading: every member goes through one of these, which say what is
 * wrong with it once, and leave a zero. */

struct in {
	char *fault; /* HEARTBEAT_FAULT_BYTES; "" = well so far */
};

static void __attribute__((format(printf, 2, 3)))
wrong(struct in *in, const char *format, ...)
{
	va_list args;

	if (in->fault[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(in->fault, HEARTBEAT_FAULT_BYTES, format, args);
	va_end(args);
}

static json_t *
member(struct in *in, json_t *o, const char *name, json_type type,
    const char *expected)
{
	json_t *m = json_object_get(o, name);

	if (m == NULL || json_is_null(m))
		return NULL;
	if (json_typeof(m) == type)
		return m;
	wrong(in, "%s: expected %s", name, expected);
	return NULL;
}

/* absent: what a member that isn't there is worth. */
static uint64_t
number(struct in *in, json_t *o, const char *name, uint64_t most,
    uint64_t absent)
{
	json_t *m = member(in, o, name, JSON_INTEGER, "a whole number");

	if (m == NULL)
		return absent;
	json_int_t v = json_integer_value(m);

	if (v >= 0 && (uint64_t)v <= most)
		return (uint64_t)v;
	wrong(in, "%s: expected 0 to %llu", name, (unsigned long long)most);
	return 0;
}

/* Printable ASCII without quotes: an id ends up in lists and logs. */
static bool
plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~' || *s == '"' || *s == '\\')
			return false;
	return true;
}

static void
text(struct in *in, json_t *o, const char *name, char *out, size_t size)
{
	json_t *m = member(in, o, name, JSON_STRING, "a text");
	const char *s = m != NULL ? json_string_value(m) : "";

	if (json_string_length(m) != strlen(s) || strlen(s) >= size ||
	    !plain(s)) {
		wrong(in, "%s: expected at most %zu plain letters", name,
		    size - 1);
		s = "";
	}
	snprintf(out, size, "%s", s);
}

/* A glob may hold any letters but control characters. */
static void
glob(struct in *in, json_t *o, const char *name, char *out, size_t size)
{
	json_t *m = member(in, o, name, JSON_STRING, "a text");
	const char *s = m != NULL ? json_string_value(m) : "";

	if (json_string_length(m) != strlen(s) || strlen(s) >= size) {
		wrong(in, "%s: expected at most %zu bytes", name, size - 1);
		s = "";
	}
	snprintf(out, size, "%s", s);
}

static enum heartbeat_bool
said(struct in *in, json_t *o, const char *name)
{
	json_t *m = json_object_get(o, name);

	if (m == NULL || json_is_null(m))
		return SAID_NOT;
	if (!json_is_boolean(m))
		wrong(in, "%s: expected true, false or null", name);
	return json_is_true(m) ? SAID_YES : SAID_NO;
}

/* The elements of an array member, 0 when it isn't there; more than `most` is
 * wrong. */
static size_t
elements(struct in *in, json_t *o, const char *name, size_t most,
    json_t **array_out)
{
	*array_out = member(in, o, name, JSON_ARRAY, "an array");
	size_t n = json_array_size(*array_out);

	if (n <= most)
		return n;
	wrong(in, "%s: expected at most %zu elements", name, most);
	return 0;
}

/* One of them that must be an object; NULL when it is none. */
static json_t *
object_at(struct in *in, json_t *array, size_t i, const char *name)
{
	json_t *o = json_array_get(array, i);

	if (!json_is_object(o))
		wrong(in, "%s: expected objects", name);
	return o;
}

static unsigned
word(struct in *in, json_t *o, const char *name,
    const char *(*name_of)(unsigned), unsigned count)
{
	json_t *m = member(in, o, name, JSON_STRING, "a word");

	if (m == NULL)
		return 0;
	for (unsigned n = 0; n < count; n++)
		if (strcmp(name_of(n), json_string_value(m)) == 0)
			return n;
	wrong(in, "%s: not one of the words it may be", name);
	return 0;
}

/* --- names, for both ways */

const char *
heartbeat_source_name(unsigned source)
{
	static const char *const names[HEARTBEAT_SOURCE_COUNT] = { "none",
		"x11", "logind", "evdev", "wayland", "browser", "kernel",
		"other" };

	return source < COUNT(names) ? names[source] : "?";
}

static const char *const kinds[INPUT_KINDS] = { "keys", "moves", "buttons",
	"wheel" };

#define SEES(member)                                                           \
	{                                                                      \
#member, offsetof(struct heartbeat, sees_##member)             \
	}
static const struct {
	const char *name;
	size_t at;
} sees[] = { SEES(input), SEES(idle), SEES(lock), SEES(screens), SEES(windows),
	SEES(connections) };

/* --- a heartbeat, in */

static void
read_counts(struct in *in, json_t *o, uint32_t out[INPUT_KINDS])
{
	for (size_t k = 0; k < INPUT_KINDS; k++)
		out[k] = (uint32_t)number(in, o, kinds[k], 1000000, 0);
}

static size_t
read_u16s(struct in *in, json_t *o, const char *name, uint16_t *out,
    size_t most)
{
	json_t *array;
	size_t n = elements(in, o, name, most, &array);

	for (size_t i = 0; i < n; i++) {
		json_int_t v = json_integer_value(json_array_get(array, i));

		if (!json_is_integer(json_array_get(array, i)) || v < 0 ||
		    v > UINT16_MAX)
			wrong(in, "%s: expected numbers of 0 to 65535", name);
		else
			out[i] = (uint16_t)v;
	}
	return n;
}

static void
read_input(struct in *in, json_t *root, struct heartbeat_input *out)
{
	json_t *o = member(in, root, "input", JSON_OBJECT, "an object");

	out->path_px = out->span_px = HEARTBEAT_NOT_SAID;
	if (o == NULL)
		return;
	read_counts(in, o, out->count);
	read_counts(in, member(in, o, "injected", JSON_OBJECT, "an object"),
	    out->injected);
	read_counts(in, member(in, o, "virtual", JSON_OBJECT, "an object"),
	    out->virtual_);
	read_u16s(in, o, "gaps", out->gaps, HEARTBEAT_GAP_BINS);
	out->seconds = (uint8_t)read_u16s(in, o, "per_second", out->per_second,
	    HEARTBEAT_SECONDS);
	out->path_px =
	    (uint32_t)number(in, o, "path_px", 100000000, HEARTBEAT_NOT_SAID);
	out->span_px =
	    (uint32_t)number(in, o, "span_px", 1000000, HEARTBEAT_NOT_SAID);
}

static void
read_screens(struct in *in, json_t *root, struct heartbeat *hb)
{
	json_t *array;
	size_t n = elements(in, root, "screens", HEARTBEAT_SCREENS, &array);

	hb->screen_count = (uint8_t)n;
	for (size_t i = 0; i < n; i++) {
		struct heartbeat_screen *s = &hb->screens[i];
		json_t *o = object_at(in, array, i, "screens");

		text(in, o, "name", s->name, sizeof(s->name));
		s->power =
		    word(in, o, "power", screen_power_name, SCREEN_POWER_COUNT);
		s->width = (uint16_t)number(in, o, "width", UINT16_MAX, 0);
		s->height = (uint16_t)number(in, o, "height", UINT16_MAX, 0);
	}
}

static void
read_windows(struct in *in, json_t *root, struct heartbeat *hb)
{
	json_t *array;
	size_t n = elements(in, root, "windows", HEARTBEAT_WINDOWS, &array);

	hb->window_count = (uint8_t)n;
	for (size_t i = 0; i < n; i++) {
		struct heartbeat_window *w = &hb->windows[i];
		json_t *o = object_at(in, array, i, "windows");

		text(in, o, "pattern", w->pattern, sizeof(w->pattern));
		w->screen =
		    (uint8_t)number(in, o, "screen", UINT8_MAX, UINT8_MAX);
		w->width = (uint16_t)number(in, o, "width", UINT16_MAX, 0);
		w->height = (uint16_t)number(in, o, "height", UINT16_MAX, 0);
		w->visible = (uint8_t)number(in, o, "visible", 100, 0);
		if (w->screen != UINT8_MAX && w->screen >= hb->screen_count)
			wrong(in, "windows: a screen that is not in screens");
	}
}

static void
read_connections(struct in *in, json_t *root, struct heartbeat *hb)
{
	json_t *array;
	size_t n =
	    elements(in, root, "connections", HEARTBEAT_CONNECTIONS, &array);

	hb->connection_count = (uint16_t)n;
	for (size_t i = 0; i < n; i++) {
		struct heartbeat_connection *c = &hb->connections[i];
		json_t *o = object_at(in, array, i, "connections");

		text(in, o, "address", c->address, sizeof(c->address));
		c->port = (uint16_t)number(in, o, "port", UINT16_MAX, 0);
	}
	hb->connections_more = said(in, root, "connections_more") == SAID_YES;
}

static void
read_sees(struct in *in, json_t *root, struct heartbeat *hb)
{
	json_t *o = member(in, root, "sees", JSON_OBJECT, "an object");

	for (size_t i = 0; i < COUNT(sees); i++)
		((uint8_t *)hb)[sees[i].at] = (uint8_t)word(in, o, sees[i].name,
		    heartbeat_source_name, HEARTBEAT_SOURCE_COUNT);
}

static void
read_who(struct in *in, json_t *root, struct heartbeat *hb)
{
	hb->version = (uint32_t)number(in, root, "version", UINT32_MAX, 0);
	if (hb->version != HEARTBEAT_VERSION)
		wrong(in, "version: expected %d", HEARTBEAT_VERSION);
	text(in, root, "agent", hb->agent, sizeof(hb->agent));
	text(in, root, "boot", hb->boot, sizeof(hb->boot));
	text(in, root, "life", hb->life, sizeof(hb->life));
	text(in, root, "session", hb->session, sizeof(hb->session));
	hb->seq = number(in, root, "seq", INT64_MAX, 0);
	if (hb->seq == 0 || hb->life[0] == '\0')
		wrong(in, "life, seq: expected a random word of this run of "
			  "the agent, and 1, 2, 3, ...");
	hb->utc_ms = (int64_t)number(in, root, "utc_ms", INT64_MAX / 1000, 0);
	hb->span_ms = (uint32_t)number(in, root, "span_ms", 86400000, 0);
	hb->idle_ms = (uint32_t)number(in, root, "idle_ms", UINT32_MAX - 1,
	    HEARTBEAT_NOT_SAID);
	hb->goodbye = said(in, root, "goodbye") == SAID_YES;
	hb->locked = said(in, root, "locked");
	hb->patterns = (uint32_t)number(in, root, "patterns", UINT32_MAX, 0);
}

/* A JSON object, or NULL with the fault said. */
static json_t *
load(struct in *in, const char *json, size_t length)
{
	json_error_t error;
	json_t *root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &error);

	if (root == NULL)
		wrong(in, "not JSON (line %d): %.80s", error.line, error.text);
	else if (!json_is_object(root))
		wrong(in, "expected a JSON object");
	return root;
}

bool
heartbeat_read(const char *json, size_t length, struct heartbeat *hb_out,
    char fault_out[HEARTBEAT_FAULT_BYTES])
{
	struct in in = { fault_out };

	fault_out[0] = '\0';
	memset(hb_out, 0, sizeof(*hb_out));
	if (length > HEARTBEAT_BODY_BYTES) {
		wrong(&in, "expected at most %d bytes", HEARTBEAT_BODY_BYTES);
		return false;
	}
	json_t *root = load(&in, json, length);

	read_who(&in, root, hb_out);
	read_input(&in, root, &hb_out->input);
	read_screens(&in, root, hb_out);
	read_windows(&in, root, hb_out);
	read_connections(&in, root, hb_out);
	read_sees(&in, root, hb_out);
	json_decref(root);
	return fault_out[0] == '\0';
}

/* --- a heartbeat, out */

static void
put(json_t *o, const char *name, json_t *value)
{
	json_object_set_new(o, name, value);
}

static void
put_number(json_t *o, const char *name, uint64_t v)
{
	put(o, name, json_integer((json_int_t)v));
}

static void
put_unless(json_t *o, const char *name, uint32_t v)
{
	if (v != HEARTBEAT_NOT_SAID)
		put_number(o, name, v);
}

static void
put_said(json_t *o, const char *name, enum heartbeat_bool said_)
{
	if (said_ != SAID_NOT)
		put(o, name, json_boolean(said_ == SAID_YES));
}

static json_t *
counts_out(const uint32_t counts[INPUT_KINDS])
{
	json_t *o = json_object();

	for (size_t k = 0; k < INPUT_KINDS; k++)
		if (counts[k] > 0)
			put_number(o, kinds[k], counts[k]);
	return o;
}

static json_t *
u16s_out(const uint16_t *v, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, json_integer(v[i]));
	return array;
}

static json_t *
input_out(const struct heartbeat_input *input)
{
	json_t *o = counts_out(input->count);

	put(o, "injected", counts_out(input->injected));
	put(o, "virtual", counts_out(input->virtual_));
	put(o, "gaps", u16s_out(input->gaps, HEARTBEAT_GAP_BINS));
	if (input->seconds > 0)
		put(o, "per_second",
		    u16s_out(input->per_second, input->seconds));
	put_unless(o, "path_px", input->path_px);
	put_unless(o, "span_px", input->span_px);
	return o;
}

static json_t *
screens_out(const struct heartbeat *hb)
{
	json_t *array = json_array();

	for (size_t i = 0; i < hb->screen_count; i++) {
		const struct heartbeat_screen *s = &hb->screens[i];
		json_t *o = json_object();

		put(o, "name", json_string(s->name));
		put(o, "power", json_string(screen_power_name(s->power)));
		put_number(o, "width", s->width);
		put_number(o, "height", s->height);
		json_array_append_new(array, o);
	}
	return array;
}

static json_t *
windows_out(const struct heartbeat *hb)
{
	json_t *array = json_array();

	for (size_t i = 0; i < hb->window_count; i++) {
		const struct heartbeat_window *w = &hb->windows[i];
		json_t *o = json_object();

		put(o, "pattern", json_string(w->pattern));
		if (w->screen != UINT8_MAX)
			put_number(o, "screen", w->screen);
		put_number(o, "width", w->width);
		put_number(o, "height", w->height);
		put_number(o, "visible", w->visible);
		json_array_append_new(array, o);
	}
	return array;
}

static json_t *
connections_out(const struct heartbeat *hb)
{
	json_t *array = json_array();

	for (size_t i = 0; i < hb->connection_count; i++) {
		json_t *o = json_object();

		put(o, "address", json_string(hb->connections[i].address));
		put_number(o, "port", hb->connections[i].port);
		json_array_append_new(array, o);
	}
	return array;
}

static json_t *
sees_out(const struct heartbeat *hb)
{
	json_t *o = json_object();

	for (size_t i = 0; i < COUNT(sees); i++)
		put(o, sees[i].name,
		    json_string(heartbeat_source_name(
			((const uint8_t *)hb)[sees[i].at])));
	return o;
}

static char *
text_of(json_t *root)
{
	char *out = json_dumps(root, JSON_COMPACT);

	json_decref(root);
	return out;
}

char *
heartbeat_write(const struct heartbeat *hb)
{
	json_t *o = json_object();

	put_number(o, "version", HEARTBEAT_VERSION);
	put(o, "agent", json_string(hb->agent));
	put(o, "boot", json_string(hb->boot));
	put(o, "life", json_string(hb->life));
	put(o, "session", json_string(hb->session));
	put_number(o, "seq", hb->seq);
	if (hb->utc_ms != 0)
		put_number(o, "utc_ms", (uint64_t)hb->utc_ms);
	put_number(o, "span_ms", hb->span_ms);
	put_unless(o, "idle_ms", hb->idle_ms);
	if (hb->goodbye)
		put(o, "goodbye", json_true());
	put_said(o, "locked", hb->locked);
	put_number(o, "patterns", hb->patterns);
	put(o, "input", input_out(&hb->input));
	put(o, "screens", screens_out(hb));
	put(o, "windows", windows_out(hb));
	put(o, "connections", connections_out(hb));
	if (hb->connections_more)
		put(o, "connections_more", json_true());
	put(o, "sees", sees_out(hb));
	return text_of(o);
}

/* --- the answer */

bool
heartbeat_answer_read(const char *json, size_t length,
    struct heartbeat_answer *a_out, char fault_out[HEARTBEAT_FAULT_BYTES])
{
	struct in in = { fault_out };
	json_t *array = NULL;

	fault_out[0] = '\0';
	memset(a_out, 0, sizeof(*a_out));
	json_t *root = load(&in, json, length);

	a_out->interval_ms = (uint32_t)number(&in, root, "interval_ms", 3600000,
	    HEARTBEAT_INTERVAL_S * 1000);
	json_t *p = member(&in, root, "patterns", JSON_OBJECT, "an object");

	a_out->patterns_given = p != NULL;
	a_out->patterns_revision =
	    (uint32_t)number(&in, p, "revision", UINT32_MAX, 0);
	size_t n = elements(&in, p, "list", HEARTBEAT_PATTERNS, &array);

	a_out->pattern_count = (uint8_t)n;
	for (size_t i = 0; i < n; i++) {
		struct heartbeat_pattern *to = &a_out->patterns[i];
		json_t *o = object_at(&in, array, i, "patterns");

		text(&in, o, "id", to->id, sizeof(to->id));
		glob(&in, o, "class", to->class_, sizeof(to->class_));
		glob(&in, o, "title", to->title, sizeof(to->title));
	}
	json_decref(root);
	return fault_out[0] == '\0';
}

char *
heartbeat_answer_write(const struct heartbeat_answer *a)
{
	json_t *root = json_object();

	put_number(root, "interval_ms", a->interval_ms);
	if (a->patterns_given) {
		json_t *p = json_object(), *list = json_array();

		put_number(p, "revision", a->patterns_revision);
		for (size_t i = 0; i < a->pattern_count; i++) {
			const struct heartbeat_pattern *from = &a->patterns[i];
			json_t *o = json_object();

			put(o, "id", json_string(from->id));
			put(o, "class", json_string(from->class_));
			put(o, "title", json_string(from->title));
			json_array_append_new(list, o);
		}
		put(p, "list", list);
		put(root, "patterns", p);
	}
	return text_of(root);
}
