// SPDX-License-Identifier: GPL-3.0-or-later
// Which feeds the big screen shows now. PURE. Trouble first, up to half of the
// tiles; the others take turns, page by page, so that each is seen in time.
import { HUSHED, SEVERITY, type Feed } from "../../store";

export interface Picked { feeds: Feed[]; page: number; pages: number }

/* Worst first; what is silenced comes after what is not. */
export function rank(a: Feed, b: Feed): number {
  const hush = (f: Feed): number => f.flags & HUSHED ? 1 : 0;
  return hush(a) - hush(b) || (SEVERITY[b.state as 0] ?? 0) - (SEVERITY[a.state as 0] ?? 0) || b.criticality - a.criticality || b.since - a.since ||
    (a.id < b.id ? -1 : 1);
}
export const isTrouble = (f: Feed): boolean => (f.state === 1 || f.state === 2) && !(f.flags & HUSHED);

/* Worst first, but each site's worst before any site's second: one lost site hides no other's trouble. */
function troubles(feeds: Feed[]): Feed[] {
  const nth = new Map<string, number>(), round = new Map<Feed, number>();
  const sorted = feeds.filter(isTrouble).sort(rank);
  for (const f of sorted) {
    const n = nth.get(f.site) ?? 0;
    round.set(f, n);
    nth.set(f.site, n + 1);
  }
  return sorted.sort((a, b) => (round.get(a) ?? 0) - (round.get(b) ?? 0) || rank(a, b));
}
/* `turn` counts pages since the wall began. `tiles` >= 1. */
export function pick(feeds: Feed[], tiles: number, turn: number, compare: (a: Feed, b: Feed) => number): Picked {
  const trouble = troubles(feeds);
  const first = feeds.length <= tiles ? trouble : trouble.slice(0, Math.ceil(tiles / 2));
  const chosen = new Set(first), rest = feeds.filter(f => !chosen.has(f)).sort(compare), room = Math.max(1, tiles - first.length);
  const pages = Math.max(1, Math.ceil(rest.length / room)), page = ((turn % pages) + pages) % pages;
  return { feeds: [...first, ...rest.slice(page * room, page * room + room)].slice(0, tiles), page, pages };
}
/* Columns and rows of tiles (16:9 and a line of words) for a screen: as many as are `least` wide, or enough for `want`,
 * or for the `most` there are: the fewer, the larger. */
export function grid(width: number, height: number, least: number, want: number, most: number): { columns: number; rows: number } {
  const line = 40, gap = 8;
  const rowsWith = (columns: number): number => {
    const w = (width - gap * (columns - 1)) / columns;
    return Math.max(1, Math.round((height + gap) / (w * 9 / 16 + line + gap)));
  };
  if (!want) {
    const columns = Math.min(12, Math.max(1, Math.floor((width + gap) / (least + gap)))), rows = rowsWith(columns);
    if (columns * rows <= most) return { columns, rows };
  }
  const all = want || Math.max(1, most);
  let columns = 1;
  while (columns < 12 && columns * rowsWith(columns) < all) columns++;
  return { columns, rows: Math.ceil(all / columns) };
}
