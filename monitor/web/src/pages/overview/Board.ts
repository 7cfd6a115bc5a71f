// SPDX-License-Identifier: GPL-3.0-or-later
// The canvas of tiles, kept true. Changes paint their own tiles only; feeds
// that come, go or begin to match lay the wall out anew; sites change their
// order only when nobody is at the wall, or when asked.
import { signal } from "@preact/signals";
import { byName, epoch, onChanged, sites, totals, worth, type Feed } from "../../store";
import { calm } from "../../theme";
import { arrange, at, step, tileRect, type Arrangement, type Block, type Rect, type Spot, type Step } from "./arrange";
import { isPlain, Painter } from "./draw";
import { groups, isFiltered, keepOrder, matches, noFilter, worstFirst, type Filter } from "./order";

const IDLE_MS = 30_000, RESTING_MS = 120_000, LOOK_MS = 5_000, AGES_MS = 20_000;
let standing: string[] = []; // outlives the page's visit to a feed

export interface Active { feed: Feed; rect: Rect; by: "keys" | "pointer" }
export class Board {
  readonly active = signal<Active | null>(null);
  readonly outdated = signal(false); /* sites would stand in another order */
  readonly shown = signal(0);
  readonly height = signal(0);
  private a: Arrangement = { shape: { w: 0, h: 0, gap: 0, wide: false }, head: 0, blocks: [], width: 0, height: 0 };
  private spots = new Map<Feed, Spot>();
  private kept = new Set<Feed>();
  private filter: Filter = noFilter;
  private spot: Spot | null = null;
  private inside = false;
  private touched = performance.now();
  private painter: Painter;
  private readonly g: CanvasRenderingContext2D | null;
  private readonly ends: (() => void)[] = [];
  private width = 0;
  private view = 0;
  private painted = false;

  constructor(private readonly canvas: HTMLCanvasElement, private readonly box: HTMLElement) {
    this.g = canvas.getContext("2d", { alpha: false });
    this.painter = new Painter(devicePixelRatio || 1);
    const timers = [setInterval(() => this.look(), LOOK_MS), setInterval(() => this.draw(), AGES_MS)];
    const resized = new ResizeObserver(() => this.resize());
    resized.observe(box);
    this.ends.push(() => timers.forEach(clearInterval), () => resized.disconnect(), onChanged(set => this.changed(set)));
    canvas.addEventListener("wall-find", e => this.find(e as CustomEvent<{ feed: string; found: unknown }>));
  }
  end(): void {
    for (const f of this.ends) f();
  }
  setFilter(f: Filter): void {
    this.filter = f;
    this.kept.clear();
    this.rebuild();
  }
  /* Colours or words are others. */
  restyle(): void {
    this.painter = new Painter(devicePixelRatio || 1);
    this.draw();
  }
  /* Feeds came or went. */
  relayout(): void {
    this.rebuild();
  }
  private resize(): void {
    const w = this.box.clientWidth, h = this.box.clientHeight;
    if (!w || !h || (w === this.width && h === this.view)) return;
    this.width = w;
    this.view = h;
    const d = devicePixelRatio || 1;
    this.canvas.width = Math.round(w * d);
    this.canvas.height = Math.round(h * d);
    this.canvas.style.width = w + "px";
    this.canvas.style.height = h + "px";
    this.painter = new Painter(d);
    this.rebuild();
  }
  private rebuild(): void {
    if (!this.width) return this.resize();
    standing = standing.length ? keepOrder(standing, sites) : worstFirst(sites.values(), byName);
    const list = groups(standing, sites, this.filter, this.kept), mine = this.feed();
    this.a = arrange(list, this.width - 2 * EDGE, this.view - 2 * EDGE);
    this.spots.clear();
    this.a.blocks.forEach((b, block) => b.feeds.forEach((f, i) => this.spots.set(f, { block, i })));
    this.shown.value = this.spots.size;
    this.height.value = Math.max(this.view, this.a.height + 2 * EDGE);
    this.canvas.dataset.feeds = String(this.spots.size);
    this.spot = mine ? this.spots.get(mine) ?? null : null;
    if (!this.spot) this.active.value = null;
    this.draw();
  }
  private feed(): Feed | null {
    const s = this.spot;
    return s ? this.a.blocks[s.block]?.feeds[s.i] ?? null : null;
  }
  /* The order by trouble, now: asked for, or nobody is here. */
  sort(): void {
    const turn = (): void => {
      standing = worstFirst(sites.values(), byName);
      this.kept.clear();
      this.outdated.value = false;
      this.rebuild();
      this.canvas.classList.remove("turning");
    };
    if (calm() || document.hidden) return turn();
    this.canvas.classList.add("turning");
    setTimeout(turn, 180);
  }
  private look(): void {
    const best = worstFirst(sites.values(), byName);
    const other = best.length !== standing.length || best.some((p, i) => p !== standing[i]);
    this.outdated.value = other;
    const here = this.inside || this.box.contains(document.activeElement), still = performance.now() - this.touched;
    if (still > (here ? RESTING_MS : IDLE_MS) && (other || this.kept.size)) this.sort();
  }
  private changed(set: Set<Feed>): void {
    if (isFiltered(this.filter) && this.refilter(set)) return this.rebuild();
    if (set.size && !document.hidden) this.drawSome(set);
    else this.draw();
  }
  /* Whether a feed came into the filter. Those that left it stay until the wall is sorted. */
  private refilter(set: Set<Feed>): boolean {
    let came = false;
    for (const f of set) {
      const here = this.spots.has(f), fits = matches(f, this.filter);
      if (fits && !here) came = true;
      if (!fits && here) this.kept.add(f);
    }
    return came;
  }

  // ---- painting
  private place(r: Rect): Rect {
    return { x: r.x + EDGE, y: r.y + EDGE - this.box.scrollTop, w: r.w, h: r.h };
  }
  private begin(): CanvasRenderingContext2D | null {
    const d = devicePixelRatio || 1;
    this.g?.setTransform(d, 0, 0, d, 0, 0);
    return this.g;
  }
  draw(): void {
    const g = this.begin();
    if (!g || !this.width) return;
    this.painter.clear(g, { x: 0, y: 0, w: this.width, h: this.view });
    const top = this.box.scrollTop - EDGE, bottom = top + this.view, plain: Rect[] = [];
    for (const b of this.a.blocks) {
      if (!this.a.flow && (b.y + b.h < top || b.y > bottom)) continue;
      this.drawHead(g, b);
      b.feeds.forEach((f, i) => {
        const r = this.place(tileRect(this.a, b, i));
        if (!this.a.shape.wide && isPlain(f)) plain.push(r);
        else this.painter.tile(g, this.a, f, r);
      });
    }
    this.painter.normal(g, plain, this.a.shape.w);
    this.drawRing(g);
    this.finish([]);
  }
  private drawHead(g: CanvasRenderingContext2D, b: Block): void {
    const p = this.place({ x: b.x, y: b.y, w: b.w, h: this.a.head });
    this.painter.head(g, this.a, { ...b, x: p.x, y: p.y }, sites.get(b.site));
  }
  private drawSome(set: Set<Feed>): void {
    const g = this.begin(), start = performance.now();
    if (!g || !this.width) return;
    const heads = new Set<Block>();
    for (const f of set) {
      const s = this.spots.get(f), b = s && this.a.blocks[s.block];
      if (!s || !b) continue;
      const r = this.place(tileRect(this.a, b, s.i));
      heads.add(b);
      if (r.y + r.h < 0 || r.y > this.view) continue;
      this.painter.clear(g, { x: r.x - 2, y: r.y - 2, w: r.w + 4, h: r.h + 4 });
      this.around(g, b, s.i, r);
      this.painter.tile(g, this.a, f, r);
    }
    for (const b of heads) {
      const p = this.place({ x: b.x, y: b.y, w: b.w, h: this.a.head });
      if (p.y + p.h < 0 || p.y > this.view) continue;
      this.painter.clear(g, this.a.flow ? p : { ...p, h: p.h - 2 });
      this.drawHead(g, b);
    }
    this.drawRing(g);
    this.finish([...set].map(f => [f.id, f.state]), performance.now() - start);
  }
  /* Small marks reach into the gap: what the clearing took of the neighbours comes back. */
  private around(g: CanvasRenderingContext2D, b: Block, i: number, r: Rect): void {
    if (this.a.shape.gap > 3) return;
    if (this.a.flow) return this.aroundInFlow(g, tileRect(this.a, b, i));
    for (const n of [i - 1, i + 1, i - b.perRow, i + b.perRow, i - b.perRow - 1, i - b.perRow + 1, i + b.perRow - 1, i + b.perRow + 1]) {
      const f = b.feeds[n];
      if (!f || isPlain(f)) continue;
      const o = this.place(tileRect(this.a, b, n));
      if (Math.abs(o.x - r.x) <= 2 * r.w) this.painter.tile(g, this.a, f, o);
    }
  }
  private aroundInFlow(g: CanvasRenderingContext2D, r: Rect): void {
    const p = this.a.shape.w + this.a.shape.gap, line = this.a.flow?.line ?? p, x = r.x + r.w / 2, y = r.y + r.h / 2;
    for (let n = 0; n < 9; n++) {
      const hit = n === 4 ? null : at(this.a, x + (n % 3 - 1) * p, y + (Math.floor(n / 3) - 1) * line), f = hit && hit.block.feeds[hit.i];
      if (hit && f && !isPlain(f)) this.painter.tile(g, this.a, f, this.place(tileRect(this.a, hit.block, hit.i)));
    }
  }
  private drawRing(g: CanvasRenderingContext2D): void {
    const s = this.spot, b = s && this.a.blocks[s.block], now = this.active.value;
    if (s && b && now) this.painter.ring(g, this.place(tileRect(this.a, b, s.i)), now.by === "keys");
  }
  /* What tests and the bench go by. */
  private finish(changed: [string, number][], ms = 0): void {
    this.canvas.toggleAttribute("data-stale", worth.value === "stale" || worth.value === "late");
    if (changed.length) {
      this.canvas.dispatchEvent(new CustomEvent("wall-updated", { bubbles: true, detail: { changed, ms } }));
      performance.clearMarks("wall-updated"); // one is enough: walls stand for weeks
      performance.mark("wall-updated");
    }
    if (this.painted || worth.peek() === "connecting") return;
    this.painted = true;
    requestAnimationFrame(() => setTimeout(() => performance.mark("wall-painted", { detail: { feeds: this.spots.size, epoch: epoch.peek(), down: totals[2] } })));
  }

  // ---- pointer and keys; points are relative to the box
  private show(spot: Spot | null, by: "keys" | "pointer"): void {
    const b = spot && this.a.blocks[spot.block], feed = spot && b?.feeds[spot.i];
    if (this.active.value?.feed === feed && this.active.value?.by === by) return;
    this.spot = feed ? spot : null;
    this.active.value = spot && b && feed ? { feed, rect: this.place(tileRect(this.a, b, spot.i)), by } : null;
    this.draw();
  }
  point(x: number, y: number): "tile" | "head" | null {
    this.inside = true;
    this.touched = performance.now();
    const hit = at(this.a, x - EDGE, y - EDGE + this.box.scrollTop), block = hit ? this.a.blocks.indexOf(hit.block) : -1;
    this.show(hit && hit.i >= 0 ? { block, i: hit.i } : null, "pointer");
    return hit ? hit.i >= 0 ? "tile" : "head" : null;
  }
  leave(): void {
    this.inside = false;
    this.touched = performance.now();
    if (this.active.value?.by === "pointer") this.show(null, "pointer");
  }
  headAt(x: number, y: number): string | null {
    const hit = at(this.a, x - EDGE, y - EDGE + this.box.scrollTop);
    return hit && hit.i < 0 ? hit.block.site : null;
  }
  move(way: Step): void {
    this.touched = performance.now();
    if (this.a.blocks.length) this.go(this.spot ? step(this.a, this.spot, way) : { block: 0, i: 0 });
  }
  /* The next feed that is not as it shall be, in the wall's order. */
  moveToTrouble(by: 1 | -1): void {
    const all = this.a.blocks.flatMap((b, block) => b.feeds.map((f, i) => ({ f, block, i }))), from = this.feed();
    const start = from ? all.findIndex(x => x.f === from) : by > 0 ? -1 : all.length;
    for (let n = start + by; n >= 0 && n < all.length; n += by) {
      const x = all[n];
      if (x && x.f.state !== 0) return this.go({ block: x.block, i: x.i });
    }
  }
  private go(to: Spot): void {
    const b = this.a.blocks[to.block];
    if (!b) return;
    const r = tileRect(this.a, b, to.i), top = this.box.scrollTop, y = r.y + EDGE;
    if (y - this.a.head < top) this.box.scrollTop = y - this.a.head - 8;
    else if (y + r.h > top + this.view) this.box.scrollTop = y + r.h - this.view + 12;
    this.show(to, "keys");
  }
  /* Where the keyboard begins when it comes in: the first tile, without a ring until a key is pressed. */
  first(): Feed | null {
    return this.a.blocks[0]?.feeds[0] ?? null;
  }
  unfocus(): void {
    this.touched = performance.now();
    if (this.active.value?.by === "keys") this.show(null, "keys");
  }
  scrolled(): void {
    this.active.value = null;
    this.spot = null;
    this.draw();
  }
  private find(e: CustomEvent<{ feed: string; found: unknown }>): void {
    for (const [f, s] of this.spots) {
      if (f.id !== e.detail.feed) continue;
      const b = this.a.blocks[s.block];
      if (!b) return;
      const r = tileRect(this.a, b, s.i);
      if (r.y < this.box.scrollTop || r.y + r.h > this.box.scrollTop + this.view) this.box.scrollTop = Math.max(0, r.y - this.view / 2);
      const o = this.canvas.getBoundingClientRect(), p = this.place(r);
      e.detail.found = { x: p.x + o.x, y: p.y + o.y, w: p.w, h: p.h, state: f.state, cause: f.cause };
      return;
    }
  }
}
const EDGE = 4; // room for rings at the rim
