/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inventory_form.h: lists as others have them -> the inventory's records, and
 * those -> a CSV in our own words. Other headings, a site or maker for all
 * rows, columns to leave out, passwords from a list of their own. PURE; all
 * input is hostile. Called by the CLI, the monitor and monitor/lists.
 */
#ifndef MONITOR_INVENTORY_INVENTORY_FORM_H
#define MONITOR_INVENTORY_INVENTORY_FORM_H

#include "monitor/inventory/inventory.h"

/* Which streams of a camera that has two become feeds. */
enum inventory_streams {
	INVENTORY_STREAMS_USUAL = 0, /* both that the list has; of those that a
				      * maker's pattern gives, the sub */
	INVENTORY_STREAMS_MAIN,
	INVENTORY_STREAMS_SUB,
	INVENTORY_STREAMS_BOTH, /* the sub is held, the main visited */
};
/* "main", "sub", "both", in three languages; false: none of these. */
bool inventory_streams_named(const char *word, enum inventory_streams *out);

/* How somebody's list is to be read. All but the file may be 0. */
struct inventory_form {
	const char *file;		/* what mistakes call it */
	const char *site;		/* of feeds whose row names none */
	const char *vendor;		/* of cameras whose row names none */
	enum inventory_streams streams; /* where the row doesn't say */
	const char *relay; /* the server whose configuration is read, where its
			    * streams are to be fetched from it */
	const char *columns; /* what headings are: "THEIRS=OURS", by comma */
	const char *ignore;  /* columns to leave out, by comma */
	bool ignore_unknown;
	struct inventory_mistakes *notes; /* what was taken as what; not wrong,
					   * but to be looked at. NULL: none */
};
/* As inventory_read. */
bool inventory_read_as(struct inventory *inv, enum inventory_kind kind,
    const struct inventory_form *form, const void *bytes, size_t length,
    struct inventory_mistakes *mistakes_out);
/* One camera of a list that is no CSV. Texts are borrowed. */
struct inventory_said {
	const char *text; /* NULL: nothing is said */
	uint32_t line, column;
};
struct inventory_camera {
	struct inventory_said name, main, sub; /* sub: its second stream */
	const char *main_relay, *sub_relay;    /* "" or NULL: from the camera */
	uint32_t given;			       /* of those below */
	bool enabled, ptz;		       /* INVENTORY_ENABLED, _PTZ */
	uint8_t transport;		       /* INVENTORY_TRANSPORT */
};
/* Appends its feeds and device, as a row of a CSV would. False: no memory, or
 * too many. */
bool inventory_take_camera(struct inventory *inv,
    const struct inventory_form *form, const struct inventory_camera *c,
    struct inventory_mistakes *mistakes);
/* After the last one: a stream that stands there again is left out, and noted;
 * what else the list says twice is a mistake. False: no memory. */
bool inventory_take_end(struct inventory *inv,
    const struct inventory_form *form, struct inventory_mistakes *mistakes);

/* Only what was given, so that it is a wish again and no more than before;
 * passwords, too. NULL: no memory. */
char *inventory_write_given(const struct inventory *inv,
    enum inventory_kind kind);
/* Credentials of a list of their own (`secrets`: devices, by name or address;
 * "*" for all others) into the devices of inv, both as inventory_read left
 * them. False: they contradict, or no memory. */
bool inventory_take_passwords(struct inventory *inv,
    const struct inventory *secrets, const char *file,
    struct inventory_mistakes *notes, struct inventory_mistakes *mistakes_out);
#endif
