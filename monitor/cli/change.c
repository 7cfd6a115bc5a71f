/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/change.h"

#include <stdlib.h>

#include "common/site.h"
#include "monitor/cli/change_inside.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	enum right right;
	change_fn *run;
} verbs[] = {
	{ RIGHT_LOGIN, change_login },
	{ RIGHT_SETUP, change_setup },
	{ RIGHT_KIOSK, change_kiosk },
	{ RIGHT_LOGOUT, change_logout },
	{ RIGHT_PASSWORD, change_password },
	{ RIGHT_ACKNOWLEDGE, change_acknowledge },
	{ RIGHT_COMMENT, change_comment },
	{ RIGHT_INCIDENT_MUTE, change_mute },
	{ RIGHT_OVERLAY_ADD, change_overlay_add },
	{ RIGHT_OVERLAY_END, change_overlay_end },
	{ RIGHT_RETRY, change_retry },
	{ RIGHT_REFERENCES, change_references },
	{ RIGHT_HANDOVER_NOTE, change_handover },
	{ RIGHT_IMPORT, change_import },
	{ RIGHT_USER_ADD, change_user_add },
	{ RIGHT_USER_CHANGE, change_user_change },
	{ RIGHT_USER_REMOVE, change_user_remove },
	{ RIGHT_TOKEN_ADD, change_token_add },
	{ RIGHT_TOKEN_REVOKE, change_token_revoke },
	{ RIGHT_LOGIN_END, change_login_end },
	{ RIGHT_CHANNEL_TEST, change_channel_test },
};

/* --- answers */

void
change_refuse(struct change *c, unsigned status, const char *text)
{
	c->answer(c->arg,
	    &(struct change_answer){ .status = status, .text = text });
}

void
change_say(struct change *c, unsigned status, json_t *body)
{
	c->answer(c->arg, &(struct change_answer){ .status = status,
			      .body = body,
			      .text = "" });
}

struct change_later *
change_later_new(struct change *c, unsigned status,
    json_t *(*body)(struct change_later *, const struct monitor_answer *))
{
	struct change_later *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		change_refuse(c, 503, "memory is out");
		return NULL;
	}
	*l = (struct change_later){ .answer = c->answer,
		.arg = c->arg,
		.body = body,
		.status = status,
		.refused = 422,
		.m = c->m };
	return l;
}

void
change_done(void *arg, const struct monitor_answer *a)
{
	struct change_later *l = arg;
	struct change_answer answer = { .status = l->status, .text = "" };

	if (!a->ok) {
		answer.status = a->later ? 503 : l->refused;
		answer.retry_s = a->later ? CHANGE_RETRY_S : 0;
		answer.text =
		    a->text != NULL && a->text[0] != '\0' ? a->text : "refused";
	} else if (l->body != NULL) {
		answer.body = l->body(l, a);
	}
	l->answer(l->arg, &answer);
	json_decref(l->more);
	free(l);
}

/* --- who may */

static bool
may(const struct change_who *who, enum right right)
{
	return who->local || rights_may(right, (enum role)who->principal.role,
				 who->principal.kind == CREDENTIAL_LOGIN);
}

bool
change_may(struct change *c, enum right part)
{
	if (may(c->ask->who, part))
		return true;
	change_refuse(c, 403, "your role does not allow that");
	return false;
}

bool
change_sees(struct change *c, const char *site, const char *missing)
{
	const struct change_who *who = c->ask->who;

	if (who->local || site_within(site, who->principal.site))
		return true;
	change_refuse(c, 404, missing);
	return false;
}

bool
change_sees_all(struct change *c)
{
	const struct change_who *who = c->ask->who;

	if (who->local || who->principal.site[0] == '\0')
		return true;
	change_refuse(c, 403,
	    "that concerns all sites, and you answer for one of them");
	return false;
}

/* --- */

static change_fn *
verb_of(enum right right)
{
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (verbs[i].right == right)
			return verbs[i].run;
	return NULL;
}

void
change_run(struct monitor *m, const struct change_ask *ask,
    change_answer_fn *answer, void *arg)
{
	change_fn *run = verb_of(ask->right);
	struct change c = { .m = m,
		.ask = ask,
		.wish = ask->wish,
		.actor = { ask->who->actor, ask->wish->reason },
		.answer = answer,
		.arg = arg };
	bool known =
	    ask->who->local || ask->who->principal.kind != CREDENTIAL_NONE;

	if (run == NULL || ask->wish->right != ask->right)
		change_refuse(&c, 404, "nothing that is done so");
	else if (may(ask->who, ask->right))
		run(&c);
	else if (known)
		change_refuse(&c, 403, "your role does not allow that");
	else
		change_refuse(&c, 401, "log in first");
}
