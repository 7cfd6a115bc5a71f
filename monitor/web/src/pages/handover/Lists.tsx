// SPDX-License-Identifier: GPL-3.0-or-later
// The lists of a handover: troubles, overlays, feeds that nobody watched.
import type { ComponentChildren, JSX } from "preact";
import type { Handover, Incident, Overlay } from "../../api";
import { t } from "../../i18n";
import { moment, ms, now, spanLong } from "../../time";
import { Mark } from "../trouble/Parts";
import { headOf, nameOf } from "../trouble/words";
import { actorWords } from "../users/agent";

type Zone = string | undefined;
export const MOST = 40;

export function Section(p: { title: string; n: number; none: string; children: ComponentChildren }): JSX.Element {
  return <section class="ho-section"><h2>{p.title} <span class="soft">{p.n || ""}</span></h2>{p.n ? p.children : <p class="soft">{p.none}</p>}</section>;
}
function More(p: { n: number }): JSX.Element | null {
  return p.n > MOST ? <p class="soft">{t("handover.more", { n: p.n - MOST })}</p> : null;
}
function Row(p: { of: Incident; zone: Zone }): JSX.Element {
  const i = p.of, until = ms(i.until) || now(), name = nameOf(i);
  return <tr data-incident={i.number} data-acknowledged={i.acknowledged ? "1" : undefined}>
    <td><Mark of={i} /> <span>{headOf(i)}</span></td>
    <td>{i.feed ? <a href={"/feed/" + i.feed}>{name}</a> : <b>{name}</b>}{i.kind === "feed" && i.site && <span class="soft"> {i.site}</span>}</td>
    <td class="ho-time">{moment(ms(i.since), p.zone)}</td><td class="ho-time">{spanLong(until - ms(i.since))}</td>
    <td>{i.acknowledged ? <>{actorWords(i.acknowledged_by ?? "")}{i.note && <>: <q>{i.note}</q></>}</> : <span class="soft">{i.closed ? "–" : t("handover.nobody")}</span>}</td></tr>;
}
export function Incidents(p: { all: Incident[]; zone: Zone; label: string }): JSX.Element {
  return <><div class="table"><table aria-label={p.label}><thead><tr><th>{t("handover.col.what")}</th><th>{t("handover.col.where")}</th><th>{t("handover.col.since")}</th><th>{t("handover.col.for")}</th><th>{t("handover.col.taken")}</th></tr></thead>
    <tbody>{p.all.slice(0, MOST).map(i => <Row key={i.number} of={i} zone={p.zone} />)}</tbody></table></div><More n={p.all.length} /></>;
}
export function Overlays(p: { all: Overlay[]; zone: Zone; label: string }): JSX.Element {
  const what = (o: Overlay): string => o.feed ?? o.site ?? (o.tag ? "#" + o.tag : "");
  return <><div class="table"><table aria-label={p.label}><thead><tr><th>{t("handover.col.where")}</th><th>{t("handover.col.until")}</th><th>{t("handover.col.by")}</th><th>{t("handover.col.why")}</th></tr></thead>
    <tbody>{p.all.slice(0, MOST).map(o => <tr key={o.number} data-row={o.number}><td>{what(o)}</td><td class="ho-time">{o.weekly ? `${o.weekly} ` : ""}{moment(ms(o.to), p.zone)}</td>
      <td>{actorWords(o.by)}</td><td>{o.reason}</td></tr>)}</tbody></table></div><More n={p.all.length} /></>;
}
export function Unwatched(p: { all: Handover["unwatched"] }): JSX.Element {
  return <><ul class="ho-unwatched">{p.all.slice(0, MOST).map(u => <li key={u.id} data-feed={u.id}><a href={"/feed/" + u.id}>{u.name}</a> <span class="soft">{u.site}</span>
    <span class="ho-gap">{u.never ? t("handover.unwatched.never") : t("handover.unwatched.line", { span: spanLong(u.gap_s * 1000) })}</span></li>)}</ul><More n={p.all.length} /></>;
}
