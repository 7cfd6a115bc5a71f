// SPDX-License-Identifier: GPL-3.0-or-later
// The reports that were made, day by day: to open, to save, to check.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Nightly, Report } from "../../api";
import { t } from "../../i18n";
import { zoneOf } from "../../store";
import { day, moment, ms } from "../../time";
import { Button, Empty, Failed, Loading, PageHead, Time } from "../../ui/basics";
import { Table, type Column } from "../../ui/Table";
import { usePages } from "../../ui/usePages";
import { useQuery } from "../../ui/useQuery";
import { Check } from "./Check";
import { dayNamed, fileOf } from "./files";

/* The whole day it is about, as it is counted there; a span that is no day, from and to. */
export const spanWords = (r: { from: string; to: string; name: string; site: string }): string => {
  const from = ms(r.from), to = ms(r.to), zone = zoneOf(r.site);
  return to - from <= 90e6 ? dayNamed(r) || day(from, zone) : `${day(from, zone)} – ${day(to - 1, zone)}`;
};
const path = (r: Report, file: string): string => `/api/v1/reports/${r.number}/${encodeURIComponent(file)}`;

export function Reports(): JSX.Element {
  const q = usePages<Report>("/reports", 60), plan = useQuery<{ nightly: Nightly | null }>("/reports?limit=1", { every: 60 }), [checked, check] = useState<Report | null>(null);
  return <><PageHead title={t("reports.title")} hint={t("reports.hint")} />
    {q.error && <Failed problem={q.error} again={q.again} />}
    {(q.items.length > 0 || plan.data?.nightly) && <Newest newest={q.items[0]} nightly={plan.data?.nightly ?? null} />}
    {q.items.length > 0 ? <>
      <Table label={t("reports.title")} rows={q.items} columns={columns(check)} keyOf={r => r.number} />
      {q.next && <p><Button onClick={q.more} busy={q.loading}>{t("reports.more")}</Button></p>}</>
      : q.loading ? <Loading /> : !q.error && <Empty title={t("reports.none")}>{t("reports.none.why")}</Empty>}
    {checked && <Check report={checked} onClose={() => check(null)} />}</>;
}
function Newest(p: { newest: Report | undefined; nightly: Nightly | null }): JSX.Element {
  const html = p.newest && fileOf(p.newest, ".html"), n = p.nightly;
  return <div class="newest">{p.newest && html && <a class="button primary" href={path(p.newest, html)} target="_blank" rel="noopener">
    {t("reports.newest")}: {spanWords(p.newest)}</a>}
    {n && <p class="soft" data-nightly={n.enabled ? "on" : "off"}>{!n.enabled ? t("reports.off") : n.due && n.date ? t("reports.next", { day: n.date, when: moment(ms(n.due)) }) : t("reports.soon")}</p>}
    {n?.trouble && <p class="late">{n.trouble}</p>}</div>;
}
const columns = (check: (r: Report) => void): Column<Report>[] => [
  { id: "day", title: t("reports.day"), sort: r => ms(r.from), cell: r => <span class="nowrap">{spanWords(r)}</span> },
  { id: "site", title: t("reports.site"), names: true, sort: r => r.site, cell: r => r.site || t("reports.all"), narrow: "hide" },
  { id: "made", title: t("reports.made"), sort: r => ms(r.made), cell: r => <Time at={r.made} />, narrow: "hide" },
  { id: "files", title: t("reports.files"), cell: r => <Files report={r} /> },
  { id: "sha", title: "SHA-256", cell: r => <code title={r.sha256}>{r.sha256.slice(0, 12)}…</code>, narrow: "hide" },
  { id: "check", title: t("reports.check"), cell: r => <Button onClick={() => check(r)} label={`${t("reports.check")}: ${r.name}`}>{t("reports.check")}</Button> },
];
/* The page opens in a window of its own; what machines read is saved. The page
 * as it was mailed is the same, cut short. */
function Files(p: { report: Report }): JSX.Element {
  const r = p.report, html = fileOf(r, ".html");
  return <span class="files">{html && <a href={path(r, html)} target="_blank" rel="noopener" aria-label={t("reports.open.of", { day: spanWords(r) })}>{t("reports.open")}</a>}
    {r.files.filter(f => f !== html && !f.endsWith("-mail.html")).map(f => <a key={f} href={path(r, f)} download={f} aria-label={t("reports.save.of", { file: f })}>
      {f.slice(f.lastIndexOf(".") + 1).toUpperCase()}</a>)}</span>;
}
