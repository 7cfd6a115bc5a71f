/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `ledger prove`, `ledger verify --proof`, `ledger show`, `key` and
 * `checkpoints` as a person runs them: what they print, and what a proof that
 * somebody edited says. */
#include "history.h"

#include <fcntl.h>
#include <jansson.h>

#include "monitor/cli/cli.h"
#include "monitor/store/db.h"

static struct history *h;
static char database[160], witness[160], proof_path[160], out_path[160];
static char other_key[160];

/* Runs `camwarden ledger ...`; what it printed is given (to be freed). */
static char *
ledger(int *code, ...)
{
	char *argv[16] = { "ledger" }, *text = calloc(1, 1 << 20);
	int argc = 1, out = open(out_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	int kept = dup(STDOUT_FILENO);
	va_list ap;

	va_start(ap, code);
	while ((argv[argc] = va_arg(ap, char *)) != NULL)
		argc++;
	va_end(ap);
	assert_true(text != NULL && out >= 0 && kept >= 0 && argc < 16);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	optind = 0;
	*code = cli_ledger(argc, argv);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	assert_true(pread(out, text, (1 << 20) - 1, 0) >= 0);
	close(out);
	return text;
}

static json_t *
ledger_json(const char *text)
{
	json_error_t error;
	json_t *j = json_loads(text, 0, &error);

	if (j == NULL)
		fail_msg("%s: %.200s", error.text, text);
	return j;
}

static void
key_write(const char *path, const char *name, uint8_t first)
{
	struct note_signer s;
	char text[NOTE_KEY_TEXT];
	uint8_t seed[32] = { first };

	assert_true(note_signer_make(&s, name, NOTE_ED25519, seed));
	note_key_print(&s.key, text);
	history_write(path, text);
}

static int
setup(void **state)
{
	(void)state;
	h = calloc(1, sizeof(*h));
	history_begin(h, 7);
	history_go(h, 300);
	history_checkpoint(h);
	store_close(&h->b.store);
	snprintf(database, sizeof(database), "%s/%s", h->b.dir, STORE_FILE);
	snprintf(witness, sizeof(witness), "%s.notes", h->b.dir);
	snprintf(proof_path, sizeof(proof_path), "%s.proof", h->b.dir);
	snprintf(out_path, sizeof(out_path), "%s.out", h->b.dir);
	snprintf(other_key, sizeof(other_key), "%s.other", h->b.dir);
	key_write(other_key, h->origin, 99);
	history_write(witness, h->notes);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(witness);
	unlink(proof_path);
	unlink(out_path);
	unlink(other_key);
	history_end(h);
	free(h);
	return 0;
}

/* The first line of this kind. */
static int64_t
line_of(const char *kind)
{
	int code;
	char *text = ledger(&code, "show", "--db", database, "--kind", kind,
	    "--limit", "1000000", "--json", NULL);
	int64_t line = 0;

	assert_int_equal(code, CLI_OK);
	json_t *j = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);

	line = json_integer_value(json_object_get(j, "line"));
	json_decref(j);
	free(text);
	assert_true(line > 0);
	return line;
}

static json_t *
prove(int64_t line)
{
	char number[24];
	int code;

	snprintf(number, sizeof(number), "%lld", (long long)line);
	char *text = ledger(&code, "prove", number, "--db", database, NULL);

	assert_int_equal(code, CLI_OK);
	json_t *j = ledger_json(text);

	free(text);
	return j;
}

/* Exit code of `verify --proof` of this. */
static int
examine(const json_t *j, const char *key, char **said)
{
	int code;

	assert_int_equal(json_dump_file(j, proof_path, 0), 0);
	char *text = key != NULL
			 ? ledger(&code, "verify", "--proof", proof_path,
			       "--key", key, NULL)
			 : ledger(&code, "verify", "--proof", proof_path, NULL);

	if (said != NULL)
		*said = text;
	else
		free(text);
	return code;
}

static void
test_good(void **state)
{
	static const char *const kinds[] = { "verdict", "ledger.begin",
		"incident.acknowledge", "maintenance.add", "feed.add" };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		json_t *j = prove(line_of(kinds[i]));
		char *said;

		assert_int_equal(examine(j, h->key, &said), CLI_OK);
		assert_non_null(strstr(said, "holds: line "));
		assert_non_null(strstr(said, kinds[i]));
		assert_non_null(strstr(said, "signed by the key"));
		free(said);
		/* It agrees with itself, which anybody's does. */
		assert_int_equal(examine(j, NULL, &said), CLI_FAILED);
		assert_non_null(strstr(said, "signature not checked"));
		free(said);
		json_decref(j);
	}
}

/* Each value of the file, changed by one bit or by one, or left out. */
static json_t *
spoiled(const json_t *value)
{
	if (json_is_integer(value))
		return json_integer(json_integer_value(value) + 1);
	char *text = strdup(json_string_value(value));
	size_t n = strlen(text);

	if (n == 0) {
		free(text);
		return json_string("x");
	}
	text[n / 2] = text[n / 2] == '5' ? '6' : '5';
	json_t *j = json_string(text);

	free(text);
	return j;
}

static void
every_field(json_t *whole, json_t *part, const char *where)
{
	const char *key;
	json_t *value, *names = json_deep_copy(part);

	json_object_foreach(names, key, value)
	{
		value = json_object_get(part, key);
		if (json_is_array(value) || json_is_object(value))
			continue;
		json_t *kept = json_incref(value);

		json_object_set_new(part, key, spoiled(kept));
		if (examine(whole, h->key, NULL) == CLI_OK)
			fail_msg("%s.%s: not found", where, key);
		/* Where both stand there, one of content and digest is enough;
		 * and without an actor nobody is claimed to have done it. */
		json_object_del(part, key);
		if (examine(whole, h->key, NULL) == CLI_OK &&
		    strcmp(key, "digest") != 0)
			fail_msg("%s without %s: not found", where, key);
		json_object_set(part, key, kept);
		json_decref(kept);
	}
	json_decref(names);
	assert_int_equal(examine(whole, h->key, NULL), CLI_OK);
}

static void
test_edited(void **state)
{
	static const char *const kinds[] = { "verdict", "maintenance.add" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		json_t *j = prove(line_of(kinds[i]));
		json_t *list = json_object_get(j, "hashes");

		every_field(j, json_object_get(j, "entry"), "entry");
		every_field(j, j, "proof");
		assert_true(json_array_size(list) > 3);
		for (size_t k = 0; k < json_array_size(list); k++) {
			json_t *kept = json_incref(json_array_get(list, k));

			json_array_set_new(list, k, spoiled(kept));
			assert_int_equal(examine(j, h->key, NULL), CLI_TROUBLE);
			json_array_set_new(list, k, kept);
		}
		json_array_append_new(list,
		    json_incref(json_array_get(list, 0)));
		assert_int_equal(examine(j, h->key, NULL), CLI_TROUBLE);
		json_array_clear(list);
		assert_int_equal(examine(j, h->key, NULL), CLI_TROUBLE);
		json_decref(j);
	}
}

/* It shows who and what; who shows it further may take that out, and the rest
 * still proves that there was such a line, and when. */
static void
test_private(void **state)
{
	json_t *j = prove(line_of("incident.acknowledge"));
	json_t *entry = json_object_get(j, "entry");
	char *said;

	(void)state;
	assert_string_equal(json_string_value(json_object_get(entry, "actor")),
	    "ana");
	assert_int_equal(strlen(
			     json_string_value(json_object_get(entry, "salt"))),
	    32);
	json_object_del(entry, "actor");
	json_object_del(entry, "body");
	json_object_del(entry, "salt");
	assert_int_equal(examine(j, h->key, &said), CLI_OK);
	assert_non_null(strstr(said, "incident.acknowledge by (expired)"));
	assert_null(strstr(said, "ana"));
	free(said);
	/* Nor may something else be claimed of it. */
	json_object_set_new(entry, "actor", json_string("ben"));
	assert_int_equal(examine(j, h->key, &said), CLI_TROUBLE);
	assert_non_null(strstr(said, "nothing proves that"));
	free(said);
	json_decref(j);
}

/* Signed by somebody else; of another ledger's checkpoint; of an older one. */
static void
test_other_checkpoint(void **state)
{
	json_t *j = prove(line_of("verdict"));
	struct note_signer s;
	struct note_checkpoint c = { .size = 5000 };
	uint8_t seed[32] = { 99 };
	char text[NOTE_CHECKPOINT], line[NOTE_LINE], note[NOTE_BYTES], *said;

	(void)state;
	assert_int_equal(examine(j, other_key, &said), CLI_TROUBLE);
	assert_non_null(strstr(said, "not signed by this key"));
	free(said);
	assert_true(note_signer_make(&s, h->origin, NOTE_ED25519, seed));
	snprintf(c.origin, sizeof(c.origin), "%s", h->origin);
	c.size = (uint64_t)json_integer_value(json_object_get(j, "size"));
	note_checkpoint_print(&c, text);
	assert_true(note_sign(&s, text, strlen(text), 0, line));
	snprintf(note, sizeof(note), "%s\n%s", text, line);
	json_object_set_new(j, "checkpoint", json_string(note));
	/* Whose key is taken for the ledger's is up to whoever examines. */
	assert_int_equal(examine(j, other_key, &said), CLI_TROUBLE);
	assert_non_null(strstr(said, "not in the ledger"));
	free(said);
	assert_int_equal(examine(j, h->key, NULL), CLI_TROUBLE);
	json_decref(j);
}

/* One of a witness, in a file with those of others, larger ones too. */
static void
test_witnessed(void **state)
{
	struct note_signer s;
	struct note_checkpoint c = { .size = h->seen[h->count - 1] };
	uint8_t seed[32] = { 3 };
	char text[NOTE_CHECKPOINT], line[NOTE_LINE], number[24];
	int code;
	FILE *f = fopen(witness, "w");

	(void)state;
	snprintf(c.origin, sizeof(c.origin),
	    "camwarden/00000000-0000-4000-8000-000000000000");
	assert_true(note_signer_make(&s, c.origin, NOTE_ED25519, seed));
	note_checkpoint_print(&c, text);
	assert_true(note_sign(&s, text, strlen(text), 0, line));
	fprintf(f, "%s\n%s\n%s", text, line, h->notes);
	fclose(f);
	snprintf(number, sizeof(number), "%lld", (long long)line_of("verdict"));
	char *out = ledger(&code, "prove", number, "--db", database,
	    "--checkpoint", witness, NULL);

	assert_int_equal(code, CLI_OK);
	json_t *j = ledger_json(out);

	free(out);
	assert_int_equal(examine(j, h->key, NULL), CLI_OK);
	json_decref(j);
	/* Only those of others: none of ours. */
	f = fopen(witness, "w");
	fprintf(f, "%s\n%s\n", text, line);
	fclose(f);
	out = ledger(&code, "prove", number, "--db", database, "--checkpoint",
	    witness, NULL);
	assert_int_equal(code, CLI_FAILED);
	assert_string_equal(out, "");
	free(out);
	history_write(witness, h->notes);
}

static void
test_out_of_range(void **state)
{
	static const char *const numbers[] = { "0", "-1", "100000", "x", "1x",
		"", "99999999999999999999", "9223372036854775807" };
	int code;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		char *out = ledger(&code, "prove", "--db", database, "--",
		    numbers[i], NULL);

		assert_int_equal(code, CLI_FAILED);
		assert_string_equal(out, "");
		free(out);
	}
}

static void
run(const char *path, const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
	sqlite3_close(db);
}

static int
prove_in(const char *path, int64_t line)
{
	char number[24], *out;
	int code;

	snprintf(number, sizeof(number), "%lld", (long long)line);
	out = ledger(&code, "prove", number, "--db", path, NULL);
	if (code == CLI_OK) {
		json_t *j = ledger_json(out);

		assert_int_equal(examine(j, h->key, NULL), CLI_OK);
		json_decref(j);
	} else {
		assert_string_equal(out, "");
	}
	free(out);
	return code;
}

/* Old lines went at a border; one was changed; nothing false is handed out. */
static void
test_cut(void **state)
{
	char copy[200], command[400];

	(void)state;
	snprintf(copy, sizeof(copy), "%s.copy", h->b.dir);
	snprintf(command, sizeof(command), "cp %s %s", database, copy);
	assert_int_equal(system(command), 0);
	run(copy, "DELETE FROM event WHERE seq <= 256; DELETE FROM private"
		  " WHERE seq <= 256");
	assert_int_equal(prove_in(copy, 256), CLI_FAILED);
	/* Its link to the line before went with that. */
	assert_int_equal(prove_in(copy, 257), CLI_FAILED);
	for (int64_t line = 258; line < 300; line++)
		assert_int_equal(prove_in(copy, line), CLI_OK);
	run(copy, "UPDATE event SET mono = mono + 1 WHERE seq = 270");
	assert_int_equal(prove_in(copy, 270), CLI_FAILED);
	assert_int_equal(prove_in(copy, 271), CLI_OK);
	run(copy, "UPDATE event SET hash = zeroblob(32) WHERE seq = 280");
	assert_int_equal(prove_in(copy, 290), CLI_FAILED);
	run(copy, "DELETE FROM checkpoint");
	assert_int_equal(prove_in(copy, 258), CLI_FAILED);
	unlink(copy);
}

static const char *const no_proofs[] = { "", "{}", "[]", "null",
	"{\"camwarden\":\"proof\"}", "{\"camwarden\":\"proof\",\"version\":2}",
	"{\"camwarden\":\"report\",\"version\":1}", "\"proof\"",
	"{\"camwarden\"" };
static const char *const bad_proofs[] = {
	"{\"camwarden\":\"proof\",\"version\":1}",
	"{\"camwarden\":\"proof\",\"version\":1,\"entry\":[]}",
	"{\"camwarden\":\"proof\",\"version\":1,\"entry\":{\"kind\":1}}",
	"{\"camwarden\":\"proof\",\"version\":1,\"entry\":{\"kind\":\"x\"},"
	"\"hashes\":{}}",
};

static void
test_no_proof(void **state)
{
	int code;

	(void)state;
	for (size_t i = 0; i < sizeof(no_proofs) / sizeof(no_proofs[0]); i++) {
		history_write(proof_path, no_proofs[i]);
		free(ledger(&code, "verify", "--proof", proof_path, NULL));
		assert_int_equal(code, CLI_FAILED);
	}
	for (size_t i = 0; i < sizeof(bad_proofs) / sizeof(bad_proofs[0]);
	     i++) {
		history_write(proof_path, bad_proofs[i]);
		free(ledger(&code, "verify", "--proof", proof_path, "--json",
		    NULL));
		assert_int_equal(code, CLI_TROUBLE);
	}
}

/* --- what is shown */

static size_t
lines_in(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
test_show(void **state)
{
	int code;
	char *out = ledger(&code, "show", "--db", database, NULL);

	(void)state;
	assert_int_equal(code, CLI_OK);
	assert_int_equal(lines_in(out), 50);
	free(out);
	out = ledger(&code, "show", "--db", database, "--limit", "3", "--json",
	    NULL);
	assert_int_equal(lines_in(out), 3);
	json_t *j = json_loads(out, JSON_DISABLE_EOF_CHECK, NULL);
	int64_t third = json_integer_value(json_object_get(j, "line"));

	/* What closing wrote stands behind the last checkpoint. */
	assert_true(third + 2 > (int64_t)h->head.size);
	json_decref(j);
	free(out);
	out = ledger(&code, "show", "--db", database, "--from", "2001-01-01",
	    "--limit", "2", "--json", NULL);
	j = json_loads(out, JSON_DISABLE_EOF_CHECK, NULL);
	assert_int_equal(json_integer_value(json_object_get(j, "line")), 1);
	assert_string_equal(json_string_value(json_object_get(j, "kind")),
	    "ledger.begin");
	json_decref(j);
	assert_int_equal(lines_in(out), 2);
	free(out);
	out = ledger(&code, "show", "--db", database, "--from", "2100-01-01",
	    NULL);
	assert_int_equal(code, CLI_OK);
	assert_string_equal(out, "");
	free(out);
	out =
	    ledger(&code, "show", "--db", database, "--to", "2001-01-01", NULL);
	assert_string_equal(out, "");
	free(out);
	out = ledger(&code, "show", "--db", database, "--kind", "incident.",
	    NULL);
	assert_non_null(strstr(out, "  incident.open  "));
	assert_non_null(strstr(out, "  incident.acknowledge  ana  "));
	assert_null(strstr(out, "  verdict  "));
	free(out);
	out =
	    ledger(&code, "show", "--db", database, "--kind", "incident", NULL);
	assert_string_equal(out, "");
	free(out);
}

static void
test_show_bad(void **state)
{
	static const char *const bad[][2] = { { "--from", "yesterdayish" },
		{ "--to", "2026-02-30" }, { "--limit", "0" },
		{ "--limit", "-1" }, { "--limit", "x" },
		{ "--db", "/nowhere/camwarden.db" } };
	int code;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		free(ledger(&code, "show", "--db", database, bad[i][0],
		    bad[i][1], NULL));
		assert_int_equal(code, CLI_FAILED);
	}
	free(ledger(&code, "prove", "--db", database, NULL));
	assert_int_equal(code, CLI_FAILED);
	free(ledger(&code, "show", "4", "--db", database, NULL));
	assert_int_equal(code, CLI_FAILED);
	free(ledger(&code, "look", "--db", database, NULL));
	assert_int_equal(code, CLI_FAILED);
}

/* Content that went is told as such; the line stays. */
static void
test_show_expired(void **state)
{
	char copy[200], command[400];
	int code;

	(void)state;
	snprintf(copy, sizeof(copy), "%s.copy", h->b.dir);
	snprintf(command, sizeof(command), "cp %s %s", database, copy);
	assert_int_equal(system(command), 0);
	run(copy, "DELETE FROM private");
	char *out = ledger(&code, "show", "--db", copy, "--kind",
	    "incident.acknowledge", NULL);

	assert_non_null(strstr(out, "is not there any more"));
	assert_null(strstr(out, "ana"));
	free(out);
	out = ledger(&code, "show", "--db", copy, "--kind",
	    "incident.acknowledge", "--json", NULL);
	json_t *j = json_loads(out, JSON_DISABLE_EOF_CHECK, NULL);

	assert_true(json_is_true(json_object_get(j, "expired")));
	assert_true(json_is_null(json_object_get(j, "body")));
	json_decref(j);
	free(out);
	/* It is still proved that there was one. */
	assert_int_equal(prove_in(copy, line_of("incident.acknowledge")),
	    CLI_OK);
	unlink(copy);
}

static void
test_key_and_checkpoints(void **state)
{
	int code;
	char text[NOTE_KEY_TEXT];
	char *out = ledger(&code, "key", "--key", h->key, "--state-dir",
	    h->b.dir, NULL);

	(void)state;
	note_key_print(&h->signer.key, text);
	assert_int_equal(code, CLI_OK);
	assert_memory_equal(out, text, strlen(text));
	free(out);
	free(ledger(&code, "key", "--state-dir", h->b.dir, NULL));
	assert_int_equal(code, CLI_FAILED); /* there is none */
	out = ledger(&code, "checkpoints", "--db", database, "--json",
	    "--limit", "2", NULL);
	json_t *j = ledger_json(out);

	assert_int_equal(json_array_size(j), 2);
	assert_int_equal(json_integer_value(
			     json_object_get(json_array_get(j, 0), "size")),
	    h->seen[h->count - 1]);
	json_decref(j);
	free(out);
	out = ledger(&code, "checkpoints", "--db", database, NULL);
	assert_int_equal(code, CLI_OK);
	assert_int_equal(lines_in(out), h->count < 50 ? h->count + 1 : 51);
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_edited),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_other_checkpoint),
		cmocka_unit_test(test_witnessed),
		cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_no_proof),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_show_bad),
		cmocka_unit_test(test_show_expired),
		cmocka_unit_test(test_key_and_checkpoints),
	};

	if (!note_ready())
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
