/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_read_tree.h: the sites, and the feeds beneath them counted: what
 * `camwarden sites`, the pages and the summary after an import show. Part of
 * store_read.h (the reader's side); its rules hold.
 */
#ifndef MONITOR_STORE_STORE_READ_TREE_H
#define MONITOR_STORE_STORE_READ_TREE_H

#include "camwarden/limits.h"
#include "monitor/store/store_read_web.h"

struct store_tree_site {
	int64_t id, parent;				     /* 0 = top */
	char path[LIMIT_NAME_BYTES], zone[64], contact[512]; /* its own, or of
							      * the nearest
							      * above */
	uint32_t target_ppm;				     /* the same */
	uint32_t ceiling_kbps; /* its own; 0: none */
	uint32_t incidents;    /* open */
	/* Enabled feeds. */
	uint32_t feeds, states[STATE_COUNT], causes[CAUSE_COUNT];
};

struct store_tree {
	struct store_tree_site *sites; /* by path; owned */
	size_t count, room;
	struct store_tree_site *last; /* the one that was counted at */
};

/* Those in the inventory, no feed counted yet. False: error, or no memory; out
 * is then empty, but to be ended all the same. */
bool store_tree_read(struct store_reader *r, struct store_tree *out);
/* Counts a feed where it is; one that is not enabled, or of no site, nowhere.
 * A store_short_fn; arg: struct store_tree. */
bool store_tree_count(void *arg, const struct store_short_row *feed);
/* Adds to each site what is below it: once, after all were counted. */
void store_tree_sum(struct store_tree *t);
/* By path; NULL: no such. */
const struct store_tree_site *store_tree_find(const struct store_tree *t,
    const char *path);
void store_tree_fini(struct store_tree *t);

#endif
