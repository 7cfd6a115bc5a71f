/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checkpoints of the ledger: made every few minutes, also when nothing
 * happened, signed, stored, and handed to each witness. A witness that has had
 * none for three of those times, or that says that the record here is not the
 * one it knows, is an incident. */
#include "monitor/monitor_outside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/disk.h"
#include "common/log.h"
#include "monitor/courier/backoff.h"
#include "monitor/courier/mail_text.h"
#include "monitor/monitor_duties.h"
#include "monitor/store/store_read_ledger.h"

#define DAY_US (24 * 3600 * US_PER_S)
#define MAIL_US (26 * 3600 * US_PER_S) /* it goes once a night */
#define FILE_S 60

static struct record *
record_of(struct monitor *m)
{
	return &m->outside->record;
}

/* --- troubles, one incident for all witnesses each */

static void
put_trouble(char *out, size_t size, const struct held_witness *w,
    const char *what)
{
	size_t n = strlen(out);

	snprintf(out + n, size - n, "%s%.120s: %.200s", n > 0 ? "; " : "",
	    w->config.name, what);
}

static void
tell_troubles(struct monitor *m)
{
	const struct record *k = record_of(m);
	char missed[OWN_TEXT_BYTES] = "", denied[OWN_TEXT_BYTES] = "";
	int64_t now = clock_mono_us(), since = now;

	if (m->stopping)
		return; /* the record is closed; the next start says it */
	for (unsigned i = 0; i < k->count; i++) {
		const struct held_witness *w = &k->witnesses[i];

		if (w->missed)
			put_trouble(missed, sizeof(missed), w,
			    w->why[0] != '\0' ? w->why : "not heard of");
		if (w->missed && w->receipt_us < since)
			since = w->receipt_us;
		if (w->denied)
			put_trouble(denied, sizeof(denied), w,
			    w->contradiction);
	}
	if (missed[0] != '\0')
		monitor_own_say(m, OWN_WITNESS, since, now, missed);
	else
		monitor_own_over(m, OWN_WITNESS, now);
	if (denied[0] != '\0')
		monitor_own_say(m, OWN_DENIED, now, now, denied);
	else
		monitor_own_over(m, OWN_DENIED, now);
}

/* --- receipts */

static void
take_receipt(struct held_witness *w, enum store_witness_kind kind,
    const char *text)
{
	struct monitor *m = w->m;
	struct store_receipt r = { .checkpoint = w->checkpoint,
		.witness = w->config.name,
		.kind = kind,
		.text = text };
	char *nl;
	char line[NOTE_BYTES];

	w->receipt_us = clock_mono_us();
	r.utc = monitor_utc(m, w->receipt_us);
	m->witnessed_utc_us = r.utc;
	snprintf(line, sizeof(line), "%s", text);
	nl = strchr(line, '\n');
	if (nl != NULL)
		*nl = '\0';
	r.text = line;
	if (w->fails > 0)
		log_info("record", "witness %s takes checkpoints again",
		    w->config.name);
	w->fails = 0;
	w->wanted = w->checkpoint < record_of(m)->checkpoint;
	store_receipt(m->store, &r, NULL);
	w->missed = false;
	tell_troubles(m);
}

static void
failed(struct held_witness *w, const char *why)
{
	int64_t every = w->m->config.checkpoint_every_us, wait;

	snprintf(w->why, sizeof(w->why), "%s", why);
	if (w->fails++ == 0)
		log_warn("record", "witness %s: %s", w->config.name, why);
	wait = backoff_us(w->fails);
	w->retry_us = clock_mono_us() + (wait < every ? wait : every);
	w->wanted = true;
}

/* It knows another ledger than the one that stands here. */
static void
denied(struct held_witness *w, const char *why)
{
	if (!w->denied)
		log_error("record", "witness %s contradicts the record: %s",
		    w->config.name, why);
	w->denied = true;
	snprintf(w->contradiction, sizeof(w->contradiction), "%s", why);
	failed(w, why);
	tell_troubles(w->m);
}

/* --- an HTTP witness (C2SP tlog-witness) */

static bool
put_proof(struct monitor *m, uint64_t old, uint64_t size, char *out,
    size_t room)
{
	struct tree_proof proof = { 0 };
	struct tree_source source;
	size_t n = 0;
	bool good = true;

	out[0] = '\0';
	if (old == 0 || old == size)
		return true;
	if (!store_reader_hold(m->reader))
		return false;
	source = store_read_tree(m->reader);
	good = tree_consistency(&source, old, size, &proof);
	store_reader_release(m->reader);
	for (unsigned i = 0; good && i < proof.count; i++) {
		char line[64];

		note_base64(proof.hash[i], LEDGER_HASH, line);
		n += (size_t)snprintf(out + n, room - n, "%s\n", line);
		good = n < room;
	}
	return good;
}

static void
post(struct held_witness *w)
{
	static char body[NOTE_BYTES + 8192], proof[8000]; /* one thread */
	struct courier_job j = { .id = OUTSIDE_JOB(OUTSIDE_WITNESS, w->number),
		.kind = COURIER_HTTP,
		.port = w->config.url.port };
	bool tls = strcmp(w->config.url.scheme, "https") == 0;
	size_t n = strlen(w->config.url.path);

	if (w->known > w->size) {
		denied(w, "it knows a larger ledger than the one here: the "
			  "record here was rolled back or cut off");
		return;
	}
	if (!put_proof(w->m, w->known, w->size, proof, sizeof(proof))) {
		failed(w, "the proof for it can't be read from the database");
		return;
	}
	snprintf(body, sizeof(body), "old %llu\n%s\n%s",
	    (unsigned long long)w->known, proof, w->note);
	j.tls = tls ? COURIER_TLS_ALWAYS : COURIER_TLS_NEVER;
	snprintf(j.host, sizeof(j.host), "%s", w->config.url.host);
	snprintf(j.path, sizeof(j.path), "%.200s%sadd-checkpoint",
	    w->config.url.path,
	    n > 0 && w->config.url.path[n - 1] == '/' ? "" : "/");
	snprintf(j.type, sizeof(j.type), "text/plain");
	j.body = (struct span){ (const uint8_t *)body, strlen(body) };
	w->busy = courier_send(w->m->outside->courier, &j, -1);
}

/* Its signature line, verified: over what we sent, with the key that stands in
 * our configuration. */
static bool
cosigned(struct held_witness *w, struct span answer, char line[NOTE_LINE])
{
	char whole[2 * NOTE_BYTES];
	struct note note;

	if (answer.n == 0 || answer.n >= NOTE_BYTES)
		return false;
	snprintf(whole, sizeof(whole), "%s%.*s", w->note, (int)answer.n,
	    (const char *)answer.p);
	if (!note_read(&note, whole, strlen(whole)) ||
	    !note_is_signed(&note, &w->key, NULL))
		return false;
	for (unsigned i = 0; i < note.count; i++) {
		const struct note_signature *s = &note.signatures[i];

		if (memcmp(s->id, w->key.id, sizeof(s->id)) != 0 ||
		    s->line_n >= NOTE_LINE)
			continue;
		snprintf(line, NOTE_LINE, "%.*s", (int)s->line_n, s->line);
		return true;
	}
	return false;
}

static bool
read_size(struct span answer, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < answer.n && answer.p[i] >= '0' && answer.p[i] <= '9' &&
		    v < UINT64_MAX / 10 - 9;
	     i++)
		v = v * 10 + (uint64_t)(answer.p[i] - '0');
	*out = v;
	return i > 0 && i + 1 == answer.n && answer.p[i] == '\n';
}

/* 409: it says which size it knows. */
static void
on_conflict(struct held_witness *w, struct span answer)
{
	uint64_t size;

	if (!read_size(answer, &size)) {
		failed(w, "it answers 409 without its size");
	} else if (size > w->size) {
		w->known = size;
		denied(w, "it knows a larger ledger than the one here: the "
			  "record here was rolled back or cut off");
	} else if (size == w->known) {
		denied(w, "it knows another ledger of this size: the record "
			  "here was rewritten");
	} else if (w->asked_again) {
		failed(w, "it names another size each time it is asked");
	} else {
		w->known = size;
		w->asked_again = true;
		post(w);
	}
}

static void
on_posted(struct held_witness *w, const struct courier_result *r)
{
	char line[NOTE_LINE], text[COURIER_DETAIL_BYTES];

	if (r->ok && cosigned(w, r->answer, line)) {
		w->known = w->size;
		w->asked_again = false;
		w->denied = false;
		take_receipt(w, STORE_WITNESS_HTTP, line);
	} else if (r->ok) {
		failed(w, "its answer is not signed with the key of "
			  "ledger.witnesses");
	} else if (r->status == 409) {
		on_conflict(w, r->answer);
	} else if (r->status == 422) {
		denied(w, "the ledger here doesn't continue the one it knows: "
			  "the record here was rewritten");
	} else if (r->status == 403 || r->status == 404) {
		snprintf(text, sizeof(text),
		    "it answers %u: it isn't told our public key (ledger.pub), "
		    "or the key here is another",
		    r->status);
		failed(w, text);
	} else {
		failed(w, r->detail);
	}
}

/* --- syslog, a folder */

static void
send_line(struct held_witness *w, enum courier_kind kind)
{
	static char text[3 * NOTE_BYTES], line[3 * NOTE_BYTES];
	char host[256] = "", note[2 * NOTE_BYTES];
	struct syslog_line l = { .facility = MAIL_TEXT_AUDIT,
		.severity = 5, /* notice */
		.utc_us = monitor_utc(w->m, clock_mono_us()),
		.host = host,
		.id = "checkpoint",
		.text = text };
	struct courier_job j = { .id = OUTSIDE_JOB(OUTSIDE_WITNESS, w->number),
		.kind = kind,
		.port = w->config.url.port };

	gethostname(host, sizeof(host) - 1);
	note_base64((const uint8_t *)w->note, strlen(w->note), note);
	snprintf(text, sizeof(text), "%s size=%llu note=%s",
	    record_of(w->m)->name, (unsigned long long)w->size, note);
	j.body = (struct span){ (const uint8_t *)line,
		mail_text_syslog(line, sizeof(line), &l) };
	snprintf(j.host, sizeof(j.host), "%s", w->config.url.host);
	w->busy = courier_send(w->m->outside->courier, &j, -1);
}

static void
on_appended(void *arg, const struct errand_result *r)
{
	struct held_witness *w = arg;
	char why[COURIER_DETAIL_BYTES];
	bool inside = strcmp(r->text, "same\n") == 0;

	w->busy = false;
	snprintf(why, sizeof(why), "%s",
	    r->late ? "the folder doesn't answer" : r->complaint);
	why[strcspn(why, "\n")] = '\0';
	if (r->code != 0 && why[0] == '\0')
		snprintf(why, sizeof(why), "it can't be written");
	if (r->code == 0 && inside && !w->inside)
		log_warn("record",
		    "witness %s lies on the file system of state_dir: who "
		    "rewrites the one rewrites the other; it counts for "
		    "nothing",
		    w->config.name);
	if (r->code == 0)
		w->inside = inside;
	if (r->code == 0 && inside)
		failed(w, "it lies on the file system of state_dir: that is "
			  "no outside");
	else if (r->code == 0)
		take_receipt(w, STORE_WITNESS_FILE, "written to the disk");
	else
		failed(w, why);
	errand_free(&w->errand);
}

static void
append(struct held_witness *w)
{
	const char *argv[] = { "camwarden", "_append", w->config.folder,
		w->m->config.state_dir, NULL };
	char text[NOTE_BYTES + 1];
	struct errand_spec spec = { .path = "/proc/self/exe",
		.argv = argv,
		.input = text,
		.seconds = FILE_S };

	snprintf(text, sizeof(text), "%s\n", w->note);
	spec.input_length = strlen(text);
	w->errand = errand_start(w->m->base, &spec, on_appended, w);
	w->busy = w->errand != NULL;
	if (!w->busy)
		failed(w, strerror(errno));
}

void
record_on_result(struct monitor *m, unsigned witness,
    const struct courier_result *r)
{
	struct record *k = record_of(m);
	struct held_witness *w = &k->witnesses[witness];

	if (witness >= k->count || !w->busy)
		return;
	w->busy = false;
	if (w->config.kind == WITNESS_HTTP)
		on_posted(w, r);
	else if (r->ok)
		take_receipt(w, STORE_WITNESS_SYSLOG, r->detail);
	else
		failed(w, r->detail);
}

void
record_mailed(struct monitor *m, int64_t checkpoint)
{
	struct record *k = record_of(m);

	for (unsigned i = 0; i < k->count; i++) {
		struct held_witness *w = &k->witnesses[i];

		if (w->config.kind != WITNESS_MAIL)
			continue;
		w->checkpoint = checkpoint;
		take_receipt(w, STORE_WITNESS_MAIL, "mailed");
	}
}

static void
hand(struct held_witness *w)
{
	const struct record *k = record_of(w->m);

	w->wanted = false;
	w->checkpoint = k->checkpoint;
	w->size = k->size;
	w->asked_again = false;
	snprintf(w->note, sizeof(w->note), "%s", k->note);
	switch (w->config.kind) {
	case WITNESS_HTTP:
		post(w);
		break;
	case WITNESS_SYSLOG_UDP:
		send_line(w, COURIER_LINE_UDP);
		break;
	case WITNESS_SYSLOG_TCP:
		send_line(w, COURIER_LINE_TCP);
		break;
	case WITNESS_FILE:
		append(w);
		break;
	case WITNESS_MAIL:
		return;
	}
	if (!w->busy && w->fails == 0)
		w->wanted = true; /* the courier is just replaced */
}

/* --- making one */

static void
on_kept(void *arg, const struct store_result *r)
{
	struct monitor *m = arg;
	struct record *k;

	if (m->outside == NULL)
		return; /* the store's last words, after our end */
	k = record_of(m);
	k->asking = false;
	if (!r->ok) {
		log_error("record", "the checkpoint can't be kept: %s",
		    r->error);
		return;
	}
	k->checkpoint = r->id;
	for (unsigned i = 0; i < k->count; i++)
		k->witnesses[i].wanted =
		    k->witnesses[i].config.kind != WITNESS_MAIL;
}

static bool
sign(struct record *k, const struct store_head *h, struct store_checkpoint *out)
{
	struct note_checkpoint c = { .size = h->size,
		.utc_us = h->utc,
		.has_head = true };
	char text[NOTE_CHECKPOINT], line[NOTE_LINE];

	snprintf(c.origin, sizeof(c.origin), "%s", k->name);
	memcpy(c.root, h->root, LEDGER_HASH);
	memcpy(c.head, h->head, LEDGER_HASH);
	note_checkpoint_print(&c, text);
	if (!note_sign(&k->signer, text, strlen(text), 0, line))
		return false;
	snprintf(k->note, sizeof(k->note), "%s\n%s", text, line);
	k->size = h->size;
	*out = (struct store_checkpoint){ .size = h->size,
		.utc = h->utc,
		.note = k->note };
	memcpy(out->root, h->root, sizeof(out->root));
	return true;
}

static void
on_head(void *arg, const struct store_result *r)
{
	struct monitor *m = arg;
	const struct store_done done = { on_kept, m };
	struct store_checkpoint c;
	struct record *k;

	if (m->outside == NULL)
		return; /* the store's last words, after our end */
	k = record_of(m);
	k->asking = false;
	if (!r->ok || r->head == NULL || r->head->size == 0) {
		if (!r->ok)
			log_error("record", "no checkpoint: %s", r->error);
		return;
	}
	k->asking =
	    sign(k, r->head, &c) && store_checkpoint(m->store, &c, &done);
}

static void
ask(struct monitor *m, int64_t now_us)
{
	struct record *k = record_of(m);
	const struct store_done done = { on_head, m };

	if (!k->asking)
		k->asking = store_head(m->store, now_us, &done);
}

/* --- each second */

static void
check_missed(struct monitor *m, struct held_witness *w, int64_t now_us)
{
	int64_t limit = w->config.kind == WITNESS_MAIL
			    ? MAIL_US
			    : config_witness_missed_us(&m->config);

	if (w->missed || now_us - w->receipt_us <= limit)
		return;
	w->missed = true;
	log_error("record", "witness %s: no receipt for %lld s", w->config.name,
	    (long long)((now_us - w->receipt_us) / US_PER_S));
	tell_troubles(m);
}

void
record_second(struct monitor *m, int64_t now_us)
{
	struct record *k = record_of(m);

	if (now_us >= k->due_us) {
		k->due_us = now_us + m->config.checkpoint_every_us;
		ask(m, now_us);
	}
	for (unsigned i = 0; i < k->count; i++) {
		struct held_witness *w = &k->witnesses[i];

		if (w->wanted && !w->busy && k->checkpoint != 0 && !k->asking &&
		    now_us >= w->retry_us)
			hand(w);
		check_missed(m, w, now_us);
	}
}

int64_t
record_newest(struct monitor *m, const char **note_out)
{
	*note_out = record_of(m)->note;
	return record_of(m)->checkpoint;
}

/* The last one of this run. */
void
record_stop(struct monitor *m)
{
	record_of(m)->asking = false;
	ask(m, clock_mono_us());
}

/* What happens while nobody records is when one wants it outside. */
bool
record_last(struct monitor *m)
{
	struct record *k = record_of(m);
	bool waits = false;

	for (unsigned i = 0; i < k->count && !k->asking; i++) {
		struct held_witness *w = &k->witnesses[i];

		if (!w->busy && w->checkpoint != k->checkpoint &&
		    w->config.kind != WITNESS_MAIL)
			hand(w);
		waits = waits || w->busy;
	}
	return waits;
}

/* --- the start */

static bool
fail(char **error_out, const char *path, const char *why)
{
	if (asprintf(error_out, "the ledger's key %s: %s", path, why) < 0)
		*error_out = NULL;
	return false;
}

static bool
make_key(struct record *k, const char *path, char **error_out)
{
	char text[NOTE_KEY_TEXT + 2];
	uint8_t seed[32];
	bool good = getrandom(seed, sizeof(seed), 0) == (ssize_t)sizeof(seed) &&
		    note_signer_make(&k->signer, k->name, NOTE_ED25519, seed);

	explicit_bzero(seed, sizeof(seed));
	if (!good)
		return fail(error_out, path, "can't be made");
	note_signer_print(&k->signer, text);
	text[strlen(text) + 1] = '\0';
	text[strlen(text)] = '\n';
	/* Half a key would be no key at the next start. */
	good = disk_put(path, text, 0400);
	explicit_bzero(text, sizeof(text));
	return good || fail(error_out, path, strerror(errno));
}

static bool
read_key(struct record *k, int fd, const char *path, char **error_out)
{
	char text[NOTE_KEY_TEXT + 2] = "";
	ssize_t n = read(fd, text, sizeof(text) - 1);
	bool good;

	close(fd);
	while (n > 0 && text[n - 1] == '\n')
		n--;
	good = n > 0 && note_signer_read(&k->signer, text, (size_t)n) &&
	       k->signer.key.algorithm == NOTE_ED25519;
	explicit_bzero(text, sizeof(text));
	if (!good)
		return fail(error_out, path, "this is no signing key");
	if (strcmp(k->signer.key.name, k->name) != 0)
		return fail(error_out, path,
		    "it is another installation's; a restored database needs "
		    "its own key, a new installation a new one");
	return true;
}

/* The public half beside it, for whoever verifies. */
static void
write_public(struct record *k, const char *path)
{
	char pub[CONFIG_PATH_BYTES + 8], text[NOTE_KEY_TEXT + 2];
	size_t n = strlen(path);

	n = n > 4 && strcmp(path + n - 4, ".key") == 0 ? n - 4 : n;
	snprintf(pub, sizeof(pub), "%.*s.pub", (int)n, path);
	note_key_print(&k->signer.key, text);
	n = strlen(text);
	text[n] = '\n';
	text[n + 1] = '\0';
	if (!disk_put(pub, text, 0444))
		log_warn("record", "%s: %s", pub, strerror(errno));
}

static bool
open_key(struct monitor *m, char **error_out)
{
	struct record *k = record_of(m);
	char path[CONFIG_PATH_BYTES + 16];
	struct store_ledger ledger;
	int fd;

	if (!note_ready() || !store_read_ledger(m->reader, &ledger)) {
		*error_out = strdup("the ledger can't be read");
		return false;
	}
	snprintf(k->name, sizeof(k->name), "camwarden/%s", ledger.origin_uuid);
	if (m->config.ledger_key_file[0] != '\0')
		snprintf(path, sizeof(path), "%s", m->config.ledger_key_file);
	else
		snprintf(path, sizeof(path), "%s/ledger.key",
		    m->config.state_dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		return fail(error_out, path, strerror(errno));
	if (!(fd >= 0 ? read_key(k, fd, path, error_out)
		      : make_key(k, path, error_out)))
		return false;
	write_public(k, path);
	return true;
}

/* What each has had of us, from its newest receipt. */
static bool
take_last(void *arg, const struct store_receipt_row *row)
{
	struct monitor *m = arg;
	struct record *k = record_of(m);

	if (row->utc > m->witnessed_utc_us)
		m->witnessed_utc_us = row->utc;
	for (unsigned i = 0; i < k->count; i++) {
		struct held_witness *w = &k->witnesses[i];

		if (strlen(w->config.name) != row->witness.n ||
		    memcmp(w->config.name, row->witness.p, row->witness.n) != 0)
			continue;
		w->known = row->size;
	}
	return true;
}

static bool
witness_start(struct monitor *m, struct held_witness *w, char **error_out)
{
	w->m = m;
	w->number = (unsigned)(w - record_of(m)->witnesses);
	w->receipt_us = clock_mono_us();
	if (w->config.kind != WITNESS_HTTP ||
	    (note_key_read(&w->key, w->config.key, strlen(w->config.key)) &&
		w->key.algorithm == NOTE_COSIGNATURE_V1))
		return true;
	if (asprintf(error_out,
		"ledger.witnesses: what stands behind %s is not the public key "
		"of a witness",
		w->config.name) < 0)
		*error_out = NULL;
	return false;
}

bool
record_start(struct monitor *m, char **error_out)
{
	struct record *k = record_of(m);
	struct config_witness list[CONFIG_WITNESSES];

	if (config_witnesses_read(m->config.ledger_witnesses, list,
		&k->count) != NULL)
		k->count = 0; /* config refused it */
	for (unsigned i = 0; i < k->count; i++) {
		k->witnesses[i].config = list[i];
		if (!witness_start(m, &k->witnesses[i], error_out))
			return false;
	}
	if (!open_key(m, error_out))
		return false;
	store_read_last_receipts(m->reader, take_last, m);
	return true;
}

void
record_free(struct monitor *m)
{
	struct record *k = record_of(m);

	for (unsigned i = 0; i < k->count; i++)
		errand_free(&k->witnesses[i].errand);
	note_signer_forget(&k->signer);
}

/* --- for others */

static int
receipt_kind(enum witness_kind kind)
{
	switch (kind) {
	case WITNESS_HTTP:
		return STORE_WITNESS_HTTP;
	case WITNESS_SYSLOG_UDP:
	case WITNESS_SYSLOG_TCP:
		return STORE_WITNESS_SYSLOG;
	case WITNESS_MAIL:
		return STORE_WITNESS_MAIL;
	case WITNESS_FILE:
		break;
	}
	return STORE_WITNESS_FILE;
}

void
monitor_record_state(const struct monitor *m, struct monitor_record_state *out)
{
	const struct record *k = &m->outside->record;

	_Static_assert(MONITOR_WITNESSES == CONFIG_WITNESSES, "all of them");
	memset(out, 0, sizeof(*out));
	out->people_days = (unsigned)(m->config.keep_people_us / DAY_US);
	out->witness_count = k->count;
	for (unsigned i = 0; i < k->count; i++) {
		out->witnesses[i].name = k->witnesses[i].config.name;
		out->witnesses[i].kind =
		    receipt_kind(k->witnesses[i].config.kind);
	}
}
