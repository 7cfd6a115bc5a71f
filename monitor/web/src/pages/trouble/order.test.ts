// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Incident } from "../../api";
import { inSite } from "../../place";
import { compare, contactParts, nextAfter, order, partOf, resting, step, waiting } from "./order";

const T0 = Date.parse("2026-11-22T12:00:00Z");
const at = (s: number): string => new Date(T0 + s * 1000).toISOString();
function incident(number: number, of: Partial<Incident> = {}): Incident {
  return { number, feed: `f${number}`, site: "North/Depot", name: `C${number}`, place: "", kind: "feed", cause: "frozen", text: "", help: "", contact: "", since: at(0), at: at(4),
    until: null, closed: null, alert: true, acknowledged: null, acknowledged_by: null, note: "", asks_again: false, muted: false, before: false, after: false, recovered: false, comments: 0, feeds: 0,
    criticality: 3, ...of };
}
const numbers = (all: Incident[], rests: (i: Incident) => boolean = i => i.muted): number[] => order(all, rests).rows.map(r => r.incident.number);

test("not taken first, then the wider, the more important, the worse, the newer", () => {
  const all = [incident(1, { acknowledged: at(9), criticality: 5 }), incident(2, { cause: "low-fps" }), incident(3, { cause: "blurred" }), incident(4),
    incident(5, { at: at(60) }), incident(6, { criticality: 5, cause: "low-fps" }), incident(7, { kind: "site", feed: null, site: "South", criticality: 1 }),
    incident(8, { kind: "own", feed: null, site: "", criticality: 1 }), incident(9, { kind: "room", feed: null, site: "", cause: "none" })];
  assert.deepEqual(numbers(all), [8, 7, 9, 6, 5, 4, 3, 2, 1]);
  assert.deepEqual(numbers([...all].reverse()), [8, 7, 9, 6, 5, 4, 3, 2, 1], "whatever order they came in");
  assert.equal(waiting(order(all, () => false)), 8);
  assert.equal(waiting(order([...all, incident(10, { acknowledged: at(9), asks_again: true })], () => false)), 9, "one that grew worse is nobody's");
});
test("a total order: no two are equal, none contradicts", () => {
  const all = Array.from({ length: 60 }, (_, n) => incident(n, { criticality: n % 3, at: at(n % 5), cause: n % 2 ? "frozen" : "moved", acknowledged: n % 4 ? null : at(1) }));
  for (const a of all) for (const b of all) assert.equal(Math.sign(compare(a, b)), -Math.sign(compare(b, a)) + 0 || 0);
});
test("a site's feeds are folded under it, older troubles and other sites are not", () => {
  const site = incident(1, { kind: "site", feed: null, site: "North/Depot", feeds: 3 });
  const old = incident(2, { since: at(-3600) }), member = incident(3, { since: at(-20) }), later = incident(4, { since: at(500) }), other = incident(5, { site: "North/Depot 2" });
  assert.deepEqual(order([old, member, later, other, site], () => false).rows.map(r => [r.incident.number, r.folded.map(f => f.number)]), [[1, [4, 3]], [5, []], [2, []]]);
  assert.ok(inSite("North/Depot", "North") && inSite("North", "") && !inSite("North/Depot 2", "North/Depot"));
  assert.ok(!partOf(site, site));
});
test("of nested sites the nearest has the feed", () => {
  const region = incident(1, { kind: "site", feed: null, site: "North" }), depot = incident(2, { kind: "site", feed: null, site: "North/Depot" });
  const rows = order([region, incident(3), depot], () => false).rows;
  assert.deepEqual(rows.find(r => r.incident.number === 2)?.folded.map(f => f.number), [3]);
  assert.deepEqual(rows.find(r => r.incident.number === 1)?.folded, []);
});
test("what rests is apart and never lost", () => {
  const t = order([incident(1, { muted: true }), incident(2), incident(3, { muted: true })], i => i.muted);
  assert.deepEqual([t.rows.length, t.resting.length, waiting(t)], [1, 2, 1]);
});
test("arrows walk and stop at the ends; the hand falls on what took the place", () => {
  assert.deepEqual([step([4, 5, 6], 5, 1), step([4, 5, 6], 6, 1), step([4, 5, 6], 4, -1), step([4, 5, 6], 9, 1), step([], 1, 1)], [6, 6, 4, 4, 0]);
  assert.equal(nextAfter([1, 2, 3], [1, 3], 2), 3);
  assert.equal(nextAfter([1, 2, 3], [1, 2], 3), 2);
  assert.equal(nextAfter([], [7, 8], 0), 7);
  assert.equal(nextAfter([1], [], 1), 0);
});
test("numbers and addresses in a contact can be pressed, nothing is lost", () => {
  const text = "Night: +46 (8) 123 45-67, or noc@agency.example; room 12";
  const parts = contactParts(text);
  assert.equal(parts.map(p => p.text).join(""), text);
  assert.deepEqual(parts.filter(p => p.href).map(p => p.href), ["tel:+4681234567", "mailto:noc@agency.example"]);
  assert.deepEqual(contactParts(""), []);
  for (const p of contactParts("javascript:alert(1) <a@b.c>")) assert.ok(!p.href || /^(tel|mailto):/.test(p.href));
});
test("what a mute excused counts again once it is over, before the list is asked anew", () => {
  const i = incident(1, { muted: true });
  assert.deepEqual([resting(i, 2), resting(i, 1), resting(i, 0), resting(i, undefined)], [true, true, false, true]);
});
