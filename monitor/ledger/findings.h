/* SPDX-License-Identifier: GPL-3.0-or-later */
/* findings.h: what an examination found -> the report's counts and its list,
 * the gravest and first of them. PURE. Private to verify.c.
 */
#ifndef MONITOR_LEDGER_FINDINGS_H
#define MONITOR_LEDGER_FINDINGS_H

#include "monitor/ledger/verify.h"

void findings_add(struct verify_report *r, const struct verify_finding *f);
/* What was said of this line was a mistake: more is known now. */
void findings_take_back(struct verify_report *r, int64_t seq);

#endif
