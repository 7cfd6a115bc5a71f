/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device answers question after question as it likes. However it does, the
 * talk ends, goes to one host alone, and shows a refused login no second time.
 * Script: a byte of flags; then of each answer a byte of what came, one of its
 * status, a 16-bit length and so many bytes. */
#include "common/address.h"
#include "probes/device/proto/interview.h"
#include "probes/device/xml.h"
#include "tests/fuzz/fuzz.h"

static struct interview v;

static const uint16_t statuses[] = { 200, 400, 401, 403, 404, 500, 302, 0 };

/* The next answer, or silence once the script is over. */
static void
hear(struct reader *r)
{
	struct interview_answer a = { .why = "why", .utc_us = 1 };
	uint8_t came = reader_u8(r), status = reader_u8(r);
	struct span bytes = fuzz_span(r, reader_le16(r));
	uint8_t *copy = fuzz_exact(bytes.p, bytes.n);
	struct tree *t = xml_read(copy, bytes.n, a.why);

	a.came = r->bad ? CAME_SILENCE : (enum interview_came)(came & 3);
	a.status = statuses[status & 7];
	a.offers_digest = (came & 4) != 0;
	a.offers_basic = (came & 8) != 0;
	a.tree = a.came == CAME_ANSWER ? t : NULL;
	interview_hear(&v, &a);
	tree_free(&t);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	uint8_t flags = reader_u8(&r);
	const struct interview_config config = { .login = flags & 1,
		.basic_ok = flags & 2,
		.keep_host = flags & 4 };
	struct device_result known = { .port = 80, .secure = flags & 8 };
	struct interview_question q;
	unsigned asked = 0;

	assert(address_parse("192.0.2.7", &known.address));
	interview_begin(&v, &config, &known, "");
	while (interview_ask(&v, &q)) {
		bool sure = v.signed_in;

		assert(strstr(q.url, "://192.0.2.7:") != NULL);
		assert(config.login || q.login == DEVICE_LOGIN_NONE);
		assert(!known.secure || strncmp(q.url, "https:", 6) == 0);
		assert(++asked < 2 * DEVICE_STREAMS + 32);
		hear(&r);
		/* Signed, and refused by the first answer to that: over. */
		if (q.login != DEVICE_LOGIN_NONE && !sure && !v.signed_in)
			assert(v.over);
	}
	assert(v.over || !interview_ask(&v, &q));
	interview_end(&v, "late");
	assert(v.result.state < DEVICE_STATE_COUNT);
	assert(v.result.stream_count <= DEVICE_STREAMS);
	return 0;
}
