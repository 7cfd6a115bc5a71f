// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "users.title": "Users",
} as const;
export const es: Record<keyof typeof en, string> = {
  "users.title": "Usuarios",
};
