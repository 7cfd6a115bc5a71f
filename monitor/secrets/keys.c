/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/secrets/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "common/disk.h"

#define TEXT_BYTES 2048 /* eight keys, and some words about them */
#define HEX (2 * SEAL_KEY)

/* On pages of its own: locked, in no dump, with guards on both sides. */
struct keys {
	unsigned count;
	struct seal_key key[KEYS_MOST];
	uint8_t bytes[KEYS_MOST][SEAL_KEY]; /* as the file has them */
};

static bool
fail(char error_out[KEYS_ERROR], const char *path, const char *why)
{
	snprintf(error_out, KEYS_ERROR, "%.150s %.90s", path, why);
	return false;
}

/* systemd's, if it hands us one of that name. */
static bool
handed(const char *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	size_t n = dir != NULL ? strlen(dir) : 0;

	return n > 0 && strncmp(path, dir, n) == 0 && path[n] == '/';
}

void
keys_path(const char *setting, const char *state_dir, char out[KEYS_PATH])
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (setting != NULL && setting[0] != '\0') {
		snprintf(out, KEYS_PATH, "%s", setting);
		return;
	}
	snprintf(out, KEYS_PATH, "%s/%s", dir != NULL ? dir : "", KEYS_FILE);
	if (dir == NULL || access(out, F_OK) != 0)
		snprintf(out, KEYS_PATH, "%s/%s", state_dir, KEYS_FILE);
}

/* --- the file */

/* What systemd hands over lies in a folder of our own, and shows the mask of an
 * access list where others show the group. */
static bool private(const char *path, const struct stat *st,
    char error_out[KEYS_ERROR])
{
	mode_t others = handed(path) ? 0007 : 0077;

	if (!S_ISREG(st->st_mode))
		return fail(error_out, path, "is no file");
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return fail(error_out, path,
		    "belongs to somebody else: it is not used");
	if ((st->st_mode & others) != 0)
		return fail(error_out, path,
		    "is open to others: chmod 400, and it is used");
	return true;
}

static bool
slurp(const char *path, char text[TEXT_BYTES], char error_out[KEYS_ERROR])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return fail(error_out, path,
		    errno == ENOENT ? "is not there" : strerror(errno));
	bool good = fstat(fd, &st) == 0 && private(path, &st, error_out);

	if (good && (n = read(fd, text, TEXT_BYTES)) < 0)
		good = fail(error_out, path, strerror(errno));
	close(fd);
	if (good && n >= TEXT_BYTES)
		good = fail(error_out, path, "is too long to hold keys");
	text[good ? n : 0] = '\0';
	return good;
}

static bool
take_line(struct keys *k, const char *line, size_t n)
{
	size_t got;

	if (n == 0 || line[0] == '#')
		return true;
	if (n != HEX || k->count == KEYS_MOST ||
	    sodium_hex2bin(k->bytes[k->count], SEAL_KEY, line, n, NULL, &got,
		NULL) != 0 ||
	    got != SEAL_KEY)
		return false;
	seal_key_of(k->bytes[k->count], &k->key[k->count]);
	k->count++;
	return true;
}

static bool
take_text(struct keys *k, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\r\n");

		if (!take_line(k, text, n))
			return false;
		text += n;
		text += strspn(text, "\r\n");
	}
	return k->count > 0;
}

struct keys *
keys_open(const char *path, char error_out[KEYS_ERROR])
{
	char text[TEXT_BYTES];
	struct keys *k = sodium_init() >= 0 ? sodium_malloc(sizeof(*k)) : NULL;

	if (k == NULL) {
		fail(error_out, path, "can't be read: memory is out");
		return NULL;
	}
	memset(k, 0, sizeof(*k));
	if (!slurp(path, text, error_out)) {
		keys_free(&k);
	} else if (!take_text(k, text)) {
		fail(error_out, path,
		    "holds no key: a line of 64 hex digits is expected");
		keys_free(&k);
	}
	sodium_memzero(text, sizeof(text));
	if (k != NULL)
		sodium_mprotect_readonly(k);
	return k;
}

void
keys_free(struct keys **k)
{
	sodium_free(*k); /* wipes */
	*k = NULL;
}

static void
print_key(char *out, const uint8_t bytes[SEAL_KEY])
{
	sodium_bin2hex(out, HEX + 1, bytes, SEAL_KEY);
	out[HEX] = '\n';
	out[HEX + 1] = '\0';
}

static void
folder_of(const char *path, char out[KEYS_PATH])
{
	const char *slash = strrchr(path, '/');

	snprintf(out, KEYS_PATH, "%.*s",
	    slash != NULL ? (int)(slash - path) + 1 : 1,
	    slash != NULL ? path : ".");
}

/* The whole text under another name, for whoever owns `like`. */
static bool
stage(const char *fresh, const char *like, const char *text)
{
	int fd = disk_put(fresh, text, 0400) ? open(fresh, O_RDONLY | O_CLOEXEC)
					     : -1;
	bool good = fd >= 0 && disk_give(fd, like);

	if (fd >= 0)
		close(fd);
	return good;
}

/* The text is the file at path from now on, whole; `over`: in place of what is
 * there, which else stays. False: errno. */
static bool
put_text(const char *path, const char *text, bool over)
{
	char fresh[KEYS_PATH + 8], folder[KEYS_PATH];

	folder_of(path, folder);
	snprintf(fresh, sizeof(fresh), "%s.made", path);
	bool good = stage(fresh, over ? path : folder, text) &&
		    (over ? rename(fresh, path) == 0
			  : link(fresh, path) == 0 || errno == EEXIST);
	int error = errno;

	unlink(fresh);
	errno = error;
	return good && disk_sync(path) && disk_sync(folder);
}

bool
keys_make(const char *path, char error_out[KEYS_ERROR])
{
	uint8_t bytes[SEAL_KEY];
	char text[HEX + 2];

	if (access(path, F_OK) == 0)
		return true;
	if (sodium_init() < 0)
		return fail(error_out, path, "can't be made");
	randombytes_buf(bytes, sizeof(bytes));
	print_key(text, bytes);
	bool good = put_text(path, text, false);

	if (!good)
		fail(error_out, path, strerror(errno));
	sodium_memzero(bytes, sizeof(bytes));
	sodium_memzero(text, sizeof(text));
	return good;
}

/* --- use */

unsigned
keys_count(const struct keys *k)
{
	return k->count;
}

const uint8_t *
keys_id(const struct keys *k)
{
	return k->key[0].id;
}

size_t
keys_seal(const struct keys *k, const struct seal_place *place,
    const char *secret, uint8_t out[SEAL_MOST])
{
	uint8_t nonce[SEAL_NONCE];

	randombytes_buf(nonce, sizeof(nonce));
	return seal_close(&k->key[0], place, nonce, secret, out);
}

bool
keys_unseal(const struct keys *k, const struct seal_place *place,
    const void *sealed, size_t n, char out[LIMIT_CREDENTIAL_BYTES])
{
	out[0] = '\0';
	for (unsigned i = 0; k != NULL && i < k->count; i++)
		if (seal_open(&k->key[i], place, sealed, n, out))
			return true;
	return false;
}

bool
keys_newest(const struct keys *k, const void *sealed, size_t n)
{
	const uint8_t *wants = seal_wants(sealed, n);

	return wants != NULL && memcmp(wants, k->key[0].id, SEAL_ID) == 0;
}

/* --- another key */

static bool
put_keys(const char *path, const uint8_t *first, const uint8_t *second,
    char error_out[KEYS_ERROR])
{
	char text[2 * (HEX + 2)];

	print_key(text, first);
	if (second != NULL)
		print_key(text + HEX + 1, second);
	bool good = put_text(path, text, true);

	sodium_memzero(text, sizeof(text));
	return good || fail(error_out, path, strerror(errno));
}

bool
keys_rotate(const char *path, char error_out[KEYS_ERROR])
{
	uint8_t fresh[SEAL_KEY];
	struct keys *k;
	bool good = true;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return keys_make(path, error_out);
	k = keys_open(path, error_out);
	if (k == NULL)
		return false;
	if (k->count == 1) {
		randombytes_buf(fresh, sizeof(fresh));
		good = put_keys(path, fresh, k->bytes[0], error_out);
		sodium_memzero(fresh, sizeof(fresh));
	}
	keys_free(&k);
	return good;
}

bool
keys_settle(const char *path, char error_out[KEYS_ERROR])
{
	struct keys *k = keys_open(path, error_out);
	bool good = k != NULL && (k->count == 1 || put_keys(path, k->bytes[0],
						       NULL, error_out));

	keys_free(&k);
	return good;
}
