// SPDX-License-Identifier: GPL-3.0-or-later
// The judge's evidence -> sentences a person can read, most telling first.
// PURE but for the language. What has no words stays in the raw view.
import { causeWords, has, number, t } from "../../i18n";

type Unit = "share" | "percent" | "levels" | "count" | "seconds" | "rate" | "plain" | "word";

/* In the order in which they are told. */
const units: Record<string, Unit> = {
  suspect: "word", same_as: "plain", same_by: "word", equal: "count", apart_s: "seconds",
  equal_pictures: "count", equal_blocks: "share", quiet_s: "seconds", reproduced: "count", compared: "count",
  brightest: "plain", spread: "levels", clipped: "share",
  against: "word", shift_x: "share", shift_y: "share", agreement_shifted: "share", agreement: "share", same: "share",
  hidden: "share", edges: "share", fine: "share", coarse: "share", steps: "share", sharpness: "share", soft_zones: "share",
  noise: "levels", torn: "share", difference: "levels",
  damaged_of_last_6: "plain", units_damaged: "share", green_cells: "count", blank: "share", streaks: "share",
  spoilt_zones: "count", outliers: "share", seams: "levels",
  shift_u: "levels", shift_v: "levels", agree: "share", likeness: "share", saturation: "levels", light: "share",
  flat: "share", rows_repeated: "share", few_levels: "share",
  loop_s: "seconds", groups_again: "count", again_for_s: "seconds", pictures_again: "count", pictures_alike: "count",
  activity_alike: "share", compared_s: "seconds", keyframes_in_a_row: "count",
  fps: "rate", kbps: "rate", loss_percent: "percent", packets: "count", breaks_in_10_min: "count",
  clock_off_s: "seconds", clock_jumps: "count", changed: "plain",
  silent_s: "seconds", reason: "word", status: "plain", phase: "word", attempts: "count",
  picture_age_s: "seconds", life_age_s: "seconds", samples: "count", change: "levels",
};
const companions = ["_usual", "_usual_most", "_usual_low"];

/* 0.4 s, 12 s, 3 min 20 s, 2 h 5 min: as exact as somebody reads it. */
export function seconds(s: number): string {
  const n = Math.abs(s), sign = s < 0 ? "−" : "";
  if (n < 10) return `${sign}${number(n, 1)} s`;
  if (n < 120) return `${sign}${number(Math.round(n))} s`;
  if (n < 7200) return `${sign}${Math.floor(n / 60)} min${n % 60 >= 1 ? ` ${Math.floor(n % 60)} s` : ""}`;
  return `${sign}${number(Math.floor(n / 3600))} h ${Math.floor(n % 3600 / 60)} min`;
}
function wordOf(name: string, value: string): string {
  if (name === "suspect") return causeWords(value);
  const key = (name === "phase" ? "phase." : name === "reason" ? "reason." : `evidence.${name}.`) + value.replaceAll(" ", "-");
  return has(key) ? t(key) : value;
}
function valueOf(name: string, unit: Unit, v: unknown): string {
  if (typeof v !== "number") return unit === "word" ? wordOf(name, String(v)) : String(v);
  switch (unit) {
  case "share": return number(v * 100, Math.abs(v) < 0.1 ? 1 : 0) + " %";
  case "percent": return number(v, v < 10 ? 1 : 0) + " %";
  case "levels": return t("evidence.levels", { v: number(v, 1) });
  case "seconds": return seconds(v);
  case "rate": return number(v, v < 100 ? 1 : 0);
  default: return number(v);
  }
}
function usualOf(evidence: Record<string, unknown>, name: string): unknown {
  for (const end of companions) if (evidence[name + end] !== undefined) return evidence[name + end];
  return undefined;
}
function sentence(evidence: Record<string, unknown>, name: string, unit: Unit): string | null {
  const v = evidence[name], u = usualOf(evidence, name), key = "evidence." + name;
  if (v === undefined || v === null || (typeof v === "object")) return null;
  if (typeof v === "number" && !Number.isFinite(v)) return null;
  const values: Record<string, string | number> = { v: valueOf(name, unit, v) };
  if (unit === "count" && typeof v === "number") values.n = v;
  if (typeof u === "number") values.u = valueOf(name, unit, u);
  const full = values.u !== undefined && has(key + ".usual") ? key + ".usual" : key;
  return has(full) ? t(full, values) : null;
}
export function evidenceLines(evidence: Record<string, unknown>): string[] {
  const lines: string[] = [];
  for (const [name, unit] of Object.entries(units)) {
    const line = sentence(evidence, name, unit);
    if (line) lines.push(line);
  }
  return lines;
}
