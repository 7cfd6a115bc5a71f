/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/local.h"

#include <stdio.h>

#include "monitor/config/config.h"

#define DRAIN_MS 30000

struct store *
local_open(const struct monitor_config *config, const char *actor,
    char error[STORE_ERROR_BYTES])
{
	const struct store_config c = { .dir = config->state_dir,
		.tool = true,
		.actor = actor,
		.key_file = config->credentials_key_file };

	return store_open(&c, NULL, error);
}

static void
on_applied(void *arg, const struct store_result *r)
{
	struct local_change *c = arg;

	c->told = true;
	c->ok = r->ok;
	c->id = r->id;
	snprintf(c->error, sizeof(c->error), "%s", r->error);
}

struct store_done
local_done(struct local_change *c)
{
	return (struct store_done){ on_applied, c };
}

bool
local_wait(struct store *s, struct local_change *c, bool posted)
{
	if (posted && store_drain(s, DRAIN_MS) && c->told)
		return c->ok;
	snprintf(c->error, sizeof(c->error),
	    "the database did not take the change in time");
	return false;
}

json_t *
local_failed(const char *text)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}

json_t *
local_made(int64_t id)
{
	char number[24];

	snprintf(number, sizeof(number), "%lld", (long long)id);
	return json_pack("{s:b, s:s}", "ok", 1, "text", number);
}
