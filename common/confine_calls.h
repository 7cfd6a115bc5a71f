/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confine_calls.h: the system calls, and which permission of confine.h lets
 * each through under which conditions. Only data. For confine.c and its tests.
 */
#ifndef COMMON_CONFINE_CALLS_H
#define COMMON_CONFINE_CALLS_H

#include <stddef.h>

#include <seccomp.h>

struct confine_call {
	int number;
	unsigned may;	/* any of these; 0 = everybody */
	unsigned count; /* of `when`: all must hold */
	struct scmp_arg_cmp when[3];
};

/* NULL beyond the last. A call may have several rows: any of them lets it
 * through. */
const struct confine_call *confine_calls(size_t i);

#endif
