/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digest answers against the examples of the RFCs, with the real hashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/stream/hash.h"

static struct digest_challenge *
challenge(const char *text, bool basic)
{
	struct digest_challenge *c = NULL;

	digest_challenge_add(span_of(text), basic, &c);
	return c;
}

static void
answer(struct digest_challenge *c, const struct digest_request *r, char *out,
    size_t size)
{
	assert_non_null(c);
	assert_true(digest_write(c, r, hash_digest, out, size) > 0);
	free(c);
}

/* RFC 2069-style (no qop), computed by hand with md5sum. */
static void
test_md5_plain(void **state)
{
	char out[1024];
	struct digest_request r = { .method = "DESCRIBE",
		.uri = "rtsp://h/a",
		.user = "user",
		.password = "pass",
		.nc = 1 };

	(void)state;
	answer(challenge("Digest realm=\"r\", nonce=\"n\"", false), &r, out,
	    sizeof(out));
	/* md5("md5(user:r:pass):n:md5(DESCRIBE:rtsp://h/a)") */
	assert_non_null(
	    strstr(out, "response=\"1d4c017417d24a04f4afea847288cf66\""));
	assert_null(strstr(out, "algorithm"));
	assert_null(strstr(out, "qop"));
}

/* RFC 7616 s3.9.1, its cnonce replaced by ours (8 hex digits). */
static void
test_qop(void **state)
{
	char out[1024];
	struct digest_request r = { .method = "GET",
		.uri = "/dir/index.html",
		.user = "Mufasa",
		.password = "Circle of Life",
		.nc = 1,
		.cnonce = 0x0a4f113b };
	const char *head = "Digest realm=\"http-auth@example.org\", "
			   "qop=\"auth, auth-int\", algorithm=";
	const char *tail = ", nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiT"
			   "o0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAF"
			   "RtzCUYo5tdS\"";
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "%sMD5%s", head, tail);
	answer(challenge(text, false), &r, out, sizeof(out));
	assert_non_null(
	    strstr(out, "response=\"6f8499a90f2b27bcee5b094580c69aae\""));
	assert_non_null(strstr(out, "algorithm=MD5"));
	assert_non_null(strstr(out, "qop=auth, nc=00000001, "
				    "cnonce=\"0a4f113b\""));
	assert_non_null(strstr(out, "opaque=\"FQhe"));
	snprintf(text, sizeof(text), "%s\"SHA-256\"%s", head, tail);
	answer(challenge(text, false), &r, out, sizeof(out));
	assert_non_null(strstr(out, "response="
				    "\"dfd7723f4b179285f90101503175f2079a1505ea"
				    "c857d92a48146b37eded4d74\""));
	assert_non_null(strstr(out, "algorithm=SHA-256"));
	r.no_qop = true;
	answer(challenge(text, false), &r, out, sizeof(out));
	assert_null(strstr(out, "qop"));
	r.no_qop = false;
	snprintf(text, sizeof(text), "%smd5-sess%s", head, tail);
	answer(challenge(text, false), &r, out, sizeof(out));
	assert_non_null(
	    strstr(out, "response=\"1325270a4f4f4bac3152e76655b5bc6b\""));
}

static void
test_basic(void **state)
{
	char out[1024];
	struct digest_request r = { .user = "Aladdin",
		.password = "open sesame" };

	(void)state;
	answer(challenge("Basic realm=\"x\"", true), &r, out, sizeof(out));
	/* RFC 7617 s2 */
	assert_string_equal(out,
	    "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n");
	r.password = "open sesam";
	answer(challenge("Basic realm=\"x\"", true), &r, out, sizeof(out));
	assert_string_equal(out,
	    "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2Ft\r\n");
	assert_null(challenge("Basic realm=\"x\"", false));
}

static int
load(void **state)
{
	(void)state;
	return hash_load() ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_md5_plain),
		cmocka_unit_test(test_qop),
		cmocka_unit_test(test_basic),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
