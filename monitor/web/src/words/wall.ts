// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "wall.title": "Picture wall",
} as const;
export const es: Record<keyof typeof en, string> = {
  "wall.title": "Mural de imágenes",
};
