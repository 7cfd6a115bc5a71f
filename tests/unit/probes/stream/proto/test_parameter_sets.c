/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media_rig.h"

#include "probes/stream/proto/parameter_sets.h"

/* Writes bits for SPS of any size. */
struct bit_writer {
	uint8_t b[64];
	unsigned n;
};

static void
put(struct bit_writer *w, uint32_t v, unsigned bits)
{
	while (bits--) {
		w->b[w->n / 8] |= (uint8_t)((v >> bits & 1) << (7 - w->n % 8));
		w->n++;
	}
}

static void
ue(struct bit_writer *w, uint32_t v)
{
	unsigned bits = 0;

	while ((v + 1) >> bits > 1)
		bits++;
	put(w, 0, bits);
	put(w, v + 1, bits + 1);
}

struct geometry {
	uint32_t mbs_x, map_units_y, frame_only;
	uint32_t crop[4];	/* left right top bottom */
	uint32_t width, height; /* expected, 0 = refused */
};

static struct span
make_sps(struct bit_writer *w, const struct geometry *g, uint32_t id)
{
	unsigned i;

	memset(w, 0, sizeof(*w));
	put(w, 0x67, 8);
	put(w, 77, 8); /* Main */
	put(w, 0x40, 8);
	put(w, 31, 8);
	ue(w, id);
	ue(w, 0);
	ue(w, 2); /* pic_order_cnt_type */
	ue(w, 1);
	put(w, 0, 1);
	ue(w, g->mbs_x - 1);
	ue(w, g->map_units_y - 1);
	put(w, g->frame_only, 1);
	if (!g->frame_only)
		put(w, 1, 1);
	put(w, 1, 1);
	put(w, 1, 1); /* cropping */
	for (i = 0; i < 4; i++)
		ue(w, g->crop[i]);
	put(w, 1, 1); /* VUI: no aspect, no overscan, signal type: full */
	put(w, 0, 1);
	put(w, 0, 1);
	put(w, 1, 1);
	put(w, 5, 3);
	put(w, 1, 1);
	put(w, 0, 1);
	put(w, 0xff, 8);
	return (struct span){ w->b, (w->n + 7) / 8 };
}

static void
h264_sizes(void **state)
{
	static const struct geometry rows[] = {
		{ 40, 23, 1, { 0, 0, 0, 4 }, 640, 360 },
		{ 120, 68, 1, { 0, 0, 0, 4 }, 1920, 1080 },
		{ 120, 34, 0, { 0, 0, 0, 2 }, 1920, 1080 },
		{ 45, 18, 0, { 0, 0, 0, 0 }, 720, 576 },
		{ 4096, 4096, 1, { 0, 0, 0, 0 }, 0, 0 }, /* 65536 x 65536 */
		{ 4096, 4096, 1, { 0, 0, 0, 0 }, 0, 0 },
		{ 1024, 1024, 1, { 0, 0, 0, 0 }, 0, 0 }, /* too many pixels */
		{ 1, 1, 1, { 4, 4, 0, 0 }, 0, 0 },	 /* cropped away */
		{ 1, 1, 1, { 0xfffffff0, 0xfffffff0, 0, 0 }, 0, 0 },
		{ 0xffffff, 0xffffff, 0, { 0, 0, 0, 0 }, 0, 0 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct parameter_sets s;
		struct parameter_info info = { 0 };
		struct bit_writer w;
		struct span nal = make_sps(&w, &rows[i], 0);
		bool ok = parameter_sets_read_sps(CODEC_H264, nal, &info);

		assert_int_equal(ok, rows[i].width != 0);
		assert_int_equal(info.width, rows[i].width);
		assert_int_equal(info.height, rows[i].height);
		if (ok)
			assert_true(info.has_range && info.range_full);
		parameter_sets_init(&s); /* kept all the same */
		assert_true(parameter_sets_put(&s, CODEC_H264, nal));
		assert_int_equal(s.width, rows[i].width);
		parameter_sets_fini(&s);
	}
}

static void
store(void **state)
{
	struct geometry g = { 40, 23, 1, { 0, 0, 0, 4 }, 0, 0 };
	struct parameter_sets s;
	struct bit_writer w;
	uint8_t pps[] = { 0x68, 0xce, 0x3c, 0x80 };
	uint8_t big[1200] = { 0x68, 0xce, 1 };
	uint32_t print, i, n;
	uint8_t *out;

	(void)state;
	parameter_sets_init(&s);
	assert_true(parameter_sets_put(&s, CODEC_H264,
	    (struct span){ pps, sizeof(pps) }));
	assert_true(parameter_sets_put(&s, CODEC_H264, make_sps(&w, &g, 0)));
	print = s.print;
	assert_false(parameter_sets_put(&s, CODEC_H264, make_sps(&w, &g, 0)));
	assert_int_equal(s.print, print);
	assert_int_equal(s.changes, 0);
	g.mbs_x = 80; /* sps_switch: the same id, another picture */
	assert_true(parameter_sets_put(&s, CODEC_H264, make_sps(&w, &g, 0)));
	assert_int_equal(s.width, 1280);
	assert_int_equal(s.changes, 1);
	assert_true(s.print != print);
	n = parameter_sets_annexb_bytes(&s);
	out = malloc(n);
	parameter_sets_annexb(&s, out);
	assert_memory_equal(out, "\0\0\0\1\x67", 5); /* SPS first */
	assert_memory_equal(out + n - 8, "\0\0\0\1\x68\xce\x3c\x80", 8);
	free(out);
	for (i = 0; i < 100; i++) { /* bounded: 4 of a kind */
		parameter_sets_put(&s, CODEC_H264, make_sps(&w, &g, i % 32));
		assert_true(s.length < 8 * 40);
	}
	memset(big + 3, 7, sizeof(big) - 3);
	assert_false(parameter_sets_put(&s, CODEC_H264,
	    (struct span){ big, sizeof(big) }));
	for (i = 0; i < 4; i++)
		assert_false(parameter_sets_put(&s, CODEC_H264,
		    (struct span){ pps, i < 3 ? i : 0 }));
	parameter_sets_fini(&s);
}

/* H.265 by x265 (640x360) and with sub-layers, as some cameras send. */
static void
h265_sizes(void **state)
{
	static const uint8_t plain[] = { 0x42, 0x01, 0x01, 0x01, 0x60, 0x00,
		0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03,
		0x00, 0x3f, 0xa0, 0x05, 0x02, 0x01, 0x69, 0x65, 0x95, 0x9a,
		0x49, 0x32, 0xb8, 0x04, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00,
		0x00, 0x03, 0x00, 0x78, 0x20 };
	struct parameter_info info = { 0 };
	struct parameter_sets s;
	size_t n;

	(void)state;
	assert_true(parameter_sets_read_sps(CODEC_H265,
	    (struct span){ plain, sizeof(plain) }, &info));
	assert_int_equal(info.width, 640);
	assert_int_equal(info.height, 360);
	parameter_sets_init(&s);
	for (n = 0; n <= sizeof(plain); n++) { /* cut anywhere */
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, plain, n);
		parameter_sets_put(&s, CODEC_H265, (struct span){ exact, n });
		free(exact);
	}
	assert_int_equal(s.width, 640);
	parameter_sets_fini(&s);
}

static void
fmtp_values(void **state)
{
	static const struct {
		const char *fmtp, *name, *value;
	} rows[] = {
		{ "a=1;b=2", "b", "2" },
		{ " A = 1 ; b=2", "a", "1" },
		{ "ab=1;a=2", "a", "2" },
		{ "a", "a", "" },
		{ "", "a", "" },
		{ "a=;b=3", "a", "" },
		{ "sprop-sps=Qg==; x", "sprop-sps", "Qg==" },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span v =
		    parameter_sets_fmtp_value(rows[i].fmtp, rows[i].name);

		assert_int_equal(v.n, strlen(rows[i].value));
		assert_memory_equal(v.p, rows[i].value, v.n);
	}
	assert_int_equal(parameter_sets_fmtp_value(NULL, "a").n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(h264_sizes),
		cmocka_unit_test(store),
		cmocka_unit_test(h265_sizes),
		cmocka_unit_test(fmtp_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
