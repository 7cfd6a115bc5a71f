/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mail_text.h: words and moments -> header lines of a mail (RFC 5322, RFC 2047)
 * and of a syslog message (RFC 5424). PURE. What goes in may hold anything:
 * no line is ended or begun by it.
 */
#ifndef MONITOR_COURIER_MAIL_TEXT_H
#define MONITOR_COURIER_MAIL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* "Name: value\n" behind what is in out; a value beyond ASCII, or over 70
 * letters, as encoded words, folded. What doesn't fit is left out whole. */
void mail_text_header(char *out, size_t size, const char *name,
    const char *value);
/* The same of addresses by comma: a line each, folded. What isn't printable
 * ASCII is left out. */
void mail_text_addresses(char *out, size_t size, const char *name,
    const char *list);
/* "Sun, 22 Nov 2026 19:46:01 +0000" (RFC 5322 3.3). */
void mail_text_date(char *out, size_t size, int64_t utc_us);
/* "2026-11-22T19:46:01.123456Z" (RFC 3339). */
void mail_text_stamp(char *out, size_t size, int64_t utc_us);

#define MAIL_TEXT_AUDIT 13 /* log audit */
#define MAIL_TEXT_ALERT 14 /* log alert */
struct syslog_line {
	unsigned facility; /* MAIL_TEXT_.. */
	unsigned severity; /* 0..7 */
	int64_t utc_us;
	const char *host, *id; /* MSGID */
	const char *text;      /* UTF-8; line ends become blanks */
};
/* Its length in out; what doesn't fit is cut at the end. */
size_t mail_text_syslog(char *out, size_t size, const struct syslog_line *l);

#endif
