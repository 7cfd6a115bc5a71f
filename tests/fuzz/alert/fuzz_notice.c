/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a notice in the database: refused, or one whose texts end and
 * whose numbers are in range, and which writes back as the same bytes. */
#include "monitor/alert/notice.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[NOTICE_BYTES];
	static struct notice n;
	char key[48];

	if (!notice_read(&n, data, size))
		return 0;
	assert(n.kind > 0 && n.kind < NOTICE_KINDS);
	assert(n.severity < NOTICE_SEVERITIES && n.cause < CAUSE_COUNT);
	assert(n.feed_count <= NOTICE_FEEDS && n.item_count <= NOTICE_ITEMS);
	assert(memchr(n.place, '\0', sizeof(n.place)) != NULL);
	assert(memchr(n.url, '\0', sizeof(n.url)) != NULL);
	notice_key(&n, key);
	assert(notice_write(&n, bytes, sizeof(bytes)) == size);
	assert(memcmp(bytes, data, size) == 0);
	return 0;
}
