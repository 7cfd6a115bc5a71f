/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of sites and feeds, URLs, tags, words of a camera (lines of the input,
 * any bytes) on their way to pages, to the API and to Prometheus: what comes
 * out is JSON, says nothing that a page could take for its own text, and each
 * line of metrics is one. */
#include <stdio.h>

#include <jansson.h>

#include "monitor/http/lists.h"
#include "monitor/http/metrics.h"
#include "monitor/http/rows.h"
#include "tests/fuzz/fuzz.h"

static void
line(const char **at, const char *end, char *out, size_t size)
{
	const char *stop = memchr(*at, '\n', (size_t)(end - *at));
	size_t n = (size_t)((stop != NULL ? stop : end) - *at);

	if (n >= size)
		n = size - 1;
	memcpy(out, *at, n);
	out[n] = '\0';
	*at = stop != NULL ? stop + 1 : end;
}

static void
check_json(struct json_out *j)
{
	json_t *root = json_loadb(j->text, j->length, 0, NULL);

	assert(!j->bad && root != NULL);
	for (size_t i = 0; i < j->length; i++)
		assert((unsigned char)j->text[i] >= ' ' &&
		       strchr("<>&", j->text[i]) == NULL);
	json_decref(root);
	json_out_fini(j);
}

/* HELP, TYPE or a sample: a name, labels with escaped values, a number. */
static void
check_metrics(const char *text, size_t length)
{
	const char *at = text;

	assert(strlen(text) == length && text[length - 1] == '\n');
	while (*at != '\0') {
		const char *end = strchr(at, '\n');
		bool quoted = false;

		assert(*at == '#' || strncmp(at, "camwarden_", 10) == 0);
		for (const char *c = at; *at != '#' && c < end; c++) {
			if (quoted && *c == '\\') {
				c++;
				assert(*c == '\\' || *c == '"' || *c == 'n');
			} else if (*c == '"') {
				quoted = !quoted;
			}
		}
		assert(!quoted);
		at = end + 1;
	}
}

static void
print(struct rows *t, const char *scope, const char *words)
{
	static struct metrics m;
	const struct lists_view view = { .scope = scope,
		.now_utc_us = 1790000000000000,
		.heard_utc_us = 1790000000000000,
		.event = "1-2" };
	struct lists_ask ask = { .limit = 10,
		.state = STATE_COUNT,
		.cause = CAUSE_COUNT };
	struct json_out j;
	size_t length;
	char *text;

	json_out_init(&j);
	assert(lists_wall(t, &view, &j));
	check_json(&j);
	snprintf(ask.q, sizeof(ask.q), "%s", words);
	json_out_init(&j);
	assert(lists_feeds(t, &ask, &view, true, &j));
	check_json(&j);
	m.rows = t;
	m.view = &view;
	text = metrics_print(&m, &length);
	assert(text != NULL);
	check_metrics(text, length);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct web_row row;
	const char *at = (const char *)data, *end = at + size;
	char scope[LIMIT_NAME_BYTES], words[LISTS_WORDS_BYTES];
	struct rows t;

	assert(rows_init(&t));
	line(&at, end, scope, sizeof(scope));
	line(&at, end, words, sizeof(words));
	for (uint8_t i = 0; i < 4; i++) {
		memset(&row, 0, sizeof(row));
		row.uuid[0] = i;
		line(&at, end, row.site, sizeof(row.site));
		line(&at, end, row.name, sizeof(row.name));
		line(&at, end, row.device, sizeof(row.device));
		line(&at, end, row.url, sizeof(row.url));
		line(&at, end, row.tags, sizeof(row.tags));
		line(&at, end, row.detail, sizeof(row.detail));
		row.state = i % STATE_COUNT;
		row.cause = i * 9;
		row.since_utc_us = row.at_utc_us = 1789000000000000;
		strcpy(row.evidence, "{\"mean\":1}");
		rows_put(&t, &row);
	}
	print(&t, "", words);
	print(&t, scope, words);
	rows_fini(&t);
	return 0;
}
