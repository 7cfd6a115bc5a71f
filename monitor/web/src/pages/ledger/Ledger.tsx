// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the record can be believed: its head, who outside holds it, how to
// find out without this page; for auditors, its lines.
import type { JSX } from "preact";
import type { Ledger as LedgerOf } from "../../api";
import { number, t } from "../../i18n";
import { can } from "../../session";
import { moment, ms } from "../../time";
import { Answer, PageHead, Time } from "../../ui/basics";
import { Copy } from "../../ui/Copy";
import { Table, type Column } from "../../ui/Table";
import { useQuery } from "../../ui/useQuery";
import { Lines } from "./Lines";
import { held } from "./sentence";

type Witness = LedgerOf["witnesses"][number];

export function Ledger(): JSX.Element {
  const q = useQuery<LedgerOf>("/ledger", { every: 15 });
  return <><PageHead title={t("ledger.title")} hint={t("ledger.hint")} />
    <Answer of={q}>{l => <><Word of={l.witnesses} /><Head of={l} /><Witnesses of={l.witnesses} /><Verify /></>}</Answer>
    {can("ledger.lines") ? <Lines /> : <p class="soft">{t("ledger.only")}</p>}</>;
}
/* Big and plain: is it held outside? */
function Word(p: { of: Witness[] }): JSX.Element {
  const h = held(p.of);
  const [title, why] = h.is === "good" ? [t("ledger.witnessed", { when: moment(ms(h.at)), good: h.good, all: h.all }), ""]
    : h.is === "contradicted" ? [t("ledger.contradicts", { name: h.name }), t("ledger.contradicts.why")]
      : h.is === "late" ? [t("ledger.not", { when: moment(ms(h.since)) }), t("ledger.not.why")] : [t("ledger.never"), t(p.of.length > 0 ? "ledger.never.asked" : "ledger.never.why")];
  return <div class={"witnessed " + h.is} role="status" data-witnessed={h.is}><p class="big">{title}</p>{why && <p>{why}</p>}</div>;
}
function Head(p: { of: LedgerOf }): JSX.Element {
  const l = p.of, c = l.checkpoint;
  return <dl class="ledger-head">
    <div><dt>{t("ledger.size")}</dt><dd>{number(l.size)}</dd></div>
    <div><dt>{t("ledger.head")}</dt><dd><Time at={l.head_at} /></dd></div>
    {l.retention_days !== null && <div><dt>{t("ledger.kept")}</dt><dd>{t("ledger.kept.days", { n: l.retention_days })}</dd></div>}
    <div><dt>{t("ledger.checkpoint")}</dt><dd>{c ? <><Time at={c.at} /> <span class="soft">{t("ledger.checkpoint.of", { n: c.size })}</span></> : t("ledger.checkpoint.none")}</dd></div>
    <div class="wide"><dt>{t("ledger.origin")}</dt><dd><code>{l.origin}</code></dd></div>
    <div class="wide"><dt>{t("ledger.root")}</dt><dd><code>{l.root}</code></dd></div>
    {c && <div class="wide"><dt>{t("ledger.note")}</dt><dd><details><summary>{t("open")}</summary><Copy text={c.note} label={t("ledger.note")} /></details></dd></div>}</dl>;
}
const columns = (): Column<Witness>[] => [
  { id: "name", title: t("ledger.witness"), sort: w => w.name, cell: w => <b>{w.name}</b> },
  { id: "kind", title: t("ledger.witness.kind"), sort: w => w.kind, cell: w => w.kind },
  { id: "last", title: t("ledger.witness.last"), sort: w => ms(w.last), cell: w => <Time at={w.last} /> },
  { id: "size", title: t("ledger.witness.size"), align: "right", sort: w => w.size, cell: w => w.size ? number(w.size) : "–", narrow: "hide" },
  { id: "state", title: t("ledger.state"), sort: w => w.state, cell: w => <span class={"witness " + w.state}>{t(`ledger.state.${w.state}`)}</span> },
];
function Witnesses(p: { of: Witness[] }): JSX.Element {
  return <section><h2>{t("ledger.witnesses")}</h2>{p.of.length ? <Table label={t("ledger.witnesses")} rows={p.of} columns={columns()} keyOf={w => w.name} />
    : <p class="soft">{t("ledger.witness.none")}</p>}</section>;
}
function Verify(): JSX.Element {
  return <section class="verify"><h2>{t("ledger.verify")}</h2><p>{t("ledger.verify.why")}</p>
    <Copy text="camwarden ledger verify --db camwarden.db --checkpoint witness.txt --key ledger.pub" label={t("ledger.verify")} />
    <p>{t("ledger.verify.prove")}</p><Copy text="camwarden ledger prove LINE" label={t("ledger.verify.prove")} /></section>;
}
