/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tls.h: RTSPS over an own non-blocking socket, through OpenSSL. The peer is
 * hostile; its certificate is pinned by its public key, not verified, unless
 * asked (cameras sign themselves; RTSP.md 7). For probes/stream only. */
#ifndef PROBES_STREAM_TLS_H
#define PROBES_STREAM_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tls_context;
struct tls;

/* Loads what needs files (CA certificates); NULL with a log line. */
struct tls_context *tls_context_new(void);
void tls_context_free(struct tls_context **c);

enum tls_result {
	TLS_OK,
	TLS_WANT_READ,
	TLS_WANT_WRITE,
	TLS_CLOSED,
	TLS_BAD,
	TLS_SHORT /* memory is out */
};

/* fd stays the caller's. verify: the chain and the host's name. */
struct tls *tls_new(struct tls_context *c, int fd, const char *host,
    bool literal, bool verify);
void tls_free(struct tls **t);
enum tls_result tls_handshake(struct tls *t, const char **why_out);
/* SHA-256 of the peer's public key (DER SubjectPublicKeyInfo). */
bool tls_pin(struct tls *t, uint8_t pin_out[32]);
enum tls_result tls_read(struct tls *t, void *out, size_t n, size_t *got_out);
enum tls_result tls_write(struct tls *t, const void *in, size_t n,
    size_t *put_out);

#endif
