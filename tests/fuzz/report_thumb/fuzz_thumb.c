/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a stored picture: refused, or made small. */
#include <stddef.h>
#include <stdint.h>

#include "monitor/report/report_thumb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ink out = { 0 };

	report_thumb_make(data, size, 160, 90, &out);
	ink_free(&out);
	return 0;
}
