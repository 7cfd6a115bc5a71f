/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control_frame.h: bytes of the control socket <-> one frame: a JSON text and
 * a blob (a CSV) beside it. PURE; bytes are hostile. Both ends use it.
 *
 * A frame: "CWC1", u32 length of the JSON, u32 length of the blob (both
 * little-endian), then both. One frame is asked, one is answered.
 */
#ifndef MONITOR_CLI_CONTROL_FRAME_H
#define MONITOR_CLI_CONTROL_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define CONTROL_HEAD_BYTES 12u
#define CONTROL_ASK_JSON_BYTES (64u << 10) /* a question's JSON */
#define CONTROL_BLOB_BYTES (64u << 20)	   /* an import */
#define CONTROL_REPLY_JSON_BYTES (64u << 20)

enum control_parse {
	CONTROL_MORE,
	CONTROL_DONE,
	CONTROL_BAD_MAGIC,
	CONTROL_TOO_LONG,
	CONTROL_NO_MEMORY,
};

struct control_frame {
	uint32_t json_most; /* limits, set by init */
	uint32_t blob_most;
	uint8_t head[CONTROL_HEAD_BYTES];
	size_t have; /* bytes of the frame so far, head included */
	uint32_t json_length;
	uint32_t blob_length;
	uint8_t *body; /* owned; grows as bytes come, never on a mere promise */
	size_t size;
};

void control_frame_init(struct control_frame *f, uint32_t json_most,
    uint32_t blob_most);
void control_frame_fini(struct control_frame *f);

/* Takes bytes; *used_out of them belonged to this frame. DONE: json and blob
 * below are valid until fini. Anything else than MORE and DONE is final. */
enum control_parse control_frame_feed(struct control_frame *f,
    const void *bytes, size_t length, size_t *used_out);
const char *control_frame_json(const struct control_frame *f);
const char *control_frame_blob(const struct control_frame *f);

/* Writes the head of a frame with such lengths. */
void control_frame_head(uint8_t head_out[CONTROL_HEAD_BYTES],
    uint32_t json_length, uint32_t blob_length);

#endif
