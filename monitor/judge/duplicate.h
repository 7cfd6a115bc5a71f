/* SPDX-License-Identifier: GPL-3.0-or-later */
/* duplicate.h: accounts and samples of all feeds -> which of them show the same
 * thing at the same time. PURE: time comes with each call. Called by the
 * monitor alone, which tells each feed's judge (judge_on_twin); input is
 * cameras', so hostile.
 *
 * Three ways to be the same: groups of units of the very same sizes at the same
 * moment (one stream, held twice or handed on as coded), a keyframe that
 * decodes to the very same picture at the same moment (the same stream through
 * another protocol), and, where it was encoded anew, a like picture in which
 * motion comes and goes at the same moments. Not at the same moment means
 * nothing here: a recording played in place of a camera is another cause.
 */
#ifndef MONITOR_JUDGE_DUPLICATE_H
#define MONITOR_JUDGE_DUPLICATE_H

#include "monitor/judge/judge.h"

struct duplicate_index;

/* NULL: no memory. */
struct duplicate_index *duplicate_new(void);
void duplicate_free(struct duplicate_index **ix);
/* A feed is held (again when its device changes). Streams of one device of
 * different size are its main and its sub stream, no fault. feed is below
 * LIMIT_FEEDS. False: out of range, or no memory; it is then not compared. */
bool duplicate_add(struct duplicate_index *ix, uint32_t feed, uint32_t device);
void duplicate_remove(struct duplicate_index *ix, uint32_t feed);

/* Each account and each sample, of any feed, in the order they come. */
void duplicate_on_account(struct duplicate_index *ix, const struct account *a);
void duplicate_on_sample(struct duplicate_index *ix, const struct sample *s);
/* What another feed is known to share with this one; false: nothing. */
bool duplicate_of(const struct duplicate_index *ix, uint32_t feed,
    struct twin *out);

#endif
