// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Coverage } from "../../api";
import { possible } from "./possible";
import { blindParts, firstTime, hoursPerColumn, percent, rowsOf, share, step, STEPS, together } from "./share";

const hour = (n: number): string => new Date(Date.UTC(2026, 10, 22, n)).toISOString();
const coverage = (cells: Coverage["sites"][number]["cells"], blind: Coverage["blind"] = []): Coverage =>
  ({ from: hour(0), to: hour(cells.length), hours: cells.map((_, i) => hour(i)), sites: [{ site: "North", feeds: 2, zone: "UTC", cells }], blind });

test("unknown time is in the whole and never in what was watched", () => {
  assert.equal(share([1800, 0, 0, 0, 1800], 0), 0.5);
  assert.equal(share([0, 0, 0, 0, 3600], 0), 0);
  assert.equal(share([0, 0, 0, 0, 3600], 4), 1);
});
test("an hour without feeds is no time at all", () => {
  const [row] = rowsOf(coverage([null, [900, 0, 0, 2700, 0]]), 2);
  assert.deepEqual(row?.cells, [[900, 0, 0, 2700, 0]]);
  assert.equal(share(row?.all ?? [0, 0, 0, 0, 0], 0), 0.25);
});
test("the record begins with its first hour", () => {
  assert.equal(firstTime([[0, 0, 0, 0, 0], [0, 0, 0, 0, 9]]), 1);
  assert.equal(firstTime([]), -1);
});
test("columns of several hours add up, the last with what is left", () => {
  const cell: [number, number, number, number, number] = [1, 2, 3, 4, 5];
  const [row] = rowsOf(coverage([cell, cell, cell]), 2);
  assert.deepEqual(row?.cells, [[2, 4, 6, 8, 10], [1, 2, 3, 4, 5]]);
  assert.deepEqual(together([row!, row!]).all, [6, 12, 18, 24, 30]);
});
test("steps: nothing is a step of its own, borders belong below", () => {
  assert.equal(step(0), 0);
  assert.equal(step(1e-6), 1);
  assert.equal(step(0.01), 1);
  assert.equal(step(0.0101), 2);
  assert.equal(step(1), STEPS.length);
});
test("shares are cut, never rounded up", () => {
  assert.equal(percent(0.9999, "en"), "99.9\u00a0%");
  assert.equal(percent(1, "en"), "100\u00a0%");
  assert.equal(percent(0, "en"), "0\u00a0%");
  assert.equal(percent(0.0001, "en"), "<\u00a00.1\u00a0%");
  assert.equal(percent(0.0194, "es"), "1,9\u00a0%");
});
test("a month fits a narrow window", () => {
  assert.equal(hoursPerColumn(24, 300, 3), 1);
  assert.equal(hoursPerColumn(744, 1500, 3), 2);
  assert.equal(hoursPerColumn(744, 340, 3), 12);
  assert.equal(hoursPerColumn(744, 0, 3), 24);
});
test("blind windows lie where their columns do", () => {
  const c = coverage([null, null, null, null], [{ from: hour(1), to: hour(2), why: "unattended" }, { from: hour(-3), to: hour(0), why: "unknown" }]);
  assert.deepEqual(blindParts(c, 1), [{ from: 0.25, to: 0.5, sure: true }]);
});
test("what is possible at best: eight consoles of nine tiles", () => {
  const nine = { tiles: Array.from({ length: 9 }, () => ({ view: "counts" })) };
  assert.deepEqual(possible(Array(8).fill(nine), 3700), { feeds: 3700, places: 72, counting: 72, seconds: 70 });
  assert.equal(possible([{ tiles: Array.from({ length: 40 }, () => ({ view: "crowded" })) }], 10).places, 16);
  assert.deepEqual(possible([], 0), { feeds: 0, places: 0, counting: 0, seconds: 0 });
  assert.equal(possible([nine], 3).seconds, 3600);
});
