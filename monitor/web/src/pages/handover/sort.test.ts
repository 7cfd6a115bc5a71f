// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Handover, HandoverNote, Incident } from "../../api";
import { askFor, lists, noteMissing, notesOf } from "./sort";

const now = Date.parse("2026-11-22T12:00:00Z"), H = 3600000;
const iso = (h: number): string => new Date(now + h * H).toISOString();
const one = (number: number, of: Partial<Incident> = {}): Incident => ({ number, feed: "f" + number, site: "A", kind: "feed", cause: "frozen", since: iso(-1), at: iso(-1), until: null, closed: null,
  acknowledged: null, criticality: 3, ...of }) as Incident;
const handover = (of: Partial<Handover>): Handover => ({ from: iso(-8), to: iso(0), shift: null, last: null, notes: [], opened: [], closed: [], acknowledged: [], still_open: [], muted: [], maintenance: [],
  unwatched: [], states: { up: 0, degraded: 0, down: 0, unknown: 0 }, cut: false, ...of });

test("each trouble stands in one list, a site's feeds under the site's", () => {
  const a = one(1), b = one(2, { closed: iso(-0.5), since: iso(-3) }), old = one(3, { closed: iso(-0.2), since: iso(-30) }), taken = one(4, { acknowledged: iso(-2) });
  const site = one(5, { kind: "site", feed: null, since: iso(-1) });
  const back = one(6, { closed: iso(-0.1), since: iso(-0.9) });
  const l = lists(handover({ still_open: [a, site], opened: [a, b, back], closed: [b, old, back], acknowledged: [a, taken] }));
  assert.deepEqual([l.open, l.over, l.taken].map(x => x.map(i => i.number)), [[5], [2, 3], [4]]);
  assert.deepEqual([l.opened, l.closed], [1, 2], "a site with its feeds is counted once");
  const stays = lists(handover({ still_open: [a], closed: [{ ...site, closed: iso(-0.1) }] }));
  assert.deepEqual(stays.open.map(i => i.number), [1], "a feed that is still down is told, though its site's trouble is over");
});
test("a note is missed after a shift's length, and before a shift ends", () => {
  const note = (h: number): HandoverNote => ({ number: 1, from: iso(h - 8), to: iso(h), site: "", by: "x", made: iso(h), note: "" });
  assert.deepEqual(noteMissing(null, now, null), { since: null });
  assert.equal(noteMissing(note(-3), now, null), null);
  assert.deepEqual(noteMissing(note(-10), now, null), { since: now - 10 * H });
  const ending = { name: "Early", start: iso(-6), end: iso(0.5) };
  assert.deepEqual(noteMissing(note(-7), now, ending), { since: now - 7 * H });
  assert.equal(noteMissing(note(-0.2), now, ending), null);
});
test("what is asked for", () => {
  const shift = { name: "Early", start: iso(-6), end: iso(2) };
  assert.deepEqual(askFor("last", now, shift), {});
  assert.deepEqual(askFor("shift", now, shift), { from: "2026-11-22T06:00:00Z" });
  assert.deepEqual(askFor("shift", now, null), {});
  assert.deepEqual(askFor("12", now, null), { from: "2026-11-22T00:00:00Z" });
  assert.deepEqual(askFor("<script>", now, null), {});
});
test("the last note is among the notes, once", () => {
  const note = (number: number, h: number): HandoverNote => ({ number, from: iso(h - 8), to: iso(h), site: "", by: "x", made: iso(h), note: "" });
  assert.deepEqual(notesOf(handover({ last: note(2, -1), notes: [] })).map(n => n.number), [2]);
  assert.deepEqual(notesOf(handover({ last: note(2, -1), notes: [note(1, -9), note(2, -1)] })).map(n => n.number), [2, 1]);
});
