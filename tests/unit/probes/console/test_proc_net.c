/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/console/proc_net.h"

#define TAIL " 00000000:00000000 00:00000000 00000000  1000 0 12345 1 0 20"

static void
lines(void **state)
{
	static const struct {
		const char *line;
		const char *address; /* NULL = no connection to tell of */
		unsigned port;
	} table[] = {
		{ "   0: 0100007F:1F90 0500000A:022A 01" TAIL, "10.0.0.5",
		    554 },
		{ "  10: 0A01A8C0:9C40 0764A8C0:1F40 01" TAIL, "192.168.100.7",
		    8000 },
		{ "   1: 00000000000000000000000001000000:1F90 "
		  "B80D0120000000000000000005000000:022A 01" TAIL,
		    "[2001:db8::5]", 554 },
		{ "   2: 0000000000000000FFFF00000A01A8C0:9C40 "
		  "0000000000000000FFFF00000764A8C0:022A 01" TAIL,
		    "192.168.100.7", 554 }, /* IPv4 through an IPv6 socket */
		{ "3: 0a01a8c0:9c40 0764a8c0:022a 01" TAIL, "192.168.100.7",
		    554 },
		/* listening, closing, waiting */
		{ "   0: 0100007F:1F90 00000000:0000 0A" TAIL, NULL, 0 },
		{ "   0: 0100007F:1F90 0500000A:022A 06" TAIL, NULL, 0 },
		{ "   0: 0100007F:1F90 0500000A:0000 01" TAIL, NULL, 0 },
		{ "  sl  local_address rem_address   st tx_queue", NULL, 0 },
		/* not of this kind at all */
		{ "", NULL, 0 },
		{ "\n", NULL, 0 },
		{ ":::::", NULL, 0 },
		{ "0:", NULL, 0 },
		{ "0: 0100007F:1F90", NULL, 0 },
		{ "0: 0100007F:1F90 0500000A:022A", NULL, 0 },
		{ "0: 0100007F:1F90 0500000A:022A 0", NULL, 0 },
		{ "0: 0100007F:1F90 0500000A:022A 011" TAIL, NULL, 0 },
		{ "0: 0100007F:1F90 0500000A:22A 01" TAIL, NULL, 0 },
		{ "0: 0100007F:1F90 0500000A:0022A 01" TAIL, NULL, 0 },
		{ "0: 0100007F:1F90 0500000:022A 01" TAIL, NULL, 0 },
		{ "0: 0100007F:1F90 0500000A0:022A 01" TAIL, NULL, 0 },
		{ "0: 0100007F:1F90 0500000G:022A 01" TAIL, NULL, 0 },
		{ "0: 0100007F:1F90 0500000A.022A 01" TAIL, NULL, 0 },
		{ "0: %n%s:1F90 %n%s:022A 01" TAIL, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct heartbeat_connection c;
		struct proc_net_peer peer;

		if (proc_net_line(table[i].line, true, &peer) !=
		    (table[i].address != NULL))
			fail_msg("%s", table[i].line);
		if (table[i].address == NULL)
			continue;
		proc_net_write(&peer, &c);
		assert_string_equal(c.address, table[i].address);
		assert_int_equal(c.port, table[i].port);
	}
}

/* Cut anywhere, every byte changed: borne, and read nowhere behind its end
 * (the sanitizers watch). */
static void
broken_lines(void **state)
{
	static const char line[] =
	    "   1: 00000000000000000000000001000000:1F90 "
	    "B80D0120000000000000000005000000:022A 01" TAIL;
	struct proc_net_peer peer;

	(void)state;
	for (size_t n = 0; n < sizeof(line); n++) {
		char *copy = test_malloc(n + 1);

		memcpy(copy, line, n);
		copy[n] = '\0';
		proc_net_line(copy, true, &peer);
		for (int c = 1; c < 256 && n > 0; c++) {
			copy[n - 1] = (char)c;
			proc_net_line(copy, true, &peer);
		}
		test_free(copy);
	}
}

static void
the_other_byte_order(void **state)
{
	struct heartbeat_connection c;
	struct proc_net_peer peer;

	(void)state;
	assert_true(proc_net_line("0: 7F000001:1F90 0A000005:022A 01" TAIL,
	    false, &peer));
	proc_net_write(&peer, &c);
	assert_string_equal(c.address, "10.0.0.5");
}

/* inet_pton is the judge of what is written. */
static void
addresses_are_written_as_all_do(void **state)
{
	static const char *const all[] = { "::", "::1", "1::", "2001:db8::1",
		"2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "fe80::1:0:0:1",
		"1:2:3:4:5:6:7:8", "ff02::fb", "1:0:3:0:5:0:7:0" };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct proc_net_peer peer = { .port = 1 };
		struct heartbeat_connection c;
		char expected[64], canonical[48];

		assert_int_equal(inet_pton(AF_INET6, all[i], peer.address), 1);
		inet_ntop(AF_INET6, peer.address, canonical, sizeof(canonical));
		snprintf(expected, sizeof(expected), "[%s]", canonical);
		proc_net_write(&peer, &c);
		assert_string_equal(c.address, expected);
	}
}

static bool
within(const char *ranges, const char *line)
{
	struct proc_net_ranges r = { .count = 0 };
	struct proc_net_peer peer;

	assert_true(proc_net_ranges_add(&r, ranges));
	assert_true(proc_net_line(line, true, &peer));
	return proc_net_within(&r, &peer);
}

static void
ranges(void **state)
{
	static const char private_v4[] = "0: 0100007F:1F90 0500000A:022A 01",
			  public_v4[] = "0: 0100007F:1F90 08080808:01BB 01",
			  loopback[] = "0: 0100007F:1F90 0100007F:022A 01",
			  ula[] = "0: 00000000000000000000000001000000:1F90 "
				  "000000FD000000000000000005000000:022A 01",
			  mapped[] = "0: 00000000000000000000000001000000:1F90 "
				     "0000000000000000FFFF00000500000A:022A 01";
	static const char *const bad[] = { "10.0.0.0/33", "10.0.0.0/-1",
		"10.0.0.0/", "10.0.0/8", "fd00::/129", "x", "10.0.0.0/8;x",
		"10.0.0.0/8x" };
	struct proc_net_ranges r = { .count = 0 };

	(void)state;
	assert_true(within("private", private_v4));
	assert_true(within("private", ula));
	assert_true(within("private", mapped));
	assert_false(within("private", public_v4));
	assert_false(within("private", loopback));
	assert_false(within("none", private_v4));
	assert_true(within("8.8.8.0/24, 127.0.0.0/8", public_v4));
	assert_true(within("127.0.0.1", loopback));
	assert_false(within("127.0.0.2", loopback));
	assert_true(within("0.0.0.0/0", public_v4));
	assert_false(within("0.0.0.0/0", ula));
	assert_true(within("::/0", ula));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r.count = 0;
		if (proc_net_ranges_add(&r, bad[i]))
			fail_msg("%s", bad[i]);
	}
	r.count = PROC_NET_RANGES;
	assert_false(proc_net_ranges_add(&r, "10.0.0.0/8"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(broken_lines),
		cmocka_unit_test(the_other_byte_order),
		cmocka_unit_test(addresses_are_written_as_all_do),
		cmocka_unit_test(ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
