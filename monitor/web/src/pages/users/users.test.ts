// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { actorWords, agentWords } from "./agent";
import { makePassword } from "./password";

test("a password is five groups of four, and no byte weighs more than another", () => {
  let n = 0;
  assert.ok(/^([a-z2-9]{4}-){4}[a-z2-9]{4}$/.test(makePassword(b => { b[0] = n++; })));
  const bytes = [255, 254, 253, 252, 251, 250, 249, 248]; // beyond 8 x 31: thrown again
  assert.equal(makePassword(b => { b[0] = bytes.shift() ?? 0; }), "aaaa-aaaa-aaaa-aaaa-aaaa");
});
test("who did it", () => {
  assert.deepEqual(["user:avery", "api:x", "unix:root", "judge", "user:"].map(actorWords), ["avery", "x (API)", "root (unix)", "judge", "user:"]);
});
test("browsers by name, others cut", () => {
  assert.equal(agentWords("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36"), "Chromium, Linux");
  assert.equal(agentWords("Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0"), "Firefox, Windows");
  assert.equal(agentWords(""), "–");
  assert.equal(agentWords("x".repeat(500)).length, 61);
});
