/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/inventory_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/hex.h"
#include "monitor/cli/cli.h"
#include "monitor/cli/import_json.h"
#include "monitor/cli/local.h"
#include "monitor/cli/who.h"
#include "monitor/inventory/diff.h"
#include "monitor/inventory/plan_text.h"
#include "monitor/inventory/ration.h"
#include "monitor/monitor.h"
#include "monitor/secrets/keys.h"
#include "monitor/store/store.h"
#include "monitor/store/store_read.h"

/* Takes the mistakes. */
static json_t *
mistaken(struct inventory_mistakes *m)
{
	json_t *answer = import_json(&(struct monitor_answer){
	    .text = m->text != NULL ? m->text : "memory is out",
	    .mistakes = m });

	inventory_mistakes_fini(m);
	return answer != NULL ? answer : local_failed("memory is out");
}

static void
random_uuid(void *arg, uint8_t out[16])
{
	(void)arg;
	if (getrandom(out, 16, 0) != 16)
		memset(out, 0, 16);
}

struct inventory *
inventory_local_current(const struct monitor_config *config, bool secrets,
    uint64_t *revision_out, char error[256])
{
	const char *dir = config->state_dir;
	struct store_reader *r = store_reader_open(dir, error);
	struct keys *keys = NULL;
	struct inventory *inv;
	char path[KEYS_PATH], why[KEYS_ERROR];

	*revision_out = 0;
	if (r == NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, STORE_FILE);
		return access(path, F_OK) != 0 ? inventory_new() : NULL;
	}
	keys_path(config->credentials_key_file, dir, path);
	if (secrets)
		keys = keys_open(path, why);
	store_reader_keys(r, keys);
	inv = store_read_inventory(r, secrets, revision_out);
	if (inv == NULL)
		snprintf(error, 256, "%s", store_reader_error(r));
	store_reader_close(&r);
	keys_free(&keys);
	return inv;
}

static struct inventory_plan *
plan_import(const struct inventory_local *what, const struct inventory *current,
    struct inventory_mistakes *mistakes)
{
	struct inventory_options opt = { .kind = what->kind,
		.prune = what->prune,
		.random = random_uuid,
		.file = what->file };
	struct inventory *wanted = inventory_new();
	struct inventory_plan *plan = NULL;

	if (wanted != NULL && inventory_read(wanted, what->kind, what->file,
				  what->csv, what->csv_length, mistakes))
		plan = inventory_plan_new(current, wanted, &opt, mistakes);
	inventory_free(&wanted);
	return plan;
}

char *
inventory_local_capacity(const struct monitor_config *config,
    const struct inventory *inv)
{
	uint64_t room =
	    (uint64_t)config->demux_probes * config->probe.demux_threads;
	uint64_t need = 0;
	char *text;

	for (size_t i = 0; i < inv->feed_count; i++) {
		struct inventory_url url;
		size_t at;

		if (inv->feeds[i].enabled &&
		    inventory_url_parse(inv->feeds[i].url, &url, &at) == NULL)
			need += url.by == INVENTORY_BY_DEMUX;
	}
	if (need <= room ||
	    asprintf(&text,
		"%llu feeds need the demux probe, which has room for %llu "
		"(probes.demux x probes.demux_threads)",
		(unsigned long long)need, (unsigned long long)room) < 0)
		return NULL;
	return text;
}

/* What the plan would add to the demux probe's load, weighed as a whole. */
static char *
over_capacity(const struct monitor_config *config,
    const struct inventory *current, const struct inventory_plan *plan)
{
	struct inventory after = { .feeds = calloc(current->feed_count +
						       plan->count + 1,
				       sizeof(*after.feeds)) };
	bool grows = false;
	char *text = NULL;

	if (after.feeds == NULL)
		return NULL;
	for (size_t i = 0; i < current->feed_count; i++)
		after.feeds[after.feed_count++] = current->feeds[i];
	for (size_t i = 0; i < plan->count; i++) {
		const struct inventory_change *c = &plan->changes[i];
		size_t n = 0;

		if (c->kind != INVENTORY_FEEDS)
			continue;
		while (n < after.feed_count && (c->change == INVENTORY_ADD ||
						   after.feeds[n].id != c->id))
			n++;
		if (n == after.feed_count)
			after.feed_count++;
		after.feeds[n] = c->feed;
		after.feeds[n].enabled &= c->change != INVENTORY_REMOVE;
		grows |= c->change != INVENTORY_REMOVE;
	}
	if (grows)
		text = inventory_local_capacity(config, &after);
	free(after.feeds);
	return text;
}

/* The plan (given) carried out, or only told when s is NULL. */
static json_t *
carry_out(struct store *s, const struct inventory_local *what,
    const struct inventory *current, struct inventory_plan *plan,
    uint64_t revision, const char *actor, struct local_change *c)
{
	const struct store_done done = local_done(c);
	struct diff *diff = diff_of_plan(current, plan);
	char *text = plan_text_inventory(plan, SIZE_MAX);
	char *expects = ration_plan_text(current, NULL, plan);
	json_t *answer = import_json(&(struct monitor_answer){ .ok = true,
	    .added = (uint32_t)plan->added,
	    .changed = (uint32_t)plan->changed,
	    .removed = (uint32_t)plan->removed,
	    .unchanged = (uint32_t)plan->unchanged,
	    .text = text != NULL ? text : "",
	    .expects = expects,
	    .diff = diff });

	free(text);
	free(expects);
	diff_free(&diff);
	if (s == NULL || plan->count == 0) {
		inventory_plan_free(&plan);
		return answer;
	}
	if (local_wait(s, c,
		store_inventory(s, plan, revision, actor, what->reason, &done)))
		return answer;
	json_decref(answer);
	return local_failed(c->error);
}

static json_t *
plan_and_do(struct store *s, const struct inventory_local *what,
    const struct inventory *current, uint64_t revision, const char *actor,
    struct local_change *c)
{
	struct inventory_mistakes mistakes = { 0 };
	struct inventory_plan *plan;

	if (what->remove != NULL)
		plan = inventory_plan_remove(current, what->kind, what->remove,
		    what->with_feeds, &mistakes);
	else
		plan = plan_import(what, current, &mistakes);
	if (plan == NULL)
		return mistaken(&mistakes);
	char *over = over_capacity(what->config, current, plan);

	if (over == NULL)
		return carry_out(s, what, current, plan, revision, actor, c);
	json_t *answer = local_failed(over);

	inventory_plan_free(&plan);
	free(over);
	return answer;
}

json_t *
inventory_local_change(const struct inventory_local *what)
{
	struct local_change c = { .error = "memory is out" };
	char actor[WHO_BYTES];
	struct inventory *current = NULL;
	struct store *s = NULL;
	uint64_t revision;
	json_t *answer;

	/* What is planned against is read under the lock that the change is
	 * made under; a dry run takes none. */
	who_actor(actor);
	if (!what->dry_run)
		s = local_open(what->config, actor, c.error);
	if (what->dry_run || s != NULL)
		current = inventory_local_current(what->config, true, &revision,
		    c.error);
	if (current != NULL)
		answer = plan_and_do(s, what, current, revision, actor, &c);
	else
		answer = local_failed(c.error);
	inventory_free(&current);
	store_close(&s);
	return answer;
}

static void
list_feeds(const struct inventory *inv, struct cli_table *t)
{
	cli_table_init(t, 5);
	cli_table_add(t, "SITE");
	cli_table_add(t, "FEED");
	cli_table_add(t, "DEVICE");
	cli_table_add(t, "HELD");
	cli_table_add(t, "URL");
	for (size_t i = 0; i < inv->feed_count; i++) {
		const struct inventory_feed *f = &inv->feeds[i];

		cli_table_add(t, "%s", f->site);
		cli_table_add(t, "%s", f->name);
		cli_table_add(t, "%s", f->device);
		if (!f->enabled)
			cli_table_add(t, "off");
		else if (f->visit_every_s == 0)
			cli_table_add(t, "always");
		else
			cli_table_add(t, "%u s every %u s", f->visit_s,
			    f->visit_every_s);
		cli_table_add(t, "%s", f->relay[0] != '\0' ? f->relay : f->url);
	}
}

static json_t *
json_feeds(const struct inventory *inv)
{
	json_t *list = json_array();

	for (size_t i = 0; i < inv->feed_count; i++) {
		const struct inventory_feed *f = &inv->feeds[i];
		char uuid[37];

		uuid_print(f->uuid, uuid);
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:b, "
			      "s:b, s:i, s:b, s:s, s:s}",
			"uuid", uuid, "site", f->site, "name", f->name,
			"device", f->device, "url", f->url, "tags", f->tags,
			"visit_s", (int)f->visit_s, "visit_every_s",
			(int)f->visit_every_s, "no_picture", f->no_picture,
			"enabled", f->enabled, "criticality",
			(int)f->criticality, "ptz", f->ptz, "dark_hours",
			f->dark_hours, "relay", f->relay));
	}
	return list;
}

struct inventory *
inventory_local_read(const struct monitor_config *config)
{
	char error[256] = "memory is out";
	uint64_t revision;
	struct inventory *inv =
	    inventory_local_current(config, false, &revision, error);

	if (inv == NULL)
		cli_say("%s", error);
	return inv;
}

int
inventory_local_list(const struct monitor_config *config,
    enum inventory_kind kind, bool json, bool csv)
{
	struct inventory *inv = inventory_local_read(config);

	if (inv == NULL)
		return CLI_FAILED;
	if (csv) {
		char *text = inventory_write(inv, kind, false);

		fputs(text ? text : "", stdout);
		free(text);
	} else if (json) {
		json_t *list = json_feeds(inv);

		cli_print_json(list);
		json_decref(list);
	} else {
		struct cli_table t;

		list_feeds(inv, &t);
		cli_table_print(&t, stdout);
	}
	inventory_free(&inv);
	return CLI_OK;
}
