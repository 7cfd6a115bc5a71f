/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what comes on a connection, and as a path, as header values and
 * as the words of a query. In pieces it must be judged as in one. */
#include "monitor/http/headers.h"
#include "monitor/http/lists.h"
#include "monitor/http/read_query.h"
#include "monitor/http/rights.h"
#include "monitor/http/sessions.h"
#include "monitor/http/strainer.h"
#include "tests/fuzz/fuzz.h"

static void
strain(const uint8_t *data, size_t size)
{
	enum strained whole, pieces = STRAINED_WELL;
	static struct strainer a, b;

	strainer_init(&a, 100, "/api/v1/import", 1000);
	strainer_init(&b, 100, "/api/v1/import", 1000);
	whole = strainer_take(&a, data, size);
	for (size_t i = 0; i < size && pieces == STRAINED_WELL; i++)
		pieces = strainer_take(&b, data + i, 1);
	assert(whole == pieces && a.requests == b.requests &&
	       a.body == b.body && strcmp(a.letters, b.letters) == 0);
}

/* Every word of the query is the whole text. */
static const char *
word(void *arg, const char *key)
{
	(void)key;
	return arg;
}

static void
ask(char *text)
{
	char error[READ_ERROR_BYTES];
	struct lists_ask lists;
	struct read_ask read;

	lists_ask_fill(word, text, &lists);
	for (unsigned i = 1; i <= READ_WHAT_MOST; i++)
		read_ask_fill((uint8_t)i, word, text, 1, &read, error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct web_configure configure = { .name_count = 1,
		.names = { "wall.example" } };
	char *text = fuzz_text(data, size), letters[PEOPLE_SECRET_BYTES];
	struct right_match m;
	uint32_t allow;

	strain(data, size);
	rights_find(METHOD_GET, text, &m, &allow);
	rights_find(METHOD_POST, text, &m, &allow);
	sessions_shown(text, text, letters);
	sessions_shown(NULL, text, letters);
	headers_host(text, &configure);
	headers_origin(text, text, &configure);
	headers_json(text);
	headers_gzip(text);
	headers_has_tag(text, "\"tag\"");
	ask(text);
	free(text);
	return 0;
}
