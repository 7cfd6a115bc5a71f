// SPDX-License-Identifier: GPL-3.0-or-later
// Words by key in the reader's language. A page's words are in words/PAGE.ts,
// both languages side by side; the compiler holds them to the same keys.
// "one|many" with {n} picks by the language's plural rule.
import { signal } from "@preact/signals";
import { kept, keep } from "./kept";
import * as alerts from "./words/alerts";
import * as causes from "./words/causes";
import * as common from "./words/common";
import * as consoles from "./words/consoles";
import * as coverage from "./words/coverage";
import * as evidence from "./words/evidence";
import * as feed from "./words/feed";
import * as handover from "./words/handover";
import * as help from "./words/help";
import * as inventory from "./words/inventory";
import * as ledger from "./words/ledger";
import * as login from "./words/login";
import * as mistakes from "./words/mistakes";
import * as overview from "./words/overview";
import * as references from "./words/references";
import * as refusals from "./words/refusals";
import * as reports from "./words/reports";
import * as trouble from "./words/trouble";
import * as users from "./words/users";
import * as wall from "./words/wall";

export const parts = { alerts, causes, common, consoles, coverage, evidence, feed, handover, help, inventory, ledger, login, mistakes, overview, references,
  refusals, reports, trouble, users, wall };
const en = { ...alerts.en, ...causes.en, ...common.en, ...consoles.en, ...coverage.en, ...evidence.en, ...feed.en, ...handover.en, ...help.en, ...inventory.en,
  ...ledger.en, ...login.en, ...mistakes.en, ...overview.en, ...references.en, ...refusals.en, ...reports.en, ...trouble.en, ...users.en, ...wall.en };
const es: Record<keyof typeof en, string> = { ...alerts.es, ...causes.es, ...common.es, ...consoles.es, ...coverage.es, ...evidence.es, ...feed.es,
  ...handover.es, ...help.es, ...inventory.es, ...ledger.es, ...login.es, ...mistakes.es, ...overview.es, ...references.es, ...refusals.es, ...reports.es, ...trouble.es,
  ...users.es, ...wall.es };

export type Key = keyof typeof en;
export type Language = "en" | "es";
export const languages: Record<Language, string> = { en: "English", es: "Español" };
const catalogue: Record<Language, Record<Key, string>> = { en, es };

function first(): Language {
  const own = kept("language");
  const wanted = own ? [own] : typeof navigator === "undefined" ? [] : navigator.languages;
  for (const tag of wanted) {
    const short = tag.slice(0, 2);
    if (short === "en" || short === "es") return short;
  }
  return "en";
}
export const language = signal<Language>(first());

export function setLanguage(l: Language): void {
  language.value = l;
  keep("language", l);
}
const plurals = new Map<string, Intl.PluralRules>();
function isOne(n: number): boolean {
  let rules = plurals.get(language.value);
  if (!rules) plurals.set(language.value, rules = new Intl.PluralRules(language.value));
  return rules.select(n) === "one";
}
/* Numbers as the language groups them; always with a separator from 1,000. */
export function number(n: number, digits = 0): string {
  return n.toLocaleString(language.value, { maximumFractionDigits: digits, minimumFractionDigits: digits, useGrouping: true });
}
/* What is written from right to left, or says so, turns nothing beside it. */
const isolated = (v: string): string => /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff]/.test(v) ? `\u2068${v}\u2069` : v;
/* The words of `key`: {name} is replaced from `values`, numbers are grouped. */
export function t(key: Key, values?: Record<string, string | number>): string {
  let text: string = catalogue[language.value][key];
  const bar = text.indexOf("|");
  if (bar >= 0) text = isOne(Number(values?.n ?? 0)) ? text.slice(0, bar) : text.slice(bar + 1);
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (all, name: string) => {
    const v = values[name];
    return v === undefined ? all : typeof v === "number" ? number(v) : isolated(v);
  });
}
/* Whether there are words of that key: for keys built from an answer. */
export function has(key: string): key is Key {
  return Object.hasOwn(en, key);
}
/* What the server refuses, in the reader's language; "": not known here. */
export function refusalWords(code: string, values: Record<string, string>): string {
  const key = "refusal." + code;
  return has(key) ? t(key, values.cause ? { ...values, cause: causeWords(values.cause) } : values) : "";
}
/* What the monitor wrote, in the reader's language where it has words of its code. */
export function textWords(of: { text: string; code?: string; values?: Record<string, string> }): string {
  return refusalWords(of.code ?? "", of.values ?? {}) || of.text;
}
/* Of a kind ("phase.", "why."), what an answer says; what is not known stands as it came. */
export function wordsOf(kind: string, value: string): string {
  const key = kind + value;
  return has(key) ? t(key) : value;
}
export const causeWords = (cause: string): string => wordsOf("cause.", cause);
