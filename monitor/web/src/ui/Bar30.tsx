// SPDX-License-Identifier: GPL-3.0-or-later
// States over time as one bar: <Bar30 intervals={items} from={ms} to={ms} zone={zone} />
// Short troubles are never less than a pixel; what lies under the pointer is said in words.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Interval } from "../api";
import { causeWords, t } from "../i18n";
import { colour, colours } from "../theme";
import { moment, ms, spanLong } from "../time";
import { hatch } from "./hatch";

const RANK: Record<string, number> = { up: 0, unknown: 1, degraded: 2, down: 3 };
interface Piece { a: number; b: number; state: string; cause: string }
interface BarProps { intervals: Interval[]; from: number; to: number; zone?: string | undefined; label: string }

const pieces = (p: BarProps): Piece[] => p.intervals.map(i => ({ a: Math.max(ms(i.start), p.from), b: Math.min(i.end ? ms(i.end) : p.to, p.to),
  state: i.state, cause: i.cause })).filter(x => x.b > x.a);

function paint(c: HTMLCanvasElement, list: Piece[], from: number, to: number): void {
  const w = c.clientWidth, h = c.clientHeight, d = devicePixelRatio || 1, g = c.getContext("2d");
  if (!g || !w) return;
  c.width = Math.round(w * d);
  c.height = Math.round(h * d);
  g.scale(d, d);
  g.fillStyle = colour("--bar-empty");
  g.fillRect(0, 0, w, h);
  const x = (at: number): number => (at - from) / (to - from) * w, unknown = hatch(g, 5, 1.6, d);
  for (const p of [...list].sort((a, b) => (RANK[a.state] ?? 0) - (RANK[b.state] ?? 0))) {
    const a = x(p.a), wide = Math.max(p.state === "up" ? 0 : 1.5, x(p.b) - a);
    g.fillStyle = p.state === "unknown" ? unknown : p.state === "up" ? colour("--bar-up") : colour("--" + p.state);
    /* A shape beside the colour: down full, degraded two thirds, unknown hatched. */
    const part = p.state === "degraded" ? .66 : 1;
    g.fillRect(a, h * (1 - part), wide, h * part);
  }
}
export function Bar30(p: BarProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null), [said, say] = useState(""), at = useRef<number | null>(null);
  const list = pieces(p), epoch = colours.value;
  useEffect(() => {
    const c = canvas.current;
    if (!c) return;
    const again = (): void => paint(c, list, p.from, p.to);
    const o = new ResizeObserver(again);
    o.observe(c);
    again();
    return () => o.disconnect();
  }, [p.intervals, p.from, p.to, epoch]);
  const point = (e: PointerEvent): void => {
    const c = canvas.current;
    if (!c) return;
    const r = c.getBoundingClientRect(), at = p.from + (e.clientX - r.left) / r.width * (p.to - p.from);
    const slack = (p.to - p.from) / r.width * 2;
    const hit = list.filter(x => x.a - slack <= at && at < x.b + slack).sort((a, b) => (RANK[b.state] ?? 0) - (RANK[a.state] ?? 0))[0];
    say(hit ? words(hit, p.zone) : "");
  };
  const troubles = list.filter(x => x.state !== "up");
  const onKey = (e: KeyboardEvent): void => {
    const by = e.key === "ArrowLeft" ? -1 : e.key === "ArrowRight" ? 1 : 0;
    if (!by || !troubles.length) return;
    e.preventDefault();
    at.current = Math.min(troubles.length - 1, Math.max(0, (at.current ?? (by < 0 ? troubles.length : -1)) + by));
    const x = troubles[at.current];
    if (x) say(words(x, p.zone));
  };
  return <div class="bar30"><canvas ref={canvas} role="img" aria-label={p.label} tabIndex={0} onPointerMove={point} onPointerLeave={() => say("")}
    onKeyDown={onKey} onBlur={() => { at.current = null; say(""); }} />
    <div class="bar30-scale"><span>{moment(p.from, p.zone)}</span><span class="said" role="status">{said}</span><span>{moment(p.to, p.zone)}</span></div></div>;
}
function words(p: Piece, zone?: string): string {
  const state = p.state === "up" ? t("state.up") : p.state === "down" ? t("state.down") : p.state === "degraded" ? t("state.degraded") : t("state.unknown");
  return `${state}${p.cause === "none" ? "" : ": " + causeWords(p.cause)}, ${moment(p.a, zone)} – ${moment(p.b, zone)} (${spanLong(p.b - p.a)})`;
}
