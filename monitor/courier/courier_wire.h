/* SPDX-License-Identifier: GPL-3.0-or-later */
/* courier_wire.h: what the monitor and the courier say to each other, over
 * common/channel. PURE. The courier meets hostile servers: what it says is
 * checked as theirs would be.
 */
#ifndef MONITOR_COURIER_COURIER_WIRE_H
#define MONITOR_COURIER_COURIER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cursor.h"

#define COURIER_FD_CHANNEL 3
#define COURIER_MOST 64 /* jobs under way */
#define COURIER_BODY_BYTES (256u << 10)
#define COURIER_ANSWER_BYTES (64u << 10) /* of a server; more is a fault */
#define COURIER_FILE_BYTES (32u << 20)	 /* largest attachment */
#define COURIER_PICTURE_BYTES (256u << 10)
#define COURIER_TRUSTS 17
#define COURIER_CA_BYTES (4u << 20)
#define COURIER_DETAIL_BYTES 320
#define COURIER_PATH_BYTES 1024
#define COURIER_TOPIC_BYTES 256
#define COURIER_PUBLISHES 16 /* of one job */

enum courier_type {
	COURIER_TRUST = 200, /* monitor -> courier: u8 a number below
			      * COURIER_TRUSTS; PEM of who may vouch for
			      * servers of its jobs in the file that rides
			      * along, in place of the system's */
	COURIER_JOB = 201,   /* the file that rides along is the attachment */
	COURIER_RESULT = 210,
	COURIER_ALIVE = 211,
};

enum courier_kind {
	COURIER_MAIL = 1, /* SMTP: body and, perhaps, more parts */
	COURIER_HTTP,	  /* a request; the answer comes back */
	COURIER_LINE_UDP, /* body as one syslog datagram (RFC 5426) */
	COURIER_LINE_TCP, /* the same, octet-counted (RFC 6587 3.4.1); over TLS
			   * as RFC 5425 has it */
	COURIER_MQTT,	  /* publishes, each with QoS 1 */
};

enum courier_tls { COURIER_TLS_NEVER, COURIER_TLS_START, COURIER_TLS_ALWAYS };
enum courier_method { COURIER_POST, COURIER_PUT, COURIER_GET };

struct courier_publish {
	char topic[COURIER_TOPIC_BYTES];
	bool retain;
	struct span payload; /* borrowed */
};

struct courier_job {
	uint64_t id; /* the sender's */
	enum courier_kind kind;
	enum courier_tls tls;
	enum courier_method method; /* of HTTP */
	uint8_t trust;		    /* COURIER_TRUST's number */
	char host[256];
	uint16_t port;
	char path[COURIER_PATH_BYTES]; /* of HTTP, from its "/" on */
	char user[256];		       /* of mail and MQTT; "" = no login */
	char password[256];
	char from[256], to[1024]; /* of mail; to: addresses by comma */
	char headers[3072];   /* of mail and HTTP: lines, each ended by "\n";
			       * ASCII */
	char type[64];	      /* of HTTP's body */
	char attachment[128]; /* its name; "" = there is none */
	char attachment_type[64];
	struct span body;    /* borrowed, as the next two are */
	struct span html;    /* of mail: the same for eyes; empty = none */
	struct span picture; /* of mail: a PNG that html shows as
			      * "cid:picture"; empty = none */
	/* Of MQTT. The connection stays for the next job; to `status` go
	 * "online", retained, and by its end, were it ours, "offline". */
	char client[64], status[COURIER_TOPIC_BYTES];
	unsigned publish_count;
	struct courier_publish publishes[COURIER_PUBLISHES];
};

struct courier_result {
	uint64_t id;
	bool ok;
	bool lasting;	  /* refused for good: trying again may be in vain */
	uint16_t status;  /* of HTTP or SMTP, 0 = none came; of MQTT the
			   * connection's number, from 1 */
	uint32_t asked_s; /* HTTP: try again no sooner; 0 = it didn't say */
	uint64_t later;	  /* mail: addresses of `to` that it refuses for now,
			   * bit n = the n-th; the others have it, if ok */
	char detail[COURIER_DETAIL_BYTES]; /* for people */
	struct span answer;		   /* of HTTP; borrowed */
};

void courier_put_job(struct writer *w, const struct courier_job *m);
bool courier_get_job(struct span body, struct courier_job *m_out);
void courier_put_result(struct writer *w, const struct courier_result *m);
bool courier_get_result(struct span body, struct courier_result *m_out);

#endif
