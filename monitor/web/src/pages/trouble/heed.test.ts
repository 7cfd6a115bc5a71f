// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Incident } from "../../api";
import { Heed, tones } from "./heed";

const one = (number: number, of: Partial<Incident> = {}): Incident => ({ number, alert: true, acknowledged: null, muted: false, kind: "feed", ...of }) as Incident;
const rests = (i: Incident): boolean => i.muted;
const numbers = (all: Incident[]): number[] => all.map(i => i.number);

test("what was open when the page came is no news; each new one is, once", () => {
  const h = new Heed();
  assert.deepEqual(numbers(h.news([one(1)], rests)), []);
  assert.deepEqual(numbers(h.news([one(1), one(2)], rests)), [2]);
  assert.deepEqual(numbers(h.news([one(1), one(2)], rests)), []);
  assert.deepEqual(numbers(h.news([one(1)], rests)), []);
  assert.deepEqual(numbers(h.news([one(1), one(3), one(4)], rests)), [3, 4]);
});
test("an interruption is heard only when it is none any more; muted and taken ones are not", () => {
  const h = new Heed();
  h.news([], rests);
  assert.deepEqual(numbers(h.news([one(1, { alert: false })], rests)), []);
  assert.deepEqual(numbers(h.news([one(1)], rests)), [1]);
  assert.deepEqual(numbers(h.news([one(1), one(2, { muted: true }), one(3, { acknowledged: "2026-01-01T00:00:00Z" })], rests)), []);
  const worse = one(3, { acknowledged: "2026-01-01T00:00:00Z", asks_again: true });
  assert.deepEqual(numbers(h.news([one(1), one(2, { muted: true }), worse], rests)), [3], "one that grew worse is heard again");
  assert.deepEqual(numbers(h.news([one(1), one(2, { muted: true }), worse], rests)), [], "once");
});
test("what is wider than a feed sounds otherwise", () => {
  assert.ok(tones(true).length > tones(false).length);
});
