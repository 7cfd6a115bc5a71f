/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/support/tar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 512u
#define NAME_BYTES 100u

struct head { /* POSIX.1-1988 ustar */
	char name[NAME_BYTES], mode[8], uid[8], gid[8], size[12], mtime[12],
	    sum[8], type, link[100], magic[6], version[2], user[32], group[32],
	    major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct head) == BLOCK, "a block");

static void
put(struct tar *t, const void *bytes, size_t n)
{
	size_t padded = (n + BLOCK - 1) / BLOCK * BLOCK;

	if (t->bad)
		return;
	if (t->length + padded > t->size) {
		size_t size = (t->length + padded) * 2;
		uint8_t *more = realloc(t->bytes, size);

		if (more == NULL) {
			t->bad = true;
			return;
		}
		t->bytes = more;
		t->size = size;
	}
	if (n > 0)
		memcpy(t->bytes + t->length, bytes, n);
	memset(t->bytes + t->length + n, 0, padded - n);
	t->length += padded;
}

void
tar_add(struct tar *t, const char *name, const void *bytes, size_t length,
    int64_t mtime_s)
{
	struct head h = { .type = '0', .magic = "ustar" };
	unsigned sum = 0;

	if (strlen(name) >= NAME_BYTES || length >> 33 != 0) {
		t->bad = true;
		return;
	}
	memcpy(h.name, name, strlen(name));
	memcpy(h.version, "00", 2);
	memcpy(h.mode, "0000600", 8);
	memcpy(h.uid, "0000000", 8);
	memcpy(h.gid, "0000000", 8);
	snprintf(h.size, sizeof(h.size), "%011llo", (unsigned long long)length);
	snprintf(h.mtime, sizeof(h.mtime), "%011llo",
	    (unsigned long long)(mtime_s > 0 ? mtime_s : 0) & 077777777777);
	memset(h.sum, ' ', sizeof(h.sum));
	for (size_t i = 0; i < sizeof(h); i++)
		sum += ((const uint8_t *)&h)[i];
	snprintf(h.sum, sizeof(h.sum), "%06o", sum);
	put(t, &h, sizeof(h));
	put(t, bytes, length);
}

bool
tar_end(struct tar *t)
{
	static const uint8_t zeros[2 * BLOCK];

	put(t, zeros, sizeof(zeros));
	return !t->bad;
}

void
tar_fini(struct tar *t)
{
	free(t->bytes);
	*t = (struct tar){ 0 };
}
