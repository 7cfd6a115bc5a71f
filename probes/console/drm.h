/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drm.h: screens and their light as the kernel's graphics drivers tell them
 * (/sys/class/drm), where no X server says it: a Wayland session's. Called by
 * agent.c.
 */
#ifndef PROBES_CONSOLE_DRM_H
#define PROBES_CONSOLE_DRM_H

#include "camwarden/heartbeat.h"

/* folder: "/sys/class/drm". Does nothing when the screens are known or there
 * is no such driver. */
void drm_fill(const char *folder, struct heartbeat *hb);
/* Built-in panels that are on are DIMMED when their light is down, OFF when it
 * is switched off. folder: "/sys/class/backlight". Others' light nobody can
 * read. */
void drm_light(const char *folder, struct heartbeat *hb);

#endif
