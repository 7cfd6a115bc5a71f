/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as each message of the web's channels, and rows made of them. */
#include "monitor/http/change_wire.h"
#include "monitor/http/read_wire.h"
#include "monitor/http/rows.h"
#include "monitor/http/web_wire.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span body = { data, size };
	static struct web_row row;
	struct web_configure configure;
	struct web_totals totals;
	struct web_alive alive;
	struct read_ask ask;
	static struct read_facts facts;
	struct read_answer answer;
	struct span certificate, key;
	static struct web_event event;
	struct web_change change;
	struct web_changed changed;
	struct web_seen seen;
	struct principal principal;
	struct rows t;

	web_get_configure(body, &configure);
	web_get_totals(body, &totals);
	web_get_alive(body, &alive);
	web_get_ask(body, &ask);
	web_get_facts(body, &facts);
	web_get_answer(body, &answer);
	web_get_tls(body, &certificate, &key);
	web_get_event(body, &event);
	web_get_change(body, &change);
	web_get_changed(body, &changed);
	web_get_seen(body, &seen);
	web_get_principal(body, &principal);
	if (web_get_row(body, &row) && rows_init(&t)) {
		rows_put(&t, &row);
		rows_remove(&t, row.uuid);
		rows_fini(&t);
	}
	return 0;
}
