/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xauth.h: the bytes of an X authority file -> the cookies that may open a
 * local display. PURE; the file is the operator's: any bytes are borne. (libXau
 * asks access(2), which knows nothing of rights that a service was given.)
 * Called by source_x11.c.
 */
#ifndef PROBES_CONSOLE_XAUTH_H
#define PROBES_CONSOLE_XAUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XAUTH_NAME "MIT-MAGIC-COOKIE-1"

/* From *at on, the next cookie for display `number` ("0") of this machine,
 * borrowed from bytes. False: there is none any more. Start with *at = 0. */
bool xauth_next(const uint8_t *bytes, size_t n, const char *number, size_t *at,
    const uint8_t **cookie_out, size_t *length_out);

#endif
