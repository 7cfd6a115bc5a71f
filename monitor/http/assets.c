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

const struct asset *
assets_find(const char *path)
{
	static struct asset assets[] = {
		{ "/", "text/html; charset=utf-8", asset_page, 0 },
		{ "/style.css", "text/css; charset=utf-8", asset_style, 0 },
		{ "/common.js", "text/javascript; charset=utf-8", asset_common,
		    0 },
		{ "/page.js", "text/javascript; charset=utf-8", asset_script,
		    0 },
		{ "/icon.svg", "image/svg+xml", asset_icon, 0 },
		{ "/references", "text/html; charset=utf-8", asset_references,
		    0 },
		{ "/references.js", "text/javascript; charset=utf-8",
		    asset_references_script, 0 },
	};
	const char *const ends[] = { asset_page_end, asset_style_end,
		asset_common_end, asset_script_end, asset_icon_end,
		asset_references_end, asset_references_script_end };

	for (size_t i = 0; i < sizeof(assets) / sizeof(assets[0]); i++) {
		if (strcmp(path, assets[i].path) != 0)
			continue;
		assets[i].length = (size_t)(ends[i] - assets[i].bytes);
		return &assets[i];
	}
	return NULL;
}

void
assets_tag(const struct asset *a, char out[20])
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < a->length; i++)
		h = (h ^ (uint8_t)a->bytes[i]) * 1099511628211u;
	snprintf(out, 20, "\"%016" PRIx64 "\"", h);
}
