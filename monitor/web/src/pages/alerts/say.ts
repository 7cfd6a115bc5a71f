// SPDX-License-Identifier: GPL-3.0-or-later
// Alerts, notices and deliveries in words.
import type { Alert, AlertNotice, Delivery } from "../../api";
import { causeWords, number, t, textWords, wordsOf } from "../../i18n";

export const placeOf = (a: { place: string; of?: string }): string => a.of === "own" ? t("alerts.own") : a.place || "–";

export function whatOf(a: Alert): string {
  if (a.flapping) return t("alerts.flapping", { n: a.turns });
  if (a.cause !== "none") return causeWords(a.cause);
  return textWords(a) || t("alerts.people");
}
/* Held back: what waits still, and what was over before its turn came. */
export const heldOf = (a: Alert): number => a.waiting + a.dropped;

export const kindOf = (n: AlertNotice): string => wordsOf("notices.kind.", n.kind);

/* "firing: North/Gate: stalled", "digest: 3 open, 1 over": a notice's line, as the record has it. A mail's stands as it is. */
export function subjectOf(d: Delivery): string {
  const digest = /^digest: (\d+) open, (\d+) over$/.exec(d.subject), one = /^(firing|repeat|escalation|resolved): (.*)$/s.exec(d.subject);
  if (digest) return `${t("notices.kind.digest")}: ${t("deliveries.digest", { open: number(Number(digest[1])), over: number(Number(digest[2])) })}`;
  if (!one) return d.subject;
  const text = one[2] ?? "", at = text.lastIndexOf(": ");
  return `${wordsOf("notices.kind.", one[1] ?? "")}: ${at < 0 ? text : text.slice(0, at + 2) + causeWords(text.slice(at + 2))}`;
}

export type Sent = "sent" | "failed" | "retrying" | "waiting";
export function sentOf(d: Delivery): Sent {
  if (d.sent) return "sent";
  if (d.gave_up) return "failed";
  return d.tries > 0 ? "retrying" : "waiting";
}
