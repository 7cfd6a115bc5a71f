/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seating.h: the seats of devices that limit their sessions (common/seats), for
 * the sources' threads. Whoever wants a session takes one first and says when
 * it left, and until when the device may count what it left. No input from the
 * network.
 */
#ifndef PROBES_DEMUX_SEATING_H
#define PROBES_DEMUX_SEATING_H

#include <stdbool.h>
#include <stdint.h>

struct seating;
struct seats_device;

struct seating *seating_new(void); /* NULL: memory is out */
void seating_free(struct seating **s);
/* From any thread. A device's place, NULL when memory is out; balance with
 * seating_put. */
struct seats_device *seating_get(struct seating *s, uint32_t device);
void seating_put(struct seating *s, struct seats_device **device);
/* True: a session may begin; seating_leave must follow. */
bool seating_take(struct seating *s, struct seats_device *device,
    uint32_t sessions, int64_t now_us);
/* busy: it began none, since the device said that it serves no more. */
void seating_leave(struct seating *s, struct seats_device *device,
    int64_t now_us, int64_t until_us, bool busy);

#endif
