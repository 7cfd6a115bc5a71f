// SPDX-License-Identifier: GPL-3.0-or-later
// What the worker and the pages say to each other.
import type { FeedRow, Pulse, WallRow } from "../api";

/* As a wall's row, with the site's path in place of its index. */
export type Row = [string, string, string, number, string, number, number, number, number];
export type ToPage =
  | { kind: "wall"; json: string; age: number }           /* a Wall, as text: a copy of text costs least; age: ms since it was true */
  | { kind: "changes"; rows: Row[]; gone: string[] }
  | { kind: "pulse"; pulse: Pulse; age: number }
  | { kind: "event"; name: string; data: unknown }
  | { kind: "refused"; status: number };                  /* 401, 403: nothing more until "again" */
export type ToWorker =
  | { kind: "hello"; lock: string }                       /* lock "": the page can hold none */
  | { kind: "alive" } | { kind: "bye" } | { kind: "again" } | { kind: "stop" };

const NUMBER: Record<string, number> = { up: 0, degraded: 1, down: 2, unknown: 3 };
const at = (iso: string | null): number => iso ? Date.parse(iso) : 0;

export function rowOf(f: FeedRow): Row {
  const flags = (f.maintenance ? 1 : 0) | (f.muted ? 2 : 0) | (f.no_picture ? 4 : 0) | (f.ptz ? 8 : 0) | (f.reference ? 16 : 0) | (f.suspect ? 32 : 0);
  return [f.id, f.site, f.name, NUMBER[f.state] ?? 3, f.cause, flags, at(f.since), at(f.picture), f.criticality];
}
export function rowOfWall(r: WallRow, sites: string[]): Row {
  return [r[0], sites[r[1]] ?? "", r[2], r[3], r[4], r[5], r[6], r[7], r[8]];
}
