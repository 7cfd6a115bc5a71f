// SPDX-License-Identifier: GPL-3.0-or-later
// Every kind of line that the monitor writes has words and a row in docs/formats.md.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { en } from "./ledger";

declare const ROOT: string;
/* Of one cell: `a.b` `.c`, or `a.*` `b.*` (`add`, `end`). */
function kindsOf(cell: string): string[] {
  const names = [...cell.matchAll(/`([a-z.*]+)`/g)].map(m => m[1] ?? ""), verbs = names.filter(n => !/[.*]/.test(n)), all: string[] = [];
  const starred = names.some(n => n.endsWith("*"));
  let of = "";
  for (const n of names) {
    if (n.startsWith(".")) all.push(of + n);
    else if (n.endsWith(".*")) all.push(...verbs.map(v => n.slice(0, -1) + v));
    else if (!starred) all.push(n);
    if (!n.startsWith(".")) of = n.replace(/\..*/, "");
  }
  return all;
}
const table = /\| kind \| when \|\n\|[- |]+\n((?:\|.*\n)+)/.exec(readFileSync(ROOT + "/docs/formats.md", "utf8"))?.[1] ?? "";
const told = new Set(table.split("\n").flatMap(row => kindsOf(row.split("|")[1] ?? "")));
const words = new Set(Object.keys(en).filter(k => k.startsWith("kind.")).map(k => k.slice("kind.".length)));
/* Where the kind is computed, the first text of the call is who did it. */
const ACTORS = new Set(["judge", "camwarden", "monitor"]);

test("kinds are read out of their table", () => {
  for (const k of ["verdict", "incident.close", "shift.remove", "mute.end", "incident.comment", "handover", "kiosk.refused"]) assert.ok(told.has(k), k);
});
test("each has words", () => {
  for (const k of told) assert.ok(words.has(k) || words.has(k.replace(/\..*/, "")) && `verb.${k.replace(/.*\./, "")}` in en, k);
});
test("no words are of none", () => {
  for (const w of words) assert.ok(told.has(w) || [...told].some(k => k.startsWith(w + ".")), w);
});
test("what the monitor writes stands in the table", () => {
  const files = readdirSync(ROOT + "/monitor", { recursive: true, encoding: "utf8" }).filter(f => /^(\w+|store\/\w+|cli\/\w+)\.c$/.test(f));
  const written = files.flatMap(f => [...readFileSync(`${ROOT}/monitor/${f}`, "utf8").matchAll(/\b(?:event_append|store_event)\([^;]*?;/g)])
    .flatMap(call => [...call[0].matchAll(/"([a-z]+(?:\.[a-z]+)?)"/g)].slice(0, 1).map(m => m[1] ?? ""));
  assert.ok(written.length > 30);
  assert.deepEqual(written.filter(k => !told.has(k) && !ACTORS.has(k)), []);
});
