/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/audit_script.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/presence/views.h"
#include "monitor/presence/watched.h"
#include "tests/bench/presence_traces.h"

#define ALONE 255

static void *
room_for(void *p, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return p;
	*room = *room ? 2 * *room : 16;
	p = realloc(p, *room * size);
	if (!p)
		abort();
	return p;
}

static int32_t
seconds(struct draw *d, double low, double high)
{
	return (int32_t)draw_log_between(d, low, high);
}

bool
script_off(const struct script *s, int32_t at_s)
{
	size_t i;

	for (i = 0; i < s->off_count; i++) {
		if (at_s >= s->off[i].start_s && at_s < s->off[i].end_s)
			return true;
	}
	return false;
}

static bool
script_off_between(const struct script *s, int32_t from_s, int32_t to_s)
{
	size_t i;

	for (i = 0; i < s->off_count; i++) {
		if (s->off[i].start_s < to_s && s->off[i].end_s > from_s)
			return true;
	}
	return false;
}

/* A spell of so long from `at`; none of a program's while the monitor is off
 * or soon after, since what it saw before is lost. */
static void
add_spell(struct script *s, struct script_console *c, size_t *room,
    int32_t start_s, int32_t lasts_s, enum spell_kind kind)
{
	int32_t end = start_s + lasts_s;
	size_t i;

	if (end > s->seconds)
		end = s->seconds;
	/* What a program does right after its agent came back, or before it
	 * dies, is another rule than the one below. */
	if (kind == INJECTED &&
	    (end - start_s < IDLE_S || start_s < c->dead_s + 2 * IDLE_S))
		kind = LOCKED;
	if (kind == DEAD && c->odd_s && start_s < c->odd_s + 3 * IDLE_S)
		kind = LOCKED;
	for (i = 0; i < s->off_count; i++) {
		const struct span_s *off = &s->off[i];

		if (kind == INJECTED && start_s < off->end_s + 700 &&
		    end > off->start_s - 10)
			kind = LOCKED;
		/* An agent that dies within LATE_S before the monitor does:
		 * nobody called it late (docs/consoles.md). */
		if (kind == DEAD && start_s <= off->start_s &&
		    start_s >= off->start_s - LATE_S)
			kind = LOCKED;
	}
	if (kind == DEAD)
		c->dead_s = end;
	if (kind == INJECTED)
		c->odd_s = end;
	if (c->count && c->spells[c->count - 1].kind == kind) {
		c->spells[c->count - 1].end_s = end;
		return;
	}
	c->spells = room_for(c->spells, c->count, room, sizeof(*c->spells));
	c->spells[c->count++] = (struct spell){ start_s, end, kind };
}

static enum spell_kind
next_kind(struct draw *d, int32_t *lasts_s)
{
	double u = draw_unit(d);

	if (u < 0.50) {
		*lasts_s = seconds(d, 60, 2400);
		return WORKING;
	}
	if (u < 0.80) {
		*lasts_s = seconds(d, 20, 1500);
		return QUIET;
	}
	if (u < 0.90) {
		*lasts_s = seconds(d, 30, 1800);
		return LOCKED;
	}
	if (u < 0.94) {
		*lasts_s = seconds(d, 20, 1200);
		return DEAD;
	}
	if (u < 0.97) {
		*lasts_s = seconds(d, 30, 1200);
		return DARK;
	}
	*lasts_s = seconds(d, 700, 3600);
	return INJECTED;
}

static void
draw_console(struct script *s, unsigned n, uint64_t seed)
{
	struct script_console *c = &s->consoles[n];
	struct draw d = { seed * 131 + n };
	int32_t at = 0, lasts;
	size_t room = 0;

	c->seed = d.state;
	c->room = n % ROOMS;
	c->player = n < 4 ? (enum player)n : PLAIN;
	while (at < s->seconds) {
		int32_t shift = at - at % (8 * 3600) + 8 * 3600;
		bool empty = c->room == ROOMS - 1 || draw_chance(&d, 0.3);

		if (c->player == LOCKED_LAYOUT) {
			add_spell(s, c, &room, 0, s->seconds, LOCKED);
			break;
		}
		if (empty) {
			add_spell(s, c, &room, at, shift - at,
			    draw_chance(&d, 0.5) ? NO_SESSION : LOCKED);
			at = shift;
		}
		while (!empty && at < shift) {
			enum spell_kind kind = next_kind(&d, &lasts);

			add_spell(s, c, &room, at, lasts, kind);
			at += lasts;
		}
	}
}

/* What the monitor can know at a moment. */
struct known {
	int32_t last;	 /* input by hand */
	int32_t hand;	 /* heartbeat that told of some */
	int32_t gap_end; /* an agent came back */
};

static uint8_t
attended_at(const struct known *k, const struct spell *p, int32_t at)
{
	/* A program's input is first told at the heartbeat after its start. */
	int32_t first = p->start_s - p->start_s % BEAT_S + BEAT_S;
	int32_t alone = k->hand + ALONE_S > first ? k->hand + ALONE_S : first;
	bool recent = at < k->last + IDLE_S;

	if (p->kind == DEAD)
		return ATTEND_UNKNOWN;
	if (p->kind == INJECTED && at >= alone)
		return ATTEND_NO;
	if (p->kind != WORKING && p->kind != QUIET && p->kind != INJECTED)
		return ATTEND_NO;
	if (recent)
		return ATTEND_YES;
	return at < k->gap_end + IDLE_S ? ATTEND_UNKNOWN : ATTEND_NO;
}

/* Attended, second by second, by the rule: input by hand not older than
 * IDLE_S, as far as the monitor has heard of it. */
static void
draw_attended(struct script *s, struct script_console *c)
{
	struct known none = { -DAY_S, -DAY_S, -DAY_S }, k = none;
	int32_t at;
	size_t i = 0;

	c->attended = calloc(1, (uint32_t)s->seconds);
	if (!c->attended)
		abort();
	for (at = 0; at < s->seconds; at++) {
		const struct spell *p, *before;

		while (c->spells[i].end_s <= at)
			i++;
		p = &c->spells[i];
		before = i && at == p->start_s ? p - 1 : NULL;
		if (script_off(s, at)) {
			k = none;
			c->attended[at] = ATTEND_UNKNOWN;
			continue;
		}
		if (p->kind == DEAD)
			k = none;
		if (before && before->kind == DEAD && before->start_s > 0 &&
		    !script_off(s, before->start_s) &&
		    !script_off_between(s, before->start_s, at))
			k.gap_end = at;
		/* A quiet spell begins with the last input of the one before,
		 * if that was work; of others it is told as they begin. */
		if (p->kind == WORKING ||
		    (p->kind == QUIET && before && before->kind == WORKING))
			k.last = at;
		if (before && before->kind == WORKING && p->kind != DEAD)
			k.hand = at;
		c->attended[at] = attended_at(&k, p, at);
	}
}

static void
draw_rooms(struct script *s)
{
	unsigned r, n;
	int32_t at;

	for (r = 0; r < ROOMS; r++) {
		s->rooms[r] = calloc(1, (size_t)s->seconds);
		if (!s->rooms[r])
			abort();
		for (n = 0; n < s->console_count; n++) {
			const uint8_t *a = s->consoles[n].attended;

			if (s->consoles[n].room != r)
				continue;
			for (at = 0; at < s->seconds; at++) {
				if (a[at] > s->rooms[r][at])
					s->rooms[r][at] = a[at];
			}
		}
	}
}

static void
add_view(struct script *s, unsigned feed, struct script_view v)
{
	struct script_feed *f = &s->feeds[feed];

	if (v.start_s >= v.end_s)
		return;
	f->views =
	    room_for(f->views, f->view_count, &f->view_room, sizeof(*f->views));
	f->views[f->view_count++] = v;
}

/* The feed in that tile at that dwell. */
static unsigned
feed_of(const struct script *s, unsigned console, unsigned slot, int32_t dwell)
{
	uint64_t z =
	    ((uint64_t)console * 64 + slot) * 1000003 + (uint32_t)dwell;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (unsigned)((z ^ (z >> 31)) % s->feed_count);
}

/* What a window shows of a feed, by monitor/presence/views: of one who opened
 * every feed, or minimised the window. */
static uint8_t
worth_of(const struct script *s, enum player player)
{
	static struct views_link links[512];
	struct views_pattern pattern = { .id = "vms",
		.shows = VIEWS_SHOW_CONNECTIONS };
	struct views_screen screen = { .output = "", .max_tiles = 16 };
	struct heartbeat hb = { .version = 1,
		.sees_screens = HEARTBEAT_X11,
		.sees_windows = HEARTBEAT_X11,
		.sees_connections = HEARTBEAT_KERNEL,
		.screen_count = 1,
		.window_count = 1,
		.screens = { { "HDMI-1", SCREEN_ON, 1920, 1080 } },
		.windows = { { "vms", 0, 1920, 1080, 100 } } };
	struct views_known known = { .hb = &hb,
		.patterns = &pattern,
		.pattern_count = 1,
		.links = links };
	struct display before = { 0 }, d;
	unsigned n = player == OPENS_ALL ? 512 : SLOT_TILES, i;

	for (i = 0; i < n && i < s->feed_count; i++)
		links[i] = (struct views_link){ i + 1, true };
	known.link_count = i;
	if (player == MINIMISED)
		hb.windows[0].visible = 0;
	views_display(&screen, &known, &before, &d);
	return d.count ? d.tiles[0].worth : VIEW_UNCONFIRMED;
}

static void
show_spell(struct script *s, unsigned n, unsigned slot, const struct spell *p,
    uint8_t worth)
{
	int32_t at, end;

	for (at = p->start_s; at < p->end_s; at = end) {
		struct script_view v = { .worth = worth,
			.power = p->kind == DARK ? SCREEN_OFF : SCREEN_ON,
			.console = (uint8_t)n };
		int32_t dwell = at / DWELL_S;

		end = (dwell + 1) * DWELL_S;
		if (p->kind == DEAD) { /* what it last said is what may be */
			v.worth = VIEW_MAYBE;
			v.power = SCREEN_UNKNOWN;
			dwell = p->start_s / DWELL_S;
			end = p->end_s;
		}
		if (end > p->end_s)
			end = p->end_s;
		v.start_s = at;
		v.end_s = end;
		if (p->kind != NO_SESSION)
			add_view(s, feed_of(s, n, slot, dwell), v);
	}
}

/* All feeds on one console's screens. */
static void
show_all(struct script *s, unsigned n, uint8_t worth)
{
	unsigned f;

	for (f = 0; f < s->feed_count; f++)
		add_view(s, f,
		    (struct script_view){ 0, s->seconds, worth, SCREEN_ON, 0,
			(uint8_t)n });
}

static void
draw_views(struct script *s)
{
	unsigned n, slot, r, day;
	size_t i;

	for (n = 0; n < s->console_count; n++) {
		const struct script_console *c = &s->consoles[n];
		uint8_t worth = c->player == OPENS_ALL || c->player == MINIMISED
				    ? worth_of(s, c->player)
				    : VIEW_COUNTS;

		if (c->player == OPENS_ALL) {
			show_all(s, n, worth);
			continue;
		}
		for (slot = 0; slot < CONSOLE_SCREENS * SLOT_TILES; slot++) {
			for (i = 0; i < c->count; i++)
				show_spell(s, n, slot, &c->spells[i], worth);
		}
	}
	/* The walls: another layout each day, lit day and night. */
	for (r = 0; r < ROOMS; r++) {
		for (day = 0; (int32_t)day * DAY_S < s->seconds; day++) {
			for (slot = 0; slot < WALLS * WALL_TILES; slot++)
				add_view(s, feed_of(s, 200 + r, slot, day),
				    (struct script_view){ day * DAY_S,
					(day + 1) * DAY_S, VIEW_COUNTS,
					SCREEN_ON, (uint8_t)r, ALONE });
		}
	}
}

static struct span_s *
draw_spans(struct script *s, struct draw *d, double apart_s, size_t *count)
{
	struct span_s *spans = NULL;
	size_t room = 0;
	int32_t at = (int32_t)draw_exponential(d, apart_s);

	for (*count = 0; at < s->seconds;) {
		int32_t end = at + seconds(d, 10, 20000);

		if (end > s->seconds)
			end = s->seconds;
		spans = room_for(spans, *count, &room, sizeof(*spans));
		spans[(*count)++] = (struct span_s){ at, end };
		at = end + 1 + (int32_t)draw_exponential(d, apart_s);
	}
	return spans;
}

struct script *
script_new(unsigned days, unsigned consoles, unsigned feeds, uint64_t seed)
{
	struct script *s = calloc(1, sizeof(*s));
	struct draw d = { seed };
	unsigned n;
	int32_t at;

	if (!s)
		abort();
	s->seconds = (int32_t)days * DAY_S;
	s->console_count = consoles;
	s->feed_count = feeds;
	s->consoles = calloc(consoles, sizeof(*s->consoles));
	s->feeds = calloc(feeds, sizeof(*s->feeds));
	if (!s->consoles || !s->feeds)
		abort();
	for (at = DAY_S / 3; at < s->seconds && s->off_count < 16;) {
		int32_t end = at + 5 * seconds(&d, 1, 2000);

		s->off[s->off_count++] =
		    (struct span_s){ at, end < s->seconds ? end : s->seconds };
		at = end + 5 * seconds(&d, 20000, 150000);
	}
	for (n = 0; n < consoles; n++) {
		draw_console(s, n, seed);
		draw_attended(s, &s->consoles[n]);
	}
	draw_rooms(s);
	draw_views(s);
	for (n = 0; n < feeds; n++) {
		struct script_feed *f = &s->feeds[n];

		f->bad = draw_spans(s, &d, 200000, &f->bad_count);
		f->unknown = draw_spans(s, &d, 400000, &f->unknown_count);
	}
	return s;
}

void
script_free(struct script *s)
{
	unsigned n;

	for (n = 0; n < s->console_count; n++) {
		free(s->consoles[n].spells);
		free(s->consoles[n].attended);
	}
	for (n = 0; n < s->feed_count; n++) {
		free(s->feeds[n].views);
		free(s->feeds[n].bad);
		free(s->feeds[n].unknown);
	}
	for (n = 0; n < ROOMS; n++)
		free(s->rooms[n]);
	free(s->consoles);
	free(s->feeds);
	free(s);
}

/* -- the truth: bits of what is on the screens, then the picture above them */

enum {
	SURE = 1,
	SURE_ATTENDED = 2,
	MAYBE = 4,
	BAD = 8,
	UNKNOWN = 16,
	OFF = 32
};

static void
paint_view(const struct script *s, const struct script_view *v, uint8_t *bits)
{
	const uint8_t *who = v->console == ALONE
				 ? s->rooms[v->room]
				 : s->consoles[v->console].attended;
	bool counts = v->worth == VIEW_COUNTS;
	bool sure = counts && v->power == SCREEN_ON;
	bool may = (counts || v->worth == VIEW_MAYBE) && v->power != SCREEN_OFF;
	uint8_t by_who[3] = { 0, 0, 0 };
	int32_t at;

	if (!may)
		return;
	by_who[ATTEND_NO] = sure ? SURE : 0;
	by_who[ATTEND_UNKNOWN] = (sure ? SURE : 0) | MAYBE;
	by_who[ATTEND_YES] = (sure ? SURE | SURE_ATTENDED : 0) | MAYBE;
	for (at = v->start_s; at < v->end_s; at++)
		bits[at] |= by_who[who[at]];
}

static void
paint(uint8_t *bits, const struct span_s *spans, size_t count, uint8_t bit)
{
	size_t i;
	int32_t at;

	for (i = 0; i < count; i++) {
		for (at = spans[i].start_s; at < spans[i].end_s; at++)
			bits[at] |= bit;
	}
}

static enum watched
class_of(unsigned bits)
{
	bool unknown = bits & UNKNOWN, bad = !unknown && (bits & BAD);

	if (bits & OFF)
		return WATCHED_UNKNOWN;
	if (!bad && !unknown && (bits & SURE_ATTENDED))
		return WATCHED_WATCHED;
	if (!bad && (bits & MAYBE))
		return WATCHED_UNKNOWN;
	if (bits & SURE_ATTENDED)
		return WATCHED_BAD_PICTURE;
	return bits & SURE ? WATCHED_UNATTENDED : WATCHED_NOT_ON_SCREEN;
}

static void
widen(struct span_s *longest, int32_t start_s, int32_t end_s)
{
	if (end_s - start_s > longest->end_s - longest->start_s)
		*longest = (struct span_s){ start_s, end_s };
}

void
script_truth(const struct script *s, const struct script_feed *f,
    uint8_t *scratch, struct truth *out)
{
	int32_t at, low = 0, high = 0;
	uint8_t classes[64];
	size_t i;

	memset(scratch, 0, (size_t)s->seconds);
	for (i = 0; i < f->view_count; i++)
		paint_view(s, &f->views[i], scratch);
	paint(scratch, f->bad, f->bad_count, BAD);
	paint(scratch, f->unknown, f->unknown_count, UNKNOWN);
	paint(scratch, s->off, s->off_count, OFF);
	for (i = 0; i < 64; i++)
		classes[i] = (uint8_t)class_of((unsigned)i);
	memset(out->hours, 0,
	    (size_t)s->seconds / 3600 * sizeof(out->hours[0]));
	memset(out->seconds, 0, sizeof(out->seconds));
	out->gap_low = out->gap_high = (struct span_s){ 0, 0 };
	for (at = 0; at < s->seconds; at++) {
		uint8_t class = classes[scratch[at]];

		out->hours[at / 3600][class]++;
		if (class > WATCHED_WATCHED)
			continue;
		widen(&out->gap_high, high, at);
		high = at + 1;
		if (class != WATCHED_WATCHED)
			continue;
		widen(&out->gap_low, low, at);
		low = at + 1;
	}
	widen(&out->gap_low, low, s->seconds);
	widen(&out->gap_high, high, s->seconds);
	for (at = 0; at < s->seconds / 3600; at++) {
		for (i = 0; i < WATCHED_COUNT; i++)
			out->seconds[i] += out->hours[at][i];
	}
}
