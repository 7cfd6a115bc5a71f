// SPDX-License-Identifier: GPL-3.0-or-later
// What happened since the last note, what is still open, and the note for those
// who come. Prints as a page to sign.
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Handover as Answered, State } from "../../api";
import { withQuery } from "../../http";
import { number, t } from "../../i18n";
import { upwards } from "../../place";
import { query, setQuery } from "../../router";
import { can, session } from "../../session";
import { byName, layout, siteInfo, sites, zoneOf } from "../../store";
import { moment, ms, now, second, spanLong } from "../../time";
import { Answer, Button, PageHead } from "../../ui/basics";
import { StateMark } from "../../ui/StateMark";
import { useQuery } from "../../ui/useQuery";
import { Incidents, Overlays, Section, Unwatched } from "./Lists";
import { NoteForm, Notes } from "./Notes";
import { askFor, lists, noteMissing, notesOf, SPANS, type Lists, type Span } from "./sort";

type Shift = Answered["shift"];

function Choices(p: { span: string; site: string; shift: Shift }): JSX.Element {
  void layout.value;
  /* Regions too: what is above a site. */
  const paths = [...new Set([...siteInfo.value.keys(), ...sites.keys()].flatMap(upwards))].sort(byName);
  const own = session.value?.site ?? "";
  const words = (s: Span): string => s === "last" ? t("handover.span.last") : s === "shift" ? t("handover.span.shift") : t("handover.span.h", { n: Number(s) });
  return <><label class="pick"><span>{t("handover.choose.site")}</span><select value={p.site} onChange={e => setQuery({ site: e.currentTarget.value })}>
    <option value="">{own || t("handover.all")}</option>{paths.filter(s => s !== own).map(s => <option key={s} value={s}>{s}</option>)}</select></label>
    <label class="pick"><span>{t("handover.choose.span")}</span><select value={p.span} onChange={e => setQuery({ span: e.currentTarget.value === "last" ? "" : e.currentTarget.value })}>
      {SPANS.filter(s => s !== "shift" || p.shift).map(s => <option key={s} value={s}>{words(s)}</option>)}</select></label>
    <Button onClick={() => window.print()}>{t("print")}</Button></>;
}
function Reminder(p: { of: Answered; zone: string | undefined }): JSX.Element | null {
  void second.value;
  const missing = noteMissing(p.of.last, now(), p.of.shift);
  if (!missing || !can("handover.note")) return null;
  return <p class="notice no-print" role="status">{missing.since === null ? t("handover.reminder.never")
    : t("handover.reminder", { time: moment(missing.since, p.zone), span: spanLong(now() - missing.since) })} {t("handover.reminder.rest")}</p>;
}
const STATES: State[] = ["down", "degraded", "unknown", "up"];
/* As in the lists below: a site with its feeds is one. */
function Sums(p: { of: Answered; lists: Lists }): JSX.Element {
  const h = p.of, l = p.lists, of: [string, number][] = [[t("handover.sum.open"), l.open.length], [t("handover.sum.opened"), l.opened], [t("handover.sum.closed"), l.closed],
    [t("handover.sum.acknowledged"), h.acknowledged.length], [t("handover.sum.unwatched"), h.unwatched.length]];
  return <div class="ho-sums"><ul class="ho-counts">{of.map(([words, n]) => <li key={words}><b>{number(n)}</b> {words}</li>)}</ul>
    <ul class="ho-counts"><li class="soft">{t("handover.now")}</li>{STATES.map(s => <li key={s}><StateMark state={s} /> <b>{number(h.states[s] ?? 0)}</b> {t(`state.${s}`)}</li>)}</ul></div>;
}
function Body(p: { of: Answered; site: string; again: () => void }): JSX.Element {
  const h = p.of, zone = zoneOf(p.site || session.value?.site || ""), all = lists(h), site = p.site || session.value?.site || t("handover.all");
  return <>
    <div class="ho-printed"><h1>{t("handover.print.head", { site })}</h1><p>{t("handover.print.by", { user: session.value?.user ?? "", time: moment(now(), zone) })}</p></div>
    <p class="ho-span"><b>{t("handover.span", { from: moment(ms(h.from), zone), to: moment(ms(h.to), zone) })}</b>
      {h.shift && <span class="soft"> · {t("handover.shift", { name: h.shift.name, from: moment(ms(h.shift.start), zone), to: moment(ms(h.shift.end), zone) })}</span>}</p>
    <Reminder of={h} zone={zone} />
    <Sums of={h} lists={all} />
    {h.cut && <p class="soft">{t("handover.cut")}</p>}
    <div class="ho-body"><div class="ho-main">
      <Section title={t("handover.open")} n={all.open.length} none={t("handover.open.none")}><Incidents all={all.open} zone={zone} label={t("handover.open")} /></Section>
      <Section title={t("handover.over")} n={all.over.length} none={t("handover.over.none")}><Incidents all={all.over} zone={zone} label={t("handover.over")} /></Section>
      {all.taken.length > 0 && <Section title={t("handover.taken")} n={all.taken.length} none=""><Incidents all={all.taken} zone={zone} label={t("handover.taken")} /></Section>}
      <Section title={t("handover.muted")} n={h.muted.length} none={t("handover.muted.none")}><Overlays all={h.muted} zone={zone} label={t("handover.muted")} /></Section>
      <Section title={t("handover.maintenance")} n={h.maintenance.length} none={t("handover.maintenance.none")}><Overlays all={h.maintenance} zone={zone} label={t("handover.maintenance")} /></Section>
    </div><div class="ho-side">
      {can("handover.note") && <NoteForm of={h} site={p.site} zone={zone} done={p.again} />}
      <Notes all={notesOf(h)} zone={zone} />
      <Section title={t("handover.unwatched")} n={h.unwatched.length} none={t("handover.unwatched.none")}><Unwatched all={h.unwatched} /></Section>
    </div></div>
  </>;
}
export function Handover(): JSX.Element {
  const site = query("site"), span = query("span") || "last", shift = useRef<Shift>(null);
  const path = useMemo(() => withQuery("/handover", { site, ...askFor(span, now(), shift.current) }), [site, span]);
  const q = useQuery<Answered>(path, { every: 60, events: ["incident"] });
  if (q.data) shift.current = q.data.shift;
  return <div class="handover">
    <PageHead title={t("handover.title")} hint={t("handover.hint")}><Choices span={span} site={site} shift={shift.current} /></PageHead>
    <Answer of={q}>{h => <Body of={h} site={site} again={q.refresh} />}</Answer>
  </div>;
}
