/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/people/hash_wire.h"

#include <string.h>

void
hash_put_job(struct writer *w, const struct hash_job *m)
{
	writer_le32(w, m->id);
	writer_string(w, m->password);
	writer_string(w, m->letters);
}

bool
hash_get_job(struct span body, struct hash_job *m)
{
	struct reader r = reader_of(body.p, body.n);

	memset(m, 0, sizeof(*m));
	m->id = reader_le32(&r);
	reader_string(&r, m->password, sizeof(m->password));
	reader_string(&r, m->letters, sizeof(m->letters));
	return reader_done(&r) &&
	       (m->letters[0] == '\0' || hash_letters_good(m->letters));
}

void
hash_put_done(struct writer *w, const struct hash_done *m)
{
	writer_le32(w, m->id);
	writer_u8(w, m->good);
	writer_string(w, m->letters);
}

bool
hash_get_done(struct span body, struct hash_done *m)
{
	struct reader r = reader_of(body.p, body.n);
	uint8_t good;

	memset(m, 0, sizeof(*m));
	m->id = reader_le32(&r);
	good = reader_u8(&r);
	reader_string(&r, m->letters, sizeof(m->letters));
	m->good = good == 1;
	return reader_done(&r) && good <= 1 &&
	       (m->letters[0] == '\0' || hash_letters_good(m->letters));
}

/* As much as we ask for: another cost could stop the worker for minutes. */
bool
hash_letters_good(const char *letters)
{
	static const char begin[] = "$argon2id$v=19$m=65536,t=2,p=1$";
	size_t n = strlen(begin);

	if (strncmp(letters, begin, n) != 0 ||
	    strlen(letters) >= HASH_LETTERS_BYTES)
		return false;
	for (const char *p = letters + n; *p != '\0'; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			(*p >= '0' && *p <= '9') || *p == '+' || *p == '/' ||
			*p == '$'))
			return false;
	return true;
}
