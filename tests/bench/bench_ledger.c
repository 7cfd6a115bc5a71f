/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_ledger [--feeds N] [--seconds N] [--check yes]: how many ledger lines a
 * second the real store writes durably: verdicts of a fleet with evidence as
 * the judge words it, posted as fast as the queue takes them, each an interval
 * closed and opened with its line, hash, tree and tiles, synced to the disk;
 * beside it one private line in twenty. The longest time between two commits
 * is watched from outside. One JSON object on stdout; with --check, exit 1
 * below 5,000 lines/s or with more than 250 ms between commits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/bench/declare.h"

#define AHEAD 4000 /* operations kept waiting */
#define BAR_LINES 5000
#define BAR_US 250000

struct bench {
	int64_t feeds, seconds;
	bool check, failed;
	char dir[64];
	struct store *store;
	unsigned seed;
	uint64_t posted;
	/* measured */
	int64_t began_us, gap_max_us, last_commit_us;
	uint64_t lines, lines_before, commits_before;
	struct store_health health;
	double seconds_run;
};

static void
die(struct bench *b, const char *what)
{
	fprintf(stderr, "bench_ledger: %s\n", what);
	b->failed = true;
}

static void
import_feeds(struct bench *b)
{
	char error[DECLARE_ERROR], *csv;
	size_t length;
	FILE *f = open_memstream(&csv, &length);

	fprintf(f, "site,name,url\n");
	for (int64_t i = 0; i < b->feeds; i++)
		fprintf(f, "Region %d/Site %d,cam%d,rtsp://10.%d.%d.%d/s\n",
		    (int)(i / 500), (int)(i / 20), (int)i, (int)(i >> 16),
		    (int)(i >> 8 & 255), (int)(i & 255));
	fclose(f);
	if (!declare_feeds(b->store, csv, length, &b->seed, error))
		die(b, error);
	free(csv);
}

static void
post(struct bench *b)
{
	static const enum cause causes[] = { CAUSE_FROZEN, CAUSE_NONE,
		CAUSE_STALLED, CAUSE_NONE, CAUSE_PACKET_LOSS, CAUSE_NONE,
		CAUSE_BLACK, CAUSE_NONE };
	int64_t now = clock_mono_us();
	uint64_t round = b->posted / (uint64_t)b->feeds;
	enum cause cause = causes[round % 8];
	char evidence[400];

	snprintf(evidence, sizeof(evidence),
	    "{\"samples\":%u,\"fps\":%.2f,\"kbps\":%.1f,\"gop_s\":2.00,"
	    "\"loss_ppm\":%u,\"difference\":%.4f,\"noise\":%.3f,"
	    "\"mean\":%.1f,\"spread\":%.2f,\"equal_blocks\":%u,"
	    "\"last_sample_age_s\":%.2f,\"why\":\"%s\"}",
	    rand_r(&b->seed) % 40, 15.0, 320.0, rand_r(&b->seed) % 90000,
	    rand_r(&b->seed) % 1000 / 1e4, rand_r(&b->seed) % 1000 / 1e3,
	    rand_r(&b->seed) % 2550 / 10.0, rand_r(&b->seed) % 900 / 10.0,
	    rand_r(&b->seed) % 100, rand_r(&b->seed) % 1000 / 100.0,
	    cause_name(cause));
	struct store_verdict v = {
		.feed = 1 + (int64_t)(b->posted % (uint64_t)b->feeds),
		.state = cause_state(cause),
		.cause = cause,
		.causes = cause != CAUSE_NONE ? 1ull << cause : 0,
		.confidence = 90,
		.since_us = now - 3000000,
		.at_us = now,
		.evidence = evidence,
	};

	if (!store_verdict(b->store, &v, NULL))
		die(b, "a verdict was refused");
	if (b->posted++ % 20 == 0)
		store_event(b->store, now, "user.login", "ana",
		    "{\"from\":\"10.0.0.9\",\"how\":\"password\"}", NULL);
}

/* The time between two commits that somebody waits for. */
static void
watch(struct bench *b)
{
	int64_t at;

	store_health(b->store, &b->health);
	at = b->health.last_commit_us;
	if (b->last_commit_us != 0 && at - b->last_commit_us > b->gap_max_us)
		b->gap_max_us = at - b->last_commit_us;
	b->last_commit_us = at;
	if (b->health.failures > 0)
		die(b, b->health.error);
}

static void
run(struct bench *b)
{
	int64_t now, beat = 0, end;

	store_health(b->store, &b->health);
	b->lines_before = b->health.events;
	b->commits_before = b->health.commits;
	b->began_us = clock_mono_us();
	end = b->began_us + b->seconds * US_PER_S;
	while ((now = clock_mono_us()) < end && !b->failed) {
		if (now - beat > US_PER_S) {
			store_heartbeat(b->store, now);
			beat = now;
		}
		watch(b);
		for (uint32_t n = b->health.queued; n < AHEAD; n++)
			post(b);
		store_dispatch(b->store);
		usleep(2000);
	}
	/* What is counted is committed. */
	store_health(b->store, &b->health);
	b->seconds_run =
	    (double)(b->health.last_commit_us - b->began_us) / US_PER_S;
	b->lines = b->health.events - b->lines_before;
	b->commits_before = b->health.commits - b->commits_before;
}

static int64_t
number(int argc, char **argv, const char *name, int64_t otherwise)
{
	for (int i = 1; i + 1 < argc; i += 2)
		if (strcmp(argv[i], name) == 0)
			return strtoll(argv[i + 1], NULL, 10);
	return otherwise;
}

static void
folder_remove(const char *dir)
{
	static const char *const names[] = { "camwarden.db", "camwarden.db-wal",
		"camwarden.db-shm", "camwarden.lock" };
	char path[128];

	for (unsigned i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

int
main(int argc, char **argv)
{
	struct bench b = { .feeds = number(argc, argv, "--feeds", 3700),
		.seconds = number(argc, argv, "--seconds", 20),
		.dir = "/var/tmp/bench-ledger-XXXXXX",
		.seed = 1 };
	struct store_config config = { .dir = b.dir, .actor = "bench" };
	char error[STORE_ERROR_BYTES];

	for (int i = 1; i < argc; i++)
		b.check |= strcmp(argv[i], "--check") == 0;
	if (mkdtemp(b.dir) == NULL)
		return 2;
	b.store = store_open(&config, NULL, error);
	if (b.store == NULL) {
		fprintf(stderr, "bench_ledger: %s\n", error);
		return 2;
	}
	import_feeds(&b);
	if (!b.failed)
		run(&b);
	store_close(&b.store);
	folder_remove(b.dir);
	double rate = b.seconds_run > 0 ? (double)b.lines / b.seconds_run : 0;

	printf("{\"feeds\":%lld,\"lines\":%llu,\"seconds\":%.2f,"
	       "\"commits\":%llu,\"ledger_lines_per_s\":%.0f,"
	       "\"commit_gap_max_ms\":%.0f}\n",
	    (long long)b.feeds, (unsigned long long)b.lines, b.seconds_run,
	    (unsigned long long)b.commits_before, rate,
	    (double)b.gap_max_us / 1000);
	if (b.check && (rate < BAR_LINES || b.gap_max_us > BAR_US))
		return 1;
	return b.failed;
}
