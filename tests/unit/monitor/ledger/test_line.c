/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line's hash against the words of docs/formats.md, put together by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/ledger/line.h"

struct text {
	uint8_t bytes[8192];
	size_t n;
};

static void
put(struct text *t, const void *p, size_t n)
{
	memcpy(t->bytes + t->n, p, n);
	t->n += n;
}

static void
ns(struct text *t, const void *p, size_t n)
{
	char head[24];

	put(t, head, (size_t)snprintf(head, sizeof(head), "%zu:", n));
	put(t, p, n);
	put(t, ",", 1);
}

static void
number(struct text *t, int64_t v)
{
	char text[24];

	ns(t, text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)v));
}

static void
one(int64_t seq, int64_t mono, int64_t utc, int64_t feed, const char *kind,
    size_t kind_n)
{
	uint8_t origin[16], run[16], prev[32], digest[32], hash[32], mine[32];
	struct text t = { .n = 0 };

	for (int i = 0; i < 32; i++) {
		prev[i] = (uint8_t)rand();
		digest[i] = (uint8_t)rand();
		origin[i / 2] = (uint8_t)rand();
		run[i / 2] = (uint8_t)rand();
	}
	put(&t, "", 1);
	put(&t, prev, 32);
	ns(&t, "1", 1);
	ns(&t, origin, 16);
	ns(&t, run, 16);
	number(&t, seq);
	number(&t, mono);
	number(&t, utc);
	ns(&t, kind, kind_n);
	number(&t, feed);
	ns(&t, digest, 32);
	hash_of(t.bytes, t.n, mine);
	ledger_line_hash(&(struct ledger_line){ origin, run, seq, mono, utc,
			     feed, { kind, kind_n } },
	    prev, digest, hash);
	assert_memory_equal(hash, mine, 32);
}

static void
test_line(void **state)
{
	char large[4000];

	(void)state;
	memset(large, 'k', sizeof(large));
	one(1, 0, 1700000000000000, 0, "verdict", 7);
	one(INT64_MAX, INT64_MIN, -1, 3700, "", 0);
	one(10, 9, 99, 100, "a\0b", 3);
	for (size_t n = 300; n < 600; n++)
		one(1234567, 2, 3, 4, large, n);
	one(1, 2, 3, 4, large, sizeof(large));
}

static void
test_digest(void **state)
{
	struct text t = { .n = 0 };
	uint8_t salt[16] = { 1, 2, 3 }, hash[32], mine[32];
	char body[700];

	(void)state;
	memset(body, 'b', sizeof(body));
	put(&t, "\x10", 1);
	ns(&t, salt, 16);
	ns(&t, "root", 4);
	ns(&t, body, sizeof(body));
	hash_of(t.bytes, t.n, mine);
	ledger_digest(salt, (struct ledger_bytes){ "root", 4 },
	    (struct ledger_bytes){ body, sizeof(body) }, hash);
	assert_memory_equal(hash, mine, 32);
	t.n = 1;
	ns(&t, "", 0);
	ns(&t, "judge", 5);
	ns(&t, "{}", 2);
	hash_of(t.bytes, t.n, mine);
	ledger_digest(NULL, (struct ledger_bytes){ "judge", 5 },
	    (struct ledger_bytes){ "{}", 2 }, hash);
	assert_memory_equal(hash, mine, 32);
}

static void
test_sha256(void **state)
{
	static const uint8_t abc[32] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01,
		0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
		0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10,
		0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	uint8_t hash[32];

	(void)state;
	hash_of("abc", 3, hash); /* FIPS 180-2 B.1 */
	assert_memory_equal(hash, abc, 32);
}

static void
test_kinds(void **state)
{
	static const char *const open[] = { "verdict", "incident.open",
		"incident.close", "thumbnail", "store.open", "retention",
		"ledger.begin", "monitor.off", "settings", "clock.sync" };
	static const char *const closed[] = { "incident.acknowledge",
		"maintenance.add", "mute.end", "feed.add", "site.change",
		"presence", "display", "prompt", "dispute", "token.add",
		"user.login", "shift.add", "backup", "", "verdicts", "verdic",
		"store.", "storex", "reference.approve", "report.read" };

	(void)state;
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		assert_false(ledger_is_private(open[i], strlen(open[i])));
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		assert_true(ledger_is_private(closed[i], strlen(closed[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
