/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports that were made, and their files: only those whose names and hashes
 * the ledger's line tells, out of the folder of the main one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/hex.h"
#include "common/log.h"
#include "common/site.h"
#include "monitor/http/reader_query.h"
#include "monitor/ledger/hash.h"
#include "monitor/store/store_read_search.h"

#define PATH_BYTES 4096

static const char *
after_slash(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* What the fleet's report tells is of all sites. */
static bool
may_see(const struct query *q, const struct store_paper_row *row)
{
	return query_may(q, row->site);
}

static void
put_files(struct query *q, const struct store_paper_row *row)
{
	json_out_key(&q->json, "files");
	json_out_open(&q->json, '[');
	for (unsigned i = 0; i < row->file_count; i++)
		json_out_string(&q->json, row->files[i].name);
	if (row->file_count == 0)
		json_out_string(&q->json, after_slash(row->path));
	json_out_close(&q->json, ']');
}

static bool
on_paper(void *arg, const struct store_paper_row *row)
{
	struct query *q = arg;

	if (!may_see(q, row) ||
	    (q->site != NULL && !site_within(row->site, q->site)))
		return true;
	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_number(q, "number", row->id);
	query_put_time(q, "from", row->from_utc);
	query_put_time(q, "to", row->to_utc);
	query_put_text(q, "site", row->site);
	query_put_time(q, "made", row->made_utc);
	query_put_text(q, "name", after_slash(row->path));
	query_put_text(q, "sha256", row->sha256);
	put_files(q, row);
	json_out_close(&q->json, '}');
	query_mark_numbers(q, row->id, 0);
	return true;
}

/* The next of the whole fleet's: nothing to those who don't see it. */
static void
put_nightly(struct query *q)
{
	const struct read_facts *f = q->facts;

	json_out_key(&q->json, "nightly");
	if (f->people_days == 0 || !query_may(q, "")) {
		json_out_null(&q->json);
		return;
	}
	json_out_open(&q->json, '{');
	query_put_bool(q, "enabled", f->reports);
	query_put_time(q, "due", f->report_utc);
	json_out_key(&q->json, "date");
	if (f->report_date[0] != '\0')
		json_out_string(&q->json, f->report_date);
	else
		json_out_null(&q->json);
	query_put_text(q, "trouble", f->report_trouble);
	json_out_close(&q->json, '}');
}

bool
query_reports(struct query *q)
{
	int64_t below, zero;
	bool read = true;

	if (query_after_numbers(q, &below, &zero) < 0)
		return query_status(q, 400);
	query_list(q);
	if (!q->nowhere)
		read = store_read_papers(q->store,
		    below > 0 ? below : INT64_MAX, 0, on_paper, q);
	query_list_end(q);
	put_nightly(q);
	json_out_close(&q->json, '}');
	return read;
}

/* --- a file */

struct wanted {
	const struct query *q;
	bool found;
	char path[PATH_BYTES];
	char sha256[2 * LEDGER_HASH + 1];
};

static void
take_file(struct wanted *w, const char *main, const char *sha256)
{
	const char *name = w->q->ask->name;
	int folder = (int)(after_slash(main) - main);
	int n =
	    snprintf(w->path, sizeof(w->path), "%.*s%s", folder, main, name);

	w->found = n > 0 && (size_t)n < sizeof(w->path);
	snprintf(w->sha256, sizeof(w->sha256), "%s", sha256);
}

static bool
on_wanted(void *arg, const struct store_paper_row *row)
{
	struct wanted *w = arg;
	const char *name = w->q->ask->name;

	if (!may_see(w->q, row))
		return false;
	for (unsigned i = 0; i < row->file_count && !w->found; i++)
		if (strcmp(row->files[i].name, name) == 0)
			take_file(w, row->path, row->files[i].sha256);
	if (!w->found && strcmp(after_slash(row->path), name) == 0)
		take_file(w, row->path, row->sha256);
	return false;
}

/* No name of a report has a folder in it, whatever the database says. */
static bool
is_plain(const char *name)
{
	return name[0] != '\0' && name[0] != '.' &&
	       strpbrk(name, "/\\") == NULL;
}

static enum read_type
type_of(const char *name)
{
	static const struct {
		const char *end;
		enum read_type type;
	} types[] = { { ".html", READ_HTML }, { ".csv", READ_TEXT_CSV },
		{ ".json", READ_JSON } };
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t m = strlen(types[i].end);

		if (n > m && strcmp(name + n - m, types[i].end) == 0)
			return types[i].type;
	}
	return READ_PLAIN;
}

/* Given; NULL: it isn't there, is no file, or is too large (status says so). */
static uint8_t *
file_read(struct query *q, const char *path, size_t *length_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	uint8_t *bytes = NULL;
	size_t n = 0;
	ssize_t got = 1;

	query_status(q, 404);
	if (fd < 0 && errno == EACCES)
		query_shut_out(q);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (st.st_size > READ_ANSWER_BYTES)
		query_status(q, 413);
	else
		bytes = malloc((size_t)st.st_size + 1);
	while (bytes != NULL && got > 0 && n < (size_t)st.st_size) {
		got = read(fd, bytes + n, (size_t)st.st_size - n);
		n += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	*length_out = n;
	return bytes;
}

/* Only what was recorded is shown as the report. */
static bool
is_recorded(const struct wanted *w, const uint8_t *bytes, size_t n)
{
	uint8_t hash[LEDGER_HASH];
	char text[2 * LEDGER_HASH + 1];

	hash_of(bytes, n, hash);
	hex_print(hash, LEDGER_HASH, text);
	return strcmp(text, w->sha256) == 0;
}

bool
query_report_file(struct query *q)
{
	struct wanted w = { .q = q };
	uint8_t *bytes = NULL;
	size_t n = 0;

	query_status(q, 404);
	if (q->ask->number <= 0 || !is_plain(q->ask->name))
		return true;
	if (!store_read_papers(q->store, INT64_MAX, q->ask->number, on_wanted,
		&w))
		return false;
	if (w.found)
		bytes = file_read(q, w.path, &n);
	if (bytes != NULL && !is_recorded(&w, bytes, n)) {
		log_warn("reader", "%s is not the file that was recorded",
		    w.path);
		query_status(q, 409);
	} else if (bytes != NULL) {
		query_give(q, type_of(q->ask->name), bytes, n);
	}
	free(bytes);
	return true;
}
