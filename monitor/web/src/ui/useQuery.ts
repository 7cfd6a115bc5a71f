// SPDX-License-Identifier: GPL-3.0-or-later
// A question to the API as long as a component lives:
//   const q = useQuery<Page<User>>(can("users") ? "/users" : null, { every: 30 });
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem, get, type Problem } from "../http";
import { onEvent } from "../store";

export interface Query<T> { data: T | null; error: Problem | null; loading: boolean; refresh: () => void }
export interface Renewal {
  every?: number;    /* seconds; not while the page is hidden */
  events?: string[]; /* of the stream, after which it is asked again */
}

/* `path` null: nothing is asked. A new path drops the old answer. */
export function useQuery<T>(path: string | null, options: Renewal = {}): Query<T> {
  const [state, set] = useState<{ path: string | null; data: T | null; error: Problem | null; loading: boolean }>(
    { path, data: null, error: null, loading: path !== null });
  const running = useRef<AbortController | null>(null);
  const refresh = useCallback(() => {
    running.current?.abort();
    if (path === null) return;
    const c = running.current = new AbortController();
    get<T>(path, c.signal).then(
      data => { if (!c.signal.aborted) set({ path, data, error: null, loading: false }); },
      (e: unknown) => {
        if (c.signal.aborted) return;
        set(s => ({ path, data: s.path === path ? s.data : null, error: asProblem(e), loading: false }));
      });
  }, [path]);
  useEffect(() => {
    set(s => s.path === path ? { ...s, loading: s.data === null && path !== null } : { path, data: null, error: null, loading: path !== null });
    refresh();
    return () => running.current?.abort();
  }, [path]);
  useAgain(refresh, options);
  return state.path === path ? { ...state, refresh } : { data: null, error: null, loading: path !== null, refresh };
}
export function useAgain(refresh: () => void, { every = 0, events = [] }: Renewal): void {
  const names = events.join(" ");
  useEffect(() => {
    if (!every) return;
    const timer = setInterval(() => { if (!document.hidden) refresh(); }, every * 1000);
    return () => clearInterval(timer);
  }, [refresh, every]);
  useEffect(() => {
    let waiting = 0;
    const soon = (): void => { if (!waiting) waiting = window.setTimeout(() => { waiting = 0; refresh(); }, 300); };
    const ends = names ? names.split(" ").map(n => onEvent(n, soon)) : [];
    return () => { clearTimeout(waiting); for (const f of ends) f(); };
  }, [refresh, names]);
}
