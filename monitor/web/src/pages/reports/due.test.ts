// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { due, fileOf, shellWord } from "./due";

const report = { number: 7, from: "2026-11-21T06:00:00Z", to: "2026-11-22T06:00:00Z", site: "", made: "2026-11-22T06:12:00Z", name: "r", sha256: "", files: ["r.html", "r.json"] };

test("the next is as long as the newest and made as long after its end", () => {
  const d = due(report, Date.parse("2026-11-23T07:00:00Z"));
  assert.deepEqual(d, { from: Date.parse(report.to), to: Date.parse("2026-11-23T06:00:00Z"), after: Date.parse("2026-11-23T06:12:00Z"), late: false });
  assert.equal(due(report, Date.parse("2026-11-23T07:13:00Z"))?.late, true);
  assert.equal(due(undefined, 0), null);
  assert.equal(due({ ...report, to: "no time" }, 0), null);
});
test("files and words of a shell", () => {
  assert.equal(fileOf(report, ".json"), "r.json");
  assert.equal(fileOf(report, ".csv"), undefined);
  assert.equal(shellWord("r-2026.json"), "r-2026.json");
  assert.equal(shellWord("a b'c.json"), `'a b'\\''c.json'`);
});
