/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/inventory/floor.h"

static struct floor *
read_text(enum floor_kind kind, const char *csv, struct inventory_mistakes *m)
{
	struct floor *f = floor_new();

	assert_non_null(f);
	memset(m, 0, sizeof(*m));
	bool well = floor_read(f, kind, "f.csv", csv, strlen(csv), m);

	assert_int_equal(well, m->count == 0);
	return f;
}

static struct floor *
read_well(enum floor_kind kind, const char *csv)
{
	struct inventory_mistakes m;
	struct floor *f = read_text(kind, csv, &m);

	if (m.count > 0)
		fail_msg("%s", m.text);
	return f;
}

/* --- what is wrong in a file alone */

static const struct wrong {
	enum floor_kind kind;
	const char *csv;
	const char *said; /* part of what is said */
} wrongs[] = {
	{ FLOOR_CONSOLES, "", "f.csv:1:1: the file is empty" },
	{ FLOOR_CONSOLES, "console\nD1\n", "no column room" },
	{ FLOOR_CONSOLES, "console,room,colour\nD1,R,red\n",
	    "f.csv:1:14: unknown column \"colour\", expected one of console, "
	    "room" },
	{ FLOOR_CONSOLES, "console,room,desk\nD1,R,D2\n",
	    "f.csv:1:14: this column stands here a second time" },
	{ FLOOR_CONSOLES, "console,room\nD1\n",
	    "f.csv:2:1: 1 cells, expected 2" },
	{ FLOOR_CONSOLES, "console,room\nD1,\n", "a name is missing" },
	{ FLOOR_CONSOLES, "console,room\nD1,R\nD1,R\n",
	    "f.csv:3: \"D1\" is there already in line 2" },
	{ FLOOR_CONSOLES, "console,room,idle_after_s\nD1,R,9\n",
	    "f.csv:2:6: not a time, expected 10 to 14400" },
	{ FLOOR_CONSOLES, "console,room,idle_after_s\nD1,R,-5\n", "f.csv:2:6" },
	{ FLOOR_CONSOLES, "console,room,idle_after_s\nD1,R,5m\n", "f.csv:2:6" },
	{ FLOOR_CONSOLES, "console,room,prompt_after_s\nD1,R,59\n",
	    "too often" },
	{ FLOOR_CONSOLES, "console,room,remote_input\nD1,R,perhaps\n",
	    "not a yes or no" },
	{ FLOOR_CONSOLES, "console,room,desk_still_s\nD1,R,119\n",
	    "f.csv:2:6: not a time, expected 120 to 14400" },
	{ FLOOR_CONSOLES, "console,room,max_tiles\nD1,R,65\n",
	    "expected 1 to 64" },
	{ FLOOR_CONSOLES, "console,room,site\nD1,R,A//B\n", "empty part" },
	{ FLOOR_CONSOLES, "console,room\n\"D\n1\",R\n", "control characters" },
	{ FLOOR_SCREENS, "screen,console,room\nS,,\n",
	    "expected a console or a room, one of both" },
	{ FLOOR_SCREENS, "screen,console,room\nS,D1,R\n", "one of both" },
	{ FLOOR_SCREENS, "screen,console\n,D1\n", "the screen is missing" },
	{ FLOOR_PATTERNS, "pattern,shows\np,layout\n",
	    "it would match every window" },
	{ FLOOR_PATTERNS, "pattern,class,shows\nvms,x,layout\n",
	    "a meaning of its own" },
	{ FLOOR_PATTERNS, "pattern,class,shows\np,x,\n",
	    "what it shows is missing" },
	{ FLOOR_PATTERNS, "pattern,class,shows,tiles\np,x,layout,0\n",
	    "expected 1 to 64" },
	{ FLOOR_ROSTER, "room,days,from,to\nR,mon-fry,06:00,14:00\n",
	    "f.csv:2:3: not days" },
	{ FLOOR_ROSTER, "room,days,from,to\nR,mon,6h,14:00\n",
	    "f.csv:2:7: not a time of day" },
	{ FLOOR_ROSTER, "room,days,from,to\nR,mon,06:60,14:00\n",
	    "not a time of day" },
	{ FLOOR_ROSTER, "room,days,from,to\nR,mon,06:00,24:01\n",
	    "not a time of day" },
	{ FLOOR_ROSTER,
	    "room,days,from,to,breaks\nR,mon,06:00,14:00,15:00-"
	    "15:10\n",
	    "a break lies outside" },
	{ FLOOR_ROSTER,
	    "room,days,from,to,breaks\nR,mon,06:00,14:00,13:50-"
	    "14:10\n",
	    "a break lies outside" },
	{ FLOOR_ROSTER, "room,days,from,to,idle_after_s\nR,mon,06:00,14:00,9\n",
	    "0 for the console's own" },
	{ FLOOR_ROSTER,
	    "room,days,from,to,prompt_after_s\nR,mon,06:00,14:00,59\n",
	    "too often" },
	{ FLOOR_ROSTER, "room,days,from,to,breaks\nR,mon,06:00,14:00,at ten\n",
	    "not breaks" },
	{ FLOOR_ROSTER, "room,days,from,to,at_least\nR,mon,06:00,14:00,0\n",
	    "expected 1 to 255" },
	{ FLOOR_ROSTER,
	    "room,console,days,from,to,at_least\nR,D1,mon,06:00,14:00,2\n",
	    "one console can't be more" },
	{ FLOOR_ROSTER,
	    "room,days,from,to\nR,mon,06:00,14:00\nR,Monday,6:00,14:00\n",
	    "is there already in line 2" },
};

static void
test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct inventory_mistakes m;
		struct floor *f = read_text(wrongs[i].kind, wrongs[i].csv, &m);

		if (m.text == NULL || strstr(m.text, wrongs[i].said) == NULL)
			fail_msg("%s\nsaid: %s\nnot: %s", wrongs[i].csv,
			    m.text != NULL ? m.text : "nothing",
			    wrongs[i].said);
		inventory_mistakes_fini(&m);
		floor_free(&f);
	}
}

/* All of a file's mistakes at once. */
static void
test_all_at_once(void **state)
{
	struct inventory_mistakes m;
	struct floor *f = read_text(FLOOR_CONSOLES,
	    "console,room,idle_after_s,max_tiles\n,R,1,99\nD2,R,x,5\n", &m);

	(void)state;
	assert_int_equal(m.count, 3);
	assert_non_null(strstr(m.text, "f.csv:2:4:"));
	assert_non_null(strstr(m.text, "f.csv:2:6:"));
	assert_non_null(strstr(m.text, "f.csv:3:6:"));
	inventory_mistakes_fini(&m);
	floor_free(&f);
}

/* --- there and back */

static const struct {
	enum floor_kind kind;
	const char *csv;
} trips[] = {
	{ FLOOR_CONSOLES,
	    "console,room,site,idle_after_s,prompt_after_s,"
	    "remote_input,desk_feed,desk_still_s,max_tiles\r\n"
	    "Desk 1,Control,North,300,0,no,,600,16\r\n"
	    "'=cmd(),Control,North,60,900,yes,North/desk,120,9\r\n" },
	{ FLOOR_SCREENS, "screen,console,room,output,layout,confirmed_by\r\n"
			 "left,Desk 1,,HDMI-1,\"North/a;North/b\",wall\r\n"
			 "big,,Control,,,vms\r\n" },
	{ FLOOR_PATTERNS, "pattern,class,title,shows,tiles\r\n"
			  "wall,vms*,'-Live*,layout,9\r\n"
			  "net,*player*,,connections,\r\n"
			  "one,mpv,*a*,North/a,\r\n" },
	{ FLOOR_ROSTER,
	    "room,console,days,from,to,at_least,breaks,idle_after_s,"
	    "prompt_after_s\r\n"
	    "Control,,mon-fri,06:00,14:00,2,\"10:00-10:15;12:00-12:30\",600,"
	    "0\r\n"
	    "Control,Desk 1,\"sat,sun\",22:00,06:00,1,23:50-00:10,0,900\r\n"
	    "Control,,daily,00:00,00:00,1,,0,0\r\n" },
};

static void
test_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(trips) / sizeof(trips[0]); i++) {
		struct floor *f = read_well(trips[i].kind, trips[i].csv);
		char *text = floor_write(f, trips[i].kind);
		enum floor_kind told;

		assert_string_equal(text, trips[i].csv);
		assert_true(floor_kind_of(text, strlen(text), &told));
		assert_int_equal(told, trips[i].kind);
		free(text);
		floor_free(&f);
	}
}

static void
test_days(void **state)
{
	static const struct {
		const char *text;
		uint8_t days; /* 0: wrong */
		const char *printed;
	} t[] = {
		{ "mon-fri", 0x1f, "mon-fri" },
		{ "Fri-Mon", 0x71, "mon,fri-sun" },
		{ "", 0x7f, "daily" },
		{ "daily", 0x7f, "daily" },
		{ "sat, Sunday", 0x60, "sat,sun" },
		{ "wednesday", 0x04, "wed" },
		{ "mon;thu;fri", 0x19, "mon,thu,fri" },
		{ "mo", 0, NULL },
		{ "mon-", 0, NULL },
		{ "monn", 0, NULL },
		{ "mon-fri-sun", 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		uint8_t days = 0;
		char out[32];

		assert_int_equal(floor_days_parse(t[i].text, &days),
		    t[i].days != 0);
		if (t[i].days == 0)
			continue;
		assert_int_equal(days, t[i].days);
		floor_days_print(days, out);
		assert_string_equal(out, t[i].printed);
	}
}

/* --- plans */

static struct inventory *
cameras(void)
{
	static const char csv[] =
	    "uuid,site,name,url,no_picture\n"
	    ",North,a,rtsp://h/1,no\n,North,b,rtsp://h/2,no\n"
	    ",North,desk,rtsp://h/3,yes\n,North/Gate,c,rtsp://h/4,no\n";
	struct inventory_mistakes m = { 0 };
	struct inventory *inv = inventory_new();

	assert_true(inventory_read(inv, INVENTORY_FEEDS, "c", csv,
	    sizeof(csv) - 1, &m));
	for (size_t i = 0; i < inv->feed_count; i++)
		inv->feeds[i].id = (int64_t)(10 + i);
	inventory_add_site(inv)->path = "North";
	inventory_add_site(inv)->path = "North/Gate";
	return inv;
}

#define CONSOLES                                                               \
	"console,room,site,desk_feed\nD1,Control,North,North/desk\n"           \
	"D2,Control,North,\n"
#define PATTERNS                                                               \
	"pattern,class,shows\nwall,vms,layout\nnet,player,connections\n"
#define SCREENS                                                                \
	"screen,console,room,output,layout,confirmed_by\n"                     \
	"S1,D1,,HDMI-1,North/a;North/b,wall\nS2,D1,,HDMI-2,,\n"                \
	"W,,Control,,North/Gate/c,vms\n"
#define ROSTER "room,days,from,to,at_least\nControl,daily,06:00,22:00,2\n"

/* What the plan makes of `now` (ids as the store would give), given. */
static void
carry_out(struct floor *now, const struct floor_plan *p)
{
	static int64_t id = 100;

	for (size_t i = 0; i < p->count; i++) {
		const struct floor_change *c = &p->changes[i];

		assert_int_equal(c->change, INVENTORY_ADD);
		switch (c->kind) {
		case FLOOR_CONSOLES:
			*floor_add_console(now) = c->console;
			now->consoles[now->console_count - 1].id = id++;
			break;
		case FLOOR_SCREENS:
			*floor_add_screen(now) = c->screen;
			now->screens[now->screen_count - 1].id = id++;
			break;
		case FLOOR_PATTERNS:
			*floor_add_pattern(now) = c->pattern;
			now->patterns[now->pattern_count - 1].id = id++;
			break;
		case FLOOR_ROSTER:
			*floor_add_shift(now) = c->shift;
			now->shifts[now->shift_count - 1].id = id++;
			break;
		case FLOOR_ROOMS:
			*floor_add_room(now) = c->room;
			now->rooms[now->room_count - 1].id = id++;
			break;
		}
	}
}

struct hall { /* a floor, and what its strings live in */
	struct floor *floor;
	struct inventory *inv;
	struct floor_plan *plans[8];
	size_t plan_count;
};

static struct floor_plan *
plan_of(struct hall *h, enum floor_kind kind, const char *csv, bool complete,
    struct inventory_mistakes *m)
{
	struct floor *f = read_well(kind, csv);
	struct floor_options opt = { kind, complete, "f.csv" };
	struct floor_plan *p = floor_plan_new(h->floor, f, h->inv, &opt, m);

	floor_free(&f);
	return p;
}

static void
hall_init(struct hall *h)
{
	static const struct {
		enum floor_kind kind;
		const char *csv;
	} files[] = { { FLOOR_CONSOLES, CONSOLES },
		{ FLOOR_PATTERNS, PATTERNS }, { FLOOR_SCREENS, SCREENS },
		{ FLOOR_ROSTER, ROSTER } };
	struct inventory_mistakes m = { 0 };

	memset(h, 0, sizeof(*h));
	h->floor = floor_new();
	h->inv = cameras();
	for (size_t i = 0; i < 4; i++) {
		struct floor_plan *p =
		    plan_of(h, files[i].kind, files[i].csv, true, &m);

		if (p == NULL)
			fail_msg("%s", m.text);
		h->plans[h->plan_count++] = p;
		carry_out(h->floor, p);
	}
}

static void
hall_fini(struct hall *h)
{
	floor_free(&h->floor);
	inventory_free(&h->inv);
	for (size_t i = 0; i < h->plan_count; i++)
		floor_plan_free(&h->plans[i]);
}

static void
test_plan_adds(void **state)
{
	struct hall h;

	(void)state;
	hall_init(&h);
	assert_int_equal(h.plans[0]->added, 2);
	assert_int_equal(h.floor->room_count, 1);
	assert_string_equal(h.floor->rooms[0].site, "North");
	assert_int_equal(h.floor->consoles[0].desk_feed_id, 12);
	assert_int_equal(h.floor->screens[0].feed_count, 2);
	assert_int_equal(h.floor->screens[0].feeds[1], 11);
	assert_int_equal(h.floor->screens[2].feeds[0], 13);
	assert_int_equal(h.floor->shifts[0].at_least, 2);
	hall_fini(&h);
}

static void
test_plan_again_changes_nothing(void **state)
{
	static const struct {
		enum floor_kind kind;
		const char *csv;
		size_t count;
	} t[] = { { FLOOR_CONSOLES, CONSOLES, 2 },
		{ FLOOR_PATTERNS, PATTERNS, 2 }, { FLOOR_SCREENS, SCREENS, 3 },
		{ FLOOR_ROSTER, ROSTER, 1 },
		/* What is not said stays. */
		{ FLOOR_CONSOLES, "console,room,site\nD1,Control,North\n", 1 },
		{ FLOOR_SCREENS, "screen,console,output\nS1,D1,HDMI-1\n", 1 } };
	struct hall h;

	(void)state;
	hall_init(&h);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct inventory_mistakes m = { 0 };
		struct floor_plan *p =
		    plan_of(&h, t[i].kind, t[i].csv, false, &m);

		assert_non_null(p);
		assert_int_equal(p->count, 0);
		assert_int_equal(p->unchanged, t[i].count);
		floor_plan_free(&p);
	}
	hall_fini(&h);
}

static const struct clash {
	enum floor_kind kind;
	bool complete;
	const char *csv, *said;
} clashes[] = {
	{ FLOOR_CONSOLES, false, "console,room,site\nD3,Control,South\n",
	    "f.csv:2: \"South\": no such site" },
	{ FLOOR_CONSOLES, false, "console,room,site\nD3,Control,North/Gate\n",
	    "consoles of another site" },
	{ FLOOR_CONSOLES, false,
	    "console,room,site,desk_feed\nD3,Control,"
	    "North,North/z\n",
	    "f.csv:2: \"North/z\": no such feed" },
	{ FLOOR_CONSOLES, false,
	    "console,room,site,desk_feed\nD3,Control,"
	    "North,North/a\n",
	    "must be marked no_picture" },
	{ FLOOR_CONSOLES, true, "console,room,site\nD3,Other,North\n",
	    "the room would have no console left" },
	{ FLOOR_SCREENS, false, "screen,console\nS9,D9\n",
	    "f.csv:2: \"D9\": no such console" },
	{ FLOOR_SCREENS, false, "screen,room\nS9,Attic\n", "no such room" },
	{ FLOOR_SCREENS, false,
	    "screen,console,output,layout\nS9,D2,,North/q; North/a\n",
	    "\"North/q\": no such feed" },
	{ FLOOR_SCREENS, false,
	    "screen,console,layout\nS9,D2,North/a;North/a\n", "twice" },
	{ FLOOR_SCREENS, false, "screen,console,confirmed_by\nS9,D2,net\n",
	    "no pattern that shows a layout" },
	{ FLOOR_SCREENS, false, "screen,console,output\nS9,D1,HDMI-1\n",
	    "on the same output" },
	{ FLOOR_PATTERNS, false, "pattern,class,shows\np,x,North/none\n",
	    "no such feed" },
	{ FLOOR_PATTERNS, true, "pattern,class,shows\np,x,layout\n",
	    "\"wall\": a screen is still confirmed by it" },
	{ FLOOR_ROSTER, false, "room,days,from,to\nAttic,mon,06:00,14:00\n",
	    "no such room" },
	{ FLOOR_ROSTER, false,
	    "room,console,days,from,to\nControl,D9,mon,06:00,14:00\n",
	    "no such console stands in this room" },
	{ FLOOR_ROSTER, false,
	    "room,days,from,to,at_least\nControl,mon,06:00,14:00,3\n",
	    "fewer consoles" },
};

static void
test_clashes(void **state)
{
	struct hall h;

	(void)state;
	hall_init(&h);
	for (size_t i = 0; i < sizeof(clashes) / sizeof(clashes[0]); i++) {
		const struct clash *t = &clashes[i];
		struct inventory_mistakes m = { 0 };
		struct floor_plan *p =
		    plan_of(&h, t->kind, t->csv, t->complete, &m);

		assert_null(p);
		if (m.text == NULL || strstr(m.text, t->said) == NULL)
			fail_msg("%s\nsaid: %s", t->csv,
			    m.text != NULL ? m.text : "nothing");
		inventory_mistakes_fini(&m);
	}
	hall_fini(&h);
}

static void
test_change_and_remove(void **state)
{
	struct inventory_mistakes m = { 0 };
	struct floor_plan *p;
	struct hall h;
	char text[300];

	(void)state;
	hall_init(&h);
	p = plan_of(&h, FLOOR_CONSOLES,
	    "console,room,site,idle_after_s\nD2,Control,North,60\n", false, &m);
	assert_non_null(p);
	assert_int_equal(p->changed, 1);
	assert_int_equal(p->changes[0].console.idle_after_s, 60);
	floor_change_text(&p->changes[0], text, sizeof(text));
	assert_string_equal(text, "changed console D2");
	floor_plan_free(&p);

	/* A console goes with its screens, these first. */
	p = floor_plan_remove(h.floor, FLOOR_CONSOLES, "D1", &m);
	assert_non_null(p);
	assert_int_equal(p->count, 3);
	assert_int_equal(p->changes[0].kind, FLOOR_SCREENS);
	assert_int_equal(p->changes[2].kind, FLOOR_CONSOLES);
	floor_plan_free(&p);
	p = floor_plan_remove(h.floor, FLOOR_ROSTER,
	    "Control daily 06:00-22:00", &m);
	assert_non_null(p);
	floor_plan_free(&p);
	assert_null(floor_plan_remove(h.floor, FLOOR_SCREENS, "none", &m));
	assert_int_equal(m.count, 1);
	inventory_mistakes_fini(&m);
	hall_fini(&h);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_plan_adds),
		cmocka_unit_test(test_plan_again_changes_nothing),
		cmocka_unit_test(test_clashes),
		cmocka_unit_test(test_change_and_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
