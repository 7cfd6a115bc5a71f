/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/token_command.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <jansson.h>
#include <openssl/sha.h>

#include "common/hex.h"
#include "monitor/cli/client.h"
#include "monitor/cli/floor_command.h"

/* Made here, shown here, and told to nobody: the database has its hash. */
int
token_command_make(const struct cli *cli, struct floor_local *what)
{
	uint8_t random[32];
	char hex[65];
	json_t *answer;
	int code;

	if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
		cli_say("no random numbers");
		return CLI_FAILED;
	}
	hex_print(random, sizeof(random), hex);
	/* Of the letters, as they are sent. */
	SHA256((const uint8_t *)hex, 64, what->hash);
	answer = floor_command_ask(what, &code);
	if (answer == NULL)
		return code;
	const char *number;
	bool ok = client_done(answer, &number);

	if (ok && cli->json)
		printf("{\"token\": \"%s\", \"number\": %s}\n", hex,
		    number[0] != '\0' ? number : "null");
	else if (ok)
		printf("%s\n", hex);
	else
		cli_say("%s", number);
	if (ok && !cli->json && what->token == CONSOLE_TOKEN_KIOSK)
		cli_say("kiosk %s: open /kiosk#TOKEN of the status page on "
			"its machine; it is not shown again",
		    number);
	else if (ok && !cli->json)
		cli_say("token %s: keep it, it is not shown again", number);
	json_decref(answer);
	explicit_bzero(random, sizeof(random));
	explicit_bzero(hex, sizeof(hex));
	return ok ? CLI_OK : CLI_TROUBLE;
}
