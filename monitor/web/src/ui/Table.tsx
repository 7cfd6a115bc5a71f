// SPDX-License-Identifier: GPL-3.0-or-later
// A table: sortable, only what is in view is in the page when it is long, head
// stays in sight, arrows move and Enter opens where rows open something.
//   <Table label={t("users.title")} rows={items} keyOf={u => u.id} columns={[
//     { id: "name", title: t("name"), cell: u => u.name, sort: u => u.name }]} onOpen={u => ...} />
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { byName } from "../store";

export interface Column<T> {
  id: string; title: string; cell: (row: T) => ComponentChildren; sort?: (row: T) => string | number;
  align?: "right"; narrow?: "hide"; /* below 700 px */
  names?: boolean; /* what people wrote: broken where it must be, lest it push the rest out of sight */
}
export interface TableProps<T> {
  label: string; rows: T[]; columns: Column<T>[]; keyOf: (row: T) => string | number; onOpen?: (row: T) => void;
  sort?: string; /* "name" or "-name" at first */ marked?: (row: T) => boolean; height?: number; /* of a row, px */
}
const LONG = 200, AHEAD = 12;

function sorted<T>(rows: T[], columns: Column<T>[], by: string): T[] {
  const down = by.startsWith("-"), of = columns.find(c => c.id === by.replace("-", ""))?.sort;
  if (!of) return rows;
  const compare = (a: T, b: T): number => {
    const x = of(a), y = of(b);
    return typeof x === "number" && typeof y === "number" ? x - y : byName(String(x), String(y));
  };
  return [...rows].sort((a, b) => down ? compare(b, a) : compare(a, b));
}
export function Table<T>(p: TableProps<T>): JSX.Element {
  const [by, setBy] = useState(p.sort ?? ""), [at, setAt] = useState(0), box = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => sorted(p.rows, p.columns, by), [p.rows, p.columns, by]);
  const high = p.height ?? 34, long = rows.length > LONG;
  const [from, to] = useWindow(box, rows.length, high, long);
  const shown = rows.slice(from, to);
  const onKey = (e: KeyboardEvent): void => {
    const next = e.key === "ArrowDown" ? at + 1 : e.key === "ArrowUp" ? at - 1 : e.key === "Home" ? 0 : e.key === "End" ? rows.length - 1 : -1;
    const row = rows[at];
    if (e.key === "Enter" && row !== undefined && p.onOpen && e.target instanceof HTMLTableRowElement) p.onOpen(row);
    else if (next >= 0 && next < rows.length && p.onOpen && e.target instanceof HTMLTableRowElement) {
      e.preventDefault();
      setAt(next);
      if (long) box.current?.scrollTo({ top: Math.max(0, next * high - box.current.clientHeight / 2) });
      requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`tr[data-n="${next}"]`)?.focus());
    }
  };
  return <div ref={box} class={"table" + (long ? " long" : "")} onKeyDown={onKey} tabIndex={long ? 0 : undefined}
    role={long ? "region" : undefined} aria-label={long ? p.label : undefined}>
    <table aria-label={p.label} aria-rowcount={rows.length + 1}>
      <thead><tr>{p.columns.map(c => <Head key={c.id} column={c} by={by} onSort={setBy} />)}</tr></thead>
      <tbody>
        {from > 0 && <tr class="gap" aria-hidden="true"><td colSpan={p.columns.length} style={{ height: `${from * high}px` }} /></tr>}
        {shown.map((row, i) => <tr key={p.keyOf(row)} data-n={from + i} data-row={p.keyOf(row)} aria-rowindex={from + i + 2} class={(p.onOpen ? "opens" : "") + (p.marked?.(row) ? " marked" : "")}
          tabIndex={p.onOpen ? from + i === at ? 0 : -1 : undefined} onFocus={() => setAt(from + i)} onClick={e => { if (!isControl(e)) p.onOpen?.(row); }}>
          {p.columns.map(c => <td key={c.id} class={cls(c)}>{c.cell(row)}</td>)}</tr>)}
        {to < rows.length && <tr class="gap" aria-hidden="true"><td colSpan={p.columns.length} style={{ height: `${(rows.length - to) * high}px` }} /></tr>}
      </tbody>
    </table></div>;
}
const isControl = (e: Event): boolean => e.target instanceof Element && e.target.closest("a, button, input, select, label") !== null;
const cls = (c: { align?: string; narrow?: string; names?: boolean }): string => (c.align === "right" ? "right" : "") + (c.narrow ? " narrow-hide" : "") + (c.names ? " names" : "");

function Head<T>(p: { column: Column<T>; by: string; onSort: (by: string) => void }): JSX.Element {
  const c = p.column, up = p.by === c.id, down = p.by === "-" + c.id;
  return <th scope="col" class={cls(c)} aria-sort={up ? "ascending" : down ? "descending" : undefined}>
    {c.sort ? <button type="button" class="sort" title={t("table.sort")} onClick={() => p.onSort(up ? "-" + c.id : c.id)}>{c.title}
      <i aria-hidden="true">{up ? "▴" : down ? "▾" : ""}</i></button> : c.title}</th>;
}
/* Which rows are in view, when there are many. */
function useWindow(box: { current: HTMLDivElement | null }, count: number, high: number, long: boolean): [number, number] {
  const [range, set] = useState<[number, number]>([0, 60]);
  useEffect(() => {
    const b = box.current;
    if (!b || !long) return;
    const look = (): void => {
      const from = Math.max(0, Math.floor(b.scrollTop / high) - AHEAD);
      set(r => Math.abs(r[0] - from) < 4 && r[0] <= from ? r : [from, from + Math.ceil(b.clientHeight / high) + 2 * AHEAD + 4]);
    };
    b.addEventListener("scroll", look, { passive: true });
    look();
    return () => b.removeEventListener("scroll", look);
  }, [count, long, high]);
  return long ? [Math.min(range[0], count), Math.min(range[1], count)] : [0, count];
}
