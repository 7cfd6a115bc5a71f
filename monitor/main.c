/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c: the command table of camwarden. Each command is one file of
 * monitor/cli; the names that begin with an underscore are roles that the
 * monitor starts itself. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "monitor/cli/cli.h"
#include "monitor/cli/judge_command.h"
#include "monitor/cli/probe.h"
#include "monitor/courier/courier.h"
#include "monitor/courier/folder.h"
#include "monitor/http/agents.h"
#include "monitor/http/relays.h"
#include "monitor/http/web.h"
#include "monitor/nightly/nightly_process.h"
#include "monitor/people/hasher.h"

static const struct {
	const char *name;
	cli_command_fn *run;
	const char *what;
	const char *example;
} commands[] = {
	{ "run", cli_run, "watch all feeds until stopped",
	    "camwarden run --config camwarden.yaml" },
	{ "check", cli_check, "is the configuration right, what will it need",
	    "camwarden check --config camwarden.yaml --feeds cameras.csv" },
	{ "probe", command_probe,
	    "examine one stream or file, without a "
	    "monitor",
	    "camwarden probe rtsp://10.1.2.3/stream1 --for 30" },
	{ "judge", command_judge, "judge what a probe has recorded",
	    "camwarden judge gate3.record --json" },
	{ "status", cli_status, "what is up, degraded, down, unknown",
	    "camwarden status --state down" },
	{ "incidents", cli_incidents, "troubles, and acknowledging them",
	    "camwarden incidents --all --limit 20" },
	{ "sites", cli_sites, "the inventory: places, and how they are",
	    "camwarden sites show North" },
	{ "devices", cli_devices, "the inventory: cameras and recorders",
	    "camwarden devices list --state down" },
	{ "feeds", cli_feeds, "the inventory: streams",
	    "camwarden feeds import cameras.csv" },
	{ "consoles", cli_consoles, "those who watch: who is there now",
	    "camwarden consoles import consoles.csv screens.csv" },
	{ "roster", cli_roster, "who should be where, and who is missing",
	    "camwarden roster now" },
	{ "maintenance", cli_maintenance, "announced work on cameras",
	    "camwarden maintenance add --site North --for 2h --reason lens" },
	{ "mute", cli_mute, "alerts kept silent, by whom and until when",
	    "camwarden mute list" },
	{ "report", cli_report, "what happened in a day, or any span",
	    "camwarden report --date yesterday -o report.html" },
	{ "reports", cli_reports,
	    "the nightly reports that were made and mailed",
	    "camwarden reports --limit 7" },
	{ "user", cli_user, "who may do what: people, programs, wall screens",
	    "camwarden user add dana --role supervisor --site North" },
	{ "unwatched", cli_unwatched, "what nobody could see, and when",
	    "camwarden unwatched --from 2026-11-01 --to 2026-12-01" },
	{ "alerts", cli_alerts, "who was told of what, and what was held back",
	    "camwarden alerts held" },
	{ "deliveries", cli_deliveries, "what was sent outside, and what waits",
	    "camwarden deliveries --waiting" },
	{ "ledger", cli_ledger, "the record, and whether it is still whole",
	    "camwarden ledger verify --db copy.db --key ledger.pub" },
	{ "credentials", cli_credentials,
	    "the passwords of cameras: can they be opened; another key",
	    "camwarden credentials rekey" },
	{ "backup", cli_backup, "a copy of the database, while it is used",
	    "camwarden backup /mnt/nas/camwarden.db" },
	{ "restore", cli_restore, "a backup in the place of the database",
	    "camwarden restore /mnt/nas/camwarden.db --reason 'new disk'" },
	{ "support-bundle", cli_support_bundle,
	    "what somebody who helps needs to know, in one file",
	    "camwarden support-bundle /tmp/bundle.tar.gz" },
	/* roles, not for people */
	{ "_agents", agents_process_main, NULL, NULL },
	{ "_append", folder_append_main, NULL, NULL },
	{ "_courier", courier_process_main, NULL, NULL },
	{ "_hash", hash_process_main, NULL, NULL },
	{ "_nightly", nightly_process_main, NULL, NULL },
	{ "_relays", relays_process_main, NULL, NULL },
	{ "_web", web_process_main, NULL, NULL },
	{ "_reader", reader_process_main, NULL, NULL },
	{ "_routes", rights_print_main, NULL, NULL },
	{ "_resolver", command_resolver, NULL, NULL },
};

#define COUNT (sizeof(commands) / sizeof(commands[0]))

static int
help(void)
{
	printf("usage: camwarden COMMAND [options]\n\n"
	       "Watches thousands of camera streams and says which are dead, "
	       "stalled or frozen.\n\n");
	for (size_t i = 0; i < COUNT; i++)
		if (commands[i].what != NULL)
			printf("  %-10s %s\n             %s\n",
			    commands[i].name, commands[i].what,
			    commands[i].example);
	printf("\nEach has --help. camwarden --version prints the version.\n\n"
	       "exit: 0 done and all is well; 1 done, something is wrong; "
	       "2 not done (usage,\nenvironment; probe: not examined); 3 the "
	       "monitor does not run\n");
	return CLI_OK;
}

/* The known command nearest to a mistyped one, or NULL. */
static const char *
begins_like(const char *word)
{
	for (size_t i = 0; i < COUNT; i++)
		if (commands[i].what != NULL && word[0] != '\0' &&
		    strncmp(commands[i].name, word, strlen(word)) == 0)
			return commands[i].name;
	return NULL;
}

/* Passwords and keys pass through most of it: into no core dump, of this
 * process or of those it starts. One byte: a limit of none does not hold where
 * dumps go to a program. */
static void
stay_private(void)
{
	const struct rlimit none = { 1, 1 };

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
}

int
main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "--help";

	stay_private();
	if (strcmp(word, "--help") == 0 || strcmp(word, "help") == 0)
		return help();
	if (strcmp(word, "--version") == 0) {
		printf("camwarden " CAMWARDEN_VERSION "\n");
		return CLI_OK;
	}
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(commands[i].name, word) == 0)
			return commands[i].run(argc - 1, argv + 1);
	const char *near = begins_like(word);

	cli_say("'%.40s' is no command%s%s%s", word,
	    near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
	fprintf(stderr, "Try 'camwarden --help'.\n");
	return CLI_FAILED;
}
