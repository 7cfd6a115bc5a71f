// SPDX-License-Identifier: GPL-3.0-or-later
// Which report is made next, told from those there are: the span that follows
// the newest, made as soon after its end as the promptest of them was. PURE.
import type { Report } from "../../api";

/* `after`: null where all were made days later, in one go. */
export interface Due { from: number; to: number; after: number | null; late: boolean }
const LATE_MS = 3600e3, DAY_MS = 86400e3;

export function due(reports: readonly Report[], now: number): Due | null {
  const newest = reports[0], delays = reports.map(r => Date.parse(r.made) - Date.parse(r.to)).filter(d => d >= 0);
  if (!newest) return null;
  const from = Date.parse(newest.to), to = from + from - Date.parse(newest.from), delay = Math.min(...delays);
  if (!(to > from)) return null;
  const after = delay < DAY_MS ? to + delay : null;
  return { from, to, after, late: after !== null && now > after + LATE_MS };
}
/* The first of its files that ends so. */
export const fileOf = (r: Report, end: string): string | undefined => r.files.find(f => f.endsWith(end));
/* As the command names it: quoted only where a shell would stumble. */
export const shellWord = (s: string): string => /^[\w./:@%+=-]+$/.test(s) ? s : `'${s.replaceAll("'", "'\\''")}'`;
