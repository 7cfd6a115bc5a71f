// SPDX-License-Identifier: GPL-3.0-or-later
// What to put on a screen next, worst first.
import type { JSX } from "preact";
import type { Debt as DebtOf } from "../../api";
import { csvText } from "../../csv";
import { download } from "../../download";
import { t } from "../../i18n";
import { withQuery } from "../../http";
import { go, query } from "../../router";
import { can } from "../../session";
import { zoneOf } from "../../store";
import { dayMinute, moment, ms, now, spanLong } from "../../time";
import { Answer, Button, Empty, Time } from "../../ui/basics";
import { StateMark } from "../../ui/StateMark";
import { Table, type Column } from "../../ui/Table";
import { useQuery } from "../../ui/useQuery";

type Item = DebtOf["items"][number];
/* `from`: what lies before counts for nothing. */
type Owed = DebtOf & { from?: string | null };
const never = (from: string | null | undefined): string => from ? t("debt.never", { when: moment(ms(from)) }) : t("users.seen.never");
const columns = (from: string | null | undefined): Column<Item>[] => [
  { id: "state", title: t("debt.state"), cell: i => <StateMark state={i.state} /> },
  { id: "site", title: t("debt.site"), names: true, sort: i => i.site, cell: i => i.site || "–", narrow: "hide" },
  { id: "name", title: t("debt.name"), names: true, sort: i => i.name, cell: i => <a href={"/feed/" + i.id}>{i.site && <span class="narrow-only">{i.site}/</span>}{i.name}</a> },
  { id: "last", title: t("debt.last"), sort: i => ms(i.last_watched), cell: i => i.never || !i.last_watched ? never(from) : <Time at={i.last_watched} zone={zoneOf(i.site)} />, narrow: "hide" },
  { id: "gap", title: t("debt.gap"), align: "right", sort: i => i.gap_s, cell: i => spanLong(i.gap_s * 1000) },
  { id: "criticality", title: t("debt.criticality"), align: "right", sort: i => i.criticality, cell: i => i.criticality, narrow: "hide" },
  { id: "windows", title: t("debt.windows"), align: "right", sort: i => i.blind_windows, cell: i => i.blind_windows || "–", narrow: "hide" },
];
export function Debt(): JSX.Element | null {
  const q = useQuery<Owed>(withQuery("/coverage/debt", { site: query("site"), limit: 500 }), { every: 60 });
  /* Then the page has said so already. */
  if (q.data && !q.data.from && can("coverage")) return null;
  return <section class="debt"><div class="section-head"><div><h2>{t("debt.title")}</h2><p class="soft">{t("debt.hint")}</p><p class="on-paper">{dayMinute(now())} {query("site")}</p></div>
    {q.data && q.data.items.length > 0 && <div class="actions"><Button onClick={() => save(q.data)}>{t("debt.csv")}</Button>
      <Button onClick={() => window.print()}>{t("debt.print")}</Button></div>}</div>
    <Answer of={q}>{d => d.items.length ? <>
      <Table label={t("debt.title")} rows={d.items} columns={columns(d.from)} keyOf={i => i.id} onOpen={i => go("/feed/" + i.id)} />
      {d.items.length < d.feeds && <p class="soft">{t("debt.shown", { n: d.items.length, all: d.feeds })}</p>}</>
      : d.from ? <Empty title={t("debt.none")}>{t("debt.none.why")}</Empty> : <Empty title={t("coverage.none")}>{t("coverage.none.why")}</Empty>}</Answer></section>;
}
function save(d: DebtOf | null): void {
  if (!d) return;
  const head = ["site", "feed", "uuid", "state", "criticality", "last_watched", "gap_s", "debt", "blind_windows"];
  download("coverage-debt.csv", "text/csv", csvText([head, ...d.items.map(i =>
    [i.site, i.name, i.id, i.state, i.criticality, i.last_watched, i.gap_s, i.debt, i.blind_windows])]));
}
