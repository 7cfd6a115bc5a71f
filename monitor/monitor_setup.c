/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_setup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include <jansson.h>

#include "common/clock.h"
#include "common/hex.h"
#include "common/log.h"
#include "monitor/config/config_outside.h"
#include "monitor/config/config_table.h"
#include "monitor/inventory/inventory.h"
#include "monitor/ledger/hash.h"

#define TEXT_BYTES 160

struct setup {
	char *settings; /* as last written; owned */
	struct clock_state told, now;
};

/* --- what is in force */

static json_t *
hex_json(const uint8_t hash[LEDGER_HASH])
{
	char hex[2 * LEDGER_HASH + 1];

	hex_print(hash, LEDGER_HASH, hex);
	return json_string(hex);
}

/* SHA-256 of a file as it is now; null when it can't be read. */
static json_t *
file_json(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t hash[LEDGER_HASH];
	char bytes[65536];
	struct hash h;
	ssize_t n = -1;

	hash_begin(&h);
	while (fd >= 0 && (n = read(fd, bytes, sizeof(bytes))) > 0)
		hash_add(&h, bytes, (size_t)n);
	hash_end(&h, hash);
	if (fd >= 0)
		close(fd);
	return n == 0 ? hex_json(hash) : json_null();
}

/* Of the folder the fleet takes them from: the configured one, or our own. */
static json_t *
probes_json(const struct monitor *m)
{
	static const char *const names[] = { "camwarden-stream",
		"camwarden-picture", "camwarden-demux" };
	char dir[CONFIG_PATH_BYTES], path[CONFIG_PATH_BYTES + 32];
	json_t *probes = json_object();

	snprintf(dir, sizeof(dir), "%s", m->config.program_dir);
	if (dir[0] == '\0') {
		ssize_t n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);

		dir[n > 0 ? n : 0] = '\0';
		if (strrchr(dir, '/') != NULL)
			*strrchr(dir, '/') = '\0';
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		json_object_set_new(probes, names[i], file_json(path));
	}
	return probes;
}

/* Keys of what they shall sign with are public, and long: names only. */
static json_t *
witnesses_json(const struct monitor *m)
{
	struct config_witness *w = calloc(CONFIG_WITNESSES, sizeof(*w));
	json_t *list = json_array();
	unsigned count = 0;

	if (w != NULL && config_witnesses_read(m->config.ledger_witnesses, w,
			     &count) == NULL)
		for (unsigned i = 0; i < count; i++)
			json_array_append_new(list, json_string(w[i].name));
	free(w);
	return list;
}

/* Where they are, without what they are logged in to with. */
static json_t *
relays_json(const struct monitor *m)
{
	static const char between[] = ", \t";
	const char *p = m->config.agents_relays;
	char text[CONFIG_PATH_BYTES] = "", one[LIMIT_URL_BYTES];
	struct inventory_url url;
	size_t at, n, used = 0;

	for (p += strspn(p, between); *p != '\0';
	     p += n, p += strspn(p, between)) {
		n = strcspn(p, between);
		snprintf(one, sizeof(one), "%.*s", (int)n, p);
		if (inventory_url_parse(one, &url, &at) != NULL)
			snprintf(url.url, sizeof(url.url), "?");
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s", used > 0 ? ", " : "", url.url);
		if (used >= sizeof(text))
			break;
	}
	explicit_bzero(one, sizeof(one));
	explicit_bzero(&url, sizeof(url));
	return json_string(text);
}

static json_t *
value_json(const struct monitor *m, const struct config_row *row,
    const void *base)
{
	const char *field = (const char *)base + row->offset;
	int64_t value;
	char text[64];

	switch (row->type) {
	case CONFIG_TEXT:
	case CONFIG_WORDS:
	case CONFIG_ADDRESS:
		return json_string(field);
	case CONFIG_HOSTS: /* how many; which is in the file */
		return json_integer(m->config.reference_count);
	case CONFIG_BOOL:
		return json_boolean(config_table_load(row, base));
	default:
		break;
	}
	value = config_table_load(row, base);
	if (row->type == CONFIG_PERCENT) /* parts in a million */
		return json_integer(value);
	config_table_number(row->type, value, text, sizeof(text));
	return json_string(text);
}

static json_t *
values_json(const struct monitor *m)
{
	json_t *values = json_object();

	for (size_t i = 0; i < config_row_count; i++)
		if (config_rows[i].group == CONFIG_NO_GROUP &&
		    strcmp(config_rows[i].path, "ledger.witnesses") != 0)
			json_object_set_new(values, config_rows[i].path,
			    value_json(m, &config_rows[i], &m->config));
	json_object_set_new(values, "agents.relays", relays_json(m));
	return values;
}

/* Of a channel only what is no secret and leads to none. */
static bool
is_told(const struct config_row *row)
{
	static const char *const told[] = { "kind", "to", "or_else", "budget" };
	const char *key = strrchr(row->path, '.') + 1;

	if (row->group != CONFIG_GROUP_CHANNELS)
		return true;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (strcmp(told[i], key) == 0)
			return true;
	return false;
}

static json_t *
item_json(const struct monitor *m, uint8_t group, const void *item)
{
	json_t *o = json_object();

	json_object_set_new(o, "name", json_string(item));
	for (size_t i = 0; i < config_row_count; i++)
		if (config_rows[i].group == group && is_told(&config_rows[i]))
			json_object_set_new(o,
			    strrchr(config_rows[i].path, '.') + 1,
			    value_json(m, &config_rows[i], item));
	return o;
}

/* Who is told of what, by which means. */
static json_t *
items_json(struct monitor *m)
{
	json_t *all = json_object();

	for (uint8_t g = 1; g < CONFIG_GROUPS; g++) {
		const struct config_group *group = &config_groups[g];
		json_t *list = json_array();

		for (uint32_t i = 0; i < *config_group_count(group, &m->config);
		     i++)
			json_array_append_new(list,
			    item_json(m, g,
				config_group_item(group, &m->config, i)));
		json_object_set_new(all, group->path, list);
	}
	return all;
}

/* NULL: no memory, or a path that is no UTF-8. Given. */
static char *
settings_body(struct monitor *m)
{
	const struct monitor_config *c = &m->config;
	json_t *root = json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}",
	    "file", c->file, "sha256",
	    c->file[0] != '\0' ? hex_json(c->file_sha256) : json_null(),
	    "version", CAMWARDEN_VERSION, "program",
	    file_json("/proc/self/exe"), "probes", probes_json(m), "witnesses",
	    witnesses_json(m), "settings", values_json(m), "items",
	    items_json(m));
	char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;

	json_decref(root);
	return text;
}

/* Only what the store took counts as told. */
static void
settings_tell(struct monitor *m)
{
	struct setup *s = m->setup;
	char *body = settings_body(m);

	if (body == NULL) {
		log_error("monitor", "the settings can't be written down");
		return;
	}
	if ((s->settings == NULL || strcmp(body, s->settings) != 0) &&
	    store_event(m->store, clock_mono_us(), "settings", "monitor", body,
		NULL)) {
		free(s->settings);
		s->settings = body;
		return;
	}
	free(body);
}

/* --- the clock */

static struct clock_state
clock_look(void)
{
	struct timex t = { .modes = 0 };
	int rc = adjtimex(&t);

	if (rc < 0)
		return (struct clock_state){ 0 };
	return (struct clock_state){ .known = true,
		.synchronised =
		    rc != TIME_ERROR && (t.status & STA_UNSYNC) == 0,
		.offset_us =
		    (t.status & STA_NANO) != 0 ? t.offset / 1000 : t.offset,
		.error_us = t.maxerror,
		.estimated_us = t.esterror };
}

static void
clock_tell(struct monitor *m, bool always)
{
	struct setup *s = m->setup;
	char words[TEXT_BYTES], body[TEXT_BYTES + 200];

	s->now = clock_look();
	if (!always && !clock_state_changed(&s->told, &s->now))
		return;
	clock_state_text(&s->now, words, sizeof(words));
	snprintf(body, sizeof(body),
	    "{\"synchronised\":%s,\"offset_us\":%lld,\"error_us\":%lld,"
	    "\"estimated_us\":%lld,\"text\":\"%s\"}",
	    s->now.synchronised ? "true" : "false", (long long)s->now.offset_us,
	    (long long)s->now.error_us, (long long)s->now.estimated_us, words);
	if (!store_event(m->store, clock_mono_us(), "clock.sync", "monitor",
		body, NULL))
		return; /* the next look tries again */
	s->told = s->now;
	log_info("monitor", "system clock: %s", words);
}

/* --- faces */

bool
monitor_setup_start(struct monitor *m)
{
	m->setup = calloc(1, sizeof(*m->setup));
	if (m->setup == NULL)
		return false;
	settings_tell(m);
	clock_tell(m, true);
	return true;
}

void
monitor_setup_reload(struct monitor *m)
{
	settings_tell(m);
}

void
monitor_setup_second(struct monitor *m)
{
	clock_tell(m, false);
}

struct clock_state
monitor_setup_clock(const struct monitor *m)
{
	return m->setup != NULL ? m->setup->now : (struct clock_state){ 0 };
}

void
monitor_setup_free(struct monitor *m)
{
	if (m->setup == NULL)
		return;
	free(m->setup->settings);
	free(m->setup);
	m->setup = NULL;
}
