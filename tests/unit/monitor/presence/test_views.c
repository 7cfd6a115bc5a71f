/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/presence/views.h"

#define S INT64_C(1000000)

static struct heartbeat hb;
static const struct views_pattern patterns[] = {
	{ "grid", VIEWS_SHOW_LAYOUT, 0, 0 },
	{ "vms", VIEWS_SHOW_CONNECTIONS, 0, 0 },
	{ "one", VIEWS_SHOW_FEED, 7, 0 },
};
static const int64_t layout[] = { 30, 10, 20, 40 };
static struct views_screen screen;
static struct views_known known;
static struct display before, now;

/* A console with one lit screen of 1920x1080, and the layout of four. */
static int
set_up(void **state)
{
	(void)state;
	memset(&hb, 0, sizeof(hb));
	hb.sees_screens = hb.sees_windows = HEARTBEAT_X11;
	hb.screen_count = 1;
	hb.screens[0] =
	    (struct heartbeat_screen){ "HDMI-1", SCREEN_ON, 1920, 1080 };
	screen = (struct views_screen){ .output = "",
		.max_tiles = VIEW_MAX_TILES,
		.layout = layout,
		.layout_count = 4,
		.confirmed_by = "" };
	known = (struct views_known){ .now_us = 100 * S,
		.hb = &hb,
		.patterns = patterns,
		.pattern_count = 3 };
	memset(&before, 0, sizeof(before));
	return 0;
}

static void
window(const char *pattern, unsigned width, unsigned height, unsigned visible)
{
	struct heartbeat_window *w = &hb.windows[hb.window_count++];

	snprintf(w->pattern, sizeof(w->pattern), "%s", pattern);
	w->screen = 0;
	w->width = (uint16_t)width;
	w->height = (uint16_t)height;
	w->visible = (uint8_t)visible;
}

static void
show(void)
{
	views_display(&screen, &known, &before, &now);
}

static void
assert_all(unsigned count, enum view_worth worth)
{
	assert_int_equal(now.count, count);
	for (unsigned i = 0; i < count; i++)
		assert_string_equal(view_worth_name(now.tiles[i].worth),
		    view_worth_name(worth));
}

static void
a_layout_counts_only_when_it_is_confirmed(void **state)
{
	(void)state;
	show();
	assert_all(4, VIEW_UNCONFIRMED);
	window("grid", 1900, 1000, 100);
	show();
	assert_all(4, VIEW_COUNTS);
	assert_int_equal(now.source, VIEW_FROM_AGENT);
	for (int i = 0; i < 4; i++)
		assert_int_equal(now.tiles[i].feed, 10 * (i + 1));
	screen.confirmed_by = "other";
	show();
	assert_all(4, VIEW_UNCONFIRMED);
}

/* What lies over everything: one change each. */
static void
a_lock_the_dark_and_covers_hide_it(void **state)
{
	(void)state;
	window("grid", 1900, 1000, 100);
	hb.locked = SAID_YES;
	show();
	assert_all(4, VIEW_HIDDEN);
	hb.locked = SAID_NO;
	hb.screens[0].power = SCREEN_OFF;
	show();
	assert_all(4, VIEW_DARK);
	hb.screens[0].power = SCREEN_DIMMED;
	show();
	assert_all(4, VIEW_COUNTS);
	hb.screens[0].power = SCREEN_UNKNOWN;
	show();
	assert_all(4, VIEW_MAYBE);
	hb.screens[0].power = SCREEN_ON;
	hb.windows[0].visible = 70; /* some of the four are covered */
	show();
	assert_all(4, VIEW_MAYBE);
	hb.windows[0].visible = 30;
	show();
	assert_all(4, VIEW_HIDDEN);
	hb.windows[0].visible = 0; /* minimised */
	show();
	assert_all(4, VIEW_HIDDEN);
}

static void
tiles_must_be_large_enough(void **state)
{
	(void)state;
	window("grid", 400, 240, 100); /* 2 x 2 of 120 pixels */
	show();
	assert_all(4, VIEW_COUNTS);
	hb.windows[0].height = 239;
	show();
	assert_all(4, VIEW_SMALL);
	hb.windows[0].height = 0; /* not said */
	show();
	assert_all(4, VIEW_MAYBE);
}

static void
links_are_what_a_vms_window_shows(void **state)
{
	struct views_link links[80];

	(void)state;
	for (int i = 0; i < 80; i++)
		links[i] = (struct views_link){ 100 + i, i != 2 };
	known.links = links;
	known.link_count = 3;
	show();
	assert_all(4, VIEW_UNCONFIRMED); /* no such window: not shown */
	window("vms", 1900, 1000, 95);
	show();
	assert_int_equal(now.count, 3);
	assert_int_equal(now.tiles[0].worth, VIEW_COUNTS);
	assert_int_equal(now.tiles[2].worth, VIEW_MAYBE); /* two have it */
	/* An operator who opens every feed at once. */
	known.link_count = 17;
	show();
	assert_all(17, VIEW_CROWDED);
	known.link_count = 80;
	show();
	assert_int_equal(now.count, DISPLAY_TILES);
	for (unsigned i = 0; i < now.count; i++)
		assert_true(now.tiles[i].worth == VIEW_CROWDED ||
			    now.tiles[i].worth == VIEW_SMALL);
	known.link_count = 3;
	known.links_more = true;
	show();
	assert_all(3, VIEW_CROWDED);
}

static void
many_windows_crowd_a_screen(void **state)
{
	(void)state;
	for (int i = 0; i < 17; i++)
		window("one", 300, 200, 100);
	show();
	assert_all(1, VIEW_CROWDED);
	hb.window_count = 16;
	show();
	assert_all(1, VIEW_COUNTS);
	hb.windows[0].visible = 20;
	show(); /* the same feed in another window is bare */
	assert_all(1, VIEW_COUNTS);
}

static void
a_window_on_another_screen_is_not_on_this(void **state)
{
	(void)state;
	hb.screen_count = 2;
	hb.screens[1] =
	    (struct heartbeat_screen){ "DP-1", SCREEN_ON, 1920, 1080 };
	window("one", 1900, 1000, 100);
	hb.windows[0].screen = 1;
	screen.layout_count = 0;
	show();
	assert_int_equal(now.count, 0);
	screen.output = "DP-1";
	show();
	assert_all(1, VIEW_COUNTS);
	screen.output = "HDMI-7"; /* unplugged */
	show();
	assert_int_equal(now.count, 0);
	assert_int_equal(now.power, SCREEN_OFF);
}

static void
a_lost_console_may_show_what_it_showed(void **state)
{
	(void)state;
	window("one", 1900, 1000, 100);
	show();
	before = now;
	known.hb = NULL;
	show();
	assert_all(1, VIEW_MAYBE);
	assert_int_equal(now.power, SCREEN_UNKNOWN);
	before = now;
	views_display(&screen, &known, &before, &before); /* in place */
	assert_true(views_same(&before, &now));
}

/* --- a VMS */

static struct views_post post;

static void
post_of(unsigned count, unsigned height)
{
	memset(&post, 0, sizeof(post));
	post.until_us = known.now_us + 15 * S;
	post.power = SCREEN_ON;
	post.count = (uint16_t)count;
	for (unsigned i = 0; i < count; i++)
		post.tiles[i] = (struct views_post_tile){ 50 + i,
			(uint16_t)height, SAID_YES, SAID_YES };
	known.post = &post;
}

static void
a_room_shows_what_its_vms_posts(void **state)
{
	(void)state;
	known.hb = NULL;
	post_of(3, 400);
	post.tiles[1].height = 100;
	post.tiles[2].renders = SAID_NO;
	show();
	assert_int_equal(now.source, VIEW_FROM_VMS);
	assert_int_equal(now.tiles[0].worth, VIEW_COUNTS);
	assert_int_equal(now.tiles[1].worth, VIEW_SMALL);
	assert_int_equal(now.tiles[2].worth, VIEW_STILL);
	post.tiles[0].visible = SAID_NO;
	show();
	assert_int_equal(now.tiles[0].worth, VIEW_HIDDEN);
	post.tiles[0] = (struct views_post_tile){ 50, 0, SAID_YES, SAID_YES };
	show();
	assert_int_equal(now.tiles[0].worth, VIEW_MAYBE);
	post.power = SCREEN_UNKNOWN;
	post.tiles[0].height = 400;
	show();
	assert_int_equal(now.tiles[0].worth, VIEW_MAYBE);
}

/* A console with a page and no agent: the VMS alone speaks of its screen. */
static void
a_post_needs_no_agent(void **state)
{
	(void)state;
	post_of(2, 400);
	known.hb = NULL;
	show();
	assert_all(2, VIEW_COUNTS);
	post.power = SCREEN_OFF;
	show();
	assert_all(2, VIEW_DARK);
}

static void
a_post_ends(void **state)
{
	(void)state;
	known.hb = NULL;
	post_of(1, 400);
	show();
	before = now;
	known.now_us = post.until_us;
	show();
	assert_all(1, VIEW_MAYBE);
	assert_int_equal(now.power, SCREEN_UNKNOWN);
}

static void
a_post_doesnt_see_through_a_covered_window(void **state)
{
	(void)state;
	screen.confirmed_by = "vms";
	post_of(2, 400);
	show();
	assert_all(2, VIEW_COUNTS);
	screen.confirmed_by = "grid"; /* the VMS's window, seen by the agent */
	show();
	assert_all(2, VIEW_HIDDEN);
	window("grid", 1900, 1000, 100);
	show();
	assert_all(2, VIEW_COUNTS);
	hb.windows[0].visible = 60;
	show();
	assert_all(2, VIEW_MAYBE);
	hb.sees_windows = HEARTBEAT_BLIND;
	show();
	assert_all(2, VIEW_COUNTS);
}

static void
a_post_confirms_a_layout(void **state)
{
	(void)state;
	screen.confirmed_by = "vms";
	post_of(0, 0);
	show(); /* it shows nothing, and the layout is only declared */
	assert_all(4, VIEW_UNCONFIRMED);
	post.layout = true;
	show();
	assert_all(4, VIEW_COUNTS);
	assert_int_equal(now.source, VIEW_FROM_LAYOUT);
	hb.locked = SAID_YES;
	show();
	assert_all(4, VIEW_HIDDEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup(f, set_up)
		T(a_layout_counts_only_when_it_is_confirmed),
		T(a_lock_the_dark_and_covers_hide_it),
		T(tiles_must_be_large_enough),
		T(links_are_what_a_vms_window_shows),
		T(many_windows_crowd_a_screen),
		T(a_window_on_another_screen_is_not_on_this),
		T(a_lost_console_may_show_what_it_showed),
		T(a_room_shows_what_its_vms_posts),
		T(a_post_needs_no_agent),
		T(a_post_ends),
		T(a_post_doesnt_see_through_a_covered_window),
		T(a_post_confirms_a_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
