// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Interval } from "../../api";
import { share, stretches, sum, watchedSums, watches } from "./counted";
import { graphOf, hourOf, told } from "./series";

const H = 3600000, T0 = Date.parse("2026-11-01T00:00:00Z");
const iso = (h: number): string => new Date(T0 + h * H).toISOString();
const interval = (a: number, b: number | null, state: Interval["state"], cause = "none"): Interval =>
  ({ start: iso(a), end: b === null ? null : iso(b), state, cause, since: iso(a), at: iso(a), confidence: 90 });

test("what no interval covers is unknown, a poor stream is good, a bad picture is not", () => {
  const all = stretches([interval(-5, 2, "up"), interval(2, 3, "degraded", "low-fps"), interval(3, 5, "degraded", "moved"), interval(7, null, "down", "frozen")], T0, T0 + 10 * H);
  assert.deepEqual(sum(all, T0, T0 + 10 * H), { span: 10 * H, good: 3 * H, bad: 5 * H, unknown: 2 * H, troubles: 2, longest: 3 * H });
  assert.equal(all.at(-1)?.open, true);
  assert.equal(stretches([interval(20, 30, "up")], T0, T0 + 10 * H).length, 0);
});
test("a share is never rounded up to all of it", () => {
  assert.deepEqual([share(1, 1), share(999999, 1000000), share(0, 0), share(1, 3)], [100, 99.99, 0, 33.33]);
});
test("watched time adds up; words of later days are unknown", () => {
  const all = watches([{ start: iso(0), end: iso(2), watched: "watched" }, { start: iso(2), end: iso(3), watched: "dreamt" }], T0, T0 + 24 * H);
  const s = watchedSums(all);
  assert.deepEqual([s.watched, s.unknown], [2 * H, H]);
});
test("the usual band follows the site's own hours, gaps stay gaps", () => {
  const band = Array.from({ length: 24 }, (_, h): [number, number] | null => h === 3 ? null : [h, h + 1]) as [number, number][];
  const s = { from: "2026-11-01T00:00:00Z", step_s: 600, fps: Array.from({ length: 144 }, (_, n) => n === 5 ? null : 12.5), kbps: [], loss_ppm: [12000],
    usual: { fps: band, kbps: null, loss_ppm: null } };
  const g = graphOf(s, "fps", "America/New_York");
  assert.equal(g.low[0], 20, "midnight UTC is eight in the evening there");
  assert.equal(g.value[5], null);
  assert.equal(g.low[7 * 6], 2, "the hour after the clock went back");
  assert.equal(g.low[8 * 6], null, "an hour that is too little known has no band");
  const sums = told(g);
  assert.deepEqual([sums.last, sums.low, sums.high], [12.5, 12.5, 12.5]);
  assert.ok(sums.outside > 0.9 && sums.outside < 1);
  assert.deepEqual(graphOf(s, "loss_ppm", "UTC").value, [1.2]);
  assert.equal(told(graphOf(s, "kbps", undefined)).last, null);
  assert.equal(hourOf("No/Where")(T0), 0);
});
