/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control.h: the monitor's side of the control socket: a unix stream socket
 * in the state directory (0600, peer credentials -> actor) where the CLI asks
 * and changes things while the monitor runs. Runs in the monitor's loop; a
 * client is hostile until its user is known and bounded after that. The
 * client's side is client.h; the bytes are control_frame.h.
 */
#ifndef MONITOR_CLI_CONTROL_H
#define MONITOR_CLI_CONTROL_H

struct control;
struct event_base;
struct monitor;

#define CONTROL_SOCKET_NAME "control.sock" /* within the state directory */
#define CONTROL_CLIENTS 16 /* at once; more wait to be accepted */
#define CONTROL_SECONDS 60 /* a client's life, all in all */

/* Starts to listen. monitor is borrowed and outlives this. NULL with a
 * sentence in error_out (given). */
struct control *control_new(struct event_base *base, const char *state_dir,
    struct monitor *monitor, char **error_out);
/* Closes all clients, removes the socket. */
void control_free(struct control **c);

#endif
