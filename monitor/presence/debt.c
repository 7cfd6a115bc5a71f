/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/presence/debt.h"

#include <stdlib.h>

#define S_US 1000000

static int
more_owed(const void *a, const void *b)
{
	const struct debt *x = a, *y = b;

	if (x->owed != y->owed)
		return x->owed > y->owed ? -1 : 1;
	if (x->good != y->good)
		return x->good ? -1 : 1;
	return x->feed < y->feed ? -1 : x->feed > y->feed;
}

size_t
debt_sort(struct debt *debts, size_t count, int64_t since_us, int64_t now_us)
{
	size_t i, owing = 0;

	for (i = 0; i < count; i++) {
		struct debt *d = &debts[i];
		int64_t seen = d->seen_us > since_us ? d->seen_us : since_us;
		uint64_t weight = d->criticality ? d->criticality : 1;

		d->owed = d->shown || seen >= now_us
			      ? 0
			      : (uint64_t)(now_us - seen) / S_US * weight;
		owing += d->owed > 0;
	}
	qsort(debts, count, sizeof(debts[0]), more_owed);
	return owing;
}
