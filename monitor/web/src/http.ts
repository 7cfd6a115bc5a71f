// SPDX-License-Identifier: GPL-3.0-or-later
// Questions and changes to /api/v1. Every answer that is no success is thrown
// as a Problem in words; 401 tells the session.
import type { Page } from "./api";

export class Problem extends Error {
  constructor(readonly status: number, title: string, readonly detail: string, readonly errors: string[], readonly retry: number,
    readonly body: unknown = null, readonly code = "", readonly values: Record<string, string> = {}) {
    super(title);
  }
}
/* Whatever was thrown: what is no refusal of ours is a connection that failed. */
export const asProblem = (e: unknown): Problem => e instanceof Problem ? e : new Problem(0, String(e), "", [], 0);
type Lost = () => void;
let onLost: Lost = () => {};
export function whenLost(f: Lost): void { onLost = f; }

const text = (v: unknown): string => typeof v === "string" ? v : "";
/* What is particular in a refusal, by name. */
export function valuesOf(v: unknown): Record<string, string> {
  return v && typeof v === "object" ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, text(x)])) : {};
}
async function problemOf(r: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    const read: unknown = await r.json();
    if (read && typeof read === "object") body = read as Record<string, unknown>;
  } catch { /* not ours, then the status alone */ }
  const errors = Array.isArray(body.errors) ? body.errors.filter(e => typeof e === "string") : [];
  return new Problem(r.status, text(body.title) || String(r.status), text(body.detail), errors,
    Number(r.headers.get("Retry-After")) || 0, body, text(body.code), valuesOf(body.values));
}
async function ask(path: string, init: RequestInit): Promise<Response> {
  let r: Response;
  try {
    r = await fetch("/api/v1" + path, { credentials: "same-origin", ...init });
  } catch (e) {
    if (e instanceof DOMException && e.name === "AbortError") throw e;
    throw new Problem(0, "", "", [], 0);
  }
  if (r.ok) return r;
  const p = await problemOf(r);
  if (p.status === 401) onLost();
  throw p;
}
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const r = await ask(path, signal ? { signal } : {});
  return await r.json() as T;
}
/* A list page by page, from `after` on; "": from its beginning. */
export async function* pagesOf<T>(path: string, limit: number, after = "", signal?: AbortSignal): AsyncGenerator<Page<T>> {
  const glue = path.includes("?") ? "&" : "?";
  let next: string | null = after;
  do {
    const page: Page<T> = await get<Page<T>>(`${path}${glue}limit=${limit}${next ? "&after=" + encodeURIComponent(next) : ""}`, signal);
    yield page;
    next = page.next;
  } while (next);
}
/* Answers that are no JSON: pictures, CSV. */
export function getRaw(path: string, signal?: AbortSignal): Promise<Response> {
  return ask(path, signal ? { signal } : {});
}
export async function post<T>(path: string, body: object = {}): Promise<T> {
  const r = await ask(path, { method: "POST", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", "X-Camwarden": "1" } });
  return (r.status === 204 ? null : await r.json()) as T;
}
/* "/feeds" + {site, q} -> "/feeds?site=..&q=.."; what is empty is left out. */
export function withQuery(path: string, values: Record<string, string | number | boolean | null | undefined>): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(values))
    if (v !== "" && v !== null && v !== undefined && v !== false) q.set(k, v === true ? "1" : String(v));
  const s = q.toString();
  return s ? path + "?" + s : path;
}
