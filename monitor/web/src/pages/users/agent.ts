// SPDX-License-Identifier: GPL-3.0-or-later
// A browser's own words about itself -> "Firefox, Windows". PURE. They may be
// anything: what is not known is cut, not believed.
const BROWSERS: readonly [RegExp, string][] = [[/\bEdg\w*\//, "Edge"], [/\bOPR\//, "Opera"], [/\bFirefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chromium"], [/\bSafari\//, "Safari"], [/\bcurl\//, "curl"]];
const SYSTEMS: readonly [RegExp, string][] = [[/Windows/, "Windows"], [/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Mac OS X/, "macOS"], [/Linux|X11/, "Linux"]];
/* "user:avery" -> "avery", "api:grafana" -> "grafana (API)": who did something,
 * as the ledger writes it. */
export function actorWords(actor: string): string {
  const [, kind, name] = /^(user|api|kiosk|unix):(.+)$/.exec(actor) ?? [];
  if (!kind || !name) return actor;
  return kind === "user" ? name : kind === "api" ? `${name} (API)` : `${name} (${kind})`;
}
const LONGEST = 60;

export function agentWords(agent: string): string {
  const of = (list: readonly [RegExp, string][]): string => list.find(([what]) => what.test(agent))?.[1] ?? "";
  const words = [of(BROWSERS), of(SYSTEMS)].filter(Boolean).join(", ");
  return words || (agent.length > LONGEST ? agent.slice(0, LONGEST) + "…" : agent) || "–";
}
