/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/hex.h"
#include "monitor/inventory/inventory.h"
#include "monitor/inventory/plan_text.h"
#include "tests/unit/monitor/inventory/read_text.h"

#define UUID1 "11111111-1111-4111-8111-111111111111"
#define UUID2 "22222222-2222-4222-8222-222222222222"
#define UUID3 "33333333-3333-4333-8333-333333333333"

static void
count_up(void *arg, uint8_t out[16])
{
	memset(out, 0xff, 16);
	out[0] = (*(uint8_t *)arg)++;
}

/* What stands now, as a store would hand it out: sites and devices complete
 * and sorted, ids set. */
static struct inventory *
now_feeds(void)
{
	struct inventory *inv = read_text(INVENTORY_FEEDS,
	    "uuid,site,name,device,url,tags\n" UUID1
	    ",A,one,,rtsp://h1/1,x\n" UUID2 ",A,two,nvr,rtsp://h2/2,\n" UUID3
	    ",B,three,,rtsp://u:p@h3/3,\n");

	for (size_t i = 0; i < inv->feed_count; i++)
		inv->feeds[i].id = (int64_t)i + 1;
	for (size_t i = 0; i < inv->device_count; i++)
		inv->devices[i].id = (int64_t)i + 1;
	for (int i = 0; i < 2; i++) {
		struct inventory_site *s = inventory_add_site(inv);

		s->id = i + 1;
		s->path = i == 0 ? "A" : "B";
	}
	return inv;
}

static const struct row {
	const char *what, *csv;
	bool prune;
	const char *changes; /* inventory_change_text, a line each */
	size_t added, changed, removed, unchanged;
} rows[] = {
	{ "the same again changes nothing",
	    "site,name,url\nA,one,rtsp://h1/1\nA,two,rtsp://h2/2\n"
	    "B,three,rtsp://u:p@h3/3\n",
	    true, "", 0, 0, 0, 3 },
	{ "what a file does not name stays without --prune",
	    "site,name,url\nA,one,rtsp://h1/1\n", false, "", 0, 0, 0, 1 },
	{ "and goes with it", "site,name,url\nA,one,rtsp://h1/1\n", true,
	    "removed feed A/two\nremoved feed B/three\n", 0, 0, 2, 1 },
	{ "a new one brings its site and device",
	    "site,name,url\nC/D,new,rtsp://u:p@h4/\n", false,
	    "added site C/D\nadded device h4\nadded feed C/D/new\n", 1, 0, 0,
	    0 },
	{ "by name: another url, and its host is its device",
	    "site,name,url\nA,one,rtsp://h9/1\n", false,
	    "added device h9\nchanged feed A/one: device, url\n", 0, 1, 0, 0 },
	{ "by name: a device with a name of its own stays",
	    "site,name,url,device\nA,two,rtsp://h9/2,nvr\n", false,
	    "changed feed A/two: url\n", 0, 1, 0, 0 },
	{ "by url: renamed and moved", "site,name,url\nB,uno,rtsp://h1/1\n",
	    true,
	    "removed feed A/two\nremoved feed B/three\n"
	    "changed feed B/uno: site, name\n",
	    0, 1, 2, 0 },
	{ "by uuid: everything else may change",
	    "uuid,site,name,url,criticality,enabled\n" UUID3
	    ",A,drei,rtsp://h1/other,5,no\n",
	    false,
	    "changed feed A/drei: site, name, device, url, criticality, "
	    "enabled\n",
	    0, 1, 0, 0 },
	{ "an unknown uuid is added with it",
	    "uuid,site,name,url\n99999999-1111-4111-8111-111111111111,A,n,"
	    "rtsp://h1/n\n",
	    false, "added feed A/n\n", 1, 0, 0, 0 },
	{ "swapped names",
	    "uuid,site,name,url\n" UUID1 ",A,two,rtsp://h1/1\n" UUID2
	    ",A,one,rtsp://h2/2\n",
	    false,
	    "changed feed A/two: name\n"
	    "changed feed A/one: name\n",
	    0, 2, 0, 0 },
	{ "an absent column leaves the tags, an empty cell clears them",
	    "site,name,url,tags\nA,one,rtsp://h1/1,\n", false,
	    "changed feed A/one: tags\n", 0, 1, 0, 0 },
	{ "a user in the URL says nothing of the password",
	    "site,name,url\nB,three,rtsp://u@h3/3\n", false, "", 0, 0, 0, 1 },
	{ "another password", "url\nrtsp://u:q@h3/3\n", false,
	    "changed device h3: password\n", 0, 0, 0, 1 },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct inventory *now = now_feeds();
		struct inventory *wish = read_text(INVENTORY_FEEDS, r->csv);
		struct inventory_mistakes m = { 0 };
		uint8_t n = 0;
		struct inventory_options opt = { INVENTORY_FEEDS, r->prune,
			count_up, &n, "f.csv" };
		struct inventory_plan *p =
		    inventory_plan_new(now, wish, &opt, &m);
		char text[2000] = "", line[300];

		if (p == NULL)
			fail_msg("%s: %s", r->what, m.text);
		for (size_t k = 0; k < p->count; k++) {
			inventory_change_text(&p->changes[k], line,
			    sizeof(line));
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "%s\n", line);
		}
		inventory_free(&now); /* the plan stands on its own */
		inventory_free(&wish);
		if (strcmp(text, r->changes) != 0)
			fail_msg("%s:\n%s", r->what, text);
		assert_int_equal(p->added, r->added);
		assert_int_equal(p->changed, r->changed);
		assert_int_equal(p->removed, r->removed);
		assert_int_equal(p->unchanged, r->unchanged);
		inventory_plan_free(&p);
	}
}

static void
test_new_uuid(void **state)
{
	struct inventory *now = now_feeds();
	struct inventory *wish =
	    read_text(INVENTORY_FEEDS, "url\nrtsp://n/1\nrtsp://n/2\n");
	struct inventory_mistakes m = { 0 };
	uint8_t n = 0;
	struct inventory_options opt = { INVENTORY_FEEDS, false, count_up, &n,
		"f.csv" };
	struct inventory_plan *p = inventory_plan_new(now, wish, &opt, &m);
	char uuid[37];

	(void)state;
	uuid_print(p->changes[p->count - 1].feed.uuid, uuid);
	assert_string_equal(uuid, "01ffffff-ffff-4fff-bfff-ffffffffffff");
	inventory_plan_free(&p);
	inventory_free(&now);
	inventory_free(&wish);
}

static void
test_contradiction(void **state)
{
	struct inventory *now = now_feeds();
	struct inventory *wish = read_text(INVENTORY_FEEDS,
	    "uuid,site,name,url\n" UUID1 ",B,three,rtsp://h1/1\n");
	struct inventory_mistakes m = { 0 };
	uint8_t n = 0;
	struct inventory_options opt = { INVENTORY_FEEDS, false, count_up, &n,
		"f.csv" };

	(void)state;
	assert_null(inventory_plan_new(now, wish, &opt, &m));
	assert_string_equal(m.text,
	    "f.csv:2:1: the name \"three\" at site \"B\" belongs to feed " UUID3
	    ", expected another name\n");
	inventory_mistakes_fini(&m);
	inventory_free(&now);
	inventory_free(&wish);
}

/* A file that was cut off behind its head doesn't take all with it. */
static void
test_empty_prunes_nothing(void **state)
{
	static const struct {
		enum inventory_kind kind;
		const char *csv, *said;
	} all[] = {
		{ INVENTORY_FEEDS, "site,name,url\n",
		    "f.csv: names none, and would remove all 3, expected one "
		    "that stays\n" },
		{ INVENTORY_SITES, "site,zone\n",
		    "f.csv: names none, and would remove all 2, expected one "
		    "that stays\n" },
		{ INVENTORY_DEVICES, "device,sessions\n",
		    "f.csv: names none, and would remove all 3, expected one "
		    "that stays\n" },
	};
	struct inventory *now = now_feeds(), *none = inventory_new();

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct inventory *wish = read_text(all[i].kind, all[i].csv);
		struct inventory_mistakes m = { 0 };
		struct inventory_options opt = { .kind = all[i].kind,
			.prune = true,
			.file = "f.csv" };
		struct inventory_plan *p;

		assert_null(inventory_plan_new(now, wish, &opt, &m));
		assert_string_equal(m.text, all[i].said);
		inventory_mistakes_fini(&m);
		p = inventory_plan_new(none, wish, &opt, &m);
		assert_int_equal(p->count, 0); /* there is nothing to lose */
		inventory_plan_free(&p);
		inventory_free(&wish);
	}
	inventory_free(&none);
	inventory_free(&now);
}

static void
test_sites_and_devices(void **state)
{
	struct inventory *now = now_feeds();
	struct inventory *wish = read_text(INVENTORY_SITES,
	    "site,zone\nA,Asia/Kathmandu\nB,\nC,UTC\n");
	struct inventory_mistakes m = { 0 };
	struct inventory_options opt = { .kind = INVENTORY_SITES };
	struct inventory_plan *p = inventory_plan_new(now, wish, &opt, &m);

	(void)state;
	assert_int_equal(p->added, 1);
	assert_int_equal(p->changed, 1);
	assert_int_equal(p->unchanged, 1);
	assert_string_equal(p->changes[0].site.zone, "Asia/Kathmandu");
	inventory_plan_free(&p);
	inventory_free(&wish);
	wish = read_text(INVENTORY_DEVICES, "device,sessions\nh1,2\n");
	opt = (struct inventory_options){ .kind = INVENTORY_DEVICES,
		.prune = true };
	p = inventory_plan_new(now, wish, &opt, &m);
	assert_int_equal(p->changed, 1);
	assert_int_equal(p->changes[0].device.sessions, 2);
	assert_int_equal(p->removed, 2);
	inventory_plan_free(&p);
	inventory_free(&wish);
	inventory_free(&now);
}

static void
test_remove(void **state)
{
	static const struct {
		enum inventory_kind kind;
		const char *what;
		bool with_feeds;
		size_t removed;
	} all[] = {
		{ INVENTORY_FEEDS, "A/two", false, 1 },
		{ INVENTORY_FEEDS, UUID1, false, 1 },
		{ INVENTORY_FEEDS, "two", false, 0 },
		{ INVENTORY_SITES, "A", false, 0 },
		{ INVENTORY_SITES, "A", true, 0 },
		{ INVENTORY_SITES, "Z", false, 0 },
		{ INVENTORY_DEVICES, "nvr", false, 0 },
		{ INVENTORY_DEVICES, "nvr", true, 2 },
		{ INVENTORY_DEVICES, "none", true, 0 },
	};
	struct inventory *now = now_feeds();

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct inventory_mistakes m = { 0 };
		struct inventory_plan *p = inventory_plan_remove(now,
		    all[i].kind, all[i].what, all[i].with_feeds, &m);

		assert_int_equal(p != NULL, all[i].removed > 0);
		assert_int_equal(m.count, all[i].removed > 0 ? 0 : 1);
		if (p != NULL) {
			assert_int_equal(p->removed, all[i].removed);
			/* What is used goes first. */
			assert_int_equal(p->changes[p->count - 1].kind,
			    all[i].kind);
		}
		inventory_plan_free(&p);
		inventory_mistakes_fini(&m);
	}
	inventory_free(&now);
}

static void
test_told(void **state)
{
	struct inventory_mistakes m = { 0 };
	struct inventory *now = now_feeds();
	struct inventory_plan *p =
	    inventory_plan_remove(now, INVENTORY_DEVICES, "nvr", true, &m);
	char *all = plan_text_inventory(p, SIZE_MAX);
	char *some = plan_text_inventory(p, 1), rest[40];
	size_t first = strcspn(all, "\n") + 1, lines = 0;

	(void)state;
	for (const char *c = all; *c != '\0'; c++)
		lines += *c == '\n';
	assert_int_equal(lines, p->count);
	assert_non_null(strstr(all, "removed device nvr\n"));
	assert_memory_equal(some, all, first);
	snprintf(rest, sizeof(rest), "... and %zu more\n", p->count - 1);
	assert_string_equal(some + first, rest);
	free(some);
	free(all);
	inventory_plan_free(&p);
	inventory_free(&now);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_new_uuid),
		cmocka_unit_test(test_contradiction),
		cmocka_unit_test(test_empty_prunes_nothing),
		cmocka_unit_test(test_sites_and_devices),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
