// SPDX-License-Identifier: GPL-3.0-or-later
// Keys of the whole page. useKeys({ j: down, Enter: open }, "overview") while a
// component lives; the help (?) shows those that have words "key.PLACE.NAME".
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export type KeyMap = Record<string, (e: KeyboardEvent) => void>;
interface Layer { keys: { current: KeyMap }; place: string }
const layers: Layer[] = [];
export const places = signal<string[]>([]);

const typing = (e: KeyboardEvent): boolean => e.target instanceof HTMLElement &&
  (e.target.isContentEditable || e.target instanceof HTMLTextAreaElement || e.target instanceof HTMLSelectElement ||
    (e.target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(e.target.type)));

/* The youngest layer is asked first. Nothing while somebody types, but Escape. */
export function onKey(e: KeyboardEvent): void {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
  if (typing(e) && e.key !== "Escape") return;
  for (let i = layers.length - 1; i >= 0; i--) {
    const f = layers[i]?.keys.current[e.key];
    if (f) {
      f(e);
      return;
    }
  }
}
export function useKeys(keys: KeyMap, place: string): void {
  const ref = useRef(keys);
  ref.current = keys;
  useEffect(() => {
    const layer = { keys: ref, place };
    layers.push(layer);
    places.value = layers.map(l => l.place);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      places.value = layers.map(l => l.place);
    };
  }, [place]);
}
