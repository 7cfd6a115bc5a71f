/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every query of the reader, asked by somebody of one site, tells no name of
 * the other's; asked by one who may see all it does, so that the walk is no
 * walk through an empty house. */
#include "reader_world.h"

#include "monitor/store/store_consoles.h"
#include "monitor/store/tiles.h"

#define NORTH "North"
#define SOUTH "South"

struct walk {
	uint8_t what;
	const char *words;
	const char *name; /* of a table or file */
	bool both;	  /* unscoped it tells of both sites */
	bool feed;	  /* the ask names a feed */
	bool number;	  /* .. or a thing by number */
};

static const struct walk walks[] = {
	{ READ_THUMBNAIL, "", "", false, true, false },
	{ READ_INCIDENTS, "", "", true, false, false },
	{ READ_INCIDENTS, "open=1", "", true, false, false },
	{ READ_INCIDENTS, "days=30", "", true, false, false },
	{ READ_INCIDENTS, "feed=", "", false, true, false },
	{ READ_INCIDENT, "", "", false, false, true },
	{ READ_EVIDENCE, "", "", false, false, true },
	{ READ_CONSOLES, "", "", true, false, false },
	{ READ_PRESENCE, "", "", false, false, true },
	{ READ_WATCHED, "", "", false, true, false },
	{ READ_UNWATCHED, "", "", true, false, false },
	{ READ_ROSTER, "", "", true, false, false },
	{ READ_OVERLAYS, "", "", true, false, false },
	{ READ_OVERLAYS, "all=1", "", true, false, false },
	{ READ_OVERLAYS, "feed=", "", false, true, false },
	{ READ_INFO, "", "", false, true, false },
	{ READ_SERIES, "", "", false, true, false },
	{ READ_INTERVALS, "feed=", "", false, true, false },
	{ READ_VIEWS, "", "", true, false, false },
	{ READ_VIEWS, "screen=South wall", "", false, false, false },
	{ READ_VIEWS, "feed=", "", false, true, false },
	{ READ_SITES, "", "", true, false, false },
	{ READ_DEVICES, "", "", true, false, false },
	{ READ_DEVICES, "q=south", "", false, false, false },
	{ READ_PRESENCES, "", "", true, false, false },
	{ READ_BREACHES, "", "", true, false, false },
	{ READ_COVERAGE, "", "", true, false, false },
	{ READ_DEBT, "", "", true, false, false },
	{ READ_HANDOVER, "", "", true, false, false },
	{ READ_REPORTS, "", "", true, false, false },
	{ READ_REPORT_FILE, "", "report-2026-01-01-south.html", false, false,
	    true },
	{ READ_CSV, "", "sites", true, false, false },
	{ READ_CSV, "", "devices", true, false, false },
	{ READ_CSV, "", "feeds", true, false, false },
	{ READ_CSV, "", "consoles", true, false, false },
	{ READ_CSV, "", "screens", true, false, false },
	{ READ_CSV, "", "patterns", true, false, false },
	{ READ_CSV, "", "roster", true, false, false },
	{ READ_ONBOARDING, "", "", true, false, false },
	{ READ_USERS, "", "", true, false, false },
	{ READ_TOKENS, "", "", true, false, false },
	{ READ_LOGINS, "", "", true, false, false },
	{ READ_ALERTS, "", "", true, false, false },
	{ READ_ALERTS, "open=1", "", true, false, false },
	{ READ_ALERT, "", "", false, false, true },
	{ READ_NOTICES, "", "", true, false, false },
	{ READ_NOTICES, "open=1", "", true, false, false },
	{ READ_DELIVERIES, "", "", true, false, false },
	{ READ_CHANNELS, "", "", false, false, false },
	{ READ_LEDGER, "", "", false, false, false },
	{ READ_LEDGER_LINES, "", "", true, false, false },
	{ READ_LEDGER_LINES, "q=vault", "", false, false, false },
	{ READ_LEDGER_LINES, "feed=", "", false, true, false },
};

/* Whatever is called so is the other site's. */
static const char *const of_south[] = { "South", "south", "vault", "susan",
	"whisper" };
static const char *const of_north[] = { "North", "north", "cam1", "nora",
	"hush" };

static void
put_feed_rows(struct world *w)
{
	world_sql(w,
	    "INSERT INTO interval(feed, epoch, start, since, at, state, cause,"
	    " causes, confidence, evidence) SELECT id, 1, %lld, %lld, %lld, 1,"
	    " 0, 0, 90, '{}' FROM feed;"
	    "UPDATE interval SET state = 3, cause = 1 WHERE feed IN (SELECT id"
	    " FROM feed WHERE name LIKE '%%2');"
	    "INSERT INTO incident(feed, since, at, cause, alertable, text)"
	    " SELECT id, %lld, %lld, 1, 1, name FROM feed;"
	    "INSERT INTO incident(site, since, at, cause, alertable, text)"
	    " SELECT id, %lld, %lld, 1, 1, path FROM site;"
	    "INSERT INTO overlay(kind, feed, starts, ends, actor, reason,"
	    " created) SELECT 2, f.id, %lld, %lld, 'x', f.name, %lld FROM feed"
	    " f;"
	    "INSERT INTO overlay(kind, tag, starts, ends, actor, reason,"
	    " created) VALUES(1, 'night', %lld, %lld, 'x', 'vault', 1),"
	    " (1, 'day', %lld, %lld, 'x', 'cam1', 1);"
	    "INSERT INTO overlay(kind, site, starts, ends, actor, reason,"
	    " created) SELECT 1, id, %lld, %lld, 'x', path, 1 FROM site;"
	    "INSERT INTO comment(incident, created, actor, text)"
	    " SELECT id, %lld, 'x', text FROM incident;",
	    w->now - 2 * DAY, w->now - 2 * DAY, w->now - 2 * DAY, w->now - HOUR,
	    w->now - HOUR, w->now - HOUR, w->now - HOUR, w->now - HOUR,
	    w->now + HOUR, w->now, w->now - HOUR, w->now + HOUR, w->now - HOUR,
	    w->now + HOUR, w->now - HOUR, w->now + HOUR, w->now);
	world_sql(w,
	    "INSERT INTO thumbnail(feed, kind, utc, width, height, sha256, png)"
	    " SELECT id, 3, 1, 1, 1, zeroblob(32), CAST(name AS BLOB) FROM"
	    " feed; INSERT INTO thumbnail(feed, kind, utc, incident, width,"
	    " height, sha256, png) SELECT feed, 2, 1, id, 1, 1, zeroblob(32),"
	    " CAST(text AS BLOB) FROM incident WHERE feed IS NOT NULL;"
	    "UPDATE incident SET after = (SELECT id FROM thumbnail t WHERE"
	    " t.incident = incident.id);"
	    "INSERT INTO event(seq, run, mono, utc, kind, feed, actor, body,"
	    " hash) SELECT 1000 + id, 1, 1, %lld, 'verdict', id, 'judge',"
	    " json_object('name', name), zeroblob(32) FROM feed",
	    w->now - HOUR);
}

static void
put_floor(struct world *w)
{
	world_sql(w,
	    "INSERT INTO room(id, name, site) VALUES(1, 'North room', (SELECT"
	    " id FROM site WHERE path = 'North/Gate')), (2, 'South room',"
	    " (SELECT id FROM site WHERE path = 'South'));"
	    "INSERT INTO console(id, name, room, idle_after_s, prompt_after_s,"
	    " remote_input, max_tiles, desk_still_s, created, active) VALUES"
	    "(1, 'North desk', 1, 300, 0, 0, 16, 600, %lld, 1),"
	    "(2, 'South desk', 2, 300, 0, 0, 16, 600, %lld, 1);"
	    "INSERT INTO screen(id, name, console, output, confirmed_by,"
	    " active) VALUES(1, 'North wall', 1, '', '', 1),"
	    " (2, 'South wall', 2, '', '', 1);"
	    "INSERT INTO shift(room, days, starts, ends, at_least, breaks)"
	    " VALUES(1, 127, 0, 0, 1, ''), (2, 127, 0, 0, 1, '');"
	    "INSERT INTO pattern(name, class, title, shows, feed, tiles) SELECT"
	    " 'p ' || name, '', '*', 2, id, 1 FROM feed;"
	    "INSERT INTO screen_feed SELECT 1, id, id FROM feed;"
	    "INSERT INTO presence(console, room, epoch, start, since, at,"
	    " state, why, evidence) VALUES(1, 1, 1, %lld, 1, 1, 1, 6, '{}'),"
	    " (2, 2, 1, %lld, 1, 1, 1, 6, '{}');"
	    "INSERT INTO incident(room, since, at, cause, alertable, text)"
	    " SELECT id, %lld, %lld, 0, 1, name FROM room;"
	    "INSERT INTO incident(since, at, cause, alertable, text) VALUES("
	    "%lld, %lld, 34, 1, 'our own way to South and North is lost')",
	    w->now - 3 * DAY, w->now - 3 * DAY, w->now - 2 * DAY,
	    w->now - 2 * DAY, w->now - HOUR, w->now - HOUR, w->now - HOUR,
	    w->now - HOUR);
}

/* Each screen shows a feed of each site; the others nobody sees. */
static void
put_displays(struct world *w)
{
	struct store_tile tiles[8];
	uint8_t bytes[TILES_BYTES];
	sqlite3_stmt *st;
	size_t n = 0;

	for (int64_t feed = 1; feed <= 2; feed++)
		tiles[n++] = (struct store_tile){ feed, VIEW_COUNTS };
	size_t length = tiles_pack(tiles, n, bytes);

	assert_int_equal(sqlite3_prepare_v2(w->sql,
			     "INSERT INTO display(screen, console, epoch,"
			     " start, power, source, tiles)"
			     " VALUES(?1, ?1, 1, ?2, 1, 1, ?3)",
			     -1, &st, NULL),
	    SQLITE_OK);
	for (int64_t screen = 1; screen <= 2; screen++) {
		sqlite3_bind_int64(st, 1, screen);
		sqlite3_bind_int64(st, 2, w->now - 2 * HOUR);
		sqlite3_bind_blob(st, 3, bytes, (int)length, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(st), SQLITE_DONE);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
}

static void
put_people(struct world *w)
{
	world_sql(w,
	    "INSERT INTO user(name, role, site, hash, created, actor) VALUES"
	    "('nora', 5, 'North', 'SECRETHASH', 1, 'x'),"
	    "('susan', 5, 'South', 'SECRETHASH', 1, 'x');"
	    "INSERT INTO login(user, hash, address, agent, created, seen, ends)"
	    " SELECT id, randomblob(32), '127.0.0.1', name, 1, 1, %lld FROM"
	    " user;"
	    "INSERT INTO token(kind, hash, created, actor, name, role, site)"
	    " VALUES(4, randomblob(32), 1, 'x', 'nora api', 1, 'North'),"
	    " (5, randomblob(32), 1, 'x', 'susan kiosk', 6, 'South');"
	    "INSERT INTO token(console, kind, hash, created, actor) VALUES"
	    "(1, 1, randomblob(32), 1, 'x'), (2, 1, randomblob(32), 1, 'x');"
	    "INSERT INTO handover(starts, ends, site, actor, text, created)"
	    " VALUES(%lld, %lld, 'North', 'nora', 'cam1 is odd', %lld),"
	    " (%lld, %lld, 'South', 'susan', 'vault is odd', %lld);",
	    w->now + HOUR, w->now - 3 * HOUR, w->now - 2 * HOUR, w->now,
	    w->now - 3 * HOUR, w->now - 2 * HOUR, w->now);
	world_sql(w,
	    "INSERT INTO report(id, starts, ends, site, made, path, sha256,"
	    " seq) VALUES(1, 1, 2, NULL, 3, '%s/report-2026-01-01-north"
	    "south.html', zeroblob(32), 0), (2, 1, 2, (SELECT id FROM site"
	    " WHERE path = 'South'), 3, '%s/report-2026-01-01-south.html',"
	    " zeroblob(32), 0), (3, 1, 2, (SELECT id FROM site WHERE path ="
	    " 'North/Gate'), 3, '%s/report-2026-01-01-north.html',"
	    " zeroblob(32), 0)",
	    w->b.dir, w->b.dir, w->b.dir);
}

static void
put_alerts(struct world *w)
{
	world_sql(w,
	    "INSERT INTO alert(incident, of, place_id, place, site, rule,"
	    " severity, criticality, excused, cause, flapping, acknowledged,"
	    " done, feeds, turns, repeats, since, at, changed) SELECT"
	    " (SELECT id FROM incident WHERE feed = f.id), 1,"
	    " f.id, s.path || '/' || f.name, s.path, f.name, 3, 3, 0, 1, 0, 0,"
	    " 0, 0, 0, 0, 1, 1, 1 FROM feed f JOIN site s ON s.id = f.site;"
	    "INSERT INTO notice(alert, sequence, kind, recipient, rule, step,"
	    " exempt, made) SELECT id, 1, 1, rule, rule, 0, 0, 1 FROM alert;"
	    "INSERT INTO notice(sequence, kind, recipient, rule, step, exempt,"
	    " made, told) VALUES(0, 5, 'South and North', '', 0, 0, 1, 1);"
	    "INSERT INTO delivery(kind, target, subject, path, body, made, due,"
	    " notice) SELECT 3, recipient, recipient, '', x'', 1, 1, id FROM"
	    " notice; INSERT INTO delivery(kind, target, subject, path, body,"
	    " made, due) VALUES(1, 'south@north', 's', '', x'', 1, 1)");
}

static int
setup(void **state)
{
	struct world *w = world_new(2);

	put_feed_rows(w);
	put_floor(w);
	put_displays(w);
	put_people(w);
	put_alerts(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* Body in lower and upper case as it is. */
static const char *
found_in(const struct world *w, const char *const names[5])
{
	for (int i = 0; i < 5; i++)
		if (w->length > 0 && memmem(w->text, w->length, names[i],
					 strlen(names[i])) != NULL)
			return names[i];
	return NULL;
}

static void
fill(struct world *w, const struct walk *k, const char *scope, const char *feed,
    struct read_ask *ask)
{
	char words[256];

	snprintf(words, sizeof(words), "%s%s", k->words,
	    k->feed && strstr(k->words, "feed=") != NULL
		? "00000000-0000-4000-8000-000000000000"
		: "");
	world_fill(w, k->what, words, ask);
	if (k->feed)
		world_uuid(w, feed, ask->uuid);
	if (k->what == READ_CSV || k->what == READ_REPORT_FILE)
		snprintf(ask->name, sizeof(ask->name), "%s", k->name);
	if (k->what == READ_EVIDENCE)
		ask->kind = 2;
	snprintf(ask->scope, sizeof(ask->scope), "%s", scope);
}

/* Everything there is a number of, one after the other. */
static void
walk_one(struct world *w, const struct walk *k, const char *scope,
    const char *foreign, const char *const names[5])
{
	struct read_ask ask;

	fill(w, k, scope, foreign, &ask);
	for (ask.number = 1; ask.number <= (k->number ? 20 : 1); ask.number++) {
		world_beat(w, 0);
		unsigned status = world_ask(w, &ask);
		const char *leak = found_in(w, names);

		if (leak != NULL)
			fail_msg("%s %s%s of %s tells of %s: %.600s",
			    read_kind_of(k->what)->name, k->words, k->name,
			    scope, leak, w->text);
		if (k->feed && k->what != READ_LEDGER_LINES && status != 404)
			fail_msg("%s %s of %s: a feed elsewhere gives %u",
			    read_kind_of(k->what)->name, k->words, scope,
			    status);
		assert_true(status == 200 || status == 404);
	}
}

static void
test_walk(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		walk_one(w, &walks[i], NORTH, "vault1", of_south);
		walk_one(w, &walks[i], SOUTH, "cam1", of_north);
	}
}

/* Each query there is was walked through. */
static void
test_all_walked(void **state)
{
	(void)state;
	for (uint8_t what = 1; what <= READ_WHAT_MOST; what++) {
		bool found = false;

		for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++)
			found = found || walks[i].what == what;
		assert_non_null(read_kind_of(what));
		if (!found)
			fail_msg("nobody walked through %s",
			    read_kind_of(what)->name);
	}
}

static void
test_all_see_both(void **state)
{
	struct world *w = *state;
	struct read_ask ask;

	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		const struct walk *k = &walks[i];

		if (!k->both)
			continue;
		world_beat(w, 0);
		fill(w, k, "", "cam1", &ask);
		if (world_ask(w, &ask) != 200 ||
		    found_in(w, of_south) == NULL ||
		    found_in(w, of_north) == NULL)
			fail_msg("%s %s%s: %u %.300s",
			    read_kind_of(k->what)->name, k->words, k->name,
			    w->status, w->text);
	}
}

/* A question about a site outside is a question about nothing. */
static void
test_site_outside(void **state)
{
	struct world *w = *state;
	struct read_ask ask;

	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		const struct walk *k = &walks[i];

		if (k->feed || k->number)
			continue;
		fill(w, k, NORTH, "cam1", &ask);
		snprintf(ask.site, sizeof(ask.site), "%s", SOUTH);
		assert_int_equal(world_ask(w, &ask), 200);
		if (found_in(w, of_south) != NULL)
			fail_msg("%s: %.300s", read_kind_of(k->what)->name,
			    w->text);
	}
}

/* "North" is not above "Northern". */
static void
test_beginning_is_not_above(void **state)
{
	struct world *w = *state;
	json_t *j;

	world_sql(w, "UPDATE site SET path = 'North of South' WHERE path ="
		     " 'South'");
	struct read_ask ask;

	world_fill(w, READ_SITES, "", &ask);
	snprintf(ask.scope, sizeof(ask.scope), "North");
	j = world_json(w, &ask);
	assert_int_equal(items_of(j), 2); /* North, North/Gate */
	json_decref(j);
	world_fill(w, READ_INCIDENTS, "", &ask);
	snprintf(ask.scope, sizeof(ask.scope), "North");
	world_ask(w, &ask);
	assert_null(strstr(w->text, "vault"));
	world_sql(w, "UPDATE site SET path = 'South' WHERE path ="
		     " 'North of South'");
}

/* An agent's token is where its console stands. */
static void
test_tokens_of_consoles(void **state)
{
	struct world *w = *state;
	struct read_ask ask;
	json_t *j;

	world_fill(w, READ_TOKENS, "q=desk", &ask);
	snprintf(ask.scope, sizeof(ask.scope), "North");
	j = world_json(w, &ask);
	assert_int_equal(items_of(j), 1);
	assert_string_equal(text_of(item_of(j, 0), "name"), "North desk");
	assert_string_equal(text_of(item_of(j, 0), "site"), "North/Gate");
	assert_string_equal(text_of(item_of(j, 0), "kind"), "agent");
	json_decref(j);
}

/* Whether any answer to it, by whatever number, tells of the room. */
static bool
tells_of_room(struct world *w, uint8_t what, enum role role)
{
	struct read_ask ask;
	bool told = false;

	world_fill(w, what, "", &ask);
	ask.role = (uint8_t)role;
	for (ask.number = 1; ask.number <= 20; ask.number++) {
		world_beat(w, 0);
		if (world_ask(w, &ask) == 200)
			told = told || strstr(w->text, "North room") != NULL;
	}
	return told;
}

/* Who is missing from a room is told to those who may see who is there. */
static void
test_those_who_watch(void **state)
{
	static const uint8_t asked[] = { READ_INCIDENTS, READ_INCIDENT,
		READ_ALERTS, READ_ALERT };
	static const struct {
		enum role role;
		bool sees;
	} roles[] = { { ROLE_NONE, false }, { ROLE_VIEWER, false },
		{ ROLE_KIOSK, false }, { ROLE_OPERATOR, true },
		{ ROLE_SUPERVISOR, true }, { ROLE_AUDITOR, true },
		{ ROLE_ADMIN, true } };
	struct world *w = *state;

	world_sql(w,
	    "INSERT INTO alert(id, incident, of, place_id, place, site, rule,"
	    " severity, criticality, excused, cause, flapping, acknowledged,"
	    " done, feeds, turns, repeats, since, at, changed) SELECT 19, id,"
	    " 3, 1, 'North room', 'North/Gate', 'r', 3, 3, 0, 0, 0, 0, 0, 0,"
	    " 0, 0, 1, 1, 1 FROM incident WHERE room = 1");
	for (size_t i = 0; i < sizeof(asked); i++)
		for (size_t k = 0; k < sizeof(roles) / sizeof(roles[0]); k++)
			assert_int_equal(tells_of_room(w, asked[i],
					     roles[k].role),
			    roles[k].sees);
	world_sql(w, "DELETE FROM alert WHERE id = 19");
}

/* Passwords and hashes are in no answer at all. */
static void
test_no_secrets(void **state)
{
	struct world *w = *state;
	struct read_ask ask;

	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		fill(w, &walks[i], "", "cam1", &ask);
		ask.number = 1;
		world_ask(w, &ask);
		assert_null(memmem(w->text, w->length, "hush", 4));
		assert_null(memmem(w->text, w->length, "whisper", 7));
		assert_null(memmem(w->text, w->length, "SECRETHASH", 10));
	}
}

/* Whatever a thing is called, an answer is JSON of valid UTF-8. */
static void
test_hostile_names(void **state)
{
	struct world *w = *state;
	struct read_ask ask;
	static const char sql[] =
	    "UPDATE %s SET %s = CAST(X'"
	    "3c7363726970743e01091b5b316de280ae22275cfffe80c0af' AS TEXT)"
	    " || id WHERE id >= 2";

	world_sql(w, sql, "feed", "name");
	world_sql(w, sql, "device", "name");
	world_sql(w, sql, "console", "name");
	world_sql(w, sql, "screen", "name");
	world_sql(w, sql, "room", "name");
	world_sql(w, sql, "incident", "text");
	world_sql(w, sql, "comment", "text");
	world_sql(w, sql, "overlay", "reason");
	world_sql(w, sql, "handover", "text");
	world_sql(w, sql, "user", "name");
	world_sql(w, sql, "token", "name");
	world_sql(w, sql, "login", "agent");
	world_sql(w, "UPDATE event SET body = '{\"broken', actor = 'x\x01'");
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		fill(w, &walks[i], "", "cam1", &ask);
		for (ask.number = 1; ask.number < 12; ask.number++) {
			world_beat(w, 0);
			if (world_ask(w, &ask) != 200 || w->type != READ_JSON)
				continue;
			json_decref(world_json(w, &ask));
			assert_null(strstr(w->text, "<script>"));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_all_walked),
		cmocka_unit_test(test_all_see_both),
		cmocka_unit_test(test_site_outside),
		cmocka_unit_test(test_beginning_is_not_above),
		cmocka_unit_test(test_tokens_of_consoles),
		cmocka_unit_test(test_those_who_watch),
		cmocka_unit_test(test_no_secrets),
		cmocka_unit_test(test_hostile_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
