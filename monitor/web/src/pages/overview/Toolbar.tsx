// SPDX-License-Identifier: GPL-3.0-or-later
// Counts by state (which filter), search, cause and site; all of it in the address.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { causeWords, number, t } from "../../i18n";
import { useKeys } from "../../keys";
import { upwards } from "../../place";
import { setQuery } from "../../router";
import { byName, claims, epoch, feeds, layout, sites, totals } from "../../store";
import { Button } from "../../ui/basics";
import { StateMark, stateOf } from "../../ui/StateMark";
import type { Board } from "./Board";
import { isFiltered, matches, writeStates, type Filter } from "./order";

const SHOWN = [2, 1, 3, 0]; // worst first, as the keys 1 to 4

/* Per state, within the filter but for its states. */
function countsIn(filter: Filter): readonly number[] {
  const rest = { ...filter, states: [] };
  if (!isFiltered(rest)) return totals;
  const c: [number, number, number, number] = [0, 0, 0, 0];
  for (const f of feeds.values()) if (matches(f, rest)) c[f.state as 0]++;
  return c;
}
function causesIn(): [string, number][] {
  const n = new Map<string, number>();
  for (const f of feeds.values()) if (f.state) n.set(f.cause, (n.get(f.cause) ?? 0) + 1);
  return [...n].sort((a, b) => b[1] - a[1]);
}
/* Paths of sites and of what is above them. */
function pathsOf(): string[] {
  return [...new Set([...sites.keys()].flatMap(upwards))].sort(byName);
}
function toggle(filter: Filter, state: number): void {
  const states = filter.states.includes(state) ? filter.states.filter(s => s !== state) : [...filter.states, state];
  setQuery({ state: writeStates(states) });
}
function Counts(p: { filter: Filter }): JSX.Element {
  void epoch.value;
  const c = countsIn(p.filter), known = claims();
  return <div class="counts" role="group" aria-label={t("overview.counts")}>{SHOWN.map((s, i) => {
    const n = c[s] ?? 0;
    return <button key={s} type="button" class={"count" + (n ? "" : " zero")} data-state={stateOf(s)} aria-pressed={p.filter.states.includes(s)}
      title={t("overview.count.key", { key: String(i + 1) })} onClick={() => toggle(p.filter, s)}>
      <StateMark state={s} /><b>{known ? number(n) : "–"}</b><span aria-hidden="true">{t(`state.${stateOf(s)}`)}</span></button>;
  })}</div>;
}
function Search(p: { filter: Filter }): JSX.Element {
  const [text, set] = useState(p.filter.text), input = useRef<HTMLInputElement>(null), timer = useRef(0);
  useEffect(() => { if (p.filter.text !== text.trim().toLowerCase()) set(p.filter.text); }, [p.filter.text]);
  useKeys({ "/": e => { e.preventDefault(); input.current?.select(); } }, "search");
  const type = (v: string): void => {
    set(v);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setQuery({ q: v.trim() }), 60);
  };
  return <input ref={input} class="input search" type="search" value={text} placeholder={t("overview.search")} aria-label={t("overview.search")} autocomplete="off"
    spellcheck={false} onInput={e => type(e.currentTarget.value)} onKeyDown={e => {
      if (e.key === "Escape") { type(""); e.currentTarget.blur(); }
      else if (e.key === "Enter") e.currentTarget.blur();
    }} />;
}
function Choice(p: { label: string; all: string; value: string; options: [string, string][]; onChange: (v: string) => void }): JSX.Element {
  return <select class="input choice" aria-label={p.label} value={p.value} onChange={e => p.onChange(e.currentTarget.value)}>
    <option value="">{p.all}</option>{p.options.map(([v, words]) => <option key={v} value={v}>{words}</option>)}</select>;
}
function Choices(p: { filter: Filter }): JSX.Element {
  void epoch.value;
  const { cause, site } = p.filter, paths = useMemo(pathsOf, [layout.value]);
  const causes = causesIn().map(([c, n]): [string, string] => [c, `${causeWords(c)} (${number(n)})`]);
  if (cause && !causes.some(c => c[0] === cause)) causes.push([cause, causeWords(cause)]);
  const places = paths.map((s): [string, string] => [s, s]);
  if (site && !paths.includes(site)) places.push([site, site]);
  return <><Choice label={t("overview.cause")} all={t("overview.cause.all")} value={cause} options={causes} onChange={v => setQuery({ cause: v })} />
    <Choice label={t("site")} all={t("overview.site.all")} value={site} options={places} onChange={v => setQuery({ site: v })} /></>;
}
export function Toolbar(p: { filter: Filter; board: Board | null }): JSX.Element {
  const { filter, board } = p, filtered = isFiltered(filter);
  const clear = (): void => setQuery({ state: "", cause: "", site: "", q: "" });
  useKeys({ ...Object.fromEntries(SHOWN.map((s, i) => [String(i + 1), () => toggle(filter, s)])), "0": clear,
    Escape: () => { if (filtered) clear(); } }, "filters");
  return <div class="toolbar">
    <Counts filter={filter} />
    <Search filter={filter} />
    <Choices filter={filter} />
    {filtered && <Button kind="quiet" onClick={clear}>{board ? t("overview.clear", { n: board.shown.value }) : t("overview.clear.all")}</Button>}
    {board && <Button kind={board.outdated.value ? "plain" : "quiet"} title={t("overview.sort.why")} onClick={() => board.sort()} disabled={!board.outdated.value}>
      {t("overview.sort")}</Button>}
  </div>;
}
