/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What who answers for one site may import: nothing that touches another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/inventory/scope.h"
#include "tests/unit/monitor/inventory/read_text.h"

#define UUID2 "22222222-2222-4222-8222-222222222222"

static void
ones(void *arg, uint8_t out[16])
{
	(void)arg;
	memset(out, 0x11, 16);
}

/* North: one (device n), South: two (device s), both on device b; South's last
 * is fetched from a relay that is no device yet. */
static struct inventory *
now_feeds(void)
{
	static const char *const sites[] = { "North", "North/Gate", "South" };
	struct inventory *inv = read_text(INVENTORY_FEEDS,
	    "uuid,site,name,device,url,relay\n"
	    ",North,one,n,rtsp://h/1\n" UUID2 ",South,two,s,rtsp://h/2\n"
	    ",North,three,b,rtsp://h/3\n"
	    ",South,four,b,rtsp://h/4,rtsp://relay/4\n");

	for (size_t i = 0; i < inv->feed_count; i++)
		inv->feeds[i].id = (int64_t)i + 1;
	inv->feeds[0].no_picture = inv->feeds[1].no_picture = true;
	for (size_t i = 0; i < inv->device_count; i++)
		inv->devices[i].id = (int64_t)i + 1;
	for (int i = 0; i < 3; i++) {
		struct inventory_site *s = inventory_add_site(inv);

		s->id = i + 1;
		s->path = sites[i];
	}
	return inv;
}

static const struct row {
	enum inventory_kind kind;
	const char *csv;
	bool complete, holds; /* within North */
} rows[] = {
	{ INVENTORY_FEEDS, "site,name,url\nNorth,one,rtsp://h/9\n", false,
	    true },
	{ INVENTORY_FEEDS, "site,name,url\nNorth/Gate,new,rtsp://h9/\n", false,
	    true },
	{ INVENTORY_FEEDS, "site,name,url\nNorth/New,new,rtsp://h9/\n", false,
	    true },
	{ INVENTORY_FEEDS, "site,name,url\nNorthern,new,rtsp://h9/\n", false,
	    false },
	{ INVENTORY_FEEDS, "site,name,url\n,new,rtsp://h9/\n", false, false },
	{ INVENTORY_FEEDS, "site,name,url\nSouth,two,rtsp://h/9\n", false,
	    false },
	/* Another's, taken over; one's own, given away. */
	{ INVENTORY_FEEDS,
	    "uuid,site,name,url\n" UUID2 ",North,two,rtsp://h/2\n", false,
	    false },
	{ INVENTORY_FEEDS, "site,name,device,url\nSouth,x,n,rtsp://h/1\n",
	    false, false },
	{ INVENTORY_FEEDS, "site,name,url\nNorth,one,rtsp://h/1\n", true,
	    false },
	/* A device of others knows their password. */
	{ INVENTORY_FEEDS, "site,name,device,url\nNorth,x,s,rtsp://h/8\n",
	    false, false },
	{ INVENTORY_FEEDS,
	    "site,name,url,relay\nNorth,x,rtsp://h8/,rtsp://s/1\n", false,
	    false },
	{ INVENTORY_FEEDS,
	    "site,name,url,relay\nNorth,x,rtsp://h8/,rtsp://n/1\n", false,
	    true },
	{ INVENTORY_DEVICES, "device,user\nn,u\n", false, true },
	{ INVENTORY_DEVICES, "device,user\ns,u\n", false, false },
	{ INVENTORY_DEVICES, "device,user\nb,u\n", false, false },
	{ INVENTORY_DEVICES, "device,sessions\nnew,1\n", false, true },
	{ INVENTORY_DEVICES, "device,sessions\nrelay,1\n", false, false },
	{ INVENTORY_SITES, "site,zone\nNorth,UTC\n", false, true },
	{ INVENTORY_SITES, "site,zone\nNorth/More,UTC\n", false, true },
	{ INVENTORY_SITES, "site,zone\nSouth,UTC\n", false, false },
	{ INVENTORY_SITES, "site\nNorth\n", true, false },
};

static void
inventory_held(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct inventory *now = now_feeds(),
				 *wish = read_text(r->kind, r->csv);
		struct inventory_mistakes m = { 0 };
		const struct inventory_options opt = { .kind = r->kind,
			.prune = r->complete,
			.random = ones,
			.file = "f" };
		struct inventory_plan *plan =
		    inventory_plan_new(now, wish, &opt, &m);

		if (plan == NULL)
			fail_msg("%s: %s", r->csv, m.text);
		if (scope_holds_plan(now, plan, "North") != r->holds)
			fail_msg("%s: expected %d", r->csv, r->holds);
		assert_true(scope_holds_plan(now, plan, ""));
		inventory_plan_free(&plan);
		inventory_free(&wish);
		inventory_free(&now);
	}
}

static struct floor *
now_floor(void)
{
	static const struct {
		const char *console, *room, *site;
	} list[] = { { "N1", "NR", "North" }, { "N2", "NR", "North" },
		{ "S1", "SR", "South" } };
	static const int64_t two[] = { 2 };
	struct floor *f = floor_new();

	for (size_t i = 0; i < 3; i++) {
		struct floor_console *c = floor_add_console(f);

		c->id = (int64_t)i + 1;
		c->name = list[i].console;
		c->room = list[i].room;
		c->site = list[i].site;
	}
	for (size_t i = 0; i < 2; i++) {
		struct floor_room *r = floor_add_room(f);

		r->id = (int64_t)i + 1;
		r->name = list[2 * i].room;
		r->site = list[2 * i].site;
	}
	struct floor_screen *s = floor_add_screen(f);

	s->id = 1;
	s->name = "Swall";
	s->room = "SR";
	/* South/two was put there by somebody who may. */
	s = floor_add_screen(f);
	s->id = 2;
	s->name = "Nwall";
	s->room = "NR";
	s->layout = "South/two";
	s->feeds = two;
	s->feed_count = 1;
	return f;
}

static const struct floor_row {
	enum floor_kind kind;
	const char *csv;
	bool complete, holds; /* within North */
} floor_rows[] = {
	{ FLOOR_ROSTER, "room,days,from,to\nNR,mon,06:00,14:00\n", false,
	    true },
	{ FLOOR_ROSTER, "room,days,from,to\nSR,mon,06:00,14:00\n", false,
	    false },
	{ FLOOR_CONSOLES, "console,room,site\nN3,NR,North\n", false, true },
	{ FLOOR_CONSOLES, "console,room,site\nN3,New,North\n", false, true },
	{ FLOOR_CONSOLES, "console,room,site\nN3,New,\n", false, false },
	{ FLOOR_CONSOLES, "console,room,site\nS1,SR,North\n", false, false },
	{ FLOOR_CONSOLES, "console,room,site\nN1,NR,North\n", true, false },
	{ FLOOR_SCREENS, "screen,console\nNew,N1\n", false, true },
	{ FLOOR_SCREENS, "screen,console\nNew,S1\n", false, false },
	{ FLOOR_SCREENS, "screen,room\nSwall,NR\n", false, false },
	/* What a screen shows counts as watched. */
	{ FLOOR_SCREENS, "screen,console,layout\nNew,N1,North/one\n", false,
	    true },
	{ FLOOR_SCREENS, "screen,console,layout\nNew,N1,North/one;South/two\n",
	    false, false },
	{ FLOOR_SCREENS, "screen,room,layout\nNwall,NR,South/two\n", false,
	    true },
	{ FLOOR_SCREENS, "screen,room,layout\nNwall,NR,South/four\n", false,
	    false },
	{ FLOOR_CONSOLES,
	    "console,room,site,desk_feed\nN3,NR,North,North/one\n", false,
	    true },
	{ FLOOR_CONSOLES,
	    "console,room,site,desk_feed\nN3,NR,North,South/two\n", false,
	    false },
	{ FLOOR_PATTERNS, "pattern,class,title,shows\np,*,*x*,layout\n", false,
	    false },
};

static void
floor_held(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(floor_rows) / sizeof(floor_rows[0]);
	     i++) {
		const struct floor_row *r = &floor_rows[i];
		struct inventory *inv = now_feeds();
		struct floor *now = now_floor(), *wish = floor_new();
		struct inventory_mistakes m = { 0 };
		const struct floor_options opt = { .kind = r->kind,
			.complete = r->complete,
			.file = "f" };

		if (!floor_read(wish, r->kind, "f", r->csv, strlen(r->csv), &m))
			fail_msg("%s: %s", r->csv, m.text);
		struct floor_plan *plan =
		    floor_plan_new(now, wish, inv, &opt, &m);

		if (plan == NULL) { /* refused for another reason */
			if (r->holds)
				fail_msg("%s: %s", r->csv, m.text);
			inventory_mistakes_fini(&m);
		} else if (scope_holds_floor(now, inv, plan, "North") !=
			   r->holds) {
			fail_msg("%s: expected %d", r->csv, r->holds);
		}
		floor_plan_free(&plan);
		floor_free(&wish);
		floor_free(&now);
		inventory_free(&inv);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inventory_held),
		cmocka_unit_test(floor_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
