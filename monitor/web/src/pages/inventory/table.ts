// SPDX-License-Identifier: GPL-3.0-or-later
// Which table a file is, told by its first row, as the monitor does. PURE.
export const TABLES = ["feeds", "sites", "devices", "consoles", "screens", "patterns", "roster"] as const;
export type TableName = typeof TABLES[number];

/* What the first row may name (docs/formats.md); "!": it must. */
export const COLUMNS: Record<TableName, readonly string[]> = {
  feeds: ["url!", "sub_url", "site", "name", "device", "address", "port", "vendor", "channel", "streams", "user", "password", "transport", "visit", "no_picture", "enabled", "ptz", "dark_hours", "criticality", "tags", "uuid", "relay", "sessions", "quirks"],
  sites: ["site!", "zone", "contact", "target", "ceiling"],
  devices: ["device!", "address", "user", "password", "sessions", "quirks"],
  consoles: ["console!", "room!", "site", "idle_after_s", "prompt_after_s", "remote_input", "desk_feed", "desk_still_s", "max_tiles"],
  screens: ["screen!", "console", "room", "output", "layout", "confirmed_by"],
  patterns: ["pattern!", "class", "title", "shows!", "tiles"],
  roster: ["room!", "days!", "from!", "to!", "console", "at_least", "breaks", "idle_after_s", "prompt_after_s"],
};
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
/* Bytes of a file as text: UTF-16 by its mark, UTF-8, or else Windows-1252. */
export function decode(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes);
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
