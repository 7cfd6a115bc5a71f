/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/summary.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/cli/cli.h"

#define CAUSES_SHOWN 8u /* columns */

static const struct {
	enum cause cause;
	const char *word;
} words[] = {
	{ CAUSE_NONE, "up" },
	{ CAUSE_NAME_FAILED, "no such host" },
	{ CAUSE_TLS_FAILED, "TLS failed" },
	{ CAUSE_AUTH_FAILED, "wrong password" },
	{ CAUSE_NOT_FOUND, "no such stream" },
	{ CAUSE_PROTOCOL_ERROR, "not RTSP as it should be" },
	{ CAUSE_NO_VIDEO, "no video" },
	{ CAUSE_NO_SIGNAL, "no signal" },
	{ CAUSE_LEARNING, "not judged yet" },
	{ CAUSE_NOT_SAMPLED, "not looked at" },
	{ CAUSE_NETWORK_LOST, "our network lost" },
	{ CAUSE_MONITOR_OFF, "monitor off" },
	{ CAUSE_OVER_CAPACITY, "over capacity" },
	{ CAUSE_PROBE_LOST, "probe lost" },
};

const char *
summary_word(enum cause cause)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].cause == cause)
			return words[i].word;
	return cause_name(cause);
}

/* Rows come by site, or nearly so: the last one is looked at first. */
static struct summary_site *
site_of(struct summary *s, const char *path)
{
	struct summary_site *grown;

	for (size_t i = s->site_count; i-- > 0;)
		if (strcmp(s->sites[i].path, path) == 0)
			return &s->sites[i];
	grown = realloc(s->sites, (s->site_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return NULL;
	s->sites = grown;
	grown += s->site_count;
	memset(grown, 0, sizeof(*grown));
	grown->path = strdup(path);
	if (grown->path == NULL)
		return NULL;
	s->site_count++;
	return grown;
}

bool
summary_add(struct summary *s, const char *site, enum cause cause)
{
	struct summary_site *at = site_of(s, site);

	if (at == NULL || cause >= CAUSE_COUNT)
		return false;
	at->feeds++;
	at->cause[cause]++;
	s->feeds++;
	s->cause[cause]++;
	return true;
}

void
summary_fini(struct summary *s)
{
	for (size_t i = 0; i < s->site_count; i++)
		free(s->sites[i].path);
	free(s->sites);
	memset(s, 0, sizeof(*s));
}

/* The causes that there are, "up" first, then by how many; their number. */
static size_t
ranked(const struct summary *s, enum cause out[CAUSE_COUNT])
{
	size_t n = 0;

	out[n++] = CAUSE_NONE;
	for (unsigned c = 1; c < CAUSE_COUNT; c++) {
		size_t at = n;

		if (s->cause[c] == 0)
			continue;
		while (at > 1 && s->cause[out[at - 1]] < s->cause[c]) {
			out[at] = out[at - 1];
			at--;
		}
		out[at] = (enum cause)c;
		n++;
	}
	return n;
}

static void
heads(struct cli_table *t, const enum cause *causes, size_t n, bool more)
{
	cli_table_init(t, (unsigned)(2 + n + more));
	cli_table_add(t, "SITE");
	cli_table_add(t, "FEEDS");
	for (size_t i = 0; i < n; i++) {
		char head[40];

		snprintf(head, sizeof(head), "%s", summary_word(causes[i]));
		for (char *p = head; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
		cli_table_add(t, "%s", head);
	}
	if (more)
		cli_table_add(t, "OTHER");
}

static void
by_site(const struct summary *s, const enum cause *causes, size_t n)
{
	size_t shown = n > CAUSES_SHOWN ? CAUSES_SHOWN : n;
	struct cli_table t;

	heads(&t, causes, shown, shown < n);
	for (size_t i = 0; i < s->site_count; i++) {
		const struct summary_site *x = &s->sites[i];
		uint32_t told = 0;

		cli_table_add(&t, "%s", x->path[0] != '\0' ? x->path : "(top)");
		cli_table_add(&t, "%u", x->feeds);
		for (size_t k = 0; k < shown; k++) {
			uint32_t v = x->cause[causes[k]];

			told += v;
			cli_table_add(&t, v > 0 ? "%u" : "", v);
		}
		if (shown < n)
			cli_table_add(&t, "%u", x->feeds - told);
	}
	cli_table_print(&t, stdout);
}

void
summary_print(const struct summary *s)
{
	enum cause causes[CAUSE_COUNT];
	size_t n = ranked(s, causes);
	char number[CLI_COUNT_BYTES];

	printf("%s feeds: ", cli_count(s->feeds, number));
	for (size_t i = 0; i < n; i++)
		printf("%s%s %s", i > 0 ? ", " : "",
		    cli_count(s->cause[causes[i]], number),
		    summary_word(causes[i]));
	if (s->off > 0)
		printf("; %s off", cli_count(s->off, number));
	putchar('\n');
	if (s->site_count == 0)
		return;
	putchar('\n');
	by_site(s, causes, n);
}

static json_t *
causes_json(const uint32_t cause[CAUSE_COUNT])
{
	json_t *o = json_object();

	for (unsigned c = 0; c < CAUSE_COUNT; c++)
		if (cause[c] > 0)
			json_object_set_new(o,
			    c == CAUSE_NONE ? "up" : cause_name(c),
			    json_integer(cause[c]));
	return o;
}

json_t *
summary_json(const struct summary *s)
{
	json_t *sites = json_array();

	for (size_t i = 0; i < s->site_count; i++) {
		json_t *path = json_string(s->sites[i].path);

		json_array_append_new(sites,
		    json_pack("{s:o, s:i, s:o}", "site",
			path != NULL ? path : json_string("(no UTF-8)"),
			"feeds", (int)s->sites[i].feeds, "causes",
			causes_json(s->sites[i].cause)));
	}
	return json_pack("{s:i, s:i, s:o, s:o}", "feeds", (int)s->feeds, "off",
	    (int)s->off, "causes", causes_json(s->cause), "sites", sites);
}
