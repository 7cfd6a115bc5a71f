// SPDX-License-Identifier: GPL-3.0-or-later
// Text -> a file that the browser saves. Nothing leaves the machine.

/** Offers `text` as a file; the byte order mark tells spreadsheets that it is
 * UTF-8. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
