/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users, tokens and log-ins: never a hash of theirs. */
#include <string.h>
#include <strings.h>

#include "camwarden/people.h"
#include "monitor/http/reader_query.h"
#include "monitor/inventory/floor.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_users.h"

/* A word of the question is in one of them. */
static bool
has_words(const struct query *q, const char *a, const char *b)
{
	const char *words = q->ask->words;
	size_t n = strlen(words);

	for (const char *p = a; n > 0 && *p != '\0'; p++)
		if (strncasecmp(p, words, n) == 0)
			return true;
	for (const char *p = b; n > 0 && *p != '\0'; p++)
		if (strncasecmp(p, words, n) == 0)
			return true;
	return n == 0;
}

/* Those of lists by number, newest first: behind the page before? */
static bool
is_behind(int64_t id, int64_t after)
{
	return after == 0 || id < after;
}

struct people {
	struct query *q;
	struct floor *floor; /* of tokens; owned */
	int64_t after;
	char after_name[LIMIT_NAME_BYTES];
};

/* --- users */

static bool
on_user(void *arg, const struct store_user_row *row)
{
	struct people *p = arg;
	struct query *q = p->q;

	if (!query_may(q, row->site) || !has_words(q, row->name, row->site) ||
	    strcasecmp(row->name, p->after_name) <= 0)
		return true;
	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_number(q, "id", row->id);
	query_put_text(q, "name", row->name);
	query_put_text(q, "role", role_name(row->role));
	query_put_text(q, "site", row->site);
	query_put_time(q, "created", row->created_utc);
	query_put_text(q, "by", row->actor);
	query_put_bool(q, "disabled", row->disabled_utc != 0);
	query_put_time(q, "last_seen", row->seen_utc);
	query_put_number(q, "logins", row->logins);
	json_out_close(&q->json, '}');
	query_mark_names(q, row->name, "");
	return true;
}

bool
query_users(struct query *q)
{
	struct people p = { .q = q };
	char none[LIMIT_NAME_BYTES];

	if (query_after_names(q, p.after_name, none) < 0)
		return query_status(q, 400);
	query_list(q);
	bool read = store_read_users(q->store, false, on_user, &p);

	query_list_end(q);
	json_out_close(&q->json, '}');
	return read;
}

/* --- tokens */

static const char *
token_kind(enum console_token kind)
{
	static const char *const names[] = { "", "agent", "browser", "vms",
		"api", "kiosk" };

	return (unsigned)kind < sizeof(names) / sizeof(names[0]) ? names[kind]
								 : "";
}

/* An agent's token is of the site where its console stands. */
static const char *
token_site(const struct people *p, const struct store_token_row *row)
{
	for (size_t i = 0; row->console != 0 && i < p->floor->console_count;
	     i++)
		if (p->floor->consoles[i].id == row->console)
			return p->floor->consoles[i].site;
	return row->site;
}

static bool
on_token(void *arg, const struct store_token_row *row)
{
	struct people *p = arg;
	struct query *q = p->q;
	const char *name = row->name[0] != '\0' ? row->name : row->console_name;
	const char *site = token_site(p, row);

	if (!query_may(q, site) || !has_words(q, name, site) ||
	    row->id <= p->after)
		return true;
	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_number(q, "id", row->id);
	query_put_text(q, "name", name);
	query_put_text(q, "kind", token_kind(row->kind));
	json_out_key(&q->json, "role"); /* agents' have none */
	if (row->role != ROLE_NONE)
		json_out_string(&q->json, role_name(row->role));
	else
		json_out_null(&q->json);
	query_put_text(q, "site", site);
	query_put_time(q, "created", row->created_utc);
	query_put_text(q, "by", row->actor);
	query_put_time(q, "revoked", row->revoked_utc);
	query_put_text(q, "address", row->address);
	query_put_time(q, "claimed", row->claimed_utc);
	query_put_time(q, "last_seen", row->seen_utc);
	json_out_close(&q->json, '}');
	query_mark_numbers(q, row->id, 0);
	return true;
}

bool
query_tokens(struct query *q)
{
	struct people p = { .q = q };
	int64_t zero;

	if (query_after_numbers(q, &p.after, &zero) < 0)
		return query_status(q, 400);
	p.floor = store_read_floor(q->store, NULL);
	if (p.floor == NULL)
		return false;
	query_list(q);
	bool read = store_read_tokens(q->store, true, on_token, &p);

	query_list_end(q);
	json_out_close(&q->json, '}');
	floor_free(&p.floor);
	return read;
}

/* --- log-ins */

static bool
on_login(void *arg, const struct store_login_row *row)
{
	struct people *p = arg;
	struct query *q = p->q;

	if (!query_may(q, row->site) ||
	    !has_words(q, row->name, row->address) ||
	    !is_behind(row->id, p->after) || row->ends_utc <= q->now_utc)
		return true;
	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_number(q, "id", row->id);
	query_put_text(q, "user", row->name);
	query_put_text(q, "kind", credential_name(CREDENTIAL_LOGIN));
	query_put_text(q, "address", row->address);
	query_put_text(q, "agent", row->agent);
	query_put_time(q, "created", row->created_utc);
	query_put_time(q, "seen", row->seen_utc);
	query_put_time(q, "ends", row->ends_utc);
	json_out_close(&q->json, '}');
	query_mark_numbers(q, row->id, 0);
	return true;
}

bool
query_logins(struct query *q)
{
	struct people p = { .q = q };
	int64_t zero;

	if (query_after_numbers(q, &p.after, &zero) < 0)
		return query_status(q, 400);
	query_list(q);
	bool read = store_read_logins(q->store, false, on_login, &p);

	query_list_end(q);
	json_out_close(&q->json, '}');
	return read;
}
