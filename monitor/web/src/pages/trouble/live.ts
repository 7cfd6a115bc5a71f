// SPDX-License-Identifier: GPL-3.0-or-later
// All open incidents, kept true by the stream's "incident" events; for every
// page that tells of them (trouble, the title's count, the sound).
import { signal } from "@preact/signals";
import type { Comment, Incident } from "../../api";
import { asProblem, get, pagesOf, Problem } from "../../http";
import { layout, onEvent, worth } from "../../store";
import { now } from "../../time";

/* One incident with all that is said of it. */
export type IncidentDetail = Omit<Incident, "comments"> & { comments: Comment[] };

export const open = signal<ReadonlyMap<number, Incident> | null>(null);
export const problem = signal<Problem | null>(null);
/* More are open than one look takes. */
export const cut = signal(false);
/* The last one that ended while we looked, for the empty page. */
export const ended = signal<Incident | null>(null);
/* Grows with each change of one: who shows it asks anew. */
export const touched = signal<{ number: number; times: number }>({ number: 0, times: 0 });

const MOST = 2000;         // rows; beyond, the page says so
const ONE_BY_ONE = 6;      // changes at once; more, and the list is taken anew
const CALM_MS = 150;       // changes are gathered for so long
const CONFIRM_MS = 6000;   // an incident younger than this may be an interruption
const AGAIN_MS = 60000;    // whatever was missed shows after so long

let started = false, loading = false, wanted = false, timer = 0;
const waiting = new Set<number>();

export function startIncidents(): void {
  if (started) return;
  started = true;
  onEvent("incident", data => heard(data));
  layout.subscribe(() => { if (layout.value > 0) void reload(); });
  worth.subscribe(() => { if (worth.value === "live") void reload(); });
  setInterval(() => { if (!document.hidden) void reload(); }, AGAIN_MS);
  void reload();
}
export async function reload(): Promise<void> {
  wanted = true;
  if (loading) return;
  loading = true;
  while (wanted) {
    wanted = false;
    try {
      await take();
      problem.value = null;
    } catch (e) {
      problem.value = asProblem(e);
    }
  }
  loading = false;
}
/* What was asked for one by one while the list was on its way: it may be newer than the list's pages. null: it is over. */
const meanwhile = new Map<number, Incident | null>();

async function take(): Promise<void> {
  const all = new Map<number, Incident>();
  let more = false;
  meanwhile.clear();
  for await (const page of pagesOf<Incident>("/incidents?open=1", 500)) {
    for (const i of page.items) if (!i.closed) all.set(i.number, i);
    more = Boolean(page.next);
    if (all.size >= MOST) break;
  }
  for (const [n, i] of meanwhile) {
    if (i) all.set(n, i);
    else all.delete(n);
  }
  cut.value = more;
  open.value = all;
  soon([...all.values()]);
}
/* Whether it outlives an interruption is told by no event of its own. */
function soon(all: Incident[]): void {
  if (all.some(i => !i.alert && now() - Date.parse(i.at ?? "") < CONFIRM_MS)) setTimeout(() => void reload(), CONFIRM_MS);
}
function heard(data: unknown): void {
  if (typeof data !== "object" || data === null || !("number" in data)) return;
  const number = Number(data.number);
  if (!Number.isSafeInteger(number)) return;
  waiting.add(number);
  if (!timer) timer = window.setTimeout(() => void flush(), CALM_MS);
}
async function flush(): Promise<void> {
  const numbers = [...waiting];
  waiting.clear();
  timer = 0;
  if (numbers.length > ONE_BY_ONE || open.value === null) return reload();
  await Promise.all(numbers.map(renew));
}
/* Asks for one anew: after an event of it, and after a change of our own. */
export async function renew(number: number): Promise<void> {
  try {
    put(flat(await get<IncidentDetail>("/incidents/" + number)));
  } catch (e) {
    if (e instanceof Problem && e.status === 404) drop(number);
    else await reload();
  }
  touched.value = { number, times: touched.value.times + 1 };
}
/* As it stands in the list. */
export function flat(d: IncidentDetail | Incident): Incident {
  return { ...d, comments: Array.isArray(d.comments) ? d.comments.length : d.comments,
    feeds: Array.isArray(d.feeds) ? d.feeds.length : d.feeds };
}
function put(i: Incident): void {
  if (i.closed) {
    if (open.value?.has(i.number)) ended.value = i;
    return drop(i.number);
  }
  if (loading) meanwhile.set(i.number, i);
  open.value = new Map(open.value ?? []).set(i.number, i);
  soon([i]);
}
function drop(number: number): void {
  if (loading) meanwhile.set(number, null);
  if (!open.value?.has(number)) return;
  const left = new Map(open.value);
  left.delete(number);
  open.value = left;
}
