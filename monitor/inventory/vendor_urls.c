/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/vendor_urls.h"

#include <stdio.h>
#include <string.h>

#include "monitor/inventory/headings.h"

const struct vendor_url vendor_urls[] = {
	{ "hikvision", " hik lts annke hilook hiwatch ",
	    "/Streaming/Channels/{n}01", "/Streaming/Channels/{n}02", NULL },
	/* firmware before about 2012 */
	{ "hikvision-old", "", "/h264/ch{n}/main/av_stream",
	    "/h264/ch{n}/sub/av_stream", NULL },
	{ "dahua", " amcrest lorex intelbras ",
	    "/cam/realmonitor?channel={n}&subtype=0",
	    "/cam/realmonitor?channel={n}&subtype=1", NULL },
	{ "axis", "", "/axis-media/media.amp?videocodec=h264",
	    "/axis-media/media.amp?videocodec=h264&resolution=640x360&fps=5",
	    NULL },
	{ "hanwha", " wisenet samsung samsungtechwin hanwhavision ",
	    "/profile2/media.smp", "/profile3/media.smp", NULL },
	{ "hanwha-nvr", " wisenetnvr ", "/LiveChannel/{n0}/media.smp/profile=2",
	    NULL, NULL },
	{ "uniview", " unv ", "/unicast/c{n}/s0/live", "/unicast/c{n}/s1/live",
	    NULL },
	{ "uniview-old", "", "/media/video1", "/media/video2", NULL },
	{ "bosch", "", "/rtsp_tunnel?h26x=4&line={n}&inst=1",
	    "/rtsp_tunnel?h26x=4&line={n}&inst=2", NULL },
	{ "reolink", "", "/h264Preview_{nn}_main", "/h264Preview_{nn}_sub",
	    NULL },
	{ "tapo", " tplink tplinktapo vigi ", "/stream1", "/stream2", NULL },
	{ "vivotek", "", "/live1s1.sdp", "/live1s2.sdp", NULL },
	{ "i-pro", " panasonic panasonicipro ", "/MediaInput/h264/stream_1",
	    "/MediaInput/h264/stream_2", NULL },
	{ "milesight", "", "/main", "/sub", NULL },
	{ "tvt", " avycon ", "/profile1", "/profile2", NULL },
	{ "foscam", "", "/videoMain", "/videoSub", NULL },
	{ "camhi", "", "/11", "/12", NULL },
	{ "avigilon", "", "/defaultPrimary?streamType=u", NULL, NULL },
	{ "unifi", " unifiprotect ubiquiti ", NULL, NULL,
	    "each stream has a name of its own there, which Protect shows" },
	{ "xiongmai", " xmeye xm h264dvr ", NULL, NULL,
	    "its URL holds the password in the clear, for everybody who sees "
	    "the feed" },
};
const unsigned vendor_urls_count = sizeof(vendor_urls) / sizeof(vendor_urls[0]);

static const struct vendor_url *
named(const char *text)
{
	for (unsigned i = 0; i < vendor_urls_count; i++)
		if (heading_same(vendor_urls[i].vendor, text) ||
		    heading_among(vendor_urls[i].also, text))
			return &vendor_urls[i];
	return NULL;
}

const struct vendor_url *
vendor_find(const char *text)
{
	const struct vendor_url *v = named(text);
	char first[HEADING_BYTES];
	size_t n = strcspn(text, " ,/(\t");

	if (v != NULL || n == 0 || n >= sizeof(first))
		return v;
	memcpy(first, text, n);
	first[n] = '\0';
	return named(first);
}

bool
vendor_has_channels(const struct vendor_url *v)
{
	return v->main != NULL && strstr(v->main, "{n") != NULL;
}

/* The gap's length, its text printed; 0: none begins here. */
static size_t
gap(const char *p, uint32_t channel, char out[16])
{
	if (strncmp(p, "{n}", 3) == 0)
		snprintf(out, 16, "%u", channel);
	else if (strncmp(p, "{nn}", 4) == 0)
		snprintf(out, 16, "%02u", channel);
	else if (strncmp(p, "{n0}", 4) == 0)
		snprintf(out, 16, "%u", channel - 1);
	else
		return 0;
	return strcspn(p, "}") + 1;
}

bool
vendor_url_print(const struct vendor_url *v, const struct vendor_ask *ask,
    char *out, size_t size)
{
	const char *path = ask->sub ? v->sub : v->main;
	char port[8] = "", text[16];

	if (path == NULL)
		return false;
	if (ask->port != 0)
		snprintf(port, sizeof(port), ":%u", ask->port);
	size_t n = (size_t)snprintf(out, size, "rtsp://%s%s", ask->host, port);

	while (*path != '\0' && n < size) {
		size_t k = gap(path, ask->channel, text);

		n += (size_t)snprintf(out + n, size - n, "%.*s",
		    k > 0 ? (int)sizeof(text) : 1, k > 0 ? text : path);
		path += k > 0 ? k : 1;
	}
	return n < size;
}

void
vendor_names(char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < vendor_urls_count && n < size; i++)
		if (vendor_urls[i].none == NULL)
			n += (size_t)snprintf(out + n, size - n, "%s%s",
			    n > 0 ? ", " : "", vendor_urls[i].vendor);
}
