/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log that has its key and lies: checkpoints that it signs, of sizes, roots
 * and proofs of its choice. What a witness cosigned never becomes smaller nor
 * another tree of the same size. Of the input each operation is a byte, old
 * size, size, root, count of the proof's hashes, those. */
#include <stdio.h>

#include "monitor/witness/witness.h"
#include "tests/fuzz/fuzz.h"

static struct witness w;
static struct note_signer owner;

static void
begin(void)
{
	static const uint8_t seed[32] = { 42 };

	assert(note_ready());
	assert(note_signer_make(&w.signer, "w.example/w", NOTE_COSIGNATURE_V1,
	    seed));
	assert(note_signer_make(&owner, "camwarden/x", NOTE_ED25519, seed));
	assert(witness_add(&w, &owner.key));
}

static size_t
request(struct reader *r, uint8_t op, struct note_checkpoint *c, char *out,
    size_t size)
{
	char text[NOTE_CHECKPOINT], line[NOTE_LINE], base64[48];
	unsigned old = reader_u8(r), proof;
	uint8_t hash[LEDGER_HASH] = { 0 };
	int n;

	memset(c, 0, sizeof(*c));
	strcpy(c->origin, op & 8 ? "camwarden/y" : "camwarden/x");
	c->size = reader_u8(r);
	memset(c->root, reader_u8(r), sizeof(c->root));
	c->utc_us = op & 4 ? 1790000000000000 : 0;
	proof = reader_u8(r) % 8u;
	if (op & 1) /* as an honest one would say */
		old = (unsigned)w.logs[0].size;
	if (op & 2)
		memcpy(c->root, w.logs[0].root, sizeof(c->root));
	n = snprintf(out, size, "old %u\n", old);
	for (unsigned i = 0; i < proof; i++) {
		memset(hash, reader_u8(r), sizeof(hash));
		note_base64(hash, sizeof(hash), base64);
		n += snprintf(out + n, size - (size_t)n, "%s\n", base64);
	}
	note_checkpoint_print(c, text);
	assert(note_sign(&owner, text, strlen(text), 0, line));
	n += snprintf(out + n, size - (size_t)n, "\n%s\n%s", text, line);
	if (op & 16)
		out[reader_u8(r) % n] ^= 1;
	return (size_t)n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	static struct witness_answer answer;
	struct witness_offer offer;
	struct note_checkpoint c;
	char body[4096];

	if (w.count == 0)
		begin();
	w.logs[0].known = false;
	w.logs[0].size = 0;
	memset(w.logs[0].root, 0, sizeof(w.logs[0].root));
	while (!r.bad && reader_left(&r) > 0) {
		uint8_t op = reader_u8(&r);
		struct witness_log was = w.logs[0];
		size_t n = request(&r, op, &c, body, sizeof(body));

		witness_weigh(&w, body, n, INT64_C(1790000000000000), &answer,
		    &offer);
		assert(memcmp(&was, &w.logs[0], sizeof(was)) == 0);
		if (answer.status != 200)
			continue;
		assert(offer.log == &w.logs[0] && offer.size >= was.size);
		assert(!was.known || offer.size != was.size ||
		       memcmp(offer.root, was.root, sizeof(was.root)) == 0);
		witness_accept(&offer, INT64_C(1790000000000000));
	}
	return 0;
}
