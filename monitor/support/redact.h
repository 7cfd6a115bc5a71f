/* SPDX-License-Identifier: GPL-3.0-or-later */
/* redact.h: any text -> the same without what it shall not tell outside the
 * house: credentials in URLs and behind words like `password=`, addresses of
 * mail, and hosts, each of which becomes a name that is the same throughout a
 * bundle and in no other ("host-1f3a5b7c"). PURE; any bytes are borne. For the
 * support bundle.
 *
 * It is a second line: what goes in has no passwords in the first place.
 */
#ifndef MONITOR_SUPPORT_REDACT_H
#define MONITOR_SUPPORT_REDACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDACT_SALT 32

struct redact;

/* salt: random bytes. with_hosts: hosts stay. NULL: no memory. */
struct redact *redact_new(const uint8_t salt[REDACT_SALT], bool with_hosts);
void redact_free(struct redact **r);
/* A name that is a host's wherever it stands; addresses, and what stands in
 * URLs, are known without. False: no memory. */
bool redact_know(struct redact *r, const char *host);
/* Ended by NUL; NULL: no memory. Given. */
char *redact_text(struct redact *r, const char *text, size_t length);
/* Of what a source's URL asks for only numbers stay; hosts do, for the above.
 * NULL: no memory. Given. */
char *redact_url(const char *url);

#endif
