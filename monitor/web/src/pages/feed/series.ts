// SPDX-License-Identifier: GPL-3.0-or-later
// A series of the API -> what a graph draws: moments, values, and the usual
// band by the local hour of each moment. PURE.
import type { Series } from "../../api";

export type Measure = "fps" | "kbps" | "loss_ppm";
type Values = (number | null)[];
export interface Graph { x: number[] /* s */; value: Values; low: Values; high: Values }

/* The local hour of moments; zones are whole quarters of an hour, asked once a slot. */
export function hourOf(zone: string | undefined): (at: number) => number {
  let f: Intl.DateTimeFormat;
  try {
    f = new Intl.DateTimeFormat("en-US", { hour: "2-digit", hourCycle: "h23", ...zone ? { timeZone: zone } : {} });
  } catch {
    f = new Intl.DateTimeFormat("en-US", { hour: "2-digit", hourCycle: "h23", timeZone: "UTC" });
  }
  const known = new Map<number, number>();
  return at => {
    const quarter = Math.floor(at / 900000);
    let h = known.get(quarter);
    if (h === undefined) known.set(quarter, h = Number(f.format(quarter * 900000)) % 24);
    return h;
  };
}
/* Parts of a million as percent; the others as they are. */
const scale = (m: Measure): number => m === "loss_ppm" ? 1 / 10000 : 1;

export function graphOf(s: Series, m: Measure, zone: string | undefined): Graph {
  const from = Date.parse(s.from), band = s.usual[m], hour = hourOf(zone), k = scale(m);
  const g: Graph = { x: [], value: [], low: [], high: [] };
  s[m].forEach((v, n) => {
    const at = from + n * s.step_s * 1000, b = band?.[hour(at)];
    g.x.push(at / 1000);
    g.value.push(v === null ? null : v * k);
    g.low.push(b ? b[0] * k : null);
    g.high.push(b ? b[1] * k : null);
  });
  return g;
}
export interface Told { known: number; last: number | null; low: number | null; high: number | null; usual: [number, number] | null; outside: number /* share of known slots */ }
/* The graph in figures, for those who don't see it. */
export function told(g: Graph): Told {
  const known = g.value.filter((v): v is number => v !== null), end = g.x.length - 1;
  const outside = g.value.filter((v, n) => v !== null && g.low[n] != null && (v < (g.low[n] ?? 0) || v > (g.high[n] ?? 0))).length;
  let last: number | null = null;
  for (let n = end; n >= 0 && last === null; n--) last = g.value[n] ?? null;
  const low = g.low[end], high = g.high[end];
  return { known: known.length, last, low: known.length ? Math.min(...known) : null, high: known.length ? Math.max(...known) : null,
    usual: low != null && high != null ? [low, high] : null, outside: known.length ? outside / known.length : 0 };
}
