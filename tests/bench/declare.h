/* SPDX-License-Identifier: GPL-3.0-or-later */
/* declare.h: CSV -> a store's inventory and floor, as people import them: for
 * benches that fill a database. False says why in error.
 */
#ifndef TEST_BENCH_DECLARE_H
#define TEST_BENCH_DECLARE_H

#include <stdio.h>
#include <stdlib.h>

#include "monitor/inventory/floor.h"
#include "monitor/inventory/inventory.h"
#include "monitor/store/store.h"
#include "monitor/store/store_consoles.h"
#include "monitor/store/store_read.h"
#include "monitor/store/store_read_consoles.h"

#define DECLARE_ERROR 400
#define DECLARE_WAIT_MS 120000

struct declare {
	unsigned *seed;
	char *error;
};

static inline bool
declare_fault(struct declare *d, const char *what)
{
	if (d->error[0] == '\0')
		snprintf(d->error, DECLARE_ERROR, "%s", what);
	return false;
}

static inline void
declare_done(void *arg, const struct store_result *r)
{
	if (!r->ok)
		declare_fault(arg, r->error);
}

static inline void
declare_uuid(void *arg, uint8_t out[16])
{
	struct declare *d = arg;

	for (int i = 0; i < 16; i++)
		out[i] = (uint8_t)(rand_r(d->seed) >> 8);
}

/* Into a store that has no feeds yet; seed: of their UUIDs. */
static inline bool
declare_feeds(struct store *s, const char *csv, size_t length, unsigned *seed,
    char error[DECLARE_ERROR])
{
	struct declare d = { seed, error };
	struct inventory_mistakes m = { 0 };
	struct inventory_options opt = { INVENTORY_FEEDS, false, declare_uuid,
		&d, "f" };
	struct inventory *now = inventory_new(), *wish = inventory_new();
	struct inventory_plan *plan = NULL;

	error[0] = '\0';
	if (inventory_read(wish, INVENTORY_FEEDS, "f", csv, length, &m))
		plan = inventory_plan_new(now, wish, &opt, &m);
	if (plan == NULL)
		declare_fault(&d, m.text != NULL ? m.text : "no plan of feeds");
	else if (!store_inventory(s, plan, 1, "bench", "",
		     &(struct store_done){ declare_done, &d }) ||
		 !store_drain(s, DECLARE_WAIT_MS))
		declare_fault(&d, "the feeds were not stored");
	inventory_free(&now);
	inventory_free(&wish);
	inventory_mistakes_fini(&m);
	return error[0] == '\0';
}

/* dir: the store's. */
static inline bool
declare_floor(struct store *s, const char *dir, enum floor_kind kind,
    const char *csv, size_t length, char error[DECLARE_ERROR])
{
	struct declare d = { NULL, error };
	struct inventory_mistakes m = { 0 };
	struct floor_options opt = { kind, false, "f" };
	struct floor *wish = floor_new(), *now = NULL;
	struct inventory *inv = NULL;
	struct floor_plan *plan = NULL;
	uint64_t revision = 0;
	char fault[256];
	struct store_reader *r = store_reader_open(dir, fault);

	error[0] = '\0';
	if (r != NULL) {
		now = store_read_floor(r, &revision);
		inv = store_read_inventory(r, false, NULL);
	}
	if (now != NULL && inv != NULL &&
	    floor_read(wish, kind, "f", csv, length, &m))
		plan = floor_plan_new(now, wish, inv, &opt, &m);
	if (plan == NULL)
		declare_fault(&d,
		    m.text != NULL ? m.text : "no plan of the floor");
	else if (!store_floor(s, plan, revision, "bench", "",
		     &(struct store_done){ declare_done, &d }) ||
		 !store_drain(s, DECLARE_WAIT_MS))
		declare_fault(&d, "the floor was not stored");
	store_reader_close(&r);
	floor_free(&now);
	floor_free(&wish);
	inventory_free(&inv);
	inventory_mistakes_fini(&m);
	return error[0] == '\0';
}

#endif
