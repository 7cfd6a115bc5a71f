/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/views_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static bool
wrong(char *fault, const char *text)
{
	if (fault[0] == '\0')
		snprintf(fault, VIEWS_FAULT_BYTES, "%s", text);
	return false;
}

static json_t *
load(const char *json, size_t length, char *fault)
{
	json_error_t error;
	json_t *root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &error);

	fault[0] = '\0';
	if (root == NULL)
		snprintf(fault, VIEWS_FAULT_BYTES, "not JSON (line %d): %.80s",
		    error.line, error.text);
	else if (!json_is_object(root))
		wrong(fault, "expected a JSON object");
	return root;
}

/* A text of at least one letter. */
static bool
read_text(json_t *o, const char *name, char *out, size_t size)
{
	const char *s = json_string_value(json_object_get(o, name));

	if (s == NULL || s[0] == '\0' || strlen(s) >= size)
		return false;
	snprintf(out, size, "%s", s);
	return true;
}

/* Absent is 0; false when it is not a number of 0 to most. */
static bool
read_number(json_t *o, const char *name, uint32_t most, uint32_t *out)
{
	json_t *m = json_object_get(o, name);
	json_int_t v = json_integer_value(m);

	*out = 0;
	if (m == NULL || json_is_null(m))
		return true;
	if (!json_is_integer(m) || v < 0 || v > (json_int_t)most)
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool
read_said(json_t *o, const char *name, uint8_t *out)
{
	json_t *m = json_object_get(o, name);

	*out = json_is_true(m)	  ? SAID_YES
	       : json_is_false(m) ? SAID_NO
				  : SAID_NOT;
	return m == NULL || json_is_null(m) || json_is_boolean(m);
}

static bool
read_tile(json_t *o, struct agents_view_tile *t, char *fault)
{
	uint32_t height;

	if (!json_is_object(o) ||
	    !read_text(o, "feed", t->feed, sizeof(t->feed)))
		return wrong(fault,
		    "tiles: expected objects with a feed (UUID or SITE/NAME)");
	if (!read_number(o, "height", UINT16_MAX, &height))
		return wrong(fault, "height: expected 0 to 65535 pixels");
	t->height = (uint16_t)height;
	if (!read_said(o, "visible", &t->visible) ||
	    !read_said(o, "renders", &t->renders))
		return wrong(fault, "visible, renders: expected true or false");
	return true;
}

static bool
read_tiles(json_t *root, struct agents_views *out, char *fault)
{
	json_t *tiles = json_object_get(root, "tiles");
	size_t n = json_array_size(tiles);

	if (tiles != NULL && !json_is_array(tiles))
		return wrong(fault, "tiles: expected an array");
	out->more = n > AGENTS_TILES;
	out->count = (uint16_t)(out->more ? AGENTS_TILES : n);
	for (size_t i = 0; i < out->count; i++)
		if (!read_tile(json_array_get(tiles, i), &out->tiles[i], fault))
			return false;
	if (out->layout && n > 0)
		return wrong(fault,
		    "layout: expected either the layout or tiles, not both");
	return true;
}

static bool
read_power(json_t *root, uint8_t *out)
{
	const char *word = json_string_value(json_object_get(root, "power"));

	*out = SCREEN_UNKNOWN;
	if (json_object_get(root, "power") == NULL)
		return true;
	for (uint8_t n = 0; word != NULL && n < SCREEN_POWER_COUNT; n++) {
		if (strcmp(word, screen_power_name(n)) != 0)
			continue;
		*out = n;
		return true;
	}
	return false;
}

static bool
read_views(json_t *root, struct agents_views *out, char *fault)
{
	uint8_t layout;

	if (!read_text(root, "screen", out->screen, sizeof(out->screen)))
		return wrong(fault, "screen: expected its name");
	if (!read_power(root, &out->power))
		return wrong(fault, "power: expected on, dimmed, off, unknown");
	if (!read_said(root, "layout", &layout))
		return wrong(fault, "layout: expected true or false");
	out->layout = layout == SAID_YES;
	if (!read_number(root, "valid_ms", VIEWS_VALID_MOST_MS, &out->valid_ms))
		return wrong(fault, "valid_ms: expected 1 to 120000");
	if (out->valid_ms == 0)
		out->valid_ms = VIEWS_VALID_MS;
	return read_tiles(root, out, fault);
}

bool
views_json_read(const char *json, size_t length, struct agents_views *out,
    char fault_out[VIEWS_FAULT_BYTES])
{
	json_t *root = load(json, length, fault_out);

	memset(out, 0, sizeof(*out));
	bool good = fault_out[0] == '\0' && read_views(root, out, fault_out);

	json_decref(root);
	return good;
}

static bool
read_reply(json_t *root, struct agents_reply *out, char *fault)
{
	char id[20], *end;
	uint32_t choice;

	if (!read_text(root, "prompt", id, sizeof(id)) ||
	    (out->prompt = strtoull(id, &end, 16)) == 0 || *end != '\0')
		return wrong(fault, "prompt: expected its id");
	if (json_object_get(root, "choice") == NULL ||
	    !read_number(root, "choice", 15, &choice))
		return wrong(fault, "choice: expected 0 to 15");
	out->choice = (uint8_t)choice;
	if (!read_number(root, "latency_ms", 3600000, &out->latency_ms))
		return wrong(fault, "latency_ms: expected 0 to 3600000");
	return true;
}

bool
views_json_reply(const char *json, size_t length, struct agents_reply *out,
    char fault_out[VIEWS_FAULT_BYTES])
{
	json_t *root = load(json, length, fault_out);

	memset(out, 0, sizeof(*out));
	bool good = fault_out[0] == '\0' && read_reply(root, out, fault_out);

	json_decref(root);
	return good;
}

/* Letters of any script, no control characters but new lines: the text is read
 * on terminals too. */
static bool
legible(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' && *s != '\n' && *s != '\t') ||
		    *s == 0x7f ||
		    ((unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0))
			return false;
	return true;
}

static bool
read_dispute(json_t *root, struct agents_dispute *out, char *fault)
{
	out->from_us = json_integer_value(json_object_get(root, "from_us"));
	out->to_us = json_integer_value(json_object_get(root, "to_us"));
	if (out->from_us <= 0 || out->to_us <= out->from_us)
		return wrong(fault,
		    "from_us, to_us: expected microseconds UTC, in order");
	if (!read_text(root, "text", out->text, sizeof(out->text)))
		return wrong(fault,
		    "text: expected what was so, in at most 1199 bytes");
	if (!legible(out->text))
		return wrong(fault, "text: expected no control characters");
	return true;
}

bool
views_json_dispute(const char *json, size_t length, struct agents_dispute *out,
    char fault_out[VIEWS_FAULT_BYTES])
{
	json_t *root = load(json, length, fault_out);

	memset(out, 0, sizeof(*out));
	bool good = fault_out[0] == '\0' && read_dispute(root, out, fault_out);

	json_decref(root);
	return good;
}
