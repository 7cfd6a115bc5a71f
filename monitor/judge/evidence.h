/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence.h: numbers and words -> one JSON object in a fixed buffer. PURE.
 * What doesn't fit is left out whole, so that the object stays valid. */
#ifndef MONITOR_JUDGE_EVIDENCE_H
#define MONITOR_JUDGE_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

struct evidence {
	char *text;
	size_t size;
	size_t length;
	unsigned items;
};

/* text must hold at least 3 bytes. */
void evidence_open(struct evidence *e, char *text, size_t size);
/* value / unit with three decimals where unit is above 1. */
void evidence_number(struct evidence *e, const char *name, int64_t value,
    uint32_t unit);
/* Quotes and control bytes of the value are escaped: it may be hostile. */
void evidence_text(struct evidence *e, const char *name, const char *value);
void evidence_close(struct evidence *e);

#endif
