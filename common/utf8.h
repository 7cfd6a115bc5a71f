/* SPDX-License-Identifier: GPL-3.0-or-later */
/* utf8.h: bytes of anybody -> letters, and back (RFC 3629). PURE; hostile
 * input. */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed sequence at p, of `left` bytes, at least one; 0 when
 * it is none. A zero byte ends any sequence: of a terminated text, left may be
 * UTF8_TEXT. */
size_t utf8_length(const void *p, size_t left);
#define UTF8_TEXT 4u
/* The letter that those bytes (utf8_length, not 0) stand for. */
uint32_t utf8_letter(const void *p, size_t length);
/* Its bytes; how many. */
size_t utf8_put(char out[UTF8_TEXT], uint32_t letter);

#endif
