/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a compromised probe may send: every decoder of the wire, by the first
 * byte; whatever decodes must encode again to the same bytes. */
#include "common/wire.h"
#include "tests/fuzz/fuzz.h"

static uint8_t again[1 << 20];

#define TRY(name, type)                                                        \
	do {                                                                   \
		static type m;                                                 \
		struct writer w = writer_of(again, sizeof(again));             \
                                                                               \
		if (!wire_get_##name(body, &m))                                \
			break;                                                 \
		wire_put_##name(&w, &m);                                       \
		if (w.bad || writer_length(&w) != body.n ||                    \
		    memcmp(again, body.p, body.n) != 0)                        \
			abort();                                               \
	} while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;

	struct span body = { data + 1, size - 1 };
	struct unit_head head;

	switch (data[0]) {
	case WIRE_HELLO:
		TRY(hello, struct wire_hello);
		break;
	case WIRE_CONFIGURE:
		TRY(configure, struct wire_configure);
		break;
	case WIRE_FEED_ADD:
		TRY(feed_add, struct wire_feed_add);
		break;
	case WIRE_FEED_PAUSE:
		TRY(feed_pause, struct wire_feed_pause);
		break;
	case WIRE_SAMPLE_ASK:
		TRY(sample_ask, struct wire_sample_ask);
		break;
	case WIRE_RESOLVED:
		TRY(resolved, struct wire_resolved);
		break;
	case WIRE_PONG:
		TRY(pong, struct wire_pong);
		break;
	case WIRE_LOG:
		TRY(log, struct wire_log);
		break;
	case WIRE_LINK_REPORT:
		TRY(link_report, struct link_report);
		break;
	case WIRE_ACCOUNT:
		TRY(account, struct account);
		break;
	case WIRE_SAMPLE_GONE:
		TRY(sample_gone, struct wire_sample_gone);
		break;
	case WIRE_RESOLVE:
		TRY(resolve, struct wire_resolve);
		break;
	case WIRE_LEARNED:
		TRY(learned, struct wire_learned);
		break;
	case WIRE_SAMPLE:
		TRY(sample, struct sample);
		break;
	case WIRE_PNG:
		TRY(png, struct wire_png);
		break;
	default:
		(void)wire_get_unit_head(body, &head);
		break;
	}
	return 0;
}
