// SPDX-License-Identifier: GPL-3.0-or-later
// What was told to whom, and what waits for room in somebody's budget.
import type { JSX } from "preact";
import type { AlertNotice } from "../../api";
import { withQuery } from "../../http";
import { t } from "../../i18n";
import { query, setQuery } from "../../router";
import { ms } from "../../time";
import { Button, Empty, Failed, Loading, Time } from "../../ui/basics";
import { Check } from "../../ui/Field";
import { Table, type Column } from "../../ui/Table";
import { usePages } from "../../ui/usePages";
import { kindOf } from "./say";

export function Notices(): JSX.Element {
  const waiting = query("waiting") === "1", q = usePages<AlertNotice>(withQuery("/notices", { open: waiting }), 100, false, { events: ["alert"], every: 30 });
  return <>{q.error && <Failed problem={q.error} again={q.again} />}
    <div class="tools"><Check label={t("notices.waiting.only")} checked={waiting} onChange={x => setQuery({ waiting: x ? "1" : "" })} /></div>
    {q.items.length ? <>
      <Table label={t("alerts.tab.notices")} rows={q.items} columns={noticeColumns(true)} keyOf={n => n.number} />
      {q.next && <p><Button onClick={q.more} busy={q.loading}>{t("alerts.more")}</Button></p>}</>
      : q.loading ? <Loading /> : !q.error && <Empty title={t(waiting ? "notices.none.waiting" : "notices.none")}>{t("notices.none.why")}</Empty>}</>;
}
export const noticeColumns = (placed: boolean): Column<AlertNotice>[] => [
  { id: "made", title: t("notices.made"), sort: n => -ms(n.made), cell: n => <Time at={n.made} /> },
  { id: "to", title: t("notices.to"), names: true, sort: n => n.to, cell: n => <b>{n.to}</b> },
  { id: "kind", title: t("notices.kind"), sort: n => n.kind, cell: kindOf },
  ...placed ? [{ id: "place", title: t("alerts.place"), names: true, sort: (n: AlertNotice) => n.place, cell: (n: AlertNotice) => n.place || "–" }] : [],
  { id: "state", title: t("notices.state"), sort: n => n.state, cell: n => <span class={n.state === "told" || n.state === "digest" ? "" : "late"}>{t(`notices.state.${n.state}`)}</span> },
  { id: "when", title: t("notices.when"), sort: n => -ms(n.told), cell: n => n.state === "waiting" ? "–" : <Time at={n.told} />, narrow: "hide" },
  { id: "rule", title: t("alerts.rule"), sort: n => n.rule, cell: n => n.rule || "–", narrow: "hide" },
];
