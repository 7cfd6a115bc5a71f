/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record.h: observations of one feed <-> JSON lines, so that what a probe saw
 * can be judged again (`probe --record`, `judge`). A line holds the time the
 * judge heard of it and the observation's wire body in base64, with its main
 * figures beside it for people:
 *   {"camwarden":"record","version":1,"start":0,"file":true}
 *   {"now":2000000,"kind":"sample","result":"ok","wire":"AAAA..."}
 * Reading: input hostile (anybody's file); docs/formats.md.
 */
#ifndef MONITOR_CLI_RECORD_H
#define MONITOR_CLI_RECORD_H

#include <stdbool.h>
#include <stdio.h>

#include "camwarden/observation.h"
#include "common/cursor.h"
#include "monitor/judge/judge.h"

struct record_head {
	int64_t start_us; /* second 0 */
	bool file;	  /* the time line is a file's */
	int64_t end_us;	  /* of a tail line: when the examination ended */
};

void record_put_head(FILE *out, const struct record_head *h);
void record_put_link(FILE *out, int64_t now_us, const struct link_report *r);
void record_put_account(FILE *out, int64_t now_us, const struct account *a);
void record_put_sample(FILE *out, int64_t now_us, const struct sample *s);
void record_put_blind(FILE *out, int64_t now_us, enum cause cause);
void record_put_annotation(FILE *out, int64_t now_us,
    const struct annotation *a);
void record_put_end(FILE *out, int64_t now_us);

enum record_kind {
	RECORD_HEAD,
	RECORD_LINK,
	RECORD_ACCOUNT,
	RECORD_SAMPLE,
	RECORD_BLIND,
	RECORD_ANNOTATION,
	RECORD_END,
};

struct record_line {
	enum record_kind kind;
	int64_t now_us;
	struct record_head head;
	struct link_report link;
	struct account account;
	struct sample sample;
	enum cause cause;
	struct annotation annotation;
};

/* One line. False with a sentence when it is not one of ours. */
bool record_get(struct span line, struct record_line *out,
    const char **error_out);

#endif
