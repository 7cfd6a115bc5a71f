/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "monitor/http/relays_wire.h"

void
relays_put_reader(struct writer *w, const struct relays_reader *m)
{
	writer_string(w, m->address);
	writer_string(w, m->path);
}

bool
relays_get_reader(struct span body, struct relays_reader *m_out)
{
	struct reader r = reader_of(body.p, body.n);

	reader_string(&r, m_out->address, sizeof(m_out->address));
	reader_string(&r, m_out->path, sizeof(m_out->path));
	return reader_done(&r);
}

/* "10.0.0.7:5544", "[fd00::7]:5544" -> the address alone. */
static bool
address_of(const char *text, char *out, size_t size)
{
	const char *end = strrchr(text, ':');
	size_t n = end != NULL ? (size_t)(end - text) : strlen(text);

	if (text[0] == '[') {
		text++;
		end = strchr(text, ']');
		n = end != NULL ? (size_t)(end - text) : 0;
	}
	if (n == 0 || n >= size)
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

static bool
reader_of_session(json_t *item, struct relays_reader *out)
{
	const char *state = json_string_value(json_object_get(item, "state"));
	const char *path = json_string_value(json_object_get(item, "path"));
	const char *from =
	    json_string_value(json_object_get(item, "remoteAddr"));

	if (state == NULL || path == NULL || from == NULL ||
	    strcmp(state, "read") != 0 || path[0] == '\0' ||
	    strlen(path) >= sizeof(out->path) ||
	    !address_of(from, out->address, sizeof(out->address)))
		return false;
	snprintf(out->path, sizeof(out->path), "%s", path);
	return true;
}

bool
relays_json_read(const char *json, size_t length,
    void (*fn)(void *arg, const struct relays_reader *r), void *arg,
    unsigned *pages_out)
{
	json_t *root = json_loadb(json, length, 0, NULL);
	json_t *items = json_object_get(root, "items");
	json_int_t pages =
	    json_integer_value(json_object_get(root, "pageCount"));
	struct relays_reader r;
	bool good = json_is_array(items);

	for (size_t i = 0; i < json_array_size(items); i++)
		if (reader_of_session(json_array_get(items, i), &r))
			fn(arg, &r);
	*pages_out = pages > 0 && pages < 1000 ? (unsigned)pages : 1;
	json_decref(root);
	return good;
}
