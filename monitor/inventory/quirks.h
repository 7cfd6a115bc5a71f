/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quirks.h: a device's quirks (WIRE_QUIRK_) -> their words, as the CSV has
 * them. PURE. */
#ifndef MONITOR_INVENTORY_QUIRKS_H
#define MONITOR_INVENTORY_QUIRKS_H

#include <stdint.h>

#define QUIRKS_BYTES 64
/* "setup-all no-range"; "" for none. */
void quirks_print(uint32_t quirks, char out[QUIRKS_BYTES]);

#endif
