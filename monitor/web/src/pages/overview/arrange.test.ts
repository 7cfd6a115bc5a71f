// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Feed } from "../../store";
import { arrange, at, largerBy, step, tileRect, type Group, type Spot } from "./arrange";

let seed = 1;
const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
const feed = (id: string): Feed => ({ id, site: "", name: id, state: 0, cause: "none", flags: 0, since: 0, picture: 0, criticality: 3, text: id });
function fleet(sites: number, most: number): Group[] {
  return Array.from({ length: sites }, (_, s) => ({ site: `S${s}`, feeds: Array.from({ length: 1 + Math.floor(random() * most) }, (_, i) => feed(`${s}-${i}`)) }));
}

test("every tile has a place of its own within the width, at every size", () => {
  for (const [sites, most, w, h] of [[1, 50, 1880, 900], [5, 40, 1400, 700], [130, 60, 1880, 960], [360, 56, 1880, 960], [1, 4000, 1200, 800], [300, 1, 1010, 500], [9, 9, 3800, 2040]] as const) {
    const groups = fleet(sites, most), a = arrange(groups, w, h), taken = new Set<string>();
    let n = 0;
    for (const b of a.blocks) b.feeds.forEach((_, i) => {
      const r = tileRect(a, b, i), key = `${r.x},${r.y}`;
      assert.ok(!taken.has(key), "two tiles in one place");
      taken.add(key);
      assert.ok(r.x >= 0 && r.x + r.w <= w && r.y >= 0 && r.y + r.h <= a.height, "outside");
      assert.deepEqual(at(a, r.x + r.w / 2, r.y + r.h / 2), { block: b, i });
      n++;
    });
    assert.equal(n, groups.reduce((sum, g) => sum + g.feeds.length, 0));
  }
});
test("tiles are as large as fits", () => {
  assert.ok(arrange(fleet(3, 20), 1880, 960).shape.wide, "few feeds have names");
  const many = arrange(fleet(130, 56), 1880, 960);
  assert.ok(many.height <= 960 && many.shape.w >= 12, "3,700 fit on a screen");
});
test("few feeds on a large screen are read from afar", () => {
  const few = fleet(3, 8), wide = (w: number, h: number): number => largerBy(arrange(few, w, h).shape);
  assert.deepEqual([wide(1240, 620), wide(1880, 960), wide(3800, 2040)], [1, 1.5, 3]);
  const a = arrange(fleet(60, 60), 3800, 2040);
  assert.ok(a.height <= 2040 && largerBy(a.shape) === 1, "many have the room they need first");
});
test("ten thousand feeds fit on one full HD screen", () => {
  const groups = Array.from({ length: 357 }, (_, s) => ({ site: `North/Station ${s}`, feeds: Array.from({ length: 28 }, (_, i) => feed(`${s}-${i}`)) }));
  const a = arrange(groups, 1880, 970);
  assert.ok(a.height <= 970, `${a.height} px`);
  assert.ok(a.shape.w >= 10);
});
test("nothing is nothing", () => {
  const a = arrange([], 1000, 800);
  assert.equal(a.blocks.length, 0);
  assert.equal(at(a, 10, 10), null);
});
test("the keyboard reaches every tile and stays on tiles", () => {
  const a = arrange(fleet(40, 30), 1500, 700), all = a.blocks.reduce((n, b) => n + b.feeds.length, 0), seen = new Set<string>();
  let spot: Spot = step(a, { block: 3, i: 1 }, "first");
  for (let n = 0; n < all; n++) {
    seen.add(`${spot.block}/${spot.i}`);
    spot = step(a, spot, "right");
  }
  assert.equal(seen.size, all);
  for (let n = 0; n < 3000; n++) {
    spot = step(a, spot, (["left", "right", "up", "down", "first", "last", "nextSite", "previousSite"] as const)[Math.floor(random() * 8)] ?? "left");
    assert.ok(a.blocks[spot.block]?.feeds[spot.i], "off the wall");
  }
});
