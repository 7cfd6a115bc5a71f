/* SPDX-License-Identifier: GPL-3.0-or-later */
/* row.h: one row of a CSV on its way into the inventory: what its cells say
 * (row_cells.c), and the records that are made of that (row_make.c). PURE;
 * private to this room.
 */
#ifndef MONITOR_INVENTORY_ROW_H
#define MONITOR_INVENTORY_ROW_H

#include "monitor/inventory/csv.h"
#include "monitor/inventory/inventory_form.h"

struct row {
	struct inventory *inv;
	const struct inventory_form *form;
	struct inventory_mistakes *mistakes;
	const struct csv_cell *cell; /* being read */
	struct inventory_site site;
	struct inventory_device device;
	struct inventory_feed feed;
	struct inventory_url main, sub;	    /* .url "": the row has none */
	const char *main_relay, *sub_relay; /* NULL: as the row says */
	bool url_wrong;			    /* and that was said */
	/* What a url is made of; NULL: the row has none. */
	const struct csv_cell *address, *port, *vendor, *channel;
	enum inventory_streams streams;
	uint32_t source_line; /* 0: the row's own */
	size_t both;	      /* rows that made two feeds, so far */
	size_t padded;	      /* addresses with zeros before their numbers */
	bool no_memory;
};

struct row_column {
	const char *name;
	unsigned where; /* 1 << INVENTORY_FEEDS */
	void (*read)(struct row *row, const char *value);
	unsigned how; /* COLUMN_ */
};
#define COLUMN_EXACT 1u	 /* a line break in it is no blank */
#define COLUMN_TEXT 2u	 /* any word may be meant */
#define COLUMN_SECRET 4u /* even a dash may be */
extern const struct row_column row_columns[];
extern const size_t row_columns_count;

/* For the cell that is read, `offset` bytes on. */
void row_mistake(struct row *r, size_t offset, const char *what);
/* A copy that lives as long as the inventory; "" when memory is out. */
const char *row_kept(struct row *r, const char *s);
/* The host of "10.0.0.7", "10.0.0.7:8554", "fe80::1" or "[fe80::1]:554", and
 * its port. False: it is none. */
bool row_host(struct row *r, const char *value, struct inventory_url *out);
/* Nothing said yet. */
void row_init(struct row *r, size_t line);
/* Its records, appended to the inventory. */
void row_make(struct row *r, enum inventory_kind kind);

#endif
