/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The committed floor as held consoles, screens and shifts; their turns each
 * second; what changes of them, to the store. */
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_news.h"
#include "monitor/monitor_consoles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/site.h"
#include "monitor/http/json_out.h"
#include "monitor/store/store_consoles.h"
#include "monitor/store/store_read_consoles.h"

#define LINKS_MOST 512
/* What a lost console last showed is held possible no longer. */
#define LOST_US (86400 * US_PER_S)

struct held_console *
consoles_find(const struct consoles *c, int64_t id)
{
	for (size_t i = 0; i < c->console_count; i++)
		if (c->consoles[i]->id == id)
			return c->consoles[i];
	return NULL;
}

/* --- what changed, to the store */

static char *
evidence_of(const struct console_verdict *v, const struct console_config *held,
    int64_t now_us)
{
	struct json_out j;
	size_t length;

	json_out_init(&j);
	json_out_open(&j, '{');
	if (v->last_input_us != INT64_MIN) {
		json_out_key(&j, "input_s");
		json_out_integer(&j, (now_us - v->last_input_us) / US_PER_S);
	}
	if (v->last_heard_us != INT64_MIN) {
		json_out_key(&j, "heard_s");
		json_out_integer(&j, (now_us - v->last_heard_us) / US_PER_S);
	}
	json_out_key(&j, "rhythm_pct");
	json_out_integer(&j, v->rhythm_pct);
	json_out_key(&j, "repeat_pct");
	json_out_integer(&j, v->repeat_pct);
	json_out_key(&j, "injected");
	json_out_integer(&j, v->injected);
	json_out_key(&j, "wrong_answers");
	json_out_integer(&j, v->wrong_answers);
	/* What it was held to: it may be a shift's own. */
	json_out_key(&j, "idle_after_s");
	json_out_integer(&j, held->idle_after_s);
	json_out_key(&j, "prompt_after_s");
	json_out_integer(&j, held->prompt_after_s);
	json_out_close(&j, '}');
	return json_out_take(&j, &length);
}

/* To whoever follows live. */
static void
tell_follower(struct monitor *m, const struct held_console *h,
    const char *evidence)
{
	const struct console_verdict *v = &h->verdict;
	struct json_out j;
	size_t length;
	char *text;

	if (!monitor_news_wanted(m))
		return;
	json_out_init(&j);
	json_out_open(&j, '{');
	json_out_key(&j, "id");
	json_out_integer(&j, h->id);
	json_out_key(&j, "console");
	json_out_string(&j, h->floor->name);
	json_out_key(&j, "room");
	json_out_string(&j, h->floor->room);
	json_out_key(&j, "presence");
	json_out_string(&j, presence_name(v->state));
	json_out_key(&j, "why");
	json_out_string(&j, presence_why_name(v->why));
	json_out_key(&j, "since");
	json_out_time(&j, monitor_utc(m, v->since_us));
	json_out_key(&j, "at");
	json_out_time(&j, monitor_utc(m, v->at_us));
	json_out_key(&j, "evidence");
	json_out_raw(&j, evidence, strlen(evidence));
	json_out_close(&j, '}');
	text = json_out_take(&j, &length);
	if (text != NULL)
		monitor_news_say(m, "console", h->floor->site, text);
	free(text);
}

static void
tell_presence(struct monitor *m, const struct held_console *h)
{
	const struct console_verdict *v = &h->verdict;
	char *evidence = evidence_of(v, &h->state.config, v->at_us);
	const struct store_presence p = { .console = h->id,
		.state = v->state,
		.why = v->why,
		.since_us = v->since_us,
		.at_us = v->at_us,
		.evidence = evidence != NULL ? evidence : "{}" };

	if (!store_presence(m->store, &p, NULL))
		log_error("consoles", "%s: its presence could not be stored",
		    h->floor->name);
	tell_follower(m, h, p.evidence);
	free(evidence);
}

static bool
tell_display(struct monitor *m, const struct held_screen *s,
    const struct display *shown, int64_t since_us, int64_t now_us)
{
	struct store_tile tiles[DISPLAY_TILES];
	const struct store_display d = { .screen = s->id,
		.power = shown->power,
		.source = shown->source,
		.since_us = since_us,
		.at_us = now_us,
		.tiles = tiles,
		.tile_count = shown->count };

	for (unsigned i = 0; i < shown->count; i++)
		tiles[i] = (struct store_tile){ shown->tiles[i].feed,
			shown->tiles[i].worth };
	return store_display(m->store, &d, NULL);
}

/* A view that counted until the last word and doesn't now may have ended at
 * any moment in between: between the two words it is MAYBE. What counts anew
 * counts from now on. */
static void
tell_change(struct monitor *m, struct held_screen *s, const struct display *now,
    int64_t now_us)
{
	struct display between = s->shown;

	for (unsigned i = 0; i < between.count; i++)
		if (between.tiles[i].worth == VIEW_COUNTS &&
		    !views_counts(now, between.tiles[i].feed))
			between.tiles[i].worth = VIEW_MAYBE;
	if (s->told && !views_same(&between, &s->shown))
		tell_display(m, s, &between, s->seen_us, now_us);
	s->shown = *now;
	s->told = tell_display(m, s, now, now_us, now_us);
}

/* --- what a screen shows */

const struct heartbeat *
consoles_heartbeat(const struct held_console *h, int64_t now_us)
{
	int64_t late_us = h->state.config.late_after_s * US_PER_S;
	bool doubt = h->verdict.state == PRESENCE_UNKNOWN &&
		     h->verdict.why == PRESENCE_WHY_CONFLICT;

	return h->hb_us != 0 && now_us - h->hb_us <= late_us && !doubt ? h->hb
								       : NULL;
}

static struct views_screen
views_screen_of(const struct held_screen *s)
{
	const struct floor_screen *f = s->floor;
	uint16_t most = s->console != NULL ? s->console->floor->max_tiles : 0;

	return (struct views_screen){ .output = f->output,
		.max_tiles = most != 0 ? most : VIEW_MAX_TILES,
		.layout = f->feeds,
		.layout_count = f->feed_count,
		.confirmed_by = f->confirmed_by };
}

static bool
shows_links(const struct consoles *c)
{
	for (size_t i = 0; i < c->pattern_count; i++)
		if (c->patterns[i].shows == VIEWS_SHOW_CONNECTIONS)
			return true;
	return false;
}

/* Up to when somebody stands by what is known of the screen: a post as long as
 * it says, a heartbeat for its own moment; both, where both are needed. */
static int64_t
vouched_until(const struct held_screen *s, const struct views_known *k)
{
	int64_t post_us =
	    k->now_us < s->post.until_us ? k->now_us : s->post.until_us;
	int64_t hb_us = s->console != NULL ? s->console->hb_us : 0;
	bool both = k->hb != NULL && k->now_us < s->post.until_us;

	return (hb_us < post_us) == both ? hb_us : post_us;
}

void
consoles_screen_weigh(struct monitor *m, struct held_screen *s, int64_t now_us)
{
	static struct views_link links[LINKS_MOST]; /* one thread */
	const struct consoles *c = m->consoles;
	struct views_screen screen = views_screen_of(s);
	struct views_known k = { .now_us = now_us,
		.patterns = c->patterns,
		.pattern_count = c->pattern_count,
		.links = links,
		.post = &s->post };
	struct display now;

	if (s->console != NULL)
		k.hb = consoles_heartbeat(s->console, now_us);
	if (k.hb != NULL && shows_links(c)) {
		k.link_count =
		    links_of(m, s->console, links, LINKS_MOST, now_us);
		k.links_more = k.hb->connections_more;
	}
	views_display(&screen, &k, &s->shown, &now);
	if (k.hb == NULL && now_us - vouched_until(s, &k) > LOST_US)
		now.count = 0;
	if (!s->told || !views_same(&now, &s->shown))
		tell_change(m, s, &now, now_us);
	s->seen_us = vouched_until(s, &k);
}

/* --- who is there */

static void
weigh_screens(struct monitor *m, const struct held_console *h, int64_t now_us)
{
	for (size_t i = 0; i < m->consoles->screen_count; i++)
		if (m->consoles->screens[i]->console == h)
			consoles_screen_weigh(m, m->consoles->screens[i],
			    now_us);
}

void
consoles_weigh(struct monitor *m, struct held_console *h, int64_t now_us)
{
	while (console_weigh(&h->state, now_us, &h->verdict)) {
		tell_presence(m, h);
		prompts_on_verdict(m, h, now_us);
	}
	weigh_screens(m, h, now_us);
}

/* --- the desk's camera: a second witness */

#define DESK_MOVED_US (30 * US_PER_S)

static void
look_at_desk(struct monitor *m, struct held_console *h, int64_t now_us)
{
	const struct watched_feed *f;
	int64_t moved_us;

	if (h->floor->desk_feed_id == 0)
		return;
	f = monitor_feed_of_id(m, h->floor->desk_feed_id);
	if (f == NULL || judge_verdict(f->judge)->state != STATE_UP)
		return; /* it can't see: it says nothing */
	moved_us = judge_moved_us(f->judge);
	console_desk(&h->state,
	    moved_us != 0 && now_us - moved_us < DESK_MOVED_US, now_us);
}

/* --- each second */

void
monitor_consoles_second(struct monitor *m, int64_t now_us)
{
	struct consoles *c = m->consoles;

	roster_force_all(m, now_us);
	for (size_t i = 0; i < c->console_count; i++) {
		if (m->seconds % 10 == i % 10)
			look_at_desk(m, c->consoles[i], now_us);
		prompts_second(m, c->consoles[i], now_us);
		consoles_weigh(m, c->consoles[i], now_us);
	}
	for (size_t i = 0; i < c->screen_count; i++)
		if (c->screens[i]->console == NULL)
			consoles_screen_weigh(m, c->screens[i], now_us);
	roster_second(m, now_us);
}

void
monitor_consoles_resync(struct monitor *m)
{
	const struct consoles *c = m->consoles;

	for (size_t i = 0; i < c->console_count; i++)
		tell_presence(m, c->consoles[i]);
	for (size_t i = 0; i < c->screen_count; i++)
		c->screens[i]->told = false;
}

/* --- the floor */

struct loading {
	struct monitor *m;
	struct consoles *c;
	struct floor *floor;
	struct held_console **consoles;
	struct held_screen **screens;
	struct held_shift **shifts;
	struct views_pattern *patterns;
	const struct zone **zones; /* of the floor's rooms */
	size_t console_count, screen_count, shift_count, pattern_count;
	int64_t now_us;
};

struct zone_search {
	const char *path, *zone;
	char name[64];
};

static bool
match_zone(void *arg, const struct store_site_row *row)
{
	struct zone_search *s = arg;

	/* The longest path that it lies in and that says a zone: rows come in
	 * the order of their paths, so the last one that fits. */
	if (row->zone[0] != '\0' && site_within(s->path, row->path))
		snprintf(s->name, sizeof(s->name), "%s", row->zone);
	return true;
}

static const struct zone *
zone_of_room(struct loading *l, const struct floor_room *room)
{
	struct zone_search s = { .path = room->site };

	store_read_sites(l->m->reader, match_zone, &s);
	return monitor_zone(l->m, s.name);
}

static struct console_config
config_of(const struct floor_console *f, const struct consoles *c)
{
	struct console_config config = console_config_default();

	config.idle_after_s = f->idle_after_s;
	config.prompt_after_s = f->prompt_after_s;
	config.remote_input = f->remote_input;
	config.desk_still_s = f->desk_feed_id != 0 ? f->desk_still_s : 0;
	config.seed = (uint64_t)f->id * 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < c->token_count; i++)
		config.has_agent |=
		    c->tokens[i].console == f->id &&
		    c->tokens[i].token.kind == CONSOLE_TOKEN_AGENT;
	return config;
}

struct resumed {
	enum presence state;
	enum presence_why why;
	int64_t ended_utc; /* the earlier run; 0 = not known */
};

static bool
take_resumed(void *arg, const struct store_presence_row *row)
{
	struct resumed *r = arg;

	if (row->end_utc == STORE_OPEN)
		return true; /* this run's own beginning */
	if (row->why != PRESENCE_WHY_MONITOR_OFF) {
		r->state = row->state;
		r->why = row->why;
		r->ended_utc = 0;
	} else {
		/* The last of them: some seconds before it were taken back. */
		r->ended_utc = row->start_utc;
	}
	return true;
}

/* A missed prompt or a suspicion doesn't end because the monitor did. */
static void
resume(struct loading *l, struct held_console *h)
{
	struct resumed r = { PRESENCE_UNKNOWN, PRESENCE_WHY_NEVER_HEARD, 0 };
	int64_t utc = monitor_utc(l->m, l->now_us);

	store_read_presence(l->m->reader, h->id, utc - 3600 * US_PER_S, utc,
	    take_resumed, &r);
	console_resume(&h->state, r.state, r.why,
	    r.ended_utc != 0 ? l->now_us - (utc - r.ended_utc) : INT64_MIN,
	    l->now_us);
}

static struct held_console *
hold_console(struct loading *l, const struct floor_console *f)
{
	struct console_config config = config_of(f, l->c);
	const struct floor_room *room = floor_find_room(l->floor, f->room);
	struct held_console *h = consoles_find(l->c, f->id);

	if (h != NULL) {
		/* roster_force says what the new shifts make of these. */
		config.idle_after_s = h->state.config.idle_after_s;
		config.prompt_after_s = h->state.config.prompt_after_s;
		console_configure(&h->state, &config, l->now_us);
	} else {
		h = calloc(1, sizeof(*h));
		if (h == NULL)
			return NULL;
		h->id = f->id;
		console_init(&h->state, &config, l->now_us);
		resume(l, h);
	}
	h->floor = f;
	h->room = room != NULL ? room->id : 0;
	return h;
}

static struct held_screen *
hold_screen(struct loading *l, const struct floor_screen *f)
{
	const struct floor_room *room = floor_find_room(l->floor, f->room);
	struct held_screen *s = NULL;
	struct held_console *console = NULL;
	int64_t room_id = room != NULL ? room->id : 0;

	for (size_t i = 0; i < l->c->screen_count; i++)
		if (l->c->screens[i]->id == f->id)
			s = l->c->screens[i];
	if (s == NULL)
		s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	for (size_t i = 0; i < l->console_count; i++)
		if (strcmp(l->consoles[i]->floor->name, f->console) == 0)
			console = l->consoles[i];
	/* Elsewhere it shows something else, and the store began anew. */
	if (s->console != console || s->room != room_id)
		memset(s, 0, sizeof(*s));
	s->id = f->id;
	s->floor = f;
	s->console = console;
	s->room = room_id;
	return s;
}

static void
fill_shift(struct loading *l, const struct floor_shift *f,
    struct roster_shift *out)
{
	const struct floor_room *room = floor_find_room(l->floor, f->room);

	*out = store_roster_shift(f);
	out->room = room != NULL ? (uint64_t)room->id : 0;
	for (size_t i = 0; i < l->floor->console_count; i++)
		if (strcmp(l->floor->consoles[i].name, f->console) == 0)
			out->console = (uint64_t)l->floor->consoles[i].id;
}

static struct held_shift *
hold_shift(struct loading *l, const struct floor_shift *f)
{
	const struct floor_room *room = floor_find_room(l->floor, f->room);
	struct held_shift *s = NULL;

	for (size_t i = 0; i < l->c->shift_count; i++)
		if (l->c->shifts[i]->floor->id == f->id)
			s = l->c->shifts[i];
	if (s == NULL) {
		s = calloc(1, sizeof(*s));
		if (s == NULL)
			return NULL;
		roster_begin(&s->watch);
	}
	fill_shift(l, f, &s->shift);
	s->zone = room != NULL ? l->zones[room - l->floor->rooms] : NULL;
	return s;
}

/* Patterns are known to agents by a number that changes with them. */
static uint32_t
hash_text(uint32_t h, const char *s)
{
	do
		h = (h ^ (uint8_t)*s) * 16777619u;
	while (*s++ != '\0');
	return h;
}

static uint32_t
revision_of(const struct floor *f)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < f->pattern_count; i++) {
		h = hash_text(h, f->patterns[i].name);
		h = hash_text(h, f->patterns[i].class_);
		h = hash_text(h, f->patterns[i].title);
	}
	return h != 0 ? h : 1;
}

static bool
load_patterns(struct loading *l)
{
	const struct floor *f = l->floor;

	l->patterns = calloc(f->pattern_count + 1, sizeof(*l->patterns));
	for (size_t i = 0; l->patterns != NULL && i < f->pattern_count; i++) {
		const struct floor_pattern *p = &f->patterns[i];

		l->patterns[l->pattern_count++] =
		    (struct views_pattern){ .id = p->name,
			    .shows = p->shows == FLOOR_SHOWS_LAYOUT
					 ? VIEWS_SHOW_LAYOUT
				     : p->shows == FLOOR_SHOWS_FEED
					 ? VIEWS_SHOW_FEED
					 : VIEWS_SHOW_CONNECTIONS,
			    .feed = p->feed_id,
			    .tiles = p->tiles };
	}
	return l->patterns != NULL;
}

static bool
load_lists(struct loading *l)
{
	const struct floor *f = l->floor;

	l->consoles = calloc(f->console_count + 1, sizeof(*l->consoles));
	l->screens = calloc(f->screen_count + 1, sizeof(*l->screens));
	l->shifts = calloc(f->shift_count + 1, sizeof(*l->shifts));
	l->zones = calloc(f->room_count + 1, sizeof(*l->zones));
	if (l->consoles == NULL || l->screens == NULL || l->shifts == NULL ||
	    l->zones == NULL || !load_patterns(l))
		return false;
	for (size_t i = 0; i < f->room_count; i++)
		l->zones[i] = zone_of_room(l, &f->rooms[i]);
	for (size_t i = 0; i < f->console_count; i++)
		if ((l->consoles[i] = hold_console(l, &f->consoles[i])) != NULL)
			l->console_count++;
		else
			return false;
	for (size_t i = 0; i < f->screen_count; i++)
		if ((l->screens[i] = hold_screen(l, &f->screens[i])) != NULL)
			l->screen_count++;
		else
			return false;
	for (size_t i = 0; i < f->shift_count; i++)
		if ((l->shifts[i] = hold_shift(l, &f->shifts[i])) != NULL)
			l->shift_count++;
		else
			return false;
	return true;
}

static void
console_free(struct held_console *h)
{
	prompts_drop(&h->prompt);
	free(h->hb);
	free(h);
}

static bool
is_in(void *const *list, size_t count, const void *p)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == p)
			return true;
	return false;
}

/* What the new floor no longer has ends; the lists change places. */
static void
take_lists(struct loading *l)
{
	struct consoles *c = l->c;

	for (size_t i = 0; i < c->screen_count; i++)
		if (!is_in((void **)l->screens, l->screen_count, c->screens[i]))
			free(c->screens[i]);
	for (size_t i = 0; i < c->shift_count; i++)
		if (!is_in((void **)l->shifts, l->shift_count, c->shifts[i])) {
			roster_shift_end(l->m, c->shifts[i], l->now_us);
			free(c->shifts[i]);
		}
	for (size_t i = 0; i < c->console_count; i++)
		if (!is_in((void **)l->consoles, l->console_count,
			c->consoles[i])) {
			prompts_end(l->m, c->consoles[i], l->now_us);
			console_free(c->consoles[i]);
		}
	for (size_t i = 0; i < l->shift_count; i++)
		l->shifts[i]->floor = &l->floor->shifts[i];
	free(c->consoles);
	free(c->screens);
	free(c->shifts);
	free(c->patterns);
	floor_free(&c->floor);
	c->floor = l->floor;
	c->consoles = l->consoles;
	c->screens = l->screens;
	c->shifts = l->shifts;
	c->patterns = l->patterns;
	c->console_count = l->console_count;
	c->screen_count = l->screen_count;
	c->shift_count = l->shift_count;
	c->pattern_count = l->pattern_count;
	c->patterns_revision = revision_of(l->floor);
}

static bool
take_token(void *arg, const struct store_token_row *row)
{
	struct consoles *c = arg;

	if (row->kind > CONSOLE_TOKEN_VMS) /* no console's */
		return true;
	void *grown =
	    realloc(c->tokens, (c->token_count + 1) * sizeof(*c->tokens));

	if (grown == NULL)
		return false;
	c->tokens = grown;

	struct held_token *t = &c->tokens[c->token_count++];

	*t = (struct held_token){ .console = row->console,
		.token = { .id = row->id, .kind = (uint8_t)row->kind },
		.saved_utc = row->seen_utc };
	memcpy(t->token.sha256, row->hash, sizeof(t->token.sha256));
	return true;
}

/* A kind of reporter that has no token any more never was. */
static void
forget_revoked(const struct consoles *c, struct held_console *h, int64_t now_us)
{
	bool has[CONSOLE_TOKEN_VMS + 1] = { false };

	for (size_t i = 0; i < c->token_count; i++)
		if (c->tokens[i].console == h->id)
			has[c->tokens[i].token.kind] = true;
	if (!has[CONSOLE_TOKEN_AGENT]) {
		console_forget(&h->state, CONSOLE_TOKEN_AGENT, now_us);
		h->hb_us = 0;
	}
	if (!has[CONSOLE_TOKEN_BROWSER]) {
		console_forget(&h->state, CONSOLE_TOKEN_BROWSER, now_us);
		h->page_us = 0;
	}
}

/* Troubles about people that an earlier run left open: whether they went on
 * while nobody looked can't be known. What lasts is called anew. */
struct left_open {
	int64_t ids[256];
	size_t count;
};

static bool
take_left_open(void *arg, const struct store_incident_row *row)
{
	struct left_open *l = arg;

	if (row->room != 0 || row->console != 0)
		l->ids[l->count++] = row->id;
	return l->count < sizeof(l->ids) / sizeof(l->ids[0]);
}

static void
close_left_open(struct monitor *m, int64_t now_us)
{
	struct left_open l = { .count = 0 };

	store_read_incidents(m->reader, true, 0, INT64_MAX, 4096,
	    take_left_open, &l);
	for (size_t i = 0; i < l.count; i++)
		monitor_incident_close(m, l.ids[i], now_us, now_us);
}

bool
monitor_consoles_load(struct monitor *m)
{
	struct consoles *c = m->consoles;
	struct loading l = { .m = m, .c = c, .now_us = clock_mono_us() };

	if (c == NULL) {
		close_left_open(m, l.now_us);
		c = l.c = m->consoles = calloc(1, sizeof(*c));
	}
	if (c == NULL)
		return false;
	c->token_count = 0;
	l.floor = store_read_floor(m->reader, NULL);
	if (l.floor == NULL ||
	    !store_read_tokens(m->reader, false, take_token, c)) {
		floor_free(&l.floor);
		return false;
	}
	/* Without memory: what was held before may point into the new floor
	 * by now, which therefore stays. */
	if (!load_lists(&l))
		return false;
	take_lists(&l);
	free(l.zones);
	roster_force_all(m, l.now_us);
	for (size_t i = 0; i < c->console_count; i++)
		forget_revoked(c, c->consoles[i], l.now_us);
	if (c->agents != NULL)
		agents_tokens_changed(c->agents);
	return true;
}

void
monitor_consoles_free(struct monitor *m)
{
	struct consoles *c = m->consoles;

	if (c == NULL)
		return;
	for (size_t i = 0; i < c->console_count; i++)
		console_free(c->consoles[i]);
	for (size_t i = 0; i < c->screen_count; i++)
		free(c->screens[i]);
	for (size_t i = 0; i < c->shift_count; i++)
		free(c->shifts[i]);
	free(c->consoles);
	free(c->screens);
	free(c->shifts);
	free(c->patterns);
	free(c->tokens);
	free(c->links);
	for (unsigned i = 0; i < RELAYS_MOST; i++)
		free(c->relays[i].links);
	floor_free(&c->floor);
	free(c);
	m->consoles = NULL;
}
