// SPDX-License-Identifier: GPL-3.0-or-later
// When a new incident is heard of. PURE. What was open when the page came is
// not news; one that may be an interruption yet is heard when it is none.
import type { Incident } from "../../api";
import { isTaken } from "./order";

export class Heed {
  private known: Set<number> | null = null;

  /* The incidents that are news since the last call. */
  news(all: Iterable<Incident>, rests: (i: Incident) => boolean): Incident[] {
    const first = this.known === null, known = new Set<number>(), fresh: Incident[] = [];
    for (const i of all) {
      const ripe = i.alert || i.acknowledged !== null, key = i.asks_again ? -i.number : i.number;
      if (ripe || this.known?.has(key)) known.add(key);
      if (!first && ripe && !this.known?.has(key) && !isTaken(i) && !rests(i)) fresh.push(i);
    }
    this.known = known;
    return fresh;
  }
}
/* A flood is one sound: the next not before so long after the last. */
export const PAUSE_MS = 4000;
/* Times of day from, in each tone: [start s, pitch Hz]. Rising for a feed, twice for what is wider. */
export function tones(wide: boolean): [number, number][] {
  const once: [number, number][] = [[0, 523.25], [0.16, 783.99]];
  return wide ? [...once, [0.5, 523.25], [0.66, 783.99]] : once;
}
