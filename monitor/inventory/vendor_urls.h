/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vendor_urls.h: who made a camera, its address and a channel -> the URLs of
 * its main and its sub stream, as the makers document them. For those whose
 * list has no URLs; ONVIF knows better. PURE; the words are a spreadsheet's:
 * hostile.
 */
#ifndef MONITOR_INVENTORY_VENDOR_URLS_H
#define MONITOR_INVENTORY_VENDOR_URLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* {n}: the channel, {nn}: in two digits, {n0}: counted from 0. */
struct vendor_url {
	const char *vendor;
	const char *also;	/* sold under these names, between blanks */
	const char *main, *sub; /* path and query; NULL: has none */
	const char *none;	/* no pattern: why; else NULL */
};
extern const struct vendor_url vendor_urls[];
extern const unsigned vendor_urls_count;

/* "HIKVISION DS-2CD2143", "lts" -> its row; NULL: nobody here. */
const struct vendor_url *vendor_find(const char *text);
/* Whether its pattern tells channels apart. */
bool vendor_has_channels(const struct vendor_url *v);
/* The URL, without credentials; host as a URL has it, port 0: the usual one.
 * False: it is too long, or there is no such stream. */
struct vendor_ask {
	const char *host;
	uint16_t port;
	uint32_t channel; /* from 1 */
	bool sub;
};
bool vendor_url_print(const struct vendor_url *v, const struct vendor_ask *ask,
    char *out, size_t size);
/* All of them, by comma. */
void vendor_names(char *out, size_t size);

#endif
