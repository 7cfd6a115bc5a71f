/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nightly report as a duty: one errand at a time beside the loop, which
 * never touches the folder itself. A report counts as made once its row and
 * line are committed; all before that is made anew. */
#include "monitor/monitor_nightly.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/hex.h"
#include "common/log.h"
#include "monitor/monitor_parts.h"
#include "monitor/nightly/nightly.h"
#include "monitor/offspring/errand.h"
#include "monitor/store/store_ledger.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/store/store_report.h"
#include "monitor/zones.h"

#define MAKE_SECONDS 1800u
#define FOLDER_SECONDS 120u
#define NICE 19
#define HOUR_US (3600 * US_PER_S)
#define DAY_US (24 * HOUR_US)
/* Rows of days that may still be made up for are kept, whatever report.keep
 * says, else they would be made again. */
#define ROWS_LEAST_US ((NIGHTLY_BACK + 2) * DAY_US)
#define SPANS_MOST 40000u /* a century of nights */
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_BYTES 0 /* its shadow is terabytes */
#else
#define MEMORY_BYTES ((size_t)512 << 20)
#endif

struct failing {
	int64_t day;
	unsigned times;
	int64_t since_us, again_us;
	char why[300];
};

struct nightly_duty {
	struct monitor *m;
	struct errand *errand; /* under way; owned, NULL = none */
	bool busy; /* an errand, or the store's answer, is awaited */
	struct nightly plan;
	char zone[ZONES_NAME_BYTES];
	struct nightly_span *made; /* owned; as table `report` has them */
	uint32_t made_size;
	bool loaded;		   /* made, and since when something is known */
	int64_t look_us;	   /* no look before; monotonic */
	int64_t next_utc;	   /* the next is due then, */
	int64_t next_day;	   /* of that day; */
	int64_t anchor_us;	   /* by this clock */
	int64_t day;		   /* whose report is being made */
	struct nightly_made *said; /* owned: of it */
	char *text;		   /* owned */
	int64_t made_utc, made_day; /* the last one; 0 = none is known */
	/* Days that failed, and (last) other duties. */
	struct failing failing[NIGHTLY_BACK + 2];
	bool old_due; /* look for what is too old */
	struct nightly_old *old;
};

/* Places in failing: what is too old, what the database knows. */
#define OLD_FILES NIGHTLY_BACK
#define READING (NIGHTLY_BACK + 1)

/* --- what the errands are told */

static const char *
folder_of(const struct monitor *m, char out[2 * CONFIG_PATH_BYTES])
{
	const struct monitor_config *c = &m->config;

	if (c->report_folder[0] != '\0')
		snprintf(out, 2 * CONFIG_PATH_BYTES, "%s", c->report_folder);
	else
		snprintf(out, 2 * CONFIG_PATH_BYTES, "%s/reports",
		    c->state_dir);
	return out;
}

static bool
start(struct nightly_duty *d, const char *const *argv, unsigned seconds,
    errand_done_fn *done)
{
	const struct errand_spec spec = { .path = "/proc/self/exe",
		.argv = argv,
		.input = "",
		.seconds = seconds,
		.nice = NICE,
		.idle = true,
		.memory_bytes = MEMORY_BYTES };

	d->errand = errand_start(d->m->base, &spec, done, d);
	d->busy = d->errand != NULL;
	if (!d->busy)
		log_error("nightly", "no process: %s", strerror(errno));
	return d->busy;
}

/* --- what went wrong */

static struct failing *
failing_of(struct nightly_duty *d, int64_t day)
{
	struct failing *place = &d->failing[0];

	for (unsigned i = 0; i < NIGHTLY_BACK; i++)
		if (d->failing[i].times != 0 && d->failing[i].day == day)
			return &d->failing[i];
	for (unsigned i = 0; i < NIGHTLY_BACK && place->times != 0; i++)
		if (d->failing[i].times == 0 || d->failing[i].day < place->day)
			place = &d->failing[i];
	*place = (struct failing){ .day = day };
	return place;
}

static void
day_trouble(struct nightly_duty *d, const struct failing *f, unsigned more,
    char *text, size_t size)
{
	char folder[2 * CONFIG_PATH_BYTES], date[16], others[48] = "";

	nightly_date(f->day, date);
	if (more > 0)
		snprintf(others, sizeof(others), ", nor %u of later days",
		    more);
	snprintf(text, size,
	    "that of %s can't be made%s: %.200s. Look at rights and room of "
	    "%.80s; `camwarden report --date %s` shows more. Tried again by "
	    "itself.",
	    date, others, f->why, folder_of(d->m, folder), date);
}

/* One incident for all of it: what can't be read, else the first day that can't
 * be had, else what can't be deleted. */
static void
tell_trouble(struct nightly_duty *d, int64_t now_us)
{
	char text[OWN_TEXT_BYTES], folder[2 * CONFIG_PATH_BYTES];
	const struct failing *worst = NULL;
	unsigned days = 0;

	for (unsigned i = 0; i < NIGHTLY_BACK; i++) {
		const struct failing *f = &d->failing[i];

		days += f->times != 0;
		if (f->times != 0 && (worst == NULL || f->day < worst->day))
			worst = f;
	}
	if (d->failing[READING].times != 0) {
		worst = &d->failing[READING];
		snprintf(text, sizeof(text),
		    "which were made can't be read: %.200s. `camwarden ledger "
		    "verify` says whether the database is damaged; `camwarden "
		    "restore` puts a backup in its place.",
		    worst->why);
	} else if (worst != NULL) {
		day_trouble(d, worst, days - 1, text, sizeof(text));
	} else if (d->failing[OLD_FILES].times != 0) {
		worst = &d->failing[OLD_FILES];
		snprintf(text, sizeof(text),
		    "what is older than report.keep can't be deleted: %.200s. "
		    "Look at %.150s. Tried again by itself.",
		    worst->why, folder_of(d->m, folder));
	} else {
		monitor_own_over(d->m, OWN_REPORT, now_us);
		return;
	}
	monitor_own_say(d->m, OWN_REPORT, worst->since_us, now_us, text);
}

static void
failed(struct nightly_duty *d, struct failing *f, const char *what,
    const char *why)
{
	int64_t now = clock_mono_us();

	if (f->times++ == 0)
		f->since_us = now;
	f->again_us = now + nightly_pause(f->times);
	snprintf(f->why, sizeof(f->why), "%s", why);
	d->busy = false;
	d->look_us = 0;
	log_warn("nightly", "%s: %s; again in %lld s", what, why,
	    (long long)(nightly_pause(f->times) / US_PER_S));
	tell_trouble(d, now);
}

static void
failed_day(struct nightly_duty *d, const char *why)
{
	char what[48], date[16];

	snprintf(what, sizeof(what), "report of %s not made",
	    nightly_date(d->day, date));
	failed(d, failing_of(d, d->day), what, why);
}

static void
failed_old(struct nightly_duty *d, const char *why)
{
	failed(d, &d->failing[OLD_FILES], "old reports not deleted", why);
}

/* What a child's last words say, as one line. */
static void
why_of(const struct errand_result *r, unsigned seconds, char *out, size_t size)
{
	const char *p = r->complaint, *newline;
	size_t n = strlen(p), at = 0;

	if (r->late) {
		snprintf(out, size, "it took longer than %u minutes",
		    seconds / 60);
		return;
	}
	if (n == 0) {
		snprintf(out, size,
		    r->code < 0 ? "its process was ended (memory?)"
				: "its process said nothing and ended with %d",
		    r->code);
		return;
	}
	/* Its beginning names the cause, its end the effect. */
	while (at + 3 < size && *p != '\0') {
		newline = strchr(p, '\n');
		n = newline != NULL ? (size_t)(newline - p) : strlen(p);
		if (n > size - at - 3)
			n = size - at - 3;
		at += (size_t)snprintf(out + at, size - at, "%s%.*s",
		    at > 0 && n > 0 ? "; " : "", (int)n, p);
		p = newline != NULL ? newline + 1 : p + strlen(p);
	}
}

/* --- what was made */

static bool
span_add(struct nightly_duty *d, const struct nightly_span *s)
{
	if (d->plan.made_count == d->made_size) {
		uint32_t size = d->made_size == 0 ? 512 : 2 * d->made_size;
		struct nightly_span *more =
		    realloc(d->made, size * sizeof(*more));

		if (more == NULL)
			return false;
		d->made = more;
		d->made_size = size;
	}
	d->made[d->plan.made_count++] = *s;
	d->plan.made = d->made;
	return true;
}

static bool
take_row(void *arg, const struct store_made_row *row)
{
	struct nightly_duty *d = arg;
	const struct nightly_span s = { row->from_utc, row->to_utc,
		row->made_utc };

	if (row->site != 0)
		return true;
	if (d->plan.made_count == 0) { /* the newest comes first */
		d->made_utc = row->made_utc;
		d->made_day = calendar_day(&d->plan.calendar,
		    row->from_utc + (row->to_utc - row->from_utc) / 2);
	}
	return span_add(d, &s);
}

static bool
load(struct nightly_duty *d)
{
	struct store_stand stand;
	uint32_t *count = &d->plan.made_count;

	*count = 0;
	if (!store_read_stand(d->m->reader, 0, 0, &stand) ||
	    !store_read_reports(d->m->reader, SPANS_MOST, take_row, d))
		return false;
	d->plan.since_utc = stand.oldest_utc;
	for (uint32_t i = 0; i < *count / 2; i++) {
		struct nightly_span *other = &d->made[*count - 1 - i];
		const struct nightly_span newer = d->made[i];

		d->made[i] = *other;
		*other = newer;
	}
	return true;
}

/* --- recording */

static void
finished(struct nightly_duty *d, int64_t now)
{
	char date[16];

	for (unsigned i = 0; i < NIGHTLY_BACK; i++)
		if (d->failing[i].day == d->day)
			d->failing[i].times = 0;
	d->made_utc = monitor_utc(d->m, now);
	d->made_day = d->day;
	d->busy = false;
	d->look_us = 0;
	d->old_due = true;
	log_info("nightly", "report of %s made: %s", nightly_date(d->day, date),
	    d->said->subject);
	tell_trouble(d, now);
}

static void
on_recorded(void *arg, const struct store_result *r)
{
	struct nightly_duty *d = arg;
	const struct calendar *c = &d->plan.calendar;
	int64_t now = clock_mono_us();
	const struct nightly_span s = { calendar_start(c, d->day),
		calendar_start(c, d->day + 1), monitor_utc(d->m, now) };

	if (d->m->stopping)
		return;
	if (!r->ok || !span_add(d, &s))
		failed_day(d, r->ok ? "memory is out" : r->error);
	else
		finished(d, now);
}

static bool
record(struct nightly_duty *d, const char *folder)
{
	const struct calendar *c = &d->plan.calendar;
	const struct store_done done = { on_recorded, d };
	char path[2 * CONFIG_PATH_BYTES + NIGHTLY_NAME];
	struct store_made_report r = { .from_utc = calendar_start(c, d->day),
		.to_utc = calendar_start(c, d->day + 1),
		.at_us = clock_mono_us(),
		.path = path,
		.file_count = d->said->file_count };

	snprintf(path, sizeof(path), "%s/%s", folder, d->said->files[0].name);
	for (size_t i = 0; i < r.file_count && i < STORE_MADE_FILES; i++) {
		r.files[i].name = d->said->files[i].name;
		memcpy(r.files[i].sha256, d->said->files[i].sha256,
		    sizeof(r.files[i].sha256));
	}
	return store_made_report(d->m->store, &r, &done);
}

/* Mail and row stand in one batch of the writer: were it cut between them, the
 * mail comes twice rather than never. */
static void
on_made(void *arg, const struct errand_result *r)
{
	struct nightly_duty *d = arg;
	char why[300], folder[2 * CONFIG_PATH_BYTES];

	if (r->code != 0) {
		why_of(r, MAKE_SECONDS, why, sizeof(why));
	} else if (!r->whole ||
		   !nightly_said_made(r->text, r->length, d->said)) {
		snprintf(why, sizeof(why), "its process said no sense");
	} else {
		memcpy(d->text, d->said->text, d->said->text_length);
		d->said->text = d->text;
		errand_free(&d->errand);
		folder_of(d->m, folder);
		if (monitor_nightly_mail(d->m, d->said, folder) &&
		    record(d, folder))
			return;
		snprintf(why, sizeof(why), "the database takes nothing now");
	}
	errand_free(&d->errand);
	failed_day(d, why);
}

static void
make(struct nightly_duty *d, int64_t day)
{
	const struct monitor_config *c = &d->m->config;
	char folder[2 * CONFIG_PATH_BYTES], outbox[2 * CONFIG_PATH_BYTES];
	char date[16];
	const char *argv[] = { "camwarden", "_nightly", "make",
		folder_of(d->m, folder), nightly_date(day, date),
		monitor_nightly_outbox(d->m, outbox), "--state-dir",
		c->state_dir, c->file[0] != '\0' ? "--config" : NULL, c->file,
		NULL };

	d->day = day;
	log_info("nightly", "making the report of %s", date);
	if (!start(d, argv, MAKE_SECONDS, on_made))
		failed_day(d, "no process can be started");
}

/* --- what is too old */

static void
old_done(struct nightly_duty *d)
{
	d->busy = false;
	d->failing[OLD_FILES].times = 0;
	tell_trouble(d, clock_mono_us());
}

static void
on_deleted(void *arg, const struct errand_result *r)
{
	struct nightly_duty *d = arg;
	char why[300];

	if (r->code != 0)
		why_of(r, FOLDER_SECONDS, why, sizeof(why));
	bool good = r->code == 0;

	errand_free(&d->errand);
	if (!good) {
		failed_old(d, why);
		return;
	}
	log_info("nightly", "%u files of old reports deleted", d->old->count);
	d->old_due = true; /* there may be more */
	old_done(d);
}

/* The lines are committed: now they may go. */
static void
on_noted(void *arg, const struct store_result *r)
{
	struct nightly_duty *d = arg;
	char folder[2 * CONFIG_PATH_BYTES];
	const char *argv[NIGHTLY_OLD + 5] = { "camwarden", "_nightly", "delete",
		folder };

	if (d->m->stopping)
		return;
	if (!r->ok) {
		failed_old(d, r->error);
		return;
	}
	folder_of(d->m, folder);
	for (unsigned i = 0; i < d->old->count; i++)
		argv[4 + i] = d->old->files[i].name;
	if (!start(d, argv, FOLDER_SECONDS, on_deleted))
		failed_old(d, "no process can be started");
}

/* A line for each, before it goes. Names are letters, digits, '.', '-'. */
static bool
note_old(struct nightly_duty *d)
{
	const struct store_done done = { on_noted, d };
	char body[256], hex[65];
	int64_t now = clock_mono_us();

	for (unsigned i = 0; i < d->old->count; i++) {
		hex_print(d->old->files[i].sha256, LEDGER_HASH, hex);
		snprintf(body, sizeof(body),
		    "{\"report_file\":\"%s\",\"sha256\":\"%s\"}",
		    d->old->files[i].name, hex);
		if (!store_event(d->m->store, now, "retention", "camwarden",
			body, i + 1 == d->old->count ? &done : NULL))
			return false;
	}
	return true;
}

static void
on_old(void *arg, const struct errand_result *r)
{
	struct nightly_duty *d = arg;
	struct monitor *m = d->m;
	int64_t keep = m->config.report_keep_us, now = clock_mono_us();
	char why[300] = "its process said no sense";
	bool good = r->code == 0;

	if (!good)
		why_of(r, FOLDER_SECONDS, why, sizeof(why));
	else
		good = nightly_said_old(r->text, r->length, d->old);
	errand_free(&d->errand);
	if (!good) {
		failed_old(d, why);
	} else if (d->old->count > 0) {
		if (!note_old(d))
			failed_old(d, "the database takes nothing now");
	} else {
		keep = keep > ROWS_LEAST_US ? keep : ROWS_LEAST_US;
		store_forget_reports(m->store, now, monitor_utc(m, now) - keep,
		    NULL);
		old_done(d);
	}
}

static void
look_for_old(struct nightly_duty *d, int64_t now_utc)
{
	char folder[2 * CONFIG_PATH_BYTES], date[16];
	int64_t day = calendar_day(&d->plan.calendar,
	    now_utc - d->m->config.report_keep_us);
	const char *argv[] = { "camwarden", "_nightly", "old",
		folder_of(d->m, folder), nightly_date(day, date), NULL };

	d->old_due = false;
	if (!start(d, argv, FOLDER_SECONDS, on_old))
		failed_old(d, "no process can be started");
}

/* --- each second */

/* A day that is due and not waiting for its next attempt. */
static bool
choose(struct nightly_duty *d, int64_t now_us, int64_t now_utc,
    int64_t *day_out)
{
	int64_t days[NIGHTLY_BACK];
	unsigned count = nightly_days(&d->plan, now_utc, days);

	for (unsigned i = 0; i < NIGHTLY_BACK; i++) {
		struct failing *f = &d->failing[i];
		bool due = false;

		for (unsigned k = 0; k < count; k++)
			due |= days[k] == f->day;
		if (f->times == 0 || due)
			continue;
		f->times = 0; /* too long ago by now */
		tell_trouble(d, now_us);
	}
	for (unsigned k = 0; k < count; k++) {
		bool waits = false;

		for (unsigned i = 0; i < NIGHTLY_BACK; i++)
			waits |= d->failing[i].times != 0 &&
				 d->failing[i].day == days[k] &&
				 d->failing[i].again_us > now_us;
		*day_out = days[k];
		if (!waits)
			return true;
	}
	return false;
}

/* The next moment at which there is something to do, by the clock in force. */
static void
look_later(struct nightly_duty *d, int64_t now_us, int64_t now_utc)
{
	int64_t wait = HOUR_US;

	d->next_utc = nightly_next(&d->plan, now_utc, &d->next_day);
	d->anchor_us = d->m->anchor_us;
	if (d->next_utc - now_utc < wait)
		wait = d->next_utc - now_utc;
	d->look_us = now_us + wait;
	for (unsigned i = 0; i <= READING; i++)
		if (d->failing[i].times != 0 &&
		    d->failing[i].again_us < d->look_us)
			d->look_us = d->failing[i].again_us;
}

static bool
try_load(struct nightly_duty *d, int64_t now_us)
{
	struct failing *reading = &d->failing[READING];

	if (reading->times != 0 && reading->again_us > now_us)
		return false;
	d->loaded = load(d);
	if (!d->loaded) {
		failed(d, reading, "what was made can't be read",
		    store_reader_error(d->m->reader));
	} else if (reading->times != 0) {
		reading->times = 0;
		tell_trouble(d, now_us);
	}
	return d->loaded;
}

static bool
ready(struct nightly_duty *d, int64_t now_us)
{
	const struct failing *old = &d->failing[OLD_FILES];

	if (d->busy || !d->m->config.report_enabled ||
	    (now_us < d->look_us && d->anchor_us == d->m->anchor_us &&
		!d->old_due))
		return false;
	if (old->times != 0 && old->again_us <= now_us)
		d->old_due = true;
	return d->loaded || try_load(d, now_us);
}

void
monitor_nightly_second(struct monitor *m, int64_t now_us)
{
	struct nightly_duty *d = m->nightly;
	int64_t now_utc = monitor_utc(m, now_us), day;

	if (!ready(d, now_us))
		return;
	look_later(d, now_us, now_utc);
	if (choose(d, now_us, now_utc, &day))
		make(d, day);
	else if (d->old_due && d->failing[OLD_FILES].again_us <= now_us)
		look_for_old(d, now_utc);
}

/* --- birth, change, end */

static void
settle(struct nightly_duty *d)
{
	struct monitor *m = d->m;
	bool unknown = false;

	if (m->config.report_zone[0] != '\0')
		snprintf(d->zone, sizeof(d->zone), "%s", m->config.report_zone);
	else
		zones_system(d->zone);
	zones_find(m->zones, d->zone, &unknown);
	if (unknown)
		log_warn("nightly", "zone \"%s\" is unknown here, UTC is taken",
		    d->zone);
	d->plan.calendar = (struct calendar){ zones_ahead, m->zones, d->zone };
	d->plan.minute = m->config.report_minute;
	d->look_us = 0;
	if (!m->config.report_enabled)
		monitor_own_over(m, OWN_REPORT, clock_mono_us());
}

void
monitor_nightly_reload(struct monitor *m, const struct monitor_config *cfg)
{
	struct monitor_config *c = &m->config;

	c->report_enabled = cfg->report_enabled;
	c->report_minute = cfg->report_minute;
	c->report_keep_us = cfg->report_keep_us;
	c->report_target_ppm = cfg->report_target_ppm;
	memcpy(c->report_zone, cfg->report_zone, sizeof(c->report_zone));
	memcpy(c->report_folder, cfg->report_folder, sizeof(c->report_folder));
	memcpy(c->report_language, cfg->report_language,
	    sizeof(c->report_language));
	memcpy(c->report_mail_to, cfg->report_mail_to,
	    sizeof(c->report_mail_to));
	settle(m->nightly);
}

bool
monitor_nightly_start(struct monitor *m)
{
	struct nightly_duty *d = calloc(1, sizeof(*d));

	m->nightly = d;
	if (m->zones == NULL)
		m->zones = zones_new();
	if (d == NULL || m->zones == NULL)
		return false;
	d->m = m;
	d->said = calloc(1, sizeof(*d->said));
	d->old = calloc(1, sizeof(*d->old));
	d->text = malloc(NIGHTLY_TEXT);
	d->old_due = true;
	if (d->said == NULL || d->old == NULL || d->text == NULL)
		return false;
	settle(d);
	return true;
}

void
monitor_nightly_stop(struct monitor *m)
{
	if (m->nightly != NULL)
		errand_free(&m->nightly->errand);
}

void
monitor_nightly_free(struct monitor *m)
{
	struct nightly_duty *d = m->nightly;

	m->nightly = NULL;
	if (d == NULL)
		return;
	errand_free(&d->errand);
	free(d->said);
	free(d->old);
	free(d->text);
	free(d->made);
	free(d);
}

void
monitor_report_state(const struct monitor *m, struct monitor_report_state *out)
{
	const struct nightly_duty *d = m->nightly;

	memset(out, 0, sizeof(*out));
	out->enabled = m->config.report_enabled;
	out->making = d->busy;
	out->made_utc = d->made_utc;
	if (d->made_utc != 0)
		nightly_date(d->made_day, out->made_date);
	if (out->enabled && d->next_utc != 0 && d->next_utc != INT64_MAX) {
		out->next_utc = d->next_utc;
		nightly_date(d->next_day, out->next_date);
	}
	out->trouble =
	    m->own[OWN_REPORT].number != 0 ? m->own[OWN_REPORT].text : "";
}
