/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/witness/witness_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/disk.h"

#define PREFIX "checkpoints-"
#define HEAD "=== "
#define DAY_FILE_BYTES (256u << 20)

static bool
fail(char error_out[256], const char *what, const char *file)
{
	snprintf(error_out, 256, "%s %.150s: %s", what, file, strerror(errno));
	return false;
}

/* Whole or not at all, and on the disk. */
static bool
write_whole(const char *dir, const char *name, const char *text, mode_t mode)
{
	char path[1200];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return disk_put(path, text, mode);
}

static char *
read_file(const char *path, size_t *length_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text = NULL;
	size_t n = 0;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size <= (off_t)DAY_FILE_BYTES)
		text = malloc((size_t)st.st_size + 1);
	while (text != NULL && n < (size_t)st.st_size) {
		ssize_t got = read(fd, text + n, (size_t)st.st_size - n);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	close(fd);
	if (text != NULL)
		text[n] = '\0';
	*length_out = n;
	return text;
}

/* --- the key */

static bool
make_key(struct witness *w, const char *dir, const char *name,
    char error_out[256])
{
	char text[NOTE_KEY_TEXT + 1];
	uint8_t seed[32];

	if (getrandom(seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) ||
	    !note_signer_make(&w->signer, name, NOTE_COSIGNATURE_V1, seed)) {
		snprintf(error_out, 256,
		    "'%.100s' can't be a witness's name: expected a word "
		    "without blanks and +",
		    name);
		return false;
	}
	explicit_bzero(seed, sizeof(seed));
	note_signer_print(&w->signer, text);
	strncat(text, "\n", 2);
	if (!write_whole(dir, "witness.key", text, 0400))
		return fail(error_out, "can't write witness.key in", dir);
	explicit_bzero(text, sizeof(text));
	return true;
}

static bool
open_key(struct witness *w, const char *dir, const char *name,
    char error_out[256])
{
	char path[1200], text[NOTE_KEY_TEXT + 1];
	size_t n;
	char *key;
	bool good;

	snprintf(path, sizeof(path), "%s/witness.key", dir);
	key = read_file(path, &n);
	if (key == NULL && errno != ENOENT)
		return fail(error_out, "can't read", path);
	if (key == NULL && !make_key(w, dir, name, error_out))
		return false;
	if (key != NULL) {
		while (n > 0 && key[n - 1] == '\n')
			n--;
		good = note_signer_read(&w->signer, key, n) &&
		       w->signer.key.algorithm == NOTE_COSIGNATURE_V1;
		explicit_bzero(key, n);
		free(key);
		if (!good) {
			snprintf(error_out, 256, "%.200s is no witness's key",
			    path);
			return false;
		}
	}
	note_key_print(&w->signer.key, text);
	strncat(text, "\n", 2);
	return write_whole(dir, "witness.pub", text, 0444) ||
	       fail(error_out, "can't write witness.pub in", dir);
}

/* --- what was kept */

/* "=== <bytes>\n" and so many bytes; one that was cut off by a crash is read
 * over, line by line. */
static void
recall_file(struct witness *w, const char *text, size_t n)
{
	const char *end = text + n;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		unsigned long length = 0;

		if (stop == NULL)
			return;
		if (strncmp(text, HEAD, sizeof(HEAD) - 1) == 0)
			length = strtoul(text + sizeof(HEAD) - 1, NULL, 10);
		text = stop + 1;
		if (length > 0 && length <= (size_t)(end - text) &&
		    witness_recall(w, text, length))
			text += length;
	}
}

static int
is_day(const struct dirent *d)
{
	return strncmp(d->d_name, PREFIX, sizeof(PREFIX) - 1) == 0;
}

static bool
all_known(const struct witness *w)
{
	for (unsigned i = 0; i < w->count; i++)
		if (!w->logs[i].known)
			return false;
	return true;
}

/* From the newest day back, until each log was met. */
static bool
recall(struct witness *w, const char *dir, char error_out[256])
{
	struct dirent **names;
	int count = scandir(dir, &names, is_day, alphasort);
	bool good = true;

	if (count < 0)
		return fail(error_out, "can't read", dir);
	for (int i = count - 1; i >= 0; i--) {
		char path[1500];
		size_t n = 0;
		char *text = NULL;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		if (good && !all_known(w)) {
			text = read_file(path, &n);
			good =
			    text != NULL || fail(error_out, "can't read", path);
		}
		if (text != NULL)
			recall_file(w, text, n);
		free(text);
		free(names[i]);
	}
	free(names);
	return good;
}

bool
witness_files_open(struct witness *w, const char *dir, const char *name,
    char error_out[256])
{
	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return fail(error_out, "can't make", dir);
	return open_key(w, dir, name, error_out) && recall(w, dir, error_out);
}

bool
witness_files_keep(const char *dir, const struct witness_offer *o,
    int64_t utc_us, char error_out[256])
{
	char entry[NOTE_BYTES + NOTE_LINE + 64], path[1200], day[NOTE_TIME];
	char latest[NOTE_NAME + 32];
	size_t head;
	bool good, fresh;
	int fd;

	note_time_print(utc_us, day);
	snprintf(path, sizeof(path), "%s/" PREFIX "%.10s", dir, day);
	head = (size_t)snprintf(entry, sizeof(entry), "\n" HEAD "%zu\n",
	    o->note_length + strlen(o->line));
	if (head + o->note_length + strlen(o->line) + 1 > sizeof(entry)) {
		snprintf(error_out, 256, "the note is too long");
		return false;
	}
	snprintf(entry + head, sizeof(entry) - head, "%.*s%s",
	    (int)o->note_length, o->note, o->line);
	fresh = access(path, F_OK) != 0;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	good = fd >= 0 && disk_write(fd, entry, strlen(entry)) &&
	       fsync(fd) == 0 && (!fresh || disk_sync(dir));
	if (!good)
		fail(error_out, "can't write", path);
	if (fd >= 0)
		close(fd);
	snprintf(latest, sizeof(latest), "latest-%s", o->log->key.name);
	for (char *p = latest; *p != '\0'; p++)
		if (*p == '/' || *p < ' ')
			*p = '_';
	return good && (write_whole(dir, latest, entry + head, 0644) ||
			   fail(error_out, "can't write in", dir));
}
