// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { csvText } from "./csv";

test("quotes, line ends, and formulas that shall not run", () => {
  assert.equal(csvText([["a", 'b"c', "d,e"], ["=1+1", "-2", "@x"], [1, -2, null]]), 'a,"b""c","d,e"\r\n\'=1+1,\'-2,\'@x\r\n1,-2,\r\n');
  assert.equal(csvText([["two\nlines"]]), '"two\nlines"\r\n');
});
