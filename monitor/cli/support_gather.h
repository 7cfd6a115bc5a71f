/* SPDX-License-Identifier: GPL-3.0-or-later */
/* support_gather.h: what a support bundle holds: each part a text, made from
 * the running monitor's answers, the database read-only and /proc, and redacted
 * (support/redact.h) before it is handed on. Nothing of it is secret before,
 * either: passwords are not read. Works while the monitor is dead.
 */
#ifndef MONITOR_CLI_SUPPORT_GATHER_H
#define MONITOR_CLI_SUPPORT_GATHER_H

#include "monitor/cli/cli.h"
#include "monitor/support/redact.h"

struct support_part {
	const char *name; /* of the file */
	const char *what; /* a line for a person */
	char *text;	  /* owned; redacted */
	size_t length;
};

#define SUPPORT_PARTS 16

struct support {
	const struct cli *cli;
	struct redact *redact; /* owned */
	struct support_part part[SUPPORT_PARTS];
	unsigned count;
	bool no_memory;
	int pid; /* the running monitor's; 0 = none */
};

/* False: no memory, or no randomness. */
bool support_gather(struct support *s, const struct cli *cli, bool with_hosts);
void support_fini(struct support *s);

#endif
