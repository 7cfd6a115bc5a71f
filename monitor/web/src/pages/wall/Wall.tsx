// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures for a big screen that nobody touches: /wall?site=North&tiles=20&every=20
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { causeWords, number, t } from "../../i18n";
import { useKeys } from "../../keys";
import { inSite } from "../../place";
import { go, here } from "../../router";
import { isKiosk } from "../../session";
import { byName, claims, epoch, feeds, FLAG, lastKnown, layout, sites, totals, worth, zoneOf, type Feed } from "../../store";
import { clock, day, now, second, span } from "../../time";
import { Button, Empty, Waiting } from "../../ui/basics";
import { Picture } from "../../ui/Picture";
import { StateMark, stateOf } from "../../ui/StateMark";
import { grid, isTrouble, pick, type Picked } from "./pick";
import { useAwake, useHiddenPointer } from "./screen";

const LEAST_WIDE = 290, EVERY_S = 20;
interface Wanted { site: string; tiles: number; every: number }
function wanted(q: URLSearchParams): Wanted {
  const n = (name: string, otherwise: number, least: number, most: number): number => {
    const v = Number(q.get(name));
    return q.has(name) && Number.isFinite(v) ? Math.min(most, Math.max(least, Math.round(v))) : otherwise;
  };
  return { site: q.get("site") ?? "", tiles: n("tiles", 0, 1, 64), every: n("every", EVERY_S, 5, 600) };
}
/* Columns and rows for the room there is. */
function useGrid(want: number, most: number): [{ current: HTMLDivElement | null }, { columns: number; rows: number }] {
  const box = useRef<HTMLDivElement>(null), [g, set] = useState({ columns: 4, rows: 3 });
  useEffect(() => {
    const b = box.current;
    if (!b) return;
    const measure = (): void => set(grid(b.clientWidth, b.clientHeight, LEAST_WIDE, want, most));
    const o = new ResizeObserver(measure);
    o.observe(b);
    measure();
    return () => o.disconnect();
  }, [want, most]);
  return [box, g];
}
const byPlace = (a: Feed, b: Feed): number => byName(a.text, b.text);

/* Chosen anew with each turn and when trouble comes that is not on the screen; else tiles keep their places. */
function usePicked(w: Wanted, tiles: number, turn: number): Picked {
  const stands = layout.value, stamp = epoch.value, held = useRef<{ key: string; picked: Picked } | null>(null);
  const key = `${w.site}|${tiles}|${turn}|${stands}`;
  void stamp;
  const fresh = held.current?.key !== key || unseenTrouble(held.current.picked, w.site, tiles);
  if (fresh) held.current = { key, picked: pick([...feeds.values()].filter(f => inSite(f.site, w.site)), tiles, turn, byPlace) };
  return held.current?.picked ?? { feeds: [], page: 0, pages: 1 };
}
function unseenTrouble(p: Picked, site: string, tiles: number): boolean {
  const on = new Set(p.feeds), shown = p.feeds.filter(isTrouble).length;
  if (shown >= Math.ceil(tiles / 2)) return false;
  for (const f of feeds.values()) if (isTrouble(f) && !on.has(f) && inSite(f.site, site)) return true;
  return false;
}
export function Wall(): JSX.Element {
  void layout.value;
  const w = wanted(here.value.query), most = [...sites.values()].reduce((n, s) => n + (inSite(s.path, w.site) ? s.feeds.length : 0), 0);
  const [box, g] = useGrid(w.tiles, most), tiles = w.tiles || g.columns * g.rows;
  const [turn, setTurn] = useState(0), [paused, setPaused] = useState(false);
  const pointer = useHiddenPointer(), picked = usePicked(w, tiles, turn);
  useAwake();
  useEffect(() => {
    if (paused || picked.pages < 2) return;
    const timer = setTimeout(() => setTurn(turn + 1), w.every * 1000);
    return () => clearTimeout(timer);
  }, [turn, paused, picked.pages > 1, w.every]);
  const full = (): void => { void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => {}); };
  useKeys({ ArrowRight: () => setTurn(turn + 1), ArrowLeft: () => setTurn(turn - 1), " ": e => { e.preventDefault(); setPaused(!paused); }, f: full,
    Escape: () => { if (!isKiosk()) go("/" + (w.site ? "?site=" + encodeURIComponent(w.site) : "")); } }, "wall");
  return <div class={"wall" + (pointer ? "" : " no-pointer")}>
    <WallHead wanted={w} picked={picked} paused={paused} controls={pointer} onPause={() => setPaused(!paused)} onFull={full} />
    <div class="wall-grid" ref={box}>{worth.value === "connecting" ? <Waiting /> : !picked.feeds.length ? <Empty title={t(w.site ? "wall.noSite" : "overview.none")} />
      : <Pictures feeds={picked.feeds} columns={g.columns} rows={g.rows} />}</div>
  </div>;
}
function Pictures(p: { feeds: Feed[]; columns: number; rows: number }): JSX.Element {
  const style = { gridTemplateColumns: `repeat(${p.columns}, minmax(0, 1fr))`, gridTemplateRows: `repeat(${p.rows}, minmax(0, 1fr))` };
  return <ul class="wall-tiles" style={style} aria-label={t("wall.title")}>{p.feeds.map(f => <Tile key={f.id} feed={f} />)}</ul>;
}
function Tile(p: { feed: Feed }): JSX.Element {
  void epoch.value;
  const f = p.feed, state = stateOf(f.state), zone = zoneOf(f.site), maintenance = (f.flags & FLAG.maintenance) !== 0, muted = (f.flags & FLAG.muted) !== 0;
  return <li class={"wall-tile " + state + (maintenance || muted ? " hushed" : "")} data-feed={f.id} data-state={state} data-cause={f.cause}
    data-maintenance={maintenance || undefined} data-muted={muted || undefined}>
    <Picture feed={f.id} at={f.picture} off={(f.flags & FLAG.noPicture) !== 0} alt="" live={f.state < 2} zone={zone} />
    <div class="wall-line"><StateMark state={f.state} maintenance={maintenance} muted={muted} />
      <span class="wall-words"><span class="wall-name"><bdi>{f.name}</bdi> <span class="soft">{f.site}</span></span>
        {f.state > 0 && <Cause feed={f} />}</span></div></li>;
}
function Cause(p: { feed: Feed }): JSX.Element {
  void second.value;
  return <span class={"words-" + stateOf(p.feed.state)}>{causeWords(p.feed.cause)} · {span(now() - p.feed.since)}</span>;
}
interface HeadProps { wanted: Wanted; picked: Picked; paused: boolean; controls: boolean; onPause: () => void; onFull: () => void }
function WallHead(p: HeadProps): JSX.Element {
  void second.value;
  void epoch.value;
  const counts = countsOf(p.wanted.site), known = claims(), zone = zoneOf(p.wanted.site), at = now();
  return <div class="wall-head"><h1>{p.wanted.site || t("wall.all")}</h1>
    <ul class="wall-counts" aria-label={t("overview.counts")}>{[2, 1, 3, 0].map(s => <li key={s} class={counts[s] ? "" : "zero"}><StateMark state={s} /><b>{known ? number(counts[s] ?? 0) : "–"}</b></li>)}</ul>
    {p.controls && <span class="actions">
      {!isKiosk() && <Button kind="quiet" onClick={() => go("/")}>{t("wall.leave")}</Button>}
      <Button kind="quiet" onClick={p.onFull}>{t("wall.full")}</Button>
      {p.picked.pages > 1 && <Button kind="quiet" onClick={p.onPause} pressed={p.paused}>{t(p.paused ? "wall.go" : "wall.pause")}</Button>}</span>}
    <span class="wall-right">{p.picked.pages > 1 && <span class="soft">{t("wall.page", { page: p.picked.page + 1, pages: p.picked.pages })}</span>}
      {known || !lastKnown.value ? <time class="wall-clock" title={day(at, zone)}>{clock(at, zone)}</time> : <span class="wall-clock">{t("wall.asOf", { time: clock(lastKnown.value, zone) })}</span>}</span></div>;
}
function countsOf(site: string): readonly number[] {
  if (!site) return totals;
  const c: [number, number, number, number] = [0, 0, 0, 0];
  for (const s of sites.values()) if (inSite(s.path, site)) s.counts.forEach((n, state) => { c[state as 0] += n; });
  return c;
}
