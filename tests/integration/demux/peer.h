/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer.h: the other side of the demux tests: clips made with the ffmpeg
 * command in a folder of its own, and a small HTTP server on loopback with the
 * faults of real ones. Asserts on failure: tests only. */
#ifndef TESTS_DEMUX_PEER_H
#define TESTS_DEMUX_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A new folder under the temporary one; remove with peer_folder_remove. */
void peer_folder(char *out, unsigned size);
void peer_folder_remove(const char *folder);
/* Runs `ffmpeg -v error -y ARGS` with the folder as working directory; false
 * when it failed (or is not there). Blanks separate arguments. */
bool peer_ffmpeg(const char *folder, const char *args);
/* The same in the background: its pid, to be ended by the caller. */
pid_t peer_ffmpeg_start(const char *folder, const char *args);

/* Paths: /mjpeg (multipart from the folder's f0.jpg .. f9.jpg, 10 a second),
 * /mjpeg-stop (the same, silent after a second but open), /snapshot.jpg,
 * /secret (MJPEG behind Basic user:pa:ss@word), /forbidden 403, /busy 503,
 * /garbage, /endless (a picture of 2 GB), /round (a redirect to itself), /hang
 * (accepts, never answers), everything else a file of the folder or 404. Serves
 * until killed. */
pid_t peer_http_start(const char *folder, uint16_t *port_out);
void peer_end(pid_t pid);
/* A loopback TCP port that refuses. */
uint16_t peer_closed_port(void);

#endif
