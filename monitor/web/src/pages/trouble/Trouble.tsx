// SPDX-License-Identifier: GPL-3.0-or-later
// Only what needs a person: open incidents in the order in which to take them,
// the one in hand beside them. What is new comes in above without moving the
// row that somebody is about to press.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Incident, Page } from "../../api";
import { t } from "../../i18n";
import { useKeys } from "../../keys";
import { go } from "../../router";
import { can } from "../../session";
import { zoneOf } from "../../store";
import { moment, ms, spanLong } from "../../time";
import { Button, Empty, Failed, Loading, PageHead } from "../../ui/basics";
import { useNarrow } from "../../ui/useNarrow";
import { useQuery } from "../../ui/useQuery";
import { undo } from "./acts";
import { startAlert, trouble } from "./alert";
import { Ask, type Asking } from "./Dialogs";
import { cut, ended, open, problem, reload } from "./live";
import { isTaken, nextAfter, step, waiting, type Row, type Trouble as Sorted } from "./order";
import { Pane } from "./Pane";
import { RowItem, type ListProps } from "./Row";
import { SoundBar, SoundBlocked } from "./SoundBar";
import { headOf, nameOf } from "./words";

const MOST = 100; // rows of a group at first
const NARROW = 1099; // px: no room for two columns
const opens = (i: Incident): void => go(i.feed ? "/feed/" + i.feed : i.site ? "/?site=" + encodeURIComponent(i.site) : "/");

/* The numbers that arrows walk over: all that is unfolded. */
function walk(s: Sorted, unfolded: ReadonlySet<number>, resting: boolean): number[] {
  const of = (rows: Row[]): number[] => rows.flatMap(r => [r.incident.number, ...unfolded.has(r.incident.number) ? r.folded.map(f => f.number) : []]);
  return [...of(s.rows), ...resting ? of(s.resting) : []];
}
/* Keeps the place on the screen of the row in hand, whatever comes above it. */
function useKept(hand: number): { current: HTMLDivElement | null } {
  const box = useRef<HTMLDivElement>(null), was = useRef<{ hand: number; top: number } | null>(null);
  const row = (): HTMLElement | null => box.current?.querySelector<HTMLElement>(`[data-incident="${hand}"]`) ?? null;
  const before = row()?.getBoundingClientRect();
  was.current = before && before.bottom > 0 && before.top < innerHeight ? { hand, top: before.top } : null;
  useLayoutEffect(() => {
    const now = row()?.getBoundingClientRect(), then = was.current;
    if (now && then && then.hand === hand && Math.abs(now.top - then.top) > 1) scrollerOf(box.current).scrollBy(0, now.top - then.top);
  });
  return box;
}
function scrollerOf(e: Element | null): Element | Window {
  for (let x = e; x && x !== document.documentElement; x = x.parentElement)
    if (x.scrollHeight > x.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(x).overflowY)) return x;
  return window;
}
/* Which one is in hand; when it is gone, the one that took its place. */
function useHand(numbers: number[]): [number, (n: number) => void] {
  const [hand, set] = useState(0), before = useRef<number[]>([]);
  const now = numbers.includes(hand) ? hand : nextAfter(before.current, numbers, hand);
  useEffect(() => { before.current = numbers; if (now !== hand) set(now); });
  return [now, set];
}
/* The trouble that ended last, also before this page came. */
function Last(): JSX.Element {
  const q = useQuery<Page<Incident>>("/incidents?limit=50"), over = (x: Incident): number => ms(x.until ?? x.closed);
  const all = [...ended.value ? [ended.value] : [], ...q.data?.items ?? []].filter(x => x.closed).sort((x, y) => over(y) - over(x)), i = all[0];
  return <p>{t("trouble.none.text")} {i && t("trouble.none.last", { what: headOf(i), name: nameOf(i), time: moment(over(i), zoneOf(i.site)), span: spanLong(over(i) - ms(i.since)) })}
    {i?.feed && <> <a href={"/feed/" + i.feed}>{t("trouble.feed")}</a></>}</p>;
}
/* Not all of a flood at once: what is below is a press away. */
function Group(p: ListProps & { rows: Row[]; title: string }): JSX.Element | null {
  const [most, set] = useState(MOST);
  if (!p.rows.length) return null;
  return <section class="tr-group"><h2>{p.title}</h2><ol class="tr-list">{p.rows.slice(0, most).map(r => <RowItem key={r.incident.number} {...p} row={r} />)}</ol>
    {p.rows.length > most && <Button onClick={() => set(n => n + MOST)}>{t("trouble.more", { n: p.rows.length - most })}</Button>}</section>;
}
function Lists(p: ListProps & { of: Sorted; resting: boolean; setResting: (on: boolean) => void }): JSX.Element {
  const fresh = p.of.rows.filter(r => !isTaken(r.incident)), taken = p.of.rows.filter(r => isTaken(r.incident)), n = p.of.resting.length;
  return <>
    {!p.of.rows.length && <Empty title={t("trouble.none")}><Last />{n > 0 && <p>{t("trouble.none.rest")}</p>}</Empty>}
    <Group {...p} rows={fresh} title={t("trouble.counts", { n: waiting(p.of) })} />
    <Group {...p} rows={taken} title={t("trouble.taken", { n: taken.length })} />
    <section class="tr-group tr-rest"><h2>{n ? <button type="button" class="button quiet" aria-expanded={p.resting} onClick={() => p.setResting(!p.resting)}>
      {p.resting ? "▾" : "▸"} {t("trouble.resting", { n })}</button> : <span class="soft">{t("trouble.resting.none")}</span>}</h2>
      {p.resting && n > 0 && <ol class="tr-list">{p.of.resting.map(r => <RowItem key={r.incident.number} {...p} row={r} />)}</ol>}
    </section>
  </>;
}
export function Trouble(): JSX.Element {
  const sorted = trouble.value, failure = problem.value;
  useEffect(() => { startAlert(); }, []);
  if (!sorted) return <><PageHead title={t("trouble.title")} />{failure ? <Failed problem={failure} again={() => void reload()} /> : <Loading />}</>;
  return <Shown of={sorted} />;
}
function Shown({ of: sorted }: { of: Sorted }): JSX.Element {
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set()), [resting, setResting] = useState(false);
  const [asking, setAsking] = useState<{ what: Asking; of: Incident } | null>(null);
  const numbers = walk(sorted, unfolded, resting), [hand, take] = useHand(numbers), box = useKept(hand), narrow = useNarrow(NARROW);
  const incident = open.value?.get(hand);
  const fold = (n: number): void => setUnfolded(s => { const next = new Set(s); if (!next.delete(n)) next.add(n); return next; });
  const focus = (n: number): void => {
    take(n);
    requestAnimationFrame(() => {
      const e = box.current?.querySelector<HTMLElement>(`[data-incident="${n}"]`);
      e?.focus({ preventScroll: true });
      e?.scrollIntoView({ block: "nearest" });
    });
  };
  const ask = (what: Asking): void => { if (incident && can("incidents." + what) && !(what === "acknowledge" && isTaken(incident))) setAsking({ what, of: incident }); };
  const move = (by: number) => (e: KeyboardEvent): void => { e.preventDefault(); focus(step(numbers, hand, by)); };
  const late = (what: Asking) => (e: KeyboardEvent): void => { e.preventDefault(); ask(what); };
  const pressed = (e: KeyboardEvent): boolean => e.target instanceof Element && e.target.closest("a, button, input") !== null;
  useKeys({ j: move(1), ArrowDown: move(1), k: move(-1), ArrowUp: move(-1), Home: move(-numbers.length), End: move(numbers.length),
    a: late("acknowledge"), c: late("comment"), s: late("mute"), m: late("mute"), u: () => void undo(),
    x: () => { if (incident) fold(incident.number); },
    Enter: e => { if (incident && !pressed(e)) opens(incident); } }, "trouble");
  const closed = (done: boolean): void => {
    const a = asking;
    setAsking(null);
    const next = done && a?.what === "acknowledge" ? sorted.rows.find(r => !isTaken(r.incident) && r.incident.number !== a.of.number) : undefined;
    focus(next && a ? nextAfter(numbers, sorted.rows.filter(r => !isTaken(r.incident) && r.incident.number !== a.of.number).map(r => r.incident.number), a.of.number) : hand);
  };
  const list: ListProps = { hand, unfolded, take, fold, opens, inline: narrow ? i => <Pane of={i} ask={ask} /> : null };
  return <div class="trouble">
    <PageHead title={t("trouble.title")} hint={t("trouble.hint")}><SoundBar /></PageHead>
    <SoundBlocked />
    {problem.value && <Failed problem={problem.value} again={() => void reload()} />}
    <div class={"tr-body" + (sorted.rows.length ? "" : " calm")}>
      <div class="tr-lists" ref={box} role="region" aria-label={t("trouble.list")}>
        <Lists {...list} of={sorted} resting={resting} setResting={setResting} />
        {cut.value && <p class="soft">{t("trouble.cut", { n: open.value?.size ?? 0 })}</p>}
      </div>
      {incident && !narrow && <Pane of={incident} ask={ask} />}
    </div>
    {asking && <Ask what={asking.what} of={asking.of} onClose={closed} />}
  </div>;
}
