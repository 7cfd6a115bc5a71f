/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/assets.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ASSET_DIR (from the build) is monitor/web. */
#define EMBED(name, file)                                                      \
	__asm__(".section .rodata\n"                                           \
		".global asset_" #name "\n.global asset_" #name "_end\n"       \
		"asset_" #name ":\n"                                           \
		".incbin \"" ASSET_DIR "/" file "\"\n"                         \
		"asset_" #name "_end:\n"                                       \
		".byte 0\n.previous\n");                                       \
	extern const char asset_##name[], asset_##name##_end[]

EMBED(page, "index.html");
EMBED(style, "style.css");
EMBED(common, "common.js");
EMBED(script, "page.js");
EMBED(icon, "icon.svg");
EMBED(references, "references.html");
EMBED(references_script, "references.js");
EMBED(console, "console.html");
EMBED(console_script, "console.js");
EMBED(console_ticker, "ticker.js");

#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"

#define OF_STATUS 1u
#define OF_CONSOLE 2u

static struct {
	struct asset asset;
	const char *end;
	unsigned of;
} assets[] = {
	{ { "/", HTML, asset_page }, asset_page_end, OF_STATUS },
	{ { "/style.css", CSS, asset_style }, asset_style_end,
	    OF_STATUS | OF_CONSOLE },
	{ { "/common.js", SCRIPT, asset_common }, asset_common_end,
	    OF_STATUS | OF_CONSOLE },
	{ { "/page.js", SCRIPT, asset_script }, asset_script_end, OF_STATUS },
	{ { "/icon.svg", "image/svg+xml", asset_icon }, asset_icon_end,
	    OF_STATUS | OF_CONSOLE },
	{ { "/references", HTML, asset_references }, asset_references_end,
	    OF_STATUS },
	{ { "/references.js", SCRIPT, asset_references_script },
	    asset_references_script_end, OF_STATUS },
	{ { "/console", HTML, asset_console }, asset_console_end, OF_CONSOLE },
	{ { "/console.js", SCRIPT, asset_console_script },
	    asset_console_script_end, OF_CONSOLE },
	{ { "/ticker.js", SCRIPT, asset_console_ticker },
	    asset_console_ticker_end, OF_CONSOLE },
};

static const struct asset *
find(const char *path, unsigned of)
{
	for (size_t i = 0; i < sizeof(assets) / sizeof(assets[0]); i++) {
		struct asset *a = &assets[i].asset;

		if ((assets[i].of & of) == 0 || strcmp(path, a->path) != 0)
			continue;
		a->length = (size_t)(assets[i].end - a->bytes);
		return a;
	}
	return NULL;
}

const struct asset *
assets_find(const char *path)
{
	return find(path, OF_STATUS);
}

const struct asset *
assets_find_console(const char *path)
{
	return find(path, OF_CONSOLE);
}

void
assets_tag(const struct asset *a, char out[20])
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < a->length; i++)
		h = (h ^ (uint8_t)a->bytes[i]) * 1099511628211u;
	snprintf(out, 20, "\"%016" PRIx64 "\"", h);
}
