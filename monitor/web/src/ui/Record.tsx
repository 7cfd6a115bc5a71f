// SPDX-License-Identifier: GPL-3.0-or-later
// Whether somebody outside holds the record: in the header only when not.
import type { JSX } from "preact";
import { t } from "../i18n";
import { can } from "../session";
import { claims, pulse } from "../store";
import { ms, now, second, span } from "../time";

type Word = { text: string; bad: boolean };
function word(): Word | null {
  void second.value;
  const r = pulse.value?.record;
  if (!r || !claims()) return null;
  if (r.contradicted) return { text: t("record.contradicted"), bad: true };
  if (!r.witnessed) return { text: t("record.unwitnessed"), bad: true };
  return { text: t("record.witnessed", { age: span(now() - ms(r.last)) }), bad: false };
}
export function RecordAlarm(): JSX.Element | null {
  const w = word();
  if (!w?.bad) return null;
  return can("ledger") ? <a class="record-alarm" href="/ledger">{w.text}</a> : <span class="record-alarm">{w.text}</span>;
}
export function RecordLine(): JSX.Element | null {
  const w = word();
  return w && <p class="soft">{w.text}</p>;
}
