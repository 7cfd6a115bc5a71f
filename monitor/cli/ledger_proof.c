/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/ledger_proof.h"

#include <string.h>

#include "common/hex.h"
#include "monitor/ledger/line.h"
#include "monitor/ledger/tree.h"

static bool
from_hex(const char *text, uint8_t *out, size_t n)
{
	return text != NULL && hex_read(text, out, n);
}

static const char *
text_of(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

static int64_t
number_of(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

/* The line's hash from what the file says. NULL, or what is wrong. */
static const char *
leaf_of(const json_t *e, struct proved *p, uint8_t leaf[LEDGER_HASH])
{
	uint8_t origin[16], run[16], prev[LEDGER_HASH], salt[LEDGER_SALT];
	uint8_t digest[LEDGER_HASH], said[LEDGER_HASH];
	bool salted = from_hex(text_of(e, "salt"), salt, sizeof(salt));
	bool told = from_hex(text_of(e, "digest"), digest, sizeof(digest));

	p->kind = text_of(e, "kind");
	p->actor = text_of(e, "actor");
	p->body = text_of(e, "body");
	p->seq = number_of(e, "seq");
	p->utc = number_of(e, "utc");
	if (p->kind == NULL || !from_hex(text_of(e, "origin"), origin, 16) ||
	    !from_hex(text_of(e, "run"), run, 16) ||
	    !from_hex(text_of(e, "prev"), prev, LEDGER_HASH))
		return "the file lacks what a proof has";
	if (p->body == NULL && !told)
		return "neither content nor digest is in the file";
	if (p->body == NULL && p->actor != NULL)
		return "it names somebody, and nothing proves that";
	if (p->body != NULL) {
		const char *actor = p->actor != NULL ? p->actor : "";

		ledger_digest(salted ? salt : NULL,
		    (struct ledger_bytes){ actor, strlen(actor) },
		    (struct ledger_bytes){ p->body, strlen(p->body) }, said);
		if (told && memcmp(said, digest, LEDGER_HASH) != 0)
			return "the content is not what was recorded";
		memcpy(digest, said, LEDGER_HASH);
	}
	struct ledger_line line = { origin, run, p->seq, number_of(e, "mono"),
		p->utc, number_of(e, "feed"), { p->kind, strlen(p->kind) } };

	ledger_line_hash(&line, prev, digest, leaf);
	return NULL;
}

static bool
read_hashes(const json_t *list, struct tree_proof *proof)
{
	size_t n = json_array_size(list);

	if (n > 2 * TREE_LEVELS)
		return false;
	proof->count = (unsigned)n;
	for (size_t i = 0; i < n; i++)
		if (!from_hex(json_string_value(json_array_get(list, i)),
			proof->hash[i], LEDGER_HASH))
			return false;
	return true;
}

const char *
proof_wrong(const json_t *j, const struct note_key *key, struct proved *p)
{
	uint8_t leaf[LEDGER_HASH];
	struct tree_proof proof;
	struct note note;
	const char *wrong = leaf_of(json_object_get(j, "entry"), p, leaf);

	if (wrong != NULL)
		return wrong;
	p->note = text_of(j, "checkpoint");
	if (p->note == NULL || !note_read(&note, p->note, strlen(p->note)) ||
	    !note_checkpoint_read(&p->checkpoint, note.text, note.n))
		return "the checkpoint in it is none";
	if (key != NULL && !note_is_signed(&note, key, NULL))
		return "the checkpoint is not signed by this key";
	if ((uint64_t)number_of(j, "size") != p->checkpoint.size)
		return "the checkpoint is of another size";
	if (!read_hashes(json_object_get(j, "hashes"), &proof) ||
	    !tree_inclusion_holds((uint64_t)number_of(j, "index"),
		p->checkpoint.size, leaf, &proof, p->checkpoint.root))
		return "the line is not in the ledger that was signed";
	return NULL;
}

bool
proof_is_one(const json_t *j)
{
	const char *is = text_of(j, "camwarden");

	return is != NULL && strcmp(is, "proof") == 0 &&
	       number_of(j, "version") == PROOF_VERSION;
}
