/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users, log-ins, kiosks, notes in the store: what is refused, what follows
 * from what, what is told. */
#include "bench.h"

#include "monitor/store/store_consoles.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_target.h"
#include "monitor/store/store_read_users.h"
#include "monitor/store/store_users.h"

#define HASH "$argon2id$v=19$m=65536,t=2,p=1$YWFh$YWFh"

static unsigned people;

static void
people_news(void *arg)
{
	(void)arg;
	people++;
}

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	bench_init(b);
	b->calls.on_people = people_news;
	people = 0;
	bench_open(b);
	bench_feeds(b, 1);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	bench_fini(*state);
	free(*state);
	return 0;
}

#define DONE(b) (&(struct store_done){ bench_done, (b) })

/* The number it has; 0: refused, b->error says why. */
static int64_t
put(struct bench *b, const struct store_user *wish)
{
	struct store_user u = *wish;

	u.actor = "test";
	u.reason = "why";
	u.at_us = b->mono += S;
	assert_true(store_user(b->store, &u, DONE(b)));
	bench_drain(b);
	return b->last.ok ? b->last.id : 0;
}

static int64_t
user(struct bench *b, const char *name, enum role role, const char *site)
{
	return put(b, &(struct store_user){ .name = name,
			  .role = role,
			  .site = site,
			  .password = HASH });
}

static int64_t
login(struct bench *b, int64_t id, const char *password)
{
	static uint8_t n;
	struct store_login l = { id, { ++n, 9 }, "10.0.0.7", "x", T0 + 9999 * S,
		password, b->mono += S };

	assert_true(store_login(b->store, &l, DONE(b)));
	bench_drain(b);
	return b->last.ok ? b->last.id : 0;
}

static bool
refused(const struct bench *b, const char *says)
{
	return !b->last.ok && strstr(b->error, says) != NULL;
}

static void
test_last_admin(void **state)
{
	struct bench *b = *state;
	int64_t a = user(b, "ana", ROLE_ADMIN, ""), bo, c;

	assert_true(a > 0);
	assert_int_equal(put(b, &(struct store_user){ .id = a,
				    .role = ROLE_AUDITOR,
				    .disabled = -1 }),
	    0);
	assert_true(refused(b, "last admin"));
	/* One of a site, and one who can't log in, are none. */
	bo = user(b, "bo", ROLE_ADMIN, "North");
	c = put(b, &(struct store_user){ .name = "cy",
		       .role = ROLE_ADMIN,
		       .site = "" });
	assert_true(bo > 0 && c > 0);
	assert_true(store_user_remove(b->store, a, b->mono, "x", "", DONE(b)));
	bench_drain(b);
	assert_true(refused(b, "last admin"));
	assert_int_equal(put(b, &(struct store_user){ .id = a, .disabled = 1 }),
	    0);
	assert_int_equal(put(b, &(struct store_user){ .id = a,
				    .site = "North",
				    .disabled = -1 }),
	    0);
	/* Then somebody else is. */
	assert_int_equal(put(b,
			     &(struct store_user){ .id = c, .password = HASH }),
	    c);
	assert_int_equal(put(b, &(struct store_user){ .id = a, .disabled = 1 }),
	    a);
	assert_int_equal(put(b, &(struct store_user){ .id = c, .disabled = 1 }),
	    0);
}

static void
test_refused(void **state)
{
	struct bench *b = *state;

	assert_true(user(b, "ana", ROLE_ADMIN, "") > 0);
	assert_int_equal(user(b, "ANA", ROLE_VIEWER, ""), 0);
	assert_true(refused(b, "of that name"));
	assert_int_equal(user(b, "bo", ROLE_VIEWER, "Nowhere"), 0);
	assert_true(refused(b, "no such site"));
	assert_int_equal(user(b, "bo", ROLE_KIOSK, ""), 0);
	assert_int_equal(user(b, "bo", ROLE_NONE, ""), 0);
	assert_int_equal(user(b, "", ROLE_VIEWER, ""), 0);
	assert_int_equal(put(b, &(struct store_user){ .name = "first",
				    .role = ROLE_ADMIN,
				    .site = "",
				    .password = HASH,
				    .first = true }),
	    0);
	assert_true(refused(b, "first user"));
	assert_int_equal(put(b, &(struct store_user){ .id = 99,
				    .role = ROLE_VIEWER,
				    .disabled = -1 }),
	    0);
	/* A name is free again once its user is gone. */
	int64_t bo = user(b, "bo", ROLE_VIEWER, "");

	assert_true(store_user_remove(b->store, bo, b->mono, "x", "", DONE(b)));
	bench_drain(b);
	assert_true(b->last.ok);
	assert_true(user(b, "bo", ROLE_VIEWER, "") > bo);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM user WHERE removed"
				      " IS NOT NULL AND hash <> ''"),
	    0);
}

static int64_t
in_force(struct bench *b)
{
	return bench_int(b, "SELECT count(*) FROM login WHERE ended IS NULL");
}

static void
test_logins_end(void **state)
{
	struct bench *b = *state;
	int64_t a = user(b, "ana", ROLE_ADMIN, "");
	int64_t bo = user(b, "bo", ROLE_VIEWER, ""), own;

	assert_int_equal(login(b, a, HASH "x"), 0); /* changed meanwhile */
	assert_true(login(b, a, HASH) > 0);
	assert_true(login(b, bo, HASH) > 0);
	own = login(b, bo, HASH);
	/* Another password: all but one's own. */
	assert_int_equal(put(b, &(struct store_user){ .id = bo,
				    .password = HASH "bo",
				    .keep_login = own,
				    .disabled = -1 }),
	    bo);
	assert_int_equal(in_force(b), 2);
	assert_int_equal(bench_int(b, "SELECT max(why) FROM login"),
	    STORE_LOGIN_PASSWORD);
	/* Another role ends none. */
	assert_int_equal(put(b, &(struct store_user){ .id = bo,
				    .role = ROLE_AUDITOR,
				    .disabled = -1 }),
	    bo);
	assert_int_equal(in_force(b), 2);
	assert_int_equal(put(b,
			     &(struct store_user){ .id = bo, .disabled = 1 }),
	    bo);
	assert_int_equal(in_force(b), 1);
	assert_int_equal(login(b, bo, HASH "bo"), 0);
	/* A user has so many; the one least lately used makes room. */
	for (int i = 0; i < 40; i++)
		assert_true(login(b, a, HASH) > 0);
	assert_int_equal(in_force(b), 32);
	/* All at once. */
	assert_true(store_login_end(b->store, 0, STORE_LOGIN_RESTORED, b->mono,
	    "x", "", DONE(b)));
	bench_drain(b);
	assert_int_equal(in_force(b), 0);
	assert_true(store_login_end(b->store, own, STORE_LOGIN_OUT, b->mono,
	    "x", "", DONE(b)));
	bench_drain(b);
	assert_true(refused(b, "in force"));
	assert_true(people > 40);
	bench_chain(b);
}

/* Nothing new: no line. */
static void
test_unchanged(void **state)
{
	struct bench *b = *state;
	int64_t a = user(b, "ana", ROLE_ADMIN, "");
	int64_t lines = bench_int(b, "SELECT max(seq) FROM event");

	assert_int_equal(put(b, &(struct store_user){ .id = a,
				    .role = ROLE_ADMIN,
				    .site = "",
				    .disabled = 0 }),
	    a);
	assert_int_equal(bench_int(b, "SELECT max(seq) FROM event"), lines);
}

static void
test_kiosk(void **state)
{
	struct bench *b = *state;
	struct store_token t = { 0, CONSOLE_TOKEN_KIOSK, { 3 }, b->mono, "me",
		"wall", "lobby", ROLE_KIOSK, "North" };
	struct store_claim c = { 0, { 4 }, "10.0.0.8", b->mono };

	t.role = ROLE_ADMIN;
	assert_true(store_token_add(b->store, &t, DONE(b)));
	bench_drain(b);
	assert_false(b->last.ok);
	t.role = ROLE_KIOSK;
	assert_true(store_token_add(b->store, &t, DONE(b)));
	bench_drain(b);
	assert_true(b->last.ok);
	c.token = b->last.id;
	assert_true(store_claim(b->store, &c, DONE(b)));
	bench_drain(b);
	assert_true(b->last.ok);
	c.address = "10.0.0.9";
	assert_true(store_claim(b->store, &c, DONE(b)));
	bench_drain(b);
	assert_true(refused(b, "claimed"));
	assert_int_equal(bench_int(b, "SELECT address = '10.0.0.8' FROM token"),
	    1);
}

typedef bool target_fn(struct store_reader *r, int64_t number,
    struct store_target *out);

/* The site; NULL: there is none of that number. */
static const char *
site_of(struct bench *b, target_fn *read, int64_t number)
{
	static struct store_target t;
	char error[STORE_ERROR_BYTES];
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	assert_true(read(r, number, &t));
	store_reader_close(&r);
	return t.found ? t.site : NULL;
}

/* Whose site it is that a change of people concerns. */
static void
test_sites(void **state)
{
	struct bench *b = *state;
	struct store_token t = { 0, CONSOLE_TOKEN_API, { 3 }, b->mono, "me",
		"why", "vms", ROLE_VIEWER, "North" };
	int64_t bo = user(b, "bo", ROLE_VIEWER, "North"), in, token;

	in = login(b, bo, HASH);
	assert_true(store_token_add(b->store, &t, DONE(b)));
	bench_drain(b);
	token = b->last.id;
	assert_string_equal(site_of(b, store_read_target_user, bo), "North");
	assert_string_equal(site_of(b, store_read_target_login, in), "North");
	assert_string_equal(site_of(b, store_read_target_token, token),
	    "North");
	assert_null(site_of(b, store_read_target_user, bo + 1));
	assert_null(site_of(b, store_read_target_login, in + 1));
	assert_null(site_of(b, store_read_target_token, token + 1));
	/* What is over is found: that it is, the store says. */
	assert_true(
	    store_token_revoke(b->store, token, b->mono, "x", "", DONE(b)));
	assert_true(store_user_remove(b->store, bo, b->mono, "x", "", DONE(b)));
	bench_drain(b);
	assert_null(site_of(b, store_read_target_user, bo));
	assert_string_equal(site_of(b, store_read_target_login, in), "North");
	assert_string_equal(site_of(b, store_read_target_token, token),
	    "North");
}

static void
test_notes(void **state)
{
	struct bench *b = *state;
	static char long_text[STORE_NOTE_BYTES + 2];
	struct store_handover h = { T0, T0 + S, "North", "me", "quiet",
		b->mono };

	assert_true(
	    store_incident_comment(b->store, 99, b->mono, "me", "x", DONE(b)));
	bench_drain(b);
	assert_true(refused(b, "no such incident"));
	assert_true(store_handover(b->store, &h, DONE(b)));
	bench_drain(b);
	assert_true(b->last.ok);
	memset(long_text, 'x', sizeof(long_text) - 1);
	h.text = long_text;
	assert_true(store_handover(b->store, &h, DONE(b)));
	bench_drain(b);
	assert_true(refused(b, "too long"));
	h.text = " \n";
	assert_true(store_handover(b->store, &h, DONE(b)));
	bench_drain(b);
	assert_true(refused(b, "nothing"));
	h.text = "x";
	h.to_utc = h.from_utc;
	assert_true(store_handover(b->store, &h, DONE(b)));
	bench_drain(b);
	assert_true(refused(b, "end is not after"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_last_admin),
		TEST(test_refused),
		TEST(test_logins_end),
		TEST(test_unchanged),
		TEST(test_kiosk),
		TEST(test_sites),
		TEST(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
