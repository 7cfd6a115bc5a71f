/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hex.h: bytes <-> hexadecimal letters, a UUID <-> its 36. PURE; what is read
 * may be hostile. Anybody may call it. */
#ifndef COMMON_HEX_H
#define COMMON_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2 n small letters and NUL. */
void hex_print(const void *bytes, size_t n, char *out);
/* Exactly 2 n letters, small or large, then NUL; out may be half written when
 * false. */
bool hex_read(const char *text, uint8_t *out, size_t n);

#define UUID_TEXT 37 /* with its NUL */
void uuid_print(const uint8_t uuid[16], char out[UUID_TEXT]);
/* The first 36 letters of text; what follows is the caller's to look at. */
bool uuid_read(const char *text, uint8_t uuid_out[16]);

#endif
