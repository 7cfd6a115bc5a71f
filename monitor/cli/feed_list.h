/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feed_list.h: somebody's list of sites, devices or cameras, as it is on disk
 * -> the inventory that it wishes, and the same as a CSV in our own words,
 * which is what the monitor is asked for. CSV in any usual encoding, or the
 * configuration of Frigate, MediaMTX or go2rtc; passwords from a file of their
 * own. The files are hostile.
 */
#ifndef MONITOR_CLI_FEED_LIST_H
#define MONITOR_CLI_FEED_LIST_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "monitor/inventory/inventory_form.h"

struct feed_list_options {
	const char *from;      /* frigate, ..; NULL: told by the file */
	const char *encoding;  /* as iconv names it; NULL: told by the bytes */
	const char *passwords; /* a file; NULL: none */
	const char *env_file;  /* NAME=VALUE a line; NULL: none */
	struct inventory_form form; /* but its file and notes */
};

/* For a getopt_long table, with its lines of help. */
#define FEED_LIST_OPTIONS                                                      \
	{ "from", required_argument, NULL, 1001 },                             \
	    { "encoding", required_argument, NULL, 1002 },                     \
	    { "passwords", required_argument, NULL, 1003 },                    \
	    { "env-file", required_argument, NULL, 1004 },                     \
	    { "relay", required_argument, NULL, 1005 },                        \
	    { "vendor", required_argument, NULL, 1006 },                       \
	    { "streams", required_argument, NULL, 1007 },                      \
	    { "ignore", required_argument, NULL, 1008 },                       \
	    { "columns", required_argument, NULL, 1010 },                      \
	{                                                                      \
		"ignore-unknown", no_argument, NULL, 1009                      \
	}
#define FEED_LIST_HELP                                                         \
	"  --from KIND    the file is a CSV, or the configuration of "         \
	"frigate,\n"                                                           \
	"                 mediamtx or go2rtc (told by its name and content)\n" \
	"  --encoding X   letters are written so, like ISO-8859-15 (UTF-8, "   \
	"else\n"                                                               \
	"                 UTF-16 or Windows-1252, which is said)\n"            \
	"  --passwords F  users and passwords of their own: a CSV with "       \
	"device or\n"                                                          \
	"                 address, user, password; * for all others\n"         \
	"  --env-file F   what {FRIGATE_..} and ${..} stand for, NAME=VALUE "  \
	"a "                                                                   \
	"line\n"                                                               \
	"                 (else the environment)\n"                            \
	"  --relay URL    of such a configuration: its streams are fetched "   \
	"from\n"                                                               \
	"                 there, not from the cameras, like "                  \
	"rtsp://HOST:8554\n"                                                   \
	"  --vendor NAME  of cameras whose row names none: a url is made of\n" \
	"                 address, vendor and channel\n"                       \
	"  --streams X    of a camera with two: main, sub or both (the sub "   \
	"is\n"                                                                 \
	"                 held, the main visited)\n"                           \
	"  --columns A=B  the heading A is our column B (by comma): for "      \
	"lists "                                                               \
	"in\n"                                                                 \
	"                 other languages\n"                                   \
	"  --ignore A,B   leave these columns out\n"                           \
	"  --ignore-unknown  leave out all columns that are not known\n"

/* Takes one; false: it is another, or was wrong, which is said. */
bool feed_list_option(struct feed_list_options *o, int option);

struct feed_list {
	struct inventory *inv; /* NULL: it could not be read */
	struct inventory_mistakes notes, mistakes;
};
/* False: mistakes has why, or it was said (then it is empty). */
bool feed_list_read(struct feed_list *l, const struct feed_list_options *o,
    enum inventory_kind kind, const char *path);
/* What the inventory is to be, as a CSV; given: wipe and free it. NULL: no
 * memory. */
char *feed_list_csv(const struct feed_list *l, enum inventory_kind kind,
    size_t *length_out);
void feed_list_fini(struct feed_list *l);

#endif
