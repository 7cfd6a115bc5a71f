// SPDX-License-Identifier: GPL-3.0-or-later
// A line of the ledger -> what it is about and what is worth a word. PURE. A
// body may hold anything: nothing but text and numbers is taken out of it.
import { en } from "../../words/ledger";

type Body = Readonly<Record<string, unknown>>;

/* Fields that name a thing, in the order in which they are looked for. */
const NAMES = ["name", "console", "screen", "room", "shift", "pattern", "device", "user", "place", "site", "tag", "file", "report"];
/* Fields that say more, in the order in which they are told. */
const MORE = ["state", "cause", "presence", "why", "role", "to", "witness", "text", "note", "reason"];
const LONGEST = 200;

function text(body: Body, key: string): string {
  const value = body[key];
  return typeof value === "number" ? String(value) : typeof value === "string" ? value : "";
}
export interface Sentence { subject: string; more: { key: string; value: string }[] }

/* `feedName` of the line's own feed ("" or null: of none) counts more than all in its body. */
export function sentence(body: unknown, feedName: string | null): Sentence {
  const b: Body = typeof body === "object" && body !== null && !Array.isArray(body) ? body as Body : {};
  // A person's or a token's site is what it sees, not where it is.
  const key = NAMES.find(name => text(b, name) !== "");
  const site = key === "name" && text(b, "site") !== "" && text(b, "role") === "" ? text(b, "site") + "/" : "";
  const subject = feedName ? feedName : (key === undefined ? "" : site + text(b, key));
  const more = MORE.filter(name => name !== key && text(b, name) !== "" && (name !== "to" || typeof b.to === "string")).map(name => ({ key: name, value: text(b, name).slice(0, LONGEST) }));
  return { subject, more };
}
/* "incident.acknowledge" -> "incident": what lines are chosen by. */
export const family = (kind: string): string => kind.split(".", 1)[0] ?? kind;
export const FAMILIES = Object.keys(en).filter(k => /^kind\.[a-z]+$/.test(k)).map(k => k.slice("kind.".length));

export interface Witness { last: string | null; state: string; name: string }
/* `at`: when the last of the good ones had it; `since`: of none that is good,
 * the newest word there is. */
export type Held = { is: "good"; at: string; good: number; all: number } | { is: "contradicted"; name: string }
  | { is: "late"; since: string } | { is: "never" };
export function held(witnesses: readonly Witness[]): Held {
  const wrong = witnesses.find(w => w.state === "contradicts"), newest = (of: readonly Witness[]): string =>
    of.reduce((m, w) => w.last !== null && Date.parse(w.last) > (Date.parse(m) || 0) ? w.last : m, "");
  if (wrong) return { is: "contradicted", name: wrong.name };
  const good = witnesses.filter(w => w.state === "good"), at = newest(good);
  if (at) return { is: "good", at, good: good.length, all: witnesses.length };
  const since = newest(witnesses);
  return since ? { is: "late", since } : { is: "never" };
}
