// SPDX-License-Identifier: GPL-3.0-or-later
// What an import would change -> groups a person can read; mistakes beside the
// lines they are in. PURE. The answer may hold anything.
import type { ImportAnswer } from "../../api";
import { valuesOf } from "../../http";
import { textWords } from "../../i18n";

/* `kind`: "feed"; a file of feeds brings sites and devices with it. */
export type Change = ImportAnswer["changes"][number] & { kind?: string };
export type Mistake = ImportAnswer["errors"][number];
export type What = Change["what"];

/* What goes away first: it is what nobody wants to do by accident. */
export function grouped(changes: readonly Change[]): [What, Change[]][] {
  const order: What[] = ["remove", "change", "add"];
  return order.map((what): [What, Change[]] => [what, changes.filter(c => c.what === what)]).filter(([, of]) => of.length > 0);
}
/* Of an addition, what is worth reading: not its number, nor its name again. */
export function worthTelling(c: Change): Change["fields"] {
  return c.what === "add" ? c.fields.filter(f => f.field !== "uuid" && f.to !== "" && f.to !== c.name) : c.fields;
}
/* How many of each kind, as they come. */
export function kinds(changes: readonly Change[]): [string, number][] {
  const of = new Map<string, number>();
  for (const c of changes) of.set(c.kind ?? "", (of.get(c.kind ?? "") ?? 0) + 1);
  return [...of];
}
/* How often each field is changed, most first. */
export function touched(changes: readonly Change[]): [string, number][] {
  const of = new Map<string, number>();
  for (const c of changes)
    if (c.what === "change")
      for (const f of c.fields) of.set(f.field, (of.get(f.field) ?? 0) + 1);
  return [...of].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/* The mistakes of a problem's body, in the reader's words. */
export function mistakesOf(body: unknown): Mistake[] {
  const errors = typeof body === "object" && body !== null && "errors" in body ? body.errors : null;
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((e: unknown): Mistake[] => {
    if (typeof e === "string") return [{ line: 0, column: 0, text: e }];
    if (typeof e !== "object" || e === null) return [];
    const m = e as Partial<Record<keyof Mistake, unknown>>;
    return [{ line: Number(m.line) || 0, column: Number(m.column) || 0,
      text: textWords({ text: String(m.text ?? ""), code: String(m.code ?? ""), values: valuesOf(m.values) }) }];
  });
}
/* `mark`: where in `text` the first mistake is, -1: not in it. */
export interface Shown { line: number; text: string; mark: number; mistakes: Mistake[] }

/* The lines that have mistakes, each cut to `width` characters around its
 * first. Columns count from 1. */
export function mistaken(csv: string, mistakes: readonly Mistake[], width: number): Shown[] {
  const lines = csv.split(/\r\n|\r|\n/), by = new Map<number, Mistake[]>();
  for (const m of mistakes) by.set(m.line, [...by.get(m.line) ?? [], m]);
  return [...by].sort((a, b) => a[0] - b[0]).map(([line, own]) => {
    const text = lines[line - 1] ?? "", at = Math.max(0, Math.min(...own.map(m => m.column)) - 1);
    const from = at < width ? 0 : at - Math.floor(width / 2), end = from + width < text.length ? "…" : "";
    return { line, text: (from ? "…" : "") + text.slice(from, from + width) + end, mark: at < text.length ? at - from + (from ? 1 : 0) : -1, mistakes: own };
  });
}
