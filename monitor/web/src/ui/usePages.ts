// SPDX-License-Identifier: GPL-3.0-or-later
// Lists that come in pages:
//   const q = usePages<Report>("/reports", 60)      page by page, q.more()
//   const q = usePages<Device>("/devices", 500, true)  all of them, on and on
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem, pagesOf, type Problem } from "../http";

export interface Pages<T> { items: T[]; next: string | null; loading: boolean; error: Problem | null; more: () => void; again: () => void }
interface Got<T> { path: string | null; items: T[]; next: string | null; loading: boolean; error: Problem | null }

/* `path` null: nothing is asked. */
export function usePages<T>(path: string | null, limit: number, all = false): Pages<T> {
  const none = { path, items: [], next: null, loading: path !== null, error: null };
  const [got, set] = useState<Got<T>>(none), running = useRef<AbortController | null>(null);
  const ask = useCallback(async (after: string, before: T[]): Promise<void> => {
    if (path === null) return;
    running.current?.abort();
    const c = running.current = new AbortController();
    let items = before, next: string | null = after;
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
  }, [path, limit, all]);
  useEffect(() => {
    set(none);
    void ask("", []);
    return () => running.current?.abort();
  }, [ask]);
  const now = got.path === path ? got : none;
  return { ...now, more: () => { if (now.next) void ask(String(now.next), now.items); }, again: () => void ask("", []) };
}
