/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reference.h: what each feed shall look like, as a person approved it: stored
 * and read back. Part of store.h (the writer's side, main thread) and of
 * store_read.h (the reader's); their rules hold.
 */
#ifndef MONITOR_STORE_REFERENCE_H
#define MONITOR_STORE_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct store_done;
struct store_reader;

/* What a feed shall look like, approved by a person: what the judge has pinned
 * (judge_save, in which it is), and that and why. The picture for people comes
 * as a thumbnail, soon after. */
struct store_reference {
	int64_t feed;
	bool clear; /* the feed has none any more */
	int64_t at_us;
	const char *actor, *reason;
	const void *judge; /* judge_save after the pinning or clearing */
	size_t judge_length;
};
bool store_reference(struct store *s, const struct store_reference *r,
    const struct store_done *done);

/* A feed and its approved reference, if it has one. */
struct store_reference_row {
	int64_t feed;
	char uuid[37];
	const char *site, *name;
	int64_t utc; /* approved; 0 = it has none */
	const char *actor, *reason;
	int64_t picture_utc; /* taken; 0 = none is kept (yet) */
	bool no_picture;
};
typedef bool store_reference_fn(void *arg,
    const struct store_reference_row *row);
/* Enabled feeds by site and name; site: with all below it, NULL = all. */
bool store_read_references(struct store_reader *r, const char *site,
    store_reference_fn *fn, void *arg);

#endif
