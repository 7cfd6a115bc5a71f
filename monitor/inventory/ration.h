/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ration.h: what lines and devices bear -> which feeds are held, which are
 * visited, and when. PURE; the inventory and the rates are checked elsewhere.
 * Called by the monitor, which carries it out, and by commands that say before
 * what it will be.
 *
 * A site may have a ceiling for all below it. Where its feeds want more, the
 * most critical are held for as long as there is room for one more at a time;
 * the others are visited in turn, as many at once as fit. A ceiling above
 * others is shared by those and its own feeds in the proportion of what they
 * want. A device that serves fewer sessions than it has feeds is shared the
 * same way, within each line that its feeds are on. Its sessions are counted by
 * the probes, so those of its feeds that stream probes fetch and those that
 * demux probes do have each their number of them.
 *
 * Always: what is held and visited at one time is, each at its rate, within
 * every ceiling, and within the sessions of every device; a feed that alone is
 * beyond one is left out, and said so. The same input gives the same answer,
 * whatever the order of its rows.
 */
#ifndef MONITOR_INVENTORY_RATION_H
#define MONITOR_INVENTORY_RATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inventory;

#define RATION_USUAL_KBPS 2000u /* of a feed of which nothing is known */
#define RATION_STAY_S 20u	/* of a visit that nobody asked for */
#define RATION_GAP_S 5u		/* to leave, and to connect */
#define RATION_LATE_S 70u	/* of a device that frees sessions late */

struct ration_feed {
	uint32_t kbps;			 /* reckoned with */
	uint32_t visit_s, visit_every_s; /* 0, 0 = held */
	uint32_t visit_phase_s;		 /* below visit_every_s */
	uint32_t site;			 /* in ration.sites; RATION_NO_SITE */
	uint32_t sessions;    /* of its device, for its kind; 0: no limit */
	const char *left_out; /* why it is not fetched at all; NULL: it is */
	bool rationed;	      /* otherwise than its row wishes */
};
#define RATION_NO_SITE UINT32_MAX

struct ration_site {	  /* one with a ceiling; its own feeds: not those below
			   * another ceiling */
	const char *path; /* borrowed from the inventory */
	uint32_t parent;  /* the nearest ceiling above; RATION_NO_SITE */
	uint32_t ceiling_kbps;
	uint32_t granted_kbps;			 /* of it, to its own feeds */
	uint32_t feeds, held, visited, left_out; /* of its own */
	uint32_t every_s;			 /* longest between visits */
	uint64_t wanted_kbps;			 /* were all its own held */
	uint64_t expected_kbps;			 /* on the average */
	uint64_t most_kbps;			 /* at one time */
};

struct ration {
	struct ration_feed *feeds; /* as the inventory's */
	struct ration_site *sites; /* by path */
	size_t feed_count, site_count;
	uint64_t expected_kbps; /* of all enabled feeds, on the average */
};

/* kbps: of each feed, 0 = not known; NULL: of none. usual_kbps: of those. NULL:
 * memory is out. Borrows from inv. */
struct ration *ration_new(const struct inventory *inv, const uint32_t *kbps,
    uint32_t usual_kbps);
void ration_free(struct ration **r);

/* "16.2 of 20.0 Mbit/s expected, 9 held, 91 visited (each 38 min)" */
#define RATION_TEXT 200
const char *ration_text(const struct ration_site *s, char out[RATION_TEXT]);
/* What lines will bear once the plan is carried out, for a person: that of all
 * feeds, then a row for each site with a ceiling. kbps: of now's feeds, as
 * above. malloc'ed; NULL: memory is out. */
struct inventory_plan;
char *ration_plan_text(const struct inventory *now, const uint32_t *kbps,
    const struct inventory_plan *plan);

#endif
