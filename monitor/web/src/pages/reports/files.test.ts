// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Report } from "../../api";
import { dayNamed, fileOf, shellWord } from "./files";

const report: Report = { number: 7, from: "2026-11-21T06:00:00Z", to: "2026-11-22T06:00:00Z", site: "", made: "2026-11-22T06:12:00Z", name: "r", sha256: "", files: ["r.html", "r.json"] };

test("a report's day is the agency's, wherever it is read", () => {
  const named = (name: string, from: string): string => dayNamed({ name, from });
  assert.equal(named("report-2026-11-21.html", "2026-11-20T23:00:00Z"), "2026-11-21", "Europe");
  assert.equal(named("report-2026-11-21.html", "2026-11-21T08:00:00Z"), "2026-11-21", "California");
  assert.equal(named("report-2026-11-21-north.json", "2026-11-20T10:00:00Z"), "2026-11-21", "Kiribati");
  assert.equal(named("report-2026-11-21.html", "2026-11-22T08:00:00Z"), "", "another day's file");
  assert.equal(named("r.html", "2026-11-21T06:00:00Z"), "");
});
test("files and words of a shell", () => {
  assert.equal(fileOf(report, ".json"), "r.json");
  assert.equal(fileOf(report, ".csv"), undefined);
  assert.equal(shellWord("r-2026.json"), "r-2026.json");
  assert.equal(shellWord("a b'c.json"), `'a b'\\''c.json'`);
});
