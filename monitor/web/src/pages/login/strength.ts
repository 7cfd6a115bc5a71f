// SPDX-License-Identifier: GPL-3.0-or-later
// What to say of a new password: the rules of monitor/people/password.c, of its
// long list only the first. PURE. The monitor has the last word.
export type Strength = "short" | "long" | "name" | "common" | "fair" | "good";
const LEAST = 8, MOST = 256, GOOD = 14, BESIDE_NAME = 6;
const COMMON = ["password", "12345678", "123456789", "1234567890", "qwertyui", "qwertyuiop", "letmein1", "iloveyou", "admin123", "adminadmin", "welcome1",
  "password1", "passw0rd", "camwarden", "camera123", "contraseña", "contrasena", "11111111", "00000000", "abcdefgh", "abcd1234"];

export function strength(password: string, user: string): Strength {
  const n = [...password].length, lower = password.toLowerCase();
  if (n < LEAST) return "short";
  if (new TextEncoder().encode(password).length > MOST) return "long";
  if (user && n < user.length + BESIDE_NAME && lower.includes(user.toLowerCase())) return "name";
  if (COMMON.includes(lower) || new Set(password).size === 1) return "common";
  return n >= GOOD ? "good" : "fair";
}
export const passes = (s: Strength): boolean => s === "fair" || s === "good";
