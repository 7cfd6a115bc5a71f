// SPDX-License-Identifier: GPL-3.0-or-later
// In the header while camwarden itself falls behind: what it leaves undone; and
// while feeds are connected for the first time: how far it is.
import type { JSX } from "preact";
import { t } from "../i18n";
import { pulse } from "../store";
import { span } from "../time";

export function CapacityAlarm(): JSX.Element | null {
  const p = pulse.value;
  if (!p || p.late || p.capacity === "ok") return null;
  return <span class="record-alarm" role="status" data-capacity={p.capacity}>{t(`capacity.${p.capacity}`)}</span>;
}
export function Arrival(): JSX.Element | null {
  const p = pulse.value, a = p?.arrival;
  if (!p || p.late || !a) return null;
  const left = a.left_s === null ? "" : ", " + t("arrival.left", { span: span(a.left_s * 1000) });
  return <span class="soft" data-arrival={a.connected}>{t("arrival", { connected: a.connected, feeds: a.feeds }) + left}</span>;
}
