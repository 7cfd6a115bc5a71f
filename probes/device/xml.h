/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xml.h: the bytes of one answer -> a tree (proto/tree.h). Hostile input: no
 * document type, so no entities; nothing is ever fetched; bounded as
 * proto/wash.h and proto/tree.h say. xml.c alone sees libxml2.
 */
#ifndef PROBES_DEVICE_XML_H
#define PROBES_DEVICE_XML_H

#include <stddef.h>
#include <stdint.h>

#include "probes/device/proto/tree.h"

#define XML_WHY_BYTES 160

/* Once, before the process locks itself in. */
void xml_init(void);
/* bytes are spoilt. NULL: why says what is wrong with them. */
struct tree *xml_read(uint8_t *bytes, size_t n, char why[XML_WHY_BYTES]);

#endif
