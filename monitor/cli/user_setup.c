/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/user_setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "camwarden/people.h"

#define TOKEN_FILE "setup-token" /* monitor_claim.c writes it */

void
user_setup_link(const struct monitor_config *c, uint16_t port,
    const char *token, char out[USER_SETUP_LINK_BYTES])
{
	bool six = strchr(c->http_address, ':') != NULL;

	snprintf(out, USER_SETUP_LINK_BYTES, "%s://%s%s%s:%u/setup#%s",
	    c->http_certificate[0] != '\0' ? "https" : "http", six ? "[" : "",
	    c->http_address, six ? "]" : "", port, token);
}

/* Into out, or an exit code after saying why not. */
static int
token_read(const struct monitor_config *c, char out[PEOPLE_SECRET_BYTES])
{
	char path[CONFIG_PATH_BYTES + sizeof(TOKEN_FILE) + 1];
	FILE *f;

	snprintf(path, sizeof(path), "%s/" TOKEN_FILE, c->state_dir);
	f = fopen(path, "re");
	if (f == NULL && errno == ENOENT && access(c->state_dir, X_OK) == 0) {
		cli_say("the first user was made, or the monitor did not run "
			"yet");
		return CLI_TROUBLE;
	}
	size_t n = f != NULL ? fread(out, 1, PEOPLE_SECRET_BYTES - 1, f) : 0;

	out[n] = '\0';
	if (n != PEOPLE_SECRET_BYTES - 1)
		cli_say("%s: %s", path,
		    f == NULL ? strerror(errno) : "no token is in it");
	if (f != NULL)
		fclose(f);
	return n == PEOPLE_SECRET_BYTES - 1 ? CLI_OK : CLI_FAILED;
}

static void
print(const struct cli *cli, const char *link)
{
	const struct monitor_config *c = &cli->config;
	char host[256] = "";

	if (cli->json) {
		json_t *o = json_pack("{s:s}", "url", link);

		cli_print_json(o);
		json_decref(o);
		return;
	}
	printf("There is no user yet. The first one is made here, once:\n\n"
	       "  %s\n",
	    link);
	if (c->http_certificate[0] != '\0' || gethostname(host, 255) != 0)
		return;
	printf("\nThe pages are for this machine alone. From another one, "
	       "first:\n\n  ssh -L %u:%s:%u ",
	    c->http_port, c->http_address, c->http_port);
	cli_put(stdout, host);
	putchar('\n');
}

int
user_setup(const struct cli *cli)
{
	char token[PEOPLE_SECRET_BYTES], link[USER_SETUP_LINK_BYTES];
	int code;

	if (!cli->config.http_enabled || cli->config.http_port == 0) {
		cli_say(cli->config.http_enabled
			    ? "http.port is 0: the log says which it took"
			    : "http is not enabled: camwarden user add");
		return CLI_FAILED;
	}
	code = token_read(&cli->config, token);
	if (code != CLI_OK)
		return code;
	user_setup_link(&cli->config, cli->config.http_port, token, link);
	print(cli, link);
	explicit_bzero(token, sizeof(token));
	explicit_bzero(link, sizeof(link));
	return CLI_OK;
}
