// SPDX-License-Identifier: GPL-3.0-or-later
// What stands beside the pictures of a feed: evidence, overlays, troubles,
// screens, facts of the stream.
import type { JSX } from "preact";
import type { FeedDetail, FeedInfo, Incident, Overlay, Page, View } from "../../api";
import { post, withQuery } from "../../http";
import { causeWords, number, t, wordsOf } from "../../i18n";
import { can } from "../../session";
import { moment, ms, now, spanLong } from "../../time";
import { Ago, Answer, Button, Failed, Loading, Time } from "../../ui/basics";
import { confirm } from "../../ui/Dialog";
import { failed, toast } from "../../ui/toast";
import { usePages } from "../../ui/usePages";
import { useQuery } from "../../ui/useQuery";
import { Pictures } from "../trouble/Parts";
import { evidenceLines, seconds } from "./evidence";
import { actorWords } from "../users/agent";

type Zone = string | undefined;
/* Evidence may come as an object, or as the text of one. */
export function evidenceOf(e: unknown): Record<string, unknown> {
  if (typeof e === "object" && e !== null) return e as Record<string, unknown>;
  try {
    const read: unknown = JSON.parse(typeof e === "string" ? e : "{}");
    return typeof read === "object" && read !== null ? read as Record<string, unknown> : {};
  } catch {
    return {};
  }
}
export function Evidence(p: { of: FeedDetail; zone: Zone }): JSX.Element {
  const evidence = evidenceOf(p.of.evidence), lines = evidenceLines(evidence);
  return <section class="panel"><h2>{t("feed.evidence")}</h2>
    {lines.length ? <ul class="evidence">{lines.map(l => <li key={l}>{l}</li>)}</ul> : <p class="soft">{t("feed.evidence.none")}</p>}
    <p class="soft">{t("feed.sure", { n: p.of.confidence })}{p.of.at && lines.length > 0 && " · " + t("feed.evidence.at", { time: moment(ms(p.of.at), p.zone) })}</p>
    {lines.length > 0 && <details><summary>{t("feed.evidence.raw")}</summary><pre>{JSON.stringify(evidence, null, 1)}</pre></details>}</section>;
}
async function end(o: Overlay, again: () => void): Promise<void> {
  const reason = await confirm({ title: t("feed.overlay.end.title", { kind: t(o.kind === "mute" ? "flag.muted" : "flag.maintenance") }), action: t("feed.overlay.end"), reason: true });
  if (reason === null) return;
  try {
    await post(`/overlays/${o.number}/end`, { reason });
    toast(t("feed.overlay.ended"));
  } catch (e) {
    failed(e);
  }
  again();
}
const mayEnd = (o: Overlay): boolean => can("overlays.end") && can(o.kind === "mute" ? "overlays.mute" : "overlays.maintenance");
export function Overlays(p: { all: Overlay[]; zone: Zone; again: () => void }): JSX.Element {
  const line = (o: Overlay): string => {
    const kind = t(o.kind === "mute" ? "flag.muted" : "flag.maintenance"), from = moment(ms(o.from), p.zone), time = moment(ms(o.to), p.zone);
    return ms(o.from) > now() ? t("feed.overlay.comes", { kind, from, time }) : t("feed.overlay.line", { kind, time });
  };
  return <section class="panel"><h2>{t("feed.overlays")}</h2>{p.all.length ? <ul class="overlays">{p.all.map(o => <li key={o.number} class={o.in_force ? "" : "soft"}>
    <div><b>{line(o)}</b>{o.weekly && <span class="soft"> {o.weekly} {o.zone}</span>}<p class="soft">{t("feed.overlay.by", { who: actorWords(o.by), why: o.reason })}</p></div>
    {mayEnd(o) && <Button onClick={() => void end(o, p.again)}>{t("feed.overlay.end")}</Button>}</li>)}</ul> : <p class="soft">{t("feed.overlays.none")}</p>}</section>;
}
export function Troubles(p: { feed: string; zone: Zone; off: boolean }): JSX.Element {
  const q = useQuery<Page<Incident>>(withQuery("/incidents", { feed: p.feed, limit: 12 }), { every: 120, events: ["incident"] });
  return <section class="panel"><h2>{t("feed.incidents")}</h2><Answer of={q}>{d => d.items.length ? <ol class="past-incidents">{d.items.map(i => <li key={i.number} data-incident={i.number}>
    <div><p><b>{causeWords(i.cause)}</b> <span class="soft"><Time at={i.since} zone={p.zone} /></span></p>
      <p class="soft">{i.until ? t("feed.incidents.over", { span: spanLong(ms(i.until) - ms(i.since)) }) : t("feed.incidents.open")}{i.closed && !i.alert && ", " + t("feed.incidents.short")}
        {i.acknowledged && ", " + t("trouble.taken.by", { who: actorWords(i.acknowledged_by ?? ""), time: moment(ms(i.acknowledged), p.zone) })}</p>
      {i.note && <p class="soft"><q>{i.note}</q></p>}</div>
    {!p.off && <Pictures of={i} />}</li>)}</ol> : <p class="soft">{t("feed.incidents.none")}</p>}</Answer></section>;
}
const VIEWS = 8;
export function Views(p: { feed: string; zone: Zone; from: string }): JSX.Element | null {
  /* All of them, the oldest come first: where tiles take turns a day has thousands, and what is shown now is the last. */
  const q = usePages<View>(can("views") ? withQuery("/views", { feed: p.feed, from: p.from }) : null, 1000, true, { every: 30 });
  if (!can("views")) return null;
  const list = (): JSX.Element => {
    const all = [...q.items].sort((a, b) => (b.end === null ? Infinity : ms(b.end)) - (a.end === null ? Infinity : ms(a.end)) || ms(b.start) - ms(a.start));
    if (!all.length) return <p class="soft">{t("feed.views.none")}</p>;
    return <ul class="views">{all.slice(0, VIEWS).map((v, n) => <li key={n}><b>{v.screen}</b> <span class="soft">{[v.console, v.room, wordsOf("source.", v.source), wordsOf("worth.", v.view)].filter(Boolean).join(", ")}</span>
      <span class="views-when">{v.end ? t("feed.views.until", { time: moment(ms(v.end), p.zone) }) : <b>{t("feed.views.now")}</b>}</span></li>)}
      {all.length > VIEWS && <li class="soft">{t("feed.views.more", { n: all.length - VIEWS })}</li>}</ul>;
  };
  return <section class="panel"><h2>{t("feed.views")}</h2>{q.error && <Failed problem={q.error} again={q.again} />}
    {q.loading ? <Loading /> : q.next === null && list()}</section>;
}
export function Facts(p: { of: FeedDetail; info: FeedInfo | null }): JSX.Element {
  const d = p.of, i = p.info;
  const rows: [string, string | JSX.Element | 0 | null | undefined | false][] = [
    [t("feed.fact.url"), d.url && <span class="mono">{d.url}</span>], [t("feed.fact.device"), d.device], [t("feed.fact.transport"), i?.transport],
    [t("feed.fact.phase"), d.phase && wordsOf("phase.", d.phase)], [t("feed.fact.reason"), d.reason && d.reason !== "none" && wordsOf("reason.", d.reason)], [t("feed.fact.detail"), d.detail],
    [t("feed.fact.video"), d.width > 0 && `${d.codec} ${d.width}×${d.height}`], [t("feed.fact.rate"), d.fps > 0 && t("feed.fact.rate.text", { fps: number(d.fps, 1), kbps: d.kbps })],
    [t("feed.fact.gop"), d.gop_s > 0 && seconds(d.gop_s)], [t("feed.fact.loss"), d.loss_ppm > 0 && number(d.loss_ppm / 10000, 2) + " %"],
    [t("feed.fact.samples"), d.samples > 0 && number(d.samples)], [t("feed.fact.last"), d.last_sample && <Ago at={d.last_sample} />],
    [t("feed.fact.importance"), String(d.criticality)], [t("feed.fact.zone"), i?.zone], [t("feed.fact.tags"), i?.tags?.join(", ")], [t("feed.fact.quirks"), i?.quirks?.join(", ")],
    [t("feed.fact.sessions"), i && i.sessions > 0 && number(i.sessions)], [t("feed.fact.dark"), i?.dark_hours], [t("feed.fact.relay"), i?.relay],
    [t("feed.fact.visit"), i && i.visit_every_s > 0 && t("feed.fact.visit.text", { n: i.visit_s, every: spanLong(i.visit_every_s * 1000) })]];
  return <section class="panel"><h2>{t("feed.facts")}</h2><dl class="facts">{rows.filter(r => r[1]).map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl></section>;
}
