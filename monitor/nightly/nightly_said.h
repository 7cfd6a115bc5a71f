/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nightly_said.h: what `camwarden _nightly` prints -> the files it made, or
 * those that are too old. PURE. The process is ours but works on a folder that
 * others may reach: what it says is checked, names may be any bytes.
 */
#ifndef MONITOR_NIGHTLY_NIGHTLY_SAID_H
#define MONITOR_NIGHTLY_NIGHTLY_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NIGHTLY_FILES 8	   /* of one report */
#define NIGHTLY_OLD 64	   /* told in one go */
#define NIGHTLY_NAME 64	   /* bytes of a file's name, with its end */
#define NIGHTLY_TEXT 40000 /* bytes of the text for the mail */

struct nightly_file {
	char name[NIGHTLY_NAME]; /* without folder */
	uint64_t size;
	uint8_t sha256[32];
};

/* A report's own names: report-DATE with an ending, no others are touched. */
bool nightly_is_name(const char *name);

/* _nightly make:
 *   subject TEXT
 *   file NAME SIZE HEX	(the main one first)
 *   text LENGTH
 *   its bytes
 *   end */
struct nightly_made {
	char subject[400]; /* printable */
	struct nightly_file files[NIGHTLY_FILES];
	unsigned file_count; /* at least 1 */
	const char *text;    /* borrowed from what was read */
	size_t text_length;
};
bool nightly_said_made(const char *said, size_t n, struct nightly_made *out);

/* _nightly old: lines as above, "old" in place of "file", then "end". */
struct nightly_old {
	struct nightly_file files[NIGHTLY_OLD];
	unsigned count;
};
bool nightly_said_old(const char *said, size_t n, struct nightly_old *out);

#endif
