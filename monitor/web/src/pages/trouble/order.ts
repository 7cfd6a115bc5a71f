// SPDX-License-Identifier: GPL-3.0-or-later
// Open incidents -> the order in which a person should take them. PURE.
// Not acknowledged first; then what is wider than a feed (its own feeds folded
// under it); then by criticality, what is down before what is degraded, and the
// newest first.
import type { Incident } from "../../api";
import { inSite } from "../../place";
import { HUSHED } from "../../store";
import { ms } from "../../time";

export interface Row { incident: Incident; folded: Incident[] }
export interface Trouble { rows: Row[]; resting: Row[] /* muted, or in maintenance */ }

const MINUTE = 60000;
/* Acknowledged, and not grown worse since: that asks for a hand anew. */
export const isTaken = (i: Incident): boolean => i.acknowledged !== null && !i.asks_again;
const degraded = new Set(["white", "blurred", "moved", "noisy", "corrupt", "colour-cast", "duplicate", "flapping", "low-fps",
  "low-bitrate", "packet-loss", "clock-drift", "changed"]);
const stream = new Set(["flapping", "low-fps", "low-bitrate", "packet-loss", "clock-drift", "changed"]);

/* 3 down (or people are missing), 2 a bad picture, 1 a poor stream. */
export function gravity(i: Incident): number {
  if (i.kind !== "feed") return 3;
  return stream.has(i.cause) ? 1 : degraded.has(i.cause) ? 2 : 3;
}
/* Muted, or in maintenance: it needs nobody now. The feed's row (its flags) knows first, also that it is over; no event tells. */
export const resting = (i: Incident, flags: number | undefined): boolean => flags === undefined ? i.muted : (flags & HUSHED) !== 0;
/* How wide it is: our own trouble, a site, a room, a console, a feed. */
const width = { own: 4, site: 3, room: 2, console: 1, feed: 0 } as const;

export function compare(a: Incident, b: Incident): number {
  return Number(isTaken(a)) - Number(isTaken(b)) || width[b.kind] - width[a.kind] ||
    b.criticality - a.criticality || gravity(b) - gravity(a) || ms(b.at) - ms(a.at) || b.number - a.number;
}
/* Whether a feed's trouble is part of its site's: it began with it, or in it. */
export function partOf(feed: Incident, site: Incident): boolean {
  return feed.kind === "feed" && site.kind === "site" && inSite(feed.site, site.site) && ms(feed.since) >= ms(site.since) - MINUTE;
}
/* The nearest of the sites' incidents that it is part of. */
function parentOf(i: Incident, sites: Incident[]): Incident | undefined {
  let best: Incident | undefined;
  for (const s of sites) if (partOf(i, s) && (!best || s.site.length > best.site.length)) best = s;
  return best;
}
export function order(all: readonly Incident[], rests: (i: Incident) => boolean): Trouble {
  const sites = all.filter(i => i.kind === "site");
  const rows = new Map<number, Row>(), feeds: [Incident, Incident][] = [];
  for (const i of all) {
    const parent = parentOf(i, sites);
    if (parent) feeds.push([parent, i]);
    else rows.set(i.number, { incident: i, folded: [] });
  }
  for (const [parent, i] of feeds) rows.get(parent.number)?.folded.push(i);
  const sorted = [...rows.values()].sort((a, b) => compare(a.incident, b.incident));
  for (const r of sorted) r.folded.sort(compare);
  return { rows: sorted.filter(r => !rests(r.incident)), resting: sorted.filter(r => rests(r.incident)) };
}
/* The number beside the title: what nobody has taken. */
export function waiting(t: Trouble): number {
  return t.rows.reduce((n, r) => n + (isTaken(r.incident) ? 0 : 1), 0);
}
/* The row a step away from the one in hand; the first when none is. */
export function step(numbers: readonly number[], from: number, by: number): number {
  const i = numbers.indexOf(from);
  if (!numbers.length) return 0;
  if (i < 0) return numbers[by < 0 ? numbers.length - 1 : 0] ?? 0;
  return numbers[Math.min(numbers.length - 1, Math.max(0, i + by))] ?? 0;
}
/* Where the hand goes when its row is gone: the one that took its place. */
export function nextAfter(before: readonly number[], after: readonly number[], gone: number): number {
  const here = before.indexOf(gone), left = new Set(after);
  for (let i = here + 1; i < before.length; i++) if (left.has(before[i] ?? 0)) return before[i] ?? 0;
  for (let i = here - 1; i >= 0; i--) if (left.has(before[i] ?? 0)) return before[i] ?? 0;
  return after[0] ?? 0;
}
/* Numbers and addresses in what is written under whom to call: "Dispatch
 * +46 8 123 45 67, noc@agency.example" -> parts that can be pressed. */
export interface Part { text: string; href: string | null }
const reach = /(\+?\d[\d ()/.-]{5,}\d)|([^\s<>,;:]+@[^\s<>,;:]+\.[^\s<>,;:]+)/gu;
export function contactParts(contact: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const m of contact.matchAll(reach)) {
    if (m.index > from) parts.push({ text: contact.slice(from, m.index), href: null });
    const text = m[0];
    parts.push({ text, href: m[1] ? "tel:" + text.replace(/[^\d+]/g, "") : "mailto:" + encodeURIComponent(text).replace("%40", "@") });
    from = m.index + text.length;
  }
  if (from < contact.length) parts.push({ text: contact.slice(from), href: null });
  return parts;
}
