// SPDX-License-Identifier: GPL-3.0-or-later
// References in bulk: by site, what was approved beside what is seen now;
// chosen by hand or keys, approved or cleared with a reason.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { number, t } from "../../i18n";
import { useKeys } from "../../keys";
import { query, setQuery } from "../../router";
import { can } from "../../session";
import { byName, epoch, feeds, layout, sites, worth, type Feed } from "../../store";
import { Button, Empty, Loading, PageHead } from "../../ui/basics";
import { confirm } from "../../ui/Dialog";
import { change, results, sent, versions } from "./act";
import { Card, type CardProps } from "./Card";
import { kept, press, shownOf, SHOWS, type Show, type Shown } from "./choose";

const CHUNK = 60; // cards more, each time the end comes into view

function Filters(p: { show: Show; text: string; counts: Record<Show, number> }): JSX.Element {
  return <div class="ref-filters"><div class="segments" role="group" aria-label={t("references.show")}>{SHOWS.map(s =>
    <Button key={s} pressed={p.show === s} onClick={() => setQuery({ show: s === "all" ? "" : s })}>{t(`references.show.${s}`)} <b>{number(p.counts[s])}</b></Button>)}</div>
    <input class="input" type="search" value={p.text} placeholder={t("references.search")} aria-label={t("references.search")} spellcheck={false} autocomplete="off"
      onInput={e => setQuery({ q: e.currentTarget.value })} /></div>;
}
/* Grows the number of cards while their end is in view. */
function useMore(reset: string): [number, { current: HTMLDivElement | null }] {
  const [most, set] = useState(CHUNK), end = useRef<HTMLDivElement>(null);
  useEffect(() => set(CHUNK), [reset]);
  useEffect(() => {
    if (!end.current) return;
    const o = new IntersectionObserver(es => { if (es.some(e => e.isIntersecting)) set(n => n + CHUNK); }, { rootMargin: "600px" });
    o.observe(end.current);
    return () => o.disconnect();
  }, [most, reset]);
  return [most, end];
}
function Results(): JSX.Element | null {
  if (!results.value.length) return null;
  return <section class="panel ref-results" role="status"><h2>{t("references.results")}</h2><ul>{results.value.map((r, n) => <li key={n} class={r.ok ? "" : "words-down"}>{r.text}</li>)}</ul></section>;
}
async function ask(action: "approve" | "clear", ids: string[]): Promise<boolean> {
  const n = ids.length, bad = ids.filter(id => feeds.get(id)?.state !== 0).length;
  const text = t(`references.${action}.text`) + (action === "approve" && bad ? " " + t("references.approve.bad", { n: bad }) : "");
  const reason = await confirm({ title: t(`references.${action}.title`, { n }), text, action: t(`references.${action}`), reason: true, danger: action === "clear" });
  return reason !== null && change(action, ids, reason);
}
function Bar(p: { chosen: string[]; shown: Feed[]; choose: (ids: string[]) => void; act: (a: "approve" | "clear") => void }): JSX.Element {
  const s = sent.value, n = p.chosen.length;
  return <div class="ref-bar"><b>{s ? t("references.working", { n: s.n, all: s.all }) : t("references.chosen", { n })}</b>
    <Button onClick={() => p.choose(p.shown.map(f => f.id))}>{t("references.choose.all", { n: p.shown.length })}</Button>
    {n > 0 && <Button onClick={() => p.choose([])}>{t("references.choose.none")}</Button>}
    <span class="ref-acts"><Button disabled={!n || s !== null} onClick={() => p.act("clear")}>{t("references.clear")}</Button>
      <Button kind="primary" disabled={!n} busy={s !== null} onClick={() => p.act("approve")}>{t("references.approve")}</Button></span></div>;
}
function Gallery(p: { of: Shown; most: number; may: boolean; choose: (ids: string[]) => void; card: (f: Feed) => CardProps }): JSX.Element {
  let left = p.most;
  return <>{p.of.sites.map(s => {
    if (left <= 0) return null;
    const some = s.feeds.slice(0, left);
    left -= some.length;
    return <section key={s.path} class="ref-site" data-site={s.path}><h2>{s.path || t("none")} <span class="soft">{t("references.site", { n: s.feeds.length, missing: s.missing })}</span>
      {p.may && <Button kind="quiet" onClick={() => p.choose(s.feeds.map(f => f.id))}>{t("references.site.choose")}</Button>}</h2>
      <div class="ref-cards">{some.map(f => <Card key={f.id} {...p.card(f)} />)}</div></section>;
  })}</>;
}
function Ready(): JSX.Element {
  const show = SHOWS.find(s => s === query("show")) ?? "all", text = query("q"), may = can("references");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set()), [last, setLast] = useState(""), [hand, setHand] = useState(""), [over, lay] = useState("");
  const [most, end] = useMore(show + " " + text), box = useRef<HTMLDivElement>(null);
  const sorted = useMemo(() => [...sites.values()].sort((a, b) => byName(a.path, b.path)), [layout.value]);
  const shown = useMemo(() => shownOf(sorted, show, text.trim().toLowerCase()), [sorted, show, text, epoch.value]);
  const order = shown.all.map(f => f.id), picked = kept(chosen, id => feeds.has(id)), inHand = order.includes(hand) ? hand : order[0] ?? "";
  const toggle = (id: string, range: boolean): void => { setChosen(press(chosen, order, id, last, range)); setLast(id); setHand(id); };
  const add = (ids: string[]): void => setChosen(ids.length ? new Set([...chosen, ...ids]) : new Set());
  const act = (a: "approve" | "clear"): void => { if (may && picked.length) void ask(a, picked).then(done => { if (done) setChosen(new Set()); }); };
  const move = (by: number) => (e: KeyboardEvent): void => {
    const id = order[Math.max(0, Math.min(order.length - 1, order.indexOf(inHand) + by))];
    if (!id) return;
    e.preventDefault();
    setHand(id);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-feed="${id}"] .ref-pair`)?.focus());
  };
  const row = (): number => Math.max(1, Math.round((box.current?.clientWidth ?? 400) / 400));
  const space = (e: KeyboardEvent): void => { e.preventDefault(); if (may && inHand) toggle(inHand, e.shiftKey); };
  const late = (f: () => void) => (e: KeyboardEvent): void => { e.preventDefault(); f(); };
  useKeys({ j: move(1), k: move(-1), ArrowRight: move(1), ArrowLeft: move(-1), ArrowDown: e => move(row())(e), ArrowUp: e => move(-row())(e), " ": space,
    "*": late(() => { if (may) add(order); }), n: late(() => add([])), o: late(() => lay(over === inHand ? "" : inHand)), a: late(() => act("approve")) }, "references");
  const card = (f: Feed): CardProps => ({ of: f, version: versions.value.get(f.id) ?? 0, chosen: chosen.has(f.id), hand: f.id === inHand, over: over === f.id, may,
    press: toggle, lay: id => lay(over === id ? "" : id), take: setHand });
  return <>
    <Filters show={show} text={text} counts={shown.counts} />
    <Results />
    {shown.hidden > 0 && <p class="soft ref-hidden">{t("references.kept.not", { n: shown.hidden })}</p>}
    {shown.all.length ? <div ref={box}><Gallery of={shown} most={most} may={may} choose={add} card={card} />{most < shown.all.length && <div ref={end} class="soft">{t("references.more")}</div>}</div>
      : <Empty title={t("references.none")}>{t("references.none.text", { why: feeds.size ? t("references.none.filter") : t("references.none.feeds") })}</Empty>}
    {may && shown.all.length > 0 && <Bar chosen={picked} shown={shown.all} choose={add} act={act} />}
  </>;
}
export function References(): JSX.Element {
  return <div class="references"><PageHead title={t("references.title")} hint={t("references.hint")} />{worth.value === "connecting" ? <Loading /> : <Ready />}</div>;
}
