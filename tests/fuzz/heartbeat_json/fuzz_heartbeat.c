/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a heartbeat and as an answer: refused with a sentence, or
 * written again and read back the same. */
#include "common/heartbeat_json.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct heartbeat one, again;
	static struct heartbeat_answer answer;
	char fault[HEARTBEAT_FAULT_BYTES];

	heartbeat_answer_read((const char *)data, size, &answer, fault);
	if (!heartbeat_read((const char *)data, size, &one, fault)) {
		assert(fault[0] != '\0');
		return 0;
	}
	char *json = heartbeat_write(&one);

	if (fuzz_short()) {
		free(json);
		return 0;
	}
	assert(json != NULL);
	assert(heartbeat_read(json, strlen(json), &again, fault));
	assert(memcmp(&one, &again, sizeof(one)) == 0);
	free(json);
	return 0;
}
