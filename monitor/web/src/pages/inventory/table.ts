// SPDX-License-Identifier: GPL-3.0-or-later
// Which table a file is, told by its first row, as the monitor does. PURE.
export const TABLES = ["feeds", "sites", "devices", "consoles", "screens", "patterns", "roster"] as const;
export type TableName = typeof TABLES[number];

/* Columns that tell, in the order in which they are asked for. */
const TELLS: readonly [string, TableName][] = [["url", "feeds"], ["pattern", "patterns"], ["shows", "patterns"], ["days", "roster"],
  ["screen", "screens"], ["console", "consoles"], ["device", "devices"], ["site", "sites"]];

/* The names in the first row; upper case, blanks, "-" and "_" don't matter. A
 * line "sep=|" before it is read over. */
export function header(csv: string): string[] {
  const lines = csv.replace(/^\ufeff/, "").split(/\r\n|\r|\n/, 2), sep = /^sep=.$/i.test(lines[0] ?? "");
  return ((sep ? lines[1] : lines[0]) ?? "").split(/[,;\t|]/).map(name => name.replace(/["\s_-]/g, "").toLowerCase());
}
export function tableOf(csv: string): TableName | null {
  const names = header(csv);
  return TELLS.find(([column]) => names.includes(column))?.[1] ?? null;
}
/* Rows without the first. A cell with line ends in it counts for more. */
export function rowCount(csv: string): number {
  return Math.max(0, csv.split(/\r\n|\r|\n/).filter(line => line.trim() !== "").length - 1);
}
/* Bytes of a file as text: UTF-8, or else Windows-1252. */
export function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
