// SPDX-License-Identifier: GPL-3.0-or-later
// Which feeds are shown, and in which order sites stand. PURE but for the store's types.
import { inSite } from "../../place";
import { HUSHED, SEVERITY, STATES, type Feed, type SiteRow } from "../../store";
import type { Group } from "./arrange";

export interface Filter { states: number[]; cause: string; site: string; text: string }
export const noFilter: Filter = { states: [], cause: "", site: "", text: "" };
const NAMES: readonly string[] = STATES;

export function readFilter(q: URLSearchParams): Filter {
  const states = (q.get("state") ?? "").split(",").map(s => NAMES.indexOf(s)).filter(n => n >= 0);
  return { states, cause: q.get("cause") ?? "", site: q.get("site") ?? "", text: (q.get("q") ?? "").trim().toLowerCase() };
}
export const writeStates = (states: number[]): string => states.map(n => NAMES[n] ?? "").filter(Boolean).join(",");
export const isFiltered = (f: Filter): boolean => f.states.length > 0 || f.cause !== "" || f.site !== "" || f.text !== "";

/* Each word somewhere in "site/name". */
export function matches(f: Feed, by: Filter): boolean {
  if (by.states.length && !by.states.includes(f.state)) return false;
  if (by.cause && f.cause !== by.cause) return false;
  if (!inSite(f.site, by.site)) return false;
  return by.text === "" || by.text.split(/\s+/).every(word => f.text.includes(word));
}
/* Silenced trouble weighs less than any that nobody has looked at. */
export function weigh(s: SiteRow): number {
  let w = 0;
  for (const f of s.feeds) {
    const rank = SEVERITY[f.state as 0] ?? 0;
    if (rank === 0) continue;
    const hushed = f.flags & HUSHED;
    w += hushed ? 1e-3 : rank === 3 ? 1e6 : rank === 2 ? 1e3 : 1;
  }
  return w;
}
export function worstFirst(all: Iterable<SiteRow>, compare: (a: string, b: string) => number): string[] {
  const weighed = [...all].map((s): [string, number] => [s.path, weigh(s)]);
  return weighed.sort((a, b) => b[1] - a[1] || compare(a[0], b[0])).map(x => x[0]);
}
/* The order that stands, with new sites at its end and those that went taken out. */
export function keepOrder(standing: string[], sites: Map<string, SiteRow>): string[] {
  const there = standing.filter(p => sites.has(p)), known = new Set(there);
  for (const p of sites.keys()) if (!known.has(p)) there.push(p);
  return there;
}
/* What is shown, by site. `kept`: shown before and still, though it matches no more, until the wall is sorted anew. */
export function groups(order: string[], sites: Map<string, SiteRow>, by: Filter, kept: Set<Feed>): Group[] {
  const out: Group[] = [];
  for (const path of order) {
    const s = sites.get(path);
    if (!s) continue;
    const feeds = isFiltered(by) ? s.feeds.filter(f => matches(f, by) || kept.has(f)) : s.feeds;
    if (feeds.length) out.push({ site: path, feeds });
  }
  return out;
}
