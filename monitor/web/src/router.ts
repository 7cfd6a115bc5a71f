// SPDX-License-Identifier: GPL-3.0-or-later
// The address is the state: path and query as a signal, links without a reload.
import { signal } from "@preact/signals";

export interface Here { path: string; search: string; query: URLSearchParams; hash: string }
const read = (): Here => typeof location === "undefined"
  ? { path: "/", search: "", query: new URLSearchParams(), hash: "" }
  : { path: location.pathname, search: location.search, query: new URLSearchParams(location.search), hash: location.hash };
export const here = signal<Here>(read());

/* The server is a newer one: the next page is loaded whole. */
export const renew = signal(false);

export function go(to: string, replace = false): void {
  if (renew.value && !replace) return location.assign(to);
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  const before = here.value.path;
  here.value = read();
  if (here.value.path !== before) window.scrollTo(0, 0);
}
/* One filter in the address; "" takes it out. No new entry in the history. */
export function setQuery(values: Record<string, string>): void {
  const q = new URLSearchParams(location.search);
  for (const [k, v] of Object.entries(values)) {
    if (v) q.set(k, v);
    else q.delete(k);
  }
  const s = q.toString();
  go(location.pathname + (s ? "?" + s : "") + location.hash, true);
}
export function query(name: string): string {
  return here.value.query.get(name) ?? "";
}
function onClick(e: MouseEvent): void {
  if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  const a = e.target instanceof Element ? e.target.closest("a") : null;
  if (!a || a.target || a.origin !== location.origin || a.hasAttribute("download")) return;
  if (a.pathname.startsWith("/api/") || a.pathname === "/licences.txt" || a.pathname === "/metrics") return;
  if (a.hash && a.pathname === location.pathname && a.search === location.search) return;
  e.preventDefault();
  go(a.pathname + a.search + a.hash);
}
export function startRouter(): void {
  window.addEventListener("popstate", () => { here.value = read(); });
  document.addEventListener("click", onClick);
}
