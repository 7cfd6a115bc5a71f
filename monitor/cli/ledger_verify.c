/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `ledger verify`: the thin edge: a database file, witnessed checkpoints and a
 * public key go into monitor/ledger/verify, its report comes out. */
#include "monitor/cli/ledger_verify.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <jansson.h>

#include "common/hex.h"
#include "monitor/cli/cli.h"
#include "monitor/cli/ledger_notes.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/store/store_verify.h"

#define NOTES_BYTES (256u << 20) /* of a file that a witness kept */
#define SHOWN 20		 /* findings told to people */

struct examination {
	const struct ledger_ask *ask;
	struct store_reader *reader;
	struct store_ledger ledger;
	struct verify *verify;
	struct note_key key;
	bool has_key, key_beside; /* found beside the database */
	char origin[NOTE_NAME];	  /* as notes name it */
	size_t notes, ours, unsigned_notes;
	struct note_checkpoint other; /* that a witness kept: not of ours */
	int64_t last_own;	      /* number of the last checkpoint read */
	uint64_t lines;
	bool progress;
	struct store_verify_hours hours; /* of what was watched, made anew */
	struct verify_report report;
};

#define KEY_BYTES 4096

bool
ledger_key_load(const char *path, struct note_key *out)
{
	size_t n;
	char *text = cli_slurp(path, KEY_BYTES, &n);

	if (text == NULL)
		return false;
	bool good = note_key_read(out, text, n);

	if (!good)
		cli_say("%s: no public key (NAME+ID+KEY in one line)", path);
	free(text);
	return good;
}

/* --- what goes in */

static bool
on_tile(void *arg, unsigned level, uint64_t place, const uint8_t *hash)
{
	struct examination *x = arg;

	verify_tile(x->verify, level, place, hash);
	return true;
}

static void
take(struct examination *x, const struct note_checkpoint *c, bool witnessed)
{
	struct verify_checkpoint v = { .size = c->size,
		.utc = c->utc_us,
		.has_head = c->has_head,
		.witnessed = witnessed };

	memcpy(v.root, c->root, LEDGER_HASH);
	memcpy(v.head, c->head, LEDGER_HASH);
	verify_checkpoint(x->verify, &v);
}

static bool
on_own(void *arg, const struct store_checkpoint_row *row)
{
	struct examination *x = arg;
	struct note note;
	struct note_checkpoint c;
	const char *fault = NULL;

	x->last_own = row->id;
	x->notes++;
	if (row->note.p == NULL || row->root == NULL ||
	    !note_read(&note, row->note.p, row->note.n) ||
	    !note_checkpoint_read(&c, note.text, note.n))
		fault = "is none";
	else if (strcmp(c.origin, x->origin) != 0)
		fault = "is of another installation";
	else if (c.size != row->size || memcmp(c.root, row->root, 32) != 0)
		fault = "is not what its note says";
	else if (x->has_key && !note_is_signed(&note, &x->key, NULL))
		fault = "is not signed by this key";
	if (fault != NULL)
		verify_say(x->verify, VERIFY_CHANGED, 0, row->utc, "checkpoint",
		    "checkpoint %lld of the database %s", (long long)row->id,
		    fault);
	else
		take(x, &c, false);
	return true;
}

static bool
on_witnessed(void *arg, const struct note *note,
    const struct note_checkpoint *c)
{
	struct examination *x = arg;

	if (strcmp(c->origin, x->origin) != 0) {
		x->other = *c;
		return true;
	}
	x->ours++;
	if (x->has_key && !note_is_signed(note, &x->key, NULL)) {
		if (x->unsigned_notes++ == 0)
			verify_say(x->verify, VERIFY_REPLACED, 0, c->utc_us,
			    "checkpoint",
			    "the witnessed checkpoint of %llu lines is not "
			    "signed by %s",
			    (unsigned long long)c->size,
			    x->key_beside ? "the key beside the database"
					  : "this key");
	} else {
		take(x, c, true);
	}
	return true;
}

static bool
read_witnessed(struct examination *x)
{
	size_t n;
	char *text = cli_slurp(x->ask->checkpoint, NOTES_BYTES, &n);

	if (text == NULL)
		return false;
	size_t count = ledger_notes(text, n, on_witnessed, x);

	free(text);
	if (count == 0)
		cli_say("%s: no checkpoint in it", x->ask->checkpoint);
	/* A witness keeps those of many installations in one file. */
	if (count > 0 && x->ours == 0)
		verify_say(x->verify, VERIFY_REPLACED, 0, x->other.utc_us,
		    "checkpoint",
		    "the checkpoint is of %s, the database of %s: it was made "
		    "anew, or this is the wrong file",
		    x->other.origin, x->origin);
	return count > 0;
}

static bool
read_own(struct examination *x)
{
	size_t before;

	do {
		before = x->notes;
		if (!store_read_checkpoints(x->reader, x->last_own, 1000,
			on_own, x))
			return false;
	} while (x->notes > before);
	return true;
}

static bool
on_line(void *arg, const struct store_line *l)
{
	struct examination *x = arg;
	struct verify_line v = { .seq = l->seq,
		.mono = l->mono,
		.utc = l->utc,
		.feed = l->feed,
		.run_id = l->run_id,
		.origin = l->origin,
		.run = l->run,
		.salt = l->salt,
		.digest = l->digest,
		.hash = l->hash,
		.kind = { l->kind.p, l->kind.n },
		.actor = { l->actor.p, l->actor.n },
		.body = { l->body.p, l->body.n },
		.doubled = l->doubled };

	verify_line(x->verify, &v);
	if (x->progress && (++x->lines & 0xffff) == 0)
		fprintf(stderr, "\r%3llu %%  line %lld  ",
		    (unsigned long long)(x->lines * 90 /
					 ((uint64_t)(x->ledger.last -
						     x->ledger.first) +
					     1)),
		    (long long)l->seq);
	return true;
}

static void
on_epoch(void *arg, int64_t id, int64_t run, int64_t anchor)
{
	struct examination *x = arg;

	replay_epoch_hint(verify_replay(x->verify), id, run, anchor);
}

static void
on_interval(void *arg, const struct store_verify_interval *row)
{
	struct examination *x = arg;
	struct replay_interval r = { row->id, row->feed, row->epoch, row->start,
		row->end, row->since, row->at, row->confidence, row->state,
		row->cause, row->causes, row->evidence, row->evidence_length };

	replay_interval(verify_replay(x->verify), &r);
}

static void
on_row(void *arg, const struct store_verify_row *row)
{
	static const enum replay_table tables[STORE_VERIFY_TABLES] = {
		[STORE_VERIFY_EPOCH] = REPLAY_EPOCH,
		[STORE_VERIFY_PRESENCE] = REPLAY_PRESENCE,
		[STORE_VERIFY_DISPLAY] = REPLAY_DISPLAY,
		[STORE_VERIFY_INCIDENT] = REPLAY_INCIDENT,
		[STORE_VERIFY_OVERLAY] = REPLAY_OVERLAY,
		[STORE_VERIFY_THUMBNAIL] = REPLAY_THUMBNAIL,
		[STORE_VERIFY_FEED] = REPLAY_FEED,
		[STORE_VERIFY_SITE] = REPLAY_SITE,
		[STORE_VERIFY_ROOM] = REPLAY_ROOM,
		[STORE_VERIFY_CONSOLE] = REPLAY_CONSOLE,
		[STORE_VERIFY_SCREEN] = REPLAY_SCREEN,
		[STORE_VERIFY_PROMPT] = REPLAY_PROMPT,
		[STORE_VERIFY_DISPUTE] = REPLAY_DISPUTE,
		[STORE_VERIFY_PATTERN] = REPLAY_PATTERN,
		[STORE_VERIFY_SHIFT] = REPLAY_SHIFT,
		[STORE_VERIFY_TOKEN] = REPLAY_TOKEN,
		[STORE_VERIFY_REFERENCE] = REPLAY_REFERENCE,
		[STORE_VERIFY_REPORT] = REPLAY_REPORT,
		[STORE_VERIFY_USER] = REPLAY_USER,
		[STORE_VERIFY_LOGIN] = REPLAY_LOGIN,
		[STORE_VERIFY_COMMENT] = REPLAY_COMMENT,
		[STORE_VERIFY_HANDOVER] = REPLAY_HANDOVER,
	};
	struct examination *x = arg;
	struct replay_row r = { tables[row->table], row->id, row->json,
		row->actor, row->length };

	replay_row(verify_replay(x->verify), &r);
}

static void
on_stranger(void *arg, const char *what, const char *name)
{
	struct examination *x = arg;

	verify_say(x->verify, VERIFY_INSERTED, 0, 0, "database",
	    "the database has a %s (%s), which camwarden never makes", what,
	    name);
}

static void
on_damage(void *arg, const char *what)
{
	struct examination *x = arg;

	verify_say(x->verify, VERIFY_CHANGED, 0, 0, "database",
	    "the file contradicts itself, by accident or not: %s", what);
}

/* --- sums of what was watched */

#define SUMS_DRAWN 24 /* hours; --sums: all */

static bool
is_whole(void *arg, int64_t hour)
{
	struct examination *x = arg;

	return replay_whole_from(verify_replay(x->verify), hour);
}

static bool
is_due(void *arg, int64_t hour)
{
	struct examination *x = arg;

	return replay_sums_from(verify_replay(x->verify), hour);
}

static void
on_sum(void *arg, const struct store_verify_sum *sum)
{
	static const enum verify_word words[] = {
		[STORE_SUM_CHANGED] = VERIFY_CHANGED,
		[STORE_SUM_REMOVED] = VERIFY_REMOVED,
		[STORE_SUM_INSERTED] = VERIFY_INSERTED,
	};
	struct examination *x = arg;
	char when[24];

	if (sum->is == STORE_SUM_SAME || sum->is == STORE_SUM_UNPROVED) {
		replay_sum(verify_replay(x->verify), sum->is == STORE_SUM_SAME,
		    1);
		return;
	}
	verify_say(x->verify, words[sum->is], 0, sum->hour, "watched",
	    "the sum of feed %lld in the hour from %s is not what the "
	    "intervals come to",
	    (long long)sum->feed, cli_utc(sum->hour, when));
}

static bool
look_at_sums(struct examination *x)
{
	struct store_verify_sums ask = { x->ask->sums ? 0 : SUMS_DRAWN, 0,
		is_whole, is_due, on_sum, x };

	if (getrandom(&ask.seed, sizeof(ask.seed), 0) != sizeof(ask.seed) ||
	    !store_verify_sums(x->reader, &ask, &x->hours))
		return false;
	if (x->hours.hidden_from != 0)
		verify_say(x->verify, VERIFY_CHANGED, 0, x->hours.hidden_from,
		    "watched",
		    "screens showed feeds then, but what was watched is said "
		    "to be counted from later on");
	return true;
}

/* --- the examination */

static bool
key_find(struct examination *x)
{
	char path[4096], copy[4096];

	if (x->ask->key != NULL) {
		x->has_key = ledger_key_load(x->ask->key, &x->key);
		return x->has_key;
	}
	snprintf(copy, sizeof(copy), "%s", x->ask->db);
	snprintf(path, sizeof(path), "%.4000s/%s", dirname(copy),
	    LEDGER_KEY_FILE);
	if (access(path, R_OK) == 0)
		x->has_key = x->key_beside = ledger_key_load(path, &x->key);
	return true;
}

static bool
begin(struct examination *x)
{
	uint8_t key[16];

	if (getrandom(key, sizeof(key), 0) != sizeof(key) || !note_ready()) {
		cli_say("no random numbers");
		return false;
	}
	if (!store_reader_hold(x->reader) ||
	    !store_read_ledger(x->reader, &x->ledger))
		return false;
	snprintf(x->origin, sizeof(x->origin), "camwarden/%s",
	    x->ledger.origin_uuid);
	x->verify = verify_new(key, x->ledger.origin, x->ledger.base);
	return x->verify != NULL;
}

static bool
examine(struct examination *x)
{
	struct store_verify_calls calls = { on_epoch, on_interval, on_row,
		on_stranger, on_damage, x };
	uint64_t strays = 0;

	if (!store_read_tiles(x->reader, on_tile, x) || !read_own(x) ||
	    !store_verify_epochs(x->reader, &calls) ||
	    !store_read_lines(x->reader, INT64_MIN, INT64_MAX, on_line, x) ||
	    !store_read_stray_contents(x->reader, &strays))
		return false;
	if (strays > 0)
		verify_say(x->verify, VERIFY_INSERTED, 0, 0, "content",
		    "%llu contents belong to no line",
		    (unsigned long long)strays);
	if (x->progress)
		fprintf(stderr, "\r 90 %%  tables          ");
	if (!store_verify_rows(x->reader, &calls) || !look_at_sums(x) ||
	    !store_verify_whole(x->reader, &calls))
		return false;
	verify_end(x->verify, &x->report);
	return true;
}

/* --- what comes out */

static json_t *
finding_json(const struct verify_finding *f)
{
	char when[32];

	json_t *text = json_string(f->text);

	return json_pack("{s:s, s:I, s:s?, s:s, s:o}", "word",
	    verify_word_name(f->word), "line", (json_int_t)f->seq, "utc",
	    f->utc != 0 ? cli_iso(f->utc, when) : NULL, "kind", f->kind, "text",
	    text != NULL ? text : json_string("?"));
}

static void
print_json(const struct examination *x)
{
	const struct verify_report *r = &x->report;
	json_t *j = json_object(), *list = json_array(), *words = json_object();
	json_t *rows = json_object();
	char root[65], when[32];

	hex_print(r->root, 32, root);
	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(list, finding_json(&r->list[i]));
	for (unsigned i = 0; i < VERIFY_WORDS; i++)
		if (r->by_word[i] > 0)
			json_object_set_new(words,
			    verify_word_name((enum verify_word)i),
			    json_integer((json_int_t)r->by_word[i]));
	for (unsigned i = 0; i < REPLAY_TABLES; i++)
		json_object_set_new(rows,
		    replay_table_name((enum replay_table)i),
		    json_pack("{s:I, s:I}", "proved",
			(json_int_t)r->rows.proved[i], "unproved",
			(json_int_t)r->rows.unproved[i]));
	json_object_set_new(j, "intact", json_boolean(r->intact));
	json_object_set_new(j, "origin", json_string(x->ledger.origin_uuid));
	json_object_set_new(j, "lines", json_integer((json_int_t)r->lines));
	json_object_set_new(j, "first_line", json_integer(r->first_seq));
	json_object_set_new(j, "last_line", json_integer(r->last_seq));
	json_object_set_new(j, "size", json_integer((json_int_t)r->size));
	json_object_set_new(j, "root", json_string(root));
	json_object_set_new(j, "expired", json_integer((json_int_t)r->expired));
	json_object_set_new(j, "checkpoints",
	    json_integer((json_int_t)r->checkpoints));
	json_object_set_new(j, "witnessed",
	    json_integer((json_int_t)r->witnessed));
	json_object_set_new(j, "witnessed_size",
	    json_integer((json_int_t)r->witnessed_size));
	json_object_set_new(j, "witnessed_utc",
	    r->witnessed_utc != 0 ? json_string(cli_iso(r->witnessed_utc, when))
				  : json_null());
	json_object_set_new(j, "signatures",
	    json_string(!x->has_key	? "unchecked"
			: x->key_beside ? "key-beside-database"
					: "checked"));
	json_object_set_new(j, "findings",
	    json_integer((json_int_t)r->findings));
	json_object_set_new(j, "by_word", words);
	json_object_set_new(j, "list", list);
	json_object_set_new(j, "rows", rows);
	json_object_set_new(j, "watched_hours",
	    json_pack("{s:I, s:I}", "there", (json_int_t)x->hours.there,
		"made_anew", (json_int_t)x->hours.looked));
	cli_print_json(j);
	json_decref(j);
}

static void
print_finding(const struct verify_finding *f, const char *before)
{
	char when[24];

	printf("%s%s: ", before, verify_word_name(f->word));
	if (f->seq != 0)
		printf("line %lld, ", (long long)f->seq);
	cli_put(stdout, f->kind);
	if (f->utc != 0)
		printf(" of %s", cli_utc(f->utc, when));
	printf(": ");
	cli_put(stdout, f->text);
	putchar('\n');
}

static void
print_rows(const struct verify_report *r)
{
	uint64_t proved = 0, unproved = 0;

	for (unsigned i = 0; i < REPLAY_TABLES; i++) {
		proved += r->rows.proved[i];
		unproved += r->rows.unproved[i];
	}
	printf("  %llu rows of the tables are as the lines say",
	    (unsigned long long)proved);
	if (unproved > 0)
		printf("; of %llu no line (that is left) tells",
		    (unsigned long long)unproved);
	putchar('\n');
}

/* Sums are drawn, not all made anew: that it says so is part of the finding. */
static void
print_hours(const struct store_verify_hours *h)
{
	if (h->there > 0)
		printf("  %zu of %zu hours of what was watched made anew%s\n",
		    h->looked, h->there,
		    h->looked < h->there ? " (--sums: all)" : "");
}

static void
print_text(const struct examination *x)
{
	const struct verify_report *r = &x->report;
	char from[24], to[24];

	if (r->intact)
		printf("intact: %llu lines, %s to %s\n",
		    (unsigned long long)r->lines, cli_utc(r->first_utc, from),
		    cli_utc(r->last_utc, to));
	else
		print_finding(&r->list[0], "NOT INTACT: ");
	printf("  lines %lld to %lld", (long long)r->first_seq,
	    (long long)r->last_seq);
	if (r->expired > 0)
		printf("; what %llu told of people has expired",
		    (unsigned long long)r->expired);
	putchar('\n');
	print_rows(r);
	print_hours(&x->hours);
	printf("  %llu checkpoints of its own agree%s\n",
	    (unsigned long long)r->checkpoints,
	    !x->has_key	    ? "; signatures not checked: no key (--key)"
	    : x->key_beside ? ", signed by the key beside the database"
			    : ", signed by the key");
	if (r->witnessed > 0)
		printf("  %llu witnessed agree, the last of %llu lines at "
		       "%s: nobody could have rewritten what lies before\n",
		    (unsigned long long)r->witnessed,
		    (unsigned long long)r->witnessed_size,
		    cli_utc(r->witnessed_utc, to));
	else
		printf("  NOT WITNESSED: an administrator could have "
		       "rewritten this (--checkpoint)\n");
	for (size_t i = 1; i < r->count && i < SHOWN; i++)
		print_finding(&r->list[i], i == 1 ? "\nthen:\n  " : "  ");
	if (r->findings > SHOWN)
		printf("  and %llu more\n",
		    (unsigned long long)(r->findings - SHOWN));
}

/* Exit code; printed with what, if not NULL. */
static int
look(const struct ledger_ask *ask, struct verify_report *out,
    void (*print)(const struct examination *x))
{
	struct examination x = { .ask = ask,
		.progress = print != NULL && isatty(STDERR_FILENO) };
	char error[256];
	int code = CLI_FAILED;

	if (!key_find(&x))
		return CLI_FAILED;
	x.reader = store_verify_open(ask->db, error);
	if (x.reader == NULL) {
		cli_say("%s", error);
		return CLI_FAILED;
	}
	if (!begin(&x)) {
		const char *why = store_reader_error(x.reader);

		cli_say("%s: %s", ask->db,
		    why[0] != '\0' ? why : "no ledger in it, or out of memory");
	} else if (ask->checkpoint == NULL || read_witnessed(&x)) {
		bool done = examine(&x);

		if (x.progress)
			fprintf(stderr, "\r                         \r");
		if (!done || x.report.failed)
			cli_say("%s: could not be read to its end: %s", ask->db,
			    done ? "out of memory"
				 : store_reader_error(x.reader));
		else
			code = x.report.intact ? CLI_OK : CLI_TROUBLE;
		if (code != CLI_FAILED && print != NULL)
			print(&x);
		*out = x.report;
	}
	verify_free(&x.verify);
	store_reader_close(&x.reader);
	return code;
}

int
ledger_look(const struct ledger_ask *ask, struct verify_report *out)
{
	return look(ask, out, NULL);
}

int
ledger_examine(const struct ledger_ask *ask)
{
	struct verify_report report;

	return look(ask, &report, ask->json ? print_json : print_text);
}
