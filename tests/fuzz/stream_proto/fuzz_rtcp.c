/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtcp.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtcp_news news;
	int64_t us;

	if (rtcp_parse((struct span){ data, size }, size & 1, 0x1234, &news))
		rtcp_ntp_unix_us(news.ntp, &us);
	return 0;
}
