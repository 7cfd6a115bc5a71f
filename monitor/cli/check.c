/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: is the configuration (and a list of feeds) right, are the files that
 * it names what they should be, and what will it ask of this machine? Starts
 * nothing, changes nothing. */
#include "monitor/cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <jansson.h>

#include "monitor/cli/check_load.h"
#include "monitor/cli/check_outside.h"
#include "monitor/cli/check_tls.h"
#include "monitor/cli/credentials_look.h"
#include "monitor/cli/feed_list.h"
#include "monitor/cli/inventory_local.h"
#include "monitor/inventory/ration.h"
#include "monitor/store/store_read.h"

static const char help[] =
    "usage: camwarden check [--config FILE] [--feeds FILE] [--json]\n"
    "\n"
    "Reads the configuration, and the feeds of a CSV or else of the database, "
    "and\n"
    "tells every mistake as file:line:column, without starting anything; opens "
    "the\n"
    "files of certificates, mail, keys and witnesses. Then prints what to "
    "expect:\n"
    "Mbit/s, file descriptors, memory.\n"
    "\n"
    "  --feeds FILE      this list in place of the database's; it is read as "
    "by\n"
    "                    `feeds import`, with its options:\n" FEED_LIST_HELP
    "  --kbps N          bit rate of a feed to reckon with (2000)\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden check --config camwarden.yaml --feeds cameras.csv\n"
    "\n"
    "exit: 0 all is well, 1 a mistake, or more than this machine allows, 2 not "
    "done\n";

struct check {
	struct cli cli;
	const char *feeds;
	struct feed_list_options list; /* how to read them */
	unsigned kbps;
	int code;
};

static struct inventory *
read_list(const struct check *c)
{
	struct inventory *inv = NULL;
	struct feed_list l;

	if (feed_list_read(&l, &c->list, INVENTORY_FEEDS, c->feeds)) {
		inv = l.inv;
		l.inv = NULL;
	}
	cli_put_lines(stderr, l.mistakes.text != NULL ? l.mistakes.text : "");
	feed_list_fini(&l);
	return inv;
}

/* The database's feeds; an empty list where there is none. */
static struct inventory *
read_database(const char *dir)
{
	char error[256];
	uint64_t revision;
	struct store_reader *r = store_reader_open(dir, error);
	struct inventory *inv = NULL;

	if (r != NULL)
		inv = store_read_inventory(r, false, &revision);
	store_reader_close(&r);
	return inv != NULL ? inv : inventory_new();
}

/* The ceilings in force count for a list that is not imported yet, too. */
static void
take_sites(struct inventory *inv, const char *dir)
{
	struct inventory *now = read_database(dir);

	for (size_t i = 0; now != NULL && i < now->site_count; i++) {
		struct inventory_site *s = inventory_add_site(inv);
		const char *path = inventory_string(inv, now->sites[i].path);

		if (s == NULL || path == NULL)
			break;
		s->path = path;
		s->ceiling_kbps = now->sites[i].ceiling_kbps;
	}
	inventory_free(&now);
}

static json_t *
lines_json(const struct ration *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->site_count; i++) {
		const struct ration_site *s = &r->sites[i];

		json_array_append_new(list,
		    json_pack("{s:s, s:i, s:I, s:I, s:i, s:i, s:i, s:i}",
			"site", s->path, "ceiling_kbps", (int)s->ceiling_kbps,
			"expected_kbps", (json_int_t)s->expected_kbps,
			"wanted_kbps", (json_int_t)s->wanted_kbps, "held",
			(int)s->held, "visited", (int)s->visited, "left_out",
			(int)s->left_out, "every_s", (int)s->every_s));
	}
	return list;
}

static void
print_lines(const struct ration *r)
{
	char text[RATION_TEXT];

	for (size_t i = 0; i < r->site_count; i++) {
		printf("line            ");
		cli_put(stdout, r->sites[i].path);
		printf(": %s\n", ration_text(&r->sites[i], text));
	}
}

static void
print_json(const struct check_load *l, const struct ration *r,
    const struct check *c)
{
	json_t *root =
	    json_pack("{s:b, s:i, s:i, s:i, s:i, s:f, s:i, s:i, s:I, "
		      "s:I, s:o}",
		"ok", c->code == CLI_OK, "feeds", (int)l->feeds, "demux_feeds",
		(int)l->demux_feeds, "demux_capacity", (int)l->demux_capacity,
		"off", (int)l->off, "mbit_s", l->mbit_s, "descriptors",
		(int)l->descriptors, "descriptors_largest_process",
		(int)l->descriptors_one, "descriptors_allowed",
		(json_int_t)l->descriptors_allowed, "memory_mib",
		(json_int_t)l->memory_mib, "lines", lines_json(r));

	cli_print_json(root);
	json_decref(root);
}

static void
print_text(const struct check_load *l, const struct ration *r,
    const struct monitor_config *config)
{
	printf("feeds           %u (%u by the demux probe, room for %u), %u "
	       "off\n",
	    l->feeds, l->demux_feeds, l->demux_capacity, l->off);
	printf("network         %.1f Mbit/s\n", l->mbit_s);
	print_lines(r);
	printf("descriptors     %u in all, %u in the largest process; allowed "
	       "%llu\n",
	    l->descriptors, l->descriptors_one,
	    (unsigned long long)l->descriptors_allowed);
	printf("memory          about %llu MiB\n",
	    (unsigned long long)l->memory_mib);
	if (!config->network_watch)
		printf("our own loss    not told from theirs "
		       "(network.watch: false)\n");
	else if (config->reference_count == 0)
		printf("our own loss    told by cable and gateway; beyond it "
		       "only with network.references\n");
	else
		printf("our own loss    told by cable, gateway and %u "
		       "reference hosts\n",
		    config->reference_count);
}

static void
weigh(struct check *c, const struct inventory *inv)
{
	struct ration *ration = ration_new(inv, NULL, c->kbps);
	struct check_load load;
	struct rlimit files = { 0 };

	if (ration == NULL) {
		cli_say("memory is out");
		c->code = CLI_FAILED;
		return;
	}
	getrlimit(RLIMIT_NOFILE, &files);
	check_load_reckon(inv, &c->cli.config,
	    (unsigned)sysconf(_SC_NPROCESSORS_ONLN), &load);
	load.mbit_s = (double)ration->expected_kbps / 1000.0;
	/* The monitor raises its soft limit to the hard one at start. */
	load.descriptors_allowed = files.rlim_max;
	if (load.descriptors_one > files.rlim_max) {
		cli_say("the largest process needs %u file descriptors and may "
			"have %llu: raise LimitNOFILE",
		    load.descriptors_one, (unsigned long long)files.rlim_max);
		c->code = CLI_TROUBLE;
	}
	char *over = inventory_local_capacity(&c->cli.config, inv);

	if (over != NULL) {
		cli_say("%s", over);
		c->code = CLI_TROUBLE;
	}
	free(over);
	if (c->cli.json)
		print_json(&load, ration, c);
	else
		print_text(&load, ration, &c->cli.config);
	ration_free(&ration);
}

static unsigned
check_credentials(const struct monitor_config *config)
{
	json_t *look = credentials_look(config);
	char *text = look != NULL ? credentials_look_text(look) : NULL;
	bool bad = text != NULL && text[0] != '\0';

	if (bad)
		cli_say("passwords of cameras can't be opened: %s", text);
	free(text);
	json_decref(look);
	return bad;
}

static bool
parse_options(struct check *c, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "feeds", required_argument, NULL, 'f' },
		{ "kbps", required_argument, NULL, 'k' }, FEED_LIST_OPTIONS,
		{ 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'f')
			c->feeds = optarg;
		else if (option == 'k')
			c->kbps = (unsigned)strtoul(optarg, NULL, 10);
		else if (option > 1000 ? !feed_list_option(&c->list, option)
				       : !cli_option(&c->cli, option, help))
			return false;
	}
	if (optind == argc && c->kbps > 0 && c->kbps < 1000000)
		return true;
	cli_say("%s", optind < argc ? "one argument too many"
				    : "--kbps: expected 1 to 999999");
	return false;
}

int
cli_check(int argc, char **argv)
{
	struct check c = { .kbps = 2000, .code = CLI_OK };
	struct inventory *inv;

	if (!parse_options(&c, argc, argv))
		return cli_usage(argv[0]);
	bool good = cli_config(&c.cli);

	/* All mistakes at once: the list is read even when the configuration
	 * is wrong. */
	if (c.feeds != NULL) {
		inv = read_list(&c);
		if (good && inv != NULL)
			take_sites(inv, c.cli.config.state_dir);
	} else {
		inv = good ? read_database(c.cli.config.state_dir)
			   : inventory_new();
	}
	if (good && inv != NULL)
		weigh(&c, inv);
	else
		c.code = CLI_TROUBLE;
	if (good && check_outside(&c.cli.config) + check_tls(&c.cli.config) +
			    check_credentials(&c.cli.config) >
			0)
		c.code = CLI_TROUBLE;
	inventory_free(&inv);
	if (c.code == CLI_OK && !c.cli.json)
		printf("all is well\n");
	return c.code;
}
