// SPDX-License-Identifier: GPL-3.0-or-later
// How much of the time anything was watched: what is possible, what was, hour
// by hour and site by site, and what to put on a screen next.
import type { JSX } from "preact";
import type { Coverage as CoverageOf } from "../../api";
import { language, t, type Key } from "../../i18n";
import { withQuery } from "../../http";
import { query, setQuery } from "../../router";
import { can } from "../../session";
import { byName, feeds, layout, siteInfo } from "../../store";
import { dayMinute, ms } from "../../time";
import { Answer, Button, Empty, PageHead } from "../../ui/basics";
import { useQuery } from "../../ui/useQuery";
import { Blind } from "./Blind";
import { CoverageTable } from "./CoverageTable";
import { Debt } from "./Debt";
import { HeatMap } from "./HeatMap";
import { possible } from "./possible";
import { firstTime, percent, rowsOf, share, together } from "./share";

const SPANS: [string, Key][] = [["24", "coverage.24"], ["168", "coverage.168"], ["744", "coverage.744"]];

export function Coverage(): JSX.Element {
  const wanted = query("hours"), hours = SPANS.some(([h]) => h === wanted) ? wanted : "24";
  const may = can("coverage");
  const q = useQuery<CoverageOf>(may ? withQuery("/coverage", { hours, site: query("site") }) : null, { every: 300 });
  return <><PageHead title={t("coverage.title")} hint={t("coverage.hint")}>
    <SiteChoice />{may && <div role="group" aria-label={t("coverage.span")} class="segments">{SPANS.map(([h, words]) =>
      <Button key={h} pressed={h === hours} onClick={() => setQuery({ hours: h === "24" ? "" : h })}>{t(words)}</Button>)}</div>}</PageHead>
    <AtBest />
    {may && <Answer of={q}>{c => c.hours.length && c.sites.length ? <Was coverage={c} />
      : <Empty title={t("coverage.none")}>{t("coverage.none.why")}</Empty>}</Answer>}
    <Debt /></>;
}
/* Only a site and what is below it. */
function SiteChoice(): JSX.Element | null {
  const known = [...siteInfo.value.keys()].filter(Boolean).sort(byName);
  if (known.length < 2) return null;
  return <select class="input choice" aria-label={t("site")} value={query("site")} onChange={e => setQuery({ site: e.currentTarget.value })}>
    <option value="">{t("coverage.all")}</option>{known.map(s => <option key={s} value={s}>{s}</option>)}</select>;
}
/* "72 of 3,700 feeds fit on your screens at a time: ..." */
function AtBest(): JSX.Element | null {
  const q = useQuery<{ screens: { tiles: { view: string }[] }[] }>(can("consoles") ? "/consoles" : null, { every: 60, events: ["console"] });
  void layout.value;
  if (!q.data || !feeds.size) return null;
  const p = possible(q.data.screens, feeds.size);
  const most = p.places === 0 ? t("coverage.possible.none", { feeds: p.feeds })
    : p.places >= p.feeds ? t("coverage.possible.all", { feeds: p.feeds })
      : t("coverage.possible", { places: p.places, feeds: p.feeds, seconds: t("span.s", { n: p.seconds }) });
  return <p class="lead">{most} {p.places > 0 && <span class="soft">{p.counting ? t("coverage.counting", { n: p.counting }) : t("coverage.counting.none")}</span>}</p>;
}
function Was(p: { coverage: CoverageOf }): JSX.Element {
  const { all, cells } = together(rowsOf(p.coverage, 1)), unknown = share(all, 4), first = firstTime(cells);
  return <section aria-label={t("coverage.chart")}>
    <p class="lead"><b>{t("coverage.was", { share: percent(share(all, 0), language.value) })}</b>{" "}
      {unknown > 0 && <span class="soft">{t("coverage.was.unknown", { share: percent(unknown, language.value) })}</span>}{" "}
      {first > 0 && <span class="soft">{t("coverage.since", { when: dayMinute(ms(p.coverage.hours[first])) })}</span>}</p>
    <HeatMap coverage={p.coverage} /><Blind coverage={p.coverage} /><CoverageTable coverage={p.coverage} /></section>;
}
