/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls.h: a certificate and its key, as open files or as their text -> how this
 * room's servers speak TLS. Of an administrator: trusted in meaning, not in
 * form.
 */
#ifndef MONITOR_HTTP_TLS_H
#define MONITOR_HTTP_TLS_H

#include "common/cursor.h"

struct ssl_ctx_st;

/* Takes both descriptors; NULL: they aren't a certificate and its key. */
struct ssl_ctx_st *tls_server(int certificate_fd, int key_fd);
/* Both as PEM. */
struct ssl_ctx_st *tls_server_text(struct span certificate, struct span key);
void tls_free(struct ssl_ctx_st **tls);

#endif
