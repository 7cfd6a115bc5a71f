/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a probe records is judged again to the same words: an exam of hand-made
 * observations is written down line by line, read back, and replayed by
 * `camwarden judge`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monitor/cli/exam.h"
#include "monitor/cli/judge_command.h"
#include "monitor/cli/record.h"

#define SECOND 1000000ll
#define GOP_US (2 * SECOND)

/* A scene of our own: walls, noise, somebody who walks; then one picture for
 * ever. */
struct shot {
	struct exam exam;
	FILE *record;
	struct sample sample;
	uint32_t seed;
};

static uint32_t
dice(struct shot *s)
{
	s->seed = s->seed * 1664525u + 1013904223u;
	return s->seed >> 8;
}

static void
fill(struct shot *s, unsigned n)
{
	struct measures *m = &s->sample.measures;

	m->width = 640;
	m->height = 360;
	m->mean_q8 = 110 * 256;
	m->sd_q8 = 40 * 256;
	m->p01 = 20;
	m->p10 = 40;
	m->p50 = 110;
	m->p90 = 180;
	m->p99 = 220;
	m->edge_q16 = 9000;
	m->sharp_q8 = 2000;
	m->picture_hash = dice(s);
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		unsigned x = i % THUMB_W, y = i / THUMB_W;
		unsigned v = (60 + x / 2 + (x * y) % 37) * 256u + dice(s) % 300;

		if (x / 12 == n % 12 && y > 30 && y < 60)
			v = 30 * 256;
		m->thumb[i] = (uint16_t)v;
	}
	for (unsigned i = 0; i < SPARSE_PIXELS; i++)
		m->sparse[i] = (uint8_t)(60 + i * 7 % 120 + dice(s) % 6);
	for (unsigned i = 0; i < BLOCK_HASHES; i++)
		m->block[i] = dice(s) << 2 | 3;
	for (unsigned i = 0; i < ZONES; i++)
		m->zone_sharp[i] = (uint16_t)(1800 + dice(s) % 100);
}

static void
picture(struct shot *s, int64_t at_us)
{
	s->sample.at_us = at_us;
	s->sample.result = SAMPLE_OK;
	s->sample.codec = CODEC_H264;
	s->sample.au_bytes = 20000;
	record_put_sample(s->record, at_us, &s->sample);
	exam_sample(&s->exam, &s->sample, at_us);
	judge_sample_asked(s->exam.feed, at_us);
}

static void
account(struct shot *s, int64_t from_us, int64_t to_us)
{
	const struct account a = { .from_us = from_us,
		.to_us = to_us,
		.last_au_us = to_us,
		.units = (uint32_t)((to_us - from_us) / 100000),
		.keyframes = (uint32_t)((to_us - from_us) / GOP_US),
		.bytes = (uint64_t)(to_us - from_us) / 25,
		.wire_bytes = (uint64_t)(to_us - from_us) / 24,
		.packets = 100,
		.inter_mean_bytes = 1000 + dice(s) % 300,
		.key_mean_bytes = 20000,
		.gop_us = GOP_US,
		.fps_milli = 10000,
		.clock_offset_us = INT64_MIN,
		.codec = CODEC_H264,
		.width = 640,
		.height = 360,
		.parameter_print = 77 };

	record_put_account(s->record, to_us, &a);
	exam_account(&s->exam, &a, to_us);
}

static void
link_up(struct shot *s)
{
	const struct link_report r = { .at_us = 0,
		.phase = PHASE_FLOWING,
		.transport = 4 };

	record_put_link(s->record, 0, &r);
	exam_link(&s->exam, &r, 0);
}

static void
declare(struct shot *s, enum annotation_kind kind)
{
	const struct annotation a = { kind, 0, INT64_MAX };

	record_put_annotation(s->record, 0, &a);
	exam_annotate(&s->exam, &a, 0);
}

static void
film(struct shot *s)
{
	int64_t t = 0;

	link_up(s);
	declare(s, ANNOTATION_PTZ_MOVING);
	for (unsigned n = 0; n < 120; n++) {
		t += GOP_US;
		if (n % 5 == 4)
			account(s, t - 5 * GOP_US, t);
		if (n < 40)
			fill(s, n);
		picture(s, t);
	}
	record_put_blind(s->record, t + SECOND, CAUSE_PROBE_LOST);
	exam_blind(&s->exam, CAUSE_PROBE_LOST, t + SECOND);
	record_put_blind(s->record, t + 2 * SECOND, CAUSE_NONE);
	exam_blind(&s->exam, CAUSE_NONE, t + 2 * SECOND);
	record_put_end(s->record, t + 3 * SECOND);
	exam_finish(&s->exam, t + 3 * SECOND);
}

/* Runs the command with its words going to a file; its exit status. */
static int
replay(char *record, const char *words)
{
	char *argv[] = { "judge", "--json", record, NULL };
	int stdout_was = dup(STDOUT_FILENO), status;

	fflush(stdout);
	assert_non_null(freopen(words, "w", stdout));
	status = command_judge(3, argv);
	fflush(stdout);
	dup2(stdout_was, STDOUT_FILENO);
	close(stdout_was);
	return status;
}

static char *
slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

static void
test_replay(void **state)
{
	static struct shot s;
	char dir[] = "/tmp/camwarden-record-XXXXXX";
	char record[64], words[64];
	char *said = NULL, *again;
	size_t length;
	struct judge_config cfg;
	FILE *out = open_memstream(&said, &length);

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(record, sizeof(record), "%s/r", dir);
	snprintf(words, sizeof(words), "%s/w", dir);
	judge_config_defaults(&cfg);
	cfg.adaptive = false;
	cfg.sample_us = cfg.sample_suspect_us = GOP_US;
	s.seed = 11;
	s.record = fopen(record, "w");
	assert_true(exam_init(&s.exam, &cfg, out, true, 0));
	record_put_head(s.record, &(struct record_head){ .file = true });
	film(&s);
	exam_fini(&s.exam);
	fclose(s.record);
	fclose(out);
	/* It went through life, freeze and blindness. */
	assert_non_null(strstr(said, "\"state\":\"up\""));
	assert_non_null(strstr(said, "\"cause\":\"frozen\""));
	assert_non_null(strstr(said, "\"cause\":\"probe-lost\""));
	assert_int_equal(replay(record, words), EXAM_BAD);
	again = slurp(words);
	assert_string_equal(again, said);
	free(again);
	free(said);
	unlink(record);
	unlink(words);
	rmdir(dir);
}

static const struct wrong {
	const char *line, *says;
} wrongs[] = {
	{ "[]", "not a JSON object" },
	{ "{\"camwarden\":\"record\",\"version\":1}", "another version" },
	{ "{\"now\":1,\"kind\":\"annotation\",\"what\":\"ptz\",\"from\":5,"
	  "\"to\":5}",
	    "declared" },
	{ "{\"now\":1,\"kind\":\"annotation\",\"what\":\"fog\",\"from\":1,"
	  "\"to\":5}",
	    "declared" },
	{ "{\"now\":1,\"kind\":\"sample\",\"wire\":\"AAAA\"}",
	    "can't be read" },
	{ "{\"now\":1,\"kind\":\"blind\",\"cause\":\"fog\"}", "blindness" },
};

static void
test_wrong_lines(void **state)
{
	static struct record_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const char *error = NULL;
		struct span s = { (const uint8_t *)wrongs[i].line,
			strlen(wrongs[i].line) };

		assert_false(record_get(s, &line, &error));
		if (strstr(error, wrongs[i].says) == NULL)
			fail_msg("%s: %s", wrongs[i].line, error);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_wrong_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
