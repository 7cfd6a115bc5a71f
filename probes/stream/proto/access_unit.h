/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_unit.h: the access unit under way: where it begins and ends, whether
 * it is a keyframe, and its bytes while they are wanted. Pure, hostile input.
 * The depacketisers feed it pieces of NAL units (H.264, H.265) or of frames
 * (JPEG, MPEG-4); nothing is copied unless `collect` says so.
 *
 * A unit ends only where the next one shows itself (its first slice, or a
 * parameter set, delimiter or SEI after slices, together with a new timestamp
 * or a marker), never by the marker alone: cameras set it on parameter sets,
 * on every packet or never, and change the timestamp inside (RTSP.md 8).
 */
#ifndef PROBES_STREAM_PROTO_ACCESS_UNIT_H
#define PROBES_STREAM_PROTO_ACCESS_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/words.h"
#include "common/cursor.h"

struct media;
struct rtp_packet;

enum collect {
	COLLECT_NO,    /* not asked for, or known to be no keyframe */
	COLLECT_MAYBE, /* asked for; what it is isn't known yet */
	COLLECT_YES,   /* a keyframe */
};

/* What a NAL unit's first bytes say about it. */
struct nal_class {
	bool slice;  /* coded picture data */
	bool first;  /* its first slice */
	bool key;    /* IDR, IRAP */
	bool intra;  /* an I slice */
	bool starts; /* no slice, but stands only before the slices */
	bool set;    /* parameter set */
	bool sei;
	bool filler; /* counts for nothing */
	bool skip;   /* of another layer, or of no use to a decoder */
};

/* A NAL unit or a fragment of one. */
struct nal_piece {
	uint8_t head[2];    /* its header, put together again for fragments */
	uint8_t head_bytes; /* 1 (H.264) or 2 (H.265) */
	bool start;
	bool end;
	struct span data; /* behind the header; borrowed; as far as present */
	uint32_t size; /* bytes behind the header; more than data.n in a head */
};

/* What all feeds of a process may hold of unfinished keyframes. None may hold
 * more than an eighth of what the others leave, so that many that never end
 * leave room; what is small always finds some. */
struct access_unit_room {
	size_t used;
	size_t most;
};

struct access_unit {
	struct access_unit_room *room; /* borrowed; NULL = nobody counts */
	int64_t first_us;
	int64_t last_us;
	int64_t key_us; /* the last keyframe, or when the connection began */
	uint8_t *bytes; /* owned, NULL unless collecting */
	uint32_t length;
	uint32_t size;
	uint32_t account_bytes; /* without filler */
	uint32_t nal_bytes;	/* of the NAL unit under way */
	uint32_t rtp_time;
	uint32_t hint_bytes;	 /* size of the last keyframe, to reserve */
	uint32_t offset;	 /* JPEG: next fragment's */
	struct jpeg_table *jpeg; /* owned; last quantisation tables, or NULL */
	uint16_t width;		 /* JPEG: picture size; else of the sets */
	uint16_t height;
	uint16_t slices;
	uint8_t collect;      /* enum collect */
	uint8_t first_slices; /* that begin a picture (two for fields) */
	uint8_t spoilt;	      /* wanted keyframes given up for damage */
	bool open;	      /* something of it arrived */
	bool picture;	      /* slice data arrived */
	bool key;
	bool recovery; /* recovery point SEI seen */
	bool damaged;
	bool marker;  /* seen after slice data */
	bool markers; /* ever seen on this connection */
	bool in_nal;  /* a fragmented NAL unit is under way */
	bool nal_filler;
	bool nal_quiet;	 /* its bytes are not to be collected */
	bool lost;	 /* packets are missing right before the next one */
	uint8_t refused; /* enum sample_result: why it is counted, but no longer
			  * collected; SAMPLE_OK: it is */
};

/* All take the media that the unit is part of. */
void access_unit_reset(struct media *m, int64_t now_us);
void access_unit_fini(struct media *m);
/* One piece, in order. */
void access_unit_piece(struct media *m, const struct nal_piece *piece,
    const struct rtp_packet *p, int64_t now_us);
/* For JPEG and MPEG-4: a frame begins with this packet (after the one before
 * was ended); and a part of one, already counted by `count` bytes. */
void access_unit_begin(struct media *m, const struct rtp_packet *p,
    int64_t now_us);
void access_unit_append(struct media *m, struct span bytes);
/* What the picture is, at its first slice: keep or drop what was collected. */
void access_unit_decide(struct media *m, bool key);
/* Free what was collected. */
void access_unit_drop(struct media *m);
/* The same, for good: whoever wanted it is told why, but of a hole
 * (SAMPLE_DAMAGED), after which the next one may be whole. */
void access_unit_refuse(struct media *m, enum sample_result why);
/* It ended: account for it, give it when wanted. */
void access_unit_end(struct media *m);
/* True when the next unit's picture begins with a packet of this timestamp. */
bool access_unit_is_next(const struct media *m, const struct rtp_packet *p);
/* Flush what is complete and old. */
void access_unit_tick(struct media *m, int64_t now_us);
/* True when nothing of the present or a coming unit is to be copied. */
bool access_unit_quiet(const struct media *m);

#endif
