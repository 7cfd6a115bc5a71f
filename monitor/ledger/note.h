/* SPDX-License-Identifier: GPL-3.0-or-later */
/* note.h: signed notes (C2SP signed-note), checkpoints in them
 * (tlog-checkpoint) and witnesses' cosignatures (tlog-cosignature,
 * cosignature/v1), with the text of their keys, so that other people's logs,
 * witnesses and tools understand ours. PURE arithmetic of libsodium (Ed25519);
 * all that is read may be hostile. Call note_ready once before.
 *
 * A note is text that ends in a newline, an empty line, then signature lines
 * "— <name> <base64 of 4 bytes key id and the signature>".
 */
#ifndef MONITOR_LEDGER_NOTE_H
#define MONITOR_LEDGER_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/ledger/hash.h"

#define NOTE_NAME 128	     /* of a key, with its NUL */
#define NOTE_KEY_TEXT 256    /* a verifier's or signer's key as text */
#define NOTE_LINE 384	     /* a signature line */
#define NOTE_BYTES 8192	     /* a note of ours, with cosignatures */
#define NOTE_SIGNATURES 16   /* more are a bad note */
#define NOTE_SIGNATURE 76    /* 4 id, 8 time, 64 signature */
#define NOTE_CHECKPOINT 1024 /* a checkpoint's text */

enum note_algorithm {
	NOTE_ED25519 = 1,	/* over the note's text */
	NOTE_COSIGNATURE_V1 = 4 /* over its time and the note's text */
};

struct note_key { /* a verifier's */
	char name[NOTE_NAME];
	enum note_algorithm algorithm;
	uint8_t id[4];
	uint8_t public[32];
};
struct note_signer {
	struct note_key key;
	uint8_t secret[64]; /* libsodium's: seed and public key */
};

/* False: libsodium does not work here (no random numbers). */
bool note_ready(void);

/* From a 32 byte seed; false when the name is none. */
bool note_signer_make(struct note_signer *s, const char *name,
    enum note_algorithm algorithm, const uint8_t seed[32]);
/* "PRIVATE+KEY+<name>+<id>+<base64 of algorithm and seed>" and back. */
void note_signer_print(const struct note_signer *s, char out[NOTE_KEY_TEXT]);
bool note_signer_read(struct note_signer *s, const char *text, size_t n);
/* "<name>+<id>+<base64 of algorithm and public key>" and back; a newline at the
 * end is fine. */
void note_key_print(const struct note_key *k, char out[NOTE_KEY_TEXT]);
bool note_key_read(struct note_key *k, const char *text, size_t n);
/* Overwrites the secret. */
void note_signer_forget(struct note_signer *s);

struct note_signature {
	char name[NOTE_NAME];
	uint8_t id[4];
	uint8_t bytes[NOTE_SIGNATURE - 4]; /* behind the id; `n` of them */
	size_t n;	  /* 0: of an algorithm we don't know (too long) */
	const char *line; /* borrowed from what was read, without newline */
	size_t line_n;
};
struct note {
	const char *text; /* borrowed; ends in its newline */
	size_t n;
	unsigned count;
	struct note_signature signatures[NOTE_SIGNATURES];
};
/* False: no signed note; nothing else is known of it then. */
bool note_read(struct note *out, const char *bytes, size_t n);
/* Signed by this key? time_out (may be NULL): seconds UTC of a cosignature, 0
 * for a plain one. */
bool note_is_signed(const struct note *note, const struct note_key *key,
    int64_t *time_out);
/* The signature line (with its newline) for a text; utc_s is for a
 * cosignature. False: the text is empty or larger than four of our notes. */
bool note_sign(const struct note_signer *s, const char *text, size_t n,
    int64_t utc_s, char line_out[NOTE_LINE]);

struct note_checkpoint {
	char origin[NOTE_NAME]; /* the log's name, its first line */
	uint64_t size;
	uint8_t root[LEDGER_HASH];
	int64_t utc_us; /* our extension line "utc <RFC 3339>"; 0 = none */
	bool has_head;	/* our extension line "head <base64>": the last line */
	uint8_t head[LEDGER_HASH];
};
/* Its text. */
void note_checkpoint_print(const struct note_checkpoint *c,
    char out[NOTE_CHECKPOINT]);
/* Other extension lines are read over. */
bool note_checkpoint_read(struct note_checkpoint *out, const char *text,
    size_t n);

/* Base64 (RFC 4648 4, with padding); out has room for 4 * ((n + 2) / 3) + 1. */
void note_base64(const uint8_t *bytes, size_t n, char *out);
/* Exactly that; *n_out <= size. */
bool note_base64_read(const char *text, size_t n, uint8_t *out, size_t size,
    size_t *n_out);
/* "2026-11-22T19:45:57.123456Z" and back (1970 to 9999). */
#define NOTE_TIME 28
void note_time_print(int64_t utc_us, char out[NOTE_TIME]);
bool note_time_read(const char *text, size_t n, int64_t *utc_us_out);

#endif
