/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config.h: the daemon's one YAML file -> struct monitor_config, or the list
 * of everything that is wrong with it, each as file:line:column. The file is
 * an administrator's: trusted in meaning, not in form (fuzzed). config_walk.c
 * and config_value.c are PURE; libyaml is met in config_yaml.c alone, files in
 * config_file.c. Called by main, the CLI and the monitor's reload.
 */
#ifndef MONITOR_CONFIG_CONFIG_H
#define MONITOR_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/wire.h"
#include "monitor/config/config_alerts.h"
#include "monitor/judge/judge.h"

#define CONFIG_PATH_BYTES 1024
#define CONFIG_FILE_BYTES (1u << 20) /* a longer file is refused */

#define CONFIG_REFERENCES 8

/* All settings, with units. Filled by config_defaults, then by the file. */
struct monitor_config {
	char file[CONFIG_PATH_BYTES];	   /* it came from; "" = the defaults */
	uint8_t file_sha256[32];	   /* .. as it was read */
	char state_dir[CONFIG_PATH_BYTES]; /* database, socket, lock */
	char program_dir[CONFIG_PATH_BYTES]; /* of the probes; "" = our own */
	uint8_t log_level;		     /* enum log_level */

	uint32_t stream_probes;	 /* processes; 0 = one per core */
	uint32_t picture_probes; /* 0 = one per core */
	uint32_t demux_probes;

	/* Cameras near one another that are all silent (network/outage.h). */
	uint32_t outage_feeds;	 /* from so many on; 0 = nobody is held */
	uint32_t outage_prefix4; /* near, in bits of an address */
	uint32_t outage_prefix6;
	uint32_t outage_scout_ms; /* between two tries of the one that tries */
	uint32_t outage_rest_ms;  /* .. of the others */

	bool clock_required; /* unsynchronised, camwarden is not well */
	bool network_watch;  /* tell our own loss from theirs */
	/* Hosts that answer whenever our network works. */
	struct wire_address references[CONFIG_REFERENCES];
	uint16_t reference_ports[CONFIG_REFERENCES]; /* 0 = echo request */
	uint32_t reference_count;

	bool http_enabled;
	/* IPv4 or IPv6, without port; loopback unless there is a certificate.
	 */
	char http_address[64];
	uint16_t http_port;	   /* 0 = any free one */
	uint32_t http_connections; /* in all */
	uint32_t http_per_address;
	/* A log-in ends when it was not used for so long, and after so long. */
	int64_t http_login_idle_us, http_login_longest_us;
	char http_certificate[CONFIG_PATH_BYTES]; /* PEM; "" = no TLS */
	char http_key[CONFIG_PATH_BYTES];
	char http_names[CONFIG_PATH_BYTES]; /* host names, by comma */

	/* The listener for console agents, console pages and VMS. Without a
	 * certificate its address is a loopback one. */
	bool agents_enabled;
	char agents_address[64]; /* IPv4 or IPv6, without port */
	uint16_t agents_port;	 /* 0 = any free one */
	uint32_t agents_connections;
	uint32_t agents_per_address;
	char agents_certificate[CONFIG_PATH_BYTES]; /* PEM; "" = no TLS */
	char agents_key[CONFIG_PATH_BYTES];
	/* Relays (MediaMTX) to ask who reads what: URLs of their API. */
	char agents_relays[CONFIG_PATH_BYTES];

	struct wire_configure probe; /* what probes are told; anchor, seed and
				      * links are the monitor's to fill */
	struct judge_config judge;

	/* The nightly report. */
	bool report_enabled;
	uint16_t report_minute; /* of the local day, at which it is made */
	char report_zone[64];	/* the agency's; "" = the system's */
	char report_folder[CONFIG_PATH_BYTES]; /* "" = reports in state_dir */
	char report_language[8];	       /* "en", "es" */
	int64_t report_keep_us;
	char report_mail_to[CONFIG_PATH_BYTES]; /* addresses; "" = nobody */
	uint32_t report_target_ppm;		/* of good time, where a site
						 * promises none */
	/* How mail leaves: config_outside.h reads the server. */
	char mail_server[256]; /* "" = no mail is sent */
	char mail_from[256];
	char mail_user[256];
	char mail_password_file[CONFIG_PATH_BYTES];
	char mail_ca_file[CONFIG_PATH_BYTES]; /* PEM; "" = the system's */

	struct config_alerts alerts; /* who is told of trouble */

	/* Who is asked while all is well; "" both: nobody. */
	char heartbeat_url[1024], heartbeat_url_file[CONFIG_PATH_BYTES];
	int64_t heartbeat_every_us;

	char credentials_key_file[CONFIG_PATH_BYTES]; /* "" = found */
	int64_t checkpoint_every_us;
	char ledger_key_file[CONFIG_PATH_BYTES]; /* "" = in state_dir */
	char ledger_witnesses[4096];		 /* config_outside.h */

	int64_t keep_events_us; /* retention by age */
	int64_t keep_intervals_us;
	int64_t keep_people_us; /* what is told of people, also in the ledger */
	int64_t keep_rollups_us;
	int64_t keep_thumbnails_us;
	uint64_t keep_thumbnail_bytes; /* and by size, oldest first */
};

/* One mistake. */
struct config_fault {
	uint32_t line;	 /* from 1; 0 = the file as a whole */
	uint32_t column; /* from 1, in characters */
	char text[320];	 /* "what, expected what", printable UTF-8 */
};

#define CONFIG_FAULTS 64

/* All mistakes of one file, in its order; `more` counts what did not fit. */
struct config_faults {
	struct config_fault fault[CONFIG_FAULTS];
	uint32_t count;
	uint32_t more;
};

void config_defaults(struct monitor_config *config_out);

/* Text -> settings over the defaults. True when nothing was wrong; otherwise
 * *config_out is left as it was and faults_out says why. */
bool config_parse(const void *text, size_t length,
    struct monitor_config *config_out, struct config_faults *faults_out);

/* The same from a file. NULL path: the defaults. */
bool config_load(const char *path, struct monitor_config *config_out,
    struct config_faults *faults_out);

/* "file:line:column: text\n" of fault n into a buffer. */
void config_fault_print(const struct config_faults *faults, uint32_t n,
    const char *file, char *out, size_t size);

#endif
