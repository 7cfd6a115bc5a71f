// SPDX-License-Identifier: GPL-3.0-or-later
// The last 30 days: a bar, what it adds up to, and the troubles as a table.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Interval } from "../../api";
import { withQuery } from "../../http";
import { causeWords, number, t } from "../../i18n";
import { moment, now, spanLong } from "../../time";
import { Failed, Loading } from "../../ui/basics";
import { Bar30 } from "../../ui/Bar30";
import { StateMark, stateOf } from "../../ui/StateMark";
import { usePages } from "../../ui/usePages";
import type { State } from "../../api";
import { share, stretches, sum, type Stretch } from "./counted";

const DAYS = 30, ROWS = 200;

/* A feed that is younger than the span is counted from its first line on. */
function Sums(p: { all: Stretch[]; from: number; to: number; zone: string | undefined }): JSX.Element {
  const first = p.all[0]?.from ?? p.from, young = first - p.from > 3600000, s = sum(p.all, young ? first : p.from, p.to);
  return <p class="sums"><b>{t("feed.past.good", { share: number(share(s.good, s.span), 2) })}</b>
    {s.unknown >= 1000 && <span>{t("feed.past.most", { share: number(share(s.good + s.unknown, s.span), 2) })}</span>}
    {s.bad > 0 && <span>{t("feed.past.bad", { span: spanLong(s.bad) })}</span>}
    {s.unknown >= 1000 && <span>{t("feed.past.unknown", { span: spanLong(s.unknown) })}</span>}
    <span>{t("feed.past.troubles", { n: s.troubles })}{s.longest > 0 && ", " + t("feed.past.longest", { span: spanLong(s.longest) })}</span>
    {young && <span class="soft">{t("feed.past.since", { time: moment(first, p.zone) })}</span>}</p>;
}
function Rows(p: { all: Stretch[]; zone: string | undefined }): JSX.Element {
  const rows = p.all.filter(x => x.state !== "up").reverse();
  if (!rows.length) return <p class="soft">{t("feed.past.none")}</p>;
  const state = (s: string): State => stateOf(s as State);
  return <div class="table past-table"><table><thead><tr><th>{t("feed.past.state")}</th><th>{t("feed.past.from")}</th><th>{t("feed.past.to")}</th><th>{t("feed.past.for")}</th></tr></thead>
    <tbody>{rows.slice(0, ROWS).map(x => <tr key={x.from}><td><StateMark state={state(x.state)} /> {causeWords(x.cause)}</td><td>{moment(x.from, p.zone)}</td>
      <td>{x.open ? t("feed.past.now") : moment(x.to, p.zone)}</td><td>{spanLong(x.to - x.from)}</td></tr>)}</tbody></table></div>;
}
export function Past(p: { feed: string; zone: string | undefined; since: number }): JSX.Element {
  /* Its own answers set the span: from the first ask, to the newest. */
  const from = useMemo(() => now() - DAYS * 86400000, [p.feed]);
  /* The oldest come first: of a feed that comes and goes the last days are on the last of many pages, and a part tells a wrong sum. */
  const q = usePages<Interval>(withQuery("/intervals", { feed: p.feed }), 1000, true, { every: 120 });
  const to = useMemo(() => now(), [q.items, p.since]), all = useMemo(() => stretches(q.items, from, to), [q.items, from, to]);
  return <>{q.error && <Failed problem={q.error} again={q.again} />}
    {q.loading ? <Loading /> : q.next === null && <>
      <Bar30 intervals={q.items} from={from} to={to} zone={p.zone} label={t("feed.past.label")} />
      <Sums all={all} from={from} to={to} zone={p.zone} />
      <details><summary>{t("feed.past.table")}</summary><Rows all={all} zone={p.zone} /></details></>}</>;
}
