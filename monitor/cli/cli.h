/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli.h: what every subcommand shares: common options, exit codes, printing.
 * Input is a person's command line; what is printed may come from cameras and
 * spreadsheets, so control bytes never reach a terminal.
 */
#ifndef MONITOR_CLI_CLI_H
#define MONITOR_CLI_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "monitor/config/config.h"

/* Exit codes, the same for every command (`camwarden --help` lists them). */
#define CLI_OK 0	  /* done; nothing is wrong */
#define CLI_TROUBLE 1	  /* done; something is wrong (a feed, a file) */
#define CLI_FAILED 2	  /* not done: usage, environment */
#define CLI_NOT_RUNNING 3 /* done as far as a dead monitor allows */

#define CLI_CONFIG_PATH "/etc/camwarden/camwarden.yaml"

struct cli {
	const char *config_path; /* --config; NULL: the usual one, if there */
	const char *state_dir;	 /* --state-dir; over the configuration's */
	bool json;		 /* --json */
	struct monitor_config config; /* after cli_config */
};

/* The options that every command has, for its getopt_long table. */
#define CLI_OPTIONS                                                            \
	{ "config", required_argument, NULL, 'c' },                            \
	    { "state-dir", required_argument, NULL, 'D' },                     \
	    { "json", no_argument, NULL, 'j' },                                \
	{                                                                      \
		"help", no_argument, NULL, 'h'                                 \
	}
/* Takes one of them; false when it is another. `help` is printed for -h and
 * ends the program with 0. */
bool cli_option(struct cli *cli, int option, const char *help);
/* Loads the configuration; false after printing every fault to stderr. */
bool cli_config(struct cli *cli);
/* A reader of its database, after cli_config; NULL after saying why. */
struct store_reader *cli_reader(const struct cli *cli);
/* "camwarden: text" to stderr. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "try 'camwarden X --help'"; returns CLI_FAILED. */
int cli_usage(const char *command);

/* Text to a person's terminal: control bytes and broken UTF-8 as '?'. */
void cli_put(FILE *out, const char *text);
/* The same of each of its lines. */
void cli_put_lines(FILE *out, const char *text);

/* "42", as lists number things -> 42; 0: it is no number from 1 on. */
int64_t cli_number(const char *text);

/* All of a file ("-" = standard input) of at most `most` bytes; NULL after
 * saying why. Given. */
char *cli_slurp(const char *path, size_t most, size_t *length_out);

/* A table whose columns fit their content; cells are copied. */
struct cli_table {
	unsigned columns;
	size_t count, size; /* cells */
	char **cell;	    /* owned */
};

void cli_table_init(struct cli_table *t, unsigned columns);
/* .. with its first row. */
void cli_table_heads(struct cli_table *t, unsigned columns,
    const char *const *heads);
/* The next cell of the current row, printf-like. */
void cli_table_add(struct cli_table *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints (out NULL: does not) and frees. The first row is the heading. */
void cli_table_print(struct cli_table *t, FILE *out);

/* "2026-03-29 01:59:58Z"; "-" for 0. */
const char *cli_utc(int64_t utc_us, char out[24]);
/* "1,240". */
#define CLI_COUNT_BYTES 32
const char *cli_count(long long n, char out[CLI_COUNT_BYTES]);
/* "12 s", "5 min", "3 h", "2 d"; "-" when negative. */
const char *cli_age(int64_t us, char out[24]);
/* "2026-03-29T01:59:58.123Z" for JSON. */
const char *cli_iso(int64_t utc_us, char out[32]);
/* The same as JSON, null for never (0); given. */
struct json_t *cli_json_time(int64_t utc_us);
/* What --json prints: indented, a line's end behind it. */
void cli_print_json(const struct json_t *json);

/* The commands: argv[0] is the command's own name. Exit code. */
typedef int cli_command_fn(int argc, char **argv);
cli_command_fn cli_run, cli_check, cli_status, cli_sites, cli_devices,
    cli_feeds, cli_incidents, cli_consoles, cli_roster, cli_unwatched,
    cli_maintenance, cli_mute, cli_report, cli_reports, cli_ledger, cli_user,
    cli_backup, cli_restore, cli_credentials, cli_deliveries,
    cli_support_bundle, cli_alerts;
/* `feeds reference` and `devices discover`, commands of their own. */
cli_command_fn cli_reference, cli_discover;

#endif
