// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "login.title": "Log in",
} as const;
export const es: Record<keyof typeof en, string> = {
  "login.title": "Iniciar sesión",
};
