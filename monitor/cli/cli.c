/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "common/utf8.h"
#include "monitor/config/config_value.h"
#include "monitor/store/store_read.h"

bool
cli_option(struct cli *cli, int option, const char *help)
{
	switch (option) {
	case 'c':
		cli->config_path = optarg;
		return true;
	case 'D':
		cli->state_dir = optarg;
		return true;
	case 'j':
		cli->json = true;
		return true;
	case 'h':
		fputs(help, stdout);
		exit(CLI_OK);
	default:
		return false;
	}
}

void
cli_say(const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fputs("camwarden: ", stderr);
	cli_put(stderr, text);
	fputc('\n', stderr);
}

int
cli_usage(const char *command)
{
	fprintf(stderr, "Try 'camwarden %s --help'.\n", command);
	return CLI_FAILED;
}

bool
cli_config(struct cli *cli)
{
	const char *path = cli->config_path;
	struct config_faults faults;
	char line[1500];

	if (path == NULL && access(CLI_CONFIG_PATH, F_OK) == 0)
		path = CLI_CONFIG_PATH;
	bool good = config_load(path, &cli->config, &faults);

	for (uint32_t i = 0; i < faults.count; i++) {
		config_fault_print(&faults, i, path, line, sizeof(line));
		line[strlen(line) - 1] = '\0';
		cli_put(stderr, line);
		fputc('\n', stderr);
	}
	if (faults.more > 0)
		fprintf(stderr, "%s: and %u more mistakes\n", path,
		    faults.more);
	if (!good)
		return false;
	if (cli->state_dir != NULL &&
	    snprintf(cli->config.state_dir, sizeof(cli->config.state_dir), "%s",
		cli->state_dir) >= (int)sizeof(cli->config.state_dir)) {
		cli_say("--state-dir is too long");
		return false;
	}
	return true;
}

struct store_reader *
cli_reader(const struct cli *cli)
{
	char error[256];
	struct store_reader *r =
	    store_reader_open(cli->config.state_dir, error);

	if (r == NULL)
		cli_say("%s", error);
	return r;
}

/* Bytes of the letter at p, 0 when it is none or acts on the terminal. */
static size_t
printable(const char *p)
{
	size_t n = utf8_length(p, UTF8_TEXT);
	uint32_t c = n > 0 ? utf8_letter(p, n) : 0;
	bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
	/* embeddings and overrides of direction, isolates */
	bool turns =
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);

	return control || turns ? 0 : n;
}

void
cli_put(FILE *out, const char *text)
{
	while (*text != '\0') {
		size_t n = printable(text);

		if (n == 0)
			fputc('?', out);
		else
			fwrite(text, 1, n, out);
		text += n > 0 ? n : 1;
	}
}

void
cli_put_lines(FILE *out, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		char *line = strndup(text, n);

		cli_put(out, line != NULL ? line : "");
		fputc('\n', out);
		free(line);
		text += n + (text[n] == '\n');
	}
}

int64_t
cli_number(const char *text)
{
	int64_t n;

	return config_value_integer(text, &n) && n > 0 ? n : 0;
}

char *
cli_slurp(const char *path, size_t most, size_t *length_out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	size_t size = 0, length = 0;
	char *bytes = NULL;

	while (f != NULL && !feof(f) && !ferror(f) && length <= most) {
		if (length == size) {
			char *more = realloc(bytes, size = size * 2 + 65536);

			if (more == NULL)
				break;
			bytes = more;
		}
		length += fread(bytes + length, 1, size - length, f);
	}
	bool whole = f != NULL && feof(f) && !ferror(f) && length <= most;

	if (!whole)
		cli_say("%s: %s", path,
		    length > most ? "longer than 64 MiB" : strerror(errno));
	if (f != NULL && f != stdin)
		fclose(f);
	if (!whole) {
		free(bytes);
		bytes = NULL;
	}
	*length_out = length;
	return bytes;
}

void
cli_table_init(struct cli_table *t, unsigned columns)
{
	memset(t, 0, sizeof(*t));
	t->columns = columns;
}

void
cli_table_heads(struct cli_table *t, unsigned columns, const char *const *heads)
{
	cli_table_init(t, columns);
	for (unsigned i = 0; i < columns; i++)
		cli_table_add(t, "%s", heads[i]);
}

void
cli_table_add(struct cli_table *t, const char *format, ...)
{
	va_list ap;
	char *text;

	if (t->count == t->size) {
		size_t size = t->size ? t->size * 2 : 64;
		char **cell = realloc(t->cell, size * sizeof(*cell));

		if (cell == NULL)
			return;
		t->cell = cell;
		t->size = size;
	}
	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	t->cell[t->count++] = text;
}

/* Columns on the screen, near enough: characters, not bytes. */
static int
width_of(const char *text)
{
	int n = 0;

	for (const char *p = text; *p != '\0'; p++)
		n += (*p & 0xc0) != 0x80;
	return n;
}

void
cli_table_print(struct cli_table *t, FILE *out)
{
	int width[16] = { 0 };

	for (size_t i = 0; i < t->count; i++) {
		int w = t->cell[i] ? width_of(t->cell[i]) : 0;

		if (w > width[i % t->columns])
			width[i % t->columns] = w;
	}
	for (size_t i = 0; out != NULL && i < t->count; i++) {
		const char *text = t->cell[i] ? t->cell[i] : "";
		bool last = i % t->columns == t->columns - 1;

		cli_put(out, text);
		if (last)
			fputc('\n', out);
		else
			fprintf(out, "%*s",
			    width[i % t->columns] - width_of(text) + 2, "");
	}
	for (size_t i = 0; i < t->count; i++)
		free(t->cell[i]);
	free(t->cell);
	memset(t, 0, sizeof(*t));
}

/* Its calendar; false for never. */
static bool
calendar(int64_t utc_us, struct tm *tm_out)
{
	time_t s = (time_t)(utc_us / 1000000);

	return utc_us > 0 && gmtime_r(&s, tm_out) != NULL;
}

const char *
cli_utc(int64_t utc_us, char out[24])
{
	struct tm tm;

	if (!calendar(utc_us, &tm) ||
	    strftime(out, 24, "%Y-%m-%d %H:%M:%SZ", &tm) == 0)
		snprintf(out, 24, "-");
	return out;
}

const char *
cli_iso(int64_t utc_us, char out[32])
{
	char head[24];
	struct tm tm;

	if (!calendar(utc_us, &tm) ||
	    strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		snprintf(head, sizeof(head), "1970-01-01T00:00:00");
	snprintf(out, 32, "%s.%03uZ", head,
	    (unsigned)(utc_us / 1000 % 1000) % 1000);
	return out;
}

json_t *
cli_json_time(int64_t utc_us)
{
	char text[32];

	return utc_us > 0 ? json_string(cli_iso(utc_us, text)) : json_null();
}

void
cli_print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2));
	fputc('\n', stdout);
}

const char *
cli_count(long long n, char out[CLI_COUNT_BYTES])
{
	char digits[CLI_COUNT_BYTES];
	int length = snprintf(digits, sizeof(digits), "%lld", n < 0 ? 0 : n);
	char *to = out;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return out;
}

const char *
cli_age(int64_t us, char out[24])
{
	long long s = us / 1000000;

	if (us < 0)
		snprintf(out, 24, "-");
	else if (s < 120)
		snprintf(out, 24, "%lld s", s);
	else if (s < 7200)
		snprintf(out, 24, "%lld min", s / 60);
	else if (s < 172800)
		snprintf(out, 24, "%lld h", s / 3600);
	else
		snprintf(out, 24, "%lld d", s / 86400);
	return out;
}
