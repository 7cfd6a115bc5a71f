// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { pagesOf } from "./http";

test("a list is asked for page by page, until there is none, or nobody wants more", async () => {
  const asked: string[] = [], nexts = ["a&b", "7", null];
  globalThis.fetch = async path => {
    asked.push(String(path));
    return Response.json({ items: [asked.length], next: nexts[(asked.length - 1) % 3] });
  };
  const items: number[] = [];
  for await (const page of pagesOf<number>("/sites", 2)) items.push(...page.items);
  assert.deepEqual(items, [1, 2, 3]);
  assert.deepEqual(asked, ["/api/v1/sites?limit=2", "/api/v1/sites?limit=2&after=a%26b", "/api/v1/sites?limit=2&after=7"]);
  for await (const page of pagesOf<number>("/incidents?open=1", 5, "x")) {
    items.push(...page.items);
    break;
  }
  assert.deepEqual(items, [1, 2, 3, 4]);
  assert.equal(asked[3], "/api/v1/incidents?open=1&limit=5&after=x");
});
