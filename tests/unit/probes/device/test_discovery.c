/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to a search, as devices and others give them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/address.h"
#include "probes/device/proto/discovery.h"
#include "probes/device/xml.h"

static const uint8_t ours[2][16] = {
	{ 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x43, 0x33, 0x84, 0x44, 0x55,
	    0x55, 0x66, 0x66, 0x77, 0x77 },
	{ 0xaa },
};
#define OURS "11111111-2222-4333-8444-555566667777"

static enum discovery_kind
answer(const char *relates, const char *types, const char *scopes,
    const char *xaddrs, struct discovery_match *m)
{
	char text[4096], why[XML_WHY_BYTES];
	struct wire_address from;
	enum discovery_kind kind;
	struct tree *t;

	assert_true(address_parse("10.0.0.246", &from));
	snprintf(text, sizeof(text),
	    "\n  <?xml version=\"1.0\"?><S:Envelope xmlns:S=\"s\"><S:Header>"
	    "<w:MessageID xmlns:w=\"w\">uuid:x</w:MessageID>%s</S:Header>"
	    "<S:Body><d:ProbeMatches xmlns:d=\"d\"><d:ProbeMatch>"
	    "<d:Types>%s</d:Types><d:Scopes>%s</d:Scopes><d:XAddrs>%s"
	    "</d:XAddrs></d:ProbeMatch></d:ProbeMatches></S:Body></S:Envelope>",
	    relates, types, scopes, xaddrs);
	t = xml_read((uint8_t *)text, strlen(text), why);
	if (t == NULL)
		fail_msg("%s", why);
	kind = discovery_answer(t, &from, ours, 2, m);
	tree_free(&t);
	return kind;
}

#define RELATES(x) "<w:RelatesTo xmlns:w=\"w\">" x "</w:RelatesTo>"
#define AT "http://10.0.0.246/onvif/device_service"

static void
matches(void **state)
{
	struct discovery_match m;

	(void)state;
	/* Link-local first, as some have it; names percent-encoded. */
	assert_int_equal(answer(RELATES("urn:uuid:" OURS),
			     "dn:NetworkVideoTransmitter",
			     "onvif://www.onvif.org/hardware/M1034-W "
			     "onvif://www.onvif.org/name/AXIS%20M1034-W "
			     "onvif://www.onvif.org/name/second "
			     "onvif://www.onvif.org/location/a%0ab%zz",
			     "http://169.254.180.212/onvif/device_service " AT,
			     &m),
	    DISCOVERY_MATCH);
	assert_string_equal(m.name, "AXIS M1034-W");
	assert_string_equal(m.hardware, "M1034-W");
	assert_string_equal(m.location, "a?b%zz");
	assert_string_equal(m.place.host, "10.0.0.246");
	assert_string_equal(m.place.path, "/onvif/device_service");
	assert_int_equal(m.place.port, 80);
	assert_string_equal(m.said_host, "");
	/* Others' addresses alone: its path, at its own address. */
	assert_int_equal(answer(RELATES("uuid:" OURS), "tds:Device", "",
			     "https://192.168.1.64:8443/x http://b/c", &m),
	    DISCOVERY_MATCH);
	assert_string_equal(m.said_host, "192.168.1.64");
	assert_string_equal(m.place.path, "/x");
	assert_int_equal(m.place.port, 8443);
	assert_true(m.place.secure);
	/* None: the usual place. */
	assert_int_equal(answer(RELATES(OURS), "", "", "file:///x", &m),
	    DISCOVERY_MATCH);
	assert_string_equal(m.place.path, PLACE_USUAL_PATH);
	assert_int_equal(m.place.port, 80);
	assert_int_equal(answer("", "a:Device b:C", "", AT, &m),
	    DISCOVERY_MATCH);
}

static void
others(void **state)
{
	struct discovery_match m;

	(void)state;
	assert_int_equal(answer(RELATES("urn:uuid:" OURS), "wprt:Printer", "",
			     AT, &m),
	    DISCOVERY_OTHER);
	assert_int_equal(answer(RELATES("urn:uuid:11111111-2222-4333-8444-"
					"555566667778"),
			     "dn:NetworkVideoTransmitter", "", AT, &m),
	    DISCOVERY_STRAY);
	assert_int_equal(answer(RELATES("x"), "tds:Device", "", AT, &m),
	    DISCOVERY_STRAY);
}

static void
asked(void **state)
{
	char text[2048], why[XML_WHY_BYTES];
	struct tree *t;
	const struct tree_node *root;

	(void)state;
	for (unsigned i = 0; i < DISCOVERY_QUESTIONS; i++) {
		size_t n = discovery_question(i, ours[0], text, sizeof(text));

		assert_int_equal(n, strlen(text));
		assert_true(n < 1400); /* in one packet */
		t = xml_read((uint8_t *)text, n, why);
		assert_non_null(t);
		root = tree_root(t);
		assert_string_equal(tree_text_at(root, "Header/MessageID"),
		    "urn:uuid:" OURS);
		assert_string_equal(tree_text_at(root, "Body/Probe/Types"),
		    i == 0 ? "t:NetworkVideoTransmitter" : "t:Device");
		/* A question is no answer. */
		struct discovery_match m;
		struct wire_address from;

		assert_true(address_parse("10.0.0.1", &from));
		assert_int_equal(discovery_answer(t, &from, ours, 2, &m),
		    DISCOVERY_STRAY);
		tree_free(&t);
	}
	assert_int_equal(discovery_question(0, ours[0], text, 100), 0);
}

static void
nearby(void **state)
{
	static const struct {
		const char *address;
		bool near;
	} cases[] = {
		{ "10.200.3.4", true },
		{ "172.16.0.1", true },
		{ "172.32.0.1", false },
		{ "192.168.255.1", true },
		{ "169.254.3.3", true },
		{ "100.64.0.9", true },
		{ "198.51.100.77", true }, /* our own network */
		{ "198.51.101.77", false },
		{ "8.8.8.8", false },
		{ "127.0.0.1", false },
		{ "fe80::1", true },
		{ "fd12::1", true },
		{ "2001:db8::1", false },
	};
	struct device_interface own = { .prefix = 24 };
	struct wire_address a;

	(void)state;
	assert_true(address_parse("198.51.100.1", &own.address));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(address_parse(cases[i].address, &a));
		if (discovery_nearby(&a, &own, 1) != cases[i].near)
			fail_msg("%s", cases[i].address);
	}
	own.prefix = 0;
	assert_true(address_parse("8.8.8.8", &a));
	assert_false(discovery_nearby(&a, &own, 1));
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
		cmocka_unit_test(matches),
		cmocka_unit_test(others),
		cmocka_unit_test(asked),
		cmocka_unit_test(nearby),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
