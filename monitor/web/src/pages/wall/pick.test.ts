// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Feed } from "../../store";
import { grid, pick } from "./pick";

const feed = (n: number, state: number, site = `S${n % 7}`, flags = 0): Feed =>
  ({ id: String(n).padStart(5, "0"), site, name: `C${n}`, state, cause: "x", flags, since: n, picture: 0, criticality: 3, text: `${site}/c${n}` });
const by = (a: Feed, b: Feed): number => a.id < b.id ? -1 : 1;

test("each feed has its turn, trouble is always there", () => {
  const feeds = Array.from({ length: 500 }, (_, n) => feed(n, n % 50 === 0 ? 2 : 0)), seen = new Set<Feed>();
  const { pages } = pick(feeds, 24, 0, by);
  for (let turn = 0; turn < pages; turn++) {
    const p = pick(feeds, 24, turn, by);
    assert.ok(p.feeds.length <= 24);
    assert.equal(p.feeds.filter(f => f.state === 2).length, 10);
    for (const f of p.feeds) seen.add(f);
  }
  assert.equal(seen.size, 500);
});
test("a lost site hides no other's trouble, and leaves room for the rest", () => {
  const feeds = [...Array.from({ length: 100 }, (_, n) => feed(n, 2, "lost")), ...Array.from({ length: 50 }, (_, n) => feed(200 + n, 0)), feed(300, 2, "other")];
  const p = pick(feeds, 20, 0, by);
  assert.ok(p.feeds.some(f => f.site === "other"));
  assert.equal(p.feeds.filter(f => f.state === 2 && p.feeds.indexOf(f) < 10).length, 10);
  assert.equal(pick(feeds, 20, -1, by).page, pick(feeds, 20, p.pages - 1, by).page);
});
test("silenced trouble takes nobody's place; few feeds are all shown", () => {
  const p = pick([feed(1, 2, "a", 1), feed(2, 0), feed(3, 1)], 9, 5, by);
  assert.deepEqual(p.feeds.map(f => f.id), ["00003", "00001", "00002"]);
  assert.equal(p.pages, 1);
  assert.deepEqual(pick([], 9, 3, by).feeds, []);
});
test("the screen is filled", () => {
  assert.deepEqual(grid(1896, 1010, 290, 0, 500), { columns: 6, rows: 5 });
  assert.deepEqual(grid(3800, 2060, 290, 0, 24), { columns: 6, rows: 4 }, "few are large");
  assert.deepEqual(grid(1896, 1010, 290, 0, 0), { columns: 1, rows: 1 });
  for (const want of [1, 4, 9, 20, 64]) {
    const g = grid(1896, 1010, 290, want, 500);
    assert.ok(g.columns * g.rows >= want);
  }
  assert.deepEqual(grid(366, 700, 290, 0, 500).columns, 1);
});
