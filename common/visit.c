/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/visit.h"

int64_t
visit_next_us(uint32_t every_s, uint32_t phase_s, int64_t now_us)
{
	int64_t every_us = every_s * 1000000ll;
	int64_t at_us =
	    now_us - now_us % every_us + phase_s % every_s * 1000000ll;

	return at_us < now_us ? at_us + every_us : at_us;
}
