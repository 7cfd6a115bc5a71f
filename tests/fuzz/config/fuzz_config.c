/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a configuration file: no crash, and either settings or faults;
 * what may be told of it holds no control letters.
 */
#include "monitor/config/config.h"
#include "monitor/config/config_outline.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config_faults faults;
	struct monitor_config config;

	if (config_parse(data, size, &config, &faults) !=
	    (faults.count == 0 && faults.more == 0))
		__builtin_trap();
	char *lines = config_outline_of(data, size);

	for (const char *p = lines; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < ' ' && *p != '\n')
			__builtin_trap();
	free(lines);
	return 0;
}
