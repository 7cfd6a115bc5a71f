// SPDX-License-Identifier: GPL-3.0-or-later
// One incident in the list, and under a site's the feeds of it.
import type { JSX } from "preact";
import type { Incident } from "../../api";
import { t } from "../../i18n";
import { zoneOf } from "../../store";
import { moment, ms } from "../../time";
import { actorWords } from "../users/agent";
import { For, Mark, Pictures } from "./Parts";
import { isTaken, type Row } from "./order";
import { headOf, nameOf } from "./words";

export interface ListProps { hand: number; unfolded: ReadonlySet<number>; take: (n: number) => void; fold: (n: number) => void; opens: (i: Incident) => void;
  inline: ((i: Incident) => JSX.Element) | null /* where there is no room beside the list */ }
const FOLDED_MOST = 100;

function Taken(p: { of: Incident }): JSX.Element | null {
  const { acknowledged, acknowledged_by, site } = p.of;
  if (!acknowledged) return null;
  return <p class="tr-taken">{t("trouble.taken.by", { who: actorWords(acknowledged_by ?? ""), time: moment(ms(acknowledged), zoneOf(site)) })}{p.of.asks_again && <> <b>{t("trouble.again")}</b></>}{p.of.note && <>: <q>{p.of.note}</q></>}</p>;
}
function Line(p: ListProps & { of: Incident; small?: boolean }): JSX.Element {
  const i = p.of, mine = p.hand === i.number, name = nameOf(i), head = headOf(i);
  return <div class={"tr-row" + (p.small ? " small" : "") + (isTaken(i) ? " taken" : "") + (i.muted ? " hush" : "")}
    data-incident={i.number} data-acknowledged={isTaken(i) ? "1" : undefined} data-feed={i.feed ?? undefined} aria-current={mine ? "true" : undefined}
    tabIndex={mine ? 0 : -1} role="group" aria-label={`${name}: ${head}`}
    onFocus={() => p.take(i.number)} onClick={() => p.take(i.number)} onDblClick={() => p.opens(i)}>
    <Mark of={i} />
    <div class="tr-what">
      <p class="tr-name"><b>{name}</b>{i.kind === "feed" && i.site && <span class="soft"> {i.site}</span>}</p>
      <p class="tr-cause">{head}</p>
      {!p.small && <Taken of={i} />}
    </div>
    {!p.small && !(mine && p.inline) && <Pictures of={i} />}
    <div class="tr-side"><span class="tr-for"><For of={i} /></span>
      {i.criticality > 3 && <span class="tr-crit" title={t("trouble.criticality", { n: i.criticality })}>{t("trouble.criticality.short", { n: i.criticality })}</span>}
      {i.comments > 0 && <span class="soft tr-said" title={t("trouble.comments.n", { n: i.comments })}>{t("trouble.comments.n", { n: i.comments })}</span>}
      {!i.acknowledged && !i.alert && !p.small && <span class="soft">{t("trouble.young")}</span>}</div>
  </div>;
}
export function RowItem(p: ListProps & { row: Row }): JSX.Element {
  const { incident: i, folded } = p.row, shown = p.unfolded.has(i.number);
  return <li>
    <Line {...p} of={i} />
    {p.inline && p.hand === i.number && p.inline(i)}
    {folded.length > 0 && <div class="tr-fold">
      <button type="button" class="button quiet" aria-expanded={shown} onClick={() => p.fold(i.number)}>{shown ? "▾" : "▸"} {t("trouble.folded", { n: folded.length })}</button>
      {shown && <ol>{folded.slice(0, FOLDED_MOST).map(f => <li key={f.number}><Line {...p} of={f} small />{p.inline && p.hand === f.number && p.inline(f)}</li>)}
        {folded.length > FOLDED_MOST && <li class="soft">{t("trouble.more", { n: folded.length - FOLDED_MOST })}</li>}</ol>}
    </div>}
  </li>;
}
