/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/mistake.h"
#include "monitor/lists/lists_parts.h"

bool
lists_read(struct inventory *inv, const struct lists_wish *wish,
    const void *bytes, size_t length, struct inventory_mistakes *mistakes_out)
{
	struct node_tree *tree = NULL;

	if (length > LISTS_BYTES)
		mistake_add(mistakes_out,
		    (struct mistake_place){ wish->form->file, 0, 0 },
		    "the file is too long, expected at most 16 MiB");
	else
		tree =
		    node_parse(wish->form->file, bytes, length, mistakes_out);
	bool well = tree != NULL &&
		    lists_take(inv, wish, node_root(tree), mistakes_out);

	node_free(&tree);
	return well;
}
