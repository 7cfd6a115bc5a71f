// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { passes, strength } from "./strength";

test("a word about a new password", () => {
  assert.equal(strength("short", "ana"), "short");
  assert.equal(strength("password1", "ana"), "common");
  assert.equal(strength("aaaaaaaaaaaa", "ana"), "common");
  assert.equal(strength("dispatch1!", "Dispatch"), "name");
  assert.equal(strength("banana lamp orbit", "ana"), "good");
  assert.equal(strength("ñ".repeat(129) + "abcdef", "x"), "long");
  assert.equal(strength("kiwi lamp", "ana"), "fair");
  assert.equal(strength("kiwi lamp orbit", "ana"), "good");
  assert.ok(passes("good") && passes("fair") && !passes("name"));
});
