/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/quirks.h"

#include <stdio.h>
#include <string.h>

#include "camwarden/wire.h"

void
quirks_print(uint32_t quirks, char out[QUIRKS_BYTES])
{
	snprintf(out, QUIRKS_BYTES, "%s%s%s%s%s",
	    quirks & WIRE_QUIRK_SETUP_ALL ? "setup-all " : "",
	    quirks & WIRE_QUIRK_NO_RANGE ? "no-range " : "",
	    quirks & WIRE_QUIRK_BASIC_OK ? "basic-ok " : "",
	    quirks & WIRE_QUIRK_TLS_VERIFY ? "tls-verify " : "",
	    quirks & WIRE_QUIRK_SINGLE_SESSION ? "single-session " : "");
	if (out[0] != '\0')
		out[strlen(out) - 1] = '\0';
}
