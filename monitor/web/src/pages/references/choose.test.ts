// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { FLAG, type Feed } from "../../store";
import { kept, press, shownOf } from "./choose";

const feed = (id: string, site: string, flags: number, cause = "none"): Feed =>
  ({ id, site, name: id, state: 0, cause, flags, since: 0, picture: 0, criticality: 3, text: `${site}/${id}`.toLowerCase() });
const sites = [{ path: "A", feeds: [feed("a1", "A", FLAG.reference), feed("a2", "A", 0), feed("a3", "A", FLAG.noPicture)] },
  { path: "B", feeds: [feed("b1", "B", FLAG.reference, "moved")] }];

test("filters by what is missing and what looks elsewhere; no-picture feeds are never here", () => {
  const ids = (show: "all" | "missing" | "differs", text = ""): string[] => shownOf(sites, show, text).all.map(f => f.id);
  assert.deepEqual([ids("all"), ids("missing"), ids("differs"), ids("all", "b/")], [["a1", "a2", "b1"], ["a2"], ["b1"], ["b1"]]);
  const all = shownOf(sites, "all", "");
  assert.deepEqual([all.counts, all.hidden, all.sites[0]?.missing], [{ all: 3, missing: 1, differs: 1 }, 1, 1]);
  assert.equal(shownOf(sites, "missing", "").sites.length, 1, "a site with nothing to show is not shown");
});
test("one by one, and all in between with Shift, which follow the first", () => {
  const order = ["a", "b", "c", "d", "e"];
  let c = press(new Set(), order, "b", "", false);
  c = press(c, order, "d", "b", true);
  assert.deepEqual([...c].sort(), ["b", "c", "d"]);
  c = press(c, order, "d", "d", false);
  c = press(c, order, "b", "d", true);
  assert.deepEqual([...c], []);
  assert.deepEqual([...press(new Set(), order, "e", "gone", true)], ["e"]);
});
test("what went is no longer chosen", () => {
  assert.deepEqual(kept(new Set(["a", "z"]), id => id === "a"), ["a"]);
});
