/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/sessions.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BUCKETS 4096u
#define LETTERS (PEOPLE_SECRET_BYTES - 1)

bool
sessions_init(struct sessions *t)
{
	memset(t, 0, sizeof(*t));
	t->bucket = calloc(BUCKETS, sizeof(*t->bucket));
	return t->bucket != NULL;
}

void
sessions_fini(struct sessions *t)
{
	for (struct session *s = t->first, *next; s != NULL; s = next) {
		next = s->newest;
		free(s);
	}
	free(t->bucket);
	memset(t, 0, sizeof(*t));
}

/* A digest is its own hash. */
static struct session **
bucket_of(const struct sessions *t, const uint8_t sha256[32])
{
	return &t->bucket[((uint32_t)sha256[0] << 8 | sha256[1]) % BUCKETS];
}

/* Takes the same time wherever the two differ: what is compared was hashed,
 * so this is a second wall. */
static bool
same(const uint8_t a[32], const uint8_t b[32])
{
	uint8_t differ = 0;

	for (unsigned i = 0; i < 32; i++)
		differ |= a[i] ^ b[i];
	return differ == 0;
}

struct session *
sessions_find(const struct sessions *t, const uint8_t sha256[32])
{
	struct session *s = *bucket_of(t, sha256);

	while (s != NULL && !same(s->who.sha256, sha256))
		s = s->chain;
	return s;
}

struct session *
sessions_put(struct sessions *t, const struct principal *p)
{
	struct session *s = sessions_find(t, p->sha256), **bucket;

	if (s != NULL) {
		s->who = *p;
		return s;
	}
	if (t->count >= SESSIONS_MOST || (s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->who = *p;
	bucket = bucket_of(t, p->sha256);
	s->chain = *bucket;
	*bucket = s;
	s->newest = t->first;
	t->first = s;
	t->count++;
	return s;
}

void
sessions_remove(struct sessions *t, const uint8_t sha256[32])
{
	struct session *s = sessions_find(t, sha256), **at;

	if (s == NULL)
		return;
	for (at = bucket_of(t, sha256); *at != s;)
		at = &(*at)->chain;
	*at = s->chain;
	for (at = &t->first; *at != s;)
		at = &(*at)->newest;
	*at = s->newest;
	t->count--;
	free(s);
}

bool
sessions_good(const struct session *s, const char *address, int64_t now_utc_us)
{
	if (s->who.ends_utc_us != 0 && now_utc_us >= s->who.ends_utc_us)
		return false;
	return s->who.address[0] == '\0' ||
	       strcmp(s->who.address, address) == 0;
}

/* Exactly so many hexadecimal digits, then the end or `stop`. */
static bool
take_letters(const char *text, char stop, char out[PEOPLE_SECRET_BYTES])
{
	if (strspn(text, "0123456789abcdef") != LETTERS ||
	    (text[LETTERS] != '\0' && text[LETTERS] != stop))
		return false;
	memcpy(out, text, LETTERS);
	out[LETTERS] = '\0';
	return true;
}

/* "a=b; __Host-camwarden=...; c=d" (RFC 6265, 4.2.1). Named twice, it is none:
 * a browser sends it once. */
static bool
find_cookie(const char *text, char out[PEOPLE_SECRET_BYTES])
{
	const size_t n = strlen(SESSIONS_COOKIE "=");
	unsigned found = 0;
	bool good = false;

	while (*text != '\0') {
		text += strspn(text, " \t;");
		if (strncmp(text, SESSIONS_COOKIE "=", n) == 0) {
			found++;
			good = take_letters(text + n, ';', out);
		}
		text += strcspn(text, ";");
	}
	return found == 1 && good;
}

enum shown
sessions_shown(const char *authorization, const char *cookie,
    char letters_out[PEOPLE_SECRET_BYTES])
{
	const size_t n = strlen("Bearer ");

	if (authorization != NULL) {
		if (strncasecmp(authorization, "Bearer ", n) != 0 ||
		    !take_letters(authorization + n, '\0', letters_out))
			return SHOWN_RUBBISH;
		return SHOWN_BEARER;
	}
	if (cookie == NULL || !find_cookie(cookie, letters_out))
		return SHOWN_NONE;
	return SHOWN_COOKIE;
}
