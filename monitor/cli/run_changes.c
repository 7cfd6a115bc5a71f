/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/run_changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/cli/change.h"
#include "monitor/cli/change_wish.h"
#include "monitor/cli/import_json.h"
#include "monitor/http/change_wire.h"
#include "monitor/http/web.h"
#include "monitor/monitor_users.h"

static struct web *current; /* one web, one thread */

void
run_changes_web(struct web *w)
{
	current = w;
}

/* A request that waits. */
struct waiting {
	struct web *web;
	uint32_t generation, id;
};

static void
say(struct web *w, struct web_changed *m, const char *text)
{
	size_t n = strlen(text);

	m->body.p = (const uint8_t *)text;
	m->body.n = n > WEB_CHANGED_BYTES ? WEB_CHANGED_BYTES : n;
	web_change_answer(w, m);
}

/* A third of a list goes; false: it is none, or empty. */
static bool
shorten(json_t *body, const char *key)
{
	json_t *list = json_object_get(body, key);
	size_t keep = json_array_size(list) * 2 / 3;

	if (json_array_size(list) == 0)
		return false;
	while (json_array_size(list) > keep)
		json_array_remove(list, json_array_size(list) - 1);
	json_object_set_new(body, "cut", json_true());
	return true;
}

/* What an import says is cut until it fits; given. NULL: no memory. */
static char *
printed(json_t *body)
{
	char *text;

	if (json_object_get(body, "changes") != NULL)
		json_object_del(body, "text"); /* the same, for a terminal */
	text = json_dumps(body, JSON_COMPACT);
	while (text != NULL && strlen(text) > WEB_CHANGED_BYTES &&
	       (shorten(body, "changes") || shorten(body, "errors"))) {
		free(text);
		text = json_dumps(body, JSON_COMPACT);
	}
	return text;
}

static void
on_answer(void *arg, struct change_answer *a)
{
	struct waiting *p = arg;
	struct web_changed m = { .id = p->id,
		.status = (uint16_t)a->status,
		.retry_s = (uint16_t)(a->retry_s < 3600 ? a->retry_s : 3600) };
	char *text;

	if (a->status >= 300 && a->body != NULL) {
		json_object_set_new(a->body, "detail", json_string(a->text));
		import_json_code(a->body, a->text);
	}
	text = a->body != NULL ? printed(a->body) : NULL;
	if (a->clear)
		m.cookie = COOKIE_CLEAR;
	if (a->secret != NULL) {
		m.cookie = COOKIE_SET;
		snprintf(m.token, sizeof(m.token), "%s", a->secret);
	}
	/* It may be a credential: for nobody but who asked. */
	if (p->web == current && web_generation(current) == p->generation)
		say(p->web, &m,
		    text != NULL      ? text
		    : a->text != NULL ? a->text
				      : "");
	explicit_bzero(&m, sizeof(m));
	if (text != NULL)
		explicit_bzero(text, strlen(text)); /* a token, perhaps */
	free(text);
	json_decref(a->body);
	free(p);
}

/* Who asks; nobody, unless the credential is good from there. */
static void
who_asks(struct monitor *m, const struct web_change *c, struct change_who *who)
{
	struct principal *p = &who->principal;

	*who = (struct change_who){ 0 };
	if (!monitor_principal(m, c->sha256, p) ||
	    (p->address[0] != '\0' && strcmp(p->address, c->address) != 0))
		*p = (struct principal){ 0 };
	else
		monitor_principal_actor(p, who->actor);
}

static void
answer_fault(struct waiting *p, unsigned status, const char *fault)
{
	on_answer(p,
	    &(struct change_answer){ .status = status, .text = fault });
}

void
run_changes(struct monitor *m, struct web *w, const struct web_change *c)
{
	char fault[WISH_FAULT_BYTES];
	struct waiting *p = malloc(sizeof(*p));
	struct change_wish wish;
	struct change_who who;
	struct change_ask ask = { .right = (enum right)c->verb,
		.wish = &wish,
		.who = &who,
		.number = c->number,
		.address = c->address,
		.agent = c->agent };

	if (p == NULL) {
		say(w, &(struct web_changed){ .id = c->id, .status = 503 },
		    "memory is out");
		return;
	}
	*p = (struct waiting){ w, web_generation(w), c->id };
	memcpy(ask.uuid, c->uuid, sizeof(ask.uuid));
	who_asks(m, c, &who);
	/* Who may not is not told what is wrong with what he may not. */
	if (!rights_may(ask.right, (enum role)who.principal.role,
		who.principal.kind == CREDENTIAL_LOGIN)) {
		bool known = who.principal.kind != CREDENTIAL_NONE;

		answer_fault(p, known ? 403 : 401,
		    known ? "your role does not allow that" : "log in first");
	} else if (!change_wish_read(ask.right, (const char *)c->body.p,
		       c->body.n, &wish, fault)) {
		answer_fault(p, 400, fault);
	} else {
		change_run(m, &ask, on_answer, p);
		change_wish_fini(&wish);
	}
}
