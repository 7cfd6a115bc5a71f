// SPDX-License-Identifier: GPL-3.0-or-later
// One alert: who was told of it, and how each message fared.
import type { JSX } from "preact";
import type { Alert, AlertDetail } from "../../api";
import { has, t, textWords } from "../../i18n";
import { Answer, Empty, Time } from "../../ui/basics";
import { Dialog } from "../../ui/Dialog";
import { Table } from "../../ui/Table";
import { useQuery } from "../../ui/useQuery";
import { deliveryColumns } from "./Deliveries";
import { noticeColumns } from "./Notices";
import { placeOf, whatOf } from "./say";

export function One(p: { alert: Alert; onClose: () => void }): JSX.Element {
  const a = p.alert, todo = "todo." + a.cause, hint = has(todo) ? t(todo) : textWords(a), q = useQuery<AlertDetail>(`/alerts/${a.number}`, { every: 10 });
  return <Dialog title={t("alerts.one", { n: a.number, place: placeOf(a) })} onClose={p.onClose} wide>
    <p>{whatOf(a)} · {t("alerts.since")} <Time at={a.since} />{a.closed && <> · {t("alerts.over")} <Time at={a.good ?? a.closed} /></>}
      {a.incident > 0 && <> · {t("alerts.one.incident", { n: a.incident })}</>}{a.repeats > 0 && <> · {t("alerts.repeats", { n: a.repeats })}</>}</p>
    {hint && <p class="soft">{hint}</p>}
    <Answer of={q}>{d => <>
      {d.notices.length ? <Table label={t("alerts.tab.notices")} rows={d.notices} columns={noticeColumns(false)} keyOf={n => n.number} />
        : <Empty title={t("notices.none")}>{a.rule ? "" : t("alerts.rule.none")}</Empty>}
      {d.deliveries.length > 0 && <Table label={t("alerts.tab.deliveries")} rows={d.deliveries} columns={deliveryColumns()} keyOf={x => x.number} />}</>}</Answer></Dialog>;
}
