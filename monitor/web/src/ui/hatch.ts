// SPDX-License-Identifier: GPL-3.0-or-later
// Diagonal lines for canvases: unknown is no state of its own.
import { colour } from "../theme";

/* Lines `apart` px from one another and `thick` px thick, `scale` device pixels
 * a px: sharp whatever the canvas is scaled by now. */
export function hatch(g: CanvasRenderingContext2D, apart: number, thick: number, scale: number): CanvasPattern | string {
  const tile = document.createElement("canvas"), size = Math.round(apart * scale), t = tile.getContext("2d");
  tile.width = tile.height = size;
  if (!t) return colour("--unknown");
  t.strokeStyle = colour("--unknown");
  t.lineWidth = thick * scale;
  for (const x of [-size, 0, size]) {
    t.moveTo(x, size);
    t.lineTo(x + size, 0);
  }
  t.stroke();
  const pattern = g.createPattern(tile, "repeat");
  pattern?.setTransform(g.getTransform().inverse());
  return pattern ?? colour("--unknown");
}
