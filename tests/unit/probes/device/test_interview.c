/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device's answers, question by question: what is asked next, how it is
 * signed, where it goes, and what is told in the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/address.h"
#include "probes/device/proto/interview.h"
#include "probes/device/xml.h"

#define OUR_US (1763883930ll * 1000000) /* 2025-11-23T07:45:30Z */

static struct interview v;
static struct interview_question q;

static void
begin(bool login, bool basic_ok)
{
	const struct interview_config config = { .login = login,
		.basic_ok = basic_ok };
	struct device_result known = { .port = 8080 };

	assert_true(address_parse("10.0.0.5", &known.address));
	interview_begin(&v, &config, &known, "");
}

/* The next question is that one, at that URL (NULL: any), signed so. */
static void
asks(enum onvif_what what, const char *url, enum device_login login)
{
	if (!interview_ask(&v, &q))
		fail_msg("over: %d, %s", v.result.state, v.result.detail);
	if (q.what != what)
		fail_msg("asks %s", onvif_name(q.what));
	if (url != NULL)
		assert_string_equal(q.url, url);
	assert_int_equal(q.login, login);
}

static void
over(enum device_state state, const char *word)
{
	if (interview_ask(&v, &q))
		fail_msg("goes on with %s", onvif_name(q.what));
	if (v.result.state != state || strstr(v.result.detail, word) == NULL)
		fail_msg("%d, %s", v.result.state, v.result.detail);
}

static struct interview_answer
of_http(unsigned status)
{
	struct interview_answer a = { .came = CAME_ANSWER,
		.status = status,
		.utc_us = OUR_US };

	snprintf(a.why, sizeof(a.why), "it is no XML");
	return a;
}

static void
hear(unsigned status, const char *body)
{
	struct interview_answer a = of_http(status);
	char *text = NULL, why[XML_WHY_BYTES];
	struct tree *t = NULL;

	if (body != NULL) {
		assert_true(asprintf(&text,
				"<e:Envelope xmlns:e=\"e\"><e:Header/><e:Body>"
				"%s</e:Body></e:Envelope>",
				body) > 0);
		t = xml_read((uint8_t *)text, strlen(text), why);
		if (t == NULL)
			fail_msg("%s", why);
	}
	a.tree = t;
	interview_hear(&v, &a);
	tree_free(&t);
	free(text);
}

static void
hear_challenge(bool digest, bool basic)
{
	struct interview_answer a = of_http(401);

	a.offers_digest = digest;
	a.offers_basic = basic;
	interview_hear(&v, &a);
}

static void
hear_nothing(enum interview_came came)
{
	struct interview_answer a = { .came = came, .why = "why not" };

	interview_hear(&v, &a);
}

#define NOT_AUTHORIZED                                                         \
	"<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>"     \
	"ter:NotAuthorized</e:Value></e:Subcode></e:Code><e:Reason><e:Text>"   \
	"no</e:Text></e:Reason></e:Fault>"
#define OLD_NOT_AUTHORIZED                                                     \
	"<e:Fault><faultcode>e:Client</faultcode><faultstring>Sender not "     \
	"Authorized</faultstring></e:Fault>"
#define NOT_SUPPORTED                                                          \
	"<e:Fault><e:Code><e:Value>e:Receiver</e:Value><e:Subcode><e:Value>"   \
	"ter:ActionNotSupported</e:Value></e:Subcode></e:Code></e:Fault>"
/* 2025-11-23T07:46:00 */
#define CLOCK                                                                  \
	"<GetSystemDateAndTimeResponse><SystemDateAndTime><UTCDateTime><Time>" \
	"<Hour>7</Hour><Minute>46</Minute><Second>0</Second></Time><Date>"     \
	"<Year>2025</Year><Month>11</Month><Day>23</Day></Date></UTCDateTime>" \
	"</SystemDateAndTime></GetSystemDateAndTimeResponse>"
#define SERVICE(space, url)                                                    \
	"<Service><Namespace>http://www.onvif.org/" space                      \
	"/media/wsdl</Namespace><XAddr>" url "</XAddr></Service>"
#define SERVICES(media, media2)                                                \
	"<GetServicesResponse>" SERVICE("ver10", media)                        \
	    SERVICE("ver20", media2) "</GetServicesResponse>"
#define IDENTITY                                                               \
	"<GetDeviceInformationResponse><Manufacturer>M</Manufacturer>"         \
	"<Model>X1</Model></GetDeviceInformationResponse>"
#define PROFILES                                                               \
	"<GetProfilesResponse><Profiles token=\"a&lt;\"><Name>main</Name>"     \
	"<VideoSourceConfiguration><SourceToken>s</SourceToken>"               \
	"</VideoSourceConfiguration><VideoEncoderConfiguration>"               \
	"<Encoding>H264</Encoding><Resolution><Width>1920</Width>"             \
	"<Height>1080</Height></Resolution></VideoEncoderConfiguration>"       \
	"<PTZConfiguration/></Profiles><Profiles token=\"b\"><Configurations>" \
	"<VideoEncoder><Resolution><Width>99999999</Width><Height>-1</Height>" \
	"</Resolution></VideoEncoder></Configurations></Profiles>"             \
	"<Profiles token=\"sound\"/></GetProfilesResponse>"
#define URI(url)                                                               \
	"<GetStreamUriResponse><MediaUri><Uri>" url                            \
	"</Uri></MediaUri></GetStreamUriResponse>"

#define SERVICE_URL "http://10.0.0.5:8080/onvif/device_service"

/* All goes well, with HTTP Digest. */
static void
well(void **state)
{
	(void)state;
	begin(true, false);
	asks(ONVIF_CLOCK, SERVICE_URL, DEVICE_LOGIN_NONE);
	hear(200, CLOCK);
	asks(ONVIF_SERVICES, SERVICE_URL, DEVICE_LOGIN_NONE);
	hear(200, SERVICES("http://10.0.0.5:8080/m", ""));
	asks(ONVIF_IDENTITY, SERVICE_URL, DEVICE_LOGIN_NONE);
	hear_challenge(true, true);
	asks(ONVIF_IDENTITY, SERVICE_URL, DEVICE_LOGIN_DIGEST);
	hear(200, IDENTITY);
	asks(ONVIF_PROFILES, "http://10.0.0.5:8080/m", DEVICE_LOGIN_DIGEST);
	hear(200, PROFILES);
	asks(ONVIF_URI, NULL, DEVICE_LOGIN_DIGEST);
	assert_non_null(strstr(q.body, ">a&lt;<"));
	hear(200, URI("rtsp://u:p@10.0.0.5:554/x?a=1&amp;b=2"));
	asks(ONVIF_URI, NULL, DEVICE_LOGIN_DIGEST);
	hear(200, URI("rtsp://192.168.1.64/y"));
	over(DEVICE_WELL, "");
	assert_true(v.result.clock_known);
	/* It told the whole second that it was. */
	assert_int_equal(v.result.clock_offset_us, 30500000);
	assert_string_equal(v.result.manufacturer, "M");
	assert_int_equal(v.result.stream_count, 2);
	assert_string_equal(v.streams[0].url, "rtsp://10.0.0.5/x?a=1&b=2");
	assert_true(v.streams[0].had_login && v.streams[0].ptz);
	assert_int_equal(v.streams[0].width, 1920);
	assert_string_equal(v.streams[0].source, "s");
	assert_string_equal(v.streams[1].url, "rtsp://10.0.0.5/y");
	assert_string_equal(v.streams[1].said_host, "192.168.1.64");
	assert_int_equal(v.streams[1].width, 0);
	assert_int_equal(v.streams[1].height, 0);
}

/* What wants a token says so by a fault; services elsewhere are asked here;
 * Media2 comes first. */
static void
token_and_inner(void **state)
{
	(void)state;
	begin(true, false);
	hear(200, CLOCK);
	hear(200, SERVICES("http://192.168.1.64/m", "http://127.0.0.1:9/m2?x"));
	assert_string_equal(v.result.said_host, "192.168.1.64");
	asks(ONVIF_IDENTITY, NULL, DEVICE_LOGIN_NONE);
	hear(500, OLD_NOT_AUTHORIZED);
	asks(ONVIF_IDENTITY, SERVICE_URL, DEVICE_LOGIN_TOKEN);
	assert_int_equal(q.clock_offset_us, 30500000);
	hear(500, NOT_SUPPORTED);
	asks(ONVIF_PROFILES2, "http://10.0.0.5:8080/m2?x", DEVICE_LOGIN_TOKEN);
	hear(400, NOT_SUPPORTED);
	asks(ONVIF_PROFILES, "http://10.0.0.5:8080/m", DEVICE_LOGIN_TOKEN);
	hear(200, PROFILES);
	hear(200, URI("rtsp://10.0.0.5/x"));
	hear(400, NOT_AUTHORIZED);
	over(DEVICE_WELL, "");
	assert_string_equal(v.streams[1].detail, "this user may not");
}

/* Some name their services without a host. */
static void
relative(void **state)
{
	static const char *const said[][2] = {
		{ "/m", "http://10.0.0.5:8080/m" },
		{ "onvif/m?x=1", "http://10.0.0.5:8080/onvif/m?x=1" },
		{ "http:///m", "http://10.0.0.5:8080/m" },
	};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		char text[300];

		begin(false, false);
		hear(200, CLOCK);
		snprintf(text, sizeof(text), SERVICES("%s", ""), said[i][0]);
		hear(200, text);
		assert_string_equal(v.result.said_host, "");
		hear(200, IDENTITY);
		asks(ONVIF_PROFILES, said[i][1], DEVICE_LOGIN_NONE);
	}
}

/* It is followed to another place of its own, once, and nowhere else. */
static void
sent_on(void **state)
{
	static const char *const refused[] = { "http://10.0.0.6/x",
		"file:///etc/passwd", "/x", "http://10.0.0.5:8080", "" };
	struct interview_answer a = of_http(307);

	(void)state;
	begin(false, false);
	a.elsewhere = "https://10.0.0.5/onvif/x";
	interview_hear(&v, &a);
	asks(ONVIF_CLOCK, "https://10.0.0.5:443/onvif/x", DEVICE_LOGIN_NONE);
	interview_hear(&v, &a);
	over(DEVICE_BROKEN, "");
	for (unsigned i = 0; i < 5; i++) {
		begin(false, false);
		v.place.secure = i >= 3;
		a.elsewhere = i < 4 ? refused[i] : NULL;
		interview_hear(&v, &a);
		over(DEVICE_BROKEN, "");
	}
}

/* A login that is refused is not tried again, whichever it was. */
static void
wrong_once(void **state)
{
	static const struct {
		bool digest, basic, fault;
		enum device_login how;
	} cases[] = {
		{ true, false, false, DEVICE_LOGIN_DIGEST },
		{ false, false, false, DEVICE_LOGIN_TOKEN },
		{ false, false, true, DEVICE_LOGIN_TOKEN },
		{ false, true, false, DEVICE_LOGIN_BASIC },
	};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned early = 0; early < 3; early++) {
			begin(true, true);
			if (early < 2)
				hear(200, CLOCK);
			if (early < 1)
				hear(200, SERVICES("http://10.0.0.5/m", ""));
			if (cases[i].fault)
				hear(400, NOT_AUTHORIZED);
			else
				hear_challenge(cases[i].digest, cases[i].basic);
			assert_true(interview_ask(&v, &q));
			assert_int_equal(q.login, cases[i].how);
			if (cases[i].fault)
				hear(400, NOT_AUTHORIZED);
			else
				hear_challenge(cases[i].digest, cases[i].basic);
			over(DEVICE_LOGIN_WRONG, "tried once");
		}
	}
}

static void
no_login(void **state)
{
	(void)state;
	begin(false, true);
	hear(200, CLOCK);
	hear(200, SERVICES("http://10.0.0.5/m", ""));
	hear_challenge(true, false);
	over(DEVICE_LOGIN_NEEDED, "asks for a login");
	begin(true, false);
	hear(200, CLOCK);
	hear(200, SERVICES("http://10.0.0.5/m", ""));
	hear_challenge(false, true);
	over(DEVICE_LOGIN_NEEDED, "--basic");
}

/* What can be done without is. */
static void
gaps(void **state)
{
	(void)state;
	begin(true, false);
	hear(400, NOT_SUPPORTED);
	asks(ONVIF_SERVICES, NULL, DEVICE_LOGIN_NONE);
	hear(400, NOT_SUPPORTED);
	asks(ONVIF_CAPABILITIES, NULL, DEVICE_LOGIN_NONE);
	hear(200, "<GetCapabilitiesResponse><Capabilities><Media><XAddr>"
		  "http://10.0.0.5:81/m</XAddr></Media></Capabilities>"
		  "</GetCapabilitiesResponse>");
	assert_false(v.result.clock_known);
	hear(200, "<Other/>");
	asks(ONVIF_PROFILES, "http://10.0.0.5:81/m", DEVICE_LOGIN_NONE);
	hear(200, PROFILES);
	hear(200, URI(""));
	hear(200, URI("file:///etc/passwd"));
	over(DEVICE_BROKEN, "none of its profiles");
	assert_non_null(strstr(v.streams[0].detail, "another answer"));
	assert_non_null(strstr(v.streams[1].detail, "no kind"));
	begin(true, false);
	hear(200, CLOCK);
	hear(200, "<GetServicesResponse/>");
	hear(200, "<GetCapabilitiesResponse/>");
	over(DEVICE_BROKEN, "GetCapabilities");
	begin(true, false);
	hear(200, CLOCK);
	hear(200, SERVICES("http://10.0.0.5/m", ""));
	hear(200, IDENTITY);
	hear(200, "<GetProfilesResponse/>");
	over(DEVICE_BROKEN, "no profile");
}

static void
not_there(void **state)
{
	(void)state;
	begin(true, false);
	hear_nothing(CAME_SILENCE);
	over(DEVICE_SILENT, "why not");
	begin(true, false);
	hear_nothing(CAME_NO_CONNECTION);
	over(DEVICE_REFUSED, "why not");
	begin(true, false);
	hear_nothing(CAME_RUBBISH);
	over(DEVICE_BROKEN, "GetSystemDateAndTime: why not");
	begin(true, false);
	hear(404, NULL);
	over(DEVICE_NO_ONVIF, "HTTP 404");
	begin(true, false);
	hear(302, NULL);
	over(DEVICE_BROKEN, "no XML"); /* the edge says where to */
	begin(true, false);
	hear(200, CLOCK);
	interview_end(&v, "late");
	over(DEVICE_BROKEN, "GetServices: late");
	interview_end(&v, "again");
	over(DEVICE_BROKEN, "late");
}

/* One stream that isn't told is no reason to give up, three are. */
static void
silent_streams(void **state)
{
	(void)state;
	begin(true, false);
	hear(200, CLOCK);
	hear(200, SERVICES("http://10.0.0.5/m", ""));
	hear(200, IDENTITY);
	hear(200, PROFILES);
	hear_nothing(CAME_SILENCE);
	asks(ONVIF_URI, NULL, DEVICE_LOGIN_NONE);
	hear(200, URI("rtsp://10.0.0.5/y"));
	over(DEVICE_WELL, "");
	assert_string_equal(v.streams[0].url, "");
	assert_string_equal(v.streams[0].detail, "why not");
}

static void
many_profiles(void **state)
{
	static char text[400000];
	size_t n = 0;

	(void)state;
	n += (size_t)snprintf(text, sizeof(text), "<GetProfilesResponse>");
	for (int i = 0; i < 5000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "<Profiles token=\"%d\"><VideoEncoderConfiguration/>"
		    "</Profiles>",
		    i);
	snprintf(text + n, sizeof(text) - n, "</GetProfilesResponse>");
	begin(true, false);
	hear(200, CLOCK);
	hear(200, SERVICES("http://10.0.0.5/m", ""));
	hear(200, IDENTITY);
	hear(200, text);
	assert_int_equal(v.result.stream_count, DEVICE_STREAMS);
	assert_int_equal(v.result.stream_more, 5000 - DEVICE_STREAMS);
	for (unsigned i = 0; i < INTERVIEW_SILENCES; i++)
		hear_nothing(CAME_SILENCE);
	over(DEVICE_BROKEN, "GetStreamUri: why not");
}

static void
clocks(void **state)
{
	static const char *const wrong[] = { "<Year>2025</Year><Month>13"
					     "</Month><Day>1</Day>",
		"<Year>2025</Year><Month>2</Month><Day>29</Day>",
		"<Year>99999999</Year><Month>1</Month><Day>1</Day>",
		"<Year>x</Year><Month>1</Month><Day>1</Day>", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char text[400];

		snprintf(text, sizeof(text),
		    "<GetSystemDateAndTimeResponse><SystemDateAndTime>"
		    "<UTCDateTime><Time><Hour>1</Hour><Minute>1</Minute>"
		    "<Second>1</Second></Time><Date>%s</Date></UTCDateTime>"
		    "</SystemDateAndTime></GetSystemDateAndTimeResponse>",
		    wrong[i]);
		begin(true, false);
		hear(200, text);
		assert_false(v.result.clock_known);
		assert_int_equal(v.result.clock_offset_us, 0);
		asks(ONVIF_SERVICES, NULL, DEVICE_LOGIN_NONE);
	}
}

static int
init(void **state)
{
	(void)state;
	xml_init();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well),
		cmocka_unit_test(token_and_inner),
		cmocka_unit_test(relative),
		cmocka_unit_test(sent_on),
		cmocka_unit_test(wrong_once),
		cmocka_unit_test(no_login),
		cmocka_unit_test(gaps),
		cmocka_unit_test(not_there),
		cmocka_unit_test(silent_streams),
		cmocka_unit_test(many_profiles),
		cmocka_unit_test(clocks),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
