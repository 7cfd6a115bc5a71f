// SPDX-License-Identifier: GPL-3.0-or-later
// Seconds of what was watched -> shares, steps of a scale, wider cells. PURE.
// Unknown time is never watched: a share has it in its whole and not in its
// part, so it says "at least".
import type { Coverage } from "../../api";
import { byName } from "../../store";

/* Seconds: watched, unattended, bad picture, not on screen, unknown. */
export type Cell = readonly [number, number, number, number, number];
export const NOTHING: Cell = [0, 0, 0, 0, 0];
export const total = (c: Cell): number => c[0] + c[1] + c[2] + c[3] + c[4];
/* One of the five, of all the time, 0..1. */
export function share(c: Cell, which: 0 | 1 | 2 | 3 | 4): number {
  const all = total(c);
  return all > 0 ? c[which] / all : 0;
}
export function add(a: Cell, b: Cell): Cell {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]];
}

/* Upper ends of the steps above "nothing". They widen: eight consoles of nine
 * tiles can show 2 % of 3,700 feeds, and one desk all of its own twelve. */
export const STEPS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 1];
/* 0: nothing was watched; else 1..8. */
export function step(of: number): number {
  if (of <= 0) return 0;
  const at = STEPS.findIndex(end => of <= end + 1e-9);
  return at < 0 ? STEPS.length : at + 1;
}
/* Hours a column, so that columns are at least `least` px wide. */
export function hoursPerColumn(hours: number, width: number, least: number): number {
  const fit = Math.max(1, Math.floor(width / least));
  return [1, 2, 3, 4, 6, 12, 24].find(n => Math.ceil(hours / n) <= fit) ?? 24;
}

export interface Row { site: string; feeds: number; zone: string; cells: Cell[]; all: Cell }
/* Adds up `n` hours to a column. An hour that is not there (null) is one in
 * which the site had no feed: no time at all, neither watched nor unknown. */
export function rowsOf(c: Coverage, n: number): Row[] {
  return [...c.sites].sort((a, b) => byName(a.site, b.site)).map(site => {
    const cells: Cell[] = [];
    let all = NOTHING;
    c.hours.forEach((_, hour) => {
      const cell = site.cells[hour] ?? NOTHING, column = Math.floor(hour / n);
      cells[column] = add(cells[column] ?? NOTHING, cell);
      all = add(all, cell);
    });
    return { site: site.site, feeds: site.feeds, zone: site.zone, cells, all };
  });
}
/* All rows as one. */
export function together(rows: readonly Row[]): Row {
  const cells: Cell[] = [];
  for (const r of rows) r.cells.forEach((c, i) => { cells[i] = add(cells[i] ?? NOTHING, c); });
  return { site: "", zone: "", feeds: rows.reduce((n, r) => n + r.feeds, 0), cells, all: rows.reduce((c, r) => add(c, r.all), NOTHING) };
}
/* The first hour of which anything is on record; -1: none. */
export const firstTime = (cells: readonly Cell[]): number => cells.findIndex(c => total(c) > 0);
/* "1.9 %": cut, never rounded up; "< 0.1 %" for what is not nothing. */
export function percent(of: number, language: string): string {
  const cut = Math.floor(Math.min(1, of) * 1000 + 1e-9) / 10;
  const words = (n: number): string => n.toLocaleString(language, { maximumFractionDigits: n < 100 ? 1 : 0 }) + "\u00a0%";
  return of > 0 && cut === 0 ? "<\u00a0" + words(0.1) : words(cut);
}
/* `sure`: nobody was there; else perhaps nobody. */
export interface BlindPart { from: number; to: number; sure: boolean }
/* Blind windows as parts 0..1 of `columns` of `n` hours. */
export function blindParts(c: Coverage, n: number): BlindPart[] {
  const from = Date.parse(c.from), span = Math.ceil(c.hours.length / n) * n * 3600e3;
  const at = (iso: string): number => Math.min(1, Math.max(0, (Date.parse(iso) - from) / span));
  return c.blind.map(b => ({ from: at(b.from), to: at(b.to), sure: b.why !== "unknown" })).filter(b => b.to > b.from);
}
