// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "reports.title": "Reports",
} as const;
export const es: Record<keyof typeof en, string> = {
  "reports.title": "Informes",
};
