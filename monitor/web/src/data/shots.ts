// SPDX-License-Identifier: GPL-3.0-or-later
// Loads pictures, a few at a time, and keeps each as long as somebody shows it:
// a picture's memory is given back when a newer one takes its place.
import { getRaw, Problem } from "../http";
import { ms } from "../time";

export interface Shot { url: string; taken: number } /* url "": there is none */
type Told = (s: Shot) => void;
interface Want { owner: object; path: string; newest: number; told: Told; gone: boolean }

const AT_ONCE = 4;
const wants = new Map<object, Want>();
const queue: Want[] = [];
const held = new Map<object, string>();
let running = 0;

/* For tests: how many pictures are in memory, and waiting. */
export const shotsHeld = (): [number, number] => [held.size, queue.length];

/* Wants the picture of `path` for `owner`; a later want of the same owner replaces one that has not begun. */
export function wantShot(owner: object, path: string, newest: number, told: Told): void {
  const before = wants.get(owner);
  if (before && before.path === path && before.newest === newest && !before.gone) return;
  if (before) before.gone = true;
  const w: Want = { owner, path, newest, told, gone: false };
  wants.set(owner, w);
  queue.push(w);
  pump();
}
export function dropShot(owner: object): void {
  const w = wants.get(owner);
  if (w) w.gone = true;
  wants.delete(owner);
  free(owner);
}
function free(owner: object): void {
  const url = held.get(owner);
  if (url) URL.revokeObjectURL(url);
  held.delete(owner);
}
function pump(): void {
  while (running < AT_ONCE && queue.length) {
    const w = queue.shift();
    if (!w || w.gone) continue;
    running++;
    void load(w).finally(() => { running--; pump(); });
  }
}
async function load(w: Want): Promise<void> {
  try {
    const r = await getRaw(w.path), taken = ms(r.headers.get("X-Camwarden-Taken")), blob = await r.blob();
    if (w.gone || !taken) return;
    const url = URL.createObjectURL(blob);
    free(w.owner);
    held.set(w.owner, url);
    w.told({ url, taken });
  } catch (e) {
    if (w.gone || !(e instanceof Problem) || e.status !== 404) return; // an old one stays, and shows its age
    free(w.owner);
    w.told({ url: "", taken: 0 });
  }
}
