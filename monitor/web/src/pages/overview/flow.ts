// SPDX-License-Identifier: GPL-3.0-or-later
// The densest arrangement: sites follow one another like words of a text, each
// its name and then its tiles, down one column after the other. PURE. For
// thousands of feeds that would not fit with a line for each site's head.
import type { Arrangement, Block, Group, Rect, Shape, Spot } from "./arrange";

export interface Flow { perRow: number; rows: number; columns: number; columnWidth: number; label: number /* cells */; line: number /* px from line to line */ }
const LABEL = 84, GAP = 16, COLUMN_BEST = 450, LINE_MORE = 4;
const pitch = (s: Shape): number => s.w + s.gap;

/* Cells from the beginning; a name is never broken over two lines. */
function starts(groups: Group[], perRow: number, label: number): { at: number[]; cells: number } {
  const at: number[] = [];
  let cell = 0;
  for (const g of groups) {
    const left = perRow - cell % perRow;
    if (left < label + 1) cell += left;
    at.push(cell);
    cell += label + g.feeds.length;
    if (cell % perRow) cell++; // a gap before the next name
  }
  return { at, cells: cell };
}
export function cellRect(s: Shape, f: Flow, cell: number, cells = 1): Rect {
  const line = Math.floor(cell / f.perRow), column = Math.floor(line / f.rows), p = pitch(s);
  return { x: column * (f.columnWidth + GAP) + cell % f.perRow * p, y: line % f.rows * f.line, w: cells * p - s.gap, h: s.h };
}
function inColumns(groups: Group[], s: Shape, width: number, height: number, columns: number): Arrangement | null {
  const p = pitch(s), label = Math.ceil(LABEL / p), rows = Math.floor((height + s.gap) / p);
  const columnWidth = Math.floor((width - GAP * (columns - 1)) / columns), perRow = Math.floor((columnWidth + s.gap) / p);
  if (rows < 1 || perRow < label + 1) return null;
  const { at, cells } = starts(groups, perRow, label), lines = Math.ceil(cells / perRow);
  if (lines > rows * columns) return null;
  const needed = Math.ceil(lines / columns), line = Math.min(p + LINE_MORE, Math.floor(height / needed));
  const f: Flow = { perRow, rows: needed, columns, columnWidth, label, line };
  const blocks = groups.map((g, n): Block => ({ ...cellRect(s, f, at[n] ?? 0, label), site: g.site, feeds: g.feeds, perRow, start: at[n] ?? 0 }));
  return { shape: s, head: s.h, blocks, width, height: needed * line, flow: f };
}
/* Null when it does not fit. */
export function flow(groups: Group[], s: Shape, width: number, height: number): Arrangement | null {
  const best = Math.max(1, Math.round(width / COLUMN_BEST));
  for (const columns of [best, best - 1, best + 1, best - 2]) {
    const a = columns > 0 ? inColumns(groups, s, width, height, columns) : null;
    if (a) return a;
  }
  return null;
}
export const flowTile = (a: Arrangement, f: Flow, b: Block, i: number): Rect => cellRect(a.shape, f, b.start + f.label + i);

function blockOf(a: Arrangement, cell: number): number {
  let low = 0, high = a.blocks.length - 1;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if ((a.blocks[mid]?.start ?? 0) <= cell) low = mid;
    else high = mid - 1;
  }
  return low;
}
export function flowAt(a: Arrangement, f: Flow, x: number, y: number): { block: Block; i: number } | null {
  const p = pitch(a.shape), column = Math.floor(x / (f.columnWidth + GAP)), c = Math.floor((x - column * (f.columnWidth + GAP)) / p), row = Math.floor(y / f.line);
  if (x < 0 || y < 0 || c >= f.perRow || row >= f.rows || column >= f.columns) return null;
  const cell = (column * f.rows + row) * f.perRow + c, b = a.blocks[blockOf(a, cell)];
  if (!b || cell < b.start) return null;
  const i = cell - b.start - f.label;
  return i < 0 ? { block: b, i: -1 } : i < b.feeds.length ? { block: b, i } : null;
}
/* A line up or down: the tile there, or the nearest in that way. */
export function flowLine(a: Arrangement, f: Flow, from: Spot, way: 1 | -1): Spot {
  const b = a.blocks[from.block];
  if (!b) return from;
  const cell = b.start + f.label + from.i + way * f.perRow, block = blockOf(a, cell), to = a.blocks[block];
  if (!to || cell < f.label || cell < to.start) return from;
  const i = Math.min(Math.max(0, cell - to.start - f.label), to.feeds.length - 1);
  return block === a.blocks.length - 1 && cell - to.start - f.label >= to.feeds.length && way > 0 && from.block === block ? from : { block, i };
}
