/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what a VMS, a page or a relay sends, and as what the listener's
 * process says: refused with a sentence, or within its ranges. */
#include "monitor/http/relays_wire.h"
#include "monitor/http/views_json.h"
#include "tests/fuzz/fuzz.h"

static void
on_reader(void *arg, const struct relays_reader *r)
{
	(void)arg;
	assert(strlen(r->address) < sizeof(r->address) && r->path[0] != '\0');
}

static void
wire(const uint8_t *data, size_t size)
{
	static struct heartbeat hb;
	static struct agents_views views;
	struct span body = { data, size };
	struct agents_from from;
	struct agents_ask ask;
	struct agents_reply reply;
	struct agents_dispute dispute;

	if (agents_get_heartbeat(body, &from, &hb))
		assert(hb.screen_count <= HEARTBEAT_SCREENS);
	if (agents_get_views(body, &from, &views))
		assert(views.count <= AGENTS_TILES);
	agents_get_ask(body, &from, &ask);
	agents_get_reply(body, &from, &reply);
	agents_get_dispute(body, &from, &dispute);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct agents_views views;
	struct agents_reply reply;
	struct agents_dispute dispute;
	char fault[VIEWS_FAULT_BYTES];
	unsigned pages;

	if (!views_json_read((const char *)data, size, &views, fault))
		assert(fault[0] != '\0');
	else
		assert(views.valid_ms > 0 && views.screen[0] != '\0');
	if (!views_json_reply((const char *)data, size, &reply, fault))
		assert(fault[0] != '\0');
	if (!views_json_dispute((const char *)data, size, &dispute, fault))
		assert(fault[0] != '\0');
	relays_json_read((const char *)data, size, on_reader, NULL, &pages);
	wire(data, size);
	return 0;
}
