// SPDX-License-Identifier: GPL-3.0-or-later
// Cells, columns and ticks of the heat map in words.
import type { Coverage } from "../../api";
import { language, t } from "../../i18n";
import { clock, day, weekday } from "../../time";
import { NOTHING, percent, share, total, type Cell, type Row } from "./share";

export interface Column { from: number; to: number }
export function columnTimes(c: Coverage, per: number, column: number): Column {
  const first = c.hours[column * per] ?? c.from, last = c.hours[(column + 1) * per] ?? c.to;
  return { from: Date.parse(first), to: Date.parse(last) };
}
const minute = (at: number, zone: string | undefined): string => clock(at, zone).slice(0, 5);
export function columnWords(c: Column, zone: string | undefined): string {
  const same = day(c.from, zone) === day(c.to - 1, zone);
  return `${weekday(c.from, zone)}, ${minute(c.from, zone)}–${same ? "" : weekday(c.to, zone) + ", "}${minute(c.to, zone)}`;
}
/* A cell's exact numbers, in the time of its site. */
export function cellWords(row: Row, column: Column, at: number): string {
  const cell: Cell = row.cells[at] ?? NOTHING, site = row.site || t("coverage.all"), when = columnWords(column, row.zone || undefined);
  if (total(cell) === 0) return t("coverage.cell.nothing", { site, when });
  const of = (n: 0 | 1 | 2 | 3 | 4): string => percent(share(cell, n), language.value);
  return t("coverage.cell", { site, when, watched: of(0), unattended: of(1), bad: of(2), off: of(3), unknown: of(4) });
}
/* Marks at whole local hours or at midnight, at most eight, or as many as there
 * is room for. */
const HOUR_PX = 48, DAY_PX = 92;
export function ticks(c: Coverage, per: number, width: number): { at: number; words: string }[] {
  const from = Date.parse(c.from), span = Math.ceil(c.hours.length / per) * per * 3600e3, days = span / 86400e3;
  const hour = (at: number): number => Number(clock(at).slice(0, 2));
  const wanted = c.hours.map(h => Date.parse(h)).filter(h => days > 1.1 ? hour(h) === 0 : hour(h) % 3 === 0);
  const room = Math.max(1, Math.floor(width / (days > 1.1 ? DAY_PX : HOUR_PX))), every = Math.ceil(wanted.length / Math.min(8, room));
  return wanted.filter((at, i) => i % every === 0 && (at - from) / span < 0.95) // what is nearer to the edge would be cut
    .map(at => ({ at: (at - from) / span, words: days > 1.1 ? weekday(at) : minute(at, undefined) }));
}
