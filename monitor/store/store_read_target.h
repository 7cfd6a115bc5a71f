/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_read_target.h: what somebody asks to change -> where it lies, so that
 * it can be said whether that is his to change. Part of store_read.h; its rules
 * hold.
 */
#ifndef MONITOR_STORE_STORE_READ_TARGET_H
#define MONITOR_STORE_STORE_READ_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"

struct store_reader;

struct store_target {
	bool found;
	char
	    site[LIMIT_NAME_BYTES]; /* path; "" = it concerns the whole fleet */
	uint8_t feed[16];	    /* UUID; zeros = it is of no feed */
	bool of_feed, of_site;	    /* of a camera, of a place */
	int overlay;		    /* enum store_overlay_kind; else 0 */
	int64_t acknowledged_utc;   /* of an incident; 0 = not yet */
	char acknowledged_by[LIMIT_NAME_BYTES];
	bool closed; /* of an incident */
};

/* found = false: there is none of that number. False: an error. */
bool store_read_target_incident(struct store_reader *r, int64_t number,
    struct store_target *out);
bool store_read_target_overlay(struct store_reader *r, int64_t number,
    struct store_target *out);
/* Of these only found and site, that of whose it is. A user that was removed is
 * none; a token or log-in that is over is one. */
bool store_read_target_user(struct store_reader *r, int64_t number,
    struct store_target *out);
bool store_read_target_token(struct store_reader *r, int64_t number,
    struct store_target *out);
bool store_read_target_login(struct store_reader *r, int64_t number,
    struct store_target *out);

#endif
