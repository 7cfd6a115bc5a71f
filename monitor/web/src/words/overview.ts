// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "overview.title": "Overview",
} as const;
export const es: Record<keyof typeof en, string> = {
  "overview.title": "Vista general",
};
