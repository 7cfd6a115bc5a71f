// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "coverage.title": "Coverage",
} as const;
export const es: Record<keyof typeof en, string> = {
  "coverage.title": "Cobertura",
};
