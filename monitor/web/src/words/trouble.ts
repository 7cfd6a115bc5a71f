// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "trouble.title": "Trouble",
} as const;
export const es: Record<keyof typeof en, string> = {
  "trouble.title": "Problemas",
};
