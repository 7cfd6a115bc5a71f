/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_table.h: the one table of keys: where each setting lives, its type,
 * range and default. PURE. For the schema walk and for printing; everything
 * that knows a key's name reads it here.
 */
#ifndef MONITOR_CONFIG_CONFIG_TABLE_H
#define MONITOR_CONFIG_CONFIG_TABLE_H

#include "monitor/config/config.h"

enum config_type {
	CONFIG_BOOL,
	CONFIG_INTEGER,
	CONFIG_DURATION, /* kept in microseconds before `unit` */
	CONFIG_SIZE,	 /* bytes before `unit` */
	CONFIG_TEXT,	 /* low > 0: an absolute path */
	CONFIG_WORDS,	 /* texts by comma, or a list of them; kept by comma */
	CONFIG_ADDRESS,	 /* low > 0: of loopback */
	CONFIG_COUNT,	 /* an integer, or auto = 0 */
	CONFIG_LEVEL,	 /* enum log_level */
	CONFIG_HOSTS,	 /* such, of addresses, each with a port or without */
	CONFIG_PERCENT,	 /* parts in a million */
	CONFIG_CLOCK,	 /* minutes of the day */
};

struct config_row {
	const char *path; /* "http.listen" */
	enum config_type type;
	uint32_t offset;   /* in struct monitor_config */
	uint32_t size;	   /* of the field, bytes */
	int64_t unit;	   /* the field counts in units of this */
	int64_t low, high; /* before dividing by unit */
	const char *text;  /* default, as one would write it */
	uint8_t group;	   /* enum config_group_number; its field is then one
			    * of an item's */
};

extern const struct config_row config_rows[];
extern const size_t config_row_count;

/* Sections that hold items of one kind: each a section of its own, by a name
 * that the file gives, or the next of a list. An item begins with its name. */
enum config_group_number {
	CONFIG_NO_GROUP = 0,
	CONFIG_GROUP_CHANNELS = 1,
	CONFIG_GROUP_ROLES = 2,
	CONFIG_GROUP_RULES = 3,
};
#define CONFIG_GROUPS 4

struct config_group {
	const char *path; /* "alerts.channels" */
	bool named;	  /* else a list */
	uint32_t offset,
	    size; /* of the items, in struct monitor_config; each */
	uint32_t most;
	uint32_t count_offset; /* of how many there are, uint32_t */
};

extern const struct config_group config_groups[CONFIG_GROUPS];

void *config_group_item(const struct config_group *g,
    struct monitor_config *config, uint32_t item);
uint32_t *config_group_count(const struct config_group *g,
    struct monitor_config *config);
/* All rows of the group (CONFIG_NO_GROUP: of the configuration itself) at
 * their defaults. */
void config_table_default(uint8_t group, void *base);

/* Of two settings of one type, `less` may not exceed `more`. */
struct config_rule {
	const char *less;
	const char *more;
};

extern const struct config_rule config_rules[];
extern const size_t config_rule_count;

/* Text -> number before dividing by unit; false when it is not one. */
bool config_table_read(enum config_type type, const char *text,
    int64_t *value_out);
/* base: the configuration, or an item of the row's group. */
void config_table_store(const struct config_row *row, void *base,
    int64_t value);
int64_t config_table_load(const struct config_row *row, const void *base);
/* "127.0.0.1", "::1", "localhost" -> the row's field; false when it is none
 * or, where the row asks for it, not of loopback. */
bool config_table_address(const struct config_row *row, void *base,
    const char *text);
/* Whether an address that was taken is of loopback. */
bool config_table_loopback(const char *host);
/* "10.0.0.1, 10.9.0.5:443, [fd00::1]:22" -> references; false when a part is
 * none, or there are too many. */
bool config_table_hosts(struct monitor_config *config, const char *text);
/* A number as one would write it, with the largest unit that fits evenly. */
void config_table_number(enum config_type type, int64_t value, char *out,
    size_t size);
/* "listen, enabled, ..." of a section ("" or "http" or "http."); static. */
const char *config_table_keys(const char *section);

#endif
