// SPDX-License-Identifier: GPL-3.0-or-later
// Places with their zone and whom to call.
import type { JSX } from "preact";
import type { Line, Site } from "../../api";
import { number, t } from "../../i18n";
import { query } from "../../router";
import { span } from "../../time";
import { Empty, Failed, Loading } from "../../ui/basics";
import { Table, type Column } from "../../ui/Table";
import { usePages } from "../../ui/usePages";
import { matches, States, Tools } from "./Tools";

const inherited = (own: string): JSX.Element => own ? <>{own}</> : <span class="soft">{t("inventory.inherited")}</span>;
const bad = (s: Site): number => s.states.down * 1e6 + s.states.degraded * 1e3 + s.states.unknown;
const mbit = (kbps: number): string => number(kbps / 1e3, 1);
/* What comes of what may come, and what was planned; how, when pointed at and for those who hear it. */
function LineCell(p: { of: Line | null }): JSX.Element {
  const l = p.of;
  if (!l) return <span class="soft">{t("inventory.line.any")}</span>;
  const how = [t("inventory.line.held", { n: l.held }),
    ...l.visited ? [t("inventory.line.visited", { n: l.visited, every: span(l.every_s * 1000) })] : [],
    ...l.left_out ? [t("inventory.line.out", { n: l.left_out })] : []].join(", ");
  return <span class={"line" + (l.left_out || l.measured_kbps > l.ceiling_kbps ? " late" : "")} title={how}>
    {t("inventory.line.of", { is: mbit(l.measured_kbps), most: mbit(l.ceiling_kbps) })}
    {" "}<span class="soft">{t("inventory.line.expected", { n: mbit(l.expected_kbps) })}</span><span class="unseen">{", " + how}</span></span>;
}
const columns = (): Column<Site>[] => [
  { id: "path", title: t("site"), names: true, sort: s => s.path, cell: s => <a href={"/?site=" + encodeURIComponent(s.path)}>{s.path || "–"}</a> },
  { id: "feeds", title: t("inventory.feeds"), align: "right", sort: s => s.feeds, cell: s => number(s.feeds) },
  { id: "states", title: t("inventory.states"), sort: bad, cell: s => <States of={s.states} /> },
  { id: "incidents", title: t("inventory.incidents"), align: "right", sort: s => s.incidents, cell: s => s.incidents || "–", narrow: "hide" },
  { id: "line", title: t("inventory.line"), align: "right", sort: s => s.line ? s.line.measured_kbps / s.line.ceiling_kbps : -1, cell: s => <LineCell of={s.line} />, narrow: "hide" },
  { id: "zone", title: t("inventory.zone"), sort: s => s.zone, cell: s => inherited(s.zone), narrow: "hide" },
  { id: "contact", title: t("inventory.contact"), sort: s => s.contact, cell: s => inherited(s.contact), narrow: "hide" },
  { id: "target", title: t("inventory.target"), align: "right", sort: s => s.target_ppm, narrow: "hide",
    cell: s => s.target_ppm ? number(s.target_ppm / 1e4, s.target_ppm % 1e4 ? 2 : 0) + "\u00a0%" : inherited("") },
];
export function Sites(): JSX.Element {
  const q = usePages<Site>("/sites", 500, true, { every: 30 }), search = query("q");
  const rows = q.items.filter(s => matches(`${s.path} ${s.zone} ${s.contact}`, search));
  return <>{q.error && <Failed problem={q.error} again={q.again} />}
    <Tools shown={rows.length} all={q.items.length} csv="sites" />
    {rows.length ? <Table label={t("inventory.tab.sites")} rows={rows} columns={columns()} keyOf={s => s.path} sort="path" />
      : <Nothing loading={q.loading} any={q.items.length > 0} failed={q.error !== null} />}</>;
}
export function Nothing(p: { loading: boolean; any: boolean; failed: boolean }): JSX.Element | null {
  if (p.loading) return <Loading />;
  if (p.any) return <Empty title={t("inventory.none")}>{t("inventory.none.why")}</Empty>;
  return p.failed ? null : <Empty title={t("inventory.empty")}>{t("inventory.empty.why")}</Empty>;
}
