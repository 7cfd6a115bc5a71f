// SPDX-License-Identifier: GPL-3.0-or-later
// Files of a report, the day it is of, and words of a shell. PURE.
import type { Report } from "../../api";

/* The first of its files that ends so. */
export const fileOf = (r: Report, end: string): string | undefined => r.files.find(f => f.endsWith(end));
/* The local day that its name tells, if it is one in which it can begin: a nightly report is of a day of the agency's zone, and in the
 * reader's own that may have begun the day before. "": its name tells none. */
const H = 3600e3;
export function dayNamed(r: { name: string; from: string }): string {
  const told = /^report-(\d{4}-\d\d-\d\d)(?!\d)/.exec(r.name)?.[1] ?? "", ahead = Date.parse(told) - Date.parse(r.from);
  return ahead >= -12 * H && ahead <= 14 * H ? told : "";
}
/* As the command names it: quoted only where a shell would stumble. */
export const shellWord = (s: string): string => /^[\w./:@%+=-]+$/.test(s) ? s : `'${s.replaceAll("'", "'\\''")}'`;
