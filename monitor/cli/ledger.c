/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger: the record's own commands; each is a file ledger_*.c. */
#include "monitor/cli/cli.h"

#include <string.h>

#include "monitor/cli/ledger_witness.h"

static const struct {
	const char *name;
	cli_command_fn *run;
	const char *what;
} parts[] = {
	{ "witness", cli_ledger_witness,
	    "keep and cosign other installations' checkpoints" },
};

#define COUNT (sizeof(parts) / sizeof(parts[0]))

static void
print_help(FILE *out)
{
	fputs("usage: camwarden ledger COMMAND [options]\n\n", out);
	for (size_t i = 0; i < COUNT; i++)
		fprintf(out, "  %-9s %s\n", parts[i].name, parts[i].what);
	fputs("\nEach has --help.\n\nexample: camwarden ledger witness "
	      "--help\n",
	    out);
}

int
cli_ledger(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < COUNT; i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].run(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_help(stdout);
		return CLI_OK;
	}
	print_help(stderr);
	return CLI_FAILED;
}
