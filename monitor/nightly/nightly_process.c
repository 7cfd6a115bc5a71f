/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/nightly/nightly_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/confine.h"
#include "monitor/ledger/hash.h"
#include "monitor/nightly/nightly_said.h"
#include "monitor/read_only.h"

#define DONE 0
#define FAILED 2
#define PATH_BYTES 4096
#define NAMES 256 /* of one report, without its pictures; of old files */
#define PICTURES "-pictures"
#define BESIDE ".report-" /* what is not finished begins with it */

static int __attribute__((format(printf, 1, 2))) fail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return FAILED;
}

/* --- names in a folder */

struct names {
	char name[NAMES][NIGHTLY_NAME];
	unsigned count;
	bool more;
};

typedef bool name_fn(const char *name, const char *what);

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Those that fit, sorted. False: it can't be read. */
static bool
names_read(int dir, name_fn *fits, const char *what, struct names *out)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;

	out->count = 0;
	out->more = false;
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (errno = 0, (e = readdir(d)) != NULL) {
		if (strlen(e->d_name) >= NIGHTLY_NAME || !fits(e->d_name, what))
			continue;
		out->more = out->count == NAMES;
		if (out->more)
			break;
		snprintf(out->name[out->count++], NIGHTLY_NAME, "%.63s",
		    e->d_name);
	}
	bool good = errno == 0;

	closedir(d);
	qsort(out->name, out->count, NIGHTLY_NAME, compare);
	return good;
}

static bool
is_any(const char *name, const char *what)
{
	(void)what;
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static bool
is_unfinished(const char *name, const char *what)
{
	(void)what;
	return strncmp(name, BESIDE, strlen(BESIDE)) == 0;
}

static bool
is_file_of_report(const char *name, const char *what)
{
	size_t n = strlen(name), k = strlen(PICTURES);

	(void)what;
	return nightly_is_name(name) &&
	       (n < k || strcmp(name + n - k, PICTURES) != 0);
}

/* Of a day before that date; dates sort as text. */
static bool
is_older(const char *name, const char *date)
{
	return is_file_of_report(name, NULL) &&
	       strncmp(name + strlen("report-"), date, strlen(date)) < 0;
}

/* Removes it with all in it; folders in folders once, as reports have them. */
static bool
remove_all(int dir, const char *name, int depth)
{
	struct names *in;
	int fd;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR || depth > 2)
		return false;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	in = fd >= 0 ? malloc(sizeof(*in)) : NULL;
	bool good = in != NULL;

	do {
		good = good && names_read(fd, is_any, NULL, in);
		for (unsigned i = 0; good && i < in->count; i++)
			good = remove_all(fd, in->name[i], depth + 1);
	} while (good && in->more);
	free(in);
	if (fd >= 0)
		close(fd);
	return good && unlinkat(dir, name, AT_REMOVEDIR) == 0;
}

/* --- hashes */

static bool
hash_file(int dir, const char *name, uint64_t *size_out, uint8_t out[32])
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	static uint8_t bytes[64 << 10];
	struct hash h;
	struct stat st;
	ssize_t n = -1;

	*size_out = 0;
	hash_begin(&h);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
			hash_add(&h, bytes, (size_t)n);
			*size_out += (uint64_t)n;
		}
	hash_end(&h, out);
	/* What stands for good must be on the disk before its hash is told. */
	bool good = n == 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

static void
hex_print(FILE *out, const uint8_t hash[32])
{
	for (int i = 0; i < 32; i++)
		fprintf(out, "%02x", hash[i]);
}

static bool
tell_file(int dir, const char *word, const char *name)
{
	uint8_t hash[32];
	uint64_t size;

	if (!hash_file(dir, name, &size, hash))
		return false;
	printf("%s %s %llu ", word, name, (unsigned long long)size);
	hex_print(stdout, hash);
	putchar('\n');
	return true;
}

/* --- making one */

/* All of it through `camwarden report`, the very program that runs; its first
 * line of output is the subject. */
static void
become_report(const char *date, const char *into, char **options, int count)
{
	char *argv[32] = { "camwarden", "report" };
	int n = 2;

	for (int i = 0; i < count && n < 26; i++)
		argv[n++] = options[i];
	argv[n++] = "--date";
	argv[n++] = (char *)(uintptr_t)date;
	argv[n++] = "--folder";
	argv[n++] = (char *)(uintptr_t)into;
	argv[n] = NULL;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execv("/proc/self/exe", argv);
	_exit(127);
}

static bool
read_subject(int fd, char *out, size_t size)
{
	FILE *f = fdopen(fd, "r");
	char rest[256];
	bool good = f != NULL && fgets(out, (int)size, f) != NULL;

	if (good)
		out[strcspn(out, "\r\n")] = '\0';
	while (f != NULL && fgets(rest, sizeof(rest), f) != NULL)
		;
	if (f != NULL)
		fclose(f);
	else
		close(fd);
	return good && out[0] != '\0';
}

static int
run_report(const char *date, const char *into, char **options, int count,
    char *subject, size_t size)
{
	int out[2], status = 0;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) != 0)
		return fail("no pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		become_report(date, into, options, count);
	}
	close(out[1]);
	bool said = read_subject(out[0], subject, size);

	if (pid < 0)
		return fail("no process: %s", strerror(errno));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		return fail("the making of it was ended by signal %d%s",
		    WTERMSIG(status),
		    WTERMSIG(status) == SIGKILL ? " (memory?)" : "");
	if (status != 0)
		return fail("`camwarden report` ended with %d",
		    WEXITSTATUS(status));
	return said ? DONE : fail("`camwarden report` said nothing");
}

/* "hash  path" of every file, pictures too, as sha256sum -c reads it. */
static bool
list_into(int dir, FILE *list, const char *under, const struct names *names)
{
	for (unsigned i = 0; i < names->count; i++) {
		uint8_t hash[32];
		uint64_t size;

		if (!hash_file(dir, names->name[i], &size, hash))
			return false;
		hex_print(list, hash);
		fprintf(list, "  %s%s%s\n", under, under[0] != '\0' ? "/" : "",
		    names->name[i]);
	}
	return true;
}

static bool
list_pictures(int dir, FILE *list, const char *pictures)
{
	int fd = openat(dir, pictures, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	static struct names names;
	DIR *d;
	struct dirent *e;
	bool good = true;

	if (fd < 0)
		return errno == ENOENT; /* a day without incidents */
	d = fdopendir(fd);
	while (good && d != NULL && (e = readdir(d)) != NULL) {
		if (!is_any(e->d_name, NULL))
			continue;
		names.count = 1;
		snprintf(names.name[0], NIGHTLY_NAME, "%.63s", e->d_name);
		good = list_into(fd, list, pictures, &names);
	}
	if (d != NULL)
		closedir(d);
	return good && d != NULL;
}

static bool
write_list(int dir, const char *base, const struct names *names)
{
	char name[NIGHTLY_NAME], pictures[NIGHTLY_NAME];
	int fd;
	FILE *list;

	snprintf(name, sizeof(name), "%s.sha256", base);
	snprintf(pictures, sizeof(pictures), "%s" PICTURES, base);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	list = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (list == NULL)
		return false;
	bool good = list_into(dir, list, "", names) &&
		    list_pictures(dir, list, pictures) && fflush(list) == 0;

	return fclose(list) == 0 && good;
}

/* Pictures first, the list last: what is there is whole. */
static bool
move_all(int from, int to, const char *base, const struct names *names)
{
	char name[NIGHTLY_NAME];

	snprintf(name, sizeof(name), "%s" PICTURES, base);
	if (!remove_all(to, name, 0) ||
	    (renameat(from, name, to, name) != 0 && errno != ENOENT))
		return false;
	for (unsigned i = 0; i < names->count; i++)
		if (renameat(from, names->name[i], to, names->name[i]) != 0)
			return false;
	snprintf(name, sizeof(name), "%s.sha256", base);
	return renameat(from, name, to, name) == 0 && fsync(to) == 0;
}

/* --- the page that waits to be mailed */

#define WAITING_MOST 14 /* longer than a mail is tried */

static bool
copy_bytes(int from, int to)
{
	static char bytes[64 << 10];
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		for (ssize_t at = 0, done; at < n; at += done) {
			done = write(to, bytes + at, (size_t)(n - at));
			if (done <= 0)
				return false;
		}
	return n == 0 && fsync(to) == 0;
}

static bool
copy_page(int dir, int outbox, const char *base)
{
	static const char part[] = BESIDE "mail.part";
	char name[NIGHTLY_NAME];
	int from, to;

	snprintf(name, sizeof(name), "%.20s-mail.html", base);
	from = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	to = openat(outbox, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);
	bool good = from >= 0 && to >= 0 && copy_bytes(from, to);

	if (from >= 0)
		close(from);
	if (to >= 0 && close(to) != 0)
		good = false;
	return good && renameat(outbox, part, outbox, name) == 0;
}

/* The oldest go. */
static bool
keep_page(int dir, const char *outbox, const char *base)
{
	static struct names waiting;
	int fd;

	if (outbox[0] == '\0')
		return true;
	fd = open(outbox, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && copy_page(dir, fd, base) &&
		    names_read(fd, is_file_of_report, NULL, &waiting);

	for (unsigned i = 0; good && i + WAITING_MOST < waiting.count; i++)
		good = remove_all(fd, waiting.name[i], 0);
	if (fd >= 0)
		close(fd);
	return good;
}

/* Ends of a report's files in the order they are told; the first is the main
 * one. */
static const char *const ends[] = { ".html", "-mail.html", ".txt", ".csv",
	".json", ".sha256" };

static bool
tell_text(int dir, const char *base)
{
	char name[NIGHTLY_NAME];
	static char text[NIGHTLY_TEXT + 1];
	int fd;
	ssize_t got = 0, n = 0;

	snprintf(name, sizeof(name), "%s.txt", base);
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	while (got < (ssize_t)sizeof(text) &&
	       (n = read(fd, text + got, sizeof(text) - (size_t)got)) > 0)
		got += n;
	close(fd);
	/* What is longer ends with a whole line; the rest is attached. */
	if (got > NIGHTLY_TEXT) {
		const char *end = memrchr(text, '\n', NIGHTLY_TEXT - 8);

		got = end != NULL ? end - text + 1 : 0;
		memcpy(text + got, "[...]\n", 6);
		got += 6;
	}
	printf("text %zd\n", got);
	return n >= 0 && fwrite(text, 1, (size_t)got, stdout) == (size_t)got;
}

static bool
tell_made(int dir, const char *base, const char *subject)
{
	printf("subject %s\n", subject);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char name[NIGHTLY_NAME];

		snprintf(name, sizeof(name), "%s%s", base, ends[i]);
		if (!tell_file(dir, "file", name))
			return false;
	}
	return tell_text(dir, base) && puts("end") >= 0 && fflush(stdout) == 0;
}

static int
make_in(int dir, const char *folder, const char *date, const char *outbox,
    char **options, int count)
{
	char beside[NIGHTLY_NAME], base[24], into[PATH_BYTES];
	char subject[400];
	static struct names names;
	int from, code;

	snprintf(beside, sizeof(beside), BESIDE "%.10s.part", date);
	snprintf(base, sizeof(base), "report-%.10s", date);
	if (snprintf(into, sizeof(into), "%s/%s", folder, beside) >=
	    (int)sizeof(into))
		return fail("its name is too long");
	if (mkdirat(dir, beside, 0700) != 0)
		return fail("can't be written to: %s", strerror(errno));
	code = run_report(date, into, options, count, subject, sizeof(subject));
	if (code != DONE)
		return code;
	from = openat(dir, beside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (from < 0 || !names_read(from, is_file_of_report, NULL, &names) ||
	    names.count == 0 || !write_list(from, base, &names) ||
	    !move_all(from, dir, base, &names))
		code = fail("can't be written to: %s", strerror(errno));
	else if (!keep_page(dir, outbox, base))
		code =
		    fail("%s can't be written to: %s", outbox, strerror(errno));
	else if (!tell_made(dir, base, subject))
		code = fail("can't be read: %s", strerror(errno));
	if (from >= 0)
		close(from);
	return code;
}

/* What an earlier attempt left; only one runs at a time. */
static bool
tidy(int dir)
{
	static struct names left;

	if (!names_read(dir, is_unfinished, NULL, &left))
		return false;
	for (unsigned i = 0; i < left.count; i++)
		if (!remove_all(dir, left.name[i], 0))
			return false;
	return true;
}

static int
make(int dir, const char *folder, char **argv, int argc)
{
	int code;

	if (argc < 2)
		return fail("started by the monitor only");
	if (!tidy(dir))
		return fail("can't be tidied: %s", strerror(errno));
	code = make_in(dir, folder, argv[0], argv[1], argv + 2, argc - 2);
	tidy(dir);
	return code;
}

/* --- what is too old */

static int
tell_old(int dir, const char *date)
{
	static struct names old;

	if (!names_read(dir, is_older, date, &old))
		return fail("can't be read: %s", strerror(errno));
	for (unsigned i = 0; i < old.count && i < NIGHTLY_OLD; i++)
		if (!tell_file(dir, "old", old.name[i]))
			return fail("%s can't be read: %s", old.name[i],
			    strerror(errno));
	puts("end");
	return fflush(stdout) == 0 ? DONE : FAILED;
}

static int delete (int dir, char **names, int count)
{
	static const char list[] = ".sha256";

	for (int i = 0; i < count; i++) {
		char pictures[NIGHTLY_NAME + sizeof(PICTURES)];
		size_t n = strlen(names[i]), k = strlen(list);

		if (!is_file_of_report(names[i], NULL))
			return fail("%s is none of ours", names[i]);
		if (n > k && strcmp(names[i] + n - k, list) == 0) {
			snprintf(pictures, sizeof(pictures), "%.*s" PICTURES,
			    (int)(n - k), names[i]);
			if (!remove_all(dir, pictures, 0))
				return fail("%s can't be deleted: %s", pictures,
				    strerror(errno));
		}
		if (unlinkat(dir, names[i], 0) != 0 && errno != ENOENT)
			return fail("%s can't be deleted: %s", names[i],
			    strerror(errno));
	}
	return fsync(dir) == 0 ? DONE : fail("%s", strerror(errno));
}

/* It writes into its folders. `camwarden report` inherits this: it reads the
 * settings and the database, and writes beside that only where readers of the
 * database say what they read. */
static bool
lock_in(const char *folder, const char *outbox, char **options, int count)
{
	const char *state_dir = count > 1 ? options[1] : NULL;
	const char *config = count > 3 ? options[3] : NULL;
	struct read_only files;
	struct confine role = { .may = CONFINE_READ | CONFINE_WRITE |
				       CONFINE_START,
		.reads = { config },
		.writes = { folder, outbox },
		.rights = CONFINE_FILE_RIGHTS };

	if (state_dir != NULL) {
		if (!read_only_let(&role, state_dir, &files))
			return false;
		role.writes[outbox != NULL ? 2 : 1] = files.file[2];
	}
	return confine_enter(&role, "nightly");
}

int
nightly_process_main(int argc, char **argv)
{
	bool makes = argc > 6 && strcmp(argv[1], "make") == 0;
	const char *outbox = makes && argv[4][0] != '\0' ? argv[4] : NULL;
	int dir, code = FAILED;

	if (argc < 4)
		return fail("started by the monitor only");
	umask(0077);
	if (mkdir(argv[2], 0700) != 0 && errno != EEXIST)
		return fail("%s can't be made: %s", argv[2], strerror(errno));
	if (outbox != NULL && mkdir(outbox, 0700) != 0 && errno != EEXIST)
		return fail("%s can't be made: %s", outbox, strerror(errno));
	if (!lock_in(argv[2], outbox, argv + 5, makes ? argc - 5 : 0))
		return fail("it can't lock itself in");
	dir = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail("%s can't be opened: %s", argv[2], strerror(errno));
	if (strcmp(argv[1], "make") == 0)
		code = make(dir, argv[2], argv + 3, argc - 3);
	else if (strcmp(argv[1], "old") == 0)
		code = tell_old(dir, argv[3]);
	else if (strcmp(argv[1], "delete") == 0)
		code = delete (dir, argv + 3, argc - 3);
	close(dir);
	return code;
}
