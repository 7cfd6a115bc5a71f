// SPDX-License-Identifier: GPL-3.0-or-later
// The shared worker: one source for all windows of this browser. A window that
// ended is noticed by the lock it held, or where there are none by its silence.
import { Source } from "./data/source";
import type { ToPage, ToWorker } from "./data/wire";

interface Watcher { port: MessagePort; heard: number }
const windows = new Set<Watcher>();
const SILENT_MS = 150_000; // a hidden window's timers may come once a minute

const send = (to: Watcher, m: ToPage): void => to.port.postMessage(m);
const all = (m: ToPage): void => { for (const w of windows) send(w, m); };
const source = new Source({
  wall: json => all({ kind: "wall", json, age: 0 }), changes: (rows, gone) => all({ kind: "changes", rows, gone }),
  pulse: pulse => all({ kind: "pulse", pulse, age: 0 }), event: (name, data) => all({ kind: "event", name, data }),
  refused: status => all({ kind: "refused", status }),
});

function drop(w: Watcher): void {
  w.port.close();
  windows.delete(w);
  if (!windows.size) source.stop();
}
function hello(w: Watcher, lock: string): void {
  if (lock) {
    void navigator.locks.request(lock, () => drop(w));
    w.heard = Infinity;
  }
  /* While the connection is lost, what is known is not of now. */
  const json = source.snapshot(), pulse = source.lastPulse(), age = source.silentFor();
  if (json) send(w, { kind: "wall", json, age });
  if (pulse) send(w, { kind: "pulse", pulse, age });
  if (!source.running()) source.start();
}
function hear(w: Watcher, m: ToWorker): void {
  if (w.heard !== Infinity) w.heard = performance.now();
  switch (m.kind) {
    case "hello": hello(w, m.lock); break;
    case "again": source.stop(); source.start(); break;
    case "stop": source.stop(); all({ kind: "refused", status: 401 }); break;
    case "bye": drop(w); break;
    case "alive": break;
  }
}
(self as unknown as { onconnect: (e: MessageEvent) => void }).onconnect = e => {
  const port = e.ports[0];
  if (!port) return;
  const w: Watcher = { port, heard: performance.now() };
  windows.add(w);
  port.onmessage = (m: MessageEvent<ToWorker>) => hear(w, m.data);
};
setInterval(() => {
  for (const w of windows) if (performance.now() - w.heard > SILENT_MS) drop(w);
}, 10_000);
