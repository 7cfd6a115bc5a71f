// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { family, held, sentence } from "./sentence";

test("the line's own feed is what it is about", () => {
  assert.deepEqual(sentence({ state: "down", cause: "frozen", name: "x" }, "North/Cam 1"),
    { subject: "North/Cam 1", more: [{ key: "state", value: "down" }, { key: "cause", value: "frozen" }] });
  assert.equal(sentence({ name: "avery", site: "North", role: "viewer" }, "").subject, "avery");
  assert.equal(sentence({ console: "Desk 1" }, "").subject, "Desk 1");
  assert.equal(sentence({ name: "Cam 1", site: "North" }, null).subject, "North/Cam 1");
  assert.deepEqual(sentence({ notice: 7, kind: "firing", to: "desk", place: "North/Cam 1", cause: "black" }, null),
    { subject: "North/Cam 1", more: [{ key: "cause", value: "black" }, { key: "to", value: "desk" }] });
  assert.deepEqual(sentence({ site: "North", to: 1795441222803206 }, null).more, [], "the end of maintenance is no recipient");
});
test("a body may hold anything", () => {
  for (const body of [null, 7, "x", [1], { name: { a: 1 }, reason: [2] }]) assert.deepEqual(sentence(body, null), { subject: "", more: [] });
  assert.equal(sentence({ reason: "x".repeat(9999) }, null).more[0]?.value.length, 200);
});
test("families", () => {
  assert.equal(family("incident.acknowledge"), "incident");
  assert.equal(family("verdict"), "verdict");
});
test("one contradiction outweighs all that is good", () => {
  const w = (state: string, last: string | null, name = state): { state: string; last: string | null; name: string } => ({ state, last, name });
  assert.deepEqual(held([w("good", "2026-11-22T14:03:00Z"), w("contradicts", null, "court")]), { is: "contradicted", name: "court" });
  assert.deepEqual(held([w("good", "2026-11-22T14:00:00Z"), w("good", "2026-11-22T14:03:00Z"), w("late", "2026-11-22T09:00:00Z")]),
    { is: "good", at: "2026-11-22T14:03:00Z", good: 2, all: 3 });
  assert.deepEqual(held([w("late", "2026-11-22T09:00:00Z"), w("never", null)]), { is: "late", since: "2026-11-22T09:00:00Z" });
  assert.deepEqual(held([w("never", null)]), { is: "never" });
  assert.deepEqual(held([]), { is: "never" });
});
