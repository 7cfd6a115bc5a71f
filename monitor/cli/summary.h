/* SPDX-License-Identifier: GPL-3.0-or-later */
/* summary.h: how many feeds are well and how many are not, by cause and site:
 * "3,212 up, 300 wrong password, 188 unreachable". Of what the database has, or
 * of a trial. Names come from spreadsheets.
 */
#ifndef MONITOR_CLI_SUMMARY_H
#define MONITOR_CLI_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "camwarden/words.h"

struct summary_site {
	char *path; /* owned */
	uint32_t feeds, cause[CAUSE_COUNT];
};
struct summary {
	uint32_t feeds, off; /* off: in the inventory, not watched */
	uint32_t cause[CAUSE_COUNT];
	struct summary_site *sites; /* owned; in the order they came */
	size_t site_count;
};

/* One feed; false: no memory. */
bool summary_add(struct summary *s, const char *site, enum cause cause);
void summary_print(const struct summary *s);
/* {"feeds", "off", "causes": {"auth-failed": 300}, "sites": [{"site", "feeds",
 * "causes"}]}; given. NULL: no memory. */
json_t *summary_json(const struct summary *s);
void summary_fini(struct summary *s);
/* "wrong password"; the cause's own name where that says it. */
const char *summary_word(enum cause cause);

#endif
