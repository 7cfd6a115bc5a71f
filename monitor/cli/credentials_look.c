/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/credentials_look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/config/config.h"
#include "monitor/secrets/keys.h"
#include "monitor/store/store_read.h"

#define NAMES_SHOWN 5

struct look {
	unsigned count;
	FILE *names;
};

static bool
on_row(void *arg, const struct store_credential_row *row)
{
	struct look *l = arg;

	l->count++;
	if (row->password == NULL)
		fprintf(l->names, "%s\n", row->name);
	return true;
}

json_t *
credentials_look_json(const char *file, const char *error, unsigned passwords,
    const char *names)
{
	json_t *list = json_array();

	for (const char *p = names; *p != '\0';) {
		size_t n = strcspn(p, "\n");

		json_array_append_new(list, json_stringn(p, n));
		p += n + (p[n] == '\n');
	}
	return json_pack("{s:b, s:s, s:s, s:i, s:o}", "ok", 1, "file", file,
	    "error", error, "passwords", (int)passwords, "not_opened", list);
}

json_t *
credentials_look(const struct monitor_config *config)
{
	char path[KEYS_PATH], why[KEYS_ERROR] = "", error[256], *names = NULL;
	struct store_reader *r = store_reader_open(config->state_dir, error);
	size_t length;
	struct look l = { .names = open_memstream(&names, &length) };
	uint8_t origin[16];
	json_t *out = NULL;

	keys_path(config->credentials_key_file, config->state_dir, path);
	struct keys *keys = keys_open(path, why);

	if (r != NULL && l.names != NULL) {
		store_reader_keys(r, keys);
		store_read_credentials(r, origin, on_row, &l);
	}
	store_reader_close(&r);
	if (l.names != NULL && fclose(l.names) == 0)
		out = credentials_look_json(path, why, l.count, names);
	keys_free(&keys);
	free(names);
	return out;
}

char *
credentials_look_text(const json_t *look)
{
	const json_t *names = json_object_get(look, "not_opened");
	const char *file = json_string_value(json_object_get(look, "file"));
	const char *error = json_string_value(json_object_get(look, "error"));
	size_t count = json_array_size(names), length;
	char *text = NULL;
	FILE *f = open_memstream(&text, &length);

	if (f == NULL)
		return NULL;
	if (count > 0 && error != NULL && error[0] != '\0')
		fprintf(f, "%s: ", error);
	else if (count > 0)
		fprintf(f, "no key of %s opens them: ", file ? file : "?");
	for (size_t i = 0; i < count && i < NAMES_SHOWN; i++)
		fprintf(f, "%s%s", i > 0 ? ", " : "",
		    json_string_value(json_array_get(names, i)));
	if (count > NAMES_SHOWN)
		fprintf(f, " and %zu more", count - NAMES_SHOWN);
	return fclose(f) == 0 ? text : NULL;
}
