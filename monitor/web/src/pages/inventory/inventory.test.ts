// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped, kinds, mistaken, mistakesOf, touched, worthTelling, type Change } from "./changes";
import { decode, header, rowCount, tableOf } from "./table";

const change = (what: Change["what"], name: string, ...fields: string[]): Change =>
  ({ what, name, kind: "feed", fields: fields.map(field => ({ field, from: "a", to: "b" })) });

test("removals come first, empty groups not at all", () => {
  const groups = grouped([change("add", "A"), change("remove", "B"), change("add", "C")]);
  assert.deepEqual(groups.map(([what, of]) => [what, of.map(c => c.name)]), [["remove", ["B"]], ["add", ["A", "C"]]]);
});
test("an addition tells neither its number nor its name again", () => {
  const c: Change = { what: "add", name: "North", kind: "site", fields: [["uuid", "1"], ["site", "North"], ["zone", "UTC"], ["tags", ""]].map(([field = "", to = ""]) => ({ field, from: "", to })) };
  assert.deepEqual(worthTelling(c).map(f => f.field), ["zone"]);
  assert.deepEqual(worthTelling({ ...c, what: "change" }).length, 4);
  assert.deepEqual(kinds([c, c, { ...c, kind: "feed" }]), [["site", 2], ["feed", 1]]);
});
test("fields are counted in changes alone, most first", () => {
  assert.deepEqual(touched([change("change", "A", "url", "tags"), change("change", "B", "url"), change("add", "C", "zone")]), [["url", 2], ["tags", 1]]);
});
test("mistakes stand beside their lines, whatever ends them", () => {
  const csv = "url,site\r\noops,North\rrtsp://h/1,South\nlast";
  const shown = mistaken(csv, [{ line: 4, column: 9, text: "c" }, { line: 2, column: 1, text: "a" }, { line: 2, column: 6, text: "b" }], 40);
  assert.deepEqual(shown.map(s => [s.line, s.text, s.mark, s.mistakes.length]), [[2, "oops,North", 0, 2], [4, "last", -1, 1]]);
});
test("a long line is cut around its mistake", () => {
  const [s] = mistaken("x".repeat(300) + "!" + "y".repeat(300), [{ line: 1, column: 301, text: "" }], 40);
  assert.equal(s?.text[s.mark], "!");
  assert.ok((s?.text.length ?? 99) <= 42);
  assert.ok(s?.text.startsWith("…") && s.text.endsWith("…"));
});
test("an answer's mistakes may be anything", () => {
  assert.deepEqual(mistakesOf(null), []);
  assert.deepEqual(mistakesOf({ errors: "no" }), []);
  assert.deepEqual(mistakesOf({ errors: [{ line: "2", column: 3, text: "x" }, "y", 7, null] }),
    [{ line: 2, column: 3, text: "x" }, { line: 0, column: 0, text: "y" }]);
});
test("the first row tells the table, however it is written", () => {
  assert.equal(tableOf("\ufeffSite;Name;URL\n"), "feeds");
  assert.equal(tableOf("sep=|\nroom|Days|from|to"), "roster");
  assert.equal(tableOf('"Console","Room"\r\n'), "consoles");
  assert.equal(tableOf("screen,console,layout"), "screens");
  assert.equal(tableOf("pattern,shows"), "patterns");
  assert.equal(tableOf("device,address"), "devices");
  assert.equal(tableOf("site,zone"), "sites");
  assert.equal(tableOf("what,ever"), null);
  assert.deepEqual(header("No_Picture, dark-hours"), ["nopicture", "darkhours"]);
});
test("rows without the first, bytes of either kind", () => {
  assert.equal(rowCount("a\n1\n\n2\r\n"), 2);
  assert.equal(rowCount(""), 0);
  assert.equal(decode(new Uint8Array([0xc3, 0xa1]).buffer), "á");
  assert.equal(decode(new Uint8Array([0xe1]).buffer), "á");
});
