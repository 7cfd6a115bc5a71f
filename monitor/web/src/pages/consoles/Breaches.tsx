// SPDX-License-Identifier: GPL-3.0-or-later
// Where the roster was not kept, now and lately.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Incident, Page } from "../../api";
import { t, textWords } from "../../i18n";
import { withQuery } from "../../http";
import { ms, now } from "../../time";
import { zoneOf } from "../../store";
import { Answer, Empty, Time } from "../../ui/basics";
import { Table, type Column } from "../../ui/Table";
import { useQuery } from "../../ui/useQuery";
import { actorWords } from "../users/agent";
import { lengthOf } from "./say";

const DAYS = 7;
const columns = (): Column<Incident>[] => [
  { id: "since", title: t("consoles.breaches.from"), sort: i => ms(i.since), cell: i => <Time at={i.since} zone={zoneOf(i.site)} /> },
  { id: "where", title: t("consoles.breaches.where"), sort: i => i.place, cell: i => i.place },
  { id: "what", title: t("consoles.breaches.what"), cell: i => textWords(i) },
  { id: "for", title: t("consoles.breaches.for"), align: "right", sort: i => (i.closed ? ms(i.closed) : now()) - ms(i.since),
    cell: i => <>{lengthOf(i.since, i.closed, now())}{!i.closed && <> <b>{t("consoles.breaches.open")}</b></>}</> },
  { id: "seen", title: t("consoles.breaches.seen"), narrow: "hide", cell: i => i.acknowledged_by ? actorWords(i.acknowledged_by) : "–" },
];
export function Breaches(): JSX.Element {
  const from = useMemo(() => new Date(now() - DAYS * 86400e3).toISOString(), []);
  const q = useQuery<Page<Incident>>(withQuery("/roster/breaches", { from, limit: 500 }), { every: 60, events: ["incident"] });
  return <section><h2>{t("consoles.breaches")}</h2>
    <Answer of={q}>{p => p.items.length ? <Table label={t("consoles.breaches")} rows={p.items} columns={columns()} keyOf={i => i.number} sort="-since" />
      : <Empty title={t("consoles.breaches.none")}>{t("consoles.breaches.none.why")}</Empty>}</Answer></section>;
}
