/* SPDX-License-Identifier: GPL-3.0-or-later */
/* web.h: the monitor's side of the web: spawns the web process and the reader
 * process, gives the first every row of the fleet and each change, and hears
 * from it which pictures pages want. What the web process says is hostile.
 * Runs in the monitor's loop; both processes are replaced when they die.
 */
#ifndef MONITOR_HTTP_WEB_H
#define MONITOR_HTTP_WEB_H

#include <stdbool.h>
#include <stdint.h>

struct web;
struct event_base;
struct web_row; /* web_wire.h */
struct web_totals;
struct web_change;
struct web_changed;
struct principal;
struct web_seen;
struct read_facts; /* read_wire.h */

/* The settings that concern this room; borrowed for the call. */
struct web_settings {
	const char *state_dir; /* what the reader reads */
	const char *address;   /* loopback, IPv4 or IPv6 */
	uint16_t port;	       /* 0 = any free one */
	uint32_t connections;  /* open at once */
	uint32_t per_address;
	const char *certificate, *key; /* files, or NULL: no TLS */
	const char *names;    /* host names that are answered, by comma */
	const char *language; /* "en" */
};

/* What the room needs of the monitor. None may free the web. */
struct web_calls {
	/* web_row_put every feed; called from within web_new too. */
	void (*tell_all)(void *arg, struct web *w);
	void (*totals)(void *arg, struct web_totals *totals_out);
	/* What answers from the database need beside it; asked each second.
	 * May be NULL. facts_out comes zeroed. */
	void (*facts)(void *arg, struct read_facts *facts_out);
	void (*want_picture)(void *arg, const uint8_t uuid[16]);
	/* web_row_put or web_row_gone, now. */
	void (*want_row)(void *arg, struct web *w, const uint8_t uuid[16]);
	/* web_session_put every good credential, web_setup whether there is
	 * a user; called as tell_all is. */
	void (*tell_sessions)(void *arg, struct web *w);
	/* A client wants something changed: web_change_answer once, now or
	 * later. The body is whole, whatever its size. */
	void (*change)(void *arg, struct web *w, const struct web_change *c);
	/* A credential was used. */
	void (*seen)(void *arg, const struct web_seen *seen);
	void *arg;
};

/* Starts both processes; listens where the configuration says. NULL with a
 * sentence in error_out (given). */
struct web *web_new(struct event_base *base, const struct web_settings *set,
    const struct web_calls *calls, char **error_out);
/* A feed as it is now; a feed that is no more. */
void web_row_put(struct web *w, const struct web_row *row);
void web_row_gone(struct web *w, const uint8_t uuid[16]);
/* Something for the live stream alone: json is one object on one line; site is
 * whom it concerns, "" = followers without a scope. */
void web_event_put(struct web *w, const char *name, const char *site,
    const char *json);
/* A credential that is good now, or what it is good for has changed; one that
 * is good no more: its streams end. */
void web_session_put(struct web *w, const struct principal *m);
void web_session_gone(struct web *w, const uint8_t sha256[32]);
/* Whether nobody can log in yet, so that /setup waits for its token. */
void web_setup(struct web *w, bool setup);
/* Counts the web processes: what an earlier one asked must not be answered to
 * this one, whose numbers begin anew. */
uint32_t web_generation(const struct web *w);
void web_change_answer(struct web *w, const struct web_changed *m);
/* After a reload: the new settings (connection limits are in force at once, a
 * new address needs a restart), or NULL when the file was refused: /metrics
 * says so. */
void web_reload(struct web *w, const struct web_settings *set);
/* Ends both processes. */
void web_free(struct web **w);
/* The port it listens on (the configured one, or the free one taken). */
uint16_t web_port(const struct web *w);

/* The two processes' mains: `camwarden _web`, `camwarden _reader`. Exit
 * code. */
int web_process_main(int argc, char **argv);
int reader_process_main(int argc, char **argv);
/* `camwarden _routes`. */
int rights_print_main(int argc, char **argv);

#endif
