/* SPDX-License-Identifier: GPL-3.0-or-later */
/* short.h: memory that ends. While a run is armed, the n-th allocation of the
 * code under a target fails, and only it; a target's own never does, nor does
 * one of a shared library (jansson's lexer doesn't bear it). Linked with
 * --wrap into the replay programs. */
#ifndef TESTS_FUZZ_SHORT_H
#define TESTS_FUZZ_SHORT_H

#include <stdbool.h>

/* From now on; 0 = none fails. */
void short_arm(unsigned nth);
bool short_armed(void);
/* Whether it came to that one since. */
bool short_came(void);

#endif
