// SPDX-License-Identifier: GPL-3.0-or-later
// Alerts, notices and deliveries in words.
import type { Alert, AlertNotice, Delivery } from "../../api";
import { causeWords, t, wordsOf } from "../../i18n";

export const placeOf = (a: { place: string; of?: string }): string => a.of === "own" ? t("alerts.own") : a.place || "–";

export function whatOf(a: Alert): string {
  if (a.flapping) return t("alerts.flapping", { n: a.turns });
  if (a.cause !== "none") return causeWords(a.cause);
  return a.of === "own" ? a.text : t("alerts.people");
}
/* Held back: what waits still, and what was over before its turn came. */
export const heldOf = (a: Alert): number => a.waiting + a.dropped;

export const kindOf = (n: AlertNotice): string => wordsOf("notices.kind.", n.kind);

export type Sent = "sent" | "failed" | "retrying" | "waiting";
export function sentOf(d: Delivery): Sent {
  if (d.sent) return "sent";
  if (d.gave_up) return "failed";
  return d.tries > 0 ? "retrying" : "waiting";
}
