/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.h: OpenSSL's MD5 and SHA-256 for digest.h. */
#ifndef PROBES_STREAM_HASH_H
#define PROBES_STREAM_HASH_H

#include "probes/stream/proto/digest.h"

/* Load the algorithms while files may still be opened. False: not there. */
bool hash_load(void);
digest_hash_fn hash_digest;

#endif
