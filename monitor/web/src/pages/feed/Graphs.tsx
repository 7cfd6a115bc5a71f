// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures a second, bits and loss over time, each with the band that is usual
// at that hour of the day.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Series } from "../../api";
import { number, t } from "../../i18n";
import { colour, colours } from "../../theme";
import { clock, moment, weekday } from "../../time";
import { Answer, Button } from "../../ui/basics";
import { useQuery } from "../../ui/useQuery";
import { graphOf, told, type Graph, type Measure } from "./series";

const DAYS = ["1", "7", "30"] as const;
const MEASURES: Measure[] = ["fps", "kbps", "loss_ppm"];
const HIGH = 132, FEW = 40; /* px; values that are drawn as points, too */

const digits = (m: Measure): number => m === "kbps" ? 0 : m === "fps" ? 1 : 2;
const said = (v: number | null, m: Measure): string => v === null ? "–" : number(v, digits(m));

/* 14:00, and at midnight the day. */
function tick(at: number, step: number, zone: string | undefined): string {
  const time = clock(at, zone).slice(0, 5);
  return step >= 86400 || time === "00:00" ? weekday(at, zone) : time;
}
function options(zone: string | undefined, width: number, m: Measure, hover: (n: number | null) => void, few: boolean): uPlot.Options {
  const soft = colour("--soft"), line = colour("--line"), axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui" };
  const band = colour("--unknown");
  return { width, height: HIGH, legend: { show: false }, cursor: { sync: { key: "feed" }, y: false, drag: { x: false, y: false }, points: { size: 6 } },
    tzDate: ts => zone ? uPlot.tzDate(new Date(ts * 1000), zone) : new Date(ts * 1000),
    scales: { y: { range: (_, min, max) => min === null || max === null ? [0, 1] : [Math.min(0, min), Math.max(max * 1.08, m === "loss_ppm" ? 0.1 : 1)] } },
    axes: [{ ...axis, space: 70, size: 28, values: (_, all, __, ___, step) => all.map(v => tick(v * 1000, step, zone)) }, { ...axis, size: 54, space: 34, values: (_, all) => all.map(v => v === null ? "" : number(v, v && v % 1 ? (Math.abs(v) < 1 ? 2 : Math.abs(v) < 10 ? 1 : 0) : 0)) }],
    bands: [{ series: [3, 2], fill: `color-mix(in srgb, ${band} 22%, transparent)` }],
    series: [{}, { stroke: colour("--text"), width: 1.4, spanGaps: false, points: { show: few, size: 5 } }, { stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } }],
    hooks: { setCursor: [u => hover(u.cursor.idx ?? null)] } };
}
function One(p: { graph: Graph; measure: Measure; zone: string | undefined }): JSX.Element {
  const box = useRef<HTMLDivElement>(null), [at, hover] = useState<number | null>(null), look = colours.value, g = p.graph, sum = told(g);
  useEffect(() => {
    const host = box.current;
    if (!host) return;
    const u = new uPlot(options(p.zone, Math.max(200, host.clientWidth), p.measure, hover, sum.known < FEW), [g.x, g.value, g.low, g.high] as uPlot.AlignedData, host);
    const o = new ResizeObserver(() => { if (host.clientWidth !== u.width) u.setSize({ width: Math.max(200, host.clientWidth), height: HIGH }); });
    o.observe(host);
    return () => { o.disconnect(); u.destroy(); };
  }, [g, p.zone, look]);
  const n = at ?? -1, v = g.value[n] ?? null, low = g.low[n] ?? null, high = g.high[n] ?? null, name = t(`feed.graph.${p.measure}`);
  const words = t("feed.graph.told", { name, last: said(sum.last, p.measure), low: said(sum.low, p.measure), high: said(sum.high, p.measure) });
  const usual = at === null ? sum.usual : low !== null && high !== null ? [low, high] as const : null;
  return <figure class="graph">
    <figcaption><b>{name}</b> <span class="graph-now">{said(at === null ? sum.last : v, p.measure)}</span>
      <span class="soft">{usual ? t("feed.graph.usual", { low: said(usual[0], p.measure), high: said(usual[1], p.measure) }) : t("feed.graph.usual.none")}</span>
      <span class="soft graph-at">{at === null ? "" : moment((g.x[n] ?? 0) * 1000, p.zone)}</span></figcaption>
    {sum.last === null ? <p class="soft">{t("feed.graph.none")}</p> : <div ref={box} role="img" aria-label={words} />}
  </figure>;
}
function Three(p: { of: Series; zone: string | undefined }): JSX.Element {
  const graphs = useMemo(() => MEASURES.map(m => graphOf(p.of, m, p.zone)), [p.of, p.zone]);
  return <>{graphs.map((g, n) => <One key={MEASURES[n]} graph={g} measure={MEASURES[n] ?? "fps"} zone={p.zone} />)}</>;
}
export function Graphs(p: { feed: string; zone: string | undefined }): JSX.Element {
  const [days, set] = useState<typeof DAYS[number]>("1");
  const q = useQuery<Series>(`/feeds/${p.feed}/series?days=${days}`, { every: 300 });
  return <section class="panel"><div class="panel-head"><h2>{t("feed.graphs")}</h2>
    <div class="segments" role="group" aria-label={t("feed.graphs")}>{DAYS.map(d => <Button key={d} pressed={d === days} onClick={() => set(d)}>{t(`feed.days.${d}`)}</Button>)}</div></div>
    <Answer of={q}>{s => <Three of={s} zone={p.zone} />}</Answer></section>;
}
