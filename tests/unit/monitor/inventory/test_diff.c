/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan changes, column by column; credentials are named, not shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/inventory/diff.h"
#include "tests/unit/monitor/inventory/read_text.h"

#define UUID1 "11111111-1111-4111-8111-111111111111"
#define UUID2 "22222222-2222-4222-8222-222222222222"

static void
count_up(void *arg, uint8_t out[16])
{
	memset(out, 0x11, 16);
	out[0] = (*(uint8_t *)arg)++;
}

static struct inventory *
now_feeds(void)
{
	struct inventory *inv = read_text(INVENTORY_FEEDS,
	    "uuid,site,name,device,url,tags,criticality\n" UUID1
	    ",A,one,d1,rtsp://u:old@h1/1,x,3\n" UUID2
	    ",A,two,d2,rtsp://h2/2,,5\n");
	struct inventory_site *s = inventory_add_site(inv);

	for (size_t i = 0; i < inv->feed_count; i++)
		inv->feeds[i].id = 100 - (int64_t)i;
	for (size_t i = 0; i < inv->device_count; i++)
		inv->devices[i].id = (int64_t)i + 1;
	s->id = 7;
	s->path = "A";
	s->zone = "Europe/Madrid";
	return inv;
}

/* "change feed A/one: url [a -> b]; .." a line each, into out. */
static void
print(const struct diff *d, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < d->count; i++) {
		const struct diff_change *c = &d->changes[i];

		n += (size_t)snprintf(out + n, size - n,
		    "%s %s %s:", diff_what(c->what), c->kind, c->name);
		for (size_t k = 0; k < c->field_count; k++)
			n += (size_t)snprintf(out + n, size - n, " %s[%s>%s]",
			    c->fields[k].field, c->fields[k].from,
			    c->fields[k].to);
		n += (size_t)snprintf(out + n, size - n, "\n");
	}
}

static void
expect(enum inventory_kind kind, const char *csv, bool prune, const char *want)
{
	struct inventory *now = now_feeds(), *wish = read_text(kind, csv);
	struct inventory_mistakes m = { 0 };
	uint8_t random = 1;
	const struct inventory_options opt = { .kind = kind,
		.prune = prune,
		.random = count_up,
		.random_arg = &random,
		.file = "f.csv" };
	struct inventory_plan *plan = inventory_plan_new(now, wish, &opt, &m);
	char text[4096];

	assert_non_null(plan);
	struct diff *d = diff_of_plan(now, plan);

	inventory_plan_free(&plan);
	inventory_free(&wish);
	inventory_free(&now);
	assert_non_null(d);
	print(d, text, sizeof(text));
	assert_string_equal(text, want);
	assert_false(d->cut);
	diff_free(&d);
}

static void
fields_differ(void **state)
{
	(void)state;
	expect(INVENTORY_FEEDS,
	    "site,name,url,tags,visit\nA,two,rtsp://h2/9,night,10s/5m\n", false,
	    "change feed A/two: url[rtsp://h2/2>rtsp://h2/9] "
	    "visit[held>10s/300s] tags[>night]\n");
	expect(INVENTORY_SITES, "site,zone,target\nA,UTC,99.5\n", false,
	    "change site A: zone[Europe/Madrid>UTC] target[>99.5]\n");
	expect(INVENTORY_FEEDS, "site,name,url\nA,one,rtsp://u:old@h1/1\n",
	    true, "remove feed A/two:\n");
	expect(INVENTORY_FEEDS,
	    "site,name,url\nA,one,rtsp://u:old@h1/1\nA,two,rtsp://h2/2\n", true,
	    "");
}

static void
added_whole(void **state)
{
	(void)state;
	expect(INVENTORY_FEEDS, "site,name,url\nB,new,rtsp://h3/\n", false,
	    "add site B: site[>B]\n"
	    "add device h3: device[>h3] address[>h3]\n"
	    "add feed B/new: uuid[>01111111-1111-4111-9111-111111111111] "
	    "site[>B] name[>new] device[>h3] url[>rtsp://h3/]\n");
}

static void
secrets_hidden(void **state)
{
	(void)state;
	expect(INVENTORY_FEEDS, "site,name,url\nA,one,rtsp://other:new@h1/1\n",
	    false,
	    "change device d1: user[(hidden)>(hidden)] "
	    "password[(hidden)>(hidden)]\n");
	expect(INVENTORY_DEVICES, "device,user,password\nd2,root,secret\n",
	    false, "change device d2: user[>(hidden)] password[>(hidden)]\n");
}

static void
cut_when_many(void **state)
{
	struct inventory *now = inventory_new(), *wish;
	struct inventory_mistakes m = { 0 };
	const struct inventory_options opt = { .kind = INVENTORY_SITES,
		.file = "f" };
	char *csv = NULL;
	size_t size;
	FILE *f = open_memstream(&csv, &size);

	(void)state;
	fputs("site\n", f);
	for (unsigned i = 0; i <= DIFF_MOST; i++)
		fprintf(f, "S%u\n", i);
	fclose(f);
	wish = read_text(INVENTORY_SITES, csv);
	struct inventory_plan *plan = inventory_plan_new(now, wish, &opt, &m);
	struct diff *d = diff_of_plan(now, plan);

	assert_true(d->cut);
	assert_int_equal(d->count, DIFF_MOST);
	diff_free(&d);
	diff_free(&d);
	inventory_plan_free(&plan);
	inventory_free(&now);
	inventory_free(&wish);
	free(csv);
}

static void
floor_differs(void **state)
{
	struct inventory_mistakes m = { 0 };
	struct inventory *inv = inventory_new();
	struct floor *now = floor_new(), *wish = floor_new();
	const char *before = "room,console,days,from,to,at_least,breaks\n"
			     "R,,mon-fri,06:00,14:00,1,10:00-10:15\n";
	const char *csv = "room,console,days,from,to,at_least,breaks\n"
			  "R,,mon-fri,06:00,14:00,2,\n"
			  "R,,sat,06:00,14:00,1,\n";
	const struct floor_options opt = { .kind = FLOOR_ROSTER,
		.file = "r.csv" };
	struct floor_room *room;
	char text[2048];

	(void)state;
	assert_true(
	    floor_read(now, FLOOR_ROSTER, "r", before, strlen(before), &m));
	now->shifts[0].id = 3;
	floor_add_console(now)->name = "D1";
	floor_add_console(now)->name = "D2";
	now->consoles[0].room = now->consoles[1].room = "R";
	room = floor_add_room(now);
	room->id = 1;
	room->name = "R";
	assert_true(floor_read(wish, FLOOR_ROSTER, "r", csv, strlen(csv), &m));
	struct floor_plan *plan = floor_plan_new(now, wish, inv, &opt, &m);

	if (plan == NULL)
		fail_msg("%s", m.text);
	struct diff *d = diff_of_floor(now, plan);

	floor_plan_free(&plan);
	print(d, text, sizeof(text));
	assert_string_equal(text,
	    "change shift R mon-fri 06:00-14:00: at_least[1>2] "
	    "breaks[10:00-10:15>]\n"
	    "add shift R sat 06:00-14:00: room[>R] days[>sat] from[>06:00] "
	    "to[>14:00]\n");
	diff_free(&d);
	floor_free(&now);
	floor_free(&wish);
	inventory_free(&inv);
}

/* Where a mistake is, apart from what it says. */
static void
mistakes_have_places(void **state)
{
	struct inventory_mistakes m = { 0 };
	struct inventory *inv = inventory_new();
	const char *csv = "name,url\nx,ftp://h/\ny,rtsp://h/,z\n";

	(void)state;
	assert_false(inventory_read(inv, INVENTORY_FEEDS, "a:1:b.csv", csv,
	    strlen(csv), &m));
	assert_int_equal(m.listed, m.count);
	assert_int_equal(m.list[0].line, 2);
	assert_int_equal(m.list[0].column, 3);
	for (size_t i = 0; i < m.listed; i++) {
		const char *line = m.text + m.list[i].at;

		assert_true(m.list[i].length > 0);
		assert_int_equal(line[m.list[i].length], '\n');
		assert_null(memchr(line, '\n', m.list[i].length));
		assert_int_equal(line[-1], ' ');
	}
	inventory_mistakes_fini(&m);
	inventory_free(&inv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_differ),
		cmocka_unit_test(added_whole),
		cmocka_unit_test(secrets_hidden),
		cmocka_unit_test(cut_when_many),
		cmocka_unit_test(floor_differs),
		cmocka_unit_test(mistakes_have_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
