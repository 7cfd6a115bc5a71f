/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history.h: a random but real history: everything the store can do, at random
 * times, with restarts, clock steps, gaps, and checkpoints that a witness
 * keeps.
 */
#ifndef TEST_CLI_HISTORY_H
#define TEST_CLI_HISTORY_H

#include "../store/bench.h"

#include "monitor/cli/ledger_verify.h"
#include "monitor/inventory/floor.h"
#include "monitor/store/reference.h"
#include "monitor/store/store_consoles.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_users.h"

#define HISTORY_FEEDS 5
#define HISTORY_NOTES (64u << 10)

struct history {
	struct bench b;
	struct note_signer signer;
	char origin[64], key[160]; /* file */
	char notes[HISTORY_NOTES]; /* all that the witness kept */
	uint64_t seen[200];	   /* their sizes */
	size_t count;
	int64_t open[64]; /* incidents */
	size_t open_count;
	int64_t drift; /* of the clock */
	struct store_head head;
	unsigned users_seed;
};

static inline int
history_below(struct history *h, int n)
{
	return rand_r(&h->b.seed) % n;
}

static inline void
history_floor(struct bench *b, enum floor_kind kind, const char *csv)
{
	struct inventory_mistakes m = { 0 };
	struct floor_options opt = { kind, false, "t.csv" };
	struct floor *wish = floor_new(), *now;
	struct inventory *inv;
	uint64_t revision;
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	if (!floor_read(wish, kind, "t.csv", csv, strlen(csv), &m))
		fail_msg("%s", m.text);
	now = store_read_floor(r, &revision);
	inv = store_read_inventory(r, false, NULL);
	struct floor_plan *plan = floor_plan_new(now, wish, inv, &opt, &m);

	if (plan == NULL)
		fail_msg("%s", m.text);
	store_reader_close(&r);
	floor_free(&wish);
	floor_free(&now);
	inventory_free(&inv);
	assert_true(store_floor(b->store, plan, revision, "ana", "plan",
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
	assert_true(b->last.ok);
}

static inline void
history_on_head(void *arg, const struct store_result *r)
{
	struct history *h = arg;

	assert_true(r->ok);
	h->head = *r->head;
}

/* Signs what is committed; the witness keeps it. */
static inline void
history_checkpoint(struct history *h)
{
	struct note_checkpoint c = { 0 };
	char text[NOTE_CHECKPOINT], line[NOTE_LINE], note[NOTE_BYTES];

	assert_true(store_head(h->b.store, h->b.mono,
	    &(struct store_done){ history_on_head, h }));
	bench_drain(&h->b);
	snprintf(c.origin, sizeof(c.origin), "%s", h->origin);
	c.size = h->head.size;
	c.utc_us = T0 + h->drift + h->b.mono;
	c.has_head = true;
	memcpy(c.root, h->head.root, 32);
	memcpy(c.head, h->head.head, 32);
	note_checkpoint_print(&c, text);
	assert_true(note_sign(&h->signer, text, strlen(text), 0, line));
	snprintf(note, sizeof(note), "%s\n%s", text, line);
	struct store_checkpoint s = { c.size, c.utc_us, { 0 }, note };

	memcpy(s.root, c.root, 32);
	assert_true(store_checkpoint(h->b.store, &s,
	    &(struct store_done){ bench_done, &h->b }));
	bench_drain(&h->b);
	assert_true(h->b.last.ok);
	size_t n = strlen(h->notes);

	assert_true(n + strlen(note) < sizeof(h->notes) && h->count < 200);
	snprintf(h->notes + n, sizeof(h->notes) - n, "%s", note);
	h->seen[h->count++] = c.size;
}

static inline void
history_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static inline void
history_origin(struct history *h)
{
	struct store_ledger l;
	char error[256], text[NOTE_KEY_TEXT];
	uint8_t seed[32] = { 7 };
	struct store_reader *r = store_reader_open(h->b.dir, error);

	assert_non_null(r);
	assert_true(store_read_ledger(r, &l));
	store_reader_close(&r);
	snprintf(h->origin, sizeof(h->origin), "camwarden/%s", l.origin_uuid);
	assert_true(note_ready());
	assert_true(
	    note_signer_make(&h->signer, h->origin, NOTE_ED25519, seed));
	note_key_print(&h->signer.key, text);
	snprintf(h->key, sizeof(h->key), "%s.pub", h->b.dir);
	history_write(h->key, text);
}

static inline void
history_begin(struct history *h, unsigned seed)
{
	struct bench *b = &h->b;

	memset(h, 0, sizeof(*h));
	bench_init(b);
	b->seed = seed;
	b->mono = 7200 * S;
	bench_open(b);
	history_origin(h);
	bench_feeds(b, HISTORY_FEEDS);
	history_floor(b, FLOOR_CONSOLES,
	    "console,room,site\nD1,Control,North/Gate\nD2,Control,North/"
	    "Gate\n");
	history_floor(b, FLOOR_SCREENS,
	    "screen,console,room,layout\nS1,D1,,North/Gate/"
	    "cam1\nW,,Control,\n");
	history_checkpoint(h);
}

static inline void
history_verdict(struct history *h)
{
	static const enum cause causes[] = { CAUSE_NONE, CAUSE_NONE,
		CAUSE_FROZEN, CAUSE_STALLED, CAUSE_BLURRED, CAUSE_LOW_FPS,
		CAUSE_NOT_SAMPLED, CAUSE_PROBE_LOST };
	struct bench *b = &h->b;

	bench_verdict(b, 1 + history_below(h, HISTORY_FEEDS),
	    causes[history_below(h, 8)], b->mono - history_below(h, 90) * S,
	    b->mono, false);
}

static inline void
history_people(struct history *h)
{
	struct bench *b = &h->b;
	int64_t since = b->mono - history_below(h, 300) * S;
	struct store_presence p = { 1 + history_below(h, 2),
		(enum presence)history_below(h, PRESENCE_COUNT),
		(enum presence_why)history_below(h, PRESENCE_WHY_COUNT), since,
		b->mono, "{\"quiet\":1}" };
	struct store_tile tiles[2] = { { 1 + history_below(h, 3),
					   (enum view_worth)history_below(h,
					       3) },
		{ 5, VIEW_COUNTS } };
	struct store_display d = { 1 + history_below(h, 2),
		(enum screen_power)history_below(h, SCREEN_POWER_COUNT),
		VIEW_FROM_AGENT, since, b->mono, tiles,
		(size_t)history_below(h, 3) };
	struct store_prompt q = { history_below(h, 2) != 0, 1, b->mono - 9 * S,
		history_below(h, 2) != 0 ? b->mono - 5 * S : 0, b->mono, true,
		900 };

	assert_true(store_presence(b->store, &p, NULL));
	assert_true(store_display(b->store, &d, NULL));
	if (history_below(h, 4) == 0)
		assert_true(store_prompt(b->store, &q, NULL));
}

static inline void
history_picture(struct history *h, int64_t feed, enum store_thumbnail_kind kind,
    int64_t incident)
{
	char png[40];
	int n = snprintf(png, sizeof(png), "png %d", rand_r(&h->b.seed));
	struct store_thumbnail t = { feed, kind, h->b.mono, incident, 160, 90,
		png, (size_t)n };

	assert_true(store_thumbnail(h->b.store, &t, NULL));
}

static inline void
history_incident(struct history *h)
{
	struct bench *b = &h->b;
	int64_t feed = 1 + history_below(h, HISTORY_FEEDS);

	if (h->open_count == 0 ||
	    (h->open_count < 60 && history_below(h, 2) == 0)) {
		int64_t id = store_incident_next(b->store);
		struct store_incident i = { id, feed, 0, b->mono - 20 * S,
			b->mono, CAUSE_FROZEN, true, "it stands still", 0, 0 };

		history_picture(h, feed, STORE_LAST_GOOD, 0);
		assert_true(store_incident_open(b->store, &i, NULL));
		history_picture(h, feed, STORE_FIRST_BAD, id);
		h->open[h->open_count++] = id;
		return;
	}
	int64_t id = h->open[--h->open_count];

	assert_true(store_incident_acknowledge(b->store, id, b->mono, "ana",
	    "seen", NULL));
	if (history_below(h, 3) > 0)
		assert_true(store_incident_close(b->store, id, b->mono - 3 * S,
		    b->mono, NULL));
}

static inline void
history_words(struct history *h)
{
	struct bench *b = &h->b;
	int64_t utc = T0 + h->drift + b->mono;
	struct store_overlay o = { .kind = STORE_MAINTENANCE,
		.feed = 1 + history_below(h, HISTORY_FEEDS),
		.tag = "",
		.from_utc = utc,
		.to_utc = utc + 3600 * S,
		.actor = "ana",
		.reason = "ladder" };
	struct store_dispute d = { 1, utc - 60 * S, utc, b->mono, "ben",
		"I was there" };

	assert_true(
	    store_overlay(b->store, &o, &(struct store_done){ bench_done, b }));
	bench_drain(b);
	if (history_below(h, 2) == 0)
		assert_true(store_overlay_end(b->store, b->last.id, 0,
		    utc + 60 * S, "ana", "done", NULL));
	assert_true(store_dispute(b->store, &d, NULL));
}

/* What is declared beside the inventory, and what is made of the record. */
static inline void
history_declared(struct history *h)
{
	static const char *const rosters[] = {
		"room,days,from,to,at_least,idle_after_s\n"
		"Control,mon-fri,06:00,14:00,1,120\n",
		"room,days,from,to,at_least,idle_after_s,breaks\n"
		"Control,mon-fri,06:00,14:00,1,900,10:00-10:15\n"
		"Control,daily,22:00,06:00,1,0,\n",
	};
	static const char *const screens[] = {
		"screen,console,room,layout\nS1,D1,,North/Gate/cam1\n",
		"screen,console,room,layout\nS1,D1,,North/Gate/cam2;North/"
		"Gate/cam1\n",
	};
	struct bench *b = &h->b;
	struct store_token token = { history_below(h, 2) ? 1 : 2,
		CONSOLE_TOKEN_AGENT,
		{ (uint8_t)rand_r(&b->seed), (uint8_t)rand_r(&b->seed),
		    (uint8_t)rand_r(&b->seed) },
		b->mono, "ana", "new", NULL };
	char judge[8] = { (char)rand_r(&b->seed) };
	struct store_reference ref = { 1 + history_below(h, 3),
		history_below(h, 4) == 0, b->mono, "ana", "as it shall be",
		judge, sizeof(judge) };
	struct store_made_report report = { T0, T0 + 86400 * S, 0, b->mono,
		"/r/report.html", 0, 1, { { "report.html", { 1 } } } };
	const struct store_done done = { bench_done, b };

	report.files[0].sha256[1] = (uint8_t)rand_r(&b->seed);
	history_floor(b, FLOOR_ROSTER, rosters[history_below(h, 2)]);
	history_floor(b, FLOOR_PATTERNS,
	    history_below(h, 2)
		? "pattern,title,shows\nwall,*wall*,layout\n"
		: "pattern,title,shows,tiles\nwall,*wall*,North/Gate/cam1,4\n");
	history_floor(b, FLOOR_SCREENS, screens[history_below(h, 2)]);
	assert_true(store_reference(b->store, &ref, NULL));
	assert_true(store_made_report(b->store, &report, NULL));
	assert_true(store_token_add(b->store, &token, &done));
	bench_drain(b);
	assert_true(b->last.ok);
	if (history_below(h, 2) == 0)
		assert_true(store_token_revoke(b->store, b->last.id, b->mono,
		    "ana", "lost", &done));
	/* Told of a console, and no change of it. */
	assert_true(store_event(b->store, b->mono, "console.refused", "monitor",
	    "{\"console\":\"D1\",\"why\":\"future\",\"count\":1}", NULL));
	bench_drain(b);
}

#define HISTORY_HASH "$argon2id$v=19$m=65536,t=2,p=1$YWFh$YWFh"

/* Who may log in, and does; what is said. */
static inline void
history_users(struct history *h)
{
	struct bench *b = &h->b;
	int64_t utc = T0 + h->drift + b->mono;
	/* Of its own: the rest stays the history it was. */
	unsigned n = (unsigned)rand_r(&h->users_seed);
	char name[24], letters[64];
	const struct store_done done = { bench_done, b };
	struct store_user u = { 0, name, ROLE_VIEWER, "North", HISTORY_HASH, 0,
		0, false, false, b->mono, "ana", "new" };
	struct store_token kiosk = { 0, CONSOLE_TOKEN_KIOSK, { 0 }, b->mono,
		"ana", "wall", name, ROLE_KIOSK, "" };
	struct store_login login = { 0, { 1 }, "10.0.0.7", "a browser",
		utc + 3600 * S, HISTORY_HASH, b->mono };
	struct store_claim claim = { 0, { 2 }, "10.0.0.8", b->mono };
	struct store_handover note = { utc - 3600 * S, utc, "North/Gate", "ana",
		"quiet", b->mono };

	snprintf(name, sizeof(name), "u%u", n);
	snprintf(letters, sizeof(letters), HISTORY_HASH "%u", n);
	memcpy(login.hash + 1, &n, sizeof(n));
	memcpy(claim.hash + 1, &n, sizeof(n));
	memcpy(kiosk.hash + 1, &n, sizeof(n));
	assert_true(store_user(b->store, &u, &done));
	bench_drain(b);
	assert_true(b->last.ok);
	u.id = login.user = b->last.id;
	assert_true(store_login(b->store, &login, &done));
	bench_drain(b);
	assert_true(b->last.ok);
	assert_true(store_login_seen(b->store, b->last.id, utc + S));
	u.password = n % 2 ? letters : NULL;
	u.disabled = n % 3 == 0;
	u.role = ROLE_OPERATOR;
	u.site = n % 5 ? NULL : "";
	assert_true(store_user(b->store, &u, NULL));
	if (n % 4 == 0)
		assert_true(store_user_remove(b->store, u.id, b->mono, "ana",
		    "left", NULL));
	assert_true(store_token_add(b->store, &kiosk, &done));
	bench_drain(b);
	assert_true(b->last.ok);
	claim.token = b->last.id;
	assert_true(store_claim(b->store, &claim, NULL));
	assert_true(store_handover(b->store, &note, NULL));
	assert_true(store_event(b->store, b->mono, "login.refused", "camwarden",
	    "{\"wrong\":3}", NULL));
	if (h->open_count > 0)
		assert_true(store_incident_comment(b->store, h->open[0],
		    b->mono, "ana", "dirt", NULL));
	bench_drain(b);
}

static inline void
history_inventory(struct history *h)
{
	static const char *const files[] = {
		"site,name,url,enabled\nNorth/Gate,cam4,rtsp://10.0.0.4/s,no\n",
		"site,name,url,enabled\nNorth/Gate,cam4,rtsp://10.0.0.4/"
		"t,yes\n",
		"site,name,url,no_picture\nNorth/Gate,cam5,rtsp://10.0.0.5/s,"
		"yes\n",
		"site,name,url\nSouth/Yard,cam9,rtsp://10.0.0.9/s\n",
	};

	bench_drain(&h->b);
	assert_true(bench_import(&h->b, INVENTORY_FEEDS,
	    files[history_below(h, 4)], false));
	if (history_below(h, 3) == 0)
		history_floor(&h->b, FLOOR_CONSOLES,
		    history_below(h, 2) ? "console,room,site\nD2,Annex,\n"
					: "console,room,site\nD2,Control,"
					  "North/Gate\n");
}

/* The monitor's own troubles. */
static inline void
history_trouble(struct history *h)
{
	struct bench *b = &h->b;
	int64_t step = (history_below(h, 2) ? 1 : -1) *
		       (int64_t)(2 + history_below(h, 4000)) * S;

	switch (history_below(h, 3)) {
	case 0: /* it stood still */
		b->mono += (4 + history_below(h, 60)) * S;
		assert_true(store_heartbeat(b->store, b->mono));
		break;
	case 1:
		h->drift += step;
		assert_true(store_epoch(b->store, T0 + h->drift, b->mono,
		    "clock-step", NULL));
		break;
	default:
		store_close(&b->store);
		b->mono += history_below(h, 100) * S;
		b->config.mono_us = b->mono;
		b->config.utc_us = T0 + h->drift + b->mono;
		char error[STORE_ERROR_BYTES];

		b->store = store_open(&b->config, &b->calls, error);
		assert_non_null(b->store);
	}
	bench_drain(b);
}

static inline void
history_go(struct history *h, int steps)
{
	for (int i = 0; i < steps; i++) {
		int dice = history_below(h, 100);

		bench_live(&h->b, h->b.mono + (1 + history_below(h, 20)) * S);
		if (dice < 50)
			history_verdict(h);
		else if (dice < 75)
			history_people(h);
		else if (dice < 87)
			history_incident(h);
		else if (dice < 91)
			history_words(h);
		else if (dice < 94)
			history_inventory(h);
		else if (dice < 96)
			history_trouble(h);
		else if (dice < 98)
			history_declared(h), history_users(h);
		else
			history_checkpoint(h);
	}
	bench_drain(&h->b);
}

static inline void
history_end(struct history *h)
{
	unlink(h->key);
	bench_fini(&h->b);
}

#endif
