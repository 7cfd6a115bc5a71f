/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as each kind of CSV of the floor: what is accepted must be written,
 * read back and written the same; and planning it must not fail but by saying
 * why. */
#include "monitor/inventory/floor.h"
#include "tests/fuzz/fuzz.h"

static struct floor *
read_all(enum floor_kind kind, const void *p, size_t n, bool *well_out)
{
	struct inventory_mistakes m = { 0 };
	struct floor *f = floor_new();

	assert(f != NULL);
	*well_out = floor_read(f, kind, "f", p, n, &m);
	assert(*well_out == (m.count == 0));
	assert(*well_out || m.text != NULL);
	inventory_mistakes_fini(&m);
	return f;
}

static void
plan(const struct floor *now, const struct floor *wanted, enum floor_kind kind)
{
	struct inventory_mistakes m = { 0 };
	struct inventory *inv = inventory_new();
	struct floor_options opt = { kind, true, "f" };
	struct floor_plan *p;

	assert(inv != NULL);
	p = floor_plan_new(now, wanted, inv, &opt, &m);
	assert((p != NULL) == (m.count == 0));
	for (size_t i = 0; p != NULL && i < p->count; i++) {
		char text[300];

		floor_change_text(&p->changes[i], text, sizeof(text));
	}
	floor_plan_free(&p);
	inventory_free(&inv);
	inventory_mistakes_fini(&m);
}

/* Memory ends somewhere: all of it, or nothing and why. */
static void
read_short(enum floor_kind kind, const void *p, size_t n)
{
	struct inventory_mistakes m = { 0 };
	struct inventory *inv = inventory_new();
	struct floor *f = floor_new();
	struct floor_options opt = { kind, true, "f" };
	struct floor_plan *made = NULL;

	if (inv != NULL && f != NULL && floor_read(f, kind, "f", p, n, &m)) {
		made = floor_plan_new(f, f, inv, &opt, &m);
		free(floor_write(f, kind));
	}
	floor_plan_free(&made);
	floor_free(&f);
	inventory_free(&inv);
	inventory_mistakes_fini(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	enum floor_kind kind = (enum floor_kind)(data[0] % 4), told;
	bool well;

	if (fuzz_short()) {
		read_short(kind, data + 1, size - 1);
		return 0;
	}
	struct floor *empty = floor_new();
	struct floor *a = read_all(kind, data + 1, size - 1, &well), *b;

	assert(empty != NULL);
	floor_kind_of(data + 1, size - 1, &told);
	if (well) {
		char *one = floor_write(a, kind);

		b = read_all(kind, one, strlen(one), &well);
		assert(well);
		char *two = floor_write(b, kind);

		assert(strcmp(one, two) == 0);
		plan(empty, a, kind);
		plan(a, empty, kind);
		plan(a, b, kind);
		free(one);
		free(two);
		floor_free(&b);
	}
	floor_free(&a);
	floor_free(&empty);
	return 0;
}
