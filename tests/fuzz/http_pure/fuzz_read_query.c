/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A number of a query and any query string: what is accepted is in range (the
 * wire takes it), what is not says why. */
#include "monitor/http/read_query.h"
#include "tests/fuzz/fuzz.h"

/* "key=value" lines, each ended by a NUL. */
struct words {
	const char *p, *end;
};

static const char *
word(void *arg, const char *key)
{
	const struct words *w = arg;
	size_t n = strlen(key);

	for (const char *p = w->p; p < w->end; p += strlen(p) + 1)
		if (strncmp(p, key, n) == 0 && p[n] == '=')
			return p + n + 1;
	return NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t wire[8192];
	static struct read_ask ask, back;
	char error[READ_ERROR_BYTES];
	char *text = malloc(size + 2);
	struct words words = { text, text + size };

	if (text == NULL || size == 0) {
		free(text);
		return 0;
	}
	memcpy(text, data + 1, size - 1);
	text[size - 1] = text[size] = '\0';
	if (read_ask_fill(data[0], word, &words, 1774749600000000, &ask,
		error)) {
		struct writer w = writer_of(wire, sizeof(wire));

		web_put_ask(&w, &ask);
		assert(web_get_ask((struct span){ wire, writer_length(&w) },
		    &back));
	} else {
		assert(error[0] != '\0');
	}
	free(text);
	return 0;
}
