// SPDX-License-Identifier: GPL-3.0-or-later
// The heat map's drawing; colours come from the style's custom properties.
import { colour } from "../../theme";
import { hatch } from "../../ui/hatch";
import { share, step, total, type BlindPart, type Row } from "./share";

export const ROW = 22, TOP = 14;
export const colourOf = (n: number): string => colour(`--heat-${n}`);

/* Not on record: dots, so that it looks like something that is missing. */
function dots(g: CanvasRenderingContext2D, from: number, to: number, y: number, scale: number): void {
  const step = 6 * scale;
  g.fillStyle = colour("--faint");
  for (let x = Math.ceil(from / step) * step; x < to; x += step) g.fillRect(x, y - scale / 2, 1.5 * scale, 1.5 * scale);
}
/* Sizes in device pixels: a pattern and a hairline stay sharp. */
export function paint(canvas: HTMLCanvasElement, rows: Row[], columns: number, width: number,
  blind: BlindPart[], at: { row: number; column: number } | null): void {
  const scale = devicePixelRatio || 1, g = canvas.getContext("2d");
  const wide = canvas.width = Math.round(width * scale), high = ROW * scale, top = TOP * scale;
  canvas.height = Math.round(rows.length * high + top);
  if (!g) return;
  const unknown = hatch(g, 6, 1.2, scale), colours = Array.from({ length: 9 }, (_, n) => colourOf(n));
  const gap = wide / columns >= 6 * scale ? scale : 0;
  rows.forEach((row, r) => row.cells.forEach((cell, c) => {
    if (total(cell) === 0) {
      dots(g, c * wide / columns, (c + 1) * wide / columns, top + (r + 0.5) * high, scale);
      return;
    }
    const x = Math.round(c * wide / columns), w = Math.round((c + 1) * wide / columns) - x - gap;
    const y = top + r * high, h = high - scale, unsure = share(cell, 4);
    const hatched = unsure > 0.03 ? Math.min(h, Math.max(3 * scale, Math.round(h * unsure))) : 0;
    g.fillStyle = colours[step(share(cell, 0))] ?? "";
    g.fillRect(x, y + hatched, w, h - hatched);
    g.fillStyle = unknown;
    g.fillRect(x, y, w, hatched);
  }));
  for (const b of blind) {
    g.fillStyle = b.sure ? colour("--degraded") : unknown;
    g.fillRect(b.from * wide, top - 8 * scale, Math.max(2 * scale, (b.to - b.from) * wide - gap), 5 * scale);
  }
  if (!at) return;
  g.strokeStyle = colour("--focus");
  g.lineWidth = 2 * scale;
  g.strokeRect(at.column * wide / columns, top + at.row * high, wide / columns, high - scale);
}
