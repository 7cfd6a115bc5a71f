// SPDX-License-Identifier: GPL-3.0-or-later
// What tells of new trouble on every page: the count in the title, the badge
// on the icon, the sound. Once, from the shell.
import { computed, effect, signal } from "@preact/signals";
import type { Incident } from "../../api";
import { feeds, HUSHED, layout, onChanged, worth } from "../../store";
import { colour, colours } from "../../theme";
import { titleCount } from "../../title";
import { Heed } from "./heed";
import { open, startIncidents } from "./live";
import { order, resting, waiting, type Trouble } from "./order";
import { play, prepareSound } from "./sound";

export const rests = (i: Incident): boolean => resting(i, i.feed ? feeds.get(i.feed)?.flags : undefined);
/* Grows when an overlay of a feed in trouble came or went: they come with the rows. */
const overlays = signal(0);
const were = new Map<string, number>();
function look(changed: Set<{ id: string; flags: number }>): void {
  let other = false;
  for (const f of changed) {
    const bits = f.flags & HUSHED;
    if ((were.get(f.id) ?? 0) === bits) continue;
    were.set(f.id, bits);
    other = true;
  }
  if (other) overlays.value++;
}
export const trouble = computed<Trouble | null>(() => {
  void overlays.value;
  void layout.value;
  return open.value && order([...open.value.values()], rests);
});
export const unclaimed = computed(() => trouble.value ? waiting(trouble.value) : 0);

let started = false;
export function startAlert(): void {
  if (started) return;
  started = true;
  const heed = new Heed();
  prepareSound();
  for (const f of feeds.values()) were.set(f.id, f.flags & HUSHED);
  onChanged(look);
  startIncidents();
  effect(() => {
    if (!open.value) return;
    const fresh = heed.news(open.value.values(), rests);
    if (fresh.length) play(fresh.some(i => i.kind !== "feed"));
  });
  effect(() => { titleCount.value = trouble.value ? unclaimed.value : null; });
  effect(() => { void colours.value; badge(unclaimed.value, worth.value === "live"); });
}

// ---- the icon: a square with the count; as it was when there is none
let url = "";
function badge(n: number, live: boolean): void {
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (!link) return;
  if (!n || !live) {
    link.type = "image/svg+xml";
    link.href = "/icon.svg";
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const c = canvas.getContext("2d");
  if (!c) return;
  draw(c, n > 99 ? "99+" : String(n));
  canvas.toBlob(b => {
    if (!b) return;
    if (url) URL.revokeObjectURL(url);
    link.type = "image/png";
    link.href = url = URL.createObjectURL(b);
  });
}
function draw(c: CanvasRenderingContext2D, text: string): void {
  c.fillStyle = colour("--down") || "#f0643c";
  c.fillRect(2, 2, 60, 60);
  c.fillStyle = colour("--ink") || "#14100a";
  c.font = `700 ${text.length > 2 ? 30 : text.length > 1 ? 42 : 52}px system-ui, sans-serif`;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText(text, 32, 35);
}
