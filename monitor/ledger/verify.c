/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/ledger/verify.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/ledger/body.h"
#include "monitor/ledger/findings.h"
#include "monitor/ledger/replay_inside.h"
#include "monitor/ledger/tree.h"

#define BACK_US (15 * 60 * INT64_C(1000000)) /* lines of one second mix */
#define SHIFT 64    /* renumbered by so many: told as such */
#define SUSPECTS 16 /* lines that don't fit, kept to tell what was done */

struct suspect { /* a line whose hash doesn't follow */
	int64_t seq;
	uint8_t prev[LEDGER_HASH], hash[LEDGER_HASH];
};

/* The first line that is left. Only a later line tells the hash before it. */
struct opening {
	bool due;
	int64_t mono, feed;
	uint8_t run[16], digest[LEDGER_HASH], hash[LEDGER_HASH];
	char kind[48]; /* a longer one is none of ours, and does not follow */
};

struct tile {
	uint64_t place;
	uint8_t level, hash[LEDGER_HASH];
	bool seen;
};

struct verify {
	struct verify_report report;
	struct replay *replay;
	uint8_t origin[16];
	int64_t base;
	bool failed;
	bool in_rows; /* what is said now is of a table */

	struct tile *tiles; /* by level, then place */
	size_t tile_count, tile_room;
	struct verify_checkpoint *checkpoints;
	size_t checkpoint_count, checkpoint_room, checkpoint_next;
	uint64_t witnessed_good, witnessed_bad; /* sizes; 0 = none */
	uint64_t own_good, own_bad;
	int64_t bad_utc;

	struct tree tree;
	uint8_t prev[LEDGER_HASH];
	bool prev_known;
	uint64_t dropped; /* lines before the first that is left */
	uint8_t run[16];
	int64_t anchor, mono_most;
	int64_t *blank; /* seqs whose content is not there */
	size_t blank_count, blank_room;
	char blank_kind[48];
	int64_t lines_to, contents_to; /* retention: seqs */
	struct opening opening;
	bool cut_known;
	uint8_t cut[LEDGER_HASH]; /* of line lines_to, which retention told */
	struct suspect suspects[SUSPECTS];
	size_t suspect_count;
	bool shifted; /* all that follows is renumbered, and known to be */
};

/* --- findings */

void
verify_say(struct verify *v, enum verify_word word, int64_t seq, int64_t utc,
    const char *kind, const char *format, ...)
{
	struct verify_finding f = { .word = word, .seq = seq, .utc = utc };
	va_list ap;

	snprintf(f.kind, sizeof(f.kind), "%s", kind);
	va_start(ap, format);
	vsnprintf(f.text, sizeof(f.text), format, ap);
	va_end(ap);
	if (v->in_rows || strcmp(kind, "watched") == 0)
		f.depth = 2;
	else if (word == VERIFY_REWRITTEN || strcmp(kind, "tile") == 0)
		f.depth = 1;
	findings_add(&v->report, &f);
}

static void
on_row(void *arg, const struct replay_finding *f)
{
	static const enum verify_word words[] = {
		[REPLAY_CHANGED] = VERIFY_CHANGED,
		[REPLAY_REMOVED] = VERIFY_REMOVED,
		[REPLAY_INSERTED] = VERIFY_INSERTED,
	};

	struct verify *v = arg;

	v->in_rows = true;
	verify_say(v, words[f->wrong], f->seq, f->utc,
	    replay_table_name(f->table), "%s", f->text);
	v->in_rows = false;
}

/* --- before the lines */

struct verify *
verify_new(const uint8_t key[16], const uint8_t origin[16], int64_t base)
{
	struct verify *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->replay = replay_new(key, on_row, v);
	if (v->replay == NULL) {
		free(v);
		return NULL;
	}
	memcpy(v->origin, origin, sizeof(v->origin));
	v->base = base;
	v->mono_most = INT64_MIN;
	return v;
}

void
verify_free(struct verify **v)
{
	if (*v == NULL)
		return;
	replay_free(&(*v)->replay);
	free((*v)->tiles);
	free((*v)->checkpoints);
	free((*v)->blank);
	free(*v);
	*v = NULL;
}

struct replay *
verify_replay(struct verify *v)
{
	return v->replay;
}

static void *
grow(struct verify *v, void *array, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return array;
	size_t more = *room + *room / 2 + 64;
	void *grown = v->failed ? NULL : realloc(array, more * size);

	if (grown == NULL) {
		v->failed = true;
		return NULL;
	}
	*room = more;
	return grown;
}

void
verify_tile(struct verify *v, unsigned level, uint64_t place,
    const uint8_t *hash)
{
	struct tile *grown =
	    grow(v, v->tiles, &v->tile_room, v->tile_count, sizeof(*grown));

	if (grown == NULL)
		return;
	v->tiles = grown;
	struct tile *t = &grown[v->tile_count++];

	*t = (struct tile){ .place = place, .level = (uint8_t)level };
	if (hash != NULL)
		memcpy(t->hash, hash, LEDGER_HASH);
}

void
verify_checkpoint(struct verify *v, const struct verify_checkpoint *c)
{
	struct verify_checkpoint *grown = grow(v, v->checkpoints,
	    &v->checkpoint_room, v->checkpoint_count, sizeof(*grown));

	if (grown == NULL)
		return;
	v->checkpoints = grown;
	grown[v->checkpoint_count++] = *c;
}

static int
by_place(const void *a, const void *b)
{
	const struct tile *x = a, *y = b;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static int
by_size(const void *a, const void *b)
{
	const struct verify_checkpoint *x = a, *y = b;

	return (x->size > y->size) - (x->size < y->size);
}

static struct tile *
tile_at(struct verify *v, unsigned level, uint64_t place)
{
	struct tile key = { .place = place, .level = (uint8_t)level };

	return v->tile_count == 0 ? NULL
				  : bsearch(&key, v->tiles, v->tile_count,
					sizeof(key), by_place);
}

/* --- the tree */

/* The lines before `dropped` are gone: their tiles stand for them. */
static bool
get_tiles(void *arg, unsigned level, uint64_t place, unsigned count,
    uint8_t (*out)[LEDGER_HASH])
{
	for (unsigned i = 0; i < count; i++) {
		struct tile *t = tile_at(arg, level, place + i);

		if (t == NULL)
			return false;
		memcpy(out[i], t->hash, LEDGER_HASH);
	}
	return true;
}

static void
begin_behind(struct verify *v, const struct verify_line *l)
{
	struct tree_source source = { get_tiles, v };

	v->dropped = l->seq > v->base ? (uint64_t)(l->seq - v->base - 1) : 0;
	if (v->dropped == 0) {
		v->prev_known = true;
		return;
	}
	if (v->dropped % TREE_TILE == 0 &&
	    tree_at(&source, v->dropped, &v->tree)) {
		for (size_t i = 0; i < v->tile_count; i++)
			if ((v->tiles[i].place + 1) << v->tiles[i].level <=
			    v->dropped)
				v->tiles[i].seen = true;
		return;
	}
	verify_say(v, VERIFY_REMOVED, v->base + 1, 0, "line",
	    "the lines before %lld are not there, nor what stands for them",
	    (long long)l->seq);
	v->tree.size = v->dropped;
}

static void
checkpoint_bad(struct verify *v, const struct verify_checkpoint *c)
{
	if (c->witnessed) {
		if (v->witnessed_bad == 0) {
			v->witnessed_bad = c->size;
			v->bad_utc = c->utc;
		}
	} else if (v->own_bad == 0) {
		v->own_bad = c->size;
		if (v->witnessed_bad == 0)
			v->bad_utc = c->utc;
	}
}

static void
checkpoint_good(struct verify *v, const struct verify_checkpoint *c)
{
	struct verify_report *r = &v->report;

	r->checkpoints += !c->witnessed;
	r->witnessed += c->witnessed;
	if (!c->witnessed) {
		if (v->own_bad == 0)
			v->own_good = c->size;
		return;
	}
	if (v->witnessed_bad == 0)
		v->witnessed_good = c->size;
	r->witnessed_size = c->size;
	r->witnessed_utc = c->utc;
}

/* All that say something of the tree at this size. */
static void
look_at_checkpoints(struct verify *v)
{
	uint8_t root[LEDGER_HASH];
	bool made = false;

	while (v->checkpoint_next < v->checkpoint_count) {
		const struct verify_checkpoint *c =
		    &v->checkpoints[v->checkpoint_next];

		if (c->size > v->tree.size)
			return;
		v->checkpoint_next++;
		/* Of lines that retention deleted: nothing to compare. */
		if (c->size < v->tree.size)
			continue;
		if (!made)
			tree_root(&v->tree, root);
		made = true;
		bool good = memcmp(root, c->root, LEDGER_HASH) == 0 &&
			    (!c->has_head || !v->prev_known ||
				memcmp(v->prev, c->head, LEDGER_HASH) == 0 ||
				c->size == 0);

		if (good)
			checkpoint_good(v, c);
		else
			checkpoint_bad(v, c);
	}
}

static void
add_leaf(struct verify *v, const struct verify_line *l, const uint8_t *hash)
{
	uint8_t made[TREE_TILES][LEDGER_HASH];
	unsigned n = tree_append(&v->tree, hash, made);

	for (unsigned i = 0; i < n; i++) {
		unsigned level = TREE_STEP * (i + 1);
		uint64_t place = (v->tree.size >> level) - 1;
		int64_t from = v->base + 1 + (int64_t)(place << level);
		struct tile *t = tile_at(v, level, place);

		if (t != NULL)
			t->seen = true;
		if (t != NULL && memcmp(t->hash, made[i], LEDGER_HASH) == 0)
			continue;
		verify_say(v, t == NULL ? VERIFY_REMOVED : VERIFY_REWRITTEN,
		    from, l->utc, "tile", "the hash of lines %lld to %lld %s",
		    (long long)from, (long long)l->seq,
		    t == NULL ? "is not there" : "is not theirs");
	}
}

/* --- one line */

static void
kind_of(const struct verify_line *l, char out[48])
{
	snprintf(out, 48, "%.*s", l->kind.n < 47 ? (int)l->kind.n : 47,
	    (const char *)l->kind.p);
}

static void
say_line(struct verify *v, enum verify_word word, const struct verify_line *l,
    const char *text)
{
	char kind[48];

	kind_of(l, kind);
	verify_say(v, word, l->seq, l->utc, kind, "%s", text);
}

/* The digest that the line stands for. False: there is none. */
static bool
digest_of(struct verify *v, const struct verify_line *l,
    uint8_t out[LEDGER_HASH])
{
	bool private = ledger_is_private(l->kind.p, l->kind.n);
	bool there = l->actor.p != NULL && l->body.p != NULL;

	if (l->doubled)
		say_line(v, VERIFY_CHANGED, l,
		    "its content stands there twice");
	if (!private) {
		if (!there || l->digest != NULL || l->salt != NULL)
			return false;
		ledger_digest(NULL, l->actor, l->body, out);
		return true;
	}
	if (l->digest == NULL)
		return false;
	memcpy(out, l->digest, LEDGER_HASH);
	if (!there || l->salt == NULL) {
		/* What age took leaves nothing. What stands there all the same
		 * is shown as what was recorded, and nothing proves it. */
		if (l->actor.p != NULL || l->body.p != NULL || l->salt != NULL)
			say_line(v, VERIFY_CHANGED, l,
			    "nothing proves its content (who, or what)");
		int64_t *grown = grow(v, v->blank, &v->blank_room,
		    v->blank_count, sizeof(*grown));

		if (grown == NULL)
			return true;
		v->blank = grown;
		grown[v->blank_count++] = l->seq;
		kind_of(l, v->blank_kind);
		return true;
	}
	uint8_t is[LEDGER_HASH];

	ledger_digest(l->salt, l->actor, l->body, is);
	if (memcmp(is, out, LEDGER_HASH) != 0)
		say_line(v, VERIFY_CHANGED, l,
		    "its content (who, or what) is another one");
	return true;
}

static bool
hash_is(const struct verify_line *l, int64_t seq,
    const uint8_t prev[LEDGER_HASH], const uint8_t digest[LEDGER_HASH],
    const uint8_t want[LEDGER_HASH])
{
	struct ledger_line line = { l->origin, l->run, seq, l->mono, l->utc,
		l->feed, l->kind };
	uint8_t is[LEDGER_HASH];

	ledger_line_hash(&line, prev, digest, is);
	return memcmp(is, want, LEDGER_HASH) == 0;
}

/* The line was renumbered by so many. 0: not that. */
static int
shift_of(const struct verify *v, const struct verify_line *l,
    const uint8_t digest[LEDGER_HASH])
{
	for (int d = 1; d <= SHIFT; d++) {
		if (hash_is(l, l->seq + d, v->prev, digest, l->hash))
			return d;
		if (hash_is(l, l->seq - d, v->prev, digest, l->hash))
			return -d;
	}
	return 0;
}

/* It stood in another's place. */
static const struct suspect *
place_of(const struct verify *v, const struct verify_line *l,
    const uint8_t digest[LEDGER_HASH])
{
	for (size_t i = 0; i < v->suspect_count; i++) {
		const struct suspect *s = &v->suspects[i];

		if (hash_is(l, s->seq, s->prev, digest, l->hash) ||
		    hash_is(l, s->seq, s->prev, digest, s->hash))
			return s;
	}
	return NULL;
}

static void
does_not_follow(struct verify *v, const struct verify_line *l,
    const uint8_t digest[LEDGER_HASH])
{
	char kind[48];

	if (v->shifted)
		return;
	kind_of(l, kind);
	const struct suspect *s = place_of(v, l, digest);
	int shift =
	    s == NULL && v->suspect_count > 0 ? shift_of(v, l, digest) : 0;

	if (s != NULL) {
		findings_take_back(&v->report, s->seq);
		verify_say(v, VERIFY_REORDERED, s->seq, l->utc, kind,
		    "line %lld stands in place of line %lld", (long long)s->seq,
		    (long long)l->seq);
	} else if (shift != 0) {
		int64_t first = v->suspects[v->suspect_count - 1].seq;

		findings_take_back(&v->report, first);
		v->shifted = true;
		verify_say(v, shift > 0 ? VERIFY_REMOVED : VERIFY_INSERTED,
		    first, l->utc, kind,
		    "%d line%s %s here, and all that follow were renumbered",
		    abs(shift), abs(shift) == 1 ? "" : "s",
		    shift > 0 ? "stood" : "did not stand");
	} else {
		verify_say(v, VERIFY_CHANGED, l->seq, l->utc, kind,
		    "it does not follow from the line before");
	}
	if (s != NULL || shift != 0 || v->suspect_count == SUSPECTS)
		return;
	struct suspect *new = &v->suspects[v->suspect_count++];

	new->seq = l->seq;
	memcpy(new->prev, v->prev, LEDGER_HASH);
	memcpy(new->hash, l->hash, LEDGER_HASH);
}

/* UTC is the boot's anchor and the monotonic clock; the anchor moves with an
 * `epoch` line alone. */
static void
look_at_time(struct verify *v, const struct verify_line *l)
{
	int64_t anchor = (int64_t)((uint64_t)l->utc - (uint64_t)l->mono);
	bool step = l->kind.n == 5 && memcmp(l->kind.p, "epoch", 5) == 0;

	if (memcmp(v->run, l->run, 16) != 0) {
		memcpy(v->run, l->run, 16);
		v->mono_most = l->mono;
	} else if (anchor != v->anchor && !step && v->report.lines > 0) {
		say_line(v, VERIFY_CHANGED, l,
		    "its time is not one of its run: back-dated");
		return;
	}
	v->anchor = anchor;
	if (v->mono_most > INT64_MIN + BACK_US &&
	    l->mono < v->mono_most - BACK_US)
		say_line(v, VERIFY_CHANGED, l,
		    "it is older than the lines before it: back-dated");
	if (l->mono > v->mono_most)
		v->mono_most = l->mono;
}

static bool
hash_read(const struct body_value *v, uint8_t out[LEDGER_HASH])
{
	size_t n = 0;

	return v->p != NULL && v->n == 2 * LEDGER_HASH + 2 && v->p[0] == '"' &&
	       sodium_hex2bin(out, LEDGER_HASH, v->p + 1, v->n - 2, NULL, &n,
		   NULL) == 0 &&
	       n == LEDGER_HASH;
}

static void
look_at_retention(struct verify *v, const struct verify_line *l)
{
	static const char *const keys[] = { "contents_to", "events_to",
		"events_hash" };
	struct body_value f[3];

	if (l->kind.n != 9 || memcmp(l->kind.p, "retention", 9) != 0 ||
	    l->body.p == NULL || !body_get(l->body.p, l->body.n, keys, 3, f))
		return;
	int64_t contents = body_number(&f[0], 0);
	int64_t lines = body_number(&f[1], 0);

	if (lines > v->lines_to) {
		v->lines_to = lines;
		v->cut_known = hash_read(&f[2], v->cut);
	}
	if (contents > v->contents_to)
		v->contents_to = contents;
}

/* Leaves stand for the lines that are missing: nothing can. */
static void
hole(struct verify *v, int64_t from, int64_t to, int64_t utc)
{
	static const uint8_t nothing[LEDGER_HASH];

	verify_say(v, VERIFY_REMOVED, from, utc, "line",
	    from == to ? "line %lld is not there"
		       : "lines %lld to %lld are not there",
	    (long long)from, (long long)to);
	for (int64_t seq = from; seq <= to && to - from < 1 << 20; seq++) {
		uint8_t made[TREE_TILES][LEDGER_HASH];

		tree_append(&v->tree, nothing, made);
		look_at_checkpoints(v);
	}
	v->prev_known = false;
}

static void
hand_to_replay(struct verify *v, const struct verify_line *l)
{
	bool there = l->actor.p != NULL && l->body.p != NULL;
	struct replay_line line = { .seq = l->seq,
		.run = l->run_id,
		.mono = l->mono,
		.utc = l->utc,
		.feed = l->feed,
		.kind = l->kind.p,
		.actor = there ? l->actor.p : NULL,
		.body = there ? l->body.p : NULL,
		.body_length = there ? l->body.n : 0 };

	replay_line(v->replay, &line);
}

static void
first_line(struct verify *v, const struct verify_line *l)
{
	struct verify_report *r = &v->report;

	r->first_seq = l->seq;
	r->first_utc = l->utc;
	if (v->tile_count > 0)
		qsort(v->tiles, v->tile_count, sizeof(*v->tiles), by_place);
	if (v->checkpoint_count > 0)
		qsort(v->checkpoints, v->checkpoint_count,
		    sizeof(*v->checkpoints), by_size);
	if (l->seq <= v->base)
		say_line(v, VERIFY_INSERTED, l, "it lies before the ledger");
	begin_behind(v, l);
	look_at_checkpoints(v);
}

static void
keep_opening(struct verify *v, const struct verify_line *l,
    const uint8_t digest[LEDGER_HASH])
{
	struct opening *o = &v->opening;

	o->due = true;
	o->mono = l->mono;
	o->feed = l->feed;
	memcpy(o->run, l->run, sizeof(o->run));
	memcpy(o->digest, digest, LEDGER_HASH);
	memcpy(o->hash, l->hash, LEDGER_HASH);
	kind_of(l, o->kind);
}

void
verify_line(struct verify *v, const struct verify_line *l)
{
	struct verify_report *r = &v->report;
	uint8_t digest[LEDGER_HASH];

	if (v->failed)
		return;
	if (r->lines == 0)
		first_line(v, l);
	else if (l->seq > r->last_seq + 1)
		hole(v, r->last_seq + 1, l->seq - 1, l->utc);
	if (l->kind.p == NULL || l->hash == NULL || l->run == NULL ||
	    l->origin == NULL || !digest_of(v, l, digest)) {
		verify_say(v, VERIFY_CHANGED, l->seq, l->utc, "line",
		    "it lacks what each line has");
		v->prev_known = false;
	} else {
		if (memcmp(l->origin, v->origin, 16) != 0)
			say_line(v, VERIFY_REPLACED, l,
			    "it is of another installation");
		if (r->lines == 0 && v->dropped > 0)
			keep_opening(v, l, digest);
		else if (v->prev_known &&
			 !hash_is(l, l->seq, v->prev, digest, l->hash))
			does_not_follow(v, l, digest);
		look_at_time(v, l);
		look_at_retention(v, l);
		hand_to_replay(v, l);
	}
	r->lines++;
	r->last_seq = l->seq;
	r->last_utc = l->utc;
	if (l->hash != NULL) {
		memcpy(v->prev, l->hash, LEDGER_HASH);
		v->prev_known = true;
	} else {
		memset(v->prev, 0, LEDGER_HASH);
	}
	add_leaf(v, l, v->prev);
	look_at_checkpoints(v);
}

/* --- the end */

static void
end_of_content(struct verify *v)
{
	struct verify_report *r = &v->report;
	uint64_t removed = 0;
	int64_t first = 0;

	for (size_t i = 0; i < v->blank_count; i++) {
		if (v->blank[i] <= v->contents_to) {
			r->expired++;
			continue;
		}
		if (removed++ == 0)
			first = v->blank[i];
	}
	if (removed > 0)
		verify_say(v, VERIFY_REMOVED, first, 0, "content",
		    "what was told of people in line %lld (%llu in all) is not "
		    "there, and has not expired",
		    (long long)first, (unsigned long long)removed);
}

/* What was before the first line is gone, but for its hash. */
static void
end_of_opening(struct verify *v)
{
	const struct opening *o = &v->opening;
	const struct verify_line l = { .seq = v->report.first_seq,
		.mono = o->mono,
		.utc = v->report.first_utc,
		.feed = o->feed,
		.origin = v->origin,
		.run = o->run,
		.kind = { o->kind, strlen(o->kind) } };

	if (o->due && v->cut_known && v->lines_to == l.seq - 1 &&
	    !hash_is(&l, l.seq, v->cut, o->digest, o->hash))
		say_line(v, VERIFY_CHANGED, &l,
		    "it does not follow from the line before");
}

static void
end_of_lines(struct verify *v)
{
	struct verify_report *r = &v->report;

	if (v->dropped > 0 && r->first_seq - 1 > v->lines_to)
		verify_say(v, VERIFY_REMOVED, v->base + 1, r->first_utc, "line",
		    "the lines before %lld are not there, and no retention "
		    "deleted them",
		    (long long)r->first_seq);
	for (size_t i = 0; i < v->tile_count; i++) {
		const struct tile *t = &v->tiles[i];

		if (t->seen)
			continue;
		verify_say(v, VERIFY_INSERTED,
		    v->base + 1 + (int64_t)(t->place << t->level), 0, "tile",
		    "a hash (level %u, place %llu) of lines that are not there",
		    t->level, (unsigned long long)t->place);
		break;
	}
}

static void
say_rewritten(struct verify *v, uint64_t good, uint64_t bad, const char *who)
{
	char when[32];

	verify_say(v, VERIFY_REWRITTEN, v->base + 1 + (int64_t)good, v->bad_utc,
	    "checkpoint", "lines %lld to %lld are not those that %s at %s",
	    (long long)(v->base + 1) + (long long)good,
	    (long long)(v->base) + (long long)bad, who,
	    replay_when(v->bad_utc, when));
}

/* Checkpoints of more lines than there are. */
static void
end_of_checkpoints(struct verify *v)
{
	struct verify_report *r = &v->report;
	const struct verify_checkpoint *own = NULL, *witnessed = NULL, *c;
	char when[32];

	for (size_t i = v->checkpoint_next; i < v->checkpoint_count; i++) {
		if (v->checkpoints[i].witnessed)
			witnessed = &v->checkpoints[i];
		else
			own = &v->checkpoints[i];
	}
	if (v->witnessed_bad != 0)
		say_rewritten(v, v->witnessed_good, v->witnessed_bad,
		    "the witness saw");
	else if (v->own_bad != 0)
		say_rewritten(v, v->own_good, v->own_bad, "were signed");
	c = witnessed != NULL ? witnessed : own;
	if (c == NULL)
		return;
	/* A copy from before knows nothing of what came later; who cut the
	 * lines alone left rows that tell of them. */
	bool traces = own != NULL || r->findings > 0;

	verify_say(v, traces ? VERIFY_CUT_OFF : VERIFY_ROLLED_BACK,
	    r->last_seq + 1, c->utc, "checkpoint",
	    "the ledger ends with line %lld; %s had %lld at %s",
	    (long long)r->last_seq,
	    witnessed != NULL ? "what the witness saw" : "what was signed",
	    (long long)v->base + (long long)c->size, replay_when(c->utc, when));
}

void
verify_end(struct verify *v, struct verify_report *out)
{
	struct verify_report *r = &v->report;

	if (r->lines == 0) {
		if (v->checkpoint_count > 0)
			qsort(v->checkpoints, v->checkpoint_count,
			    sizeof(*v->checkpoints), by_size);
		look_at_checkpoints(v);
	}
	end_of_content(v);
	end_of_opening(v);
	end_of_lines(v);
	replay_end(v->replay);
	end_of_checkpoints(v);
	r->failed = v->failed || replay_failed(v->replay);
	r->intact = !r->failed && r->findings == 0;
	r->size = v->tree.size;
	tree_root(&v->tree, r->root);
	replay_tally(v->replay, &r->rows);
	*out = *r;
}
