// SPDX-License-Identifier: GPL-3.0-or-later
// The last 24 hours second by second: watched, on a screen, or on none.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { WatchedLine as Answered } from "../../api";
import { number, t } from "../../i18n";
import { moment, ms, spanLong } from "../../time";
import { Answer } from "../../ui/basics";
import { useQuery } from "../../ui/useQuery";
import { share, WATCHED, watchedSums, watches, type Watch } from "./counted";

function Line(p: { of: Answered; zone: string | undefined }): JSX.Element {
  const from = ms(p.of.from), to = ms(p.of.to), all = watches(p.of.line, from, to), sums = watchedSums(all), span = to - from;
  const [said, say] = useState("");
  const words = (w: Watch): string => `${t(`feed.watched.${w.watched}`)}, ${moment(w.from, p.zone)} – ${moment(w.to, p.zone)} (${spanLong(w.to - w.from)})`;
  const known = WATCHED.filter(k => sums[k] >= 1000);
  const label = t("feed.watched.label") + ": " + known.map(k => `${t(`feed.watched.${k}`)} ${spanLong(sums[k])}`).join(", ");
  return <>
    <div class="watched-bar" role="img" aria-label={label} onPointerLeave={() => say("")}>{all.map(w => <i key={w.from} class={"w-" + w.watched}
      style={{ left: `${(w.from - from) / span * 100}%`, width: `${(w.to - w.from) / span * 100}%` }} onPointerEnter={() => say(words(w))} />)}</div>
    <div class="bar30-scale"><span>{moment(from, p.zone)}</span><span class="said">{said}</span><span>{moment(to, p.zone)}</span></div>
    <ul class="watched-sums">{known.map(k => <li key={k}><i class={"w-" + k} aria-hidden="true" />{t(`feed.watched.${k}`)} <b>{spanLong(sums[k])}</b> <span class="soft">{number(share(sums[k], span), 1)} %</span></li>)}</ul>
    {p.of.cut && <p class="soft">{t("feed.watched.cut")}</p>}
  </>;
}
export function WatchedDay(p: { feed: string; zone: string | undefined }): JSX.Element {
  const q = useQuery<Answered>(`/feeds/${p.feed}/watched?hours=24`, { every: 60 });
  return <section class="panel"><h2>{t("feed.watched")}</h2><p class="soft">{t("feed.watched.hint")}</p><Answer of={q}>{d => <Line of={d} zone={p.zone} />}</Answer></section>;
}
