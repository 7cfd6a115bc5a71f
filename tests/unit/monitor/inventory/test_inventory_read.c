/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/hex.h"
#include "monitor/inventory/inventory.h"

static struct inventory *
read_text(enum inventory_kind kind, const char *csv, size_t n,
    struct inventory_mistakes *m)
{
	struct inventory *inv = inventory_new();

	assert_non_null(inv);
	memset(m, 0, sizeof(*m));
	bool well = inventory_read(inv, kind, "f.csv", csv, n, m);

	assert_int_equal(well, m->count == 0);
	return inv;
}

/* One feed, however the file is written. */
static const struct form {
	const char *what, *csv;
} forms[] = {
	{ "comma", "site,name,url\nA/B,Z\xc3\xbcrich,rtsp://h/1\n" },
	{ "no newline at the end",
	    "site,name,url\nA/B,Z\xc3\xbcrich,rtsp://h/1" },
	{ "CRLF", "site,name,url\r\nA/B,Z\xc3\xbcrich,rtsp://h/1\r\n" },
	{ "CR", "site,name,url\rA/B,Z\xc3\xbcrich,rtsp://h/1\r" },
	{ "semicolon", "site;name;url\nA/B;Z\xc3\xbcrich;rtsp://h/1\n" },
	{ "tab", "site\tname\turl\nA/B\tZ\xc3\xbcrich\trtsp://h/1\n" },
	{ "sep=", "sep=;\r\nsite;name;url\r\nA/B;Z\xc3\xbcrich;rtsp://h/1" },
	{ "BOM", "\xef\xbb\xbfsite,name,url\nA/B,Z\xc3\xbcrich,rtsp://h/1\n" },
	{ "Latin-1", "site,name,url\nA/B,Z\xfcrich,rtsp://h/1\n" },
	{ "quotes", "\"site\",\"name\",\"url\"\n\"A/B\" , \"Z\xc3\xbcrich\" ,"
		    "\"rtsp://h/1\"\n" },
	{ "other order, case, blanks",
	    " URL , Name,SITE\nrtsp://h/1, Z\xc3\xbcrich , A / B \n" },
	{ "empty rows",
	    "\n\nsite,name,url\n,,\n\nA/B,Z\xc3\xbcrich,rtsp://h/1\n" },
	{ "aliases", "path,camera,stream\nA/B,Z\xc3\xbcrich,rtsp://h/1" },
};

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct inventory_mistakes m;
		size_t n = strlen(forms[i].csv);
		struct inventory *inv;

		inv = read_text(INVENTORY_FEEDS, forms[i].csv, n, &m);
		if (m.count > 0 || inv->feed_count != 1)
			fail_msg("%s: %zu feeds, %s", forms[i].what,
			    inv->feed_count, m.text);
		assert_string_equal(inv->feeds[0].site, "A/B");
		assert_string_equal(inv->feeds[0].name, "Z\xc3\xbcrich");
		assert_string_equal(inv->feeds[0].url, "rtsp://h/1");
		assert_string_equal(inv->feeds[0].device, "h");
		inventory_mistakes_fini(&m);
		inventory_free(&inv);
	}
}

static void
test_all_columns(void **state)
{
	static const char csv[] =
	    "uuid,site,name,device,url,user,password,transport,visit,"
	    "no-picture,criticality,tags,enabled,PTZ,dark hours\n"
	    "6FA459EA-EE8A-4CA4-894E-DB77E160355E,N,c1,nvr,rtsp://h/1,u,"
	    "\"p,\"\"w\",UDP,20s/10m,Yes,5,\"b a,a\",off,yes,"
	    "\"22:00-5:00, 0:30-01:00\"\n"
	    ",N,,,rtsp://q:r%40@h/2,,,,,,,,,,\n"
	    ",N,x,,rtsp://h/3,,,tcp,visit=90/1h,0,1,,1,0,no\n";
	struct inventory_mistakes m;
	struct inventory *inv =
	    read_text(INVENTORY_FEEDS, csv, sizeof(csv) - 1, &m);
	char uuid[37];

	(void)state;
	if (m.count > 0)
		fail_msg("%s", m.text);
	const struct inventory_feed *f = inv->feeds;

	uuid_print(f->uuid, uuid);
	assert_string_equal(uuid, "6fa459ea-ee8a-4ca4-894e-db77e160355e");
	assert_string_equal(f->device, "nvr");
	assert_int_equal(f->transport, 2);
	assert_int_equal(f->visit_s, 20);
	assert_int_equal(f->visit_every_s, 600);
	assert_true(f->no_picture);
	assert_int_equal(f->criticality, 5);
	assert_string_equal(f->tags, "a,b");
	assert_false(f->enabled);
	assert_true(f->ptz);
	assert_string_equal(f->dark_hours, "00:30-01:00 22:00-05:00");
	f++;
	assert_false(f->ptz);
	assert_string_equal(f->dark_hours, "");
	assert_string_equal(f->name, "h/2");
	assert_string_equal(f->url, "rtsp://h/2");
	assert_int_equal(f->criticality, 3);
	assert_true(f->enabled);
	f++;
	assert_int_equal(f->visit_every_s, 3600);
	assert_int_equal(f->transport, 1);
	assert_int_equal(inv->device_count, 2);
	assert_string_equal(inv->devices[0].name, "h");
	assert_string_equal(inv->devices[0].user, "q");
	assert_string_equal(inv->devices[0].password, "r@");
	assert_string_equal(inv->devices[1].password, "p,\"w");
	inventory_free(&inv);
}

/* Every mistake: in which file, line and column, and that all are said. */
static const struct wrong {
	enum inventory_kind kind;
	const char *csv, *says; /* the whole text, or a part of it */
	size_t count;
} wrongs[] = {
	{ INVENTORY_FEEDS, "", "f.csv:1:1: the file is empty", 1 },
	{ INVENTORY_FEEDS, "site,name\nA,b\n", "f.csv:1:1: no column url", 1 },
	{ INVENTORY_FEEDS, "url,colour,url\nx,y,z\n",
	    "f.csv:1:5: unknown column \"colour\", expected one of uuid, site,"
	    " name, device, url, sub_url, address, port, vendor, channel,"
	    " streams, user, password, transport, visit, no_picture,"
	    " criticality, tags, enabled, ptz, dark_hours, relay, sessions,"
	    " quirks, source_line\n"
	    "f.csv:1:12: column url stands here a second time",
	    2 },
	{ INVENTORY_FEEDS, "site,url\nA,rtsp://h/1,x\n",
	    "f.csv:2:14: 3 cells, expected 2 as in the first row", 1 },
	{ INVENTORY_FEEDS, "site,url\nA,\"rtsp://h/1\n",
	    "f.csv:2:3: a quote opens here and never closes", 1 },
	{ INVENTORY_FEEDS, "site,url\nA,\"rtsp://h/1\" x\n",
	    "f.csv:2:3: text follows the closing quote", 1 },
	{ INVENTORY_FEEDS, "site,url\nA,rtsp://h/a b\n",
	    "f.csv:2:13: a URL holds no blanks", 1 },
	{ INVENTORY_FEEDS, "site,url\n\xc3\x84\xc3\x84,ftp://h\n",
	    "f.csv:2:4: unknown scheme", 1 },
	{ INVENTORY_FEEDS,
	    "url,visit\nrtsp://h/1,often\n,\n"
	    "rtsp://h/2,9s/5s\nrtsp://h/3,5s/48h\nrtsp://h/4,10s\n",
	    "f.csv:2:12: not a visit, expected held, or STAY/EVERY", 4 },
	{ INVENTORY_FEEDS,
	    "url,transport,no_picture,criticality,enabled,uuid\n"
	    "rtsp://h/1,carrier pigeon,perhaps,9,z,123\n",
	    "f.csv:2:12: unknown transport, expected auto, tcp, udp or http\n"
	    "f.csv:2:27: not a yes or no, expected yes or no\n"
	    "f.csv:2:35: not a criticality, expected 1 (low) to 5 (vital)\n"
	    "f.csv:2:37: not a yes or no, expected yes or no\n"
	    "f.csv:2:39: not a UUID",
	    5 },
	{ INVENTORY_FEEDS,
	    "site,name,url\nA,b,rtsp://h/1\nA,b,rtsp://h/2\n"
	    "A,c,rtsp://h/1\n",
	    "f.csv:3:1: the same site and name as in line 2, expected each "
	    "once\nf.csv:4:1: the same device and url as in line 2",
	    2 },
	{ INVENTORY_FEEDS,
	    "uuid,url\n"
	    "6fa459ea-ee8a-4ca4-894e-db77e160355e,rtsp://h/1\n"
	    "6fa459ea-ee8a-4ca4-894e-db77e160355e,rtsp://h/2\n",
	    "f.csv:3:1: the same uuid as in line 2", 1 },
	{ INVENTORY_FEEDS,
	    "url,sessions\nrtsp://h/1,2\nrtsp://h/2,\nrtsp://h/3,4\n",
	    "f.csv:4:1: device h has other sessions or quirks than in line 2",
	    1 },
	{ INVENTORY_FEEDS, "url\nrtsp://a:b@h/1\nrtsp://a:c@h/2\n",
	    "f.csv:3:1: device h has other credentials than in line 2", 1 },
	{ INVENTORY_FEEDS, "url,user\nrtsp://a:b@h/1,c\n",
	    "the url holds other credentials than the columns", 1 },
	{ INVENTORY_FEEDS, "site,url\nA//B,rtsp://h/1\n",
	    "f.csv:2:1: a site's path has an empty part", 1 },
	{ INVENTORY_FEEDS, "name,url\na\x01,rtsp://h/1\n",
	    "f.csv:2:1: control characters or line breaks", 1 },
	{ INVENTORY_FEEDS, "name,password,url\na,\"b\nc\",rtsp://h/1\n",
	    "f.csv:2:4: control characters or line breaks", 1 },
	{ INVENTORY_FEEDS, "name,url,,\na,rtsp://h/1,,x\n",
	    "f.csv:2:15: there is no heading above this cell", 1 },
	{ INVENTORY_FEEDS, "name,address\na,10.0.0.1\n",
	    "f.csv:2:3: an address without a url", 1 },
	{ INVENTORY_FEEDS, "address,vendor\n10.0.0.1,Acme\n",
	    "f.csv:2:10: no pattern of URLs is known of this maker", 1 },
	{ INVENTORY_FEEDS, "address,vendor\n10.0.0.1,XMeye\n",
	    "f.csv:2:10: no url can be made for xiongmai", 1 },
	{ INVENTORY_FEEDS, "address,vendor,port\n10.0.0.1,axis,80\n",
	    "f.csv:2:15: the port of a page", 1 },
	{ INVENTORY_FEEDS, "address,vendor,channel\n10.0.0.1,axis,2\n",
	    "f.csv:2:15: this maker's pattern of URLs has no channels", 1 },
	{ INVENTORY_FEEDS, "address,vendor,channel\na b,axis,\nh,axis,all\n",
	    "f.csv:2:1: not an address", 2 },
	{ INVENTORY_FEEDS, "url,streams\nrtsp://h/1,third\n",
	    "f.csv:2:12: not which stream", 1 },
	{ INVENTORY_FEEDS, "Camera,Place\na,b\nIP,Camera\n10.0.0.1,c\n",
	    "f.csv:4:1: an address without a url", 1 },
	{ INVENTORY_FEEDS, "Camera list\nName,Site,Colour\na,b,c\n",
	    "f.csv:2:11: unknown column \"Colour\"", 2 },
	{ INVENTORY_FEEDS, "address,vendor,port\n10.0.0.1,axis,8,5\n",
	    "f.csv:2:17: 4 cells, expected 3", 1 },
	{ INVENTORY_FEEDS, "address;vendor;port\n10.0.0.1;axis;85,54\n",
	    "f.csv:2:15: not a port", 1 },
	{ INVENTORY_FEEDS, "name,url\nTotals,\nTower,\n",
	    "f.csv:3:1: the url is missing", 1 },
	{ INVENTORY_FEEDS, "url,name\rrtsp://h/1,\"a\rb\"\rx,y\r",
	    "f.csv:4:1: not a URL", 1 },
	{ INVENTORY_FEEDS, "PK\x03\x04",
	    "f.csv: this is a workbook or an archive (xlsx, ods, zip), "
	    "expected it saved as CSV",
	    1 },
	{ INVENTORY_FEEDS, "<table><tr><td>url</td></tr></table>",
	    "f.csv: this is a page or XML", 1 },
	{ INVENTORY_SITES, "site,zone\nA,Not a zone\n",
	    "f.csv:2:3: not a time zone, expected one like", 1 },
	{ INVENTORY_SITES, "site,target\nA,100.1\n",
	    "f.csv:2:3: not a target, expected a percentage", 1 },
	{ INVENTORY_SITES, "site,target\nA,0\nB,99.\nC,9x\nD,1.00001\n",
	    "f.csv:2:3: not a target", 4 },
	{ INVENTORY_SITES, "site\nA\nB\nA\n",
	    "f.csv:4:1: the same site as in line 2", 1 },
	{ INVENTORY_SITES, "zone\nUTC\n", "f.csv:1:1: no column site", 1 },
	{ INVENTORY_DEVICES, "device,sessions,quirks,address\nd,-1,odd,a/b\n",
	    "f.csv:2:3: not a number of sessions, expected 0 (no limit) to "
	    "10000\nf.csv:2:6: unknown quirk, expected setup-all, no-range, "
	    "basic-ok, tls-verify or single-session\nf.csv:2:10: not an "
	    "address",
	    3 },
	{ INVENTORY_SITES, "site,ceiling\nA,20\nB,Mbit\nC,1.2.3M\nD,5Gbit\n",
	    "f.csv:2:3: not a ceiling, expected a rate like 20Mbit", 4 },
	{ INVENTORY_FEEDS,
	    "url,relay\nrtsp://a/1,rtsp://u:p@b/1\nrtsp://a/2,file:///x\n",
	    "f.csv:2:12: a relay's URL holds a host and no password", 2 },
	{ INVENTORY_DEVICES, "device\nd\nd\n", "the same device as in line 2",
	    1 },
};

static void
test_wrongs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const struct wrong *w = &wrongs[i];
		struct inventory_mistakes m;
		struct inventory *inv =
		    read_text(w->kind, w->csv, strlen(w->csv), &m);

		if (m.count != w->count || m.text == NULL ||
		    strstr(m.text, w->says) == NULL)
			fail_msg("%s\nmissing in %zu mistakes:\n%s", w->says,
			    m.count, m.text != NULL ? m.text : "none");
		inventory_mistakes_fini(&m);
		inventory_free(&inv);
	}
}

/* No mistake ever shows a password. */
static void
test_no_secret_told(void **state)
{
	static const char csv[] =
	    "url,password,colour\nrtsp://a:hunter2@h:x/1,hunter2,1\n";
	/* no headings at all, but a camera that is called so */
	static const char values[] = "Camera,10.0.0.1,user,hunter2\n";
	static const char two[] =
	    "url,user,password\n"
	    "rtsp://a:hunter2@h:x/1,a,hunter2\nrtsp://a:hunter2@h/2,a,"
	    "hunter3\nrtsp://a:hunter2@h/3,,\n";
	struct inventory_mistakes m;
	struct inventory *inv;

	(void)state;
	inv = read_text(INVENTORY_FEEDS, csv, sizeof(csv) - 1, &m);
	assert_null(strstr(m.text, "hunter"));
	inventory_mistakes_fini(&m);
	inventory_free(&inv);
	inv = read_text(INVENTORY_FEEDS, values, sizeof(values) - 1, &m);
	assert_null(strstr(m.text, "hunter"));
	inventory_mistakes_fini(&m);
	inventory_free(&inv);
	inv = read_text(INVENTORY_FEEDS, two, sizeof(two) - 1, &m);
	assert_true(m.count >= 2);
	assert_null(strstr(m.text, "hunter"));
	inventory_mistakes_fini(&m);
	inventory_free(&inv);
}

static void
test_many_mistakes(void **state)
{
	char *csv = malloc(500 * 8 + 16), *p = csv;
	struct inventory_mistakes m;

	(void)state;
	p += sprintf(p, "url\n");
	for (int i = 0; i < 500; i++)
		p += sprintf(p, "x%d\n", i);
	struct inventory *inv =
	    read_text(INVENTORY_FEEDS, csv, (size_t)(p - csv), &m);

	assert_int_equal(m.count, 500);
	size_t lines = 0;

	for (const char *q = m.text; *q != '\0'; q++)
		lines += *q == '\n';
	assert_int_equal(lines, 200);
	inventory_mistakes_fini(&m);
	inventory_free(&inv);
	free(csv);
}

/* Any beginning of a file is read without harm, and to the same end however
 * often. */
static void
test_every_prefix(void **state)
{
	static const char csv[] =
	    "\xef\xbb\xbfsite;\"na\"\"me\";url\r\n\"A\";'=b;rtsp://u:p@h/1\r\n"
	    "A;\"c\nd\";rtsp://[::1]:5/\xff\n";

	(void)state;
	for (size_t n = 0; n < sizeof(csv); n++)
		for (int kind = 0; kind < 3; kind++) {
			char *exact = malloc(n > 0 ? n : 1);
			struct inventory_mistakes m;

			memcpy(exact, csv, n); /* so that ASan sees the end */
			struct inventory *inv =
			    read_text((enum inventory_kind)kind, exact, n, &m);

			inventory_mistakes_fini(&m);
			inventory_free(&inv);
			free(exact);
		}
}

static void
test_round_trip(void **state)
{
	static const char *const csv[3] = {
		"site,zone,contact,target,ceiling\nA,UTC,'=cmd(),99.95,\n"
		"A/B,America/Tijuana,"
		"\"Call, \"\"Ana\"\"\",,512 kbit/s\n"
		"A/C,,,\"98,5 %\",\"1,5 Gbit\"\n",
		"device,address,sessions,quirks,user,password\n"
		"d1,10.0.0.1,3,basic-ok setup-all,u,'-p\nd2,h,0,,,\n",
		"uuid,site,name,device,url,transport,visit,no_picture,"
		"criticality,tags,enabled,ptz,dark_hours,relay\n"
		"6fa459ea-ee8a-4ca4-894e-db77e160355e,A/B,'=1+1,d1,"
		"rtsp://h/1,udp,30s/300s,yes,1,\"x,y\",no,yes,"
		"01:00-02:00 21:30-05:00,rtsp://10.0.0.6:8554/a\n"
		",,\" s \",d1,rtsp://h/2,auto,held,no,3,,yes,no,,\n",
	};

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct inventory_mistakes m;
		struct inventory *a = read_text((enum inventory_kind)kind,
		    csv[kind], strlen(csv[kind]), &m);

		if (m.count > 0)
			fail_msg("%s", m.text);
		char *one = inventory_write(a, (enum inventory_kind)kind, true);
		struct inventory *b =
		    read_text((enum inventory_kind)kind, one, strlen(one), &m);

		if (m.count > 0)
			fail_msg("%s\n%s", m.text, one);
		char *two = inventory_write(b, (enum inventory_kind)kind, true);

		assert_string_equal(one, two);
		inventory_free(&a);
		inventory_free(&b);
		free(one);
		free(two);
	}
}

static void
test_quote(void **state)
{
	static const char *const pairs[][2] = { { "plain", "plain" },
		{ "a,b", "\"a,b\"" }, { "a\"b", "\"a\"\"b\"" }, { "=1", "'=1" },
		{ "-x", "'-x" }, { "'@x", "''@x" }, { "'tis", "'tis" },
		{ "'007", "''007" }, { "007", "007" }, { "+a,b", "\"'+a,b\"" },
		{ " a", "\" a\"" }, { "", "" } };
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t n = inventory_quote(pairs[i][0], out, sizeof(out));

		assert_string_equal(out, pairs[i][1]);
		assert_int_equal(n, strlen(out));
		assert_int_equal(inventory_quote(pairs[i][0], out, 3), n);
		assert_true(strlen(out) < 3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_all_columns),
		cmocka_unit_test(test_wrongs),
		cmocka_unit_test(test_no_secret_told),
		cmocka_unit_test(test_many_mistakes),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
