// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "feed.title": "Feed",
} as const;
export const es: Record<keyof typeof en, string> = {
  "feed.title": "Cámara",
};
