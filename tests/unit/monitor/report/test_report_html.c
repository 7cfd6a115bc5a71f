/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Properties of the pages, over drawn reports: well formed whatever the names
 * hold, nothing but what we wrote acts in them, what must be said is said, and
 * they stay small. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/report/report_face.h"
#include "monitor/report/report_figure.h"
#include "report_sample.h"

static const struct sample_ask asks[] = {
	{ .seed = 1 },
	{ .seed = 2, .feeds = 1, .trouble = 100, .incidents = 1 },
	{ .seed = 3,
	    .sites = 2,
	    .feeds = 4,
	    .trouble = 60,
	    .incidents = 2,
	    .screens = true },
	{ .seed = 4,
	    .sites = 12,
	    .feeds = 160,
	    .consoles = 4,
	    .witnessed = true,
	    .screens = true },
	{ .seed = 5,
	    .sites = 30,
	    .feeds = 200,
	    .consoles = 8,
	    .trouble = 40,
	    .incidents = 3,
	    .late = true,
	    .screens = true,
	    .hostile = true },
	{ .seed = 6,
	    .sites = 6,
	    .feeds = 60,
	    .consoles = 2,
	    .trouble = 50,
	    .incidents = 2,
	    .fall = true,
	    .screens = true },
	{ .seed = 7,
	    .sites = 6,
	    .feeds = 60,
	    .consoles = 2,
	    .trouble = 50,
	    .incidents = 2,
	    .days = 30,
	    .witnessed = true,
	    .hostile = true },
};
#define ASKS (sizeof(asks) / sizeof(asks[0]))

struct album {
	const struct report *r;
	unsigned asked;
	bool barred; /* a picture of a feed that may have none */
	size_t bytes;
};

static bool
picture(void *arg, int64_t id, const void **png_out, size_t *length_out)
{
	struct album *a = arg;
	static const char noise[60000];

	for (uint32_t i = 0; i < a->r->incident_count; i++) {
		const struct report_incident *x = &a->r->incidents[i];

		if (x->before.id != id && x->after.id != id)
			continue;
		if (x->feed < a->r->feed_count &&
		    a->r->feeds[x->feed].no_picture)
			a->barred = true;
	}
	a->asked++;
	*png_out = noise;
	*length_out = a->bytes;
	return a->bytes > 0;
}

static char *
render(const struct report *r, enum report_language language, bool mail,
    struct album *album)
{
	struct report_face face = { .language = language,
		.mail = mail,
		.ahead = sample_ahead,
		.picture = picture,
		.arg = album };
	struct ink out = { 0 };

	album->r = r;
	assert_true(report_html(r, &face, &out));
	assert_int_equal(strlen(out.text), out.length);
	return out.text;
}

/* --- an HTML reader of its own: tags nest, attributes are ours */

static const char *const void_tags[] = { "meta", "img", "br", "col", "!DOCTYPE",
	NULL };
static const char *const attributes[] = { "lang", "charset", "name", "content",
	"http-equiv", "class", "id", "width", "height", "viewBox", "d", "href",
	"aria-hidden", "scope", "colspan", "rowspan", "style", "alt", "src",
	"fill", "stroke", "stroke-width", "patternUnits", "patternTransform",
	"x", "y", "cx", "cy", "r", "text-anchor", "html", NULL };

static bool
among(const char *const *words, const char *word, size_t length)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == length &&
		    strncmp(*words, word, length) == 0)
			return true;
	return false;
}

static const char *
attribute(const char *s)
{
	size_t n = strcspn(s, "= >");

	assert_true(among(attributes, s, n));
	bool link = strncmp(s, "src", 3) == 0 || strncmp(s, "href", 4) == 0;

	s += n;
	if (*s != '=')
		return s;
	assert_int_equal(s[1], '"');
	s += 2;
	if (link) /* nothing is fetched */
		assert_true(
		    *s == '#' || strncmp(s, "data:image/png;base64,", 22) == 0);
	s += strcspn(s, "\"<>");
	assert_int_equal(*s, '"');
	return s + 1;
}

static void
well_formed(const char *html)
{
	static char stack[64][16];
	size_t depth = 0;

	for (const char *s = html; *s != '\0';) {
		if (*s != '<') {
			assert_true(*s != '>' || depth == 0 ||
				    strcmp(stack[depth - 1], "style") == 0);
			s++;
			continue;
		}
		bool closes = s[1] == '/';
		const char *name = s + 1 + closes;
		size_t n = strcspn(name, " />");

		assert_true(n > 0 && n < 16);
		if (closes) {
			assert_true(depth > 0);
			depth--;
			assert_int_equal(strlen(stack[depth]), n);
			assert_memory_equal(stack[depth], name, n);
			s = name + n + 1;
			continue;
		}
		assert_false(n == 6 && strncmp(name, "script", 6) == 0);
		for (s = name + n; *s == ' ';)
			s = attribute(s + 1);
		bool empty = *s == '/';

		s += empty;
		assert_int_equal(*s, '>');
		s++;
		if (empty || among(void_tags, name, n))
			continue;
		assert_true(depth < 64);
		memcpy(stack[depth], name, n);
		stack[depth++][n] = '\0';
	}
	assert_int_equal(depth, 0);
}

static void
test_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ASKS; i++) {
		struct report *r = sample_new(&asks[i]);

		for (unsigned k = 0; k < 4; k++) {
			struct album album = { .bytes = 30 };
			char *html = render(r, (enum report_language)(k & 1),
			    k & 2, &album);

			well_formed(html);
			assert_false(album.barred);
			assert_null(strstr(html, "\xe2\x80\xae"));
			assert_null(strstr(html, "\x1b"));
			free(html);
		}
		sample_free(r);
	}
}

/* --- what must be said */

static void
says(const char *html, const char *hostile)
{
	struct ink ink = { 0 };

	/* A page may cut names, but not before that. */
	ink_html_cut(&ink, hostile, 40);
	if (ink.length > 3 && strcmp(ink.text + ink.length - 3, "\u2026") == 0)
		ink.text[ink.length - 3] = '\0';
	if (strstr(html, ink.text != NULL ? ink.text : "") == NULL)
		fail_msg("the page doesn't say '%s'", ink.text);
	ink_free(&ink);
}

static void
says_bounds(const char *html, struct availability_bounds b)
{
	if (b.none)
		return;
	says(html, report_figure_percent(REPORT_SPANISH, b.low, true).text);
	says(html, report_figure_percent(REPORT_SPANISH, b.high, true).text);
}

static bool
troubled(const struct report_feed *f)
{
	return f->a.counted_us[COUNTED_BAD] > 0 ||
	       f->a.counted_us[COUNTED_UNKNOWN] > f->a.span_us / 100;
}

static void
test_says_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < ASKS; i++) {
		struct report *r = sample_new(&asks[i]);
		struct album album = { .bytes = 30 };
		char *html = render(r, REPORT_SPANISH, false, &album);
		char number[32];

		assert_non_null(strstr(html, r->ledger.head));
		says(html, r->ledger.origin);
		says_bounds(html, availability_all(&r->fleet));
		says_bounds(html, availability_kept(&r->fleet));
		for (uint32_t k = 0; k < r->feed_count; k++) {
			if (!troubled(&r->feeds[k]))
				continue;
			says(html, r->feeds[k].name);
			says_bounds(html, availability_all(&r->feeds[k].a));
			says_bounds(html, availability_kept(&r->feeds[k].a));
		}
		for (uint32_t k = 0; k < r->site_count; k++)
			says(html, r->sites[k].path);
		for (uint32_t k = 0; k < r->incident_count && k < 400; k++) {
			snprintf(number, sizeof(number), "%lld",
			    (long long)r->incidents[k].id);
			says(html, number);
		}
		for (uint32_t k = 0; k < r->overlay_count; k++) {
			const struct report_overlay *o = &r->overlays[k];

			says(html, o->actor);
			says(html, o->reason);
			for (unsigned c = 0; c < COUNTED_COUNT; c++)
				if (o->excused_us[c] > 0)
					says(html, report_figure_duration(
						       o->excused_us[c])
						       .text);
			if (o->note_us > 0)
				says(html,
				    report_figure_duration(o->note_us).text);
		}
		for (uint32_t k = 0; k < r->console_count; k++)
			says(html, r->consoles[k].name);
		for (uint32_t k = 0; k < r->gap_count; k++)
			says(html, r->gaps[k].why);
		for (uint32_t k = 0; k < r->change_count; k++)
			if (!r->changes[k].expired)
				says(html, r->changes[k].what);
		free(html);
		sample_free(r);
	}
}

static void
test_witness(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct sample_ask ask = { .seed = 1,
			.witnessed = i == 1,
			.late = i == 2 };
		struct report *r = sample_new(&ask);
		struct album album = { 0 };
		char *html = render(r, REPORT_ENGLISH, false, &album);

		assert_int_equal(i == 0,
		    strstr(html, "NOT WITNESSED:</b> an administrator could "
				 "have rewritten this") != NULL);
		assert_int_equal(i == 1,
		    strstr(html, "Witnessed.</b>") != NULL);
		assert_int_equal(i == 2,
		    strstr(html, "WITNESSED ONLY UP TO") != NULL);
		free(html);
		sample_free(r);
	}
}

/* None was measured is another thing than none was found. */
static void
test_unmeasured(void **state)
{
	struct sample_ask ask = { .seed = 1, .sites = 1, .feeds = 3 };
	struct album album = { 0 };
	struct report *r = sample_new(&ask);
	char *html = render(r, REPORT_ENGLISH, false, &album);

	(void)state;
	assert_non_null(strstr(html, "\u2013</b>never watched"));
	assert_non_null(strstr(html, "Not measured"));
	assert_non_null(strstr(html, "0</b>still down"));
	free(html);
	sample_free(r);
}

/* A span that begins at 00:07 has its hours marked all the same. */
static void
test_odd_span(void **state)
{
	struct sample_ask ask = { .seed = 1, .sites = 1, .feeds = 2 };
	struct album album = { 0 };
	struct report *r = sample_new(&ask);

	(void)state;
	r->from_utc += 7 * 60 * 1000000LL + 1;
	char *html = render(r, REPORT_ENGLISH, false, &album);

	for (unsigned hour = 6; hour <= 24; hour += 6) {
		char tick[16];

		snprintf(tick, sizeof(tick), ">%u</text>", hour);
		assert_non_null(strstr(html, tick));
	}
	assert_non_null(strstr(html, ", 00:07 \u2013 24:00</h1>"));
	free(html);
	sample_free(r);
}

/* --- size */

static void
test_mail_is_small(void **state)
{
	static const struct sample_ask worst[] = {
		{ .seed = 8,
		    .sites = 212,
		    .feeds = 3700,
		    .consoles = 40,
		    .trouble = 100,
		    .incidents = 60,
		    .screens = true },
		{ .seed = 9,
		    .sites = 3700,
		    .feeds = 3700,
		    .consoles = 300,
		    .trouble = 100,
		    .incidents = 30,
		    .screens = true,
		    .hostile = true },
		{ .seed = 10,
		    .sites = 900,
		    .feeds = 10000,
		    .consoles = 40,
		    .trouble = 100,
		    .incidents = 30,
		    .screens = true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(worst) / sizeof(worst[0]); i++) {
		struct report *r = sample_new(&worst[i]);
		/* 160x90 of noise, as PNG */
		struct album album = { .bytes = 43500 };
		char *html = render(r, REPORT_SPANISH, true, &album);

		if (strlen(html) >= FACE_MAIL_BYTES)
			fail_msg("%zu: %zu bytes", i, strlen(html));
		assert_true(album.asked <= 2 * FACE_PICTURES);
		assert_non_null(strstr(html, "la carpeta"));
		free(html);
		sample_free(r);
	}
}

/* --- 80 columns */

static void
lines_fit(const char *text)
{
	char line[2000];

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		assert_true(n < sizeof(line));
		memcpy(line, text, n);
		line[n] = '\0';
		for (size_t i = 0; i < n; i++)
			assert_true((unsigned char)line[i] >= 0x20);
		/* The isolates around right-to-left names take no column. */
		size_t isolates = 0;

		for (size_t i = 0; i + 2 < n; i++)
			isolates += strncmp(line + i, "\xe2\x81\xa8", 3) == 0 ||
				    strncmp(line + i, "\xe2\x81\xa9", 3) == 0;
		if (ink_columns(line) > 80 + isolates)
			fail_msg("%zu columns: %s", ink_columns(line), line);
		text += n + (text[n] == '\n');
	}
}

static void
test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ASKS; i++) {
		struct report *r = sample_new(&asks[i]);

		for (unsigned k = 0; k < 4; k++) {
			struct report_face face = {
				.language = (enum report_language)(k & 1),
				.mail = k & 2,
				.ahead = sample_ahead
			};
			struct ink out = { 0 }, subject = { 0 };

			assert_true(report_text(r, &face, &out));
			lines_fit(out.text);
			assert_non_null(strstr(out.text, r->ledger.head));
			assert_true(report_subject(r, &face, &subject));
			assert_null(strpbrk(subject.text, "\r\n"));
			ink_free(&out);
			ink_free(&subject);
		}
		sample_free(r);
	}
}

/* Words that end with the last column: no empty line below them. */
static void
test_text_consoles(void **state)
{
	const struct sample_ask ask = { .sites = 1, .feeds = 2, .seed = 3 };
	const struct report_face face = { .language = REPORT_ENGLISH };
	struct report_console consoles[3] = {
		{ .name = "Puesto 1", .room = "C4", .zone = "", .breaches = 1 },
		{ .name = "Puesto 2", .room = "C4", .zone = "", .breaches = 1 },
		{ .name = "Puesto 3", .room = "C4", .zone = "", .breaches = 1 },
	};
	struct report *r = sample_new(&ask);
	struct ink out = { 0 };

	(void)state;
	consoles[0].presence_us[PRESENCE_SUSPECT] = 172800000000;
	consoles[0].idle_longest_us = 3600000000;
	consoles[0].idle_start_us = r->from_utc;
	consoles[1].presence_us[PRESENCE_SUSPECT] = 43000000;
	consoles[2].presence_us[PRESENCE_SUSPECT] = 43000000;
	r->consoles = consoles;
	r->console_count = 3;
	assert_true(report_text(r, &face, &out));
	lines_fit(out.text);
	assert_non_null(strstr(out.text,
	    "\n  Puesto 1                input that no person makes: "
	    "2\u00a0d\u00a000\u00a0h. shift broken 1\n"
	    "                          time. idle up to "
	    "1\u00a0h\u00a000\u00a0min from "));
	assert_non_null(strstr(out.text,
	    "\n  Puesto 2                input that no person makes: "
	    "43\u00a0s. shift broken 1 time.\n"
	    "  Puesto 3                input that no person makes: "
	    "43\u00a0s. shift broken 1 time.\n"));
	ink_free(&out);
	sample_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_well_formed),
		cmocka_unit_test(test_says_all),
		cmocka_unit_test(test_witness),
		cmocka_unit_test(test_unmeasured),
		cmocka_unit_test(test_odd_span),
		cmocka_unit_test(test_mail_is_small),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_consoles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
