// SPDX-License-Identifier: GPL-3.0-or-later
// Sites with their feeds -> where each tile stands. PURE: numbers in, numbers
// out. The largest tiles with which all fits are taken; when not even small
// ones fit, the wall scrolls. Blocks go to the shortest column in their order,
// so the first ones stand at the top.
import type { Feed } from "../../store";
import { flow, flowAt, flowLine, flowTile, type Flow } from "./flow";

export interface Shape { w: number; h: number; gap: number; wide: boolean }
export interface Block { site: string; feeds: Feed[]; x: number; y: number; w: number; h: number; perRow: number; start: number }
export interface Arrangement { shape: Shape; head: number; blocks: Block[]; width: number; height: number; flow?: Flow }
export interface Group { site: string; feeds: Feed[] }

const wide = (w: number, h: number): Shape => ({ w, h, gap: 6, wide: true });
const square = (w: number, gap: number): Shape => ({ w, h: w, gap, wide: false });
const NAMED = 230, HIGH = 52;
const SHAPES: readonly Shape[] = [wide(NAMED, HIGH), wide(190, 48), wide(160, 44), square(44, 6), square(38, 5), square(32, 4), square(27, 4),
  square(23, 3), square(20, 3), square(18, 2), square(16, 2), square(14, 2), square(12, 2)];
/* Few feeds on a large screen, which is read from afar: as large as on one that is this wide. */
const NEAR = 1200, LARGER = [3, 2.5, 2, 1.5];
const shapesFor = (width: number): Shape[] => [...LARGER.filter(k => k * NEAR <= width).map(k => wide(NAMED * k, HIGH * k)), ...SHAPES];
/* What a tile with a name is larger than on a near screen. */
export const largerBy = (s: Shape): number => s.wide ? Math.max(1, s.h / HIGH) : 1;
const SCROLLED = square(12, 1), FLOWING = [square(13, 1), square(12, 1), square(11, 1), square(10, 1)];
const COLUMN_GAP = 14, BLOCK_GAP = 8, COLUMN_LEAST = 132, COLUMN_BEST = 330;

const headOf = (s: Shape): number => s.wide ? 26 * largerBy(s) : s.w >= 23 ? 22 : s.w >= 16 ? 20 : 17;

/* How many tiles fit into a column, and what a block of so many needs. */
function perRow(s: Shape, columnWidth: number): number {
  return Math.max(1, Math.floor((columnWidth + s.gap) / (s.w + s.gap)));
}
const blockHeight = (s: Shape, n: number, per: number): number => headOf(s) + Math.ceil(n / per) * (s.h + s.gap) + BLOCK_GAP;

function shortest(heights: Float64Array): number {
  let best = 0;
  for (let i = 1; i < heights.length; i++) if ((heights[i] ?? 0) < (heights[best] ?? 0)) best = i;
  return best;
}
function heightWith(groups: Group[], s: Shape, columns: number, width: number): number {
  const wide1 = columnWidth(width, columns), per = perRow(s, wide1), heights = new Float64Array(columns);
  for (const g of groups) {
    const c = shortest(heights);
    heights[c] = (heights[c] ?? 0) + blockHeight(s, g.feeds.length, per);
  }
  return Math.max(0, ...heights);
}
const columnWidth = (width: number, columns: number): number => Math.floor((width - COLUMN_GAP * (columns - 1)) / columns);

/* Numbers of columns worth a try, those of a good width first. */
function columnsFor(s: Shape, width: number, groups: number): number[] {
  const most = Math.max(1, Math.min(groups, Math.floor((width + COLUMN_GAP) / (COLUMN_LEAST + COLUMN_GAP))));
  const all: number[] = [];
  for (let c = 1; c <= most; c++) if (columnWidth(width, c) >= s.w) all.push(c);
  const off = (c: number): number => Math.abs(columnWidth(width, c) - COLUMN_BEST);
  return all.length ? all.sort((a, b) => off(a) - off(b)) : [1];
}
function place(groups: Group[], s: Shape, columns: number, width: number): Arrangement {
  const w = columnWidth(width, columns), per = perRow(s, w), heights = new Float64Array(columns);
  const blocks = groups.map(g => {
    const c = shortest(heights), y = heights[c] ?? 0, h = blockHeight(s, g.feeds.length, per);
    heights[c] = y + h;
    return { site: g.site, feeds: g.feeds, x: c * (w + COLUMN_GAP), y, w, h, perRow: per, start: 0 };
  });
  /* Tiles with names take all the room that their row leaves. */
  const shape = s.wide ? { ...s, w: Math.floor((w + s.gap) / per) - s.gap } : s;
  return { shape, head: headOf(s), blocks, width, height: Math.max(0, ...heights) };
}
export function arrange(groups: Group[], width: number, height: number): Arrangement {
  for (const s of shapesFor(width))
    for (const c of columnsFor(s, width, groups.length))
      if (heightWith(groups, s, c, width) <= height) return place(groups, s, c, width);
  for (const s of FLOWING) {
    const a = flow(groups, s, width, height);
    if (a) return a;
  }
  const tried = columnsFor(SCROLLED, width, groups.length).map(c => ({ c, h: heightWith(groups, SCROLLED, c, width) })).sort((a, b) => a.h - b.h);
  return place(groups, SCROLLED, tried[0]?.c ?? 1, width);
}
export interface Rect { x: number; y: number; w: number; h: number }
export function tileRect(a: Arrangement, b: Block, i: number): Rect {
  if (a.flow) return flowTile(a, a.flow, b, i);
  const s = a.shape, column = i % b.perRow, row = Math.floor(i / b.perRow);
  return { x: b.x + column * (s.w + s.gap), y: b.y + a.head + row * (s.h + s.gap), w: s.w, h: s.h };
}
/* What is at a point: a tile (i >= 0), a site's head (i = -1), or nothing. */
export function at(a: Arrangement, x: number, y: number): { block: Block; i: number } | null {
  if (a.flow) return flowAt(a, a.flow, x, y);
  const s = a.shape;
  for (const b of a.blocks) {
    if (x < b.x || y < b.y || x >= b.x + b.w || y >= b.y + b.h) continue;
    if (y < b.y + a.head) return { block: b, i: -1 };
    const column = Math.floor((x - b.x + s.gap / 2) / (s.w + s.gap)), row = Math.floor((y - b.y - a.head + s.gap / 2) / (s.h + s.gap));
    const i = row * b.perRow + column;
    return column < b.perRow && i < b.feeds.length ? { block: b, i } : null;
  }
  return null;
}
export interface Spot { block: number; i: number }
export type Step = "left" | "right" | "up" | "down" | "first" | "last" | "nextSite" | "previousSite";
/* One step of the keyboard from a tile; up and down cross into the block above or below in sight. */
export function step(a: Arrangement, from: Spot, way: Step): Spot {
  const b = a.blocks[from.block];
  if (!b) return { block: 0, i: 0 };
  if (a.flow && (way === "down" || way === "up")) return flowLine(a, a.flow, from, way === "down" ? 1 : -1);
  const last = a.blocks.length - 1;
  switch (way) {
    case "right": return from.i + 1 < b.feeds.length ? { ...from, i: from.i + 1 } : from.block < last ? { block: from.block + 1, i: 0 } : from;
    case "left": return from.i > 0 ? { ...from, i: from.i - 1 } : from.block > 0 ? end(a, from.block - 1) : from;
    case "first": return { block: 0, i: 0 };
    case "last": return end(a, last);
    case "nextSite": return { block: Math.min(last, from.block + 1), i: 0 };
    case "previousSite": return { block: Math.max(0, from.i > 0 ? from.block : from.block - 1), i: 0 };
    case "down": return from.i + b.perRow < b.feeds.length ? { ...from, i: from.i + b.perRow } : across(a, from, 1);
    case "up": return from.i >= b.perRow ? { ...from, i: from.i - b.perRow } : across(a, from, -1);
  }
}
const end = (a: Arrangement, block: number): Spot => ({ block, i: Math.max(0, (a.blocks[block]?.feeds.length ?? 1) - 1) });
function across(a: Arrangement, from: Spot, way: 1 | -1): Spot {
  const b = a.blocks[from.block];
  if (!b) return from;
  let best = -1;
  a.blocks.forEach((o, n) => {
    const there = best >= 0 ? a.blocks[best] : undefined;
    if (o.x === b.x && (o.y - b.y) * way > 0 && (!there || (there.y - o.y) * way > 0)) best = n;
  });
  const to = a.blocks[best];
  if (!to) return from;
  const column = from.i % b.perRow, rows = Math.ceil(to.feeds.length / to.perRow);
  const i = way > 0 ? column : (rows - 1) * to.perRow + column;
  return { block: best, i: Math.min(i, to.feeds.length - 1) };
}
