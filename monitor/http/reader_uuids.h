/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_uuids.h: the store's numbers of feeds -> what they are called outside,
 * for answers that hold numbers: only feeds within the scope have a name. Of
 * the reader process. */
#ifndef MONITOR_HTTP_READER_UUIDS_H
#define MONITOR_HTTP_READER_UUIDS_H

#include "monitor/http/reader_query.h"

struct uuids;
/* NULL: the database can't be read, or memory is out. */
struct uuids *uuids_read(struct query *q);
void uuids_free(struct uuids **n);
/* Its UUID as text; NULL: it left the inventory, or lies outside. */
const char *uuids_of(const struct uuids *n, int64_t feed);
/* "feed": its UUID, or null. */
void uuids_put(struct query *q, const struct uuids *n, int64_t feed);

#endif
