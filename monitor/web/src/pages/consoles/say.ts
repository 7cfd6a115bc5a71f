// SPDX-License-Identifier: GPL-3.0-or-later
// Words that several parts of the consoles' page need.
import { has, t } from "../../i18n";
import { ms, spanLong } from "../../time";

/* Why a presence is so, or what a tile, a power, a source is. */
export function say(kind: "why." | "worth." | "power." | "source.", value: string): string {
  const key = kind + value;
  return has(key) ? t(key) : value;
}
export const lengthOf = (from: string | null, to: string | null, now: number): string => spanLong((to ? ms(to) : now) - ms(from));
