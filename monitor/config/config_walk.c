/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/config/config_walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "monitor/config/config_items.h"
#include "monitor/config/config_outside.h"
#include "monitor/config/config_table.h"
#include "monitor/config/config_value.h"

void
config_walk_fault(struct config_faults *faults, uint32_t line, uint32_t column,
    const char *format, ...)
{
	if (faults->count == CONFIG_FAULTS) {
		faults->more++;
		return;
	}

	struct config_fault *f = &faults->fault[faults->count++];
	va_list ap;

	f->line = line;
	f->column = column;
	va_start(ap, format);
	vsnprintf(f->text, sizeof(f->text), format, ap);
	va_end(ap);
	/* A control byte in a key must not forge a line of its own. */
	for (char *p = f->text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
}

void
config_walk_init(struct config_walk *w, struct config_faults *faults)
{
	memset(w, 0, sizeof(*w));
	w->faults = faults;
	config_defaults(&w->config);
}

/* The known key nearest to what was written, under the same prefix; else the
 * same key elsewhere. NULL when nothing is near. */
static const char *
nearest(const char *prefix, const char *key)
{
	const char *best = NULL;
	unsigned least = strlen(key) < 5 ? 2 : 3;
	size_t skip = strlen(prefix);

	for (size_t i = 0; i < config_row_count; i++) {
		const char *path = config_rows[i].path;
		char word[64];

		if (strncmp(path, prefix, skip) != 0)
			continue;
		snprintf(word, sizeof(word), "%.*s",
		    (int)strcspn(path + skip, "."), path + skip);
		unsigned d = config_value_distance(key, word, least);

		if (d < least) {
			least = d;
			best = path + skip;
		}
	}
	return best;
}

/* A row that has this very key in another section. */
static const char *
elsewhere(const char *key)
{
	for (size_t i = 0; i < config_row_count; i++) {
		const char *dot = strrchr(config_rows[i].path, '.');
		const char *last = dot ? dot + 1 : config_rows[i].path;

		if (strcmp(last, key) == 0)
			return config_rows[i].path;
	}
	return NULL;
}

static void
say_unknown_key(struct config_walk *w, const struct config_token *t,
    const char *prefix, const char *key)
{
	const char *near = nearest(prefix, key);
	const char *other = near == NULL ? elsewhere(key) : NULL;
	char where[80];

	snprintf(where, sizeof(where), "%.*s",
	    prefix[0] ? (int)strlen(prefix) - 1 : 0, prefix);
	if (near != NULL)
		SAY(w, t->line, t->column,
		    "unknown key '%.60s'%s%s, did you mean '%.*s'?", key,
		    where[0] ? " in " : "", where, (int)strcspn(near, "."),
		    near);
	else if (other != NULL)
		SAY(w, t->line, t->column,
		    "unknown key '%.60s'%s%s, expected it as '%s'", key,
		    where[0] ? " in " : " at the top", where, other);
	else
		SAY(w, t->line, t->column,
		    "unknown key '%.60s'%s%s, expected one of: %s", key,
		    where[0] ? " in " : "", where, config_table_keys(prefix));
}

/* Index of the row with this path, or -1. */
static int
row_find(const char *path)
{
	for (size_t i = 0; i < config_row_count; i++)
		if (strcmp(config_rows[i].path, path) == 0)
			return (int)i;
	return -1;
}

/* First row of the section "http.", or -1. */
static int
section_find(const char *prefix)
{
	size_t n = strlen(prefix);

	for (size_t i = 0; i < config_row_count; i++)
		if (strncmp(config_rows[i].path, prefix, n) == 0)
			return (int)i;
	return -1;
}

static void
on_key(struct config_walk *w, const struct config_token *t)
{
	struct config_level *l = config_top(w);
	char path[160];

	l->expect_value = true;
	l->line = t->line;
	l->column = t->column;
	snprintf(l->key, sizeof(l->key), "%.63s", t->text);
	snprintf(path, sizeof(path), "%s%s.", l->prefix, l->key);
	int section = section_find(path);

	path[strlen(path) - 1] = '\0';
	int row = row_find(path);

	if (t->length >= sizeof(l->key) || strlen(t->text) != t->length ||
	    (row < 0 && section < 0)) {
		w->skip_value = true;
		say_unknown_key(w, t, l->prefix, t->text);
		return;
	}
	bool *seen = row >= 0 ? w->seen : w->section_seen;
	uint32_t *lines = row >= 0 ? w->row_line : w->section_line;
	int at = row >= 0 ? row : section;

	if (seen[at]) {
		w->skip_value = true;
		SAY(w, t->line, t->column,
		    "'%s' given twice (first in line %u), expected once", path,
		    lines[at]);
		return;
	}
	seen[at] = true;
	lines[at] = t->line;
}

static const char *
expected(const struct config_row *row)
{
	const char *const words[] = {
		[CONFIG_BOOL] = "true or false",
		[CONFIG_INTEGER] = "a whole number",
		[CONFIG_DURATION] = "a time with a unit, like 10s or 250ms",
		[CONFIG_SIZE] = "a size with a unit, like 16KiB or 2GiB",
		[CONFIG_TEXT] = "a text",
		[CONFIG_WORDS] = "a text, or a list of texts",
		[CONFIG_ADDRESS] = row->low > 0
				       ? "a loopback address, like 127.0.0.1"
				       : "an address, like 0.0.0.0 or 10.0.0.5",
		[CONFIG_COUNT] = "a whole number or auto",
		[CONFIG_LEVEL] = "error, warning, info or debug",
		[CONFIG_HOSTS] = "at most 8 addresses, each with or without "
				 "a port, like '10.0.0.1, 10.9.0.5:443'",
		[CONFIG_PERCENT] = "a share, like 99.5%",
		[CONFIG_CLOCK] = "a time of day, like 06:30",
	};

	return words[row->type];
}

static void
say_type(struct config_walk *w, const struct config_token *t,
    const struct config_row *row)
{
	SAY(w, t->line, t->column, "'%.60s' is not a value of %s, expected %s",
	    t->text, row->path, expected(row));
}

static void
say_range(struct config_walk *w, const struct config_token *t,
    const struct config_row *row)
{
	char low[24], high[24];

	config_table_number(row->type, row->low, low, sizeof(low));
	config_table_number(row->type, row->high, high, sizeof(high));
	SAY(w, t->line, t->column,
	    "'%.60s' is out of range for %s, expected %s to %s", t->text,
	    row->path, low, high);
}

/* What its offset is in. */
static void *
base_of(struct config_walk *w, const struct config_row *row)
{
	return row->group != CONFIG_NO_GROUP ? w->item : &w->config;
}

static void
note_place(struct config_walk *w, const struct config_token *t,
    const struct config_row *row)
{
	size_t at = (size_t)(row - config_rows);

	if (row->group != CONFIG_NO_GROUP) {
		w->item_places->row[at] =
		    (struct config_place){ t->line, t->column };
		return;
	}
	w->row_line[at] = t->line;
	w->row_column[at] = t->column;
}

static void
set_text(struct config_walk *w, const struct config_token *t,
    const struct config_row *row)
{
	if (t->length >= row->size) {
		SAY(w, t->line, t->column,
		    "%s is %zu bytes long, expected at most %zu", row->path,
		    t->length, (size_t)row->size - 1);
		return;
	}
	if (row->low > 0 && t->text[0] != '/') {
		SAY(w, t->line, t->column,
		    "'%.60s' is not a value of %s, expected an absolute path",
		    t->text, row->path);
		return;
	}
	memset((char *)base_of(w, row) + row->offset, 0, row->size);
	memcpy((char *)base_of(w, row) + row->offset, t->text, t->length);
}

static void
on_scalar_value(struct config_walk *w, const struct config_token *t,
    const struct config_row *row)
{
	int64_t v;

	note_place(w, t, row);
	if (strlen(t->text) != t->length) {
		SAY(w, t->line, t->column, "%s holds a zero byte, expected %s",
		    row->path, expected(row));
	} else if (row->type == CONFIG_TEXT || row->type == CONFIG_WORDS) {
		set_text(w, t, row);
	} else if (row->type == CONFIG_ADDRESS) {
		if (!config_table_address(row, base_of(w, row), t->text))
			say_type(w, t, row);
	} else if (row->type == CONFIG_HOSTS) {
		if (!config_table_hosts(&w->config, t->text))
			say_type(w, t, row);
	} else if (!config_table_read(row->type, t->text, &v)) {
		say_type(w, t, row);
	} else if (v < row->low || v > row->high) {
		say_range(w, t, row);
	} else {
		config_table_store(row, base_of(w, row), v);
	}
}

static bool
may_be_list(const struct config_row *row)
{
	return row->type == CONFIG_WORDS || row->type == CONFIG_HOSTS;
}

static void
list_begin(struct config_walk *w, const struct config_token *t,
    const struct config_row *row)
{
	w->list = row;
	w->list_line = t->line;
	w->list_column = t->column;
	w->listed_length = 0;
	w->listed[0] = '\0';
}

static void
list_add(struct config_walk *w, const struct config_token *t)
{
	const char *between = w->listed_length > 0 ? ", " : "";
	size_t n = strlen(between) + t->length;

	if (strlen(t->text) != t->length || t->length == 0 ||
	    strchr(t->text, ',') != NULL) {
		SAY(w, t->line, t->column,
		    "'%.60s' is not one of a list, expected a text without "
		    "commas",
		    t->text);
		return;
	}
	if (w->listed_length + n < sizeof(w->listed))
		snprintf(w->listed + w->listed_length, n + 1, "%s%s", between,
		    t->text);
	w->listed_length += n;
}

static void
list_end(struct config_walk *w)
{
	const struct config_row *row = w->list;
	size_t most = row->type == CONFIG_HOSTS ? sizeof(w->listed) : row->size;
	const struct config_token whole = { .event = CONFIG_SCALAR,
		.line = w->list_line,
		.column = w->list_column,
		.text = w->listed,
		.length = w->listed_length };

	w->list = NULL;
	if (whole.length < most)
		on_scalar_value(w, &whole, row);
	else
		SAY(w, whole.line, whole.column,
		    "%s is %zu bytes long, expected at most %zu", row->path,
		    whole.length, most - 1);
}

/* What is in a list, and its end. */
static void
on_listed(struct config_walk *w, const struct config_token *t)
{
	if (t->event == CONFIG_SCALAR) {
		list_add(w, t);
	} else if (t->event == CONFIG_SEQUENCE_END) {
		list_end(w);
	} else {
		SAY(w, t->line, t->column,
		    "%s holds more than texts, expected %s", w->list->path,
		    expected(w->list));
		w->skip = t->event == CONFIG_MAP || t->event == CONFIG_SEQUENCE;
	}
}

static void
on_value(struct config_walk *w, const struct config_token *t)
{
	struct config_level *l = config_top(w);
	char path[160];

	l->expect_value = false;
	if (w->skip_value) {
		w->skip_value = false;
		w->skip = t->event == CONFIG_MAP || t->event == CONFIG_SEQUENCE;
		return;
	}
	snprintf(path, sizeof(path), "%s%s", l->prefix, l->key);
	int row = row_find(path);

	if (row >= 0 && t->event == CONFIG_SCALAR) {
		on_scalar_value(w, t, &config_rows[row]);
		return;
	}
	if (row >= 0 && t->event == CONFIG_SEQUENCE &&
	    may_be_list(&config_rows[row])) {
		list_begin(w, t, &config_rows[row]);
		return;
	}
	if (row >= 0) {
		SAY(w, t->line, t->column, "%s is a %s, expected %s", path,
		    t->event == CONFIG_MAP ? "section" : "list",
		    expected(&config_rows[row]));
		w->skip = 1;
		return;
	}
	if (config_items_group(path) != NULL) {
		config_items_value(w, t, config_items_group(path));
		return;
	}
	if (t->event == CONFIG_SCALAR && t->length == 0)
		return; /* an empty section: all defaults */
	if (t->event != CONFIG_MAP || w->depth == CONFIG_DEPTH) {
		SAY(w, t->line, t->column,
		    "%s is a %s, expected a section with: %s", path,
		    t->event == CONFIG_SCALAR ? "single value" : "list",
		    config_table_keys(path));
		w->skip = t->event != CONFIG_SCALAR;
		return;
	}
	config_push(w, path, NULL, false);
}

static void
on_first(struct config_walk *w, const struct config_token *t)
{
	w->started = true;
	if (t->event == CONFIG_MAP) {
		memset(&w->level[0], 0, sizeof(w->level[0]));
		w->depth = 1;
		return;
	}
	SAY(w, t->line, t->column,
	    "the file is not a set of keys, expected lines like "
	    "'state_dir: /var/lib/camwarden'");
	w->skip = t->event == CONFIG_SEQUENCE;
}

void
config_walk_token(struct config_walk *w, const struct config_token *t)
{
	bool opens = t->event == CONFIG_MAP || t->event == CONFIG_SEQUENCE;
	bool closes =
	    t->event == CONFIG_MAP_END || t->event == CONFIG_SEQUENCE_END;

	if (w->skip > 0) {
		w->skip += opens;
		w->skip -= closes;
	} else if (w->list != NULL) {
		on_listed(w, t);
	} else if (t->event == CONFIG_ALIAS) {
		SAY(w, t->line, t->column,
		    "an alias ('*name'), expected the value itself");
		if (w->depth > 0) {
			w->skip_value = !config_top(w)->expect_value;
			config_top(w)->expect_value =
			    !config_top(w)->expect_value;
		}
	} else if (!w->started) {
		on_first(w, t);
	} else if (config_items_between(w)) {
		config_items_token(w, t);
	} else if (closes) {
		w->depth -= w->depth > 0;
	} else if (w->depth == 0) {
		SAY(w, t->line, t->column, "text after the end of the keys");
		w->skip = opens;
	} else if (config_top(w)->expect_value) {
		on_value(w, t);
	} else if (t->event == CONFIG_SCALAR) {
		on_key(w, t);
	} else {
		SAY(w, t->line, t->column,
		    "a key that is a collection, expected a word");
		config_top(w)->expect_value = true;
		w->skip_value = true;
		w->skip = 1;
	}
}

/* A listener that others can reach, and how it is named. */
struct listener {
	const char *address_path, *certificate_path;
	const char *address, *certificate, *key;
	bool enabled;
};

/* Tokens and passwords in the clear on the network are anybody's. */
static void
check_listener(struct config_walk *w, const struct listener *l)
{
	bool certificate = l->certificate[0] != '\0';
	int at = row_find(certificate ? l->certificate_path : l->address_path);
	int room = (int)strcspn(l->address_path, ".");

	if (certificate != (l->key[0] != '\0'))
		SAY(w, w->row_line[at], w->row_column[at],
		    "%s and %.*s.key: expected both or none",
		    l->certificate_path, room, l->address_path);
	else if (l->enabled && !certificate &&
		 !config_table_loopback(l->address))
		SAY(w, w->row_line[at], w->row_column[at],
		    "%s %s is not a loopback address, expected %s and %.*s.key "
		    "with it",
		    l->address_path, l->address, l->certificate_path, room,
		    l->address_path);
}

static void
check_listeners(struct config_walk *w)
{
	const struct monitor_config *c = &w->config;
	const struct listener agents = { "agents.address", "agents.certificate",
		c->agents_address, c->agents_certificate, c->agents_key,
		c->agents_enabled };
	const struct listener http = { "http.address", "http.certificate",
		c->http_address, c->http_certificate, c->http_key,
		c->http_enabled };

	check_listener(w, &http);
	check_listener(w, &agents);
}

static void say_at(struct config_walk *w, const char *path, const char *why);

/* Host names by comma, as browsers say them: no schemes, no ports. */
static void
check_names(struct config_walk *w)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	const char *p = w->config.http_names;
	unsigned count = 0;

	while (*(p += strspn(p, " ,")) != '\0') {
		size_t n = strspn(p, letters);

		if (n == 0 || n > 253 || ++count > 16 ||
		    (p[n] != '\0' && strchr(" ,", p[n]) == NULL)) {
			say_at(w, "http.names",
			    "expected at most 16 host names by comma, like "
			    "'wall.example, 10.0.0.5'");
			return;
		}
		p += n;
	}
}

static bool
one_of(const char *text, const char *const *words)
{
	while (*words != NULL && strcmp(text, *words) != 0)
		words++;
	return *words != NULL;
}

static void
say_at(struct config_walk *w, const char *path, const char *why)
{
	int at = row_find(path);

	SAY(w, w->row_line[at], w->row_column[at], "%s: %s", path, why);
}

/* What is sent is sent by somebody to somebody, over a way that gives no
 * password away. */
static void
check_mail(struct config_walk *w)
{
	const struct monitor_config *c = &w->config;
	struct config_mail mail;
	const char *why;

	if (c->mail_server[0] == '\0') {
		if (c->report_mail_to[0] != '\0')
			say_at(w, "report.mail_to",
			    "expected mail.server with it");
		return;
	}
	why = config_mail_server(c->mail_server, &mail);
	if (why != NULL)
		say_at(w, "mail.server", why);
	else if (mail.plain && !mail.url.loopback && c->mail_user[0] != '\0')
		say_at(w, "mail.user",
		    "a password over smtp+plain:// is anybody's, expected "
		    "smtp:// or smtps://");
	if (!config_mail_address(c->mail_from))
		say_at(w, c->mail_from[0] != '\0' ? "mail.from" : "mail.server",
		    "expected mail.from, one address like "
		    "camwarden@example.org");
	if ((c->mail_user[0] == '\0') != (c->mail_password_file[0] == '\0'))
		say_at(w,
		    c->mail_user[0] != '\0' ? "mail.user"
					    : "mail.password_file",
		    "expected both mail.user and mail.password_file, or none");
	why = config_mail_list(c->report_mail_to);
	if (why != NULL)
		say_at(w, "report.mail_to", why);
}

/* What stands in section alerts itself. */
static void
check_alerts(struct config_walk *w)
{
	static const char *const languages[] = { "", "en", "es", NULL };
	const struct config_alerts *a = &w->config.alerts;
	uint32_t count;
	int64_t span;

	if (!config_alerts_budget(a->budget, &count, &span))
		say_at(w, "alerts.budget",
		    "expected like '1 per 10m', or none");
	if (!config_alerts_budget(a->flood, &count, &span))
		say_at(w, "alerts.flood",
		    "expected like '10 per 10m', or none");
	if (!one_of(a->language, languages))
		say_at(w, "alerts.language", "expected en or es");
	config_alerts_check(w);
}

static void
check_report(struct config_walk *w)
{
	static const char *const languages[] = { "en", "es", NULL };
	struct config_witness list[CONFIG_WITNESSES];
	const struct monitor_config *c = &w->config;
	unsigned count = 0;
	const char *why =
	    config_witnesses_read(c->ledger_witnesses, list, &count);

	if (!one_of(c->report_language, languages))
		say_at(w, "report.language", "expected en or es");
	if (why != NULL)
		say_at(w, "ledger.witnesses", why);
	for (unsigned i = 0; i < count; i++)
		if (list[i].kind == WITNESS_MAIL &&
		    c->report_mail_to[0] == '\0')
			say_at(w, "ledger.witnesses",
			    "the mail is one of them, expected report.mail_to");
}

void
config_walk_end(struct config_walk *w)
{
	const struct config_rule *rule = config_rules;

	for (size_t i = 0; i < config_rule_count; i++, rule++) {
		int less = row_find(rule->less), more = row_find(rule->more);

		if (config_table_load(&config_rows[less], &w->config) <=
		    config_table_load(&config_rows[more], &w->config))
			continue;
		int at = w->seen[less] ? less : more;
		char limit[24];

		config_table_number(config_rows[more].type,
		    config_table_load(&config_rows[more], &w->config), limit,
		    sizeof(limit));
		SAY(w, w->row_line[at], w->row_column[at],
		    "%s is longer than %s, expected at most %s", rule->less,
		    rule->more, limit);
	}
	check_listeners(w);
	check_names(w);
	check_mail(w);
	check_report(w);
	check_alerts(w);
}

struct config_place
config_walk_place(const struct config_walk *w, const char *path, uint32_t item)
{
	int row = row_find(path);
	const struct config_item_places *p =
	    &w->places[(config_rows[row].group - 1u) * CONFIG_ITEMS + item];

	return p->row[row].line != 0 ? p->row[row] : p->at;
}
