/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_outside.h: settings that name somebody outside (mail server, mail
 * addresses, witnesses) -> their parts, or what is wrong with them. PURE; an
 * administrator's text, any bytes are borne. Called by the schema walk, check,
 * and the monitor's rooms that send.
 */
#ifndef MONITOR_CONFIG_CONFIG_OUTSIDE_H
#define MONITOR_CONFIG_CONFIG_OUTSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_WITNESSES 8
#define CONFIG_URL_BYTES 512
#define CONFIG_KEY_BYTES 256
#define CONFIG_MAILS 32 /* addresses in one list */

struct monitor_config;

/* A URL of ours: scheme://host[:port][/path]; no user, no fragment. */
struct config_url {
	char scheme[16];
	char host[256];	 /* without brackets */
	uint16_t port;	 /* 0 = none was given */
	char path[1024]; /* "" or from its "/" on */
	bool loopback;	 /* by its name or number */
};

/* One that may have a query. NULL, or what is wrong with it. */
const char *config_url_read(const char *text, struct config_url *out);

struct config_mail {
	struct config_url url; /* its port is always set */
	bool implicit_tls;     /* smtps:// */
	bool plain;	       /* smtp+plain://: no TLS at all */
};
/* NULL, or what is wrong with it. */
const char *config_mail_server(const char *text, struct config_mail *out);
/* One address without a name, "a@b.example". */
bool config_mail_address(const char *text);
/* "a@b.example, c@d.example"; "" is an empty list. NULL, or what is wrong. */
const char *config_mail_list(const char *text);
/* The next of such a list from *at on; false at its end. */
bool config_mail_next(const char **at, char out[256]);

enum witness_kind {
	WITNESS_HTTP = 1,
	WITNESS_SYSLOG_UDP,
	WITNESS_SYSLOG_TCP,
	WITNESS_FILE,
	WITNESS_MAIL,
};

struct config_witness {
	enum witness_kind kind;
	char name[CONFIG_URL_BYTES]; /* as written, without the key */
	struct config_url url;	     /* of HTTP and syslog, with its port */
	char folder[256];	     /* of a file witness */
	char key[CONFIG_KEY_BYTES];  /* of an HTTP witness: its public key */
};

/* How long no receipt may come before a witness is missed. */
int64_t config_witness_missed_us(const struct monitor_config *config);

/* "https://host/prefix name+hash+key, syslog://host, file:///mnt/x, mail".
 * NULL, or what is wrong with it. */
const char *config_witnesses_read(const char *text,
    struct config_witness out[CONFIG_WITNESSES], unsigned *count_out);

#endif
