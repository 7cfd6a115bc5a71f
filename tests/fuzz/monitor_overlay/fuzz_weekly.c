/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as the weekly hours of a maintenance: none, or hours that are
 * printed and read again as the same. */
#include "monitor/overlay.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct overlay_wish a, b;
	char *text = fuzz_text(data, size), shown[64];

	if (overlay_weekly_parse(text, &a)) {
		overlay_weekly_print(a.days, a.begin_minute, a.end_minute,
		    shown);
		assert(overlay_weekly_parse(shown, &b));
		assert(a.days == b.days && a.begin_minute == b.begin_minute &&
		       a.end_minute == b.end_minute);
	}
	free(text);
	return 0;
}
