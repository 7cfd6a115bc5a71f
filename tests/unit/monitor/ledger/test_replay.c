/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines and rows that lack what they are about, as a fuzzer found them: told
 * of, never a crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/ledger/replay.h"

static unsigned findings;

static void
on_finding(void *arg, const struct replay_finding *f)
{
	(void)arg;
	assert_true(strlen(f->text) > 0);
	findings++;
}

static void
test_nothing_in_it(void **state)
{
	static const uint8_t key[16] = { 7 };
	static const char *const kinds[] = { "ledger.begin", "verdict",
		"presence", "display", "epoch", "store.open", "store.left",
		"store.feeds", "store.consoles", "store.screens", "store.gap",
		"store.lost", "monitor.off", "incident.open", "incident.change",
		"incident.close", "incident.acknowledge", "thumbnail",
		"maintenance.add", "maintenance.end", "feed.add", "feed.remove",
		"site.add", "room.add", "console.add", "screen.add", "prompt",
		"prompt.asked", "dispute", "retention", "restore",
		"reference.approve" };
	static const char *const bodies[] = { "{}", "", "{\"feed\":1}" };
	struct replay *r = replay_new(key, on_finding, NULL);

	(void)state;
	assert_non_null(r);
	for (unsigned i = 0; i < 3 * sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct replay_line l = { .seq = i + 1,
			.run = 1,
			.mono = i,
			.utc = i,
			.kind = kinds[i / 3],
			.actor = "x",
			.body = bodies[i % 3],
			.body_length = strlen(bodies[i % 3]) };

		replay_line(r, &l);
	}
	for (unsigned t = REPLAY_INTERVAL + 1; t < REPLAY_TABLES; t++)
		for (unsigned i = 0; i < 3; i++)
			replay_row(r,
			    &(struct replay_row){ (enum replay_table)t, i,
				bodies[i], NULL, strlen(bodies[i]) });
	replay_end(r);
	assert_false(replay_failed(r));
	assert_true(findings > 0);
	replay_free(&r);
}

/* Each feed's line makes the sites that it names first: two to four new rows a
 * line, so that room for more is made at each of them once. */
static void
test_feeds_make_sites(void **state)
{
	static const uint8_t key[16] = { 7 };
	struct replay *r = replay_new(key, on_finding, NULL);
	struct replay_tally tally;
	char body[160];

	(void)state;
	assert_non_null(r);
	findings = 0;
	replay_line(r, &(struct replay_line){ .seq = 1,
			   .run = 1,
			   .kind = "ledger.begin",
			   .actor = "x",
			   .body = "{}",
			   .body_length = 2 });
	for (unsigned i = 0; i < 2 * 400; i++) {
		static const char *const under[] = { "", "/b", "/b/c" };
		unsigned n = 1 + i % 400;
		int size = snprintf(body, sizeof(body),
		    "{\"feed\":\"%u\",\"site\":\"%u%s\",\"relay\":\"\","
		    "\"enabled\":%s}",
		    n, n, under[n % 3], i < 400 ? "true" : "1");

		if (i < 400)
			replay_line(r, &(struct replay_line){ .seq = 2 + i,
					   .run = 1,
					   .mono = i,
					   .utc = i,
					   .feed = n,
					   .kind = "feed.add",
					   .actor = "x",
					   .body = body,
					   .body_length = (size_t)size });
		else
			replay_row(r, &(struct replay_row){ REPLAY_FEED, n,
					  body, NULL, (size_t)size });
	}
	assert_false(replay_failed(r));
	assert_int_equal(findings, 0);
	replay_tally(r, &tally);
	assert_int_equal(tally.proved[REPLAY_FEED], 400);
	replay_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_in_it),
		cmocka_unit_test(test_feeds_make_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
