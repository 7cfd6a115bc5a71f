/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls.h: a certificate and its key, as open files -> how this room's servers
 * speak TLS. Of an administrator: trusted in meaning, not in form.
 */
#ifndef MONITOR_HTTP_TLS_H
#define MONITOR_HTTP_TLS_H

struct ssl_ctx_st;

/* Takes both descriptors; NULL: they aren't a certificate and its key. */
struct ssl_ctx_st *tls_server(int certificate_fd, int key_fd);

#endif
