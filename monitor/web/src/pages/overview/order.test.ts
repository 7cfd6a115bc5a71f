// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { byName, type Feed, type SiteRow } from "../../store";
import { groups, isFiltered, keepOrder, matches, noFilter, readFilter, worstFirst, writeStates } from "./order";

function feed(site: string, name: string, state: number, flags = 0): Feed {
  return { id: site + name, site, name, state, cause: state ? "frozen" : "none", flags, since: 0, picture: 0, criticality: 3, text: `${site}/${name}`.toLowerCase() };
}
function sitesOf(feeds: Feed[]): Map<string, SiteRow> {
  const all = new Map<string, SiteRow>();
  for (const f of feeds) {
    const s = all.get(f.site) ?? { path: f.site, feeds: [], counts: [0, 0, 0, 0] as [number, number, number, number] };
    s.feeds.push(f);
    all.set(f.site, s);
  }
  return all;
}
test("the address holds the filter, whatever stands in it", () => {
  const f = readFilter(new URLSearchParams("state=down,unknown,nonsense&cause=frozen&site=North&q=Gate 3"));
  assert.deepEqual(f, { states: [2, 3], cause: "frozen", site: "North", text: "gate 3" });
  assert.equal(writeStates(f.states), "down,unknown");
  assert.ok(isFiltered(f) && !isFiltered(noFilter) && !isFiltered(readFilter(new URLSearchParams("x=1"))));
});
test("a feed matches by state, cause, place and each word", () => {
  const f = feed("North/Depot", "Gate 3", 2), by = (q: string): boolean => matches(f, readFilter(new URLSearchParams(q)));
  assert.ok(by("state=down") && by("site=North") && by("site=North/Depot") && by("q=depot gate") && by("cause=frozen"));
  assert.ok(!by("state=up") && !by("site=Nor") && !by("q=depot hall") && !by("cause=black"));
});
test("worst sites stand first, silenced trouble behind any other", () => {
  const s = sitesOf([feed("a", "1", 0), feed("b", "1", 1), feed("c", "1", 2), feed("d", "1", 3), feed("e", "1", 2, 2), feed("f", "1", 2, 1)]);
  assert.deepEqual(worstFirst(s.values(), byName), ["c", "b", "d", "e", "f", "a"]);
});
test("an order that stands is kept; new sites come last", () => {
  const s = sitesOf([feed("a", "1", 2), feed("b", "1", 0), feed("z", "1", 2)]);
  assert.deepEqual(keepOrder(["b", "gone", "a"], s), ["b", "a", "z"]);
});
test("what left the filter stays until the wall is sorted", () => {
  const good = feed("a", "2", 0), s = sitesOf([feed("a", "1", 2), good, feed("b", "1", 0)]), by = readFilter(new URLSearchParams("state=down"));
  assert.deepEqual(groups(["a", "b"], s, by, new Set([good])).map(g => g.feeds.map(f => f.name)), [["1", "2"]]);
  assert.deepEqual(groups(["a", "b"], s, by, new Set()).map(g => g.feeds.length), [1]);
});
