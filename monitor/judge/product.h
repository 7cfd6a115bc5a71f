/* SPDX-License-Identifier: GPL-3.0-or-later */
/* product.h: the inner product of two rows, the loop that all correlating ends
 * in. PURE; here so that it is compiled into each loop around it. For the
 * judge's files only. */
#ifndef MONITOR_JUDGE_PRODUCT_H
#define MONITOR_JUDGE_PRODUCT_H

#include <stdint.h>

/* The caller sees to it that the sum fits. */
static inline int32_t
product(const int16_t *a, const int16_t *b, unsigned n)
{
	int32_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

#endif
