// SPDX-License-Identifier: GPL-3.0-or-later
// Paints tiles and heads of sites. Grey is normal; what is not is a shape, a
// letter and a colour, each made once as a sprite for the size at hand.
import { causeWords, number } from "../../i18n";
import { FLAG, HUSHED, type Feed, type SiteRow } from "../../store";
import { colour } from "../../theme";
import { now, span } from "../../time";
import { largerBy, type Arrangement, type Block, type Rect } from "./arrange";

export interface Inks { bg: string; tile: string; edge: string; text: string; soft: string; down: string; degraded: string; unknown: string;
  downText: string; degradedText: string; unknownText: string; ink: string; degradedInk: string; focus: string; panel: string; line: string }
export function inks(): Inks {
  return { bg: colour("--bg"), tile: colour("--tile"), edge: colour("--tile-edge"), text: colour("--text"), soft: colour("--soft"), down: colour("--down"),
    degraded: colour("--degraded"), unknown: colour("--unknown"), downText: colour("--down-text"), degradedText: colour("--degraded-text"),
    unknownText: colour("--unknown-text"), ink: colour("--ink"), degradedInk: colour("--degraded-ink"), focus: colour("--focus"), panel: colour("--panel"), line: colour("--line") };
}
type G = CanvasRenderingContext2D;
const FONT = 'system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
/* Up, and nothing to say of it. */
export const isPlain = (f: Feed): boolean => f.state === 0 && !(f.flags & HUSHED);
const over = (size: number): number => size >= 16 ? 0 : 1; // small marks use the gap as well

function letter(g: G, text: string, x: number, y: number, size: number, fill: string): void {
  g.font = `700 ${Math.max(8, Math.round(size))}px ${FONT}`;
  g.textAlign = "center";
  g.textBaseline = "alphabetic";
  const m = g.measureText(text);
  g.fillStyle = fill;
  g.fillText(text, x, y + (m.actualBoundingBoxAscent - m.actualBoundingBoxDescent) / 2);
}
/* down: a full square. */
function square(g: G, s: number, k: Inks, fade: number): void {
  g.globalAlpha = fade;
  g.fillStyle = k.down;
  g.fillRect(0, 0, s, s);
  g.globalAlpha = 1;
  letter(g, "D", s / 2, s / 2, s * .66, k.ink);
}
/* degraded: a triangle; with room for its letter at its foot when it is small. */
function triangle(g: G, s: number, k: Inks, fade: number): void {
  g.globalAlpha = fade;
  const small = s < 20, shoulder = small ? s * .46 : s;
  g.fillStyle = k.degraded;
  g.beginPath();
  g.moveTo(s / 2, 0);
  g.lineTo(s, shoulder);
  g.lineTo(s, s);
  g.lineTo(0, s);
  g.lineTo(0, shoulder);
  g.closePath();
  g.fill();
  g.globalAlpha = 1;
  letter(g, "G", s / 2, small ? s * .63 : s * .68, small ? s * .62 : s * .5, k.degradedInk);
}
/* unknown: a diamond, hatched and edged; its letter outweighs the hatch. */
function diamond(g: G, s: number, k: Inks, fade: number): void {
  const path = (inset: number): void => {
    g.beginPath();
    g.moveTo(s / 2, inset);
    g.lineTo(s - inset, s / 2);
    g.lineTo(s / 2, s - inset);
    g.lineTo(inset, s / 2);
    g.closePath();
  };
  if (s < 20) {
    g.globalAlpha = fade;
    g.fillStyle = k.unknown;
    path(-s * .12);
    g.fill();
    g.globalAlpha = 1;
    letter(g, "U", s / 2, s / 2, s * .6, k.ink);
    return;
  }
  g.save();
  path(1);
  g.clip();
  g.fillStyle = k.bg;
  g.fillRect(0, 0, s, s);
  g.strokeStyle = k.unknown;
  g.globalAlpha = .45;
  g.lineWidth = 1.5;
  g.beginPath();
  for (let x = -s; x < s; x += 5) {
    g.moveTo(x, s);
    g.lineTo(x + s, 0);
  }
  g.stroke();
  g.globalAlpha = 1;
  g.restore();
  g.strokeStyle = k.unknown;
  g.lineWidth = Math.max(2, s * .07);
  path(1.5);
  g.stroke();
  letter(g, "U", s / 2, s / 2, s * .46, k.unknownText);
}
/* Overlays beside the state: an outline and a letter. */
function outline(g: G, s: number, flags: number, state: number, k: Inks): void {
  g.strokeStyle = state ? k.text : k.soft;
  g.lineWidth = s >= 20 ? 2 : 1;
  g.setLineDash(flags & FLAG.maintenance ? [] : [3, 2]);
  g.strokeRect(g.lineWidth / 2, g.lineWidth / 2, s - g.lineWidth, s - g.lineWidth);
  g.setLineDash([]);
  if (state === 0) letter(g, flags & FLAG.maintenance ? "M" : "Z", s / 2, s / 2, s * .6, k.soft);
}

export class Painter {
  private sprites = new Map<string, HTMLCanvasElement>();
  private inks: Inks = inks();
  constructor(private readonly dpr: number) {}

  private sprite(state: number, flags: number, size: number): HTMLCanvasElement {
    const hush = flags & HUSHED, key = `${state} ${hush} ${size}`;
    let c = this.sprites.get(key);
    if (c) return c;
    const pad = 2, s = size;
    c = document.createElement("canvas");
    c.width = c.height = Math.ceil((s + 2 * pad) * this.dpr);
    const g = c.getContext("2d");
    if (!g) return c;
    g.scale(this.dpr, this.dpr);
    g.translate(pad, pad);
    /* Silenced: the shape pales, its letter stays legible. */
    const fade = hush ? .4 : 1, k = hush ? { ...this.inks, ink: this.inks.text, degradedInk: this.inks.text } : this.inks;
    if (state === 2) square(g, s, k, fade);
    else if (state === 1) triangle(g, s, k, fade);
    else if (state === 3) diamond(g, s, k, fade);
    else {
      g.fillStyle = this.inks.bg;
      g.fillRect(0, 0, s, s);
    }
    if (hush) outline(g, s, flags, state, this.inks);
    this.sprites.set(key, c);
    return c;
  }
  /* Clears a part first; whole when r is null. */
  clear(g: G, r: Rect): void {
    g.fillStyle = this.inks.bg;
    g.fillRect(r.x, r.y, r.w, r.h);
  }
  normal(g: G, rects: Rect[], size: number): void {
    const inset = size >= 23 ? 0 : size >= 16 ? 1 : 2;
    g.fillStyle = this.inks.tile;
    g.beginPath();
    for (const r of rects) g.rect(r.x + inset, r.y + inset, r.w - 2 * inset, r.h - 2 * inset);
    g.fill();
  }
  mark(g: G, f: Feed, r: Rect): void {
    const o = over(r.h), size = Math.min(r.w, r.h) + 2 * o;
    g.drawImage(this.sprite(f.state, f.flags, size), r.x - o - 2, r.y - o - 2, size + 4, size + 4);
  }
  /* A tile with its name, when there is room. */
  wide(g: G, f: Feed, r: Rect, by: number): void {
    const k = this.inks, bad = !isPlain(f), edge = ["", k.degraded, k.down, k.unknown][f.state] || k.line;
    g.fillStyle = k.panel;
    g.fillRect(r.x, r.y, r.w, r.h);
    g.strokeStyle = edge;
    g.lineWidth = f.state ? 1.5 : 1;
    g.strokeRect(r.x + .75, r.y + .75, r.w - 1.5, r.h - 1.5);
    const size = 20 * by, x = r.x + 10 * by, y = r.y + (r.h - size) / 2;
    if (bad) this.mark(g, f, { x, y, w: size, h: size });
    else {
      g.fillStyle = k.tile;
      g.fillRect(x + size / 4, y + size / 4, size / 2, size / 2);
    }
    const left = x + size + 9 * by, room = r.x + r.w - left - 8 * by;
    g.textAlign = "left";
    g.textBaseline = "alphabetic";
    g.font = `600 ${13 * by}px ${FONT}`;
    g.fillStyle = k.text;
    g.fillText(fit(g, f.name, room), left, r.y + r.h / 2 + by * (f.state ? -3 : 5));
    if (!f.state) return;
    g.font = `${12 * by}px ${FONT}`;
    g.fillStyle = k.soft;
    const since = " · " + span(now() - f.since), rest = room - g.measureText(since).width;
    g.fillText(fit(g, causeWords(f.cause), rest) + since, left, r.y + r.h / 2 + 14 * by);
  }
  tile(g: G, a: Arrangement, f: Feed, r: Rect): void {
    if (a.shape.wide) this.wide(g, f, r, largerBy(a.shape));
    else if (isPlain(f)) this.normal(g, [r], r.w);
    else this.mark(g, f, r);
  }
  /* In a flow a site is its name, cut to the room there is. */
  private label(g: G, b: Block, h: number, site: SiteRow | undefined): void {
    const c = site?.counts ?? [0, 0, 0, 0], k = this.inks, name = b.site.slice(b.site.lastIndexOf("/") + 1) || "–";
    g.font = `600 10.5px ${FONT}`;
    g.textAlign = "left";
    g.textBaseline = "alphabetic";
    g.fillStyle = c[1] || c[2] || c[3] ? k.text : k.soft;
    g.fillText(fit(g, name, b.w - 4), b.x + 1, b.y + h / 2 + 4);
  }
  head(g: G, a: Arrangement, b: Block, site: SiteRow | undefined): void {
    if (a.flow) return this.label(g, b, a.head, site);
    const k = this.inks, by = largerBy(a.shape), big = a.head >= 22, y = b.y + a.head - (big ? 7 : 5) * by, size = (big ? 13 : 11.5) * by;
    let right = b.x + b.w;
    g.textBaseline = "alphabetic";
    g.textAlign = "right";
    const put = (text: string, fill: string, weight: number): void => {
      g.font = `${weight} ${size}px ${FONT}`;
      g.fillStyle = fill;
      g.fillText(text, right, y);
      right -= g.measureText(text).width + 7 * by;
    };
    put(number(b.feeds.length), k.soft, 400);
    const c = site?.counts ?? [0, 0, 0, 0];
    if (c[3]) put("U" + number(c[3]), k.unknownText, 600);
    if (c[1]) put("G" + number(c[1]), k.degradedText, 600);
    if (c[2]) put("D" + number(c[2]), k.downText, 700);
    g.textAlign = "left";
    const quiet = !c[1] && !c[2] && !c[3];
    this.path(g, b.site, b.x, y, right - b.x - 4, size, quiet);
  }
  /* "Region / Site": the last part matters most, so it is cut last. */
  private path(g: G, path: string, x: number, y: number, room: number, size: number, quiet: boolean): void {
    const cut = path.lastIndexOf("/"), last = path.slice(cut + 1) || "–", above = cut > 0 ? path.slice(0, cut).replaceAll("/", " / ") + " / " : "";
    const k = this.inks;
    g.font = `600 ${size}px ${FONT}`;
    const name = fit(g, last, room), wide = g.measureText(name).width;
    g.font = `400 ${size}px ${FONT}`;
    const before = above && room - wide > 34 ? fit(g, above, room - wide) : "";
    g.fillStyle = k.soft;
    g.fillText(before, x, y);
    const at = x + (before ? g.measureText(before).width : 0);
    g.font = `600 ${size}px ${FONT}`;
    g.fillStyle = quiet ? k.soft : k.text;
    g.fillText(name, at, y);
  }
  ring(g: G, r: Rect, strong: boolean): void {
    g.strokeStyle = strong ? this.inks.focus : this.inks.text;
    g.lineWidth = strong ? 2 : 1;
    g.strokeRect(r.x - 2, r.y - 2, r.w + 4, r.h + 4);
  }
}
/* The longest beginning that has room, with an ellipsis. Measuring is dear: what was found is kept. */
const fitted = new Map<string, string>();
function fit(g: G, text: string, room: number): string {
  const key = `${g.font}|${Math.floor(room)}|${text}`, had = fitted.get(key);
  if (had !== undefined) return had;
  if (fitted.size > 20_000) fitted.clear();
  const found = measured(g, text, room);
  fitted.set(key, found);
  return found;
}
function measured(g: G, text: string, room: number): string {
  if (g.measureText(text).width <= room) return text;
  let low = 0, high = text.length;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (g.measureText(text.slice(0, mid) + "…").width <= room) low = mid;
    else high = mid - 1;
  }
  if (/[\ud800-\udbff]/.test(text[low - 1] ?? "")) low--; // a letter is not halved
  return low ? text.slice(0, low) + "…" : "";
}
