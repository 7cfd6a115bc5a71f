// SPDX-License-Identifier: GPL-3.0-or-later
// A handover -> the lists a person reads, each incident in one of them. PURE.
import type { Handover, HandoverNote, Incident } from "../../api";
import { iso, ms } from "../../time";
import { order, partOf } from "../trouble/order";

export interface Lists { open: Incident[]; over: Incident[]; taken: Incident[]; opened: number; closed: number }

/* Those of a site's feeds are told by the site's; what is open only by one that is open, too. */
const folded = (all: Incident[], sites: Incident[]): Incident[] =>
  order(all, () => false).rows.map(r => r.incident).filter(i => !sites.some(s => partOf(i, s)));

export function lists(h: Handover): Lists {
  const seen = new Set(h.still_open.map(i => i.number)), over: Incident[] = [], taken: Incident[] = [];
  const put = (all: Incident[], into: Incident[]): void => {
    for (const i of all) {
      if (seen.has(i.number)) continue;
      seen.add(i.number);
      into.push(i);
    }
  };
  put(h.closed, over);
  put(h.opened, over);
  put(h.acknowledged, taken);
  return { open: folded(h.still_open, []), over: folded(over, h.still_open).sort((a, b) => ms(b.since) - ms(a.since)), taken,
    opened: folded(h.opened, h.still_open).length, closed: folded(h.closed, h.still_open).length };
}
/* How long there has been no note; null when the last one is young enough. */
export const REMIND_MS = 9 * 3600000;
export function noteMissing(last: HandoverNote | null, now: number, shift: Handover["shift"]): { since: number | null } | null {
  if (!last) return { since: null };
  const made = Date.parse(last.made);
  /* Within its last hour a shift that has no note is told of it, however short it is. */
  const ending = shift !== null && Date.parse(shift.end) - now < 3600000 && made < Date.parse(shift.start);
  return now - made > REMIND_MS || ending ? { since: made } : null;
}
export type Span = "last" | "shift" | "8" | "12" | "24";
export const SPANS: readonly Span[] = ["last", "shift", "8", "12", "24"];
/* What is asked for; "last" leaves it to the monitor. */
export function askFor(span: string, now: number, shift: Handover["shift"]): { from?: string } {
  if (span === "shift" && shift) return { from: iso(Date.parse(shift.start)) };
  const hours = Number(span);
  return hours > 0 ? { from: iso(Math.floor(now / 60000) * 60000 - hours * 3600000) } : {};
}
/* The notes to read, the last one always among them, newest first. */
export function notesOf(h: Handover): HandoverNote[] {
  const all = h.last && !h.notes.some(n => n.number === h.last?.number) ? [h.last, ...h.notes] : h.notes;
  return [...all].sort((a, b) => ms(b.made) - ms(a.made) || b.number - a.number);
}
