/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/assets.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <event2/buffer.h>
#include <zlib.h>

#include "common/hex.h"

/* From the build: ASSET_DIR is monitor/web, WEB_DIR what its build.mjs made of
 * it, DOCS_DIR docs. */
#define EMBED(name, file)                                                      \
	__asm__(".section .rodata\n"                                           \
		".global asset_" #name "\n.global asset_" #name "_end\n"       \
		"asset_" #name ":\n"                                           \
		".incbin \"" file "\"\n"                                       \
		"asset_" #name "_end:\n"                                       \
		".byte 0\n.previous\n");                                       \
	extern const char asset_##name[], asset_##name##_end[]

EMBED(style, ASSET_DIR "/style.css");
EMBED(icon, ASSET_DIR "/icon.svg");
EMBED(console, ASSET_DIR "/console.html");
EMBED(console_script, ASSET_DIR "/console.js");
EMBED(console_words, WEB_DIR "/console-words.js");
EMBED(console_ticker, ASSET_DIR "/ticker.js");
EMBED(openapi, DOCS_DIR "/openapi.json");
#define ASSET(n, path, type, file, forever) EMBED(web_##n, WEB_DIR "/" file);
#include "web/assets_table.h"
#undef ASSET

#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"

struct embedded {
	struct asset asset; /* first: all assets are in one */
	const char *end;
	struct evbuffer *plain; /* unpacked, kept; NULL: not yet */
};

static struct embedded of_pages[] = {
#define ASSET(n, url, kind, file, lasts)                                       \
	{ { .path = url,                                                       \
	      .type = kind,                                                    \
	      .bytes = asset_web_##n,                                          \
	      .packed = true,                                                  \
	      .forever = lasts },                                              \
		asset_web_##n##_end, NULL },
#include "web/assets_table.h"
#undef ASSET
};

#define PLAIN(url, kind, name)                                                 \
	{                                                                      \
		{ .path = url, .type = kind, .bytes = asset_##name },          \
		    asset_##name##_end, NULL                                   \
	}
static struct embedded of_console[] = {
	PLAIN("/style.css", CSS, style),
	PLAIN("/icon.svg", "image/svg+xml", icon),
	PLAIN("/console", HTML, console),
	PLAIN("/console.js", SCRIPT, console_script),
	PLAIN("/console-words.js", SCRIPT, console_words),
	PLAIN("/ticker.js", SCRIPT, console_ticker),
};

static struct embedded openapi =
    PLAIN("/api/v1/openapi.json", "application/json", openapi);

static void
make_tag(struct asset *a)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < a->length; i++)
		h = (h ^ (uint8_t)a->bytes[i]) * 1099511628211u;
	snprintf(a->tag, sizeof(a->tag), "\"%016" PRIx64 "\"", h);
}

/* What depends on its bytes is found out when it is first asked for. */
static struct asset *
known(struct embedded *e)
{
	if (e->asset.tag[0] == '\0') {
		e->asset.length = (size_t)(e->end - e->asset.bytes);
		make_tag(&e->asset);
	}
	return &e->asset;
}

static struct asset *
find(struct embedded *all, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(path, all[i].asset.path) == 0)
			return known(&all[i]);
	return NULL;
}

/* All pages are one: its script looks at the path (monitor/web/src/pages.ts).
 */
static bool
is_page(const char *path)
{
	static const char *const pages[] = { "/", "/trouble", "/consoles",
		"/alerts", "/coverage", "/handover", "/reports", "/inventory",
		"/references", "/users", "/ledger", "/wall", "/login", "/setup",
		"/kiosk" };
	const size_t n = strlen("/feed/");
	uint8_t uuid[16];

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(path, pages[i]) == 0)
			return true;
	return strncmp(path, "/feed/", n) == 0 && strlen(path) == n + 36 &&
	       uuid_read(path + n, uuid);
}

const struct asset *
assets_find(const char *path)
{
	bool page = is_page(path);
	struct asset *a = find(of_pages, sizeof(of_pages) / sizeof(of_pages[0]),
	    page ? "/" : path);

	if (a != NULL)
		a->page = page;
	return a;
}

const struct asset *
assets_find_console(const char *path)
{
	return find(of_console, sizeof(of_console) / sizeof(of_console[0]),
	    path);
}

const struct asset *
assets_openapi(void)
{
	return known(&openapi);
}

/* NULL: memory is out. */
static struct evbuffer *
unpack(const struct asset *a)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)a->bytes,
		.avail_in = (uInt)a->length };
	struct evbuffer *out = evbuffer_new();
	unsigned char some[16384];
	int r = Z_OK;

	if (out == NULL || inflateInit2(&z, MAX_WBITS + 16) != Z_OK)
		return out;
	while (r == Z_OK) {
		z.next_out = some;
		z.avail_out = sizeof(some);
		r = inflate(&z, Z_NO_FLUSH);
		if (evbuffer_add(out, some, sizeof(some) - z.avail_out) != 0)
			r = Z_MEM_ERROR;
	}
	inflateEnd(&z);
	if (r == Z_STREAM_END && evbuffer_pullup(out, -1) != NULL)
		return out;
	evbuffer_free(out);
	return NULL;
}

/* Strangers may ask for it a thousand times at once: all are given the same
 * bytes, unpacked once. */
void
assets_unpack(const struct asset *a, struct evbuffer *body)
{
	struct embedded *e = (struct embedded *)(uintptr_t)a;

	if (e->plain == NULL)
		e->plain = unpack(a);
	if (e->plain != NULL && body != NULL)
		evbuffer_add_reference(body, evbuffer_pullup(e->plain, -1),
		    evbuffer_get_length(e->plain), NULL, NULL);
}
