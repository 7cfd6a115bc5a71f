// SPDX-License-Identifier: GPL-3.0-or-later
// Dark (also without a choice), light, high contrast; sound on or off.
import { signal } from "@preact/signals";
import { keep, kept } from "./kept";

export const themes = ["dark", "light", "contrast"] as const;
export type Theme = typeof themes[number];
const isTheme = (s: string | null): s is Theme => themes.some(x => x === s);
const was = kept("theme");
export const theme = signal<Theme>(isTheme(was) ? was
  : typeof matchMedia === "function" && matchMedia("(prefers-contrast: more)").matches ? "contrast" : "dark");
export const sound = signal(kept("sound") === "on");
/* Changes with what the colours are: canvases draw again. */
export const colours = signal(0);

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
  colours.value++;
}
export function setTheme(to: Theme): void {
  theme.value = to;
  keep("theme", to);
  applyTheme();
}
export function setSound(on: boolean): void {
  sound.value = on;
  keep("sound", on ? "on" : "off");
}
/* A custom property's value, for canvases: colour("--down"). */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
export const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
