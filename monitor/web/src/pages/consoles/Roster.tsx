// SPDX-License-Identifier: GPL-3.0-or-later
// The shifts: who is asked for, when, and what they are held to.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { can } from "../../session";
import { span } from "../../time";
import { Answer } from "../../ui/basics";
import { Table, type Column } from "../../ui/Table";
import { useQuery } from "../../ui/useQuery";
import { Breaches } from "./Breaches";
import { daysWords } from "./say";
import type { Shift } from "./types";

const whole = (hours: string): boolean => hours.slice(0, 5) === hours.slice(6);
const limits = (s: Shift): string => [s.idle_after_s ? t("consoles.force", { idle: span(s.idle_after_s * 1000) }) : "",
  s.prompt_after_s ? t("consoles.force.prompt", { prompt: span(s.prompt_after_s * 1000) }) : ""].filter(Boolean).join(" ") || t("consoles.roster.own");
const columns = (): Column<Shift>[] => [
  { id: "room", title: t("consoles.breaches.where"), sort: s => `${s.room} ${s.console}`, cell: s => s.room },
  { id: "who", title: t("consoles.roster"), cell: s => s.console || t("consoles.roster.any", { n: s.at_least }) },
  { id: "days", title: t("consoles.roster.days"), cell: s => daysWords(s.days) },
  { id: "hours", title: t("consoles.roster.hours"), cell: s => whole(s.hours) ? t("consoles.roster.whole") : s.hours.replace("-", "–") },
  { id: "breaks", title: t("consoles.roster.breaks"), narrow: "hide", cell: s => s.breaks.join(", ").replaceAll("-", "–") || "–" },
  { id: "limits", title: t("consoles.roster.limits"), narrow: "hide", cell: limits },
];
export function Roster(): JSX.Element | null {
  const q = useQuery<{ shifts: Shift[] }>(can("roster") ? "/roster" : null);
  if (!can("roster")) return null;
  return <>{can("roster.breaches") && q.data && q.data.shifts.length > 0 && <Breaches />}
    <section><h2>{t("consoles.roster")}</h2>
    <Answer of={q}>{r => r.shifts.length ? <Table label={t("consoles.roster")} rows={r.shifts} columns={columns()} keyOf={s => s.id} />
      : <p class="soft">{t("consoles.roster.none")}</p>}</Answer></section></>;
}
