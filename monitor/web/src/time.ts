// SPDX-License-Identifier: GPL-3.0-or-later
// Moments and spans for people. The server's clock counts, not the browser's;
// a site's moments are shown in the site's zone.
import { signal } from "@preact/signals";
import { language, t } from "./i18n";

let offset = 0;
/* Ticks once a second, for whatever shows an age. */
export const second = signal(Date.now());

export function setServerClock(serverMs: number): void {
  if (Number.isFinite(serverMs)) offset = serverMs - Date.now();
}
export const now = (): number => Date.now() + offset;
export const ms = (iso: string | null | undefined): number => iso ? Date.parse(iso) : 0;
/* As the API wants moments: to the second. */
export const iso = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
export function startClock(): void {
  setInterval(() => { second.value = Date.now(); }, 1000);
  document.addEventListener("visibilitychange", () => { second.value = Date.now(); });
}

/* "12 s", "3 min", "5 h", "2 d": coarse, as ages are told. */
export function span(milliseconds: number): string {
  const s = Math.max(0, Math.round(milliseconds / 1000));
  if (s < 120) return t("span.s", { n: s });
  if (s < 7200) return t("span.min", { n: Math.floor(s / 60) });
  if (s < 172800) return t("span.h", { n: Math.floor(s / 3600) });
  return t("span.d", { n: Math.floor(s / 86400) });
}
/* "2 h 13 min": two steps, where the length matters. */
export function spanLong(milliseconds: number): string {
  const s = Math.max(0, Math.round(milliseconds / 1000));
  const d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
  if (s < 60) return t("span.s", { n: s });
  const two = (a: string, n: number, b: string): string => n ? a + " " + b : a;
  if (d) return two(t("span.d", { n: d }), h, t("span.h", { n: h }));
  if (h) return two(t("span.h", { n: h }), m, t("span.min", { n: m }));
  return t("span.min", { n: m });
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(locale: string, zone: string | undefined, kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${zone ?? ""} ${kind}`;
  let f = formats.get(key);
  if (f) return f;
  const all = { ...options, hourCycle: "h23" as const };
  try {
    f = new Intl.DateTimeFormat(locale, zone ? { ...all, timeZone: zone } : all);
  } catch {
    f = new Intl.DateTimeFormat(locale, { ...all, timeZone: "UTC" });
  }
  formats.set(key, f);
  return f;
}
/* Days as 2026-11-21 in every language: nobody takes the month for the day. */
const ISO = "sv-SE";
export function day(at: number, zone?: string): string {
  return format(ISO, zone, "day", { year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}
export function clock(at: number, zone?: string): string {
  return format(ISO, zone, "clock", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);
}
export function dayMinute(at: number, zone?: string): string {
  return format(ISO, zone, "dayMinute", { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).format(at);
}
export function weekday(at: number, zone?: string): string {
  return format(language.value, zone, "weekday", { weekday: "short", day: "numeric", month: "short" }).format(at);
}
/* Today's by the clock, others with their day. */
export function moment(at: number, zone?: string): string {
  return day(at, zone) === day(now(), zone) ? clock(at, zone) : dayMinute(at, zone);
}
export const utc = (at: number): string => new Date(at).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
