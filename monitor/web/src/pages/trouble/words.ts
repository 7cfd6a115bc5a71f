// SPDX-License-Identifier: GPL-3.0-or-later
// An incident in words.
import type { Incident } from "../../api";
import { causeWords, has, language, t, textWords } from "../../i18n";

/* The catalogue has all helps; what the monitor adds of its own comes first where it can be read. */
export function helpOf(i: { cause: string; help: string }): string {
  const key = "help." + i.cause;
  if (language.value === "en" && i.help) return i.help;
  return i.cause !== "none" && has(key) ? t(key) : i.help;
}
/* What happened, in a line. */
export function headOf(i: Incident): string {
  if (i.kind === "feed") return causeWords(i.cause);
  if (i.kind === "site") return t("trouble.site", { n: i.feeds, what: causeWords(i.cause) });
  return textWords(i) || causeWords(i.cause);
}
/* Whom or what it is about. */
export function nameOf(i: Incident): string {
  return i.name || i.place || i.site || t(`trouble.kind.${i.kind}`);
}
