/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/feed_list.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "monitor/cli/cli.h"
#include "monitor/inventory/mistake.h"
#include "monitor/lists/lists.h"

#define LIST_BYTES (64u << 20)
#define SMALL_BYTES (4u << 20)

bool
feed_list_option(struct feed_list_options *o, int option)
{
	struct inventory_url u;
	size_t at;

	switch (option) {
	case 1001:
		o->from = optarg;
		return true;
	case 1002:
		o->encoding = optarg;
		return true;
	case 1003:
		o->passwords = optarg;
		return true;
	case 1004:
		o->env_file = optarg;
		return true;
	case 1005:
		if (inventory_url_parse(optarg, &u, &at) == NULL &&
		    !u.has_credentials) {
			o->form.relay = optarg;
			return true;
		}
		cli_say(
		    "--relay: expected a URL like rtsp://HOST:8554, without "
		    "a password");
		return false;
	case 1006:
		o->form.vendor = optarg;
		return true;
	case 1007:
		if (inventory_streams_named(optarg, &o->form.streams))
			return true;
		cli_say("--streams: expected main, sub or both");
		return false;
	case 1008:
		o->form.ignore = optarg;
		return true;
	case 1009:
		return o->form.ignore_unknown = true;
	case 1010:
		o->form.columns = optarg;
		return true;
	default:
		return false;
	}
}

/* --- the bytes */

struct bytes {
	char *p;
	size_t n;
};

static void
bytes_fini(struct bytes *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->n);
	free(b->p);
	*b = (struct bytes){ 0 };
}

/* To UTF-8, as the person said it is written. */
static bool
convert(struct feed_list *l, const char *path, const char *encoding,
    struct bytes *b)
{
	iconv_t how = iconv_open("UTF-8", encoding);
	struct bytes out = { malloc(b->n * 4 + 16), b->n * 4 + 16 };
	char *from = b->p, *to = out.p;
	size_t left = b->n, room = out.n;
	bool well = false;

	if (how == (iconv_t)-1)
		cli_say("--encoding: '%.40s' is none that is known here",
		    encoding);
	else if (out.p == NULL)
		cli_say("memory is out");
	else if (iconv(how, &from, &left, &to, &room) == (size_t)-1)
		mistake_add(&l->mistakes,
		    mistake_place_after(path, out.p, (size_t)(to - out.p),
			true),
		    "no letter of %.40s stands here", encoding);
	else
		well = true;
	if (how != (iconv_t)-1)
		iconv_close(how);
	bytes_fini(b);
	out.n -= room;
	if (well)
		*b = out;
	else
		bytes_fini(&out);
	return well;
}

static bool
slurp(struct feed_list *l, const char *path, const char *encoding, size_t most,
    struct bytes *out)
{
	out->p = cli_slurp(path, most, &out->n);
	if (out->p == NULL)
		return false;
	return encoding == NULL || convert(l, path, encoding, out);
}

/* --- what placeholders stand for */

struct environment {
	struct bytes file; /* NAME, NUL, VALUE, NUL */
	size_t n;
};

static void
quotes_off(char *value)
{
	size_t n = strlen(value);

	if (n < 2 || (value[0] != '"' && value[0] != '\'') ||
	    value[n - 1] != value[0])
		return;
	memmove(value, value + 1, n - 2);
	value[n - 2] = '\0';
}

/* What is kept is never longer than what was read. */
static void
env_keep(struct environment *e, const char *text)
{
	size_t n = strlen(text) + 1;

	memmove(e->file.p + e->n, text, n);
	e->n += n;
}

/* One line of "export NAME=value", to the end of what is kept. */
static void
env_line(struct environment *e, char *line)
{
	char *equals;
	size_t n;

	line += strspn(line, " \t");
	if (strncmp(line, "export ", 7) == 0)
		line += 7;
	equals = strchr(line, '=');
	if (line[0] == '#' || equals == NULL)
		return;
	*equals = '\0';
	n = strlen(equals + 1);
	while (n > 0 && strchr(" \t\r", equals[n]) != NULL)
		equals[n--] = '\0';
	quotes_off(equals + 1);
	env_keep(e, line);
	env_keep(e, equals + 1);
}

static bool
env_load(struct environment *e, const char *path)
{
	char *whole, *next;
	size_t n;

	if (path == NULL)
		return true;
	e->file.p = cli_slurp(path, SMALL_BYTES, &e->file.n);
	if (e->file.p == NULL)
		return false;
	n = e->file.n;
	whole = realloc(e->file.p, n + 1);
	if (whole == NULL) {
		cli_say("memory is out");
		return false;
	}
	e->file = (struct bytes){ whole, n + 1 };
	whole[n] = '\0';
	for (char *line = whole; line < whole + n; line = next) {
		next = line + strcspn(line, "\n") + 1;
		next[-1] = '\0';
		env_line(e, line);
	}
	return true;
}

static const char *
env_find(void *arg, const char *name)
{
	const struct environment *e = arg;
	const char *end = e->file.p + e->n;

	for (const char *p = e->file.p; p != NULL && p < end;) {
		const char *value = p + strlen(p) + 1;

		if (strcmp(p, name) == 0)
			return value;
		p = value + strlen(value) + 1;
	}
	return getenv(name);
}

/* --- lists */

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && strcasecmp(text + n - k, end) == 0;
}

static bool
read_config(struct feed_list *l, const struct feed_list_options *o,
    const struct inventory_form *form, const struct bytes *b)
{
	struct environment env = { 0 };
	const struct lists_env find = { env_find, &env };
	struct lists_wish wish = { .form = form, .env = &find };
	bool well;

	if (o->from != NULL)
		lists_named(o->from, &wish.from);
	well = env_load(&env, o->env_file) &&
	       lists_read(l->inv, &wish, b->p, b->n, &l->mistakes);
	bytes_fini(&env.file);
	return well;
}

static bool
read_list(struct feed_list *l, const struct feed_list_options *o,
    enum inventory_kind kind, const char *path, const struct bytes *b)
{
	struct inventory_form form = o->form;
	enum lists_from from;
	bool csv = o->from != NULL && strcasecmp(o->from, "csv") == 0;

	form.file = path;
	form.notes = &l->notes;
	if (o->from != NULL && !csv && !lists_named(o->from, &from)) {
		cli_say("--from: expected csv, frigate, mediamtx or go2rtc");
		return false;
	}
	if (!csv && kind == INVENTORY_FEEDS &&
	    (o->from != NULL || ends_with(path, ".yml") ||
		ends_with(path, ".yaml")))
		return read_config(l, o, &form, b);
	return inventory_read_as(l->inv, kind, &form, b->p, b->n, &l->mistakes);
}

/* Who else of this machine could read it. */
static void
look_at_mode(struct feed_list *l, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		mistake_add(&l->notes, (struct mistake_place){ path, 0, 0 },
		    "others may read these passwords (chmod 600)");
}

static bool
read_passwords(struct feed_list *l, const struct feed_list_options *o)
{
	struct inventory *secrets = inventory_new();
	struct inventory_form form = { .file = o->passwords,
		.columns = o->form.columns,
		.ignore = o->form.ignore,
		.ignore_unknown = o->form.ignore_unknown,
		.notes = &l->notes };
	struct bytes b = { 0 };
	bool well = secrets != NULL &&
		    slurp(l, o->passwords, o->encoding, SMALL_BYTES, &b) &&
		    inventory_read_as(secrets, INVENTORY_DEVICES, &form, b.p,
			b.n, &l->mistakes);

	look_at_mode(l, o->passwords);
	if (well)
		well = inventory_take_passwords(l->inv, secrets, o->passwords,
		    &l->notes, &l->mistakes);
	bytes_fini(&b);
	inventory_free(&secrets);
	return well;
}

bool
feed_list_read(struct feed_list *l, const struct feed_list_options *o,
    enum inventory_kind kind, const char *path)
{
	struct bytes b = { 0 };
	bool well;

	*l = (struct feed_list){ .inv = inventory_new() };
	if (l->inv == NULL) {
		cli_say("memory is out");
		return false;
	}
	well = slurp(l, path, o->encoding, LIST_BYTES, &b) &&
	       read_list(l, o, kind, path, &b) &&
	       (o->passwords == NULL || read_passwords(l, o));
	bytes_fini(&b);
	return well;
}

char *
feed_list_csv(const struct feed_list *l, enum inventory_kind kind,
    size_t *length_out)
{
	char *csv = inventory_write_given(l->inv, kind);

	*length_out = csv != NULL ? strlen(csv) : 0;
	return csv;
}

void
feed_list_fini(struct feed_list *l)
{
	inventory_free(&l->inv);
	inventory_mistakes_fini(&l->notes);
	inventory_mistakes_fini(&l->mistakes);
}
