// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WallRow } from "./api";
import type { Row } from "./data/wire";
import { now } from "./time";
import { byName, epoch, feeds, judgeWorth, onChanged, sites, takeChanges, takePulse, takeWall, totals, worth, zoneOf } from "./store";

let seed = 7;
const random = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
const frame = (): Promise<void> => new Promise(f => setTimeout(f, 520)); // hidden pages paint twice a second
const names = ["North/A", "North/B", "South"];
const rowsOf = (n: number): WallRow[] => Array.from({ length: n }, (_, i) => [`f${i}`, i % 3, `Gate ${i}`, i % 4, "x", 0, 1, 0, 3]);
const wall = (n: number, late = false) => ({ now: new Date().toISOString(), late, event: "1-1", sites: names, feeds: rowsOf(n) });

function consistent(): void {
  const sum = [0, 0, 0, 0];
  let n = 0;
  for (const s of sites.values()) {
    const own = [0, 0, 0, 0];
    for (const f of s.feeds) {
      assert.equal(feeds.get(f.id), f);
      assert.equal(f.site, s.path);
      own[f.state] = (own[f.state] ?? 0) + 1;
      sum[f.state] = (sum[f.state] ?? 0) + 1;
      n++;
    }
    assert.deepEqual([...s.counts], own);
    assert.deepEqual(s.feeds.map(f => f.name), s.feeds.map(f => f.name).sort(byName));
  }
  assert.equal(n, feeds.size);
  assert.deepEqual([...totals], sum);
}
test("counts and places stay true over any changes", () => {
  takeWall(wall(300));
  consistent();
  for (let round = 0; round < 60; round++) {
    const rows: Row[] = [], gone: string[] = [];
    for (let i = 0; i < 20; i++) {
      const id = `f${random(400)}`;
      if (random(5) === 0) gone.push(id);
      else rows.push([id, names[random(3)] ?? "", `Gate ${random(50)}`, random(4), "y", 0, 2, 0, 3]);
    }
    takeChanges(rows, gone);
    consistent();
  }
});
test("a burst of a thousand changes is one painting", async () => {
  takeWall(wall(3700));
  await frame();
  let paintings = 0, changed = 0;
  const before = epoch.value, end = onChanged(set => { paintings++; changed += set.size; });
  for (let i = 0; i < 1000; i++) takeChanges([[`f${i}`, names[i % 3] ?? "", `Gate ${i}`, 2, "frozen", 0, 3, 0, 3]], []);
  await frame();
  end();
  assert.equal(paintings, 1);
  assert.equal(changed, 1000);
  assert.equal(epoch.value, before + 1);
});
test("rows change in place, and a feed of another name stands elsewhere", () => {
  takeWall(wall(30));
  const f = feeds.get("f3");
  takeChanges([["f3", "North/A", "Gate 3", 2, "frozen", 0, 9, 0, 3]], []);
  assert.equal(feeds.get("f3"), f);
  assert.equal(f?.state, 2);
  takeChanges([["f3", "South", "Aisle", 0, "none", 0, 9, 0, 3]], []);
  assert.equal(sites.get("South")?.feeds[0]?.name, "Aisle");
  consistent();
});
test("silence for six seconds is worth nothing; so is a monitor that is late", () => {
  const real = performance;
  let ahead = 0;
  Object.defineProperty(globalThis, "performance", { configurable: true, value: { now: () => real.now() + ahead } });
  const pulse = (late: boolean) => ({ now: new Date().toISOString(), late, heartbeat: new Date(Date.now() - 9000).toISOString(), started: null, feeds_total: 1,
    states: { up: 1, degraded: 0, down: 0, unknown: 0 }, flowing: 1, arrival: null, loop_lag_max_us: 0, store_lag_us: 0, capacity: "ok" as const, record: { witnessed: true, last: null, contradicted: false } });
  takePulse(pulse(false));
  judgeWorth();
  assert.equal(worth.value, "live");
  ahead = 5900;
  judgeWorth();
  assert.equal(worth.value, "live");
  ahead = 6100;
  judgeWorth();
  assert.equal(worth.value, "stale");
  takePulse(pulse(true));
  assert.equal(worth.value, "late");
  takePulse(pulse(false));
  assert.equal(worth.value, "live");
  takeWall(wall(3), 6100); // a copy, from before the connection was lost
  assert.equal(worth.value, "stale");
  takePulse(pulse(false), 60_000);
  assert.equal(worth.value, "stale");
  assert.ok(Math.abs(now() - Date.now() - 60_000) < 1000, "the clock is not put back by an old word");
  takePulse(pulse(false));
  const clock = Date.now;
  Date.now = () => clock() + 8 * 3600_000; // the lid was shut over night, performance.now() stood still
  judgeWorth();
  Date.now = clock;
  assert.equal(worth.value, "stale");
  Object.defineProperty(globalThis, "performance", { configurable: true, value: real });
});
test("a site that is not known has no zone", () => {
  assert.equal(zoneOf("Nowhere/At all"), undefined);
});
