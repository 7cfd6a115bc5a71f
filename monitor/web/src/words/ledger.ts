// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "ledger.title": "Ledger",
} as const;
export const es: Record<keyof typeof en, string> = {
  "ledger.title": "Registro",
};
