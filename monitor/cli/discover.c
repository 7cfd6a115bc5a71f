/* SPDX-License-Identifier: GPL-3.0-or-later */
/* devices discover: finds cameras by ONVIF and asks them where they stream.
 * Changes nothing; its CSV is what `feeds import` reads. */
#include "monitor/cli/cli.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/address.h"
#include "monitor/cli/discover_print.h"
#include "monitor/cli/secret.h"
#include "monitor/inventory/inventory.h"

static const char help[] =
    "usage: camwarden devices discover [OPTION]... [ADDRESS|RANGE|URL]...\n"
    "\n"
    "Finds cameras and recorders by ONVIF and asks each where its streams "
    "are.\n"
    "Without an address it searches the networks that this machine is in\n"
    "(WS-Discovery); ranges are searched address by address, a single address "
    "is\n"
    "asked in any case. Changes nothing: import the CSV that it makes.\n"
    "\n"
    "  --user NAME        log in where that is asked for; the password comes "
    "from\n"
    "                     the variable " SECRET_VARIABLE " or is asked. A "
    "device\n"
    "                     that refuses it is not tried again\n"
    "  --passwords FILE   users and passwords of their own: a CSV with "
    "device,\n"
    "                     user, password; * for all others\n"
    "  --basic            also where the password goes in the clear\n"
    "  --csv              rows for `feeds import`, without passwords: of each\n"
    "                     camera its largest stream, and its smallest\n"
    "  --site PATH        of the CSV's rows\n"
    "  --keep-host        keep the host that a stream's URL names, though it "
    "is not\n"
    "                     the device's address\n"
    "  --interface NAME   search this network only; may be repeated\n"
    "  --search           search the networks, too, when addresses are given\n"
    "  --wait SECONDS     for answers to the search (3)\n"
    "  --timeout SECONDS  for one answer of a device (10)\n"
    "  --at-once N        devices asked at the same time, 1 to 64 (8)\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "examples:\n"
    "  camwarden devices discover\n"
    "  camwarden devices discover --user admin --csv 10.1.2.0/24 >found.csv\n"
    "  camwarden devices discover https://10.1.2.7/onvif/device_service "
    "--json\n"
    "\n"
    "exit: 0 all that were found told all, 1 some did not or none was found,\n"
    "2 not done\n";

#define NAMES_MOST 16

struct discover {
	struct cli cli;
	struct discover_ask ask;
	const char *user, *site, *passwords;
	const char *interfaces[NAMES_MOST]; /* --interface */
	unsigned interface_count;
	bool csv, search;
};

/* --- options */

/* Seconds with a fraction -> milliseconds in [1, 600 s]. */
static bool
take_ms(const char *text, uint32_t *out)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end != '\0' || !(v >= 0.001) || v > 600)
		return false;
	*out = (uint32_t)(v * 1000);
	return true;
}

static bool
take_interface(struct discover *d, const char *name)
{
	if (d->interface_count == NAMES_MOST)
		return false;
	d->interfaces[d->interface_count++] = name;
	return true;
}

enum option_number {
	OPT_USER = 256,
	OPT_PASSWORDS,
	OPT_BASIC,
	OPT_CSV,
	OPT_SITE,
	OPT_KEEP_HOST,
	OPT_INTERFACE,
	OPT_SEARCH,
	OPT_WAIT,
	OPT_TIMEOUT,
	OPT_AT_ONCE,
};

/* NULL, or what is wrong with its value. */
static const char *
take_option(struct discover *d, int option)
{
	int64_t n;

	switch (option) {
	case OPT_USER:
		d->user = optarg;
		return NULL;
	case OPT_PASSWORDS:
		d->passwords = optarg;
		return NULL;
	case OPT_BASIC:
		d->ask.begin.basic_ok = true;
		return NULL;
	case OPT_CSV:
		d->csv = true;
		return NULL;
	case OPT_SITE:
		d->site = optarg;
		return NULL;
	case OPT_KEEP_HOST:
		d->ask.begin.keep_host = true;
		return NULL;
	case OPT_INTERFACE:
		return take_interface(d, optarg) ? NULL
						 : "too many of --interface";
	case OPT_SEARCH:
		d->search = true;
		return NULL;
	case OPT_WAIT:
		return take_ms(optarg, &d->ask.begin.wait_ms)
			   ? NULL
			   : "--wait wants seconds, up to 600";
	case OPT_TIMEOUT:
		return take_ms(optarg, &d->ask.begin.timeout_ms)
			   ? NULL
			   : "--timeout wants seconds, up to 600";
	case OPT_AT_ONCE:
		n = cli_number(optarg);
		d->ask.begin.at_once = (uint32_t)n;
		return n >= 1 && n <= 64 ? NULL : "--at-once wants 1 to 64";
	}
	return "";
}

static bool
take_options(struct discover *d, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "user", required_argument, NULL, OPT_USER },
		{ "passwords", required_argument, NULL, OPT_PASSWORDS },
		{ "basic", no_argument, NULL, OPT_BASIC },
		{ "csv", no_argument, NULL, OPT_CSV },
		{ "site", required_argument, NULL, OPT_SITE },
		{ "keep-host", no_argument, NULL, OPT_KEEP_HOST },
		{ "interface", required_argument, NULL, OPT_INTERFACE },
		{ "search", no_argument, NULL, OPT_SEARCH },
		{ "wait", required_argument, NULL, OPT_WAIT },
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		{ "at-once", required_argument, NULL, OPT_AT_ONCE }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		const char *fault = NULL;

		if (option >= OPT_USER)
			fault = take_option(d, option);
		else if (!cli_option(&d->cli, option, help))
			return false; /* getopt has said it */
		if (fault != NULL) {
			cli_say("%s", fault);
			return false;
		}
	}
	return true;
}

/* --- our networks */

static bool
wanted(const struct discover *d, const struct ifaddrs *i)
{
	for (unsigned k = 0; k < d->interface_count; k++)
		if (strcmp(d->interfaces[k], i->ifa_name) == 0)
			return true;
	return d->interface_count == 0 &&
	       (i->ifa_flags & (IFF_UP | IFF_MULTICAST | IFF_LOOPBACK)) ==
		   (IFF_UP | IFF_MULTICAST);
}

static uint8_t
prefix_of(const struct sockaddr *mask)
{
	uint32_t m =
	    mask != NULL
		? ntohl(((const struct sockaddr_in *)(const void *)mask)
			    ->sin_addr.s_addr)
		: UINT32_MAX;
	uint8_t n = 0;

	while (n < 32 && (m & (UINT32_C(0x80000000) >> n)) != 0)
		n++;
	return n;
}

static bool
find_networks(struct discover *d)
{
	struct device_begin *b = &d->ask.begin;
	struct ifaddrs *list;

	if (getifaddrs(&list) != 0) {
		cli_say("this machine's networks can't be told");
		return false;
	}
	for (const struct ifaddrs *i = list;
	     i != NULL && b->interface_count < DEVICE_INTERFACES;
	     i = i->ifa_next) {
		struct device_interface *to =
		    &b->interfaces[b->interface_count];

		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET ||
		    !wanted(d, i))
			continue;
		to->address = (struct wire_address){ .family = 4 };
		memcpy(to->address.bytes,
		    &((const struct sockaddr_in *)(const void *)i->ifa_addr)
			 ->sin_addr,
		    4);
		to->prefix = prefix_of(i->ifa_netmask);
		b->interface_count++;
	}
	freeifaddrs(list);
	if (b->interface_count == 0)
		cli_say("no network here that could be searched (IPv4, up, "
			"multicast)%s",
		    d->interface_count > 0 ? " has that name" : "");
	return b->interface_count > 0;
}

/* --- whom */

static bool
look_up(const char *name, struct wire_address *out)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int error = getaddrinfo(name, NULL, &hints, &found);
	bool six;

	if (error != 0) {
		cli_say("%s: %s", name, gai_strerror(error));
		return false;
	}
	six = found->ai_family == AF_INET6;
	*out = (struct wire_address){ .family = six ? 6 : 4 };
	if (six)
		memcpy(out->bytes,
		    &((const struct sockaddr_in6 *)(const void *)found->ai_addr)
			 ->sin6_addr,
		    16);
	else
		memcpy(out->bytes,
		    &((const struct sockaddr_in *)(const void *)found->ai_addr)
			 ->sin_addr,
		    4);
	freeaddrinfo(found);
	return true;
}

static bool
take_target(struct discover *d, const char *text)
{
	char name[LIMIT_HOST_BYTES];
	struct device_target like;
	struct wire_address a;
	const char *fault =
	    discover_targets_read(&d->ask.targets, text, name, &like);

	if (fault != NULL) {
		cli_say("%s: %s", text, fault);
		return false;
	}
	if (name[0] == '\0')
		return true;
	if (!look_up(name, &a))
		return false;
	if (discover_targets_put(&d->ask.targets, &a, &like))
		return true;
	cli_say("more than %u addresses", DEVICE_MOST);
	return false;
}

static bool
take_targets(struct discover *d, int count, char **texts)
{
	bool good = true;

	for (int i = 0; i < count && good; i++)
		good = take_target(d, texts[i]);
	return good;
}

/* --- who logs in */

static bool
put_key(struct discover *d, const struct wire_address *a, const char *user,
    const char *password)
{
	struct discover_ask *ask = &d->ask;
	struct device_key *k;

	if (ask->keys == NULL)
		ask->keys = calloc(DEVICE_MOST, sizeof(*ask->keys));
	if (ask->keys == NULL || ask->key_count == DEVICE_MOST) {
		cli_say(ask->keys == NULL ? "memory is out"
					  : "more than 4096 passwords");
		return false;
	}
	k = &ask->keys[ask->key_count++];
	k->address = *a;
	snprintf(k->user, sizeof(k->user), "%s", user);
	snprintf(k->password, sizeof(k->password), "%s", password);
	return true;
}

static bool
put_row(struct discover *d, const struct inventory_device *row)
{
	const char *host = row->address[0] != '\0' ? row->address : row->name;
	struct wire_address a = { 0 };

	if (row->user[0] == '\0')
		return true;
	if (strcmp(host, "*") != 0 && !address_parse(host, &a) &&
	    !look_up(host, &a))
		return false;
	return put_key(d, &a, row->user, row->password);
}

static bool
take_passwords(struct discover *d)
{
	struct inventory_mistakes mistakes = { 0 };
	struct inventory *rows = inventory_new();
	size_t length = 0;
	char *csv = d->passwords != NULL
			? cli_slurp(d->passwords, 64u << 20, &length)
			: NULL;
	bool good = csv != NULL && rows != NULL &&
		    inventory_read(rows, INVENTORY_DEVICES, d->passwords, csv,
			length, &mistakes);

	if (mistakes.text != NULL)
		cli_put_lines(stderr, mistakes.text);
	for (size_t i = 0; good && i < rows->device_count; i++)
		good = put_row(d, &rows->devices[i]);
	if (csv != NULL)
		explicit_bzero(csv, length);
	free(csv);
	inventory_free(&rows);
	inventory_mistakes_fini(&mistakes);
	return good || d->passwords == NULL;
}

static bool
take_user(struct discover *d)
{
	static const struct wire_address others;
	char password[LIMIT_CREDENTIAL_BYTES] = "";
	const char *fault = NULL;
	bool good = true;

	if (d->user != NULL && strlen(d->user) >= LIMIT_CREDENTIAL_BYTES)
		fault = "the user name is too long";
	else if (d->user != NULL)
		fault = secret_take(password, sizeof(password));
	secret_forget();
	if (fault != NULL)
		cli_say("%s", fault);
	else if (d->user != NULL)
		good = put_key(d, &others, d->user, password);
	explicit_bzero(password, sizeof(password));
	return good && fault == NULL;
}

static void
forget_keys(struct discover *d)
{
	if (d->ask.keys != NULL)
		explicit_bzero(d->ask.keys, DEVICE_MOST * sizeof(*d->ask.keys));
	free(d->ask.keys);
	d->ask.keys = NULL;
}

/* --- what came of it */

static int
print(const struct discover *d, const struct discover_found *f)
{
	if (d->cli.json) {
		discover_print_json(f);
	} else if (d->csv) {
		char *csv =
		    discover_csv(f->devices, f->count, d->site, d->user);

		if (csv == NULL) {
			cli_say("memory is out");
			return CLI_FAILED;
		}
		fputs(csv, stdout);
		free(csv);
	} else {
		discover_print(f, d->ask.begin.keep_host);
	}
	discover_print_summary(f);
	return discover_well(f) ? CLI_OK : CLI_TROUBLE;
}

int
cli_discover(int argc, char **argv)
{
	static struct discover d; /* large */
	struct discover_found found;
	int code = CLI_FAILED;

	d = (struct discover){ .ask.begin = { .version = DEVICE_VERSION,
				   .at_once = 8,
				   .wait_ms = 3000,
				   .timeout_ms = 10000 },
		.site = "" };
	if (!take_options(&d, argc, argv))
		return cli_usage("devices discover");
	if (cli_config(&d.cli) &&
	    take_targets(&d, argc - optind, argv + optind) &&
	    ((d.ask.targets.count > 0 && !d.search) || find_networks(&d)) &&
	    take_passwords(&d) && take_user(&d)) {
		if (discover_session(d.cli.config.program_dir, &d.ask, &found))
			code = print(&d, &found);
		discover_found_fini(&found);
	}
	forget_keys(&d);
	return code;
}
