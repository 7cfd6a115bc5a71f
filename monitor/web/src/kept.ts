// SPDX-License-Identifier: GPL-3.0-or-later
// What this browser keeps for its reader: language, theme, sound. A browser
// that keeps nothing (private windows) is no error.
export function kept(name: string): string | null {
  try {
    return localStorage.getItem("camwarden." + name);
  } catch {
    return null;
  }
}
export function keep(name: string, value: string): void {
  try {
    localStorage.setItem("camwarden." + name, value);
  } catch { /* then for this page only */ }
}
