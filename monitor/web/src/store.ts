// SPDX-License-Identifier: GPL-3.0-or-later
// All feeds as the wall has them, kept true by the worker. Rows change in
// place; `epoch` counts frames in which something changed, so that a burst of
// a thousand changes costs one painting.
import { signal } from "@preact/signals";
import type { Pulse, Site, State, Wall } from "./api";
import { rowOfWall, type Row } from "./data/wire";
import { pagesOf } from "./http";
import { upwards } from "./place";
import { ms, now, setServerClock } from "./time";

export const FLAG = { maintenance: 1, muted: 2, noPicture: 4, ptz: 8, reference: 16, suspect: 32 } as const;
/* Trouble that needs nobody now, as a mask. */
export const HUSHED = FLAG.maintenance | FLAG.muted;
export const STATES: readonly State[] = ["up", "degraded", "down", "unknown"];
/* Down is worst: 3, then degraded, unknown, up. By the wall's numbers. */
export const SEVERITY = [0, 2, 3, 1] as const;

export interface Feed {
  id: string; site: string; name: string; state: number; cause: string; flags: number; since: number; picture: number;
  criticality: number; text: string; /* for searching */
}
/* "Region/Site/Name", as people write it. */
export const wholeName = (f: { site: string; name: string }): string => (f.site ? f.site + "/" : "") + f.name;
export interface SiteRow { path: string; feeds: Feed[]; counts: [number, number, number, number] }

export const feeds = new Map<string, Feed>();
export const sites = new Map<string, SiteRow>();
/* Grows when rows changed; `layout` when feeds came, went or were renamed. */
export const epoch = signal(0);
export const layout = signal(0);
export const pulse = signal<Pulse | null>(null);
/* "connecting" until the first wall; "stale": no pulse for 6 s; "late": the monitor gives no sign of life. */
export type Worth = "connecting" | "live" | "stale" | "late";
export const worth = signal<Worth>("connecting");
/* The last moment (server's clock, ms) of which something is known. */
export const lastKnown = signal(0);
export const totals: [number, number, number, number] = [0, 0, 0, 0];
export const claims = (): boolean => worth.value === "live";

const STALE_MS = 6000;
let pulseAt = 0;             // by performance.now(), which may stand still while the machine sleeps,
let heardAt = 0;             // and by Date.now(), which may be set
let dirty = new Set<Feed>(); // changed since the last frame
let frame = 0;
type Painter = (changed: Set<Feed>) => void;
const painters = new Set<Painter>();
/* Called once a frame with what changed; returns what ends it. */
export function onChanged(f: Painter): () => void {
  painters.add(f);
  return () => { painters.delete(f); };
}
const listeners = new Map<string, Set<(data: unknown) => void>>();
/* Other events of the stream: "incident", "alert", "console", "session". */
export function onEvent(name: string, f: (data: unknown) => void): () => void {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set.add(f));
  return () => { set.delete(f); };
}
export function tell(name: string, data: unknown): void {
  for (const f of listeners.get(name) ?? []) f(data);
}

export const byName = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;

function siteOf(path: string): SiteRow {
  let s = sites.get(path);
  if (!s) sites.set(path, s = { path, feeds: [], counts: [0, 0, 0, 0] });
  return s;
}
function count(site: SiteRow, state: number, by: number): void {
  if (state >= 0 && state < 4) {
    site.counts[state as 0] += by;
    totals[state as 0] += by;
  }
}
function feedOf(r: Row): Feed {
  return { id: r[0], site: r[1], name: r[2], state: r[3], cause: r[4], flags: r[5], since: r[6], picture: r[7], criticality: r[8],
    text: (r[1] + "/" + r[2]).toLowerCase() };
}
function place(s: SiteRow, f: Feed): void {
  let low = 0, high = s.feeds.length;
  while (low < high) {
    const mid = (low + high) >> 1, other = s.feeds[mid];
    if (other && byName(other.name, f.name) <= 0) low = mid + 1;
    else high = mid;
  }
  s.feeds.splice(low, 0, f);
}
function add(f: Feed): void {
  const s = siteOf(f.site);
  feeds.set(f.id, f);
  place(s, f);
  count(s, f.state, 1);
}
function remove(id: string): boolean {
  const f = feeds.get(id), s = f && sites.get(f.site);
  if (!f || !s) return false;
  feeds.delete(id);
  dirty.delete(f);
  s.feeds = s.feeds.filter(x => x !== f);
  count(s, f.state, -1);
  if (!s.feeds.length) sites.delete(f.site);
  return true;
}
/* A hidden page paints no frames, but its title counts on. */
function schedule(): void {
  if (frame) return;
  frame = 1;
  if (typeof document === "undefined" || document.hidden) setTimeout(flush, 500);
  else requestAnimationFrame(flush);
}
function flush(): void {
  frame = 0;
  const changed = dirty;
  dirty = new Set();
  for (const f of painters) f(changed);
  epoch.value++;
}
function clear(): void {
  feeds.clear();
  sites.clear();
  dirty.clear();
  totals.fill(0);
}
/* The whole wall anew; age: of a copy, how long ago it was true, ms. */
export function takeWall(w: Wall, age = 0): void {
  clear();
  for (const r of w.feeds) {
    const f = feedOf(rowOfWall(r, w.sites)), s = siteOf(f.site);
    feeds.set(f.id, f);
    s.feeds.push(f);
    count(s, f.state, 1);
  }
  for (const s of sites.values()) s.feeds.sort((a, b) => byName(a.name, b.name));
  const at = ms(w.now); // none in a copy from before the first pulse
  if (at) setServerClock(at + age);
  layout.value++;
  heard(w.late, age, at || now() - age);
  schedule();
}
function merge(f: Feed, r: Feed): void {
  const s = sites.get(f.site);
  if (s && f.state !== r.state) {
    count(s, f.state, -1);
    count(s, r.state, 1);
  }
  Object.assign(f, r);
  dirty.add(f);
}
export function takeChanges(rows: Row[], gone: string[]): void {
  let moved = false;
  for (const r of rows) {
    const next = feedOf(r), f = feeds.get(next.id);
    if (f && f.site === next.site && f.name === next.name) merge(f, next);
    else {
      remove(next.id);
      add(next);
      dirty.add(next);
      moved = true;
    }
  }
  for (const id of gone) moved = remove(id) || moved;
  if (moved) layout.value++;
  schedule();
}
export function takePulse(p: Pulse, age = 0): void {
  pulse.value = p;
  setServerClock(ms(p.now) + age);
  heard(p.late, age, ms(p.now), ms(p.heartbeat));
}
const silentFor = (): number => Math.max(performance.now() - pulseAt, Date.now() - heardAt);
function heard(late: boolean, age: number, at: number, heartbeat = 0): void {
  pulseAt = performance.now() - age;
  heardAt = Date.now() - age;
  if (!late) lastKnown.value = at;
  else if (heartbeat) lastKnown.value = heartbeat;
  worth.value = silentFor() > STALE_MS ? "stale" : late ? "late" : "live";
}
/* Somebody else may look at this page next. */
export function forget(): void {
  clear();
  pulseAt = 0;
  pulse.value = null;
  worth.value = "connecting";
  layout.value++;
  schedule();
}
/* Once a second, and when the page is seen again. */
export function judgeWorth(): void {
  if (!pulseAt) return;
  if (silentFor() > STALE_MS) worth.value = "stale";
}

// ---- zones and contacts of sites, asked once and when the inventory changes
export const siteInfo = signal<Map<string, Site>>(new Map());
export async function loadSites(): Promise<void> {
  const all = new Map<string, Site>();
  for await (const page of pagesOf<Site>("/sites", 500))
    for (const s of page.items) all.set(s.path, s);
  siteInfo.value = all;
}
/* The zone of a site, or of the nearest one above that is known. */
export function zoneOf(site: string): string | undefined {
  for (const p of upwards(site)) {
    const s = siteInfo.value.get(p);
    if (s?.zone) return s.zone;
  }
  return undefined;
}
export const ageOf = (f: Feed): number => now() - f.since;
