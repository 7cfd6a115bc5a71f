/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the body of any request that changes something: refused with a
 * sentence, or each member within its bounds. */
#include "monitor/cli/change_wish.h"
#include "tests/fuzz/fuzz.h"

static void
check(const struct change_wish *w)
{
	assert(strlen(w->reason) <= WISH_REASON_BYTES);
	assert(strlen(w->password) <= WISH_SECRET_BYTES);
	assert(strlen(w->text) <= WISH_TEXT_BYTES);
	assert(strlen(w->user) <= 64 && strlen(w->name) <= 64);
	assert(strlen(w->site) < LIMIT_NAME_BYTES);
	assert(w->for_s >= 0 && w->for_s <= WISH_FOR_MOST_S);
	assert(w->from_utc >= 0 && w->to_utc >= 0);
	assert(strpbrk(w->site, "\r\n\x1b") == NULL);
	for (size_t i = 0; i < json_array_size(w->feeds); i++)
		assert(json_is_string(json_array_get(w->feeds, i)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char fault[WISH_FAULT_BYTES];
	struct change_wish w;

	for (unsigned right = RIGHT_NONE; right < RIGHT_COUNT; right++) {
		if (!change_wish_read((enum right)right, (const char *)data,
			size, &w, fault)) {
			assert(fault[0] != '\0');
			continue;
		}
		check(&w);
		change_wish_fini(&w);
	}
	return 0;
}
