// SPDX-License-Identifier: GPL-3.0-or-later
// The heat map's numbers as a table, for whoever reads rather than looks.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Coverage } from "../../api";
import { language, t } from "../../i18n";
import { Button } from "../../ui/basics";
import { Table, type Column } from "../../ui/Table";
import { percent, rowsOf, share, total, type Row } from "./share";

type Which = 0 | 1 | 2 | 3 | 4;
const part = (id: string, title: string, which: Which, narrow = false): Column<Row> => ({ id, title, align: "right", sort: r => share(r.all, which),
  cell: r => percent(share(r.all, which), language.value), ...(narrow ? { narrow: "hide" as const } : {}) });
const columns = (): Column<Row>[] => [
  { id: "site", title: t("coverage.site"), names: true, sort: r => r.site, cell: r => r.site || "–" },
  { id: "feeds", title: t("coverage.feeds"), align: "right", sort: r => r.feeds, cell: r => r.feeds.toLocaleString(language.value) },
  part("watched", t("coverage.watched"), 0), part("unattended", t("coverage.unattended"), 1, true), part("bad", t("coverage.bad"), 2, true),
  part("off", t("coverage.off"), 3, true), part("unknown", t("coverage.unknown"), 4),
];
export function CoverageTable(p: { coverage: Coverage }): JSX.Element {
  const [open, set] = useState(false), rows = useMemo(() => rowsOf(p.coverage, 1), [p.coverage]);
  return <div class="heat-table"><Button onClick={() => set(!open)}>{t(open ? "coverage.table.hide" : "coverage.table.show")}</Button>
    {open && <><Table label={t("coverage.table")} rows={rows} columns={columns()} keyOf={r => r.site} sort="watched" /><Hours coverage={p.coverage} /></>}</div>;
}
/* The same by time: a day in hours, a week in quarters of a day, a month in days. */
function Hours(p: { coverage: Coverage }): JSX.Element {
  const c = p.coverage, per = c.hours.length <= 24 ? 1 : c.hours.length <= 168 ? 6 : 24;
  const rows = rowsOf(c, per), heads = c.hours.filter((_, i) => i % per === 0);
  const words = (iso: string): string => new Date(iso).toLocaleString(language.value, per === 24 ? { day: "2-digit", month: "2-digit" }
    : per === 6 ? { day: "2-digit", hour: "2-digit", hourCycle: "h23" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return <div class="table wide" tabIndex={0} role="region" aria-label={t("coverage.table.hours")}><table aria-label={t("coverage.table.hours")}>
    <thead><tr><th scope="col">{t("coverage.site")}</th>{heads.map(h => <th scope="col" class="right" key={h}>{words(h)}</th>)}</tr></thead>
    <tbody>{rows.map(r => <tr key={r.site}><th scope="row">{r.site || "–"}</th>{r.cells.map((cell, i) => <td class="right" key={i}>
      {total(cell) === 0 ? "–" : share(cell, 4) >= 0.999 ? "?" : percent(share(cell, 0), language.value) + (share(cell, 4) > 0.001 ? " ?" : "")}</td>)}</tr>)}</tbody></table></div>;
}
