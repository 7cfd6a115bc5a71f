/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_names.h: the store's numbers of feeds -> what they are called outside,
 * for answers that hold numbers: only feeds within the scope have a name. Of
 * the reader process. */
#ifndef MONITOR_HTTP_READER_NAMES_H
#define MONITOR_HTTP_READER_NAMES_H

#include "monitor/http/reader_query.h"

struct names;
/* NULL: the database can't be read, or memory is out. */
struct names *names_read(struct query *q);
void names_free(struct names **n);
/* Its UUID as text; NULL: it left the inventory, or lies outside. */
const char *names_uuid(const struct names *n, int64_t feed);
/* "feed": its UUID, or null. */
void names_put(struct query *q, const struct names *n, int64_t feed);

#endif
