/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_alerts.h: section `alerts`: channels (means), roles (who is told by
 * them, and when they are there), rules. PURE; the file's texts, already
 * bounded. Their keys stand in config_table.c like all others; what must hold
 * between them is checked here. Called by the schema walk, the monitor, the
 * courier's side (channels), the CLI.
 */
#ifndef MONITOR_CONFIG_CONFIG_ALERTS_H
#define MONITOR_CONFIG_CONFIG_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_CHANNELS 16
#define CONFIG_ROLES 16
#define CONFIG_ALERT_RULES 32
#define CONFIG_ITEMS 32 /* at most of any */
#define CONFIG_NAME_BYTES 64

enum config_channel_kind {
	CHANNEL_MAIL = 1,
	CHANNEL_WEBHOOK = 2,
	CHANNEL_MQTT = 3,
	CHANNEL_ALERTMANAGER = 4,
	CHANNEL_SYSLOG = 5,
};
#define CHANNEL_KINDS 6

/* A named means. Every item begins with its name. Which keys are of which kind,
 * and how they are read: config_channel.h. */
#define CONFIG_CHANNEL_URL_BYTES 1024
#define CONFIG_CHANNEL_FILE_BYTES 512
#define CONFIG_CHANNEL_BODY_BYTES 8192
struct config_channel {
	char name[CONFIG_NAME_BYTES];
	char kind[16]; /* config_channel_kind reads it */
	char to[1024]; /* mail: addresses by comma */
	/* Of all others; "" = from url_file, when it is itself a secret. */
	char url[CONFIG_CHANNEL_URL_BYTES];
	char url_file[CONFIG_CHANNEL_FILE_BYTES];
	char ca_file[CONFIG_CHANNEL_FILE_BYTES]; /* PEM; "" = the system's */
	/* The channel to try when this one has failed so often, or for so
	 * long. */
	char or_else[CONFIG_NAME_BYTES];
	uint32_t or_else_tries;
	int64_t or_else_us;
	char budget[32]; /* "1 per 10m", "none"; "" = usual of its kind */
	bool picture;	 /* mail: with one, where they may be kept */
	/* webhook */
	char method[8];			      /* POST, PUT */
	char headers[1024];		      /* lines, "Name: value" */
	char body[CONFIG_CHANNEL_BODY_BYTES]; /* a template; "" = all we know */
	char authorization_file[CONFIG_CHANNEL_FILE_BYTES]; /* that header */
	char secret_file[CONFIG_CHANNEL_FILE_BYTES];	    /* {{secret}} */
	/* mqtt */
	char user[256];
	char password_file[CONFIG_CHANNEL_FILE_BYTES];
	char topic[128]; /* before all others */
	char feeds[256]; /* tags by comma whose feeds have a topic, or "all" */
	bool home_assistant;
	char discovery[64]; /* its prefix */
};

/* Somebody who is told: by these channels, while on duty. */
struct config_role {
	char name[CONFIG_NAME_BYTES];
	char channels[1024];	       /* names by comma */
	char room[256];		       /* on duty while its roster asks for
					* somebody; "" = by days and hours */
	char days[64];		       /* "mon-fri"; "" = daily */
	char hours[CONFIG_NAME_BYTES]; /* "06:00-14:00"; "" = all day */
	char budget[32];
};

struct config_alert_rule {
	char name[CONFIG_NAME_BYTES]; /* "" = "rule 3" */
	/* Which alerts; "" or 0 = any. */
	char site[256];	      /* with all below it */
	char criticality[16]; /* "4-5", "5" */
	char severity[16];    /* at least: low, medium, high, critical */
	char causes[512];     /* causes, states, feed, site, people, own */
	int64_t for_us;	      /* in trouble for so long */
	/* Who, when: names of roles or channels by comma. */
	char to[1024];
	char escalate[1024]; /* the next ones, each when nobody .. */
	int64_t escalate_us; /* .. acknowledged for so long */
	int64_t repeat_us;   /* until somebody does; 0 = never */
	bool exempt;	     /* outside of every budget */
	bool go_on;	     /* later rules may tell others, too */
};

struct config_alerts {
	bool enabled;
	char budget[32];   /* of people: "1 per 10m" */
	char flood[32];	   /* most of exempt rules: "10 per 10m" */
	int64_t gather_us; /* what comes within it is told as one */
	/* So many troubles of one place within flap_us are one that flaps; it
	 * is over after calm_us without another. */
	uint32_t flap_count;
	int64_t flap_us, calm_us;
	char url[512]; /* of our pages, as receivers reach them */
	char language[8];
	struct config_channel channels[CONFIG_CHANNELS];
	struct config_role roles[CONFIG_ROLES];
	struct config_alert_rule rules[CONFIG_ALERT_RULES];
	uint32_t channel_count, role_count, rule_count;
};

struct config_walk;
/* Says what is wrong between the keys of the section. */
void config_alerts_check(struct config_walk *w);

/* 0: no such kind. */
enum config_channel_kind config_channel_kind(const char *word);
const char *config_channel_kind_name(enum config_channel_kind kind);
/* The next of a list by comma; false at its end. */
bool config_alerts_next(const char **at, char out[CONFIG_NAME_BYTES]);
/* "2 per 10m", "none" (count 0); at most 16, in a day at most. False: neither.
 */
bool config_alerts_budget(const char *text, uint32_t *count_out,
    int64_t *span_us_out);
/* "4-5" -> 4, 5. */
bool config_alerts_criticality(const char *text, uint8_t *low_out,
    uint8_t *high_out);
/* "low" .. "critical" -> 1 .. 4. */
bool config_alerts_severity(const char *word, unsigned *out);
/* A cause or state -> bits of causes; feed, site, people, own -> bits of
 * enum notice_of (alert/notice.h). */
bool config_alerts_cause(const char *word, uint64_t *causes, uint32_t *of);
/* NULL: none is called so. */
const struct config_channel *
config_alerts_channel(const struct config_alerts *a, const char *name);
const struct config_role *config_alerts_role(const struct config_alerts *a,
    const char *name);

#endif
