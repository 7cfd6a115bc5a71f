/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as somebody's list of feeds or devices, with a maker and a site for
 * all: what is accepted is written in our words, read back without a note and
 * written the same; and passwords go from one list into another or say why
 * not. */
#include "monitor/inventory/inventory_form.h"
#include "tests/fuzz/fuzz.h"

static struct inventory *
read_all(enum inventory_kind kind, struct inventory_form form, const void *p,
    size_t n, bool *well_out)
{
	struct inventory_mistakes m = { 0 }, notes = { 0 };
	struct inventory *inv = inventory_new();

	form.file = "f";
	form.notes = &notes;
	*well_out =
	    inv != NULL && inventory_read_as(inv, kind, &form, p, n, &m);
	assert(inv == NULL || *well_out == (m.count == 0));
	inventory_mistakes_fini(&m);
	inventory_mistakes_fini(&notes);
	return inv;
}

static void
same_again(enum inventory_kind kind, const struct inventory *a)
{
	char *one = inventory_write_given(a, kind), *two;
	struct inventory *b;
	bool well;

	if (fuzz_short()) {
		free(one);
		return;
	}
	b = read_all(kind, (struct inventory_form){ 0 }, one, strlen(one),
	    &well);
	assert(well);
	two = inventory_write_given(b, kind);
	assert(strcmp(one, two) == 0);
	free(one);
	free(two);
	inventory_free(&b);
}

static void
take_passwords(struct inventory *a, const void *p, size_t n)
{
	struct inventory_mistakes m = { 0 }, notes = { 0 };
	bool well;
	struct inventory *secrets = read_all(INVENTORY_DEVICES,
	    (struct inventory_form){ .ignore_unknown = true }, p, n, &well);

	if (well)
		assert(inventory_take_passwords(a, secrets, "p", &notes, &m) ==
		       (m.count == 0));
	inventory_free(&secrets);
	inventory_mistakes_fini(&m);
	inventory_mistakes_fini(&notes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	enum inventory_kind kind =
	    data[0] & 1 ? INVENTORY_DEVICES : INVENTORY_FEEDS;
	struct inventory_form form = { .site = data[0] & 2 ? "N/S" : NULL,
		.vendor = data[0] & 4 ? "hikvision" : NULL,
		.streams = (enum inventory_streams)(data[0] >> 3 & 3),
		.columns = data[0] & 128 ? "a=name,b=url" : NULL,
		.ignore = data[0] & 32 ? "name,x" : NULL,
		.ignore_unknown = data[0] & 64 };
	bool well;
	struct inventory *a = read_all(kind, form, data + 1, size - 1, &well);

	if (well) {
		same_again(kind, a);
		take_passwords(a, data + 1, size - 1);
	}
	inventory_free(&a);
	return 0;
}
