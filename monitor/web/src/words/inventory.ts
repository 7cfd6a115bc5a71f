// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "inventory.title": "Inventory",
} as const;
export const es: Record<keyof typeof en, string> = {
  "inventory.title": "Inventario",
};
