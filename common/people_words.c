/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "camwarden/people.h"

#include <string.h>

static const char *const roles[ROLE_COUNT] = { "none", "viewer", "operator",
	"supervisor", "auditor", "admin", "kiosk" };
static const char *const kinds[CREDENTIAL_COUNT] = { "none", "login", "api",
	"kiosk" };

const char *
role_name(unsigned role)
{
	return role < ROLE_COUNT ? roles[role] : "?";
}

const char *
credential_name(unsigned kind)
{
	return kind < CREDENTIAL_COUNT ? kinds[kind] : "?";
}

bool
role_find(const char *word, enum role *role_out)
{
	for (unsigned i = ROLE_VIEWER; i < ROLE_COUNT; i++)
		if (strcmp(roles[i], word) == 0) {
			*role_out = (enum role)i;
			return true;
		}
	return false;
}
