/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lists.h: the configuration of Frigate, MediaMTX or go2rtc -> the cameras it
 * knows, as feeds of an inventory. PURE but for the YAML; hostile input, of
 * which every mistake is said with its place. Called by the CLI.
 */
#ifndef MONITOR_LISTS_LISTS_H
#define MONITOR_LISTS_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/inventory/inventory_form.h"

#define LISTS_BYTES (16u << 20) /* of a file */

enum lists_from {
	LISTS_GUESS, /* told by what it holds */
	LISTS_FRIGATE,
	LISTS_MEDIAMTX,
	LISTS_GO2RTC
};
/* "frigate"; false: none of them. */
bool lists_named(const char *word, enum lists_from *out);

/* What placeholders stand for; NULL: not known. */
struct lists_env {
	const char *(*find)(void *arg, const char *name);
	void *arg;
};

struct lists_wish {
	const struct inventory_form *form;
	enum lists_from from;
	const struct lists_env *env; /* NULL: nothing is known */
};
/* False: inv is not to be used. form->notes gets what was left out and why. */
bool lists_read(struct inventory *inv, const struct lists_wish *wish,
    const void *bytes, size_t length, struct inventory_mistakes *mistakes_out);

#endif
