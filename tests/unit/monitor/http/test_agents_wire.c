/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the listener says to the monitor is hostile: what was put comes back,
 * and what was cut, lengthened or is out of range is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/http/agents_wire.h"

static uint8_t bytes[1 << 17];
static const struct agents_from from = { 5, 77, "2001:db8::7" };

static struct heartbeat
beat(void)
{
	struct heartbeat hb;

	memset(&hb, 0, sizeof(hb));
	hb.version = HEARTBEAT_VERSION;
	hb.seq = 3;
	strcpy(hb.life, "l");
	hb.screen_count = 1;
	hb.window_count = 1;
	hb.windows[0].visible = 100;
	hb.connection_count = 1;
	strcpy(hb.connections[0].address, "10.0.0.1");
	return hb;
}

static struct span
put_beat(const struct heartbeat *hb)
{
	struct writer w = writer_of(bytes, sizeof(bytes));

	agents_put_heartbeat(&w, &from, hb);
	assert_false(w.bad);
	return (struct span){ bytes, writer_length(&w) };
}

static bool
gets(const struct heartbeat *hb)
{
	struct heartbeat back;
	struct agents_from who;

	return agents_get_heartbeat(put_beat(hb), &who, &back);
}

static void
a_heartbeat_comes_back(void **state)
{
	struct heartbeat hb = beat(), back;
	struct agents_from who;
	struct span body = put_beat(&hb);

	(void)state;
	assert_true(agents_get_heartbeat(body, &who, &back));
	assert_memory_equal(&hb, &back, sizeof(hb));
	assert_int_equal(who.request, 5);
	assert_int_equal(who.token, 77);
	assert_string_equal(who.address, from.address);
	for (size_t n = 0; n < body.n; n += n < 64 ? 1 : 977)
		assert_false(agents_get_heartbeat((struct span){ bytes, n },
		    &who, &back));
	assert_false(agents_get_heartbeat((struct span){ bytes, body.n + 1 },
	    &who, &back));
}

static void
what_cant_be_is_refused(void **state)
{
	struct heartbeat hb;

	(void)state;
#define BAD(change)                                                            \
	do {                                                                   \
		hb = beat();                                                   \
		assert_true(gets(&hb));                                        \
		change;                                                        \
		assert_false(gets(&hb));                                       \
	} while (0)
	BAD(hb.version = 2);
	BAD(hb.seq = 0);
	BAD(hb.life[0] = '\0');
	BAD(memset(hb.boot, 'a', sizeof(hb.boot)));
	BAD(memset(hb.windows[0].pattern, 'a', HEARTBEAT_ID_BYTES));
	BAD(memset(hb.connections[0].address, '1', HEARTBEAT_ADDRESS_BYTES));
	BAD(hb.screen_count = HEARTBEAT_SCREENS + 1);
	BAD(hb.window_count = HEARTBEAT_WINDOWS + 1);
	BAD(hb.connection_count = HEARTBEAT_CONNECTIONS + 1);
	BAD(hb.windows[0].visible = 101);
	BAD(hb.windows[0].screen = 1);
	BAD(hb.input.seconds = HEARTBEAT_SECONDS + 1);
	BAD(hb.sees_lock = HEARTBEAT_SOURCE_COUNT);
	BAD(((uint8_t *)&hb)[offsetof(struct heartbeat, goodbye)] = 2);
	BAD(hb.locked = 7);
	BAD(hb.screens[0].power = SCREEN_POWER_COUNT);
}

static void
views_come_back(void **state)
{
	static struct agents_views v, back;
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct agents_from who;

	(void)state;
	memset(&v, 0, sizeof(v));
	strcpy(v.screen, "Wall 1");
	v.power = SCREEN_ON;
	v.valid_ms = 15000;
	v.count = 2;
	strcpy(v.tiles[0].feed, "North/Gate 3/Cam 1");
	v.tiles[0].height = 360;
	strcpy(v.tiles[1].feed, "x");
	v.tiles[1].visible = SAID_NO;
	agents_put_views(&w, &from, &v);
	size_t n = writer_length(&w);

	memset(&back, 0, sizeof(back));
	assert_true(agents_get_views((struct span){ bytes, n }, &who, &back));
	assert_memory_equal(&v, &back, sizeof(v));
	for (size_t cut = 0; cut < n; cut++)
		assert_false(
		    agents_get_views((struct span){ bytes, cut }, &who, &back));
}

static void
small_ones_come_back(void **state)
{
	struct agents_token t = { 9, CONSOLE_TOKEN_VMS, { 1, 2, 3 } }, t2;
	struct agents_ask q = { AGENTS_WANT_PICTURE, 0xabcdef, 3, 24 }, q2;
	struct agents_reply r = { 0xfeed, 2, 1500 }, r2;
	struct agents_dispute d = { 5, 9, "relieved" }, d2;
	struct agents_from who;
	struct writer w = writer_of(bytes, sizeof(bytes));

	(void)state;
	agents_put_token(&w, &t);
	assert_true(
	    agents_get_token((struct span){ bytes, writer_length(&w) }, &t2));
	assert_int_equal(t2.id, 9);
	assert_memory_equal(t.sha256, t2.sha256, 32);
	w = writer_of(bytes, sizeof(bytes));
	agents_put_ask(&w, &from, &q);
	assert_true(agents_get_ask((struct span){ bytes, writer_length(&w) },
	    &who, &q2));
	assert_int_equal(q2.prompt, q.prompt);
	q.want = 9;
	w = writer_of(bytes, sizeof(bytes));
	agents_put_ask(&w, &from, &q);
	assert_false(agents_get_ask((struct span){ bytes, writer_length(&w) },
	    &who, &q2));
	w = writer_of(bytes, sizeof(bytes));
	agents_put_reply(&w, &from, &r);
	assert_true(agents_get_reply((struct span){ bytes, writer_length(&w) },
	    &who, &r2));
	assert_int_equal(r2.choice, 2);
	w = writer_of(bytes, sizeof(bytes));
	agents_put_dispute(&w, &from, &d);
	assert_true(
	    agents_get_dispute((struct span){ bytes, writer_length(&w) }, &who,
		&d2));
	assert_string_equal(d2.text, "relieved");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_heartbeat_comes_back),
		cmocka_unit_test(what_cant_be_is_refused),
		cmocka_unit_test(views_come_back),
		cmocka_unit_test(small_ones_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
