// SPDX-License-Identifier: GPL-3.0-or-later
// The source against a server that breaks, refuses, forgets and falls silent.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Wall } from "../api";
import { Source, type Sink } from "./source";
import type { Row } from "./wire";

class Stream {
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private on = new Map<string, (e: { data: string }) => void>();
  constructor(readonly url: string) { Stream.all.push(this); }
  addEventListener(name: string, f: (e: { data: string }) => void): void { this.on.set(name, f); }
  say(name: string, data: unknown): void { this.on.get(name)?.({ data: JSON.stringify(data) }); }
  close(): void { this.readyState = 2; }
  fail(): void { this.readyState = 2; this.onerror?.(); }
}
Object.assign(globalThis, { EventSource: Stream });
let status = 200, asked = 0, late = false;
const row = (id: string, state: string): object => ({ id, site: "A", name: id, criticality: 3, no_picture: false, ptz: false, reference: null, state, cause: "x", causes: [],
  confidence: 1, since: "2026-11-21T00:00:00Z", at: null, picture: null, maintenance: false, muted: true, suspect: true });
globalThis.fetch = (async () => {
  asked++;
  const w: Wall = { now: "2026-11-21T00:00:00Z", late, event: `e-${asked}`, sites: ["A"], feeds: [["one", 0, "one", 0, "none", 0, 0, 0, 3]] };
  return new Response(JSON.stringify(w), { status });
}) as typeof fetch;
const rest = (ms: number): Promise<void> => new Promise(f => setTimeout(f, ms));
const last = (): Stream => Stream.all[Stream.all.length - 1] as Stream;
function sink(): Sink & { log: string[]; rows: Row[] } {
  const log: string[] = [], rows: Row[] = [];
  return { log, rows, wall: () => log.push("wall"), changes: (r, gone) => { rows.push(...r); log.push(`changes ${r.length} ${gone.length}`); }, pulse: () => log.push("pulse"),
    event: name => log.push(name), refused: s => log.push(`refused ${s}`) };
}
const realTimer = setInterval;
globalThis.setInterval = ((f: () => void, ms: number) => { const timer = realTimer(f, ms); (timer as unknown as { unref: () => void }).unref(); return timer; }) as typeof setInterval;

test("one wall, then its changes, gathered", async () => {
  const s = sink(), source = new Source(s);
  source.start();
  await rest(5);
  assert.equal(last().url, "/api/v1/events?after=e-1");
  for (let i = 0; i < 1000; i++) last().say("feed", row(`f${i % 500}`, "down"));
  last().say("gone", { id: "one" });
  await rest(40);
  assert.deepEqual(s.log, ["wall", "reset", "changes 500 1"]);
  assert.equal(s.rows[0]?.[3], 2);
  assert.equal(s.rows[0]?.[5], 2 | 32);
  const copy = JSON.parse(source.snapshot() ?? "") as Wall;
  assert.equal(copy.feeds.length, 500);
  assert.equal(copy.sites[copy.feeds[0]?.[1] ?? -1], "A");
  source.stop();
  assert.equal(source.snapshot(), null);
});
test("a reset takes the wall anew; a stream that was closed for good comes again", async () => {
  const s = sink(), source = new Source(s);
  source.start();
  await rest(5);
  const first = last();
  first.say("reset", {});
  await rest(5);
  assert.ok(last() !== first && first.readyState === 2);
  first.say("feed", row("late-word", "up"));
  await rest(30);
  assert.ok(!s.rows.length, "the old stream is heard no more");
  last().fail();
  await rest(1700);
  assert.equal(s.log.filter(x => x === "wall").length, 3);
  source.stop();
});
test("who may not see is told once, and asks no more", async () => {
  const s = sink(), source = new Source(s);
  status = 401;
  source.start();
  await rest(10);
  assert.deepEqual(s.log, ["refused 401"]);
  const before = asked;
  await rest(1500);
  assert.equal(asked, before);
  status = 200;
  source.start();
  await rest(10);
  assert.ok(s.log.includes("wall"));
  source.stop();
});
test("a wall from a silent monitor claims nothing: it is asked for again when it speaks", async () => {
  const s = sink(), source = new Source(s);
  late = true;
  source.start();
  await rest(5);
  last().say("pulse", { late: true });
  late = false;
  last().say("pulse", { late: false });
  await rest(5);
  assert.equal(s.log.filter(x => x === "wall").length, 2);
  source.stop();
});
test("a stream that is open and silent is a lost one", async () => {
  const s = sink(), source = new Source(s), clock = performance;
  source.start();
  await rest(5);
  const first = last();
  Object.defineProperty(globalThis, "performance", { configurable: true, value: { now: () => clock.now() + 11_000 } });
  assert.ok(source.silentFor() > 10_000, "whoever joins now is told so");
  await rest(2800);
  assert.ok(first.readyState === 2 && last() !== first);
  Object.defineProperty(globalThis, "performance", { configurable: true, value: clock });
  source.stop();
});
