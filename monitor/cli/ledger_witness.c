/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger witness: keeps and cosigns the checkpoints of other installations, and
 * complains when they stop. A process of its own, on a machine of somebody
 * else's: no configuration, no database, only its folder. */
#include "monitor/cli/ledger_witness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/clock.h"
#include "common/confine.h"
#include "common/log.h"
#include "monitor/cli/cli.h"
#include "monitor/config/config_value.h"
#include "monitor/http/witness_http.h"
#include "monitor/offspring/errand.h"
#include "monitor/offspring/offspring.h"
#include "monitor/witness/witness_files.h"

#define COMPLAINT_S 30

static const char help[] =
    "usage: camwarden ledger witness --listen ADDRESS:PORT --dir DIR\n"
    "       --origin-key FILE... [options]\n"
    "\n"
    "The other end of the ledger: runs on a machine that the administrators of "
    "the\n"
    "watched installation can't reach. Takes their signed checkpoints (C2SP\n"
    "tlog-witness), checks that each continues the one before, keeps all of "
    "them,\n"
    "cosigns, and complains when they stop.\n"
    "\n"
    "  --listen ADDRESS:PORT  port 0 takes a free one and logs it\n"
    "  --dir DIR              its key and what it keeps, one file a day\n"
    "  --origin-key FILE      ledger.pub of an installation; repeat for more\n"
    "  --name NAME            of a new key (this machine's name)\n"
    "  --certificate FILE --key FILE  TLS; a must unless on loopback\n"
    "  --late TIME            complain after so long without a checkpoint "
    "(15m)\n"
    "  --complain COMMAND     run by /bin/sh with what to say as $1\n"
    "\n"
    "GET /healthz answers 503 while an installation is late. Restart it at any "
    "time:\n"
    "what it answered for is on the disk.\n"
    "\n"
    "example: camwarden ledger witness --listen 0.0.0.0:8444 --dir "
    "/srv/witness\n"
    "           --origin-key control-room.pub --certificate w.pem --key "
    "w.key\n"
    "\n"
    "exit: 0 stopped by a signal, 2 could not start\n";

struct serving {
	const char *listen, *dir, *name, *certificate, *key, *complain;
	const char *origins[WITNESS_LOGS];
	unsigned origin_count;
	int64_t late_us, started_us;
	struct witness witness;
	struct event_base *base;
	struct witness_http *http;
	struct errand *errand;
	char disk_error[256];
	bool disk_failed, disk_told;
};

/* --- complaints */

static void tell_next(struct serving *s);

static void
on_complained(void *arg, const struct errand_result *r)
{
	struct serving *s = arg;

	if (r->code != 0)
		log_warn("witness", "--complain ended with %d: %.300s", r->code,
		    r->complaint);
	errand_free(&s->errand);
	tell_next(s);
}

static void
tell(struct serving *s, const char *text)
{
	const char *argv[] = { "sh", "-c", s->complain, "camwarden-witness",
		text, NULL };
	const struct errand_spec spec = { .path = "/bin/sh",
		.argv = argv,
		.seconds = COMPLAINT_S };

	s->errand = errand_start(s->base, &spec, on_complained, s);
	if (s->errand == NULL)
		log_error("witness", "--complain: %s", strerror(errno));
}

static int64_t
silent_us(const struct serving *s, const struct witness_log *l)
{
	return clock_utc_us() -
	       (l->heard_us > s->started_us ? l->heard_us : s->started_us);
}

static void
describe(const struct serving *s, const struct witness_log *l, char text[400])
{
	char age[24];

	if (l->late)
		snprintf(text, 400,
		    "%s: no checkpoint for %s: what it records now could be "
		    "rewritten",
		    l->key.name, cli_age(silent_us(s, l), age));
	else
		snprintf(text, 400, "%s: checkpoints come again", l->key.name);
}

/* One command at a time; of each installation how it is by then. */
static void
tell_next(struct serving *s)
{
	char text[400];

	if (s->complain == NULL || s->errand != NULL)
		return;
	if (s->disk_failed && !s->disk_told) {
		s->disk_told = true;
		tell(s, s->disk_error);
		return;
	}
	for (unsigned i = 0; i < s->witness.count; i++) {
		struct witness_log *l = &s->witness.logs[i];

		if (l->told == l->late)
			continue;
		l->told = l->late;
		describe(s, l, text);
		tell(s, text);
		return;
	}
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct serving *s = arg;
	char text[400];

	(void)fd;
	(void)what;
	for (unsigned i = 0; i < s->witness.count; i++) {
		struct witness_log *l = &s->witness.logs[i];
		bool late = silent_us(s, l) > s->late_us;

		if (late == l->late)
			continue;
		l->late = late;
		describe(s, l, text);
		if (late)
			log_error("witness", "%s", text);
		else
			log_info("witness", "%s", text);
	}
	tell_next(s);
}

/* --- requests */

static void
on_add(void *arg, const char *body, size_t n, struct witness_http_answer *out)
{
	struct serving *s = arg;
	int64_t now = clock_utc_us();
	struct witness_answer a;
	struct witness_offer o;

	witness_weigh(&s->witness, body, n, now, &a, &o);
	if (a.status == 200 &&
	    !witness_files_keep(s->dir, &o, now, s->disk_error)) {
		if (!s->disk_failed)
			log_error("witness", "%s", s->disk_error);
		s->disk_failed = true;
		tell_next(s);
		out->status = 500;
		snprintf(out->body, sizeof(out->body), "it can't be kept\n");
		return;
	}
	if (a.status == 200) {
		s->disk_failed = s->disk_told = false;
		witness_accept(&o, now);
	} else if (o.log != NULL && (a.status == 409 || a.status == 422)) {
		log_warn("witness", "%s: refused: %s (seen: %llu lines)",
		    o.log->key.name, a.why, (unsigned long long)o.log->size);
	}
	out->status = a.status;
	out->type = a.type;
	snprintf(out->body, sizeof(out->body), "%s", a.body);
}

static void
on_health(void *arg, struct witness_http_answer *out)
{
	struct serving *s = arg;
	size_t n = 0;
	char when[24];

	out->status = s->disk_failed ? 503 : 200;
	for (unsigned i = 0; i < s->witness.count; i++) {
		const struct witness_log *l = &s->witness.logs[i];

		if (l->late)
			out->status = 503;
		if (n < sizeof(out->body))
			n += (size_t)snprintf(out->body + n,
			    sizeof(out->body) - n, "%s %llu lines, last %s%s\n",
			    l->key.name, (unsigned long long)l->size,
			    cli_utc(l->heard_us, when), l->late ? " LATE" : "");
	}
}

/* --- the start */

static bool
take_origin(struct serving *s, const char *path)
{
	size_t n;
	char *text = cli_slurp(path, 4096, &n);
	struct note_key key;
	bool good;

	if (text == NULL)
		return false;
	good = note_key_read(&key, text, n) && key.algorithm == NOTE_ED25519;
	free(text);
	if (!good)
		cli_say("%s: not the public key of a ledger (ledger.pub)",
		    path);
	else if (!witness_add(&s->witness, &key)) {
		cli_say("%s: one of the name %s is there already", path,
		    key.name);
		good = false;
	}
	return good;
}

static int
open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		cli_say("%s: %s", path, strerror(errno));
	return fd;
}

static bool
serve(struct serving *s, int fd)
{
	struct witness_http_calls calls = { on_add, on_health, s };
	int certificate = -1, key = -1;

	if (s->certificate != NULL &&
	    ((certificate = open_file(s->certificate)) < 0 ||
		(key = open_file(s->key)) < 0))
		return false;
	s->http = witness_http_new(s->base, fd, certificate, key,
	    WITNESS_REQUEST_BYTES, &calls);
	if (s->http == NULL)
		cli_say("--certificate, --key: not a certificate and its key "
			"in PEM");
	return s->http != NULL;
}

/* Two on one folder would cosign two stories. */
static bool
lock_folder(struct serving *s)
{
	int fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true; /* held until the end */
	cli_say("%s: %s", s->dir,
	    fd < 0 ? strerror(errno) : "another witness runs on this folder");
	return false;
}

static bool
listen_at(struct serving *s)
{
	char host[64], key[NOTE_KEY_TEXT];
	const char *colon = strrchr(s->listen, ':');
	int n = colon != NULL ? (int)(colon - s->listen) : 0;
	const char *from = s->listen;
	int64_t number;
	uint16_t port;
	int fd;

	if (n > 2 && from[0] == '[' && from[n - 1] == ']') {
		from++;
		n -= 2;
	}
	if (n < 1 || n >= (int)sizeof(host) ||
	    !config_value_integer(colon + 1, &number) || number < 0 ||
	    number > 65535) {
		cli_say("--listen: expected ADDRESS:PORT, like 0.0.0.0:8444");
		return false;
	}
	snprintf(host, sizeof(host), "%.*s", n, from);
	port = (uint16_t)number;
	if (s->certificate == NULL && strncmp(host, "127.", 4) != 0 &&
	    strcmp(host, "::1") != 0) {
		cli_say("--listen %s: expected --certificate and --key where "
			"it is not loopback",
		    s->listen);
		return false;
	}
	fd = offspring_listen(host, &port);
	if (fd < 0) {
		cli_say("--listen %s: %s", s->listen, strerror(errno));
		return false;
	}
	if (!serve(s, fd))
		return false;
	note_key_print(&s->witness.signer.key, key);
	log_info("witness", "port %u; %u installations; public key %s", port,
	    s->witness.count, key);
	return true;
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	event_base_loopbreak(arg);
}

/* Certificate and socket are open. Who complains inherits this, and may need
 * anything to do so. */
static bool
lock_in(const struct serving *s)
{
	struct confine role = { .may = CONFINE_ACCEPT | CONFINE_READ |
				       CONFINE_WRITE,
		.writes = { s->dir },
		.rights = CONFINE_FILE_RIGHTS };

	if (s->complain != NULL) {
		role.may |= CONFINE_CONNECT | CONFINE_LOCAL | CONFINE_THREADS |
			    CONFINE_START;
		role.reads[0] = role.writes[0] = role.runs[0] = "/";
	}
	return confine_enter(&role, "witness");
}

static int
run(struct serving *s)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	char error[256];

	sigaction(SIGPIPE, &ignore, NULL);
	s->started_us = clock_utc_us();
	s->base = event_base_new();
	if (!note_ready() || s->base == NULL)
		return CLI_FAILED;
	for (unsigned i = 0; i < s->origin_count; i++)
		if (!take_origin(s, s->origins[i]))
			return CLI_FAILED;
	if (!witness_files_open(&s->witness, s->dir, s->name, error)) {
		cli_say("%s", error);
		return CLI_FAILED;
	}
	if (!lock_folder(s) || !listen_at(s) || !lock_in(s))
		return CLI_FAILED;

	struct event *tick = event_new(s->base, -1, EV_PERSIST, on_second, s);
	struct event *term = evsignal_new(s->base, SIGTERM, on_signal, s->base);
	struct event *quit = evsignal_new(s->base, SIGINT, on_signal, s->base);

	if (tick == NULL || term == NULL || quit == NULL)
		return CLI_FAILED;
	event_add(tick, &second);
	event_add(term, NULL);
	event_add(quit, NULL);
	event_base_dispatch(s->base);
	errand_free(&s->errand);
	witness_http_free(&s->http);
	event_free(tick);
	event_free(term);
	event_free(quit);
	event_base_free(s->base);
	note_signer_forget(&s->witness.signer);
	return CLI_OK;
}

static bool
take_option(struct serving *s, int option)
{
	switch (option) {
	case 'l':
		s->listen = optarg;
		return true;
	case 'd':
		s->dir = optarg;
		return true;
	case 'o':
		if (s->origin_count == WITNESS_LOGS)
			return false;
		s->origins[s->origin_count++] = optarg;
		return true;
	case 'n':
		s->name = optarg;
		return true;
	case 'C':
		s->certificate = optarg;
		return true;
	case 'k':
		s->key = optarg;
		return true;
	case 'x':
		s->complain = optarg;
		return true;
	case 't':
		return config_value_duration(optarg, &s->late_us) &&
		       s->late_us > 0;
	default:
		return false;
	}
}

int
cli_ledger_witness(int argc, char **argv)
{
	static const struct option options[] = { { "listen", required_argument,
						     NULL, 'l' },
		{ "dir", required_argument, NULL, 'd' },
		{ "origin-key", required_argument, NULL, 'o' },
		{ "name", required_argument, NULL, 'n' },
		{ "certificate", required_argument, NULL, 'C' },
		{ "key", required_argument, NULL, 'k' },
		{ "complain", required_argument, NULL, 'x' },
		{ "late", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' }, { 0 } };
	static struct serving s; /* large */
	char host[128] = "witness";
	int option;

	gethostname(host, sizeof(host) - 1);
	s.name = host;
	s.late_us = 15 * 60 * US_PER_S;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return CLI_OK;
		}
		if (!take_option(&s, option))
			return cli_usage("ledger witness");
	}
	if (optind == argc && s.listen != NULL && s.dir != NULL &&
	    s.origin_count > 0 && (s.certificate == NULL) == (s.key == NULL))
		return run(&s);
	cli_say("expected --listen, --dir and at least one --origin-key; "
		"--certificate and --key together");
	return cli_usage("ledger witness");
}
