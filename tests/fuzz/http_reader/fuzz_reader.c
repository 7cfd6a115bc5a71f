/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any ask that the wire takes, of a small database: exactly one answer, with a
 * status that the wire knows. */
#include "monitor/http/reader_query.h"
#include "monitor/store/store.h"
#include "tests/fuzz/fuzz.h"

static struct reading *reading;
static unsigned answers;

static void
on_answer(void *arg, const struct read_answer *a)
{
	static uint8_t wire[2 * READ_BODY_BYTES];
	struct writer w = writer_of(wire, sizeof(wire));
	struct read_answer back;

	(void)arg;
	answers++;
	if (a->body.n > READ_BODY_BYTES)
		return;
	web_put_answer(&w, a);
	assert(web_get_answer((struct span){ wire, writer_length(&w) }, &back));
	/* The database is sound and memory is not out. */
	assert(a->status != 500);
}

static void
begin(void)
{
	static char dir[FUZZ_DIR];
	struct store_config c = { .dir = dir, .actor = "fuzz" };
	struct store_calls calls = { 0 };
	char error[STORE_ERROR_BYTES];

	fuzz_dir(dir);
	struct store *s = store_open(&c, &calls, error);

	assert(s != NULL);
	for (int i = 0; i < 20; i++)
		store_event(s, 0, "test", "fuzz", "{\"n\":1}", NULL);
	store_drain(s, 10000);
	store_close(&s);
	reading = reading_new(dir);
	assert(reading != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct read_ask ask;

	if (reading == NULL)
		begin();
	if (!web_get_ask((struct span){ data, size }, &ask))
		return 0;
	answers = 0;
	reading_answer(reading, &ask, on_answer, NULL);
	assert(answers == 1);
	return 0;
}
