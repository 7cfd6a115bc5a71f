/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words -> header lines, moments -> dates; what is on the wire comes back, and
 * what is cut does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/courier/courier_wire.h"
#include "monitor/courier/mail_text.h"

static const struct {
	const char *value, *line;
} headers[] = {
	{ "plain words", "S: plain words\n" },
	{ "", "S: \n" },
	{ "two\nlines: forged", "S: =?UTF-8?B?dHdvCmxpbmVzOiBmb3JnZWQ=?=\n" },
	{ "ma\xc3\xb1"
	  "ana",
	    "S: =?UTF-8?B?bWHDsWFuYQ==?=\n" },
	{ "=?UTF-8?B?bm8=?=", "S: =?UTF-8?B?PT9VVEYtOD9CP2JtOD0/PQ==?=\n" },
	/* 44 letters, then one of two bytes that isn't cut */
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xb1z",
	    "S: =?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
	    "YWFhYWFhYWFhYWFhYWFhYWFhYWE=?=\n =?UTF-8?B?w7F6?=\n" },
};

static void
headers_hold_one_value_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		char out[400] = "";

		mail_text_header(out, sizeof(out), "S", headers[i].value);
		assert_string_equal(out, headers[i].line);
	}
}

/* Whole lines or nothing, however little room there is. */
static void
headers_that_do_not_fit_are_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		for (size_t size = 8; size < 200; size++) {
			char out[200] = "A: b\n";

			memset(out + 6, 'x', sizeof(out) - 6);
			mail_text_header(out, size, "S", headers[i].value);
			assert_true(strlen(out) < size);
			assert_true(strcmp(out, "A: b\n") == 0 ||
				    strcmp(out + 5, headers[i].line) == 0);
		}
}

static void
addresses_are_folded(void **state)
{
	static const char list[] = "a@b.example, c\xc3\xb1@d.example,, e@f";
	static const char line[] = "To: a@b.example,\n e@f\n";
	char out[200] = "A: b\n";

	(void)state;
	mail_text_addresses(out, sizeof(out), "To", list);
	assert_string_equal(out + 5, line);
	for (size_t size = 7; size < sizeof(line) + 5; size++) {
		char small[200] = "A: b\n";

		mail_text_addresses(small, size, "To", list);
		assert_true(strcmp(small, "A: b\n") == 0);
	}
	out[0] = '\0';
	mail_text_addresses(out, sizeof(out), "To", " ,");
	assert_string_equal(out, "");
}

static void
dates(void **state)
{
	char out[64];

	(void)state;
	mail_text_date(out, sizeof(out), 0);
	assert_string_equal(out, "Thu, 01 Jan 1970 00:00:00 +0000");
	mail_text_date(out, sizeof(out), 1709164799999999);
	assert_string_equal(out, "Wed, 28 Feb 2024 23:59:59 +0000");
	mail_text_stamp(out, sizeof(out), 1709164800000001);
	assert_string_equal(out, "2024-02-29T00:00:00.000001Z");
	mail_text_stamp(out, sizeof(out), 1798761599999999);
	assert_string_equal(out, "2026-12-31T23:59:59.999999Z");
	mail_text_stamp(out, sizeof(out), -1);
	assert_string_equal(out, "1969-12-31T23:59:59.999999Z");
}

static void
syslog_lines(void **state)
{
	struct syslog_line l = { .facility = MAIL_TEXT_AUDIT,
		.severity = 5,
		.utc_us = 1709164800000000,
		.host = "a host",
		.id = "",
		.text = "one\ntwo\x7f \xc3\xb1" };
	char out[200];
	size_t n = mail_text_syslog(out, sizeof(out), &l);

	(void)state;
	assert_int_equal(n, strlen(out));
	assert_string_equal(out, "<109>1 2024-02-29T00:00:00.000000Z a?host "
				 "camwarden - - - \xef\xbb\xbfone two  "
				 "\xc3\xb1");
	assert_int_equal(mail_text_syslog(out, 30, &l), 29);
}

static struct courier_job
some_job(void)
{
	struct courier_job j = { .id = 7,
		.kind = COURIER_MAIL,
		.tls = COURIER_TLS_START,
		.port = 587,
		.host = "mail.example",
		.user = "u",
		.password = "p",
		.from = "a@b",
		.to = "c@d",
		.headers = "A: b\n",
		.attachment = "r.html",
		.attachment_type = "text/html",
		.body = { (const uint8_t *)"words", 5 } };

	return j;
}

static void
jobs_come_back(void **state)
{
	struct courier_job in = some_job(), out;
	uint8_t bytes[2000];
	struct writer w = writer_of(bytes, sizeof(bytes));
	size_t n;

	(void)state;
	courier_put_job(&w, &in);
	n = writer_length(&w);
	assert_true(courier_get_job((struct span){ bytes, n }, &out));
	assert_int_equal(out.id, 7);
	assert_string_equal(out.password, "p");
	assert_memory_equal(out.body.p, "words", 5);
	for (size_t cut = 0; cut < n; cut++)
		assert_false(
		    courier_get_job((struct span){ bytes, cut }, &out));
	bytes[8] = 9; /* no such kind */
	assert_false(courier_get_job((struct span){ bytes, n }, &out));
}

static void
publishes_come_back(void **state)
{
	struct courier_job in = { .id = 7,
		.kind = COURIER_MQTT,
		.port = 1883,
		.host = "broker.example",
		.client = "camwarden-1",
		.status = "camwarden/status",
		.publish_count = 2,
		.publishes = {
		    { .topic = "a/b", .payload = { (const uint8_t *)"{}", 2 } },
		    { .topic = "a/c", .retain = true } } };
	struct courier_job out;
	uint8_t bytes[2000];
	struct writer w = writer_of(bytes, sizeof(bytes));
	size_t n;

	(void)state;
	courier_put_job(&w, &in);
	n = writer_length(&w);
	assert_true(courier_get_job((struct span){ bytes, n }, &out));
	assert_int_equal(out.publish_count, 2);
	assert_string_equal(out.publishes[1].topic, "a/c");
	assert_true(out.publishes[1].retain && !out.publishes[0].retain);
	assert_memory_equal(out.publishes[0].payload.p, "{}", 2);
	for (size_t cut = 0; cut < n; cut++)
		assert_false(
		    courier_get_job((struct span){ bytes, cut }, &out));
	/* Without any there is nothing to do. */
	in.publish_count = 0;
	w = writer_of(bytes, sizeof(bytes));
	courier_put_job(&w, &in);
	assert_false(
	    courier_get_job((struct span){ bytes, writer_length(&w) }, &out));
}

static void
results_come_back(void **state)
{
	struct courier_result in = { .id = 9,
		.ok = false,
		.lasting = true,
		.status = 409,
		.detail = "it \x1b says",
		.answer = { (const uint8_t *)"77\n", 3 } };
	struct courier_result out;
	uint8_t bytes[400];
	struct writer w = writer_of(bytes, sizeof(bytes));
	size_t n;

	(void)state;
	courier_put_result(&w, &in);
	n = writer_length(&w);
	assert_true(courier_get_result((struct span){ bytes, n }, &out));
	assert_true(out.lasting && !out.ok && out.status == 409);
	assert_string_equal(out.detail, "it ? says");
	for (size_t cut = 0; cut < n; cut++)
		assert_false(
		    courier_get_result((struct span){ bytes, cut }, &out));
	bytes[8] = 2;
	assert_false(courier_get_result((struct span){ bytes, n }, &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_hold_one_value_each),
		cmocka_unit_test(headers_that_do_not_fit_are_left_out),
		cmocka_unit_test(addresses_are_folded),
		cmocka_unit_test(dates),
		cmocka_unit_test(syslog_lines),
		cmocka_unit_test(jobs_come_back),
		cmocka_unit_test(publishes_come_back),
		cmocka_unit_test(results_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
