/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and signatures of notes. */
#include "monitor/ledger/note.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#define DASH "\xe2\x80\x94 " /* U+2014 and a blank begin a signature line */
#define DASH_BYTES 4
#define PRIVATE "PRIVATE+KEY+"
#define COSIGNED 128 /* "cosignature/v1\ntime <seconds>\n" */

bool
note_ready(void)
{
	return sodium_init() >= 0;
}

/* Empty, a blank or a "+" in it, or too long: no name. */
static bool
name_is_sound(const char *name)
{
	size_t n = strnlen(name, NOTE_NAME);

	if (n == 0 || n >= NOTE_NAME)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c <= ' ' || c == '+' || c == 0x7f)
			return false;
	}
	return true;
}

/* The first four bytes of SHA-256(name, newline, algorithm, public key). */
static void
id_make(struct note_key *k)
{
	uint8_t hash[LEDGER_HASH], algorithm = (uint8_t)k->algorithm;
	struct hash h;

	hash_begin(&h);
	hash_add(&h, k->name, strlen(k->name));
	hash_add(&h, "\n", 1);
	hash_add(&h, &algorithm, 1);
	hash_add(&h, k->public, sizeof(k->public));
	hash_end(&h, hash);
	memcpy(k->id, hash, sizeof(k->id));
}

bool
note_signer_make(struct note_signer *s, const char *name,
    enum note_algorithm algorithm, const uint8_t seed[32])
{
	memset(s, 0, sizeof(*s));
	if (!name_is_sound(name))
		return false;
	memcpy(s->key.name, name, strlen(name));
	s->key.algorithm = algorithm;
	crypto_sign_seed_keypair(s->key.public, s->secret, seed);
	id_make(&s->key);
	return true;
}

static void
key_text(const struct note_key *k, const char *before, const uint8_t bytes[32],
    char out[NOTE_KEY_TEXT])
{
	uint8_t coded[33];
	char base64[48];

	coded[0] = (uint8_t)k->algorithm;
	memcpy(coded + 1, bytes, 32);
	note_base64(coded, sizeof(coded), base64);
	snprintf(out, NOTE_KEY_TEXT, "%s%s+%02x%02x%02x%02x+%s", before,
	    k->name, k->id[0], k->id[1], k->id[2], k->id[3], base64);
	sodium_memzero(coded, sizeof(coded));
	sodium_memzero(base64, sizeof(base64));
}

void
note_key_print(const struct note_key *k, char out[NOTE_KEY_TEXT])
{
	key_text(k, "", k->public, out);
}

void
note_signer_print(const struct note_signer *s, char out[NOTE_KEY_TEXT])
{
	key_text(&s->key, PRIVATE, s->secret, out); /* its seed comes first */
}

/* "<name>+<8 hex digits>+<base64 of algorithm and 32 bytes>". */
static bool
key_parts(const char *text, size_t n, struct note_key *k, uint8_t id_out[4],
    uint8_t bytes_out[32])
{
	const char *plus = memchr(text, '+', n);
	uint8_t coded[33];
	size_t got = 0, name = plus != NULL ? (size_t)(plus - text) : 0;

	memset(k, 0, sizeof(*k));
	if (plus == NULL || name >= NOTE_NAME || n < name + 10 ||
	    plus[9] != '+')
		return false;
	memcpy(k->name, text, name);
	if (strlen(k->name) != name || !name_is_sound(k->name))
		return false;
	if (sodium_hex2bin(id_out, 4, plus + 1, 8, NULL, &got, NULL) != 0 ||
	    got != 4)
		return false;
	if (!note_base64_read(plus + 10, n - name - 10, coded, sizeof(coded),
		&got) ||
	    got != sizeof(coded))
		return false;
	k->algorithm = (enum note_algorithm)coded[0];
	memcpy(bytes_out, coded + 1, 32);
	sodium_memzero(coded, sizeof(coded));
	return k->algorithm == NOTE_ED25519 ||
	       k->algorithm == NOTE_COSIGNATURE_V1;
}

static size_t
without_newline(const char *text, size_t n)
{
	return n > 0 && text[n - 1] == '\n' ? n - 1 : n;
}

bool
note_key_read(struct note_key *k, const char *text, size_t n)
{
	uint8_t id[4];

	if (!key_parts(text, without_newline(text, n), k, id, k->public))
		return false;
	id_make(k);
	return memcmp(id, k->id, sizeof(id)) == 0;
}

bool
note_signer_read(struct note_signer *s, const char *text, size_t n)
{
	size_t before = strlen(PRIVATE);
	struct note_key k;
	uint8_t id[4], seed[32];

	memset(s, 0, sizeof(*s));
	n = without_newline(text, n);
	if (n < before || memcmp(text, PRIVATE, before) != 0 ||
	    !key_parts(text + before, n - before, &k, id, seed))
		return false;
	bool good = note_signer_make(s, k.name, k.algorithm, seed) &&
		    memcmp(id, s->key.id, sizeof(id)) == 0;

	sodium_memzero(seed, sizeof(seed));
	return good;
}

void
note_signer_forget(struct note_signer *s)
{
	sodium_memzero(s, sizeof(*s));
}

/* One signature line, without its newline. Some witnesses also sign in a way
 * that is not ours, with keys of several thousand bytes (ML-DSA): read over. */
static bool
signature_read(struct note_signature *s, const char *line, size_t n)
{
	uint8_t bytes[NOTE_BYTES];
	size_t got = 0;

	if (n < DASH_BYTES || memcmp(line, DASH, DASH_BYTES) != 0)
		return false;
	const char *name = line + DASH_BYTES;
	const char *blank = memchr(name, ' ', n - DASH_BYTES);
	size_t length = blank != NULL ? (size_t)(blank - name) : 0;

	memset(s, 0, sizeof(*s));
	if (blank == NULL || length >= NOTE_NAME)
		return false;
	memcpy(s->name, name, length);
	if (strlen(s->name) != length || !name_is_sound(s->name) ||
	    !note_base64_read(blank + 1, (size_t)(line + n - blank - 1), bytes,
		sizeof(bytes), &got) ||
	    got < 5)
		return false;
	memcpy(s->id, bytes, 4);
	s->n = got <= NOTE_SIGNATURE ? got - 4 : 0;
	memcpy(s->bytes, bytes + 4, s->n);
	s->line = line;
	s->line_n = n;
	return true;
}

/* Where the text ends: before the last empty line. 0: there is none. */
static size_t
text_end(const char *bytes, size_t n)
{
	for (size_t i = n; i-- > 1;)
		if (bytes[i] == '\n' && bytes[i - 1] == '\n')
			return i;
	return 0;
}

/* The specification: UTF-8 without control characters but newlines. */
static bool
is_plain(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if ((c < 0x20 && c != '\n') || c == 0x7f)
			return false;
	}
	return true;
}

bool
note_read(struct note *out, const char *bytes, size_t n)
{
	size_t at;

	memset(out, 0, sizeof(*out));
	if (n == 0 || bytes[n - 1] != '\n' || !is_plain(bytes, n) ||
	    (at = text_end(bytes, n)) == 0)
		return false;
	out->text = bytes;
	out->n = at;
	for (at++; at < n;) {
		const char *line = bytes + at;
		size_t length =
		    (size_t)((char *)memchr(line, '\n', n - at) - line);

		if (out->count == NOTE_SIGNATURES ||
		    !signature_read(&out->signatures[out->count], line, length))
			return false;
		out->count++;
		at += length + 1;
	}
	return out->count > 0;
}

/* What a cosignature is over comes in two parts. */
static int
cosigned_head(int64_t utc_s, char out[COSIGNED])
{
	return snprintf(out, COSIGNED, "cosignature/v1\ntime %lld\n",
	    (long long)utc_s);
}

static int64_t
be64(const uint8_t p[8])
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

/* libsodium's incremental signing is Ed25519ph, another thing: the message
 * must lie in one piece. Larger notes than anyone makes are refused. */
#define MESSAGE (4 * NOTE_BYTES)

static size_t
message_of(const char *head, size_t head_n, const char *text, size_t n,
    uint8_t out[MESSAGE])
{
	if (head_n + n > MESSAGE)
		return 0;
	memcpy(out, head, head_n);
	memcpy(out + head_n, text, n);
	return head_n + n;
}

static bool
holds(const struct note_signature *s, const struct note *note,
    const struct note_key *key, int64_t *time_out)
{
	bool cosigned = key->algorithm == NOTE_COSIGNATURE_V1;
	const uint8_t *signature = s->bytes + (cosigned ? 8 : 0);
	uint8_t message[MESSAGE];
	char head[COSIGNED] = "";
	int64_t time = 0;

	if (s->n != (cosigned ? 72 : 64))
		return false;
	if (cosigned) {
		time = be64(s->bytes);
		cosigned_head(time, head);
	}
	size_t n = message_of(head, strlen(head), note->text, note->n, message);

	if (n == 0 || time < 0 ||
	    crypto_sign_verify_detached(signature, message, n, key->public) !=
		0)
		return false;
	if (time_out != NULL)
		*time_out = time;
	return true;
}

bool
note_is_signed(const struct note *note, const struct note_key *key,
    int64_t *time_out)
{
	for (unsigned i = 0; i < note->count; i++) {
		const struct note_signature *s = &note->signatures[i];

		if (memcmp(s->id, key->id, sizeof(s->id)) == 0 &&
		    strcmp(s->name, key->name) == 0 &&
		    holds(s, note, key, time_out))
			return true;
	}
	return false;
}

bool
note_sign(const struct note_signer *s, const char *text, size_t n,
    int64_t utc_s, char line_out[NOTE_LINE])
{
	bool cosign = s->key.algorithm == NOTE_COSIGNATURE_V1;
	uint8_t message[MESSAGE], bytes[NOTE_SIGNATURE];
	char head[COSIGNED] = "", base64[128];
	size_t at = sizeof(s->key.id);

	memcpy(bytes, s->key.id, at);
	if (cosign) {
		cosigned_head(utc_s, head);
		for (unsigned i = 0; i < 8; i++)
			bytes[at++] = (uint8_t)(utc_s >> (56 - 8 * i));
	}
	size_t length = message_of(head, strlen(head), text, n, message);

	if (length == 0)
		return false;
	crypto_sign_detached(bytes + at, NULL, message, length, s->secret);
	note_base64(bytes, at + 64, base64);
	snprintf(line_out, NOTE_LINE, DASH "%s %s\n", s->key.name, base64);
	return true;
}
