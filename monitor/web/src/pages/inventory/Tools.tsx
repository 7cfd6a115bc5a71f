// SPDX-License-Identifier: GPL-3.0-or-later
// What every table of the inventory has above it: search, how many, CSV.
import type { ComponentChildren, JSX } from "preact";
import type { State } from "../../api";
import { number, t } from "../../i18n";
import { query, setQuery } from "../../router";
import { can } from "../../session";
import { TextField } from "../../ui/Field";
import { StateMark } from "../../ui/StateMark";
import type { TableName } from "./table";

/* All words of the search are in the text. */
export function matches(text: string, search: string): boolean {
  const low = text.toLowerCase();
  return search.toLowerCase().split(/\s+/).every(word => low.includes(word));
}
export const csvPath = (name: TableName): string => `/api/v1/inventory/${name}.csv`;

export function Tools(p: { shown: number; all: number; csv: TableName; children?: ComponentChildren }): JSX.Element {
  return <div class="tools"><TextField label={t("inventory.search")} type="search" value={query("q")} onInput={q => setQuery({ q })} />
    {p.children}<p class="soft">{t("inventory.found", { n: p.shown, all: p.all })}</p>
    {can("inventory.csv") && <a class="button plain" href={csvPath(p.csv)} download={`${p.csv}.csv`} title={t("inventory.csv.hint")}>{t("inventory.csv")}</a>}</div>;
}
const WORST: readonly State[] = ["down", "degraded", "unknown"];
/* What of its feeds is not well; nothing when all is. */
export function States(p: { of: Record<State, number> }): JSX.Element {
  const bad = WORST.filter(s => p.of[s] > 0);
  return <span class="states">{bad.length === 0 && <span class="soft">{number(p.of.up)} {t("state.up")}</span>}
    {bad.map(s => <span key={s}><StateMark state={s} /> {number(p.of[s])}</span>)}</span>;
}
