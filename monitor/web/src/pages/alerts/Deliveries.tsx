// SPDX-License-Identifier: GPL-3.0-or-later
// Each message by each channel, and what the server said to it.
import type { JSX } from "preact";
import type { Delivery } from "../../api";
import { withQuery } from "../../http";
import { number, t, wordsOf } from "../../i18n";
import { query, setQuery } from "../../router";
import { moment, ms } from "../../time";
import { Button, Empty, Failed, Loading, Time } from "../../ui/basics";
import { Check } from "../../ui/Field";
import { Table, type Column } from "../../ui/Table";
import { usePages } from "../../ui/usePages";
import { sentOf, subjectOf } from "./say";

export function Deliveries(): JSX.Element {
  const waiting = query("waiting") === "1", q = usePages<Delivery>(withQuery("/deliveries", { open: waiting }), 100, false, { events: ["alert"], every: 15 });
  return <>{q.error && <Failed problem={q.error} again={q.again} />}
    <div class="tools"><Check label={t("deliveries.waiting.only")} checked={waiting} onChange={x => setQuery({ waiting: x ? "1" : "" })} /></div>
    {q.items.length ? <>
      <Table label={t("alerts.tab.deliveries")} rows={q.items} columns={deliveryColumns()} keyOf={d => d.number} />
      {q.next && <p><Button onClick={q.more} busy={q.loading}>{t("alerts.more")}</Button></p>}</>
      : q.loading ? <Loading /> : !q.error && <Empty title={t(waiting ? "deliveries.none.waiting" : "deliveries.none")}>{t("deliveries.none.why")}</Empty>}</>;
}
function State(p: { of: Delivery }): JSX.Element {
  const d = p.of, state = sentOf(d);
  return <span class={state === "sent" ? "" : "late"} title={state === "retrying" && d.due ? t("deliveries.next", { when: moment(ms(d.due)) }) : undefined}>
    {t(`deliveries.state.${state}`)}</span>;
}
export const deliveryColumns = (): Column<Delivery>[] => [
  { id: "made", title: t("deliveries.made"), sort: d => -ms(d.made), cell: d => <Time at={d.made} /> },
  { id: "channel", title: t("deliveries.channel"), sort: d => d.channel, cell: d => <b>{d.channel || wordsOf("channels.kind.", d.kind)}</b> },
  { id: "to", title: t("notices.to"), names: true, sort: d => d.to, cell: d => d.to || "–", narrow: "hide" },
  { id: "subject", title: t("deliveries.subject"), names: true, cell: subjectOf, narrow: "hide" },
  { id: "state", title: t("notices.state"), sort: sentOf, cell: d => <State of={d} /> },
  { id: "tries", title: t("deliveries.tries"), align: "right", sort: d => d.tries, cell: d => number(d.tries), narrow: "hide" },
  { id: "said", title: t("deliveries.said"), names: true, cell: d => d.said || "–" },
];
