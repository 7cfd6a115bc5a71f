/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret.h: a device's password from whoever runs a command, by ways that show
 * it in no process list: a variable of the environment, a file, or typed in. */
#ifndef MONITOR_CLI_SECRET_H
#define MONITOR_CLI_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_VARIABLE "CAMWARDEN_PASSWORD"

/* From the variable, else typed in, unless out holds one already. NULL, or what
 * is wrong. */
const char *secret_take(char *out, size_t size);
/* What is started inherits the variable no more, nor does a process list of
 * this process show it. */
void secret_forget(void);

#endif
