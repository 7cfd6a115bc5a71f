// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Report } from "../../api";
import { due, fileOf, shellWord } from "./due";

const report: Report = { number: 7, from: "2026-11-21T06:00:00Z", to: "2026-11-22T06:00:00Z", site: "", made: "2026-11-22T06:12:00Z", name: "r", sha256: "", files: ["r.html", "r.json"] };
const at = (iso: string): number => Date.parse(iso);

test("the next is as long as the newest and made as promptly as any", () => {
  const d = due([report], at("2026-11-23T07:00:00Z"));
  assert.deepEqual(d, { from: at(report.to), to: at("2026-11-23T06:00:00Z"), after: at("2026-11-23T06:12:00Z"), late: false });
  assert.equal(due([report], at("2026-11-23T07:13:00Z"))?.late, true);
  const caughtUp = { ...report, made: "2026-11-22T19:00:00Z" };
  assert.equal(due([caughtUp, { ...report, from: "2026-11-20T06:00:00Z", to: "2026-11-21T06:00:00Z", made: "2026-11-21T06:05:00Z" }], 0)?.after, at("2026-11-23T06:05:00Z"));
});
test("what can't be told isn't", () => {
  assert.equal(due([], 0), null);
  assert.equal(due([{ ...report, to: "no time" }], 0), null);
  assert.deepEqual(due([{ ...report, made: "2026-11-29T00:00:00Z" }], at("2027-01-01T00:00:00Z")), { from: at(report.to), to: at("2026-11-23T06:00:00Z"), after: null, late: false });
});
test("files and words of a shell", () => {
  assert.equal(fileOf(report, ".json"), "r.json");
  assert.equal(fileOf(report, ".csv"), undefined);
  assert.equal(shellWord("r-2026.json"), "r-2026.json");
  assert.equal(shellWord("a b'c.json"), `'a b'\\''c.json'`);
});
