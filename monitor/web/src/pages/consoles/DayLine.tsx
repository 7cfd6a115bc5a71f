// SPDX-License-Identifier: GPL-3.0-or-later
// A console's last 24 hours: a bar of its presence (unknown hatched), how long
// each was, and what whoever sat there said about it.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { clock, day, moment, ms, now, spanLong } from "../../time";
import { useQuery } from "../../ui/useQuery";
import { partsOf, sums, type Part } from "./floor";
import { say } from "./say";
import type { ConsoleRow, Dispute, PresenceLine } from "./types";

const HOURS = 24;
const percent = (x: number): string => `${(x * 100).toFixed(3)}%`;

export function DayLine(p: { console: ConsoleRow; zone: string | undefined }): JSX.Element {
  const q = useQuery<PresenceLine>(`/consoles/${p.console.id}/presence?hours=${HOURS}`, { every: 60 });
  if (q.error && !q.data) return <p class="soft">{t("consoles.day.none")}</p>;
  /* Up to the answer: what is open is vouched for no longer, and later ones may fail. */
  const to = q.data ? ms(q.data.to) : now(), parts = q.data ? partsOf(q.data.intervals, to - HOURS * 3600e3, to) : [];
  const words = sums(parts).map(([s, n]) => `${t(`presence.${s}`)} ${spanLong(n)}`).join(", ");
  return <div class="dayline"><p class="soft">{t("consoles.day")}</p>
    <div class="bar" role="img" aria-label={`${t("consoles.day")}: ${words}`}>{parts.map(x => <Bit key={x.start} part={x} zone={p.zone} />)}</div>
    <div class="scale" aria-hidden="true">{[24, 18, 12, 6, 0].map(h => <span key={h}>{clock(to - h * 3600e3, p.zone).slice(0, 5)}</span>)}</div>
    <p class="soft sums">{words}</p>
    {q.data && q.data.disputes.length > 0 && <Disputes of={q.data.disputes} zone={p.zone} />}</div>;
}
function Bit(p: { part: Part; zone: string | undefined }): JSX.Element {
  const x = p.part, at = (n: number): string => clock(n, p.zone).slice(0, 5);
  return <i class={"presence-part " + x.presence} style={{ left: percent(x.from), width: percent(x.to - x.from) }}
    title={`${at(x.start)}–${at(x.end)} ${t(`presence.${x.presence}`)}. ${say("why.", x.why)}`} />;
}
function Disputes(p: { of: Dispute[]; zone: string | undefined }): JSX.Element {
  const end = (d: Dispute): string => day(ms(d.from), p.zone) === day(ms(d.to), p.zone) ? clock(ms(d.to), p.zone) : moment(ms(d.to), p.zone);
  return <div class="disputes"><h4>{t("consoles.disputes")}</h4>{p.of.map(d =>
    <p key={d.at + d.from}><span class="soft">{t("consoles.dispute.about", { from: moment(ms(d.from), p.zone), to: end(d) })}</span> {d.text}</p>)}</div>;
}
