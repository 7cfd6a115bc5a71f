/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `ledger prove`: one line, and the path from it to a signed checkpoint, as a
 * file that proves itself; `ledger verify --proof` examines it. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/hex.h"
#include "monitor/cli/cli.h"
#include "monitor/cli/ledger_notes.h"
#include "monitor/cli/ledger_proof.h"
#include "monitor/cli/ledger_verify.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/store/store_verify.h"

#define PROOF_BYTES (1u << 20)

static void
set_hex(json_t *j, const char *key, const uint8_t *p, size_t n)
{
	char text[2 * 64 + 1];

	if (p == NULL || n > 64)
		return;
	hex_print(p, n, text);
	json_object_set_new(j, key, json_string(text));
}

/* --- making one */

struct making {
	struct store_reader *reader;
	struct store_ledger ledger;
	int64_t seq;
	json_t *entry; /* of the line, once it was found */
	uint8_t prev[LEDGER_HASH];
	bool has_prev;
	uint64_t size; /* of the checkpoint */
	char *note;
	char origin[NOTE_NAME]; /* as checkpoints of this database name it */
};

static void
set_bytes(json_t *j, const char *key, const struct store_text *t)
{
	if (t->p != NULL)
		json_object_set_new(j, key, json_stringn_nocheck(t->p, t->n));
}

static bool
on_line(void *arg, const struct store_line *l)
{
	struct making *m = arg;

	if (l->seq == m->seq - 1 && l->hash != NULL) {
		memcpy(m->prev, l->hash, LEDGER_HASH);
		m->has_prev = true;
	}
	if (l->seq != m->seq)
		return true;
	m->entry = json_pack("{s:I, s:I, s:I, s:I}", "seq", (json_int_t)l->seq,
	    "mono", (json_int_t)l->mono, "utc", (json_int_t)l->utc, "feed",
	    (json_int_t)l->feed);
	set_bytes(m->entry, "kind", &l->kind);
	set_bytes(m->entry, "actor", &l->actor);
	set_bytes(m->entry, "body", &l->body);
	set_hex(m->entry, "origin", l->origin, 16);
	set_hex(m->entry, "run", l->run, 16);
	set_hex(m->entry, "salt", l->salt, LEDGER_SALT);
	set_hex(m->entry, "digest", l->digest, LEDGER_HASH);
	set_hex(m->entry, "prev", m->prev, LEDGER_HASH);
	return true;
}

static bool
keep_note(struct making *m, const char *p, size_t n, uint64_t size)
{
	uint64_t least = (uint64_t)(m->seq - m->ledger.base);

	if (size < least || size > m->ledger.size ||
	    (m->note != NULL && size <= m->size))
		return true;
	free(m->note);
	m->note = strndup(p, n);
	m->size = size;
	return m->note != NULL;
}

static bool
on_checkpoint(void *arg, const struct store_checkpoint_row *row)
{
	return row->note.p == NULL ||
	       keep_note(arg, row->note.p, row->note.n, row->size);
}

static bool
on_note(void *arg, const struct note *note, const struct note_checkpoint *c)
{
	const struct note_signature *last = &note->signatures[note->count - 1];
	const char *end = last->line + last->line_n + 1;
	const struct making *m = arg;

	/* One file may hold what a witness kept of many installations. */
	if (strcmp(c->origin, m->origin) != 0)
		return true;
	return keep_note(arg, note->text, (size_t)(end - note->text), c->size);
}

static bool
find_note(struct making *m, const struct ledger_ask *ask)
{
	size_t n;

	if (ask->checkpoint == NULL) {
		store_read_newest_checkpoints(m->reader, 1, on_checkpoint, m);
	} else {
		char *text = cli_slurp(ask->checkpoint, 256u << 20, &n);

		if (text == NULL)
			return false;
		ledger_notes(text, n, on_note, m);
		free(text);
	}
	if (m->note == NULL)
		cli_say("no checkpoint of line %lld%s", (long long)m->seq,
		    ask->checkpoint != NULL ? " in that file" : " yet");
	return m->note != NULL;
}

/* The path to the checkpoint; NULL after saying why there is none. */
static json_t *
path_of(struct making *m, uint64_t index)
{
	struct tree_source source = store_read_tree(m->reader);
	json_t *hashes;
	struct tree_proof proof;
	char text[65];

	if (!tree_inclusion(&source, index, m->size, &proof)) {
		cli_say("lines or tiles are missing: 'ledger verify' says "
			"which");
		return NULL;
	}
	hashes = json_array();
	for (unsigned i = 0; i < proof.count; i++) {
		hex_print(proof.hash[i], LEDGER_HASH, text);
		json_array_append_new(hashes, json_string(text));
	}
	return hashes;
}

/* What doesn't hold is not handed out: somebody changed the database. */
static bool
print_proof(struct making *m)
{
	uint64_t index = (uint64_t)(m->seq - m->ledger.base - 1);
	struct proved proved = { 0 };
	json_t *hashes = path_of(m, index), *j;
	const char *wrong;

	if (hashes == NULL)
		return false;
	j = json_pack("{s:s, s:i, s:O, s:I, s:I, s:o, s:s}", "camwarden",
	    "proof", "version", PROOF_VERSION, "entry", m->entry, "index",
	    (json_int_t)index, "size", (json_int_t)m->size, "hashes", hashes,
	    "checkpoint", m->note);
	wrong = j != NULL ? proof_wrong(j, NULL, &proved) : "no memory";
	if (wrong == NULL) {
		cli_print_json(j);
	} else {
		cli_say("line %lld can't be proved: %s ('ledger verify' says "
			"more)",
		    (long long)m->seq, wrong);
	}
	json_decref(j);
	return wrong == NULL;
}

static bool
make(struct making *m, const struct ledger_ask *ask)
{
	if (!store_reader_hold(m->reader) ||
	    !store_read_ledger(m->reader, &m->ledger) ||
	    !store_read_lines(m->reader, m->seq - 1, m->seq, on_line, m)) {
		cli_say("%s", store_reader_error(m->reader));
		return false;
	}
	if (m->entry == NULL) {
		cli_say("there is no line %lld (%lld to %lld are there)",
		    (long long)m->seq, (long long)m->ledger.first,
		    (long long)m->ledger.last);
		return false;
	}
	if (!m->has_prev && m->seq != m->ledger.base + 1) {
		cli_say("the line before %lld was deleted: it can't be proved "
			"any more",
		    (long long)m->seq);
		return false;
	}
	snprintf(m->origin, sizeof(m->origin), "camwarden/%s",
	    m->ledger.origin_uuid);
	return find_note(m, ask) && print_proof(m);
}

int
ledger_prove(const struct ledger_ask *ask, const char *entry)
{
	struct making m = { 0 };
	char error[256];

	m.seq = cli_number(entry);
	if (m.seq == 0) {
		cli_say("'%s' is no number of a line", entry);
		return CLI_FAILED;
	}
	m.reader = store_verify_open(ask->db, error);
	if (m.reader == NULL) {
		cli_say("%s", error);
		return CLI_FAILED;
	}
	bool good = make(&m, ask);

	json_decref(m.entry);
	free(m.note);
	store_reader_close(&m.reader);
	return good ? CLI_OK : CLI_FAILED;
}

/* --- examining one */

static void
print_result(const struct proved *p, const char *wrong, bool json, bool key)
{
	char when[32], at[32];

	if (json) {
		json_t *j = json_pack("{s:b, s:s?, s:I, s:s?, s:s?, s:s?, s:s}",
		    "holds", wrong == NULL, "wrong", wrong, "line",
		    (json_int_t)p->seq, "kind", p->kind, "actor", p->actor,
		    "body", p->body, "signature",
		    key ? "checked" : "unchecked");

		cli_print_json(j);
		json_decref(j);
		return;
	}
	if (wrong != NULL) {
		printf("DOES NOT HOLD: %s\n", wrong);
		return;
	}
	printf("holds: line %lld of %s stood in the ledger of %llu lines that "
	       "was signed at %s\n  ",
	    (long long)p->seq, cli_utc(p->utc, when),
	    (unsigned long long)p->checkpoint.size,
	    cli_utc(p->checkpoint.utc_us, at));
	cli_put(stdout, p->kind);
	printf(" by ");
	cli_put(stdout, p->actor != NULL ? p->actor : "(expired)");
	printf(": ");
	cli_put(stdout, p->body != NULL ? p->body : "(expired)");
	printf("\n  %s\n", key ? "signed by the key"
			       : "signature not checked: no key (--key)");
}

int
ledger_examine_proof(const char *path, const char *key_path, bool json)
{
	struct note_key key;
	struct proved p = { 0 };
	size_t n;

	if (!note_ready() ||
	    (key_path != NULL && !ledger_key_load(key_path, &key)))
		return CLI_FAILED;
	char *text = cli_slurp(path, PROOF_BYTES, &n);

	if (text == NULL)
		return CLI_FAILED;
	json_t *j = json_loadb(text, n, JSON_ALLOW_NUL, NULL);
	bool ours = proof_is_one(j);

	free(text);
	if (!ours) {
		cli_say("%s: no proof of a ledger's line", path);
		json_decref(j);
		return CLI_FAILED;
	}
	const char *wrong = proof_wrong(j, key_path != NULL ? &key : NULL, &p);

	print_result(&p, wrong, json, key_path != NULL);
	json_decref(j);
	if (wrong != NULL)
		return CLI_TROUBLE;
	if (key_path != NULL)
		return CLI_OK;
	/* Anybody can make a tree and a head that agree. */
	cli_say("without the installation's public key (--key) it proves "
		"nothing");
	return CLI_FAILED;
}
