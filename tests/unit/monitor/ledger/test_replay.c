/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines and rows that lack what they are about, as a fuzzer found them: told
 * of, never a crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
