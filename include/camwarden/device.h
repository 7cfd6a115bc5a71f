/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device.h: every message between `camwarden devices discover` and the process
 * that asks devices (camwarden-device), with direction. Framed as in wire.h;
 * coded by common/device_wire.c. Bump DEVICE_VERSION with every change here:
 * both ends come from one build.
 *
 * BEGIN, KEY.., TARGET.., GO go down; then RESULT (each with its STREAMs behind
 * it), WORD and PROGRESS come up in any order, END last.
 */
#ifndef CAMWARDEN_DEVICE_H
#define CAMWARDEN_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/wire_feed.h"

#define DEVICE_VERSION 1u
#define DEVICE_FD_CHANNEL 3

#define DEVICE_MOST 4096u      /* devices asked in one run */
#define DEVICE_INTERFACES 16u  /* that a search is sent on */
#define DEVICE_STREAMS 1024u   /* told of one device */
#define DEVICE_TEXT_BYTES 128u /* what a device says of itself */
#define DEVICE_PATH_BYTES 256u /* of a service's URL */
#define DEVICE_ANSWER_BYTES                                                    \
	(2u << 20) /* of one answer; a longer one is cut                       \
		    */
#define DEVICE_DATAGRAM_BYTES (64u << 10)

enum device_type {
	/* down */
	DEVICE_BEGIN = 300,
	DEVICE_TARGET = 301,
	DEVICE_GO = 302, /* empty: all targets are told */
	DEVICE_KEY = 303,
	/* up */
	DEVICE_RESULT = 310,
	DEVICE_STREAM = 311,
	DEVICE_WORD = 312,
	DEVICE_PROGRESS = 313,
	DEVICE_END = 314, /* empty: nothing is left to ask */
};

/* An own address on the network that is searched. */
struct device_interface {
	struct wire_address address; /* IPv4 */
	uint8_t prefix;		     /* its network's bits */
};

struct device_begin {
	uint32_t version;
	bool basic_ok;	/* Basic in the clear, where nothing else is offered */
	bool keep_host; /* streams' URLs as said, though of another host */
	uint32_t at_once;    /* devices asked at the same time */
	uint32_t wait_ms;    /* for answers to a search */
	uint32_t timeout_ms; /* for one answer */
	uint32_t interface_count;
	struct device_interface interfaces[DEVICE_INTERFACES];
};

/* How to log in to the device at that address. */
struct device_key {
	struct wire_address address; /* family 0: to all that have no other */
	char user[LIMIT_CREDENTIAL_BYTES];
	char password[LIMIT_CREDENTIAL_BYTES];
};

/* An address that the person named. */
struct device_target {
	struct wire_address address;
	uint16_t port; /* 0: a search by datagram finds it */
	bool secure;   /* https */
	bool anyway;   /* asked at port 80 if no datagram comes back */
	char path[DEVICE_PATH_BYTES]; /* "" = the usual one */
};

enum device_state {
	DEVICE_WELL = 0,	 /* all that was asked was answered */
	DEVICE_SILENT = 1,	 /* no answer, or not in time */
	DEVICE_REFUSED = 2,	 /* no connection */
	DEVICE_NO_ONVIF = 3,	 /* it answers, but no ONVIF */
	DEVICE_LOGIN_NEEDED = 4, /* and none was given, or none that it takes */
	DEVICE_LOGIN_WRONG = 5,
	DEVICE_BROKEN = 6, /* answers that can't be used: detail */
};
#define DEVICE_STATE_COUNT 7

enum device_login {
	DEVICE_LOGIN_NONE = 0, /* it asks for none */
	DEVICE_LOGIN_DIGEST = 1,
	DEVICE_LOGIN_TOKEN = 2, /* WS-UsernameToken */
	DEVICE_LOGIN_BASIC = 3,
};
#define DEVICE_LOGIN_COUNT 4

/* Texts are the device's own words: UTF-8 without controls, cut. */
struct device_result {
	struct wire_address address;
	uint16_t port;
	bool secure, found; /* found: by a search */
	enum device_state state;
	enum device_login login;
	char detail[LIMIT_DETAIL_BYTES];   /* why, when not well */
	char said_host[DEVICE_TEXT_BYTES]; /* its services' URLs name another
					    * host than where it was found */
	char manufacturer[DEVICE_TEXT_BYTES], model[DEVICE_TEXT_BYTES],
	    firmware[DEVICE_TEXT_BYTES], serial[DEVICE_TEXT_BYTES],
	    hardware[DEVICE_TEXT_BYTES];
	char name[DEVICE_TEXT_BYTES], location[DEVICE_TEXT_BYTES]; /* scopes */
	bool clock_known;
	int64_t clock_offset_us; /* its clock - ours */
	uint32_t stream_count;	 /* that follow */
	uint32_t stream_more;	 /* beyond DEVICE_STREAMS, not told */
};

struct device_stream {
	char token[DEVICE_TEXT_BYTES]; /* of its profile */
	char name[DEVICE_TEXT_BYTES];
	char source[DEVICE_TEXT_BYTES]; /* of the video source: one camera of a
					 * recorder */
	char encoding[32];		/* "H264"; "" = not said */
	uint16_t width, height;
	uint32_t fps_milli, kbps; /* limits as set there; 0 = not said */
	bool ptz;
	char url[LIMIT_URL_BYTES]; /* without credentials; "" = none: detail */
	char said_host[DEVICE_TEXT_BYTES]; /* the URL as said named this one */
	bool had_login;			   /* credentials were in it */
	char detail[LIMIT_DETAIL_BYTES];
};

/* Something that was left out, and why. */
struct device_word {
	struct wire_address address; /* family 0: of nobody in particular */
	char text[LIMIT_DETAIL_BYTES];
};

struct device_progress {
	uint32_t replies;	       /* datagrams that answered the search */
	uint32_t strays;	       /* that answered nothing of ours */
	uint32_t others;	       /* that are no cameras */
	uint32_t waiting, asked, done; /* devices; asked: right now */
	uint32_t to_search; /* addresses whose datagram is still due */
};

#endif
