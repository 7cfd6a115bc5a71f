/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.h: RTP over UDP unicast. One port pair per host, shared by its feeds as
 * long as their packets can be told apart by source port or SSRC; else a pair
 * of its own. Datagrams are hostile. For probes/stream only. */
#ifndef PROBES_STREAM_UDP_H
#define PROBES_STREAM_UDP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cursor.h"

struct feed;

/* Gives f a pair for its host; our RTP port, 0 with errno when there is none.
 */
uint16_t udp_attach(struct feed *f);
void udp_detach(struct feed *f);
/* After SETUP: another feed of the pair has the same server port and there is
 * no SSRC to tell them apart. */
bool udp_conflicts(const struct feed *f);
/* Dummy RTP and RTCP to the server's ports, so that NATs let media in. */
void udp_punch(struct feed *f);
void udp_send_report(struct feed *f, struct span report);

#endif
