/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any words (a camera's name, a reason) in the header of a mail and in a syslog
 * message: whatever they are, they stay within their own line. */
#include "monitor/courier/mail_text.h"
#include "tests/fuzz/fuzz.h"

/* Header lines: all printable ASCII, each beginning "Name: " or with a blank
 * (folded), none too long. */
static void
check(const char *out)
{
	const char *end;

	assert(*out == '\0' || strncmp(out, "Name: ", 6) == 0);
	for (const char *line = out; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		assert(end != NULL && end - line <= 998);
		assert(line == out || *line == ' ');
		for (const char *c = line; c < end; c++)
			assert(*c >= ' ' && *c <= '~');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), out[2048] = "", small[120] = "";
	struct syslog_line l = { MAIL_TEXT_ALERT, size > 0 ? data[0] : 0u,
		1790000000123456, text, text, text };
	int64_t moment = 0;
	size_t n;

	mail_text_header(out, sizeof(out), "Name", text);
	check(out);
	mail_text_header(small, sizeof(small), "Name", text);
	check(small);
	n = mail_text_syslog(out, sizeof(out), &l);
	assert(n < sizeof(out) && strlen(out) == n);
	for (size_t i = 0; i < n; i++)
		assert((unsigned char)out[i] >= ' ' && out[i] != 0x7f);
	if (size >= sizeof(moment))
		memcpy(&moment, data, sizeof(moment));
	mail_text_date(out, sizeof(out), moment);
	mail_text_stamp(out, sizeof(out), moment);
	free(text);
	return 0;
}
