/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of settings, right and wrong -> lines that tell no stranger a secret.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/config/config_outline.h"

static const struct {
	const char *text, *lines;
} files[] = {
	{ "", "" },
	{ "state_dir: /var/lib/camwarden\nlog_level: info\n",
	    "state_dir: /var/lib/camwarden\nlog_level: info\n" },
	{ "http: {port: 8080, address: 127.0.0.1, names: wall.example.org}\n",
	    "http.port: 8080\nhttp.address: 127.0.0.1\n"
	    "http.names: (16 letters)\n" },
	{ "sampling:\n  interval: 10s\nreport:\n  target: 99.5%\n  at: 06:00\n"
	  "  zone: Europe/Madrid\n",
	    "sampling.interval: 10s\nreport.target: 99.5%\nreport.at: 06:00\n"
	    "report.zone: Europe/Madrid\n" },
	{ "mail:\n  server: smtp://u:pa/ss@mail.example.org:25\n"
	  "  password: 12345\n  password_file: /etc/mail.password\n",
	    "mail.server: smtp://mail.example.org:25\n"
	    "mail.password: (hidden)\n"
	    "mail.password_file: /etc/mail.password\n" },
	{ "alerts:\n  channels:\n    - name: team\n      kind: webhook\n"
	  "      url: https://hooks.example.org/services/T00/B00/XXXX\n"
	  "      headers: [\"Authorization: Bearer abc\", 12]\n",
	    "alerts.channels[0].name: (4 letters)\n"
	    "alerts.channels[0].kind: webhook\n"
	    "alerts.channels[0].url: https://hooks.example.org/...\n"
	    "alerts.channels[0].headers[0]: (25 letters)\n"
	    "alerts.channels[0].headers[1]: 12\n" },
	/* A key that is none may be what was meant to be a value. */
	{ "My Secret!: 1\nkind: my secret\nzone: \"a\\nb\"\n",
	    "(10 letters): 1\nkind: my secret\nzone: (3 letters)\n" },
	{ "a: &x 1\nb: *x\n", "a: 1\nb: (an alias)\n" },
	{ "a: 1\nb: [", "a: 1\n" },
	{ "a: \"1\\0secret\"\n", "a: (8 letters)\n" },
	{ "- 1\n- [2, {a: 3}]\n", "[0]: 1\n[1][0]: 2\n[1][1].a: 3\n" },
};

static void
test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *lines =
		    config_outline_of(files[i].text, strlen(files[i].text));

		assert_string_equal(lines, files[i].lines);
		free(lines);
	}
}

/* Deeper than is kept: nothing is said of it, and what follows is right. */
static void
test_deep(void **state)
{
	char text[256] = "a: ", *lines;

	(void)state;
	for (int i = 0; i < 40; i++)
		strcat(text, "[");
	for (int i = 0; i < 40; i++)
		strcat(text, "]");
	strcat(text, "\nb: 2\n");
	lines = config_outline_of(text, strlen(text));
	assert_string_equal(lines, "b: 2\n");
	free(lines);
	assert_null(config_outline_file("/nonexistent"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
