/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/report_json.h"

#include "monitor/report/jot.h"

static const char *const target_words[] = { "none", "met", "missed",
	"undecided" };
static const char *const counted_words[] = { "unknown", "good", "bad" };
static const char *const bar_words[] = { "off", "up", "stream", "unknown",
	"poor", "down" };
static const char *const gap_words[] = { "?", "monitor-off", "clock-step",
	"store", "blind" };

/* --- figures */

static void
bounds_jot(struct jot *j, const char *key, struct availability_bounds b)
{
	if (b.none) {
		jot_null(j, key);
		return;
	}
	jot_open(j, key, '{');
	jot_number(j, "low_ppm", b.low);
	jot_number(j, "high_ppm", b.high);
	jot_close(j, '}');
}

static void
counted_jot(struct jot *j, const char *key, const int64_t us[COUNTED_COUNT])
{
	jot_open(j, key, '{');
	for (unsigned c = 0; c < COUNTED_COUNT; c++)
		jot_seconds(j, counted_words[c], us[c]);
	jot_close(j, '}');
}

static void
seconds_or_null(struct jot *j, const char *key, int64_t us)
{
	if (us > 0)
		jot_seconds(j, key, us);
	else
		jot_null(j, key);
}

static void
outages_jot(struct jot *j, const struct availability *a)
{
	jot_open(j, "outages", '{');
	jot_number(j, "count", a->outages);
	jot_number(j, "began", a->began);
	jot_number(j, "ended", a->ended);
	jot_number(j, "open", a->open);
	jot_seconds(j, "seconds", a->outage_us);
	jot_seconds(j, "longest_s", a->longest_us);
	jot_time(j, "longest_start", a->longest_start_us);
	seconds_or_null(j, "mtbf_s", availability_mtbf_us(a));
	seconds_or_null(j, "mttr_s", availability_mttr_us(a));
	jot_close(j, '}');
}

static void
availability_jot(struct jot *j, const struct availability *a, bool outages)
{
	jot_seconds(j, "span_s", a->span_us);
	counted_jot(j, "counted_s", a->counted_us);
	jot_open(j, "state_s", '{');
	for (unsigned s = 0; s < STATE_COUNT; s++)
		jot_seconds(j, state_name(s), a->state_us[s]);
	jot_close(j, '}');
	jot_open(j, "cause_s", '{');
	for (unsigned c = 1; c < CAUSE_COUNT; c++)
		if (a->cause_us[c] > 0)
			jot_seconds(j, cause_name(c), a->cause_us[c]);
	jot_close(j, '}');
	counted_jot(j, "maintenance_s", a->excused_us);
	bounds_jot(j, "availability", availability_all(a));
	bounds_jot(j, "availability_without_maintenance", availability_kept(a));
	if (outages)
		outages_jot(j, a);
}

static void
answers_jot(struct jot *j, const struct report_answers *a)
{
	jot_open(j, "acknowledgement", '{');
	jot_number(j, "incidents", a->incidents);
	jot_number(j, "acknowledged", a->acknowledged);
	if (a->acknowledged > 0)
		jot_seconds(j, "mean_s", a->sum_us / a->acknowledged);
	else
		jot_null(j, "mean_s");
	seconds_or_null(j, "longest_s", a->longest_us);
	jot_close(j, '}');
}

static void
gap_jot(struct jot *j, const char *key, const struct unwatched_gap *g)
{
	jot_open(j, key, '{');
	jot_seconds(j, "seconds", g->end_us - g->start_us);
	jot_time(j, "from", g->end_us > g->start_us ? g->start_us : 0);
	jot_close(j, '}');
}

static void
watched_jot(struct jot *j, const struct report_watched *w)
{
	if (w->span_us == 0) {
		jot_null(j, "watched");
		return;
	}
	jot_open(j, "watched", '{');
	jot_seconds(j, "span_s", w->span_us);
	for (unsigned i = 0; i < WATCHED_COUNT; i++)
		jot_seconds(j, watched_name(i), w->us[i]);
	jot_number(j, "never_surely", w->never_surely);
	jot_number(j, "never_perhaps", w->never_perhaps);
	jot_close(j, '}');
}

static void
target_jot(struct jot *j, uint32_t ppm, enum target_word all,
    enum target_word kept)
{
	jot_open(j, "target", '{');
	jot_number(j, "ppm", ppm);
	jot_text(j, "with_maintenance_counted", target_words[all]);
	jot_text(j, "without_maintenance", target_words[kept]);
	jot_close(j, '}');
}

/* --- feeds and sites */

static const char *
site_path(const struct report *r, uint32_t site)
{
	return site != REPORT_NONE ? r->sites[site].path : "";
}

static void
bar_jot(struct jot *j, const struct report_feed *f)
{
	jot_open(j, "bar", '[');
	for (uint32_t i = 0; i < f->bar_count; i++) {
		const struct report_piece *p = &f->bar[i];

		jot_open(j, NULL, '[');
		jot_number(j, NULL, p->from);
		jot_number(j, NULL, p->to);
		jot_text(j, NULL, bar_words[p->bar]);
		jot_bool(j, NULL, p->excused);
		jot_close(j, ']');
	}
	jot_close(j, ']');
}

static void
feed_jot(struct jot *j, const struct report *r, const struct report_feed *f)
{
	jot_open(j, NULL, '{');
	jot_text(j, "uuid", f->uuid);
	jot_text(j, "site", site_path(r, f->site));
	jot_text(j, "name", f->name);
	jot_text(j, "tags", f->tags);
	jot_number(j, "criticality", f->criticality);
	jot_bool(j, "no_picture", f->no_picture);
	jot_bool(j, "removed", f->removed);
	jot_time(j, "from", f->from_utc);
	jot_time(j, "to", f->to_utc);
	availability_jot(j, &f->a, true);
	answers_jot(j, &f->answers);
	target_jot(j, f->target_ppm, f->target_all, f->target_kept);
	watched_jot(j, &f->watched);
	gap_jot(j, "longest_unwatched", &f->gap_low);
	gap_jot(j, "longest_surely_unwatched", &f->gap_high);
	jot_open(j, "now", '{');
	jot_text(j, "state", state_name(f->state));
	jot_text(j, "cause", cause_name(f->cause));
	jot_time(j, "since", f->since_utc);
	jot_close(j, '}');
	bar_jot(j, f);
	jot_close(j, '}');
}

static void
site_jot(struct jot *j, const struct report_site *s)
{
	jot_open(j, NULL, '{');
	jot_text(j, "site", s->path);
	jot_text(j, "zone", s->zone);
	jot_text(j, "contact", s->contact);
	jot_number(j, "feeds", s->feeds);
	availability_jot(j, &s->a, true);
	answers_jot(j, &s->answers);
	target_jot(j, s->target_ppm, s->target_all, s->target_kept);
	watched_jot(j, &s->watched);
	jot_close(j, '}');
}

static void
feed_name(struct jot *j, const char *key, const struct report *r, uint32_t feed)
{
	if (feed == REPORT_NONE)
		jot_null(j, key);
	else
		jot_text(j, key, r->feeds[feed].uuid);
}

static void
feed_names(struct jot *j, const char *key, const struct report *r,
    const uint32_t *feeds, uint32_t count)
{
	jot_open(j, key, '[');
	for (uint32_t i = 0; i < count; i++)
		feed_name(j, NULL, r, feeds[i]);
	jot_close(j, ']');
}

/* --- what needs a person */

static void
person_jot(struct jot *j, const struct report *r)
{
	jot_open(j, "needs_a_person", '{');
	feed_names(j, "still_bad", r, r->still_bad, r->still_bad_count);
	jot_open(j, "repeat_offenders", '[');
	for (uint32_t i = 0; i < r->offender_count; i++) {
		const struct report_offender *o = &r->offenders[i];

		jot_open(j, NULL, '{');
		feed_name(j, "feed", r, o->feed);
		jot_number(j, "count", o->count);
		jot_seconds(j, "seconds", o->down_us);
		jot_text(j, "cause", cause_name(o->cause));
		jot_close(j, '}');
	}
	jot_close(j, ']');
	jot_open(j, "blind_windows", '[');
	for (uint32_t i = 0; i < r->window_count; i++) {
		const struct report_window *w = &r->windows[i];

		jot_open(j, NULL, '{');
		jot_number(j, "hour_of_week", w->hour);
		jot_number(j, "hours", w->hours);
		jot_number(j, "weeks", w->weeks);
		jot_number(j, "of", w->of);
		jot_number(j, "feeds", w->feeds);
		jot_number(j, "surely", w->sure);
		jot_number(j, "criticality", w->criticality);
		feed_name(j, "first", r, w->first);
		jot_close(j, '}');
	}
	jot_close(j, ']');
	feed_names(j, "never_watched", r, r->never, r->never_count);
	jot_close(j, '}');
}

/* --- what happened */

static void
picture_jot(struct jot *j, const char *key, const struct report_picture *p)
{
	if (p->id == 0) {
		jot_null(j, key);
		return;
	}
	jot_open(j, key, '{');
	jot_time(j, "taken", p->utc);
	jot_text(j, "sha256", p->sha256);
	jot_close(j, '}');
}

static void
incident_jot(struct jot *j, const struct report *r,
    const struct report_incident *i)
{
	jot_open(j, NULL, '{');
	jot_number(j, "incident", i->id);
	feed_name(j, "feed", r, i->feed);
	jot_text(j, "site", site_path(r, i->site));
	jot_bool(j, "whole_site", i->whole_site);
	jot_text(j, "room", i->room);
	jot_text(j, "console",
	    i->console != REPORT_NONE ? r->consoles[i->console].name : "");
	jot_text(j, "place", i->place);
	jot_text(j, "cause", cause_name(i->cause));
	jot_text(j, "text", i->text);
	jot_bool(j, "alertable", i->alertable);
	jot_bool(j, "muted", i->muted);
	jot_bool(j, "maintenance", i->excused);
	jot_time(j, "since", i->since_utc);
	jot_time(j, "called", i->at_utc);
	jot_time(j, "good", i->good_utc);
	jot_time(j, "closed", i->closed_utc);
	jot_time(j, "acknowledged", i->acknowledged_utc);
	jot_text(j, "acknowledged_by", i->acknowledged_by);
	jot_text(j, "note", i->note);
	picture_jot(j, "before", &i->before);
	picture_jot(j, "after", &i->after);
	picture_jot(j, "recovered", &i->recovered);
	jot_close(j, '}');
}

static void
overlay_jot(struct jot *j, const struct report *r,
    const struct report_overlay *o)
{
	jot_open(j, NULL, '{');
	jot_number(j, "overlay", o->id);
	jot_number(j, "line", o->seq);
	jot_text(j, "kind", o->kind == REPORT_MUTE ? "mute" : "maintenance");
	feed_name(j, "feed", r, o->feed);
	jot_text(j, "site", site_path(r, o->site));
	jot_text(j, "tag", o->tag);
	jot_text(j, "actor", o->actor);
	jot_text(j, "reason", o->reason);
	jot_time(j, "created", o->created_utc);
	jot_time(j, "from", o->from_utc);
	jot_time(j, "to", o->to_utc);
	jot_number(j, "days", o->days);
	jot_number(j, "begin_minute", o->begin_minute);
	jot_number(j, "end_minute", o->end_minute);
	jot_text(j, "zone", o->zone);
	jot_number(j, "feeds", o->feeds);
	counted_jot(j, "excused_s", o->excused_us);
	jot_seconds(j, "before_its_line_s", o->note_us);
	jot_number(j, "incidents", o->incidents);
	jot_close(j, '}');
}

static void
change_jot(struct jot *j, const struct report_change *c)
{
	jot_open(j, NULL, '{');
	jot_number(j, "line", c->seq);
	jot_time(j, "at", c->utc);
	jot_text(j, "kind", c->kind);
	jot_text(j, "actor", c->actor);
	jot_text(j, "what", c->what);
	jot_text(j, "reason", c->reason);
	jot_number(j, "count", c->count);
	jot_bool(j, "expired", c->expired);
	jot_close(j, '}');
}

static void
lists_jot(struct jot *j, const struct report *r)
{
	jot_open(j, "incidents", '[');
	for (uint32_t i = 0; i < r->incident_count; i++)
		incident_jot(j, r, &r->incidents[i]);
	jot_close(j, ']');
	jot_open(j, "overlays", '[');
	for (uint32_t i = 0; i < r->overlay_count; i++)
		overlay_jot(j, r, &r->overlays[i]);
	jot_close(j, ']');
	jot_open(j, "changes", '[');
	for (uint32_t i = 0; i < r->change_count; i++)
		change_jot(j, &r->changes[i]);
	jot_close(j, ']');
}

/* --- the monitor and those who watch */

static void
monitor_jot(struct jot *j, const struct report *r)
{
	jot_open(j, "gaps", '[');
	for (uint32_t i = 0; i < r->gap_count; i++) {
		const struct report_gap *g = &r->gaps[i];

		jot_open(j, NULL, '{');
		jot_text(j, "kind", gap_words[g->kind]);
		jot_time(j, "from", g->from_utc);
		jot_time(j, "to", g->to_utc);
		jot_text(j, "why", g->why);
		jot_number(j, "feeds", g->feeds);
		jot_close(j, '}');
	}
	jot_close(j, ']');
	jot_open(j, "clock", '[');
	for (uint32_t i = 0; i < r->clock_count; i++) {
		const struct report_clock *c = &r->clocks[i];

		jot_open(j, NULL, '{');
		jot_time(j, "at", c->utc);
		jot_bool(j, "synchronised", c->synchronised);
		jot_seconds(j, "offset_s", c->offset_us);
		jot_seconds(j, "error_s", c->error_us);
		jot_text(j, "text", c->text);
		jot_close(j, '}');
	}
	jot_close(j, ']');
}

static void
console_jot(struct jot *j, const struct report_console *c)
{
	jot_open(j, NULL, '{');
	jot_text(j, "console", c->name);
	jot_text(j, "room", c->room);
	jot_text(j, "zone", c->zone);
	jot_open(j, "presence_s", '{');
	for (unsigned p = 0; p < PRESENCE_COUNT; p++)
		jot_seconds(j, presence_name(p), c->presence_us[p]);
	jot_close(j, '}');
	jot_seconds(j, "longest_idle_s", c->idle_longest_us);
	jot_time(j, "longest_idle_start", c->idle_start_us);
	jot_number(j, "prompts", c->prompts);
	jot_number(j, "right", c->right);
	jot_number(j, "wrong", c->wrong);
	jot_number(j, "missed", c->missed);
	jot_number(j, "latency_ms", c->latency_ms);
	jot_number(j, "breaches", c->breaches);
	jot_number(j, "disputes", c->disputes);
	jot_close(j, '}');
}

static void
alarms_jot(struct jot *j, const struct report_alarms *a)
{
	jot_open(j, "alarms", '{');
	jot_number(j, "window_s", REPORT_ALARM_WINDOW_US / 1000000);
	jot_number(j, "windows", a->windows);
	jot_number(j, "alarms", a->alarms);
	jot_bool(j, "consoles", a->consoles);
	jot_real(j, "mean_per_operator", a->mean);
	jot_real(j, "worst_per_operator", a->worst);
	jot_time(j, "worst_start", a->worst_utc);
	jot_number(j, "worst_alarms", a->worst_alarms);
	jot_number(j, "worst_operators", a->worst_operators);
	jot_number(j, "windows_above_steady", a->over);
	jot_number(j, "windows_of_flood", a->floods);
	jot_number(j, "while_nobody_attended", a->unattended);
	jot_close(j, '}');
}

static void
people_jot(struct jot *j, const struct report *r)
{
	jot_open(j, "consoles", '[');
	for (uint32_t i = 0; i < r->console_count; i++)
		console_jot(j, &r->consoles[i]);
	jot_close(j, ']');
	alarms_jot(j, &r->alarms);
}

/* Size and head stand for all before them: of the moment, so no part of what
 * is compared with a later one but these. */
static void
ledger_jot(struct jot *j, const struct report_ledger *l)
{
	jot_open(j, "ledger", '{');
	jot_text(j, "origin", l->origin);
	jot_number(j, "size", l->size);
	jot_number(j, "line", l->seq);
	jot_text(j, "head", l->head);
	jot_time(j, "checkpoint", l->checkpoint_utc);
	jot_number(j, "checkpoint_size", l->checkpoint_size);
	jot_text(j, "checkpoint_root", l->checkpoint_root);
	jot_bool(j, "witnessed", l->receipt_utc != 0);
	jot_time(j, "receipt", l->receipt_utc);
	jot_number(j, "receipt_size", l->receipt_size);
	jot_time(j, "receipt_covers", l->covers_utc);
	jot_text(j, "receipt_kind", l->receipt_kind);
	jot_text(j, "witness", l->witness);
	jot_close(j, '}');
}

static void
fleet_jot(struct jot *j, const struct report *r)
{
	jot_open(j, "fleet", '{');
	jot_number(j, "feeds", r->feed_count);
	availability_jot(j, &r->fleet, true);
	answers_jot(j, &r->answers);
	target_jot(j, r->target_ppm, r->target_all, r->target_kept);
	watched_jot(j, &r->watched);
	jot_open(j, "targets", '{');
	for (unsigned t = 0; t < 4; t++)
		jot_number(j, target_words[t], r->targets[t]);
	jot_close(j, '}');
	jot_close(j, '}');
}

static void
days_jot(struct jot *j, const struct report *r)
{
	jot_open(j, "days", '[');
	for (uint32_t i = 0; i < r->day_count; i++) {
		jot_open(j, NULL, '{');
		jot_time(j, "from", r->days[i].from_utc);
		jot_time(j, "to", r->days[i].to_utc);
		availability_jot(j, &r->days[i].a, false);
		jot_close(j, '}');
	}
	jot_close(j, ']');
}

bool
report_json(const struct report *r, struct ink *out)
{
	struct jot j = { .out = out };

	jot_open(&j, NULL, '{');
	jot_number(&j, "camwarden_report", REPORT_FORMAT);
	jot_text(&j, "program", r->program);
	jot_time(&j, "from", r->from_utc);
	jot_time(&j, "to", r->to_utc);
	jot_time(&j, "as_of", r->as_of_utc);
	jot_text(&j, "zone", r->zone);
	jot_text(&j, "only_site", r->site);
	jot_number(&j, "target_ppm", r->target_ppm);
	jot_number(&j, "bar_steps", r->bar_steps);
	ledger_jot(&j, &r->ledger);
	fleet_jot(&j, r);
	days_jot(&j, r);
	person_jot(&j, r);
	jot_open(&j, "sites", '[');
	for (uint32_t i = 0; i < r->site_count; i++)
		site_jot(&j, &r->sites[i]);
	jot_close(&j, ']');
	jot_open(&j, "feeds", '[');
	for (uint32_t i = 0; i < r->feed_count; i++)
		feed_jot(&j, r, &r->feeds[i]);
	jot_close(&j, ']');
	lists_jot(&j, r);
	people_jot(&j, r);
	monitor_jot(&j, r);
	jot_close(&j, '}');
	ink_put(out, "\n");
	return !out->failed;
}
