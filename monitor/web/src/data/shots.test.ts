// SPDX-License-Identifier: GPL-3.0-or-later
// Weeks of pictures leave no more in memory than what is shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dropShot, shotsHeld, wantShot } from "./shots";

let alive = 0, most = 0, asked = 0;
Object.assign(URL, { createObjectURL: () => { most = Math.max(most, ++alive); return `blob:${asked}`; }, revokeObjectURL: () => { alive--; } });
globalThis.fetch = (async (path: string) => {
  asked++;
  if (asked % 17 === 0) return new Response("{}", { status: 503 });
  if (String(path).includes("/none/")) return new Response("{}", { status: 404 });
  return new Response("png", { headers: { "X-Camwarden-Taken": "2026-11-21T10:00:00Z" } });
}) as typeof fetch;
const settle = (): Promise<void> => new Promise(f => setTimeout(f, 5));

test("blobs are bounded over many updates", async () => {
  const owners = Array.from({ length: 24 }, () => ({}));
  let told = 0;
  for (let n = 1; n <= 400; n++) {
    owners.forEach((o, i) => wantShot(o, `/feeds/${n % 3 ? i : "none"}/thumbnail.png`, n, () => { told++; }));
    await settle();
    if (n % 10 === 0) for (const o of owners.splice(0, 6, ...Array.from({ length: 6 }, () => ({})))) dropShot(o);
  }
  await settle();
  assert.ok(asked > 5000 && told > 3000, `${asked} asked, ${told} told`);
  assert.ok(alive <= 24 && most <= 25, `${alive} alive, ${most} at most`);
  assert.ok(shotsHeld()[0] <= 24 && shotsHeld()[1] <= 24);
  for (const o of owners) dropShot(o);
  await settle();
  assert.equal(alive, 0);
});
test("a picture that nobody waits for any more is let go", async () => {
  const before = alive, o = {};
  wantShot(o, "/feeds/1/thumbnail.png", 1, () => assert.ok(false, "told the dead"));
  dropShot(o);
  await settle();
  assert.equal(alive, before);
});
