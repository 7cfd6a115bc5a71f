/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report as files: each whole or not there, the pages last. */
#include "monitor/cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/disk.h"

#define PATH_BYTES 4096

/* Beside where it shall stand, under another name, given. */
static bool
file_beside(const char *path, const struct ink *text, char temp[PATH_BYTES])
{
	int fd,
	    n = snprintf(temp, PATH_BYTES, "%s.%d.part", path, (int)getpid());
	bool good;

	if (n >= PATH_BYTES) {
		cli_say("the name is too long");
		return false;
	}
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	good = fd >= 0 && disk_write(fd, text->text, text->length) &&
	       fsync(fd) == 0;
	if (!good)
		cli_say("%s can't be written: %s", path, strerror(errno));
	if (fd >= 0 && close(fd) != 0 && good) {
		cli_say("%s can't be written: %s", path, strerror(errno));
		good = false;
	}
	if (!good && fd >= 0)
		unlink(temp);
	return good;
}

static bool
file_place(const char *temp, const char *path)
{
	if (rename(temp, path) == 0)
		return true;
	cli_say("%s can't be written: %s", path, strerror(errno));
	unlink(temp);
	return false;
}

/* A device, a pipe, a link (/dev/stdout is one): a name that stands for
 * something else, and no new file may take its place. */
static bool
is_special(const char *path)
{
	struct stat s;

	return lstat(path, &s) == 0 && !S_ISREG(s.st_mode) &&
	       !S_ISDIR(s.st_mode);
}

static bool
file_into(const char *path, const struct ink *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool good = fd >= 0 && disk_write(fd, text->text, text->length);

	if (!good)
		cli_say("%s can't be written: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return good;
}

bool
report_file(const char *path, const struct ink *text)
{
	char temp[PATH_BYTES];

	if (is_special(path))
		return file_into(path, text);
	return file_beside(path, text, temp) && file_place(temp, path);
}

/* --- pictures */

struct shot {
	struct report_job *job;
	const char *folder;
	int64_t incident;
	const char *what;
	bool good;
};

static void
shot_write(void *arg, const struct store_picture *p)
{
	struct shot *s = arg;
	struct ink png = { 0 };
	char path[PATH_BYTES];

	ink_bytes(&png, p->png, p->length);
	snprintf(path, sizeof(path), "%s/%lld-%s.png", s->folder,
	    (long long)s->incident, s->what);
	s->good = !png.failed && report_file(path, &png);
	ink_free(&png);
}

/* What retention has taken meanwhile is not there: no failure. */
static bool
shot_save(struct shot *s, const struct report_picture *p, const char *what)
{
	bool found;

	s->good = true;
	s->what = what;
	if (p->id == 0)
		return true;
	if (!store_read_picture(s->job->reader, 0, 0, p->id, shot_write, s,
		&found)) {
		cli_say("%s", store_reader_error(s->job->reader));
		return false;
	}
	return s->good;
}

static bool
pictures_save(struct report_job *job, const char *folder)
{
	struct shot s = { .job = job, .folder = folder };
	const struct report *r = job->report;

	for (uint32_t i = 0; i < r->incident_count; i++) {
		const struct report_incident *t = &r->incidents[i];

		if (t->before.id == 0 && t->after.id == 0 &&
		    t->recovered.id == 0)
			continue;
		if (mkdir(folder, 0750) != 0 && errno != EEXIST) {
			cli_say("%s can't be made: %s", folder,
			    strerror(errno));
			return false;
		}
		s.incident = t->id;
		if (!shot_save(&s, &t->before, "before") ||
		    !shot_save(&s, &t->after, "after") ||
		    !shot_save(&s, &t->recovered, "recovered"))
			return false;
	}
	return true;
}

/* --- the files */

static const struct {
	const char *end;
	enum report_format format;
} files[] = { { ".html", FORMAT_HTML }, { "-mail.html", FORMAT_MAIL },
	{ ".csv", FORMAT_CSV }, { ".json", FORMAT_JSON },
	{ ".txt", FORMAT_TEXT } };
#define FILES (sizeof(files) / sizeof(files[0]))

struct made {
	char path[PATH_BYTES], temp[PATH_BYTES];
};

static bool
one_beside(struct report_job *job, size_t i, const char *base,
    struct made *made)
{
	struct ink text = { 0 };
	bool good;

	snprintf(made->path, sizeof(made->path), "%s%s", base, files[i].end);
	good = report_render(job, files[i].format, &text) &&
	       file_beside(made->path, &text, made->temp);
	ink_free(&text);
	return good;
}

static bool
all_write(struct report_job *job, const char *base)
{
	struct made *made = calloc(FILES, sizeof(*made));
	size_t ready = 0, placed = 0;

	if (made == NULL) {
		cli_say("memory is out");
		return false;
	}
	while (ready < FILES && one_beside(job, ready, base, &made[ready]))
		ready++;
	while (ready == FILES && placed < FILES &&
	       file_place(made[placed].temp, made[placed].path))
		placed++;
	for (size_t i = placed; i < ready; i++)
		unlink(made[i].temp);
	for (size_t i = 0; placed == FILES && i < FILES; i++)
		puts(made[i].path);
	free(made);
	return placed == FILES;
}

/* "report-2026-11-22", of several days "report-2026-11-01-2026-11-30"; with
 * the site's name behind it. */
static void
base_name(struct report_job *job, char out[256])
{
	const struct report *r = job->report;
	char first[24], last[24];
	int n;

	when_print(job->when, job->zone, r->from_utc, first);
	when_print(job->when, job->zone, r->to_utc - 1, last);
	first[10] = last[10] = '\0';
	n = snprintf(out, 256, "report-%s", first);
	if (strcmp(first, last) != 0)
		n += snprintf(out + n, 256 - (size_t)n, "-%s", last);
	if (r->site[0] == '\0')
		return;
	out[n++] = '-';
	for (const char *p = r->site; *p != '\0' && n < 200; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') ||
			     (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9');

		out[n++] = plain ? *p : '_';
	}
	out[n] = '\0';
}

static bool
subject_print(struct report_job *job)
{
	/* The day in the subject is that of the report's zone. */
	const struct report_face face = { .language = job->language,
		.ahead = when_ahead,
		.ahead_arg = job->when };
	struct ink line = { 0 };
	bool good = report_subject(job->report, &face, &line);

	if (good)
		printf("%s\n", line.text);
	ink_free(&line);
	return good;
}

bool
report_folder(struct report_job *job)
{
	char name[256], base[PATH_BYTES], pictures[300], folder[PATH_BYTES];

	if (mkdir(job->folder, 0750) != 0 && errno != EEXIST) {
		cli_say("%s can't be made: %s", job->folder, strerror(errno));
		return false;
	}
	base_name(job, name);
	snprintf(pictures, sizeof(pictures), "%s-pictures", name);
	if (snprintf(base, sizeof(base), "%s/%s", job->folder, name) >=
		(int)sizeof(base) - 300 ||
	    snprintf(folder, sizeof(folder), "%s/%s", job->folder, pictures) >=
		(int)sizeof(folder) - 100) {
		cli_say("the folder's name is too long");
		return false;
	}
	job->pictures = pictures;
	bool good = pictures_save(job, folder) && subject_print(job) &&
		    all_write(job, base);

	job->pictures = NULL;
	return good;
}
