/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who proves who he is. Passwords are hashed elsewhere: answers come later. */
#include <stdlib.h>
#include <string.h>

#include "monitor/cli/change_inside.h"
#include "monitor/monitor_logins.h"

struct proof {
	change_answer_fn *answer;
	void *arg;
	unsigned status; /* of a good one */
	bool clear;
};

static void
on_proved(void *arg, const struct monitor_login_answer *a)
{
	struct proof *p = arg;
	struct change_answer answer = { .status = a->status,
		.retry_s = a->retry_after,
		.text = a->text != NULL ? a->text : "",
		.secret = a->status == 200 ? a->secret : NULL };

	if (a->status == 200) {
		answer.status = p->status;
		answer.clear = p->clear;
	}
	p->answer(p->arg, &answer);
	free(p);
}

static struct proof *
proof_new(struct change *c, unsigned status, bool clear)
{
	struct proof *p = malloc(sizeof(*p));

	if (p == NULL)
		change_refuse(c, 503, "memory is out");
	else
		*p = (struct proof){ c->answer, c->arg, status, clear };
	return p;
}

static struct monitor_login
login_of(const struct change *c)
{
	return (struct monitor_login){ .user = c->wish->user,
		.password = c->wish->password,
		.address = c->ask->address,
		.agent = c->ask->agent };
}

void
change_login(struct change *c)
{
	struct monitor_login l = login_of(c);
	struct proof *p = proof_new(c, 200, false);

	if (p != NULL)
		monitor_login(c->m, &l, on_proved, p);
}

void
change_setup(struct change *c)
{
	struct monitor_login l = login_of(c);
	struct proof *p = proof_new(c, 200, false);

	if (p != NULL)
		monitor_setup(c->m, c->wish->token, &l, on_proved, p);
}

void
change_kiosk(struct change *c)
{
	struct proof *p = proof_new(c, 200, false);

	if (p != NULL)
		monitor_kiosk_claim(c->m, c->wish->token, c->ask->address,
		    on_proved, p);
}

void
change_logout(struct change *c)
{
	struct proof *p = proof_new(c, 204, true);

	if (p != NULL)
		monitor_logout(c->m, c->ask->who->principal.sha256, on_proved,
		    p);
}

void
change_password(struct change *c)
{
	struct proof *p = proof_new(c, 204, false);

	if (p != NULL)
		monitor_password(c->m, c->ask->who->principal.sha256,
		    c->wish->old, c->wish->new, c->ask->address, on_proved, p);
}
