/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An entry: family, then address, number, name and data, each with its length
 * before it; 16 bits each, big-endian (Xau(3)).
 */
#include "probes/console/xauth.h"

#include <string.h>

#define FAMILY_LOCAL 256
#define FAMILY_WILD 65535

struct field {
	const uint8_t *at;
	size_t n;
};

static bool
read_u16(const uint8_t *bytes, size_t n, size_t *at, unsigned *out)
{
	if (n - *at < 2)
		return false;
	*out = (unsigned)(bytes[*at] << 8 | bytes[*at + 1]);
	*at += 2;
	return true;
}

static bool
read_field(const uint8_t *bytes, size_t n, size_t *at, struct field *out)
{
	unsigned length;

	if (!read_u16(bytes, n, at, &length) || n - *at < length)
		return false;
	*out = (struct field){ bytes + *at, length };
	*at += length;
	return true;
}

static bool
is(const struct field *f, const char *text)
{
	return f->n == strlen(text) && memcmp(f->at, text, f->n) == 0;
}

bool
xauth_next(const uint8_t *bytes, size_t n, const char *number, size_t *at,
    const uint8_t **cookie_out, size_t *length_out)
{
	struct field f[4]; /* address, number, name, data */
	unsigned family;

	while (*at < n && read_u16(bytes, n, at, &family)) {
		for (int i = 0; i < 4; i++)
			if (!read_field(bytes, n, at, &f[i]))
				return false;
		if ((family != FAMILY_LOCAL && family != FAMILY_WILD) ||
		    (f[1].n > 0 && !is(&f[1], number)) ||
		    !is(&f[2], XAUTH_NAME) || f[3].n == 0)
			continue;
		*cookie_out = f[3].at;
		*length_out = f[3].n;
		return true;
	}
	return false;
}
