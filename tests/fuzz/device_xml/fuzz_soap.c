/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An answer of a device: whatever it holds, what is read from it is a text of
 * its field's size, a URL of the host that was asked, or nothing. */
#include "common/address.h"
#include "probes/device/proto/onvif.h"
#include "probes/device/proto/place.h"
#include "probes/device/proto/soap.h"
#include "probes/device/xml.h"
#include "tests/fuzz/fuzz.h"

static void
plain(const char *text, size_t size)
{
	assert(strnlen(text, size) < size);
	for (; *text != '\0'; text++)
		assert((unsigned char)*text >= ' ' && *text != 0x7f);
}

static void
look_at_stream(struct device_stream *s, const char *uri)
{
	struct wire_address a;

	plain(s->token, sizeof(s->token));
	plain(s->name, sizeof(s->name));
	plain(s->source, sizeof(s->source));
	plain(s->encoding, sizeof(s->encoding));
	if (uri == NULL)
		return;
	assert(address_parse("192.0.2.7", &a));
	if (place_stream(uri, &a, false, s) == NULL)
		assert(strstr(s->url, "://192.0.2.7") != NULL);
	plain(s->url, sizeof(s->url));
	plain(s->said_host, sizeof(s->said_host));
}

static void
look_at_place(const char *url)
{
	struct wire_address a;
	struct place p;
	char out[400];

	assert(address_parse("192.0.2.7", &a));
	if (!place_parse(url, strlen(url), &p))
		return;
	plain(p.path, sizeof(p.path));
	plain(p.host, sizeof(p.host));
	if (place_url(&p, &a, out, sizeof(out)))
		assert(strstr(out, "://192.0.2.7:") != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct device_stream streams[DEVICE_STREAMS];
	static struct device_result r;
	uint8_t *bytes = fuzz_exact(data, size);
	char why[XML_WHY_BYTES] = "", text[SOAP_FAULT_BYTES];
	struct onvif_services services;
	struct tree *t = xml_read(bytes, size, why);
	const struct tree_node *body = t != NULL ? soap_body(t) : NULL;
	uint32_t count, more;
	int64_t clock;

	assert((t == NULL) == (why[0] != '\0'));
	if (soap_fault(body, text))
		plain(text, sizeof(text));
	soap_fault_login(body);
	if (onvif_clock(body, &clock))
		assert(clock >= -62135596800ll * 1000000);
	if (onvif_services(body, &services) ||
	    onvif_capabilities(body, &services)) {
		look_at_place(services.media);
		look_at_place(services.media2 != NULL ? services.media2 : "");
	}
	if (onvif_identity(body, &r))
		plain(r.model, sizeof(r.model));
	if (onvif_profiles(body, streams, DEVICE_STREAMS, &count, &more))
		for (uint32_t i = 0; i < count; i++)
			look_at_stream(&streams[i], NULL);
	memset(&streams[0], 0, sizeof(streams[0]));
	look_at_stream(&streams[0], onvif_uri(body));
	tree_free(&t);
	free(bytes);
	return 0;
}
