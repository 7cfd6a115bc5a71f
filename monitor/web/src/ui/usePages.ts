// SPDX-License-Identifier: GPL-3.0-or-later
// Lists that come in pages:
//   const q = usePages<Report>("/reports", 60)      page by page, q.more()
//   const q = usePages<Device>("/devices", 500, true)  all of them, on and on
//   const q = usePages<Alert>("/alerts", 100, false, { events: ["alert"] })
//     what is shown is asked for anew after such an event, or each so many
//     seconds, and changes in place
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem, pagesOf, type Problem } from "../http";
import { useAgain, type Renewal } from "./useQuery";

export interface Pages<T> { items: T[]; next: string | null; loading: boolean; error: Problem | null; more: () => void; again: () => void }
interface Got<T> { path: string | null; items: T[]; next: string | null; loading: boolean; error: Problem | null }
const MOST = 1000; // rows that one answer may hold

/* `path` null: nothing is asked. */
export function usePages<T>(path: string | null, limit: number, all = false, renewal: Renewal = {}): Pages<T> {
  const none = { path, items: [], next: null, loading: path !== null, error: null };
  const [got, set] = useState<Got<T>>(none), running = useRef<AbortController | null>(null), asked = useRef(false), shown = useRef(0);
  const ask = useCallback(async (after: string, before: T[]): Promise<void> => {
    if (path === null) return;
    running.current?.abort();
    const c = running.current = new AbortController();
    let items = before, next: string | null = after;
    asked.current = true;
    set({ path, items, next, loading: true, error: null });
    try {
      for await (const page of pagesOf<T>(path, limit, after, c.signal)) {
        items = [...items, ...page.items];
        next = page.next;
        if (!all) break;
        if (next) set({ path, items, next, loading: true, error: null });
      }
      set({ path, items, next, loading: false, error: null });
    } catch (e) {
      if (!c.signal.aborted) set({ path, items, next, loading: false, error: asProblem(e) });
    }
    if (running.current === c) asked.current = false;
    shown.current = items.length;
  }, [path, limit, all]);
  /* Quietly: what is there stays until the new one is. Not while somebody waits for more. */
  const renew = useCallback(async (): Promise<void> => {
    if (path === null || asked.current) return;
    running.current?.abort();
    const c = running.current = new AbortController();
    let items: T[] = [], next: string | null = "";
    try {
      for await (const page of pagesOf<T>(path, Math.min(MOST, Math.max(limit, shown.current)), "", c.signal)) {
        items = [...items, ...page.items];
        next = page.next;
        if (!all && items.length >= shown.current) break;
      }
      if (!c.signal.aborted) set({ path, items, next, loading: false, error: null });
    } catch (e) {
      if (!c.signal.aborted) set(s => ({ ...s, loading: false, error: asProblem(e) }));
    }
  }, [path, limit, all]);
  useEffect(() => {
    set(none);
    void ask("", []);
    return () => running.current?.abort();
  }, [ask]);
  useAgain(useCallback(() => { void renew(); }, [renew]), renewal);
  const now = got.path === path ? got : none;
  return { ...now, more: () => { if (now.next) void ask(String(now.next), now.items); }, again: () => void ask("", []) };
}
