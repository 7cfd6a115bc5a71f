// SPDX-License-Identifier: GPL-3.0-or-later
// Rows -> CSV text for a spreadsheet. PURE. Names come from cameras and other
// people's files: a cell that a spreadsheet would run as a formula is written
// with an apostrophe before it, as the monitor's own exports do.

const FORMULA = /^[=+\-@\t\r]/;

/** One cell, quoted where RFC 4180 wants it. */
export function csvCell(value: string | number | null): string {
  if (value === null)
    return "";
  if (typeof value === "number")
    return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",;\r\n\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** All rows; every line ends in CR LF. */
export function csvText(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}
