/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device_wire.h: struct <-> bytes for every message of
 * include/camwarden/device.h. PURE. What is read is hostile (the process that
 * asks devices may be taken over): false unless every field is in range and
 * nothing is left over.
 */
#ifndef COMMON_DEVICE_WIRE_H
#define COMMON_DEVICE_WIRE_H

#include "camwarden/device.h"
#include "common/cursor.h"

void device_put_begin(struct writer *w, const struct device_begin *m);
void device_put_key(struct writer *w, const struct device_key *m);
void device_put_target(struct writer *w, const struct device_target *m);
void device_put_result(struct writer *w, const struct device_result *m);
void device_put_stream(struct writer *w, const struct device_stream *m);
void device_put_word(struct writer *w, const struct device_word *m);
void device_put_progress(struct writer *w, const struct device_progress *m);

bool device_get_begin(struct span body, struct device_begin *m_out);
bool device_get_key(struct span body, struct device_key *m_out);
bool device_get_target(struct span body, struct device_target *m_out);
bool device_get_result(struct span body, struct device_result *m_out);
bool device_get_stream(struct span body, struct device_stream *m_out);
bool device_get_word(struct span body, struct device_word *m_out);
bool device_get_progress(struct span body, struct device_progress *m_out);

#endif
