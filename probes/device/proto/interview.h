/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interview.h: one device, question by question: clock, services, who it is,
 * profiles, where each streams. Answer in, next question out. PURE; answers are
 * hostile. The order is fixed, each question is put once, or twice where the
 * first went out without a login and one is asked for; a login that was refused
 * is never tried again, for devices lock out who guesses. All questions go to
 * the host that was named, whatever its answers say.
 */
#ifndef PROBES_DEVICE_PROTO_INTERVIEW_H
#define PROBES_DEVICE_PROTO_INTERVIEW_H

#include "camwarden/device.h"
#include "probes/device/proto/onvif.h"
#include "probes/device/proto/place.h"

#define INTERVIEW_URL_BYTES 400
#define INTERVIEW_WHY_BYTES 160
#define INTERVIEW_SILENCES 3 /* of streams, one after the other: enough */

struct interview_config {
	bool login;    /* a user was given */
	bool basic_ok; /* in the clear */
	bool keep_host;
};

struct interview_question {
	enum onvif_what what;
	enum device_login login; /* how it is to be signed */
	int64_t clock_offset_us; /* its clock - ours, for a token; 0 */
	char url[INTERVIEW_URL_BYTES];
	char body[ONVIF_BODY_BYTES];
};

enum interview_came {
	CAME_ANSWER,  /* of HTTP: `status`, perhaps a tree */
	CAME_SILENCE, /* not in time */
	CAME_NO_CONNECTION,
	CAME_RUBBISH, /* an answer that can't be used: why */
};

struct interview_answer {
	enum interview_came came;
	unsigned status;
	bool offers_digest, offers_basic; /* at a 401 */
	const struct tree *tree;	  /* NULL: no XML: why */
	char why[INTERVIEW_WHY_BYTES];
	const char *elsewhere; /* at a 3xx: the URL that it sends to; NULL */
	int64_t utc_us;	       /* our clock, when it came */
};

struct interview {
	struct interview_config config;
	struct place place; /* of the device service */
	char media[DEVICE_PATH_BYTES], media2[DEVICE_PATH_BYTES]; /* "" */
	uint16_t media_port, media2_port;
	bool media_secure, media2_secure;
	enum onvif_what what; /* the question that is open */
	bool over;
	bool signed_in;	 /* an answer came to a signed question */
	bool any;	 /* something of ONVIF was answered */
	bool moved;	 /* it sent us to another of its places */
	uint32_t stream; /* of ONVIF_URI: which */
	unsigned silences;
	struct device_result result;
	struct device_stream streams[DEVICE_STREAMS];
};

/* Where it is: found, address, port, secure and what is known of name, hardware
 * and said_host stand in result; path "" = the usual one. */
void interview_begin(struct interview *v, const struct interview_config *config,
    const struct device_result *known, const char *path);
/* The open question; false: it is over, and result and streams tell. */
bool interview_ask(const struct interview *v, struct interview_question *out);
void interview_hear(struct interview *v, const struct interview_answer *a);
/* No more time for it. */
void interview_end(struct interview *v, const char *why);

#endif
