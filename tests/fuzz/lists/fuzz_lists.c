/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as another program's configuration: what is accepted is an
 * inventory that our own CSV can say. */
#include "monitor/lists/lists.h"
#include "tests/fuzz/fuzz.h"

static const char *
find(void *arg, const char *name)
{
	(void)arg;
	return name[0] == 'F' ? "a/b@c" : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lists_env env = { find, NULL };
	struct inventory_mistakes m = { 0 }, notes = { 0 };
	struct inventory_form form = { .file = "f", .notes = &notes };
	struct lists_wish wish = { .form = &form, .env = &env };
	struct inventory *a = inventory_new(), *b = inventory_new();

	if (size > 0) {
		wish.from = (enum lists_from)(data[0] & 3);
		form.relay = data[0] & 4 ? "rtsp://r:8554" : NULL;
	}
	if (size > 0 && a != NULL && b != NULL &&
	    lists_read(a, &wish, data + 1, size - 1, &m)) {
		char *csv = inventory_write_given(a, INVENTORY_FEEDS);

		assert(m.count == 0);
		if (!fuzz_short())
			assert(inventory_read(b, INVENTORY_FEEDS, "g", csv,
			    strlen(csv), &m));
		free(csv);
	}
	inventory_free(&a);
	inventory_free(&b);
	inventory_mistakes_fini(&m);
	inventory_mistakes_fini(&notes);
	return 0;
}
