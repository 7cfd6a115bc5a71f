/* SPDX-License-Identifier: GPL-3.0-or-later */
/* token.h: user, password and the device's time -> a WS-UsernameToken with a
 * digest (proto/soap.h), with OpenSSL's SHA-1. */
#ifndef PROBES_DEVICE_TOKEN_H
#define PROBES_DEVICE_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/device/proto/soap.h"

#define TOKEN_NONCE_BYTES 16

struct token {
	char digest[32], nonce[32], created[32];
};

/* Load the algorithm while files may still be opened. False: not there. */
bool token_load(void);
/* utc_us: of the device's clock. False: it can't be made. */
bool token_make(struct token *t, const uint8_t nonce[TOKEN_NONCE_BYTES],
    int64_t utc_us, const char *password);

#endif
