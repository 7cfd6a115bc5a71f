// SPDX-License-Identifier: GPL-3.0-or-later
// One feed: what was approved, and what it shows now.
import type { JSX } from "preact";
import { causeWords, t } from "../../i18n";
import { FLAG, worth, zoneOf, type Feed } from "../../store";
import { Picture } from "../../ui/Picture";
import { StateMark, stateOf } from "../../ui/StateMark";

export interface CardProps { of: Feed; version: number; chosen: boolean; hand: boolean; over: boolean; may: boolean;
  press: (id: string, range: boolean) => void; lay: (id: string) => void; take: (id: string) => void }

export function Card(p: CardProps): JSX.Element {
  const f = p.of, has = (f.flags & FLAG.reference) !== 0, zone = zoneOf(f.site);
  return <article class={"ref-card" + (p.chosen ? " chosen" : "") + (p.over && has ? " over" : "")} data-feed={f.id} data-state={stateOf(f.state)} aria-current={p.hand ? "true" : undefined}
    onFocusIn={() => p.take(f.id)}>
    <button type="button" class="ref-pair" onClick={e => e.shiftKey && p.may ? p.press(f.id, true) : p.lay(f.id)} title={t("references.over")} aria-pressed={p.over}
      aria-label={`${f.name}: ${t("references.over")}`} tabIndex={p.hand ? 0 : -1}>
      <div class="ref-kept">{has ? <Picture key={p.version} feed={f.id} kind="reference" alt={t("feed.kind.reference")} zone={zone} /> : <div class="shot blank"><span class="age">{t("references.no")}</span></div>}</div>
      <div class="ref-now"><Picture feed={f.id} at={f.picture} alt={t("feed.kind.current")} live={f.state < 2 && worth.value === "live"} zone={zone} /></div>
    </button>
    <div class="ref-line">{p.may && <input type="checkbox" checked={p.chosen} aria-label={t("references.choose", { name: f.name })} tabIndex={p.hand ? 0 : -1}
      onClick={e => { e.preventDefault(); p.press(f.id, e.shiftKey); }} />}
      <a href={"/feed/" + f.id} tabIndex={p.hand ? 0 : -1}>{f.name}</a>{f.state !== 0 && <span class="ref-state"><StateMark state={f.state} /> {causeWords(f.cause)}</span>}</div>
  </article>;
}
