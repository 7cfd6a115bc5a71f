// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "consoles.title": "Consoles",
} as const;
export const es: Record<keyof typeof en, string> = {
  "consoles.title": "Puestos",
};
