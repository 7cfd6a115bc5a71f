// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "references.title": "References",
} as const;
export const es: Record<keyof typeof en, string> = {
  "references.title": "Referencias",
};
