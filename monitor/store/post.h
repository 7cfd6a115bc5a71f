/* SPDX-License-Identifier: GPL-3.0-or-later */
/* post.h: how an operation is made and queued, for the files of the main
 * thread's side. Private to this room.
 */
#ifndef MONITOR_STORE_POST_H
#define MONITOR_STORE_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/store/writer.h"

/* An operation with room for `tail` bytes of copies; NULL: no memory. */
struct op *post_new(enum op_kind kind, size_t tail,
    const struct store_done *done);
/* Copies into that tail. */
const void *post_keep(struct op *op, const void *bytes, size_t n);
const char *post_text(struct op *op, const char *s);
size_t post_text_size(const char *s); /* NULL is "" */
/* Queues op (taken in any case). at_us: a moment the main loop lived at. */
bool post_op(struct store *s, struct op *op, int64_t at_us);

#endif
