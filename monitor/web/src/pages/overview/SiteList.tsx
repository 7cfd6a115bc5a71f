// SPDX-License-Identifier: GPL-3.0-or-later
// For narrow windows: sites with their counts, and the feeds of one of them.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { causeWords, number, t } from "../../i18n";
import { inSite } from "../../place";
import { setQuery } from "../../router";
import { byName, epoch, SEVERITY, sites, type Feed, type SiteRow } from "../../store";
import { now, second, span } from "../../time";
import { Button, Empty } from "../../ui/basics";
import { FeedMark, StateMark, stateOf } from "../../ui/StateMark";
import { groups, keepOrder, worstFirst, type Filter } from "./order";

const MOST = 200;

export function SiteList(p: { filter: Filter }): JSX.Element {
  void epoch.value;
  const [order] = useState(() => worstFirst(sites.values(), byName));
  const shown = groups(keepOrder(order, sites), sites, p.filter, new Set());
  if (!shown.length) return <Empty title={t("overview.noMatch")} />;
  const one = p.filter.site !== "" && shown.every(g => inSite(g.site, p.filter.site));
  if (one || p.filter.text || p.filter.states.length || p.filter.cause) return <Feeds feeds={shown.flatMap(g => g.feeds)} />;
  return <ul class="site-list">{shown.map(g => <SiteLine key={g.site} site={sites.get(g.site)} />)}</ul>;
}
function SiteLine(p: { site: SiteRow | undefined }): JSX.Element | null {
  const s = p.site;
  if (!s) return null;
  const cut = s.path.lastIndexOf("/");
  return <li><button type="button" class="site-line" data-site={s.path} onClick={() => setQuery({ site: s.path })}>
    <span class="site-name">{cut > 0 && <span class="soft">{s.path.slice(0, cut)} / </span>}{s.path.slice(cut + 1) || "–"}</span>
    <span class="site-counts">{([2, 1, 3] as const).map(n => s.counts[n] > 0 &&
      <span key={n} class={"site-count words-" + stateOf(n)}><StateMark state={n} />{number(s.counts[n])}</span>)}
      <span class="soft">{t("feeds.n", { n: s.feeds.length })}</span></span></button></li>;
}
function Feeds(p: { feeds: Feed[] }): JSX.Element {
  void second.value;
  const [most, set] = useState(MOST);
  const sorted = [...p.feeds].sort((a, b) => SEVERITY[b.state as 0] - SEVERITY[a.state as 0] || byName(a.text, b.text));
  return <><ul class="site-list">{sorted.slice(0, most).map(f => <li key={f.id}><a class="site-line" href={"/feed/" + f.id} data-feed={f.id} data-state={stateOf(f.state)}
    data-cause={f.cause}><span class="feed-line"><FeedMark of={f} />
      <span><span class="site-name">{f.name}</span><span class="soft">{f.site}</span></span></span>
    {f.state > 0 && <span class="feed-cause">{causeWords(f.cause)}<span class="soft">{span(now() - f.since)}</span></span>}</a></li>)}</ul>
    {sorted.length > most && <p class="actions"><Button onClick={() => set(most + MOST)}>{t("more")}</Button></p>}</>;
}
