/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A backup that somebody changed: patches (place, value) of a sound one, cut at
 * some length. It is refused with a sentence and nothing is touched, or it
 * becomes the database, which then opens or says why not. libFuzzer:
 * -max_len=120 */
#include "common/log.h"
#include "monitor/store/store.h"
#include "monitor/store/store_file.h"
#include "tests/fuzz/fuzz.h"

static char dir[FUZZ_DIR], fresh[96], backup[96], database[128];
static uint8_t *sound, *patched;
static size_t length;

static void
silence(void *arg, enum log_level level, const char *line)
{
	(void)arg;
	(void)level;
	(void)line;
}

static uint8_t *
slurp(const char *path, size_t *n_out)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	uint8_t *bytes;

	assert(fd >= 0 && fstat(fd, &st) == 0);
	bytes = malloc((size_t)st.st_size);
	*n_out = (size_t)st.st_size;
	assert(bytes != NULL && read(fd, bytes, *n_out) == st.st_size);
	close(fd);
	return bytes;
}

/* A small installation, and its backup. */
static void
begin(void)
{
	struct store_calls calls = { 0 };
	char error[STORE_ERROR_BYTES], a[96];
	struct store_config c = { .dir = a, .actor = "fuzz" };
	struct store_backup what = { .dir = a, .to = backup };
	struct store_file out;
	struct store *s;

	log_to(silence, NULL);
	fuzz_dir(dir);
	snprintf(a, sizeof(a), "%s/a", dir);
	snprintf(fresh, sizeof(fresh), "%s/b", dir);
	snprintf(backup, sizeof(backup), "%s/backup", dir);
	snprintf(database, sizeof(database), "%s/" STORE_FILE, fresh);
	assert(mkdir(a, 0700) == 0 && mkdir(fresh, 0700) == 0);
	s = store_open(&c, &calls, error);
	assert(s != NULL);
	for (int i = 0; i < 20; i++)
		store_event(s, 0, "test", "fuzz", "{\"n\":1}", NULL);
	store_drain(s, 10000);
	store_close(&s);
	assert(store_backup(&what, &out, error));
	sound = slurp(backup, &length);
	patched = malloc(length);
	assert(patched != NULL);
	fuzz_dir_empty(a);
}

static void
write_backup(struct reader *r)
{
	size_t cut = reader_le16(r),
	       n = cut == 0 ? length : length * cut / 65536;
	int fd;

	memcpy(patched, sound, length);
	while (!r->bad && reader_left(r) >= 4) {
		uint32_t at = reader_le16(r) | (uint32_t)reader_u8(r) << 16;

		patched[at % length] = reader_u8(r);
	}
	fd = open(backup, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert(fd >= 0 && write(fd, patched, n) == (ssize_t)n);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct store_restore what = { .dir = fresh,
		.from = backup,
		.actor = "fuzz",
		.reason = "test" };
	struct store_config c = { .dir = fresh, .actor = "fuzz" };
	struct store_calls calls = { 0 };
	struct reader r = reader_of(data, size);
	static struct store_restored out;
	char error[STORE_ERROR_BYTES] = "";
	struct store_file look;
	struct store *s;

	if (sound == NULL)
		begin();
	write_backup(&r);
	if (!store_file_look(backup, &look, error))
		assert(error[0] != '\0');
	error[0] = '\0';
	if (!store_restore(&what, &out, error)) {
		assert(error[0] != '\0');
		assert(access(database, F_OK) != 0);
	} else {
		s = store_open(&c, &calls, error);
		assert(s != NULL || error[0] != '\0');
		store_close(&s);
	}
	fuzz_dir_empty(fresh);
	return 0;
}
