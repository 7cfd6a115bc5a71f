/* SPDX-License-Identifier: GPL-3.0-or-later */
/* headers.h: what single header values of a request mean. PURE; all of them
 * are hostile, and each may be NULL: not sent.
 */
#ifndef MONITOR_HTTP_HEADERS_H
#define MONITOR_HTTP_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/http/web_wire.h"

/* A name we go by: loopback's, a configured one, or (where others can reach
 * us) any address in numbers. A page of elsewhere whose name was turned to our
 * address (DNS rebinding) sends its own name here. */
bool headers_host(const char *host, const struct web_configure *c);
/* A page may send only to where it came from; programs send no Origin. By a
 * configured name it may have come over TLS that a proxy before us ended. */
bool headers_origin(const char *origin, const char *host,
    const struct web_configure *c);
/* Of Sec-Fetch-Site: not sent by another site's page. */
bool headers_same_site(const char *site);
/* A form's types need no leave of the browser's: only JSON is read. */
bool headers_json(const char *content_type);
bool headers_gzip(const char *accept_encoding);
/* Of If-None-Match: one of them is tag, as RFC 9110, 8.8.3.2 compares weakly.
 * tag: quoted, with or without W/. */
bool headers_has_tag(const char *list, const char *tag);

#endif
