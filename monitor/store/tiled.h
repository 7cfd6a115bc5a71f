/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tiled.h: the three tables whose intervals tile each epoch (of feeds, consoles
 * and screens), cut, filled and reopened together when the monitor's own life
 * makes it necessary. Private to this room; on the writer thread.
 */
#ifndef MONITOR_STORE_TILED_H
#define MONITOR_STORE_TILED_H

#include <stdint.h>

#include "monitor/store/writer.h"

/* The tables that hold what is kept open below, for this connection. */
void tiled_prepare(struct writer *w);
/* What begins at or after utc never was; what is open or reaches beyond ends
 * there. Of one epoch. */
void tiled_cut(struct writer *w, int64_t epoch, int64_t utc);
/* Remembers what is in force, to reopen it behind a gap or a step. */
void tiled_keep_open(struct writer *w);
/* Makes of what is kept something unknown since utc. */
void tiled_forget(struct writer *w, int64_t utc);
void tiled_reopen(struct writer *w, int64_t utc);
/* Each that is kept was unknown in [from, to): the monitor was off. */
void tiled_fill_kept(struct writer *w, int64_t from, int64_t to);
/* So was each as long as it was there, in an epoch of its own. */
void tiled_fill_all(struct writer *w, int64_t epoch, int64_t from, int64_t to);
/* A new run: everything is there, and nothing is known of it yet. */
void tiled_start(struct writer *w, int64_t utc);

/* One that was added, or taken out, at utc. */
void tiled_open_feed(struct writer *w, int64_t feed, int64_t utc);
void tiled_close_feed(struct writer *w, int64_t feed, int64_t utc);
void tiled_open_console(struct writer *w, int64_t console, int64_t utc);
void tiled_close_console(struct writer *w, int64_t console, int64_t utc);
void tiled_open_screen(struct writer *w, int64_t screen, int64_t utc);
void tiled_close_screen(struct writer *w, int64_t screen, int64_t utc);
/* Of a console: what is in force goes on, in the room it stands in now. */
void tiled_move_console(struct writer *w, int64_t console, int64_t utc);

#endif
