/* SPDX-License-Identifier: GPL-3.0-or-later */
/* desk.h: what the main thread and the writer thread share, under one lock:
 * the queue of operations going in, the finished ones and the news coming out.
 * Private to this room (store.c on the one side, writer.c on the other).
 */
#ifndef MONITOR_STORE_DESK_H
#define MONITOR_STORE_DESK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/store/writer.h"

#define DESK_QUEUE_BYTES (128u << 20)  /* beyond: nothing is taken */
#define DESK_PICTURE_BYTES (64u << 20) /* beyond: no thumbnails are taken */

struct op_list {
	struct op *first, **tail;
	size_t count, bytes;
};
void desk_list_init(struct op_list *l);
void desk_list_add(struct op_list *l, struct op *op);
struct op *desk_list_take(struct op_list *l); /* NULL when empty */
/* All of `from` behind what l has. */
void desk_list_append(struct op_list *l, struct op_list *from);
void desk_free(struct op *op);

struct desk {
	pthread_mutex_t lock;
	pthread_cond_t wake; /* of the writer; CLOCK_MONOTONIC */
	pthread_cond_t idle; /* of store_drain */
	int news_fd;	     /* eventfd: out has something */
	/* in */
	struct op_list in;
	size_t in_limit;
	int64_t oldest_us; /* when the first of `in` came */
	int64_t latest_us; /* newest moment at which the main loop lived */
	bool urgent;	   /* somebody waits for a confirmation */
	bool verdicts_lost;
	bool closing;
	/* out */
	struct op_list out;
	bool busy; /* the writer holds a batch */
	bool inventory_changed, floor_changed, people_changed, resync_due;
	bool health_changed;
	uint64_t revision;
	struct store_health health;
};

struct writer_thread {
	struct desk *desk;
	struct writer *writer;
};
/* pthread start routine; arg: struct writer_thread. */
void *writer_run(void *arg);

#endif
