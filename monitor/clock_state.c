/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/clock_state.h"

#include <stdio.h>

static const int64_t classes_us[] = { 100000, 1000000, 10000000 };
#define CLASSES (sizeof(classes_us) / sizeof(classes_us[0]))

/* Between two answers of a time server the kernel lets its bound grow. */
static bool
other_class(int64_t told_us, int64_t now_us)
{
	for (size_t i = 0; i < CLASSES; i++) {
		bool above = told_us >= classes_us[i];

		if (above ? now_us < classes_us[i] / 2
			  : now_us >= classes_us[i])
			return true;
	}
	return false;
}

/* How far off an unsynchronised clock may be nobody counts: the kernel's bound
 * stands at its end. */
bool
clock_state_changed(const struct clock_state *told,
    const struct clock_state *now)
{
	if (now->known != told->known ||
	    now->synchronised != told->synchronised)
		return true;
	return now->known && now->synchronised &&
	       other_class(told->error_us, now->error_us);
}

const char *
clock_state_text(const struct clock_state *c, char *out, size_t size)
{
	if (!c->known)
		snprintf(out, size, "the kernel says nothing of its clock");
	else if (!c->synchronised)
		snprintf(out, size, "no time server sets the clock right");
	else
		snprintf(out, size,
		    "set right by a time server: off by at most %lld ms, "
		    "probably %lld ms",
		    (long long)(c->error_us + 999) / 1000,
		    (long long)(c->estimated_us + 999) / 1000);
	return out;
}
