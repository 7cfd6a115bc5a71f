// SPDX-License-Identifier: GPL-3.0-or-later
// Short messages at the edge: toast(t("saved")); failed(e) says a Problem in
// words. They go by themselves, errors later.
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Problem } from "../http";
import { refusalWords, t } from "../i18n";

interface Toast { n: number; text: string; kind: "info" | "error" }
const toasts = signal<Toast[]>([]);
let next = 1;

export function toast(text: string, kind: "info" | "error" = "info"): void {
  const n = next++;
  toasts.value = [...toasts.value.filter(x => x.text !== text).slice(-3), { n, text, kind }];
  setTimeout(() => drop(n), kind === "error" ? 12000 : 5000);
}
function drop(n: number): void {
  toasts.value = toasts.value.filter(x => x.n !== n);
}
/* What went wrong, for a person. */
export function problemWords(p: Problem): string {
  const own = p.status === 401 || (p.status === 429 && p.retry > 0) ? "" : refusalWords(p.code, p.values);
  if (own) return own;
  const detail = p.errors.length ? p.errors.join("; ") : p.detail;
  switch (p.status) {
    case 0: return t("problem.0");
    case 401: return t("problem.401");
    case 403: return t("problem.403");
    case 404: return t("problem.404");
    case 429: return p.retry ? t("problem.429", { n: p.retry }) : t("problem.429.soon");
  }
  if (p.status >= 500) return t("problem.500") + (detail ? " " + detail : "");
  return detail || p.message;
}
/* As above, of whatever was thrown. */
export const failureWords = (e: unknown): string => e instanceof Problem ? problemWords(e) : String(e);
export function failed(e: unknown): void {
  if (e instanceof DOMException && e.name === "AbortError") return;
  toast(failureWords(e), "error");
}
export function Toasts(): JSX.Element {
  return <div class="toasts" role="status" aria-live="polite">{toasts.value.map(x =>
    <div key={x.n} class={"toast " + x.kind}><span>{x.text}</span>
      <button type="button" class="button quiet" aria-label={t("close")} onClick={() => drop(x.n)}>×</button></div>)}</div>;
}
