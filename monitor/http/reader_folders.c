/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/reader_folders.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/store/store_read_ledger.h"

#define ROWS_MOST 40000u
#define ANSWERS_US (1 * US_PER_S)
#define LOOK_US 2000
#define STALE_US (60 * US_PER_S)

/* A share whose server is gone holds whoever touches it, perhaps for ever: not
 * us, who answer for all pages. */
static bool
answers(const char *folder)
{
	int64_t until = clock_mono_us() + ANSWERS_US;
	struct stat st;
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(stat(folder, &st) == 0 && S_ISDIR(st.st_mode) ? 0 : 1);
	while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0) {
		if (clock_mono_us() > until) {
			kill(pid, SIGKILL);
			log_warn("reader", "%s doesn't answer", folder);
			return false;
		}
		usleep(LOOK_US);
	}
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether inner is the folder, or lies in it at any depth. */
static bool
holds(const char *folder, const char *inner)
{
	struct stat st, at, below = { 0 };
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s", inner);

	if (stat(folder, &st) != 0)
		return false;
	while (n > 0 && (size_t)n + 4 < sizeof(path) && stat(path, &at) == 0) {
		if (same(&at, &st))
			return true;
		if (same(&at, &below))
			return false; /* the root's parent is the root */
		below = at;
		n += snprintf(path + n, sizeof(path) - (size_t)n, "/..");
	}
	return false;
}

static bool
is_let(const char *folder, const char *state_dir)
{
	const char *handed = getenv("CREDENTIALS_DIRECTORY");

	if (!answers(folder))
		return false;
	if (!holds(folder, state_dir) &&
	    (handed == NULL || handed[0] == '\0' || !holds(folder, handed)))
		return true;
	log_warn("reader",
	    "reports in %s are not shown: keys lie beneath it, too", folder);
	return false;
}

/* -1: not among them. */
static int
find(const struct reader_folders *f, const char *folder, size_t n)
{
	for (unsigned i = 0; i < f->count; i++)
		if (strlen(f->of[i].path) == n &&
		    memcmp(f->of[i].path, folder, n) == 0)
			return (int)i;
	return -1;
}

/* Of a report's path; 0: it has none. */
static size_t
folder_length(const struct store_made_row *row)
{
	const char *slash =
	    row->path.p != NULL ? memrchr(row->path.p, '/', row->path.n) : NULL;

	return slash != NULL ? (size_t)(slash - row->path.p) : 0;
}

static bool
take(void *arg, const struct store_made_row *row)
{
	struct reader_folders *f = arg;
	size_t n = folder_length(row);

	if (f->newest == 0)
		f->newest = row->id;
	if (n > 0 && n < sizeof(f->of[0].path) && find(f, row->path.p, n) < 0) {
		snprintf(f->of[f->count].path, sizeof(f->of[0].path), "%.*s",
		    (int)n, row->path.p);
		f->count++;
	}
	return f->count < READER_FOLDERS;
}

void
reader_folders_find(struct reader_folders *f, struct store_reader *r,
    const char *state_dir)
{
	memset(f, 0, sizeof(*f));
	f->found_us = clock_mono_us();
	if (r == NULL || !store_read_reports(r, ROWS_MOST, take, f))
		return;
	for (unsigned i = 0; i < f->count; i++)
		f->of[i].let = is_let(f->of[i].path, state_dir);
}

bool
reader_folders_let(const struct reader_folders *f, struct confine *role)
{
	for (unsigned i = 0; i < f->count; i++)
		if (f->of[i].let && !confine_let_read(role, f->of[i].path))
			return false;
	return true;
}

struct newest {
	const struct reader_folders *f;
	bool outgrown;
};

static bool
look(void *arg, const struct store_made_row *row)
{
	struct newest *w = arg;
	size_t n = folder_length(row);
	int i = find(w->f, n > 0 ? row->path.p : "", n);

	w->outgrown =
	    row->id != w->f->newest && n > 0 && (i < 0 || !w->f->of[i].let);
	return false;
}

bool
reader_folders_outgrown(const struct reader_folders *f, struct store_reader *r)
{
	struct newest w = { f, false };

	return r != NULL && store_read_reports(r, 1, look, &w) && w.outgrown;
}

bool
reader_folders_stale(const struct reader_folders *f, int64_t number)
{
	return number > f->newest || clock_mono_us() - f->found_us > STALE_US;
}
