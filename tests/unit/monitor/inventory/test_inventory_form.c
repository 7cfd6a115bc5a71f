/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists as others have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/inventory/headings.h"
#include "monitor/inventory/inventory_form.h"
#include "monitor/inventory/vendor_urls.h"

struct heard {
	struct inventory *inv;
	struct inventory_mistakes notes, mistakes;
};

static struct heard
hear(enum inventory_kind kind, struct inventory_form form, const void *bytes,
    size_t n)
{
	struct heard h = { .inv = inventory_new() };
	char *exact = malloc(n > 0 ? n : 1); /* so that ASan sees the end */

	assert_non_null(h.inv);
	memcpy(exact, bytes, n);
	form.file = "f.csv";
	form.notes = &h.notes;
	bool well =
	    inventory_read_as(h.inv, kind, &form, exact, n, &h.mistakes);

	assert_int_equal(well, h.mistakes.count == 0);
	free(exact);
	return h;
}

static struct heard
hear_well(struct inventory_form form, const char *csv)
{
	struct heard h = hear(INVENTORY_FEEDS, form, csv, strlen(csv));

	if (h.mistakes.count > 0)
		fail_msg("%s\n%s", csv, h.mistakes.text);
	return h;
}

static void
forget(struct heard *h)
{
	inventory_free(&h->inv);
	inventory_mistakes_fini(&h->notes);
	inventory_mistakes_fini(&h->mistakes);
}

/* --- encodings */

static const struct {
	const char *what;
	const char *bytes;
	size_t n;
	const char *name; /* NULL: mistake says why */
	const char *says; /* a note or a mistake; NULL: none */
} encodings[] = {
#define BYTES(s) s, sizeof(s) - 1
	{ "UTF-8", BYTES("name,url\nZ\xc3\xbcrich,rtsp://h/1\n"),
	    "Z\xc3\xbcrich", NULL },
	{ "UTF-8, marked",
	    BYTES("\xef\xbb\xbfname,url\nZ\xc3\xbcrich,rtsp://h/1"),
	    "Z\xc3\xbcrich", NULL },
	{ "Latin-1", BYTES("name,url\nZ\xfcrich,rtsp://h/1\n"), "Z\xc3\xbcrich",
	    "f.csv: nothing says how letters are written; taken as "
	    "Windows-1252 (Latin-1)\n" },
	{ "Windows-1252", BYTES("name,url\n\x80 \x8a,rtsp://h/1\n"),
	    "\xe2\x82\xac \xc5\xa0", "Windows-1252" },
	{ "UTF-16, little-endian, marked",
	    BYTES("\xff\xfeu\0r\0l\0\n\0r\0t\0s\0p\0:\0/\0/\0h\0/\0001\0"),
	    "h/1", NULL },
	{ "UTF-16, big-endian, marked",
	    BYTES("\xfe\xff\0u\0r\0l\0\n\0r\0t\0s\0p\0:\0/\0/\0h\0/\0001"),
	    "h/1", NULL },
	{ "UTF-16 without a mark",
	    BYTES("u\0r\0l\0\n\0r\0t\0s\0p\0:\0/\0/\0h\0/\0001\0"), "h/1",
	    "taken as UTF-16" },
	{ "UTF-16 without a mark, of letters that have no zeros",
	    BYTES("n\0a\0m\0e\0;\0u\0r\0l\0\n\0\x17\x53\xac\x4e\x00\x4e;"
		  "\0r\0t\0s\0p"
		  "\0:\0/\0/\0h\0/\0001\0"),
	    "\xe5\x8c\x97\xe4\xba\xac\xe4\xb8\x80", "taken as UTF-16" },
	{ "UTF-16 without a mark, cut",
	    BYTES("u\0r\0l\0\n\0r\0t\0s\0p\0:\0/\0/\0h"), NULL,
	    "f.csv:2:8: no letter of UTF-16" },
	{ "UTF-16 with a letter beyond 16 bits",
	    BYTES(
		"\xff\xfen\0a\0m\0e\0,\0u\0r\0l\0\n\0\x3d\xd8\x00\xde,\0r\0t\0s"
		"\0p\0:\0/\0/\0h\0"),
	    "\xf0\x9f\x98\x80", NULL },
	{ "half a letter of UTF-16", BYTES("\xff\xfeu\0r\0l\0\n\0\x3d\xd8x\0"),
	    NULL, "f.csv:2:1: no letter of UTF-16 stands here" },
	{ "an odd byte of UTF-16", BYTES("\xff\xfeu\0r\0l\0\n\0x\0y"), NULL,
	    "f.csv:2:2: no letter of UTF-16" },
	{ "UTF-8 that breaks off",
	    BYTES("name,url\nZ\xc3\xbcrich "
		  "\xc3\xa4,rtsp://h/1\nB\xff,rtsp://h/2"),
	    NULL,
	    "f.csv:3:2: byte 0xff is no UTF-8, as the rest of the file is" },
	{ "marked, but not UTF-8",
	    BYTES("\xef\xbb\xbfname,url\nZ\xfc,rtsp://h"), NULL,
	    "f.csv:2:2: byte 0xfc is no UTF-8" },
	{ "no letter of any", BYTES("name,url\n\xfc\x81,rtsp://h/1\n"), NULL,
	    "f.csv:2:2: byte 0x81 is no letter of UTF-8 or of Windows-1252" },
	{ "a zero byte", BYTES("name,url\nx\0y,rtsp://h/1\n"), NULL,
	    "f.csv:2:2: the file holds a zero byte" },
	{ "a zero byte in Latin-1", BYTES("name,url\n\xfcx\0,rtsp://h/1\n"),
	    NULL, "a zero byte" },
#undef BYTES
};

static void
test_encodings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		struct heard h =
		    hear(INVENTORY_FEEDS, (struct inventory_form){ 0 },
			encodings[i].bytes, encodings[i].n);
		const char *text =
		    encodings[i].name != NULL ? h.notes.text : h.mistakes.text;

		if (encodings[i].name != NULL &&
		    (h.inv->feed_count != 1 ||
			strcmp(h.inv->feeds[0].name, encodings[i].name) != 0))
			fail_msg("%s: %s", encodings[i].what,
			    h.mistakes.count > 0 ? h.mistakes.text : "name");
		if (encodings[i].says == NULL)
			assert_int_equal(h.notes.count, 0);
		else if (text == NULL ||
			 strstr(text, encodings[i].says) == NULL)
			fail_msg("%s: '%s' is missing in %s", encodings[i].what,
			    encodings[i].says, text != NULL ? text : "nothing");
		forget(&h);
	}
}

/* --- spreadsheets */

static void
test_excel(void **state)
{
	static const char csv[] =
	    "\"SEP=;\"\r\n"
	    "Cameras, all of them;;;\r\n"
	    "\r\n"
	    "Nr;C\xc3\xa1mara;Direcci\xc3\xb3n IP;Marca;Contrase\xc3\xb1"
	    "a;Usuario;Prioridad;Sede;;\r\n"
	    "=\"0012\";\"Tor\r\n 3;\"\"x\"\"\";10.1.2.3;hikvision;'0012;ana;"
	    "cr\xc3\xadtica;Norte\r\n"
	    "\"=\"\"0013\"\"\";=\"Puerta \"\"4\"\"\";10.1.2.4:8554;"
	    "Dahua IPC-HFW1230;;;;Norte;;\r\n";
	struct inventory_form form = { .ignore = "NR, other" };
	struct heard h = hear_well(form, csv);

	(void)state;
	assert_int_equal(h.inv->feed_count, 2);
	assert_string_equal(h.inv->feeds[0].name, "Tor 3;\"x\"");
	assert_string_equal(h.inv->feeds[0].url,
	    "rtsp://10.1.2.3/Streaming/Channels/102");
	assert_int_equal(h.inv->feeds[0].criticality, 5);
	assert_string_equal(h.inv->feeds[0].site, "Norte");
	assert_int_equal(h.inv->feeds[0].line, 5);
	assert_string_equal(h.inv->devices[0].user, "ana");
	assert_string_equal(h.inv->devices[0].password, "0012");
	assert_string_equal(h.inv->feeds[1].name, "Puerta \"4\"");
	assert_string_equal(h.inv->feeds[1].url,
	    "rtsp://10.1.2.4:8554/cam/realmonitor?channel=1&subtype=1");
	assert_int_equal(h.inv->feeds[1].line, 7);
	assert_non_null(strstr(h.notes.text,
	    "f.csv:2:1: what stands above the row that names the columns is "
	    "left out\nf.csv:4:1: column \"Nr\" is left out\n"
	    "f.csv:4:4: \"C\xc3\xa1mara\" is taken as name\n"));
	forget(&h);
}

static const struct {
	enum inventory_kind kind;
	const char *heading, *column; /* NULL: nobody's */
} headings[] = {
	{ INVENTORY_FEEDS, "IP address", "address" },
	{ INVENTORY_FEEDS, "Direcci\xc3\xb3n IP", "address" },
	{ INVENTORY_FEEDS, "DIRECCI\xc3\x93N_IP", "address" },
	{ INVENTORY_FEEDS, "IP-Adresse", "address" },
	{ INVENTORY_FEEDS, "Standort", "site" },
	{ INVENTORY_FEEDS, "Ubicaci\xc3\xb3n", "site" },
	{ INVENTORY_FEEDS, "C\xc3\xa1mara", "name" },
	{ INVENTORY_FEEDS, "Camera name", "name" },
	{ INVENTORY_FEEDS, "Ger\xc3\xa4t", "device" },
	{ INVENTORY_FEEDS, "RTSP URL", "url" },
	{ INVENTORY_FEEDS, "Sub-Stream", "suburl" },
	{ INVENTORY_FEEDS,
	    "Contrase\xc3\xb1"
	    "a",
	    "password" },
	{ INVENTORY_FEEDS, "Kennwort", "password" },
	{ INVENTORY_FEEDS, "Benutzername", "user" },
	{ INVENTORY_FEEDS, "Hersteller", "vendor" },
	{ INVENTORY_FEEDS, "no picture", "nopicture" },
	{ INVENTORY_FEEDS, "IP address (static)", "address" },
	{ INVENTORY_FEEDS, "RTSP URL (sub)", "suburl" },
	{ INVENTORY_FEEDS, "RTSP URL [main]", "url" },
	{ INVENTORY_FEEDS, "Mot de passe *", "password" },
	{ INVENTORY_FEEDS, "Endere\xc3\xa7o IP", "address" },
	{ INVENTORY_FEEDS, "Priorit\xc3\xa0", "criticality" },
	{ INVENTORY_FEEDS, "(spare)", NULL },
	{ INVENTORY_FEEDS, "time zone", NULL },
	{ INVENTORY_SITES, "Time zone", "zone" },
	{ INVENTORY_DEVICES, "Name", "device" },
	{ INVENTORY_FEEDS, "ID", NULL },
	{ INVENTORY_FEEDS, "", NULL },
	{ INVENTORY_FEEDS, " ", NULL },
};

static void
test_headings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		const char *got =
		    heading_find(headings[i].kind, headings[i].heading);

		if (headings[i].column == NULL
			? got != NULL
			: got == NULL || strcmp(got, headings[i].column) != 0)
			fail_msg("%s: %s", headings[i].heading,
			    got != NULL ? got : "none");
	}
}

#define NBSP "\xc2\xa0"

/* What spreadsheets and pages make of a list. */
static void
test_made_of_it(void **state)
{
	struct heard h = hear_well((struct inventory_form){ 0 },
	    "Camera;All cameras;Site;;\r"
	    "Network;;;;\r"
	    "Name;IP;Vendor;Channel;Port;Priority;Password;Visit;;\r"
	    "\"Tor" NBSP "1\";" NBSP "010.001.002.003\xe2\x80\x8b;hikvision;CH "
	    "2.0;8.554;3,0;1.23457E+11;n/a\r"
	    "'-;10.1.2.4;hikvision;1;8'554;4;-;-\r"
	    "TOR 1;10.1.2.5;hikvision;none;\xe2\x80\x94;;;\r"
	    ";;;;;;;\r"
	    "Total cameras:;3;;;;;;\r");
	const struct inventory_feed *f = h.inv->feeds;

	(void)state;
	assert_int_equal(h.inv->feed_count, 3);
	assert_string_equal(f[0].name, "Tor 1");
	assert_string_equal(f[0].url,
	    "rtsp://10.1.2.3:8554/Streaming/Channels/202");
	assert_int_equal(f[0].criticality, 3);
	assert_string_equal(f[1].name, "-");
	assert_string_equal(f[1].url,
	    "rtsp://10.1.2.4:8554/Streaming/Channels/102");
	assert_string_equal(h.inv->devices[1].password, "-");
	assert_string_equal(f[2].url, "rtsp://10.1.2.5/Streaming/Channels/102");
	assert_string_equal(h.notes.text,
	    "f.csv:1:1: what stands above the row that names the columns is "
	    "left out\n"
	    "f.csv:3:6: \"IP\" is taken as address\n"
	    "f.csv:3:29: \"Priority\" is taken as criticality\n"
	    "f.csv:4:54: this password looks like a number that a spreadsheet "
	    "has rounded\n"
	    "f.csv:8:1: a row of totals is left out\n"
	    "f.csv: 4 cells hold a dash, \"n/a\" or the like, and are taken as "
	    "empty\n"
	    "f.csv: 1 addresses have zeros before their numbers, which are "
	    "taken off: 010.001.002.003 is 10.1.2.3\n"
	    "f.csv:4:1: feed \"Tor 1\" is not \"TOR 1\" of line 6\n");
	forget(&h);
}

/* Headings in any language are what somebody says they are. */
static void
test_columns(void **state)
{
	static const char csv[] = "\xd0\x98\xd0\xbc\xd1\x8f;Adr.;\xe2\x84\x96\n"
				  "a;rtsp://h/1;7\n";
	struct inventory_form form = {
		.columns = "\xd0\x98\xd0\xbc\xd1\x8f=name,adr=url",
		.ignore = "\xe2\x84\x96"
	};
	struct heard h = hear_well(form, csv);

	(void)state;
	assert_string_equal(h.inv->feeds[0].name, "a");
	assert_string_equal(h.inv->feeds[0].url, "rtsp://h/1");
	forget(&h);
	for (int i = 0; i < 3; i++) {
		form.columns = i == 0	? "a=name,b=no"
			       : i == 1 ? "name"
					: "=url";
		h = hear(INVENTORY_FEEDS, form, csv, sizeof(csv) - 1);
		assert_non_null(strstr(h.mistakes.text,
		    "says no column, expected THEIRS=OURS"));
		forget(&h);
	}
}

/* The same but for case: two, and that is said. */
static void
test_look_alike(void **state)
{
	struct heard h = hear_well((struct inventory_form){ 0 },
	    "site,name,device,url\nS\xc3\xbc"
	    "d,a,NVR,rtsp://h/1\nS\xc3\x9c"
	    "D,a,nvr,rtsp://h/2\nNord,A,n,rtsp://h/3\nNord,B,n,rtsp://h/4\n");

	(void)state;
	assert_string_equal(h.notes.text,
	    "f.csv:2:1: site \"S\xc3\xbc"
	    "d\" is not \"S\xc3\x9c"
	    "D\" of line 3\nf.csv:3:1: device \"nvr\" is not \"NVR\" of line "
	    "2\n");
	forget(&h);
}

/* A title, nothing, then the columns: separators are looked for where they
 * are. */
static void
test_titles(void **state)
{
	struct heard h = hear_well((struct inventory_form){ 0 },
	    "Kameraliste, Stand 3\r\n\r\n\r\nKamera;RTSP-Adresse\r\n"
	    "a;rtsp://h/1\r\n");

	(void)state;
	assert_int_equal(h.inv->feed_count, 1);
	assert_int_equal(h.inv->feeds[0].line, 5);
	forget(&h);
}

/* --- makers */

static const struct {
	const char *vendor; /* as lists say it */
	uint32_t channel;
	const char *main, *sub; /* NULL: has none */
} urls[] = {
	{ "LTS", 3, "rtsp://h/Streaming/Channels/301",
	    "rtsp://h/Streaming/Channels/302" },
	{ "HIKVISION DS-2CD", 1, "rtsp://h/Streaming/Channels/101",
	    "rtsp://h/Streaming/Channels/102" },
	{ "Hikvision-old", 2, "rtsp://h/h264/ch2/main/av_stream",
	    "rtsp://h/h264/ch2/sub/av_stream" },
	{ "Amcrest IP8M", 1, "rtsp://h/cam/realmonitor?channel=1&subtype=0",
	    "rtsp://h/cam/realmonitor?channel=1&subtype=1" },
	{ "AXIS M3045", 1, "rtsp://h/axis-media/media.amp?videocodec=h264",
	    "rtsp://h/axis-media/"
	    "media.amp?videocodec=h264&resolution=640x360&fps=5" },
	{ "Wisenet", 1, "rtsp://h/profile2/media.smp",
	    "rtsp://h/profile3/media.smp" },
	{ "Hanwha NVR", 5, "rtsp://h/LiveChannel/4/media.smp/profile=2", NULL },
	{ "UNV", 2, "rtsp://h/unicast/c2/s0/live",
	    "rtsp://h/unicast/c2/s1/live" },
	{ "uniview old", 1, "rtsp://h/media/video1", "rtsp://h/media/video2" },
	{ "Bosch", 2, "rtsp://h/rtsp_tunnel?h26x=4&line=2&inst=1",
	    "rtsp://h/rtsp_tunnel?h26x=4&line=2&inst=2" },
	{ "Reolink", 7, "rtsp://h/h264Preview_07_main",
	    "rtsp://h/h264Preview_07_sub" },
	{ "TP-Link Tapo", 1, "rtsp://h/stream1", "rtsp://h/stream2" },
	{ "VIVOTEK", 1, "rtsp://h/live1s1.sdp", "rtsp://h/live1s2.sdp" },
	{ "Panasonic i-PRO", 1, "rtsp://h/MediaInput/h264/stream_1",
	    "rtsp://h/MediaInput/h264/stream_2" },
	{ "milesight", 1, "rtsp://h/main", "rtsp://h/sub" },
	{ "Avycon", 1, "rtsp://h/profile1", "rtsp://h/profile2" },
	{ "Foscam", 1, "rtsp://h/videoMain", "rtsp://h/videoSub" },
	{ "CamHi", 1, "rtsp://h/11", "rtsp://h/12" },
	{ "Avigilon", 1, "rtsp://h/defaultPrimary?streamType=u", NULL },
	{ "UniFi Protect", 1, NULL, NULL },
	{ "XMeye", 1, NULL, NULL },
};

/* Each row of the table is one here, and none holds a credential. */
static void
test_vendors(void **state)
{
	bool met[64] = { false };
	char out[LIMIT_URL_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		const struct vendor_url *v = vendor_find(urls[i].vendor);
		struct vendor_ask ask = { "h", 0, urls[i].channel, false };
		struct inventory_url u;
		size_t at;

		if (v == NULL)
			fail_msg("%s", urls[i].vendor);
		met[v - vendor_urls] = true;
		for (int sub = 0; sub < 2; sub++) {
			const char *want = sub ? urls[i].sub : urls[i].main;

			ask.sub = sub;
			bool has = vendor_url_print(v, &ask, out, sizeof(out));

			assert_int_equal(has, want != NULL);
			if (!has)
				continue;
			assert_string_equal(out, want);
			assert_null(inventory_url_parse(out, &u, &at));
			assert_false(u.has_credentials);
			assert_null(strstr(out, "assword"));
		}
	}
	for (unsigned i = 0; i < vendor_urls_count; i++)
		if (!met[i])
			fail_msg("%s has no test", vendor_urls[i].vendor);
	assert_null(vendor_find("Acme"));
	assert_null(vendor_find(""));
	assert_false(vendor_url_print(vendor_find("axis"),
	    &(struct vendor_ask){ "h", 8554, 1, false }, out, 20));
}

/* --- streams */

/* The login in one stream's URL is not for the other one's host. */
static void
test_two_hosts(void **state)
{
	struct inventory_form form = { 0 };
	struct heard h = hear_well(form,
	    "name,url,sub_url\nGate,rtsp://u:p@cam/1,rtsp://relay/1\n"
	    "Yard,rtsp://v:q@cam2/1,rtsp://relay/2\n");
	const struct inventory_device *d = inventory_device_of(h.inv, "relay");

	(void)state;
	assert_int_equal(h.inv->feed_count, 4);
	assert_non_null(d);
	assert_string_equal(d->password, "");
	assert_int_equal(d->given & INVENTORY_PASSWORD, 0);
	d = inventory_device_of(h.inv, "cam");
	assert_string_equal(d->password, "p");
	d = inventory_device_of(h.inv, "cam2");
	assert_string_equal(d->password, "q");
	forget(&h);
}

static void
test_two_streams(void **state)
{
	static const char csv[] =
	    "name,url,sub_url\nGate,rtsp://u:p@h/1,rtsp://u:p@h/2\n"
	    "Yard,rtsp://g/1,\nDock,,rtsp://f/2\n";
	static const char own[] = "name,url,sub_url,streams\n"
				  "Gate,rtsp://h/1,rtsp://h/2,Sub\n";
	struct inventory_form form = { 0 };
	struct heard h = hear_well(form, csv);
	const struct inventory_feed *f = h.inv->feeds;

	(void)state;
	assert_int_equal(h.inv->feed_count, 4);
	assert_string_equal(f[0].name, "Gate");
	assert_string_equal(f[0].url, "rtsp://h/2");
	assert_int_equal(f[0].visit_every_s, 0);
	assert_string_equal(f[1].name, "Gate (main)");
	assert_string_equal(f[1].url, "rtsp://h/1");
	assert_int_equal(f[1].visit_s, 20);
	assert_int_equal(f[1].visit_every_s, 1800);
	assert_string_equal(f[2].url, "rtsp://g/1");
	assert_string_equal(f[3].url, "rtsp://f/2");
	assert_non_null(strstr(h.notes.text, "1 cameras have two streams"));
	forget(&h);
	form.streams = INVENTORY_STREAMS_MAIN;
	h = hear_well(form, csv);
	assert_int_equal(h.inv->feed_count, 3);
	assert_string_equal(h.inv->feeds[0].url, "rtsp://h/1");
	forget(&h);
	h = hear_well(form, own); /* what the row says comes first */
	assert_int_equal(h.inv->feed_count, 1);
	assert_string_equal(h.inv->feeds[0].url, "rtsp://h/2");
	forget(&h);
}

static void
test_form(void **state)
{
	struct inventory_form form = { .site = "North / Gate",
		.vendor = "axis",
		.streams = INVENTORY_STREAMS_BOTH,
		.ignore_unknown = true };
	struct heard h = hear_well(form,
	    "name,address,site,colour\na,[fe80::1]:554,,red\n"
	    "b,10.0.0.2,South,blue\nc,rtsp://z/1,,\nd,fe80::2\n");
	const struct inventory_feed *f = h.inv->feeds;

	(void)state;
	assert_int_equal(h.inv->feed_count, 7);
	assert_string_equal(f[0].site, "North/Gate");
	assert_string_equal(f[1].url,
	    "rtsp://[fe80::1]:554/axis-media/media.amp?videocodec=h264");
	assert_string_equal(f[2].site, "South");
	assert_string_equal(f[4].url, "rtsp://z/1");
	assert_string_equal(f[6].url,
	    "rtsp://[fe80::2]/axis-media/media.amp?videocodec=h264");
	assert_non_null(
	    strstr(h.notes.text, "f.csv:1:19: column \"colour\" is left out"));
	forget(&h);
	h = hear(INVENTORY_FEEDS, (struct inventory_form){ .site = "a//b" },
	    "url\n", 4);
	assert_non_null(strstr(h.mistakes.text, "\"a//b\" is no site"));
	forget(&h);
}

/* --- passwords of their own */

static void
test_passwords(void **state)
{
	struct heard cameras = hear_well((struct inventory_form){ 0 },
	    "name,url,device,user,password\n1,rtsp://10.0.0.1/1,nvr,,\n"
	    "2,rtsp://10.0.0.2/1,,,\n3,rtsp://10.0.0.3/1,,,\n"
	    "4,rtsp://10.0.0.4/1,,own,mine\n");
	static const char csv[] =
	    "IP address;Name;User;Password\n;nvr;a;one\n10.0.0.2;;b;two\n"
	    ";*;c;three\n10.9.9.9;;d;four\n";
	struct heard secrets = hear(INVENTORY_DEVICES,
	    (struct inventory_form){ 0 }, csv, sizeof(csv) - 1);
	struct inventory_mistakes notes = { 0 }, mistakes = { 0 };
	const struct inventory_device *d = cameras.inv->devices;

	(void)state;
	assert_int_equal(secrets.mistakes.count, 0);
	assert_true(inventory_take_passwords(cameras.inv, secrets.inv, "p.csv",
	    &notes, &mistakes));
	assert_string_equal(d[0].name, "10.0.0.2");
	assert_string_equal(d[0].password, "two");
	assert_string_equal(d[1].password, "three");
	assert_string_equal(d[2].user, "own");
	assert_string_equal(d[2].password, "mine");
	assert_string_equal(d[3].name, "nvr");
	assert_string_equal(d[3].password, "one");
	assert_string_equal(notes.text,
	    "p.csv:5:1: no camera of the list is at device 10.9.9.9\n");
	assert_null(strstr(notes.text, "four"));
	inventory_mistakes_fini(&notes);
	forget(&secrets);
	secrets = hear(INVENTORY_DEVICES, (struct inventory_form){ 0 },
	    "device,password\n10.0.0.4,hunter\n", 32);
	assert_false(inventory_take_passwords(cameras.inv, secrets.inv, "p.csv",
	    &notes, &mistakes));
	assert_non_null(strstr(mistakes.text,
	    "p.csv:2:1: the list of cameras has other credentials for device "
	    "10.0.0.4"));
	assert_null(strstr(mistakes.text, "hunter"));
	inventory_mistakes_fini(&notes);
	inventory_mistakes_fini(&mistakes);
	forget(&secrets);
	forget(&cameras);
}

/* --- in our own words */

static void
zeros(void *arg, uint8_t out[16])
{
	uint8_t *n = arg;

	memset(out, ++*n, 16);
}

static struct inventory_plan *
plan_of(const struct inventory *now, const struct inventory *wish)
{
	struct inventory_mistakes m = { 0 };
	uint8_t n = 0;
	struct inventory_options opt = { INVENTORY_FEEDS, false, zeros, &n,
		"f" };
	struct inventory_plan *p = inventory_plan_new(now, wish, &opt, &m);

	if (p == NULL)
		fail_msg("%s", m.text);
	return p;
}

/* What a list wishes and what its CSV in our words does is the same: it plans
 * to the same changes, of what is there as of nothing. */
static void
test_given(void **state)
{
	static const char *const lists[] = {
		"url\nrtsp://h/1\n",
		"name,url,user,password\na,rtsp://h/1,u,\"p,;\"\"\"\n"
		",rtsp://u2:p2@g/2,,\n",
		"name,url,sub_url,tags\na,rtsp://h/1,rtsp://h/2,\"x y\"\n"
		"b,rtsp://h/3,,\n",
		"uuid,name,url,visit,enabled,ptz,dark_hours,transport\n"
		"6fa459ea-ee8a-4ca4-894e-db77e160355e,'=a,rtsp://h/1,20s/10m,"
		"no,yes,21:00-05:00,udp\n,,rtsp://h/2,,,,,\n",
	};
	struct heard now = hear_well((struct inventory_form){ 0 },
	    "uuid,site,name,url,visit,ptz,tags,user,password,criticality\n"
	    "11111111-ee8a-4ca4-894e-db77e160355e,N,old,rtsp://h/1,9s/20s,yes,"
	    "t,o,q,5\n"
	    "22222222-ee8a-4ca4-894e-db77e160355e,,b,rtsp://h/3,,,,,,1\n");

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct heard a =
		    hear_well((struct inventory_form){ 0 }, lists[i]);
		char *csv = inventory_write_given(a.inv, INVENTORY_FEEDS);
		struct heard b = hear_well((struct inventory_form){ 0 }, csv);
		struct inventory_plan *x = plan_of(now.inv, a.inv);
		struct inventory_plan *y = plan_of(now.inv, b.inv);

		if (x->count != y->count || x->added != y->added ||
		    x->changed != y->changed)
			fail_msg("%s\n%s", lists[i], csv);
		for (size_t k = 0; k < x->count; k++) {
			char one[512], two[512];

			inventory_change_text(&x->changes[k], one, 512);
			inventory_change_text(&y->changes[k], two, 512);
			assert_string_equal(one, two);
		}
		assert_int_equal(a.inv->feeds[0].line, b.inv->feeds[0].line);
		inventory_plan_free(&x);
		inventory_plan_free(&y);
		free(csv);
		forget(&a);
		forget(&b);
	}
	forget(&now);
}

/* A row's mistake is said of the line in which it stood. */
static void
test_source_line(void **state)
{
	struct heard h = hear(INVENTORY_FEEDS, (struct inventory_form){ 0 },
	    "name,url,source_line\na,rtsp://h/1,70\na,rtsp://h/2,90\n", 53);

	(void)state;
	assert_non_null(strstr(h.mistakes.text,
	    "f.csv:90:1: the same site and name as in line 70"));
	forget(&h);
}

/* Much of everything: bounded, and said. */
static void
test_too_much(void **state)
{
	size_t n = 0, size = 12u << 20;
	char *csv = malloc(size);
	struct heard h;

	(void)state;
	assert_non_null(csv);
	n += (size_t)sprintf(csv, "name,url\n");
	for (unsigned i = 0; i < 400000; i++)
		n += (size_t)sprintf(csv + n, "c%u,rtsp://h/%u\n", i, i);
	h = hear(INVENTORY_FEEDS, (struct inventory_form){ 0 }, csv, n);
	assert_int_equal(h.mistakes.count, 1);
	assert_string_equal(h.mistakes.text,
	    "f.csv:16386:1: too many feeds, expected at most 16384\n");
	forget(&h);
	memset(csv + 14, 'x', 9u << 20);
	h = hear(INVENTORY_FEEDS, (struct inventory_form){ 0 }, csv, 9u << 20);
	assert_non_null(strstr(h.mistakes.text,
	    ": the cell is too long, expected at most 4096 bytes"));
	forget(&h);
	memset(csv + 9, ',', 9u << 20);
	h = hear(INVENTORY_FEEDS, (struct inventory_form){ 0 }, csv, 9u << 20);
	assert_non_null(strstr(h.mistakes.text, ": too many cells"));
	forget(&h);
	free(csv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_excel),
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_made_of_it),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_look_alike),
		cmocka_unit_test(test_headings),
		cmocka_unit_test(test_vendors),
		cmocka_unit_test(test_two_hosts),
		cmocka_unit_test(test_two_streams),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_source_line),
		cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
