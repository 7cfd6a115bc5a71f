// SPDX-License-Identifier: GPL-3.0-or-later
// Files of a report, and words of a shell. PURE.
import type { Report } from "../../api";

/* The first of its files that ends so. */
export const fileOf = (r: Report, end: string): string | undefined => r.files.find(f => f.endsWith(end));
/* As the command names it: quoted only where a shell would stumble. */
export const shellWord = (s: string): string => /^[\w./:@%+=-]+$/.test(s) ? s : `'${s.replaceAll("'", "'\\''")}'`;
