// SPDX-License-Identifier: GPL-3.0-or-later
// In the header while camwarden itself falls behind: what it leaves undone.
import type { JSX } from "preact";
import { t } from "../i18n";
import { pulse } from "../store";

export function CapacityAlarm(): JSX.Element | null {
  const p = pulse.value;
  if (!p || p.late || p.capacity === "ok") return null;
  return <span class="record-alarm" role="status" data-capacity={p.capacity}>{t(`capacity.${p.capacity}`)}</span>;
}
