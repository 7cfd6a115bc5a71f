/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may use it: users, tokens, log-ins. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/cli/change_inside.h"
#include "monitor/monitor_floor.h"
#include "monitor/monitor_logins.h"
#include "monitor/monitor_users.h"

static json_t *
id_body(struct change_later *l, const struct monitor_answer *a)
{
	return json_pack("{s:I}", "id",
	    (json_int_t)(l->number != 0 ? l->number : a->id));
}

/* The new one's role; NONE: it is refused. */
static enum role
role_of(struct change *c, bool kiosk)
{
	enum role role;

	if (kiosk)
		return ROLE_KIOSK;
	if (role_find(c->wish->role, &role) && role != ROLE_KIOSK &&
	    role != ROLE_NONE)
		return role;
	change_refuse(c, 400,
	    "role: expected viewer, operator, supervisor, auditor or admin");
	return ROLE_NONE;
}

/* The site of who is made or changed: within his who asks. "" stands for all,
 * which a part can't give. */
static bool
site_is_his(struct change *c)
{
	const char *site = c->wish->site;

	if (site[0] == '\0' && !c->ask->who->local &&
	    c->ask->who->principal.site[0] != '\0') {
		change_refuse(c, 422,
		    "site: expected your own, or one below it");
		return false;
	}
	return change_sees(c, site, "no such site");
}

/* NULL: whoever has the machine. */
static const struct principal *
asks(const struct change *c)
{
	return c->ask->who->local ? NULL : &c->ask->who->principal;
}

/* --- users */

void
change_user_add(struct change *c)
{
	const struct change_wish *w = c->wish;
	struct monitor_user u = { .name = w->name,
		.role = role_of(c, false),
		.site = w->site,
		.password = w->password,
		.disabled = -1,
		.by = asks(c) };
	struct change_later *l;

	if (u.role == ROLE_NONE || !site_is_his(c) ||
	    (l = change_later_new(c, 201, id_body)) == NULL)
		return;
	monitor_user_set(c->m, &u, &c->actor, change_done, l);
}

/* There is one of that number, and it is his to change. */
static bool
found(struct change *c,
    bool (*site_of)(struct monitor *m, int64_t id, char out[LIMIT_NAME_BYTES]),
    const char *missing)
{
	char site[LIMIT_NAME_BYTES];

	if (site_of(c->m, c->ask->number, site))
		return change_sees(c, site, missing);
	change_refuse(c, 404, missing);
	return false;
}

void
change_user_change(struct change *c)
{
	const struct change_wish *w = c->wish;
	struct monitor_user u = { .id = c->ask->number,
		.site = change_wish_has(w, WISH_SITE) ? w->site : NULL,
		.password = w->password[0] != '\0' ? w->password : NULL,
		.disabled =
		    change_wish_has(w, WISH_DISABLED) ? w->disabled : -1,
		.by = asks(c) };
	struct change_later *l;

	if (!found(c, monitor_user_site, "no such user") ||
	    (u.site != NULL && !site_is_his(c)))
		return;
	if (change_wish_has(w, WISH_ROLE) &&
	    (u.role = role_of(c, false)) == ROLE_NONE)
		return;
	if ((w->given & ~(1u << WISH_REASON)) == 0)
		change_refuse(c, 400,
		    "expected role, site, disabled or password");
	else if ((l = change_later_new(c, 200, id_body)) != NULL) {
		l->number = u.id;
		monitor_user_set(c->m, &u, &c->actor, change_done, l);
	}
}

typedef void by_number_fn(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);

static void
end_by_number(struct change *c, by_number_fn *end)
{
	struct change_later *l = change_later_new(c, 200, id_body);

	if (l == NULL)
		return;
	l->number = c->ask->number;
	end(c->m, l->number, &c->actor, change_done, l);
}

void
change_user_remove(struct change *c)
{
	if (found(c, monitor_user_site, "no such user"))
		end_by_number(c, monitor_user_remove);
}

/* --- tokens */

/* "NUMBER SECRET" */
static json_t *
token_body(struct change_later *l, const struct monitor_answer *a)
{
	const char *blank = strchr(a->text, ' ');
	const char *secret = blank != NULL ? blank + 1 : "";
	json_t *o = json_pack("{s:I, s:s}", "id",
	    (json_int_t)strtoll(a->text, NULL, 10), "token", secret);
	char url[160];

	if (l->number != 0) { /* a kiosk's: what its machine opens, once */
		snprintf(url, sizeof(url), "/kiosk#%.100s", secret);
		json_object_set_new(o, "url", json_string(url));
	}
	return o;
}

void
change_token_add(struct change *c)
{
	const struct change_wish *w = c->wish;
	bool kiosk = strcmp(w->kind, "kiosk") == 0;
	struct monitor_credential what = { .kiosk = kiosk,
		.name = w->name,
		.site = w->site };
	struct change_later *l;

	if (!kiosk && strcmp(w->kind, "api") != 0)
		change_refuse(c, 400, "kind: expected api or kiosk");
	else if (kiosk && w->role[0] != '\0')
		change_refuse(c, 400, "role: expected none for a kiosk");
	else if ((what.role = role_of(c, kiosk)) == ROLE_NONE ||
		 !site_is_his(c))
		return;
	else if ((l = change_later_new(c, 201, token_body)) != NULL) {
		l->number = kiosk;
		monitor_credential_add(c->m, &what, &c->actor, change_done, l);
	}
}

void
change_token_revoke(struct change *c)
{
	if (found(c, monitor_token_site, "no such token"))
		end_by_number(c, monitor_token_revoke);
}

void
change_login_end(struct change *c)
{
	if (found(c, monitor_login_site, "no such log-in"))
		end_by_number(c, monitor_login_end);
}
