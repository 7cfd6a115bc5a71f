// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { counts, only, partsOf, presenceOf, roomsOf, sums, walls, worths } from "./floor";
import type { ConsoleRow, ScreenRow } from "./types";

const console_ = (id: number, name: string, room: string, presence: string): ConsoleRow =>
  ({ id, console: name, room, site: "", presence, why: "none", since: null, at: null, screens: 0, tiles: 0, tiles_counting: 0,
    in_force: { idle_after_s: 300, prompt_after_s: 0, shifts: 0 }, prompts: null, breach: null });
const screen = (name: string, console: number): ScreenRow => ({ screen: name, console, room: console ? 0 : 1, since: null, power: "on", source: "vms", tiles: [] });

test("rooms and desks in the order people count in", () => {
  const rooms = roomsOf([console_(1, "Desk 10", "B", "idle"), console_(2, "Desk 9", "B", "attended"), console_(3, "Desk 1", "A", "unknown")],
    [screen("right", 2), screen("left", 2), screen("wall", 0)]);
  assert.deepEqual(rooms.map(r => [r.name, r.attended, r.posts.map(p => p.console.console)]), [["A", 0, ["Desk 1"]], ["B", 1, ["Desk 9", "Desk 10"]]]);
  assert.deepEqual(rooms[1]?.posts[0]?.screens.map(s => s.screen), ["left", "right"]);
  assert.deepEqual(walls([screen("wall", 0), screen("x", 4)]).map(s => s.screen), ["wall"]);
});
test("what is told of several consoles is told of their room", () => {
  const breach = (text: string): { since: null; text: string } => ({ since: null, text });
  const of = (id: number, b: { since: null; text: string } | null): ConsoleRow => ({ ...console_(id, `Desk ${id}`, "A", "idle"), breach: b });
  const [room] = roomsOf([of(1, breach("A: 1 of 3")), of(2, breach("A: 1 of 3")), of(3, breach("Desk 3 left"))], []);
  assert.equal(room?.breach?.text, "A: 1 of 3");
  assert.deepEqual(room?.posts.map(p => p.breach?.text ?? ""), ["", "", "Desk 3 left"]);
  assert.equal(roomsOf([of(1, breach("Desk 1 left"))], [])[0]?.posts[0]?.breach?.text, "Desk 1 left");
});
test("a choice of presence leaves the counts of the room", () => {
  const rooms = roomsOf([console_(1, "a", "A", "idle"), console_(2, "b", "A", "attended"), console_(3, "c", "B", "attended")], []);
  assert.deepEqual(only(rooms, "idle").map(r => [r.name, r.posts.length, r.attended, r.all]), [["A", 1, 1, 2]]);
  assert.equal(only(rooms, "").length, 2);
});
test("an unknown word is unknown, never attended", () => {
  assert.equal(presenceOf("present"), "unknown");
  assert.deepEqual(counts([console_(1, "a", "", "x"), console_(2, "b", "", "attended")]).filter(([, n]) => n), [["attended", 1], ["unknown", 1]]);
});
test("tiles that count come first", () => {
  const of = (...views: string[]): { feed: null; view: string }[] => views.map(view => ({ feed: null, view }));
  assert.deepEqual(worths(of("hidden", "hidden", "counts", "dark")), [["counts", 1], ["hidden", 2], ["dark", 1]]);
});
test("what no interval tells of is unknown, to the last moment", () => {
  const at = (n: number): string => new Date(n * 1000).toISOString();
  const parts = partsOf([{ start: at(40), end: at(60), presence: "idle", why: "quiet" }, { start: at(0), end: at(20), presence: "attended", why: "input" }], 10e3, 110e3);
  assert.deepEqual(parts.map(p => [p.presence, p.from, p.to]), [["attended", 0, 0.1], ["unknown", 0.1, 0.3], ["idle", 0.3, 0.5], ["unknown", 0.5, 1]]);
  assert.deepEqual(sums(parts), [["attended", 10e3], ["idle", 20e3], ["unknown", 70e3]]);
});
test("an open interval reaches to now; overlapping ones are told once", () => {
  const at = (n: number): string => new Date(n * 1000).toISOString();
  const parts = partsOf([{ start: at(0), end: at(60), presence: "idle", why: "quiet" }, { start: at(50), end: null, presence: "attended", why: "input" }], 0, 100e3);
  assert.deepEqual(parts.map(p => [p.presence, p.from, p.to]), [["idle", 0, 0.6], ["attended", 0.6, 1]]);
});
