/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_face.h: struct report -> what people read: one self-contained HTML
 * file (page one is one sheet of A4), or text of 80 columns. PURE text
 * building; all names and words in the report are hostile and escaped by ink.
 * Called by the command `report`, never by the daemon's loop.
 */
#ifndef MONITOR_REPORT_REPORT_FACE_H
#define MONITOR_REPORT_REPORT_FACE_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/report/calendar.h"
#include "monitor/report/ink.h"
#include "monitor/report/report_words.h"

struct report;

#define FACE_PICTURES 30 /* incidents shown with pictures */
#define FACE_PICTURE_WIDTH 160
#define FACE_PICTURE_HEIGHT 90
#define FACE_MAIL_BYTES 5000000 /* the mailed page stays below */

struct report_face {
	enum report_language language;
	/* For mail: what doesn't fit stands in the folder, and the page says
	 * so. */
	bool mail;
	/* Relative folder in which every incident's pictures lie as
	 * <number>-before.png, -after.png, -recovered.png; NULL: nowhere. */
	const char *pictures;
	calendar_ahead_fn *ahead; /* NULL: every zone is UTC */
	void *ahead_arg;
	/* The PNG of a thumbnail, at most FACE_PICTURE_WIDTH x _HEIGHT, valid
	 * until the next call; false: there is none (any more). NULL: no
	 * pictures. */
	bool (*picture)(void *arg, int64_t id, const void **png_out,
	    size_t *length_out);
	void *arg;
};

/* False: no memory. */
bool report_html(const struct report *r, const struct report_face *face,
    struct ink *out);
bool report_text(const struct report *r, const struct report_face *face,
    struct ink *out);
/* One line: the day and what needs a person. */
bool report_subject(const struct report *r, const struct report_face *face,
    struct ink *out);

#endif
