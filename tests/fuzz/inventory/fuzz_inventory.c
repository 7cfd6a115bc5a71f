/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as each kind of CSV: what is accepted must be written, read back
 * and written the same, hold no credentials in a URL, and plan against itself
 * to nothing. */
#include "monitor/inventory/inventory.h"
#include "tests/fuzz/fuzz.h"

static void
zeros(void *arg, uint8_t out[16])
{
	uint8_t *n = arg;

	memset(out, ++*n, 16);
}

static struct inventory *
read_all(enum inventory_kind kind, const void *p, size_t n, bool *well_out)
{
	struct inventory_mistakes m = { 0 };
	struct inventory *inv = inventory_new();

	assert(inv != NULL);
	*well_out = inventory_read(inv, kind, "f", p, n, &m);
	assert(*well_out == (m.count == 0));
	assert(*well_out || m.text != NULL);
	inventory_mistakes_fini(&m);
	return inv;
}

static void
plan_nothing(const struct inventory *inv, enum inventory_kind kind)
{
	struct inventory_mistakes m = { 0 };
	uint8_t n = 0;
	struct inventory_options opt = { kind, true, zeros, &n, "f" };
	struct inventory_plan *p = inventory_plan_new(inv, inv, &opt, &m);

	assert(
	    p != NULL && p->added == 0 && p->changed == 0 && p->removed == 0);
	inventory_plan_free(&p);
}

/* Memory ends somewhere: all of it, or nothing and why. */
static void
read_short(enum inventory_kind kind, const void *p, size_t n)
{
	struct inventory_mistakes m = { 0 };
	struct inventory *inv = inventory_new();
	uint8_t number = 0;
	struct inventory_options opt = { kind, true, zeros, &number, "f" };
	struct inventory_plan *plan = NULL;

	if (inv != NULL && inventory_read(inv, kind, "f", p, n, &m)) {
		plan = inventory_plan_new(inv, inv, &opt, &m);
		free(inventory_write(inv, kind, true));
	}
	inventory_plan_free(&plan);
	inventory_mistakes_fini(&m);
	inventory_free(&inv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	enum inventory_kind kind = (enum inventory_kind)(data[0] % 3);
	bool well;

	if (fuzz_short()) {
		read_short(kind, data + 1, size - 1);
		return 0;
	}
	struct inventory *a = read_all(kind, data + 1, size - 1, &well), *b;

	for (size_t i = 0; well && i < a->feed_count; i++) {
		struct inventory_url u;
		size_t at;

		assert(inventory_url_parse(a->feeds[i].url, &u, &at) == NULL);
		assert(!u.has_credentials);
		assert(strcmp(u.url, a->feeds[i].url) == 0);
	}
	if (well) {
		char *one = inventory_write(a, kind, true);

		b = read_all(kind, one, strlen(one), &well);
		assert(well);
		char *two = inventory_write(b, kind, true);

		assert(strcmp(one, two) == 0);
		plan_nothing(a, kind);
		free(one);
		free(two);
		inventory_free(&b);
	}
	inventory_free(&a);
	return 0;
}
