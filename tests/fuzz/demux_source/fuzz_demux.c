/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of a container: what libavformat makes of it reaches us
 * as packets and units within their bounds, or as an error. */
#include <sys/mman.h>
#include <unistd.h>

#include "common/unit.h"
#include "probes/demux/media.h"
#include "tests/fuzz/fuzz.h"

#define PACKETS 64

static bool
never(void *arg)
{
	(void)arg;
	return false;
}

static void
take(struct media *m)
{
	struct media_packet p;
	struct media_unit u;
	struct unit_other other;
	struct span all;

	for (unsigned i = 0; i < PACKETS && media_read(m, &p) == 0; i++) {
		assert(p.media_us == tally_time(p.media_us));
		if (!media_unit(m, &u))
			continue;
		assert(u.length > 0 && u.length <= LIMIT_AU_BYTES);
		assert(u.codec > CODEC_NONE && u.codec < CODEC_COUNT);
		all = (struct span){ u.bytes, u.length };
		assert(u.codec != CODEC_OTHER || unit_read_other(all, &other));
		free(u.bytes);
		media_received(m);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", 0);
	struct media_config config = { .url = "",
		.fd = fd,
		.interrupted = never };
	struct media *m = NULL;
	struct tally_stream s;

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	if (media_open(&config, &m) == 0) {
		take(m);
		s = media_stream(m);
		assert(s.codec < CODEC_COUNT && s.width <= LIMIT_SIDE &&
		       s.height <= LIMIT_SIDE);
		media_is_snapshot(m);
		media_is_bursty(m);
	}
	media_close(&m);
	close(fd);
	return 0;
}
