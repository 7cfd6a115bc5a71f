/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger_witness.h: `camwarden ledger witness`, for the ledger command. Its
 * clients are hostile. */
#ifndef MONITOR_CLI_LEDGER_WITNESS_H
#define MONITOR_CLI_LEDGER_WITNESS_H

/* argv[0] is "witness". Exit code. */
int cli_ledger_witness(int argc, char **argv);

#endif
