/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wash.h: bytes that a device calls XML -> bytes that may be given to a parser:
 * UTF-8 throughout, no more in one tag than a parser bears (it compares each
 * attribute with each other). PURE, hostile input.
 */
#ifndef PROBES_DEVICE_PROTO_WASH_H
#define PROBES_DEVICE_PROTO_WASH_H

#include <stddef.h>
#include <stdint.h>

#include "common/cursor.h"

#define WASH_TAG_BYTES (16u << 10)

/* In place: what is no UTF-8 becomes '?', and so do controls. The span is what
 * lies between the blanks (and NULs) at either end. NULL, or what is wrong. */
const char *wash(uint8_t *bytes, size_t n, struct span *out);

/* A device's text into a field: cut at a character's border, '?' for what
 * would move a cursor. */
void wash_copy(char *out, size_t size, const char *text);

#endif
