// SPDX-License-Identifier: GPL-3.0-or-later
// A sound made here (no file), for incidents that are new and nobody's yet.
// Browsers give none before the page was pressed once: `blocked` says so.
import { signal } from "@preact/signals";
import { keep, kept } from "../../kept";
import { sound } from "../../theme";
import { PAUSE_MS, tones } from "./heed";

const stored = Number(kept("volume"));
export const volume = signal(stored >= 1 && stored <= 10 ? stored : 5);
export const blocked = signal(false);
let context: AudioContext | null = null, last = -Infinity;

export function setVolume(to: number): void {
  volume.value = Math.min(10, Math.max(1, Math.round(to)));
  keep("volume", String(volume.value));
}
function ready(): AudioContext | null {
  if (!context && typeof AudioContext === "function") {
    context = new AudioContext();
    context.onstatechange = say;
  }
  say();
  return context;
}
function say(): void {
  blocked.value = sound.value && context !== null && context.state !== "running";
}
/* Called within a press of the reader's: from then on sounds are allowed. */
export async function allowSound(): Promise<void> {
  try {
    await ready()?.resume();
  } catch { /* stays blocked, and is said */ }
  say();
}
/* At the start, and when sound is switched on. */
export function prepareSound(): void {
  if (!sound.value) { say(); return; }
  ready();
  const press = (): void => { void allowSound(); };
  document.addEventListener("pointerdown", press, { once: true });
  document.addEventListener("keydown", press, { once: true });
}
function tone(c: AudioContext, at: number, pitch: number): void {
  const o = c.createOscillator(), g = c.createGain(), loud = 0.3 * (volume.value / 10) ** 1.6;
  o.frequency.value = pitch;
  g.gain.setValueAtTime(0, at);
  g.gain.linearRampToValueAtTime(loud, at + 0.02);
  g.gain.exponentialRampToValueAtTime(0.0001, at + 0.45);
  o.connect(g).connect(c.destination);
  o.start(at);
  o.stop(at + 0.5);
}
export function play(wide: boolean, always = false): void {
  if (!sound.value && !always) return;
  const c = ready(), at = performance.now();
  if (!c || c.state !== "running" || !always && at - last < PAUSE_MS) return;
  last = at;
  for (const [start, pitch] of tones(wide)) tone(c, c.currentTime + start, pitch);
}
