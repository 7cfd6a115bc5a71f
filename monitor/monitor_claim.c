/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the first user comes in, and kiosks; and how log-ins end. */
#include "monitor/monitor_people.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/monitor_request.h"
#include "monitor/people/password.h"

#define SETUP_FILE "setup-token" /* in the state directory, mode 0600 */

/* --- the set-up token */

static void
setup_path(const struct monitor *m, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", m->config.state_dir, SETUP_FILE);
}

void
people_setup_over(struct monitor *m)
{
	char path[4200];

	setup_path(m, path, sizeof(path));
	if (unlink(path) != 0 && errno != ENOENT)
		log_error("people", "%s: %s", path, strerror(errno));
	explicit_bzero(m->people->setup_token, sizeof(m->people->setup_token));
}

/* One that an earlier start printed is still good. */
static bool
setup_read(struct monitor *m, const char *path)
{
	char text[PEOPLE_SECRET_BYTES + 1] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	bool good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
		    read(fd, text, sizeof(text)) == sizeof(text) - 1 &&
		    text[PEOPLE_SECRET_BYTES - 1] == '\n';

	if (fd >= 0)
		close(fd);
	text[PEOPLE_SECRET_BYTES - 1] = '\0';
	if (good && strspn(text, "0123456789abcdef") == 64)
		memcpy(m->people->setup_token, text, PEOPLE_SECRET_BYTES);
	explicit_bzero(text, sizeof(text));
	return m->people->setup_token[0] != '\0';
}

static bool
setup_write(struct monitor *m, const char *path)
{
	struct people *x = m->people;
	uint8_t sha256[32];
	int fd;

	unlink(path);
	if (!people_secret(x->setup_token, sha256))
		return false;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd >= 0 &&
		    dprintf(fd, "%s\n", x->setup_token) == PEOPLE_SECRET_BYTES;

	if (fd >= 0)
		good = close(fd) == 0 && good;
	return good;
}

bool
people_setup_load(struct monitor *m, char **error_out)
{
	char path[4200];

	if (!m->people->setup_due) {
		people_setup_over(m);
		return true;
	}
	setup_path(m, path, sizeof(path));
	if (setup_read(m, path) || setup_write(m, path))
		return true;
	if (asprintf(error_out, "%s: can't be written: %s", path,
		strerror(errno)) < 0)
		*error_out = NULL;
	return false;
}

/* --- the first user */

struct first {
	struct monitor *m;
	char user[PEOPLE_NAME_BYTES], address[PEOPLE_ADDRESS_BYTES];
	char agent[PEOPLE_AGENT_BYTES], letters[HASHER_LETTERS_BYTES];
	monitor_login_fn *answer;
	void *arg;
};

static void
first_free(struct first *f)
{
	explicit_bzero(f, sizeof(*f));
	free(f);
}

static void
on_first(void *arg, const struct store_result *r)
{
	struct first *f = arg;
	struct people_entry in = { .user = r->id,
		.password = f->letters,
		.address = f->address,
		.agent = f->agent };

	people_settle(f->m);
	if (r->ok)
		people_let_in(f->m, &in, f->answer, f->arg);
	else
		people_answer(f->answer, f->arg, 409, r->error);
	first_free(f);
}

static void
on_first_letters(void *arg, const char *letters)
{
	struct first *f = arg;
	char actor[MONITOR_ACTOR_BYTES];
	struct store_user u = { .name = f->user,
		.role = ROLE_ADMIN,
		.site = "",
		.password = letters,
		.first = true,
		.at_us = clock_mono_us(),
		.actor = actor,
		.reason = "set-up" };

	snprintf(actor, sizeof(actor), "user:%s", f->user);
	if (letters != NULL) {
		snprintf(f->letters, sizeof(f->letters), "%s", letters);
		if (store_user(f->m->store, &u,
			&(struct store_done){ on_first, f }))
			return;
	}
	people_answer(f->answer, f->arg, 503, "not now: try again");
	first_free(f);
}

static bool
is_token(const struct people *x, const char *token)
{
	uint8_t said[32], due[32];

	people_sha256(token, said);
	people_sha256(x->setup_token, due);
	return x->setup_token[0] != '\0' && people_same(said, due);
}

void
monitor_setup(struct monitor *m, const char *token,
    const struct monitor_login *l, monitor_login_fn *answer, void *arg)
{
	const char *fault = people_name_fault(l->user);
	struct first *f;

	if (fault == NULL)
		fault = password_fault(l->password, l->user);
	if (!m->people->setup_due) {
		people_answer(answer, arg, 409, "the first user was made");
	} else if (!is_token(m->people, token)) {
		people_refuse_token(m, l->address);
		people_answer(answer, arg, 401,
		    "that is not the token: the last one printed counts");
	} else if (fault != NULL) {
		people_answer(answer, arg, 422, fault);
	} else if ((f = calloc(1, sizeof(*f))) == NULL) {
		people_answer(answer, arg, 503, "memory is out");
	} else {
		f->m = m;
		f->answer = answer;
		f->arg = arg;
		snprintf(f->user, sizeof(f->user), "%s", l->user);
		snprintf(f->address, sizeof(f->address), "%s", l->address);
		snprintf(f->agent, sizeof(f->agent), "%s", l->agent);
		people_letters(m, l->password, on_first_letters, f);
	}
}

/* --- kiosks */

struct claiming {
	struct monitor *m;
	monitor_login_fn *answer;
	void *arg;
	char secret[PEOPLE_SECRET_BYTES];
	uint8_t sha256[32];
};

static void
on_claimed(void *arg, const struct store_result *r)
{
	struct claiming *c = arg;
	struct principal p;

	people_settle(c->m);
	if (r->ok && monitor_principal(c->m, c->sha256, &p)) {
		const struct monitor_login_answer a = { .status = 200,
			.text = "",
			.secret = c->secret,
			.principal = &p };

		c->answer(c->arg, &a);
	} else {
		people_answer(c->answer, c->arg, r->ok || r->later ? 503 : 409,
		    r->ok ? "not now: try again" : r->error);
	}
	explicit_bzero(c, sizeof(*c));
	free(c);
}

static void
claim(struct monitor *m, const struct held_kiosk *k, const char *address,
    monitor_login_fn *answer, void *arg)
{
	struct claiming *c = calloc(1, sizeof(*c));
	struct store_claim s = { .token = k->id,
		.address = address,
		.at_us = clock_mono_us() };

	if (c == NULL || !people_secret(c->secret, c->sha256)) {
		free(c);
		people_answer(answer, arg, 503, "memory is out");
		return;
	}
	c->m = m;
	c->answer = answer;
	c->arg = arg;
	memcpy(s.hash, c->sha256, sizeof(s.hash));
	if (store_claim(m->store, &s, &(struct store_done){ on_claimed, c }))
		return;
	free(c);
	people_answer(answer, arg, 503, "the database can't keep up");
}

/* Who claims again may have found the link: somebody is to know. */
static void
tell_again(struct monitor *m, const struct held_kiosk *k, const char *address)
{
	char body[160];

	people_refuse_token(m, address);
	snprintf(body, sizeof(body), "{\"token\":%lld,\"address\":\"%.*s\"}",
	    (long long)k->id, (int)strspn(address, "0123456789abcdefABCDEF:."),
	    address);
	if (m->people->refused.tokens <= REFUSED_NAMES)
		store_event(m->store, clock_mono_us(), "kiosk.refused",
		    "camwarden", body, NULL);
}

void
monitor_kiosk_claim(struct monitor *m, const char *token, const char *address,
    monitor_login_fn *answer, void *arg)
{
	const struct people *x = m->people;
	const struct held_kiosk *found = NULL;
	uint8_t sha256[32];

	people_sha256(token, sha256);
	for (size_t i = 0; i < x->kiosk_count; i++)
		if (people_same(x->kiosks[i].sha256, sha256))
			found = &x->kiosks[i];
	if (found == NULL) {
		people_refuse_token(m, address);
		people_answer(answer, arg, 401, "no such token is in force");
	} else if (found->claimed) {
		tell_again(m, found, address);
		people_answer(answer, arg, 409,
		    "this link was used on a machine already: make another");
	} else {
		claim(m, found, address, answer, arg);
	}
}

/* --- the end of log-ins */

struct leaving {
	struct monitor *m;
	monitor_login_fn *answer;
	void *arg;
};

/* It was over a moment before: that is what was wanted. */
static void
on_left(void *arg, const struct store_result *r)
{
	struct leaving *l = arg;

	(void)r;
	people_settle(l->m);
	people_answer(l->answer, l->arg, 200, "");
	free(l);
}

void
monitor_logout(struct monitor *m, const uint8_t sha256[32],
    monitor_login_fn *answer, void *arg)
{
	struct leaving *l = calloc(1, sizeof(*l));
	char actor[MONITOR_ACTOR_BYTES];
	struct principal p;

	if (l == NULL) {
		people_answer(answer, arg, 503, "memory is out");
		return;
	}
	*l = (struct leaving){ m, answer, arg };
	if (!monitor_principal(m, sha256, &p) || p.kind != CREDENTIAL_LOGIN) {
		people_answer(answer, arg, 200, "");
		free(l);
		return;
	}
	monitor_principal_actor(&p, actor);
	if (store_login_end(m->store, p.id, STORE_LOGIN_OUT, clock_mono_us(),
		actor, "", &(struct store_done){ on_left, l }))
		return;
	people_answer(answer, arg, 503, "the database can't keep up");
	free(l);
}
