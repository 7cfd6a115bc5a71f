/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time lines of one way to the cameras: what is known of it, second by second,
 * and what it is then held for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/network/network.h"

#define SECOND 1000000ll
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What holds from `at` (seconds) on; a letter each:
 * c carrier, h media arrive, g the gateway answers, r the reference does. */
struct change {
	int at;
	const char *holds;
};

struct line {
	const char *name;
	const char *has; /* g a gateway, r a reference */
	uint32_t flowing;
	bool devices, sites;
	struct change change[6];
	/* One letter a second from 0 on: w whole, u undecided, l lost. */
	const char *expected;
};

static const struct line lines[] = {
	{ "nothing happens", "", 100, true, true, { { 0, "ch" } },
	    "wwwwwwwwwwww" },
	{ "unplugged and plugged in again", "", 100, true, true,
	    { { 0, "ch" }, { 3, "" }, { 8, "ch" } }, "wwwullllwwww" },
	{ "a plug that bounces", "", 100, true, true,
	    { { 0, "ch" }, { 3, "" }, { 4, "ch" } }, "wwwuwwwwwwww" },
	{ "unplugged, a gateway behind it", "g", 100, true, true,
	    { { 0, "chg" }, { 3, "" }, { 6, "chg" } }, "wwwullwwwwww" },
	{ "the gateway dies with all media", "g", 100, true, true,
	    { { 0, "chg" }, { 3, "c" } }, "wwwwwuuuuull" },
	{ "a gateway that answers no echo, ever", "g", 100, true, true,
	    { { 0, "ch" } }, "wwwwwwwwwwww" },
	{ "the gateway stops answering echoes, media arrive", "g", 100, true,
	    true, { { 0, "chg" }, { 3, "ch" } }, "wwwwwwwwwwwwwwww" },
	{ "one site falls silent, the gateway answers", "g", 100, true, false,
	    { { 0, "chg" }, { 3, "cg" } }, "wwwwwwwwwwww" },
	{ "all sites fall silent, the gateway answers", "g", 100, true, true,
	    { { 0, "chg" }, { 3, "cg" }, { 9, "chg" } }, "wwwwwuuuuwww" },
	{ "all fall silent, a reference answers", "gr", 100, true, true,
	    { { 0, "chgr" }, { 3, "cgr" } }, "wwwwwwwwwwww" },
	{ "all and the reference, the gateway answers", "gr", 100, true, true,
	    { { 0, "chgr" }, { 3, "cg" } }, "wwwwwwuuuull" },
	{ "a reference that never answers, media arrive", "r", 100, true, true,
	    { { 0, "ch" } }, "wwwwwwwwwwww" },
	{ "a dead network at the start, with a reference", "r", 0, false, false,
	    { { 0, "c" } }, "wwwwuuuullll" },
	{ "nothing is known, several devices fall silent", "", 5, true, false,
	    { { 0, "ch" }, { 3, "c" }, { 9, "ch" } }, "wwwwwuuuuwww" },
	{ "nothing is known, one recorder falls silent", "", 64, false, false,
	    { { 0, "ch" }, { 3, "c" } }, "wwwwwwwwwwww" },
	{ "nothing is known, four cameras fall silent", "", 4, true, true,
	    { { 0, "ch" }, { 3, "c" } }, "wwwwwwwwwwww" },
};

static bool
holds(const struct line *l, int64_t second, char what)
{
	const char *now = "";

	for (size_t i = 0; i < COUNT(l->change); i++)
		if (l->change[i].holds != NULL && l->change[i].at <= second)
			now = l->change[i].holds;
	return strchr(now, what) != NULL;
}

static const struct wire_address gateway = { 4, { 10, 0, 0, 1 } };
static const struct wire_address reference = { 4, { 10, 9, 0, 5 } };

static uint32_t
way_with_targets(struct network *n, const char *has)
{
	bool routed = strchr(has, 'g') != NULL;
	uint32_t way =
	    network_way_of(n, 7, "eth0", routed ? &gateway : NULL, SECOND);

	if (routed)
		assert_int_equal(network_target_add(n,
				     &(struct network_target){ .address =
								   gateway,
					 .way = (uint8_t)way,
					 .gateway = true }),
		    0);
	if (strchr(has, 'r') != NULL)
		network_target_add(n,
		    &(struct network_target){ .address = reference,
			.way = (uint8_t)way });
	return way;
}

/* One second passes; questions go out with every second one. */
static void
pass(struct network *n, const struct line *l, int64_t second)
{
	int64_t now = (1 + second) * SECOND;

	network_on_carrier(n, 7, holds(l, second, 'c'), now);
	if (holds(l, second, 'h'))
		network_on_heard(n, now);
	for (uint32_t i = 0; i < n->targets && second % 2 == 0; i++) {
		network_on_asked(n, i, now);
		if (holds(l, second, n->target[i].gateway ? 'g' : 'r'))
			network_on_answer(n, i, now);
	}
}

static void
run(const struct line *l)
{
	static const char letters[] = "wul";
	struct network_load load = { l->flowing, l->devices, l->sites };
	struct network n;
	uint32_t way;

	network_init(&n, SECOND);
	way = way_with_targets(&n, l->has);
	for (int64_t s = 0; l->expected[s] != '\0'; s++) {
		enum network_state before = n.way[way].state;
		uint32_t changed;

		pass(&n, l, s);
		/* the probes call their feeds stalled after ten seconds */
		if (n.heard_us + 10 * SECOND < (1 + s) * SECOND)
			load = (struct network_load){ 0 };
		network_on_load(&n, way, &load);
		changed = network_step(&n, (1 + s) * SECOND);
		if (letters[n.way[way].state] != l->expected[s])
			fail_msg("%s: second %d is %c, expected %c", l->name,
			    (int)s, letters[n.way[way].state], l->expected[s]);
		assert_int_equal(changed >> way & 1,
		    before != n.way[way].state);
		assert_true(n.way[way].sure_us <= (1 + s) * SECOND);
		assert_int_equal(n.way[NETWORK_HERE].state, NETWORK_WHOLE);
		assert_int_equal(n.way[NETWORK_NOWHERE].state, NETWORK_LOST);
	}
}

static void
test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++)
		run(&lines[i]);
}

/* What proves a way, and from when the proof is. */
static void
test_sure(void **state)
{
	const struct network_load load = { .flowing = 1 };
	struct network n;
	uint32_t way, target;

	(void)state;
	network_init(&n, SECOND);
	way = network_way_of(&n, 7, "eth0", &gateway, SECOND);
	target =
	    network_target_add(&n, &(struct network_target){ .address = gateway,
				       .way = (uint8_t)way,
				       .gateway = true });
	network_on_load(&n, way, &load);
	network_on_heard(&n, 10 * SECOND);
	network_step(&n, 11 * SECOND);
	assert_int_equal(network_sure(&n, way), 10 * SECOND);
	network_on_heard(&n, 12 * SECOND); /* before the next step */
	assert_int_equal(network_sure(&n, way), 12 * SECOND);
	network_on_asked(&n, target, 12 * SECOND);
	network_on_answer(&n, target, 13 * SECOND);
	network_step(&n, 15 * SECOND); /* nothing heard: the gateway's answer */
	assert_int_equal(n.way[way].state, NETWORK_WHOLE);
	assert_int_equal(network_sure(&n, way), 13 * SECOND);
	network_on_carrier(&n, 7, false, 16 * SECOND);
	network_on_heard(&n, 17 * SECOND); /* by another way */
	network_step(&n, 17 * SECOND + SECOND / 2);
	assert_int_equal(network_sure(&n, way), 16 * SECOND);
}

/* Two ways through one plug; a third through another. */
static void
test_ways(void **state)
{
	struct network n;
	uint32_t direct, routed, other;

	(void)state;
	network_init(&n, SECOND);
	direct = network_way_of(&n, 7, "eth0", NULL, SECOND);
	routed = network_way_of(&n, 7, "eth0", &gateway, SECOND);
	other = network_way_of(&n, 8, "a-name-that-is-too-long", NULL, SECOND);
	assert_int_not_equal(direct, routed);
	assert_int_equal(network_way_of(&n, 7, "eth0", &gateway, SECOND),
	    routed);
	assert_int_equal(strlen(n.way[other].name), NETWORK_NAME_BYTES - 1);
	network_on_carrier(&n, 7, false, 2 * SECOND);
	assert_int_equal(network_step(&n, 4 * SECOND),
	    1u << direct | 1u << routed);
	assert_true(network_cut(&n, direct) && network_cut(&n, routed));
	assert_false(network_cut(&n, other));
	assert_false(network_cut(&n, NETWORK_HERE));
	assert_true(network_cut(&n, NETWORK_NOWHERE));
	for (int i = 0; i < 40; i++)
		network_way_of(&n, 100 + i, "x", NULL, SECOND);
	assert_int_equal(network_way_of(&n, 200, "x", NULL, SECOND),
	    NETWORK_HERE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_sure),
		cmocka_unit_test(test_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
