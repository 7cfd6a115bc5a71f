/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lock.h: one writer per state directory. Private to this room. */
#ifndef MONITOR_STORE_LOCK_H
#define MONITOR_STORE_LOCK_H

#include "monitor/store/store.h"

/* A descriptor that holds it until it is closed, or the process ends. -1: a
 * sentence, with the holder's number. */
int lock_take(const char *dir, char error_out[STORE_ERROR_BYTES]);

#endif
