/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_mail.h: what the faces may ask of mail. Addresses are a person's: any
 * text is borne. In the monitor's loop.
 */
#ifndef MONITOR_MONITOR_MAIL_H
#define MONITOR_MONITOR_MAIL_H

#include "monitor/monitor.h"

/* A mail to that address, sent now and tried once. answer: it is kept, its
 * `seq` is the delivery's number, whose row says what comes of it. */
void monitor_mail_test(struct monitor *m, const char *to, const char *actor,
    monitor_answer_fn *answer, void *arg);

#endif
