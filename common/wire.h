/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.h: struct <-> bytes for every message of include/camwarden/wire.h.
 * Pure. The decoders' input is hostile (a probe may be compromised): each
 * returns false unless every field is in range and nothing is left over.
 */
#ifndef COMMON_WIRE_H
#define COMMON_WIRE_H

#include "camwarden/wire.h"
#include "common/cursor.h"

/* Body encoders append to w; w->bad says when it did not fit. */
void wire_put_hello(struct writer *w, const struct wire_hello *m);
void wire_put_configure(struct writer *w, const struct wire_configure *m);
void wire_put_feed_add(struct writer *w, const struct wire_feed_add *m);
void wire_put_ref(struct writer *w, const struct feed_ref *m);
void wire_put_feed_pause(struct writer *w, const struct wire_feed_pause *m);
void wire_put_sample_ask(struct writer *w, const struct wire_sample_ask *m);
void wire_put_sample_gone(struct writer *w, const struct wire_sample_gone *m);
void wire_put_resolve(struct writer *w, const struct wire_resolve *m);
void wire_put_resolved(struct writer *w, const struct wire_resolved *m);
void wire_put_learned(struct writer *w, const struct wire_learned *m);
void wire_put_pong(struct writer *w, const struct wire_pong *m);
void wire_put_log(struct writer *w, const struct wire_log *m);
void wire_put_link_report(struct writer *w, const struct link_report *m);
void wire_put_account(struct writer *w, const struct account *m);
void wire_put_sample(struct writer *w, const struct sample *m);
void wire_put_png(struct writer *w, const struct wire_png *m);
void wire_put_unit_head(struct writer *w, const struct unit_head *m);

/* WIRE_PING: u64 nonce. WIRE_DECODE_BEGIN: u64 ticket. WIRE_FEED_REMOVE and
 * WIRE_FEED_RETRY: struct feed_ref. WIRE_STOP: empty. */
bool wire_get_u64(struct span body, uint64_t *m_out);
bool wire_get_hello(struct span body, struct wire_hello *m_out);
bool wire_get_configure(struct span body, struct wire_configure *m_out);
bool wire_get_feed_add(struct span body, struct wire_feed_add *m_out);
bool wire_get_ref(struct span body, struct feed_ref *m_out);
bool wire_get_feed_pause(struct span body, struct wire_feed_pause *m_out);
bool wire_get_sample_ask(struct span body, struct wire_sample_ask *m_out);
bool wire_get_sample_gone(struct span body, struct wire_sample_gone *m_out);
bool wire_get_resolve(struct span body, struct wire_resolve *m_out);
bool wire_get_resolved(struct span body, struct wire_resolved *m_out);
bool wire_get_learned(struct span body, struct wire_learned *m_out);
bool wire_get_pong(struct span body, struct wire_pong *m_out);
bool wire_get_log(struct span body, struct wire_log *m_out);
bool wire_get_link_report(struct span body, struct link_report *m_out);
bool wire_get_account(struct span body, struct account *m_out);
bool wire_get_sample(struct span body, struct sample *m_out);
bool wire_get_png(struct span body, struct wire_png *m_out);
/* Reads UNIT_HEAD_BYTES from the packet's start and checks that exactly
 * head.length bytes follow. */
bool wire_get_unit_head(struct span packet, struct unit_head *m_out);

/* The name of a message for logs ("sample_ask"); "?" when unknown. */
const char *wire_type_name(unsigned type);

#endif
