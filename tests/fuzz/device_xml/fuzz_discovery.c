/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A datagram that answers a search: who is asked for it is its sender. */
#include "common/address.h"
#include "probes/device/proto/discovery.h"
#include "probes/device/xml.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t uuids[2][16] = { { 1 }, { 2 } };
	uint8_t *bytes = fuzz_exact(data, size);
	char why[XML_WHY_BYTES], url[400], text[2048];
	struct discovery_match m;
	struct wire_address from;
	struct tree *t = xml_read(bytes, size, why);

	assert(address_parse("192.0.2.7", &from));
	if (t != NULL &&
	    discovery_answer(t, &from, uuids, 2, &m) == DISCOVERY_MATCH) {
		assert(m.place.port != 0 && m.place.path[0] == '/');
		assert(strnlen(m.name, sizeof(m.name)) < sizeof(m.name));
		assert(m.said_host[0] == '\0' || !place_is(&m.place, &from));
		if (place_url(&m.place, &from, url, sizeof(url)))
			assert(strstr(url, "://192.0.2.7:") != NULL);
	}
	tree_free(&t);
	free(bytes);
	if (size >= 16)
		assert(discovery_question(0, data, text, sizeof(text)) > 0);
	return 0;
}
