// SPDX-License-Identifier: GPL-3.0-or-later
// Ties the page to the source of data: the shared worker, or one of its own.
import { effect } from "@preact/signals";
import type { Wall } from "../api";
import { atDoor, loadSession, session } from "../session";
import { judgeWorth, layout, loadSites, takeChanges, takePulse, takeWall, tell, forget } from "../store";
import { checkVersion } from "./version";
import { Source } from "./source";
import type { ToPage, ToWorker } from "./wire";

declare const WORKER_URL: string;
let say: (m: ToWorker) => void = () => {};
const AGAIN_MS = 1000;

/* Zones of sites: walls stand for weeks, and nothing tells of a site that is new or has another zone. */
const ZONES_MS = 600_000, CALM_MS = 2000;
let calm: ReturnType<typeof setTimeout> | undefined;
function zones(): void {
  if (session.value?.rights.includes("sites")) loadSites().catch(() => {});
}
function zonesSoon(): void {
  clearTimeout(calm);
  calm = setTimeout(zones, CALM_MS);
}
function onReset(): void {
  zones();
  void checkVersion();
}
function wall(json: string, age = 0): void {
  takeWall(JSON.parse(json) as Wall, age);
  if (!session.value?.role) loadSession().catch(() => {}); // another window logged in
}
function take(m: ToPage): void {
  switch (m.kind) {
    case "wall": wall(m.json, m.age); break;
    case "changes": takeChanges(m.rows, m.gone); break;
    case "pulse": takePulse(m.pulse, m.age); break;
    case "refused": refused(m.status); break;
    case "event": heard(m.name, m.data); break;
  }
}
function heard(name: string, data: unknown): void {
  if (name === "reset") onReset();
  if (name === "session") void loadSession().catch(() => {});
  tell(name, data);
}
function refused(status: number): void {
  if (status === 401) forget();
  if (atDoor()) return;
  loadSession().then(s => {
    /* It was a mistake, or is over: nobody else begins again. */
    if (status === 401 && s?.role) setTimeout(() => say({ kind: "again" }), AGAIN_MS);
  }).catch(() => {});
}
function byItself(): void {
  const own = new Source({ wall: json => wall(json), changes: takeChanges, pulse: p => takePulse(p), event: heard, refused });
  say = m => {
    if (m.kind === "stop" || m.kind === "again") own.stop();
    if (m.kind === "again" || m.kind === "hello") own.start();
  };
}
function byWorker(): void {
  const w = new SharedWorker(WORKER_URL, { name: "camwarden" });
  let heardOnce = false;
  w.port.onmessage = (e: MessageEvent<ToPage>) => { heardOnce = true; take(e.data); };
  w.onerror = () => {
    if (heardOnce) return;
    byItself(); // the worker could not be had
    say({ kind: "hello", lock: "" });
  };
  say = m => w.port.postMessage(m);
  setInterval(() => say({ kind: "alive" }), 30_000);
  addEventListener("pagehide", e => { if (!e.persisted) say({ kind: "bye" }); });
}
function hello(): void {
  if (!("locks" in navigator)) return say({ kind: "hello", lock: "" });
  const name = "camwarden-" + crypto.getRandomValues(new Uint32Array(4)).join("-");
  void navigator.locks.request(name, () => {
    say({ kind: "hello", lock: name });
    return new Promise(() => {}); // held until the page ends
  });
}
export function startData(): void {
  if (typeof SharedWorker === "function") byWorker();
  else byItself();
  effect(zones);
  layout.subscribe(zonesSoon); // feeds came, or went: an import, mostly
  setInterval(zones, ZONES_MS);
  setInterval(judgeWorth, 1000);
  document.addEventListener("visibilitychange", judgeWorth);
  addEventListener("camwarden-logout", () => say({ kind: "stop" }));
  if (!atDoor()) hello();
  else addEventListener("camwarden-login", hello, { once: true });
}
/* After a log-in. Other windows' data comes anew, too. */
export function dataAgain(): void {
  dispatchEvent(new Event("camwarden-login"));
  say({ kind: "again" });
}
