// SPDX-License-Identifier: GPL-3.0-or-later
// What was, counted: intervals of states, and of being watched. PURE.
import type { Interval } from "../../api";

const stream = new Set(["flapping", "low-fps", "low-bitrate", "packet-loss", "clock-drift", "changed"]);
/* Good is what the reports call good: up, or degraded by the stream only. */
export const isGood = (i: { state: string; cause: string }): boolean => i.state === "up" || i.state === "degraded" && stream.has(i.cause);

export interface Stretch { from: number; to: number; state: string; cause: string; open: boolean }
/* Intervals as stretches within [from, to), oldest first. */
export function stretches(all: readonly Interval[], from: number, to: number): Stretch[] {
  const out: Stretch[] = [];
  for (const i of all) {
    const a = Math.max(Date.parse(i.start), from), b = Math.min(i.end ? Date.parse(i.end) : to, to);
    if (b > a) out.push({ from: a, to: b, state: i.state, cause: i.cause, open: i.end === null });
  }
  return out.sort((x, y) => x.from - y.from);
}
export interface Sum { span: number; good: number; unknown: number; bad: number; troubles: number; longest: number }
/* What no interval covers is unknown. */
export function sum(all: readonly Stretch[], from: number, to: number): Sum {
  const s: Sum = { span: Math.max(0, to - from), good: 0, unknown: 0, bad: 0, troubles: 0, longest: 0 };
  for (const x of all) {
    const d = x.to - x.from;
    if (isGood(x)) s.good += d;
    else if (x.state !== "unknown") {
      s.bad += d;
      s.troubles++;
      s.longest = Math.max(s.longest, d);
    }
  }
  s.unknown = Math.max(0, s.span - s.good - s.bad);
  return s;
}
/* 99.95: a share is never rounded up to all of it. */
export function share(part: number, of: number): number {
  if (of <= 0) return 0;
  const p = Math.floor(part / of * 10000) / 100;
  return part < of && p >= 100 ? 99.99 : p;
}
export const WATCHED = ["watched", "on-screen-unattended", "on-screen-bad-picture", "not-on-screen", "unknown"] as const;
export type Watched = typeof WATCHED[number];
export interface Line { start: string; end: string; watched: string }
export interface Watch { from: number; to: number; watched: Watched }
export function watches(line: readonly Line[], from: number, to: number): Watch[] {
  return line.map(l => ({ from: Math.max(from, Date.parse(l.start)), to: Math.min(to, Date.parse(l.end)),
    watched: WATCHED.find(w => w === l.watched) ?? "unknown" })).filter(w => w.to > w.from);
}
export function watchedSums(all: readonly Watch[]): Record<Watched, number> {
  const s: Record<Watched, number> = { "watched": 0, "on-screen-unattended": 0, "on-screen-bad-picture": 0, "not-on-screen": 0, "unknown": 0 };
  for (const w of all) s[w.watched] += w.to - w.from;
  return s;
}
