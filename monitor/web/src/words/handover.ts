// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "handover.title": "Handover",
} as const;
export const es: Record<keyof typeof en, string> = {
  "handover.title": "Relevo",
};
