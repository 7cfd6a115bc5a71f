// SPDX-License-Identifier: GPL-3.0-or-later
// Hour by site, drawn on a canvas: the more was watched the further from the
// ground; unknown time is hatched, in its share of the cell. By keyboard each
// cell says its exact numbers.
import type { JSX, RefObject } from "preact";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type { Coverage } from "../../api";
import { language, t } from "../../i18n";
import { colours } from "../../theme";
import { paint, ROW, TOP } from "./paint";
import { cellWords, columnTimes, ticks } from "./say";
import { blindParts, hoursPerColumn, rowsOf, STEPS, together, type Row } from "./share";

const LEAST = 3;
interface At { row: number; column: number }

export function HeatMap(p: { coverage: Coverage }): JSX.Element {
  const c = p.coverage, box = useRef<HTMLDivElement>(null), canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(box), per = hoursPerColumn(c.hours.length, width, LEAST);
  const rows = useMemo(() => {
    const sites = rowsOf(c, per);
    return sites.length > 1 ? [together(sites), ...sites] : sites;
  }, [c, per]);
  const [at, setAt] = useState<At | null>(null), id = useId();
  const columns = Math.ceil(c.hours.length / per), look = colours.value;
  useEffect(() => { if (canvas.current && width) paint(canvas.current, rows, columns, width, blindParts(c, per), at); }, [rows, width, at, look]);
  const chosen = at ? rows[at.row] : undefined;
  return <div class="heat">
    <div class="heat-names" aria-hidden="true">{rows.map(r => <span key={r.site} title={r.site} class={r.site ? "" : "all"}><bdi>{r.site || t("coverage.all")}</bdi></span>)}</div>
    <div class="heat-box" ref={box}>
      <Axis coverage={c} per={per} width={width} />
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={`${t("coverage.chart")}. ${t("coverage.chart.keys")}`} aria-describedby={id}
        style={{ width: "100%", height: `${rows.length * ROW + TOP}px` }}
        onKeyDown={e => move(e, at, rows.length, columns, setAt)}
        onPointerMove={e => setAt(under(e, rows, columns))} onPointerLeave={() => setAt(null)} onPointerDown={e => setAt(under(e, rows, columns))} /></div>
    <p id={id} class="heat-cell" role="status">{chosen && at ? cellWords(chosen, columnTimes(c, per, at.column), at.column) : t("coverage.chart.point")}
      {" "}{per > 1 && <span class="soft">({t("coverage.chart.columns", { n: per })})</span>}</p>
    <Legend /></div>;
}
function useWidth(box: RefObject<HTMLDivElement>): number {
  const [width, set] = useState(0);
  useEffect(() => {
    const look = new ResizeObserver(entries => set(Math.floor(entries[0]?.contentRect.width ?? 0)));
    if (box.current) look.observe(box.current);
    return () => look.disconnect();
  }, []);
  return width;
}
function Axis(p: { coverage: Coverage; per: number; width: number }): JSX.Element {
  return <div class="heat-axis" aria-hidden="true">{ticks(p.coverage, p.per, p.width).map(x => <span key={x.at} style={{ left: `${x.at * 100}%` }}>{x.words}</span>)}</div>;
}
function under(e: PointerEvent, rows: Row[], columns: number): At | null {
  const r = (e.currentTarget as HTMLCanvasElement).getBoundingClientRect();
  const row = Math.floor((e.clientY - r.top - TOP) / ROW), column = Math.floor((e.clientX - r.left) / r.width * columns);
  return row >= 0 && row < rows.length && column >= 0 && column < columns ? { row, column } : null;
}
function move(e: KeyboardEvent, at: At | null, rows: number, columns: number, set: (a: At) => void): void {
  const now = at ?? { row: 0, column: columns };
  const to: Record<string, At> = {
    ArrowLeft: { ...now, column: now.column - 1 }, ArrowRight: { ...now, column: now.column + 1 },
    ArrowUp: { ...now, row: now.row - 1 }, ArrowDown: { ...now, row: now.row + 1 },
    Home: { ...now, column: 0 }, End: { ...now, column: columns - 1 },
  };
  const next = to[e.key];
  if (!next) return;
  e.preventDefault();
  set({ row: Math.min(rows - 1, Math.max(0, next.row)), column: Math.min(columns - 1, Math.max(0, next.column)) });
}
function Legend(): JSX.Element {
  const l = language.value;
  const words = useMemo(() => STEPS.map(s => (s * 100).toLocaleString(l)), [l]);
  return <ul class="heat-legend">
    <li class="head">{t("coverage.legend")}</li>
    <li><i style={{ background: "var(--heat-0)" }} />{t("coverage.legend.none")}</li>
    {words.map((w, i) => <li key={w}><i style={{ background: `var(--heat-${i + 1})` }} />≤ {w}&nbsp;%</li>)}
    <li><i class="hatch" />{t("coverage.legend.unknown")}</li>
    <li><i class="dots" />{t("coverage.legend.nothing")}</li>
    <li><i class="blind" />{t("coverage.legend.blind")}</li></ul>;
}
