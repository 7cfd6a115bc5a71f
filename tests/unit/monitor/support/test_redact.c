/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of every kind that a bundle holds: what goes, what stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/support/redact.h"

static const uint8_t salt[REDACT_SALT] = "grains of salt";

/* H: some name of a host, M: of an address of mail. */
static void
shorten(char *text)
{
	char *out = text;

	for (const char *p = text; *p != '\0';) {
		bool host = strncmp(p, "host-", 5) == 0;
		bool mail = strncmp(p, "mail-", 5) == 0;

		if ((host || mail) && strspn(p + 5, "0123456789abcdef") == 8) {
			*out++ = host ? 'H' : 'M';
			p += 13;
		} else {
			*out++ = *p++;
		}
	}
	*out = '\0';
}

static const struct {
	const char *text, *redacted;
} texts[] = {
	{ "", "" },
	{ "nothing: 07:55:01 <4>fleet: 3 of 4 are late\n",
	    "nothing: 07:55:01 <4>fleet: 3 of 4 are late\n" },
	{ "cam=17 rtsp://u:p@10.1.2.3:554/x?a=1 state=down",
	    "cam=17 rtsp://***@H:554/x?a=1 state=down" },
	/* a password with all that a URL's must not hold */
	{ "at rtsp://u:p/a@s:s@10.1.2.3/x;", "at rtsp://***@H/x;" },
	{ "http://wall.example.org/a, https://[fd00::7]:8443/b",
	    "http://H/a, https://[H]:8443/b" },
	{ "10.1.2.3 and 10.1.2.3:80, [fd00::7]:22, fe80::1.",
	    "H and H:80, [H]:22, H." },
	{ "cam-10.1.2.3 x10.1.2.3y 1.2.3 1.2.3.4.5 1000.1.2.3",
	    "cam-H xHy 1.2.3 1.2.3.4.5 1000.1.2.3" },
	{ "127.0.0.1 ::1 0.0.0.0 localhost",
	    "127.0.0.1 ::1 0.0.0.0 localhost" },
	{ "NVR-7.local said, nvr-7.local. nvr-70.local xnvr-7.local",
	    "H said, H. nvr-70.local xnvr-7.local" },
	{ "to chief@example.org, a.b+c@d.e", "to M, a.b+M" },
	{ "?user=bo&password=secret&channel=1",
	    "?user=***&password=***&channel=1" },
	{ "api_key=abc keyframes=12 token='a b\\' c' x",
	    "api_key=*** keyframes=12 token=*** x" },
	{ "{\"password\": \"a\\\"b\", \"auth-failed\": 3, \"user\":\"bo\"}",
	    "{\"password\": ***, \"auth-failed\": 3, \"user\":***}" },
	{ "authorization: Basic dTpw\nnext", "authorization: ***\nnext" },
	{ "Cookie: a=b; c=d", "Cookie: ***" },
	{ "http://127.0.0.1:8080/setup#AbCdEfGhIjKlMnOpQrStUvWx (once)",
	    "http://127.0.0.1:8080/setup#*** (once)" },
	{ "docs#backups #12", "docs#backups #12" },
	{ "password=", "password=***" },
	{ "://", "://" },
	{ "x://@", "x://***@" },
	{ "password=\"never closed\nnext", "password=***\nnext" },
	{ "cause=\"auth-failed\"} 3", "cause=\"auth-failed\"} 3" },
};

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct redact *r = redact_new(salt, false);
		char *text;

		assert_true(redact_know(r, "nvr-7.LOCAL"));
		assert_true(redact_know(r, "aaa"));
		text = redact_text(r, texts[i].text, strlen(texts[i].text));
		assert_non_null(text);
		shorten(text);
		assert_string_equal(text, texts[i].redacted);
		free(text);
		redact_free(&r);
	}
}

static char *
one(const uint8_t with[REDACT_SALT], bool hosts, const char *text)
{
	struct redact *r = redact_new(with, hosts);
	char *out = redact_text(r, text, strlen(text));

	redact_free(&r);
	return out;
}

static void
test_names(void **state)
{
	static const uint8_t other[REDACT_SALT] = "another";
	char *a = one(salt, false, "10.1.2.3 10.1.2.3 10.1.2.4");
	char *b = one(other, false, "10.1.2.3 10.1.2.3 10.1.2.4");
	char *c = one(salt, true, "10.1.2.3 rtsp://u:p@h.example/ a@b.c");

	(void)state;
	/* The same host is the same, here; another one is not, nor elsewhere.
	 */
	assert_memory_equal(a, a + 14, 13);
	assert_memory_not_equal(a, a + 28, 13);
	assert_memory_not_equal(a, b, 13);
	shorten(c);
	assert_string_equal(c, "10.1.2.3 rtsp://***@h.example/ M");
	free(a);
	free(b);
	free(c);
}

static void
test_urls(void **state)
{
	static const struct {
		const char *url, *redacted;
	} urls[] = {
		{ "rtsp://10.1.2.3:554/Streaming/Channels/102",
		    "rtsp://10.1.2.3:554/Streaming/Channels/102" },
		{ "rtsp://h/user=admin_password=x_channel=1_stream=0",
		    "rtsp://h/user=***" },
		{ "http://h/v?session=a9f&channel=3&subtype=12345",
		    "http://h/v?session=***&channel=3&subtype=***" },
		{ "file:///srv/a.mp4", "file:///srv/a.mp4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		char *text = redact_url(urls[i].url);

		assert_string_equal(text, urls[i].redacted);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
