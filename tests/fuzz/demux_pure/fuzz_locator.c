/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines: URL, user, password, an address. What libavformat would open never
 * ends a header line, and is of a scheme that we know. */
#include "common/address.h"
#include "probes/demux/locator.h"
#include "tests/fuzz/fuzz.h"

static void
line(char **at, char *out, size_t size)
{
	snprintf(out, size, "%s", fuzz_word(at, '\n'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wire_feed_add feed;
	static struct locator l;
	char *text = fuzz_text(data, size), *at = text, address[64];

	memset(&feed, 0, sizeof(feed));
	line(&at, feed.url, sizeof(feed.url));
	line(&at, feed.user, sizeof(feed.user));
	line(&at, feed.password, sizeof(feed.password));
	line(&at, address, sizeof(address));
	feed.address_count = address_parse(address, &feed.addresses[0]);
	if (locator_make(&feed, &l) == NULL) {
		size_t n = strlen(l.headers);

		assert(strlen(l.url) < sizeof(l.url) && l.url[0] != '\0');
		assert(strpbrk(l.url, "\r\n") == NULL);
		assert(strncasecmp(l.url, "file", 4) != 0);
		assert(n == 0 || strchr(l.headers, '\n') == l.headers + n - 1);
		assert(n == 0 || strchr(l.headers, '\r') == l.headers + n - 2);
	}
	free(text);
	return 0;
}
