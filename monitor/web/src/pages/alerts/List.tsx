// SPDX-License-Identifier: GPL-3.0-or-later
// The alerts, newest first; one opens with all that was told of it.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Alert } from "../../api";
import { withQuery } from "../../http";
import { number, t } from "../../i18n";
import { query, setQuery } from "../../router";
import { can } from "../../session";
import { ms } from "../../time";
import { Ago, Button, Empty, Failed, Loading, Time } from "../../ui/basics";
import { Check } from "../../ui/Field";
import { Table, type Column } from "../../ui/Table";
import { usePages } from "../../ui/usePages";
import { One } from "./One";
import { heldOf, placeOf, whatOf } from "./say";

const RANK = ["", "low", "medium", "high", "critical"];

export function List(): JSX.Element {
  const open = query("open") === "1", q = usePages<Alert>(withQuery("/alerts", { open }), 100, false, { events: ["incident", "alert"], every: 30 }), [shown, show] = useState<Alert | null>(null);
  return <>{q.error && <Failed problem={q.error} again={q.again} />}
    <div class="tools"><Check label={t("alerts.open.only")} checked={open} onChange={x => setQuery({ open: x ? "1" : "" })} /></div>
    {q.items.length ? <>
      <Table label={t("alerts.title")} rows={q.items} columns={columns()} keyOf={a => a.number} marked={a => !a.closed && !a.acknowledged}
        {...can("alerts.get") ? { onOpen: show } : {}} />
      {q.next && <p><Button onClick={q.more} busy={q.loading}>{t("alerts.more")}</Button></p>}</>
      : q.loading ? <Loading /> : !q.error && <Empty title={t(open ? "alerts.none.open" : "alerts.none")}>{t("alerts.none.why")}</Empty>}
    {shown && <One alert={shown} onClose={() => show(null)} />}</>;
}
const columns = (): Column<Alert>[] => [
  { id: "severity", title: t("alerts.severity"), sort: a => RANK.indexOf(a.severity), cell: a => <span class={"severity " + a.severity}>{t(`alerts.severity.${a.severity}`)}</span> },
  { id: "place", title: t("alerts.place"), names: true, sort: a => a.place, cell: a => <><b>{placeOf(a)}</b>{a.feeds > 0 && <> <span class="soft">{t("alerts.feeds", { n: a.feeds })}</span></>}</> },
  { id: "what", title: t("alerts.cause"), cell: a => <>{whatOf(a)}{a.excused.map(x => <i key={x} class="tag text">{t(`alerts.excused.${x}`)}</i>)}</> },
  { id: "since", title: t("alerts.since"), sort: a => -ms(a.since), cell: a => <Time at={a.since} />, narrow: "hide" },
  { id: "state", title: t("notices.state"), cell: a => a.closed ? <>{t("alerts.over")} <Ago at={a.good ?? a.closed} /></> : a.acknowledged ? t("alerts.state.acknowledged") : <b>{t("alerts.state.open")}</b> },
  { id: "told", title: t("alerts.told"), align: "right", sort: a => a.told, cell: a => a.told ? number(a.told) : <span class="soft">{t("alerts.told.not")}</span>, narrow: "hide" },
  { id: "held", title: t("alerts.held"), align: "right", sort: heldOf, cell: a => heldOf(a) ? number(heldOf(a)) : "–", narrow: "hide" },
  { id: "rule", title: t("alerts.rule"), sort: a => a.rule, cell: a => a.rule || <span class="soft">{t("alerts.rule.none")}</span>, narrow: "hide" },
];
