// SPDX-License-Identifier: GPL-3.0-or-later
// Times as people enter them ("2026-11-22T23:15", no zone) and moments. PURE.
import { iso } from "../../time";

/* Minutes that a zone is ahead of UTC at a moment. */
function ahead(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit" }).formatToParts(at);
  const of = (type: string): number => Number(parts.find(p => p.type === type)?.value ?? 0);
  return (Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(at / 1000) * 1000) / 60000;
}
function zoneOr(zone: string | undefined): string {
  try {
    return new Intl.DateTimeFormat("en", zone ? { timeZone: zone } : {}).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
/* What a clock at the site shows -> the moment; NaN when it is no time. Of an
 * hour that comes twice the first; one that is skipped counts as the one after. */
export function fromLocal(text: string, zone?: string): number {
  const m = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/.exec(text.trim());
  if (!m) return NaN;
  const z = zoneOr(zone), [y, mo, d, h, mi] = m.slice(1).map(Number) as [number, number, number, number, number];
  const wall = Date.UTC(y, mo - 1, d, h, mi), before = ahead(wall - 86400000, z), after = ahead(wall + 86400000, z);
  const fits = [before, after].map(o => wall - o * 60000).filter(at => at + ahead(at, z) * 60000 === wall);
  return fits.length ? Math.min(...fits) : wall - before * 60000;
}
/* The other way, for the field's first value. */
export function toLocal(at: number, zone?: string): string {
  return new Date(at + ahead(at, zoneOr(zone)) * 60000).toISOString().slice(0, 16);
}
/* The zone, where its clock shows something else now than the reader's own. */
export function foreign(zone: string | undefined, at: number): string {
  return zone && ahead(at, zoneOr(zone)) !== ahead(at, zoneOr(undefined)) ? zone : "";
}
export const MUTE_MOST_S = 7 * 86400;

export type MuteChoice = "900" | "3600" | "shift" | "until";
export interface Mute { for_s?: number; to?: string }
/* What is sent, or why it can't be. */
export function muteOf(choice: MuteChoice, until: string, shiftEnd: string | null, at: number, zone?: string): Mute | "past" | "far" {
  if (choice === "900" || choice === "3600") return { for_s: Number(choice) };
  const end = choice === "shift" ? Date.parse(shiftEnd ?? "") : fromLocal(until, zone);
  if (!(end > at)) return "past";
  if (end - at > MUTE_MOST_S * 1000) return "far";
  return { to: iso(end) };
}
