// SPDX-License-Identifier: GPL-3.0-or-later
// Which report is made next, told from the newest: the span that follows it,
// as long as it was, made as long after its end as the newest was. PURE.
import type { Report } from "../../api";

export interface Due { from: number; to: number; after: number; late: boolean }
const LATE_MS = 3600e3;

export function due(newest: Report | undefined, now: number): Due | null {
  if (!newest) return null;
  const from = Date.parse(newest.to), to = from + from - Date.parse(newest.from);
  if (!(to > from)) return null;
  const after = to + Math.max(0, Date.parse(newest.made) - from);
  return { from, to, after, late: now > after + LATE_MS };
}
/* The first of its files that ends so. */
export const fileOf = (r: Report, end: string): string | undefined => r.files.find(f => f.endsWith(end));
/* As the command names it: quoted only where a shell would stumble. */
export const shellWord = (s: string): string => /^[\w./:@%+=-]+$/.test(s) ? s : `'${s.replaceAll("'", "'\\''")}'`;
