// SPDX-License-Identifier: GPL-3.0-or-later
// What the server refuses has words: its table of codes, its sentences where
// they are said, the catalogue and docs/openapi.json agree.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { parts } from "../i18n";

declare const ROOT: string;
const TEXT = String.raw`"(?:[^"\\]|\\.)*"`, TEXTS = String.raw`${TEXT}(?:\s*${TEXT})*`;
const joined = (texts: string): string => [...texts.matchAll(new RegExp(TEXT, "g"))].map(m => m[0].slice(1, -1)).join("").replace(/\\(["\\])/g, "$1");
const gaps = (s: string): string[] => [...new Set(s.match(/\{\w+\}/g) ?? [])].sort();
const quoted = (s: string): string => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const source = readFileSync(ROOT + "/monitor/http/refusals_table.c", "utf8");
const table = [...source.matchAll(new RegExp(String.raw`\{\s*"([a-z0-9-]+)",\s*(${TEXTS})\s*\}`, "g"))].map(m => ({ code: m[1] ?? "", sentence: joined(m[2] ?? "") }));
const words: Record<string, string> = { ...parts.refusals.en, ...parts.mistakes.en };
const fits = table.map(r => new RegExp("^" + r.sentence.split(/\{\w+\}/).map(quoted).join("(.+)") + "$"));

/* Where the sentences are that a page can get. Agents and the control socket have others. */
const PLACES = /^(inventory\/.*|http\/(asks|changes|events|lists|read_query|reply|routes|routes_own|snapshots)|store\/(apply.*|writer)|cli\/(change|run_changes).*|people\/password|overlay|monitor_(change|claim|floor|logins|notes|own|people|reference|request|roster|users))\.c$/;
const files = readdirSync(ROOT + "/monitor", { recursive: true, encoding: "utf8" }).filter(f => PLACES.test(f));
const code = files.map(f => readFileSync(`${ROOT}/monitor/${f}`, "utf8").replace(/'"'/g, "0"));
const SAYS = /\b(?:change_refuse|reply_problem|reply_later|people_answer|apply_fault|monitor_answer_now|monitor_answer_later|mistake|mistake_add|row_mistake|mistake_of|floor_work_mistake|refuse|fail|wrong|bad)\([^;]*?;/g;

/* Faults of our own; and one whose beginning is in a list of its own. */
const OURS = [/ is not watched$/, /checkpoint/, /^no such delivery/, /^a report is of/, /^1 as in line 1,/];

test("the table is read whole", () => {
  assert.equal(table.length, (source.match(/^\t\{/gm) ?? []).length);
});
test("every code has words, and all words have a code", () => {
  const codes = new Set(table.map(r => "refusal." + r.code));
  assert.deepEqual([...codes].sort(), Object.keys(words).sort());
  for (const r of table)
    for (const gap of gaps(words["refusal." + r.code] ?? "")) assert.ok(gaps(r.sentence).includes(gap), `${r.code}: "${r.sentence}" has no ${gap}`);
});
test("openapi.json names the codes", () => {
  const doc = JSON.parse(readFileSync(ROOT + "/docs/openapi.json", "utf8")) as { components: { schemas: { RefusalCode: { enum: string[] } } } };
  assert.deepEqual(doc.components.schemas.RefusalCode.enum, [...new Set(table.map(r => r.code))].sort());
});
test("every sentence of the table is said", () => {
  const all = code.flatMap(s => [...s.matchAll(new RegExp(TEXTS, "g"))].map(m => joined(m[0]))).join("\n");
  for (const r of table)
    for (const piece of r.sentence.split(/"?\{\w+\}"?:? ?/)) assert.ok(all.includes(piece.replace(/^expected (?=no )|^no (open )?(?=incident)| as in line $| \((its agent|agents).*/, "").trim()), `nobody says "${piece}" (${r.code})`);
});
test("what is said has a code", () => {
  const without: string[] = [];
  for (const s of code)
    for (const call of s.matchAll(SAYS))
      for (const m of call[0].matchAll(new RegExp(TEXTS, "g"))) {
        const said = joined(m[0]).replace(/%[-.*0-9]*(?:ll|z)?[a-z]/g, "1");
        if (/[a-z]{2} [a-z]/.test(said) && !OURS.some(o => o.test(said)) && !fits.some(f => f.test(said) || f.test(`"1": ${said}`) || (call[0].startsWith("wrong") && f.test("1: expected " + said)))) without.push(said);
      }
  assert.deepEqual(without, []);
});
