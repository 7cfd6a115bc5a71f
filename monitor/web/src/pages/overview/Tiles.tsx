// SPDX-License-Identifier: GPL-3.0-or-later
// The wall of tiles: the canvas, what the pointer and the keyboard do on it,
// and beside it in words, for those who hear it, the tile that has the focus.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { causeWords, language, t } from "../../i18n";
import { useKeys } from "../../keys";
import { go, setQuery } from "../../router";
import { epoch, FLAG, layout, sites, worth, type Feed } from "../../store";
import { colours } from "../../theme";
import { now, span } from "../../time";
import { stateOf } from "../../ui/StateMark";
import type { Step } from "./arrange";
import { Board } from "./Board";
import { Card } from "./Card";
import type { Filter } from "./order";

const STEPS: Record<string, Step> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "first", End: "last",
  PageDown: "nextSite", PageUp: "previousSite" };
const onControl = (e: Event): boolean => e.target instanceof Element && e.target.closest("button, a, input, select, textarea, .menu") !== null;

export function feedWords(f: Feed): string {
  const parts = [f.name, t(`state.${stateOf(f.state)}`)];
  if (f.state) parts.push(causeWords(f.cause), `${t("since")} ${span(now() - f.since)}`);
  if (f.flags & FLAG.maintenance) parts.push(t("flag.maintenance"));
  if (f.flags & FLAG.muted) parts.push(t("flag.muted"));
  return parts.join(", ");
}
function useBoard(filter: Filter): [Board | null, { current: HTMLCanvasElement | null }, { current: HTMLDivElement | null }] {
  const canvas = useRef<HTMLCanvasElement>(null), box = useRef<HTMLDivElement>(null), [board, set] = useState<Board | null>(null);
  useEffect(() => {
    if (!canvas.current || !box.current) return;
    const b = new Board(canvas.current, box.current);
    set(b);
    return () => b.end();
  }, []);
  const stands = layout.value, looks = colours.value, words = language.value, w = worth.value;
  useEffect(() => board?.setFilter(filter), [board, filter]);
  useEffect(() => board?.relayout(), [stands]);
  useEffect(() => board?.restyle(), [looks, words, w]);
  return [board, canvas, box];
}
export function Tiles(p: { filter: Filter; onBoard: (b: Board) => void }): JSX.Element {
  void epoch.value; // the tile in focus is told as it is now
  const [board, canvas, box] = useBoard(p.filter);
  useEffect(() => { if (board) p.onBoard(board); }, [board]);
  const keys = useTileKeys(board, box);
  useKeys(keys, "overview");
  const active = board?.active.value ?? null, feed = active?.feed ?? board?.first() ?? null;
  const point = (e: PointerEvent): void => {
    const hit = board?.point(...within(e));
    if (canvas.current) canvas.current.style.cursor = hit ? "pointer" : "default";
  };
  const click = (e: MouseEvent): void => {
    const hit = board?.point(...within(e)), f = board?.active.value?.feed, head = board?.headAt(...within(e));
    if (hit === "tile" && f) openFeed(f, e.ctrlKey || e.metaKey || e.button === 1);
    else if (head) setQuery({ site: head });
  };
  return <div class="tiles" ref={box} role="listbox" tabIndex={0} aria-label={t("overview.tiles")} aria-activedescendant={feed ? "tile-" + feed.id : undefined}
    onScroll={() => board?.scrolled()} onBlur={() => board?.unfocus()}>
    <canvas class="tiles" ref={canvas} aria-hidden="true" onPointerMove={point} onPointerLeave={() => board?.leave()} onClick={click}
      onAuxClick={e => { if (e.button === 1) click(e); }} />
    <div class="tiles-space" style={{ height: `${board?.height.value ?? 0}px` }} />
    {feed && <Spoken feed={feed} chosen={active?.by === "keys"} />}
    {active && <Card key={active.feed.id} active={active} />}
  </div>;
}
function within(e: MouseEvent): [number, number] {
  const r = (e.currentTarget as Element).getBoundingClientRect();
  return [e.clientX - r.x, e.clientY - r.y];
}
function openFeed(f: Feed, elsewhere: boolean): void {
  if (elsewhere) window.open("/feed/" + f.id, "_blank", "noopener");
  else go("/feed/" + f.id);
}
function useTileKeys(board: Board | null, box: { current: HTMLDivElement | null }): Record<string, (e: KeyboardEvent) => void> {
  const map: Record<string, (e: KeyboardEvent) => void> = {};
  const there = (e: KeyboardEvent): boolean => {
    if (onControl(e)) return false;
    e.preventDefault();
    if (document.activeElement !== box.current) box.current?.focus({ preventScroll: true });
    return true;
  };
  for (const [key, way] of Object.entries(STEPS)) map[key] = e => { if (there(e)) board?.move(way); };
  map.n = e => { if (there(e)) board?.moveToTrouble(1); };
  map.p = e => { if (there(e)) board?.moveToTrouble(-1); };
  map.s = () => board?.sort();
  map.Enter = e => {
    const f = board?.active.value?.feed;
    if (f && !onControl(e)) openFeed(f, false);
  };
  return map;
}
/* The tile in focus and its site, in words. */
function Spoken(p: { feed: Feed; chosen: boolean }): JSX.Element {
  const { feed } = p, s = sites.get(feed.site), n = s?.feeds.length ?? 0, i = s?.feeds.indexOf(feed) ?? 0, c = s?.counts ?? [0, 0, 0, 0];
  const words = t("overview.siteWords", { site: feed.site || "–", n, down: c[2], degraded: c[1], unknown: c[3] });
  return <div class="unseen" role="group" aria-label={words}>
    <div role="option" id={"tile-" + feed.id} aria-selected={p.chosen} aria-posinset={i + 1} aria-setsize={n} data-feed={feed.id} data-state={stateOf(feed.state)}
      data-cause={feed.cause}>{feedWords(feed)}</div></div>;
}
