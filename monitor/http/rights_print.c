/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `camwarden _routes`: the table of rights as JSON, for tests. */
#include "monitor/http/rights.h"

#include <stdio.h>
#include <stdlib.h>

#include "monitor/http/json_out.h"
#include "monitor/http/web.h"

static void
put_roles(struct json_out *j, uint32_t roles)
{
	json_out_key(j, "roles");
	json_out_open(j, '[');
	for (unsigned i = ROLE_VIEWER; i < ROLE_COUNT; i++)
		if (roles >> i & 1)
			json_out_string(j, role_name(i));
	json_out_close(j, ']');
}

static void
put_flag(struct json_out *j, const char *key, bool set)
{
	json_out_key(j, key);
	json_out_bool(j, set);
}

static void
put_row(struct json_out *j, const struct right_row *row)
{
	static const char *const methods[] = { "", "GET", "POST" };
	static const char *const by[] = { "web", "reader", "monitor", "" };

	json_out_open(j, '{');
	json_out_key(j, "id");
	json_out_string(j, row->id);
	json_out_key(j, "method");
	json_out_string(j, methods[row->method]);
	json_out_key(j, "path");
	if (row->path != NULL)
		json_out_string(j, row->path);
	else
		json_out_null(j);
	put_roles(j, row->roles);
	json_out_key(j, "by");
	json_out_string(j, by[row->by]);
	put_flag(j, "anonymous", (row->flags & RIGHT_ANYONE) != 0);
	put_flag(j, "local", (row->flags & RIGHT_LOCAL) != 0);
	put_flag(j, "person", (row->flags & RIGHT_PERSON) != 0);
	json_out_key(j, "body_most");
	json_out_integer(j,
	    row->flags & RIGHT_BIG ? RIGHTS_BIG_BYTES : RIGHTS_BODY_BYTES);
	json_out_close(j, '}');
}

int
rights_print_main(int argc, char **argv)
{
	struct json_out j;
	size_t length;
	char *text;

	(void)argc;
	(void)argv;
	json_out_init(&j);
	json_out_open(&j, '[');
	for (unsigned i = RIGHT_NONE + 1; i < RIGHT_COUNT; i++)
		put_row(&j, rights_row((enum right)i));
	json_out_close(&j, ']');
	text = json_out_take(&j, &length);
	if (text == NULL)
		return 2;
	puts(text);
	free(text);
	return 0;
}
