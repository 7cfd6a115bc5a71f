// SPDX-License-Identifier: GPL-3.0-or-later
// Consoles and screens -> rooms with what stands in them; intervals -> parts
// of a day. PURE.
import { byName } from "../../store";
import type { ConsoleRow, PresenceRow, ScreenRow, Tile } from "./types";

/* `breach`: of this console alone; the room's own stands at the room. */
export type Breach = { since: string | null; text: string; code?: string; values?: Record<string, string> } | null;
export interface Post { console: ConsoleRow; screens: ScreenRow[]; breach: Breach }
export interface Room { name: string; site: string; posts: Post[]; attended: number; all: number; breach: Breach }
export const PRESENCES = ["attended", "idle", "away", "suspect", "unknown"] as const;
export type Presence = typeof PRESENCES[number];

/* A word of another version counts as unknown, never as attended. */
export const presenceOf = (word: string): Presence => PRESENCES.find(p => p === word) ?? "unknown";

/* Rooms by their names: what needs a look does not jump about. */
export function roomsOf(consoles: readonly ConsoleRow[], screens: readonly ScreenRow[]): Room[] {
  const rooms = new Map<string, Room>();
  for (const c of consoles) {
    const room = rooms.get(c.room) ?? { name: c.room, site: c.site, posts: [], attended: 0, all: 0, breach: null };
    room.posts.push({ console: c, screens: screens.filter(s => s.console === c.id).sort((a, b) => byName(a.screen, b.screen)), breach: c.breach });
    room.all++;
    room.attended += c.presence === "attended" ? 1 : 0;
    rooms.set(c.room, room);
  }
  for (const room of rooms.values()) {
    room.posts.sort((a, b) => byName(a.console.console, b.console.console));
    raiseBreach(room);
  }
  return [...rooms.values()].sort((a, b) => byName(a.name, b.name));
}
/* What is told of several consoles in the same words is told of their room:
 * whoever sits at one of them is not who is missed. */
function raiseBreach(room: Room): void {
  const texts = room.posts.flatMap(p => p.breach ? [p.breach.text] : []), twice = texts.find((x, i) => texts.indexOf(x) !== i);
  if (twice === undefined) return;
  room.breach = room.posts.find(p => p.breach?.text === twice)?.breach ?? null;
  for (const p of room.posts) if (p.breach?.text === twice) p.breach = null;
}
/* Only the posts of that presence; "" is all. The counts stay those of the room. */
export function only(rooms: readonly Room[], presence: string): Room[] {
  return rooms.map(r => ({ ...r, posts: r.posts.filter(p => !presence || presenceOf(p.console.presence) === presence) })).filter(r => r.posts.length > 0);
}
/* Screens that belong to a room, not to a console. */
export const walls = (screens: readonly ScreenRow[]): ScreenRow[] => screens.filter(s => !s.console);

export function counts(consoles: readonly ConsoleRow[]): [Presence, number][] {
  return PRESENCES.map(p => [p, consoles.filter(c => presenceOf(c.presence) === p).length]);
}
/* What the tiles are worth: those that count first, then most first. */
export function worths(tiles: readonly Tile[]): [string, number][] {
  const of = new Map<string, number>();
  for (const tile of tiles) of.set(tile.view, (of.get(tile.view) ?? 0) + 1);
  return [...of].sort((a, b) => Number(b[0] === "counts") - Number(a[0] === "counts") || b[1] - a[1]);
}

/* `from`, `to`: 0..1 of the span; `start`, `end`: epoch ms. */
export interface Part { presence: Presence; why: string; from: number; to: number; start: number; end: number }

/* Intervals as parts of [from, to); what no interval tells of is unknown. */
export function partsOf(intervals: readonly PresenceRow[], from: number, to: number): Part[] {
  const parts: Part[] = [];
  let at = from;
  const put = (end: number, presence: string, why: string): void => {
    const until = Math.min(end, to);
    if (until > at)
      parts.push({ presence: presenceOf(presence), why, from: (at - from) / (to - from), to: (until - from) / (to - from), start: at, end: until });
    at = Math.max(at, until);
  };
  for (const i of [...intervals].sort((a, b) => Date.parse(a.start) - Date.parse(b.start))) {
    put(Date.parse(i.start), "unknown", "none");
    put(i.end === null ? to : Date.parse(i.end), i.presence, i.why);
  }
  put(to, "unknown", "none");
  return parts;
}
/* Milliseconds of each presence. */
export function sums(parts: readonly Part[]): [Presence, number][] {
  return PRESENCES.map((p): [Presence, number] => [p, parts.filter(x => x.presence === p).reduce((n, x) => n + x.end - x.start, 0)])
    .filter(([, n]) => n > 0);
}
