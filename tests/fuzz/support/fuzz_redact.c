/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text, redacted: what follows it is, too, whatever it begins: an address,
 * and who is logged in as in a URL. */
#include "monitor/support/redact.h"
#include "tests/fuzz/fuzz.h"

static void
look(const char *text)
{
	assert(strstr(text, "kanarie:x@") == NULL);
	assert(strstr(text, "10.66.77.88") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t salt[REDACT_SALT];
	static const char tail[] = " 10.66.77.88 rtsp://kanarie:x@h/ ";
	char *text = malloc(size + sizeof(tail)), *out, *url;
	struct redact *r = redact_new(salt, size % 7 == 0);
	bool hosts = size % 7 == 0;

	assert(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\0' || text[i] == '1')
			text[i] = ' ';
	memcpy(text + size, tail, sizeof(tail));
	if (r != NULL && redact_know(r, "h") && redact_know(r, "nvr.local")) {
		out = redact_text(r, text, strlen(text));
		if (out != NULL && !hosts)
			look(out);
		url = redact_url(text);
		free(out);
		free(url);
	}
	redact_free(&r);
	free(text);
	return 0;
}
