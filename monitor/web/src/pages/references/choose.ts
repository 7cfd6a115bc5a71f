// SPDX-License-Identifier: GPL-3.0-or-later
// Which feeds are shown, and which are chosen. PURE.
import { FLAG, type Feed } from "../../store";

export type Show = "all" | "missing" | "differs";
export const SHOWS: readonly Show[] = ["missing", "differs", "all"];
export interface Shown { sites: { path: string; feeds: Feed[]; missing: number }[]; all: Feed[]; counts: Record<Show, number>; hidden: number /* keep no pictures */ }

const missing = (f: Feed): boolean => (f.flags & FLAG.reference) === 0;
const differs = (f: Feed): boolean => f.cause === "moved";
const fits = (f: Feed, show: Show): boolean => show === "all" || (show === "missing" ? missing(f) : differs(f));

/* By site, in the order given; `text` is lower case. */
export function shownOf(sites: Iterable<{ path: string; feeds: readonly Feed[] }>, show: Show, text: string): Shown {
  const out: Shown = { sites: [], all: [], counts: { all: 0, missing: 0, differs: 0 }, hidden: 0 };
  for (const s of sites) {
    const feeds: Feed[] = [];
    for (const f of s.feeds) {
      if (f.flags & FLAG.noPicture) out.hidden++;
      else if (!text || f.text.includes(text)) {
        out.counts.all++;
        if (missing(f)) out.counts.missing++;
        if (differs(f)) out.counts.differs++;
        if (fits(f, show)) feeds.push(f);
      }
    }
    if (!feeds.length) continue;
    out.sites.push({ path: s.path, feeds, missing: feeds.filter(missing).length });
    out.all.push(...feeds);
  }
  return out;
}
/* A press on one: it alone changes, or with Shift all from the last one take its new state. */
export function press(chosen: ReadonlySet<string>, order: readonly string[], id: string, last: string, range: boolean): Set<string> {
  const next = new Set(chosen), on = !chosen.has(id), a = order.indexOf(last), b = order.indexOf(id);
  const ids = range && a >= 0 && b >= 0 ? order.slice(Math.min(a, b), Math.max(a, b) + 1) : [id];
  const to = range && a >= 0 ? chosen.has(last) : on;
  for (const x of ids) {
    if (to) next.add(x);
    else next.delete(x);
  }
  return next;
}
/* What is chosen and still there to be chosen. */
export function kept(chosen: ReadonlySet<string>, there: (id: string) => boolean): string[] {
  return [...chosen].filter(there);
}
