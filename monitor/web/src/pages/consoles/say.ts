// SPDX-License-Identifier: GPL-3.0-or-later
// Words that several parts of the consoles' page need.
import { language, t, wordsOf } from "../../i18n";
import { ms, spanLong } from "../../time";

/* Why a presence is so, or what a tile, a power, a source is. */
export const say = (kind: "why." | "worth." | "power." | "source.", value: string): string => wordsOf(kind, value);
export const lengthOf = (from: string | null, to: string | null, now: number): string => spanLong((to ? ms(to) : now) - ms(from));
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/* "mon-fri", "sat,sun", "daily" as the reader writes them. */
export function daysWords(days: string): string {
  if (days === "daily") return t("consoles.roster.daily");
  const name = new Intl.DateTimeFormat(language.value, { weekday: "short", timeZone: "UTC" });
  return days.replace(/[a-z]{3}/g, d => DAYS.includes(d) ? name.format(Date.UTC(2024, 0, 1 + DAYS.indexOf(d))) : d); // a Monday
}
