/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.h: command line and configuration file -> struct options. Whoever
 * starts the agent is trusted; mistakes get a sentence. Called by main.c.
 */
#ifndef PROBES_CONSOLE_OPTIONS_H
#define PROBES_CONSOLE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/console/proc_net.h"

#define OPTIONS_SENTENCE 320
#define OPTIONS_TOKEN_BYTES 160

enum options_source {
	OPTIONS_X11 = 1,
	OPTIONS_LOGIND = 2,
	OPTIONS_EVDEV = 4,
	OPTIONS_WAYLAND = 8,
};

/* Texts are "" when not given. */
struct options {
	char server[256]; /* "https://HOST:PORT", no slash at its end */
	char token_file[256], ca[256], patterns[256];
	char display[64], xauthority[256], wayland_socket[108], seat[32];
	unsigned sources; /* enum options_source */
	struct proc_net_ranges connections;
	bool once, print, help, version;
};

/* False: sentence_out says what is wrong. */
bool options_read(int argc, char **argv, struct options *out,
    char sentence_out[OPTIONS_SENTENCE]);
/* The first line of the file. False when it can't be read, others could read
 * it too, or it holds no token: sentence_out says which. */
bool options_token(const char *path, char token_out[OPTIONS_TOKEN_BYTES],
    char sentence_out[OPTIONS_SENTENCE]);
void options_help(void);

#endif
