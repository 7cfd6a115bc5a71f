// SPDX-License-Identifier: GPL-3.0-or-later
// A password to hand over: five groups of four, of letters and digits that
// can't be taken for each other; 98 bits. PURE but for the dice given to it.
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"; // 31
const GROUPS = 5, EACH = 4;

/* `dice` fills the array with random bytes. */
export function makePassword(dice: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  const one = new Uint8Array(1), out: string[] = [], most = 256 - 256 % LETTERS.length;
  while (out.length < GROUPS * EACH) {
    dice(one);
    const n = one[0] ?? 0;
    if (n < most) out.push(LETTERS[n % LETTERS.length] ?? "");
  }
  return Array.from({ length: GROUPS }, (_, i) => out.slice(i * EACH, (i + 1) * EACH).join("")).join("-");
}
