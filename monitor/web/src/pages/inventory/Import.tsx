// SPDX-License-Identifier: GPL-3.0-or-later
// A file into the inventory: take it, try it, look at what would change, then
// change it with a reason.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ImportAnswer } from "../../api";
import { post, Problem } from "../../http";
import { number, t } from "../../i18n";
import { go } from "../../router";
import { can } from "../../session";
import { now } from "../../time";
import { Button, Empty } from "../../ui/basics";
import { confirm } from "../../ui/Dialog";
import { Check, SelectField } from "../../ui/Field";
import { failed, toast } from "../../ui/toast";
import { Diff } from "./Diff";
import { mistakesOf, type Mistake } from "./changes";
import { Mistakes } from "./Mistakes";
import { Source, type FileOf } from "./Source";
import { csvPath } from "./Tools";
import { TABLES, tableOf, type TableName } from "./table";

type Outcome = { tried: ImportAnswer } | { mistakes: Mistake[] } | null;
const mayImport = (name: TableName): boolean => can(name === "roster" ? "import.roster" : "import.inventory");

export function Import(): JSX.Element {
  const [file, setFile] = useState<FileOf | null>(null), [chosen, choose] = useState<TableName | "">("");
  const [complete, setComplete] = useState(false), [ignore, setIgnore] = useState(false), [outcome, setOutcome] = useState<Outcome>(null), [busy, setBusy] = useState(false);
  const told = file ? tableOf(file.csv) : null, table = chosen || (told && mayImport(told) ? told : "");
  const take = (f: FileOf | null): void => { setFile(f); choose(""); setOutcome(null); };
  const send = async (dry: boolean, reason: string): Promise<ImportAnswer | null> => {
    setBusy(true);
    try {
      return await post<ImportAnswer>("/import", { table, csv: file?.csv ?? "", complete, ignore_unknown: ignore, dry_run: dry, reason, ...(file?.name ? { file: file.name } : {}) });
    } catch (e) {
      if (e instanceof Problem && e.status === 422 && mistakesOf(e.body).length) setOutcome({ mistakes: mistakesOf(e.body) });
      else if (e instanceof Problem && e.status === 409) { setOutcome(null); toast(t("import.stale"), "error"); }
      else failed(e);
      return null;
    } finally {
      setBusy(false);
    }
  };
  const attempt = async (): Promise<void> => {
    setOutcome(null);
    const tried = await send(true, "");
    if (tried) setOutcome({ tried });
  };
  return <div class="import"><p class="soft">{t("import.hint")}</p>
    <Source file={file} onFile={take} />
    {file && <form class="import-about" onSubmit={e => { e.preventDefault(); void attempt(); }}>
      <TableChoice table={table} told={told} onChange={x => { choose(x); setOutcome(null); }} />
      <Check label={t("import.complete")} hint={t("import.complete.hint")} checked={complete} onChange={x => { setComplete(x); setOutcome(null); }} />
      <Check label={t("import.ignore")} hint={t("import.ignore.hint")} checked={ignore} onChange={x => { setIgnore(x); setOutcome(null); }} />
      <Button type="submit" kind={outcome ? "plain" : "primary"} disabled={!table} busy={busy}>{t(busy ? "import.trying" : "import.try")}</Button></form>}
    <div aria-live="polite">{busy && <progress aria-label={t("import.trying")} />}
      {file && outcome && "mistakes" in outcome && <Mistakes csv={file.csv} mistakes={outcome.mistakes} />}
      {outcome && "tried" in outcome && <Tried answer={outcome.tried} busy={busy} onApply={() => void apply(outcome.tried, table, r => send(false, r))} />}</div>
    {can("inventory.csv") && <p class="soft csvs">{t("inventory.csv.more")}: {TABLES.map(x => <a key={x} href={csvPath(x)} download={x + ".csv"}>{t(`table.${x}`)}</a>)}</p>}
  </div>;
}
function TableChoice(p: { table: TableName | ""; told: TableName | null; onChange: (x: TableName) => void }): JSX.Element {
  const barred = p.told !== null && !mayImport(p.told);
  const options: [string, string][] = TABLES.filter(mayImport).map(x => [x, t(`table.${x}`)]);
  return <SelectField label={t("import.table")} value={p.table} options={p.table ? options : [["", "–"], ...options]}
    error={barred && p.told ? t("import.table.barred", { table: t(`table.${p.told}`) }) : undefined}
    hint={p.table && p.told === p.table ? t("import.table.guess") : !p.table && !barred ? t("import.table.unknown") : undefined}
    onChange={x => { const found = TABLES.find(n => n === x); if (found) p.onChange(found); }} />;
}
function Tried(p: { answer: ImportAnswer; busy: boolean; onApply: () => void }): JSX.Element {
  const a = p.answer;
  const notes = a.notes.length > 0 && <details class="soft"><summary>{t("import.notes", { n: a.notes.length })}</summary>
    <ul>{mistakesOf({ errors: a.notes }).map((x, i) => <li key={i}>{x.line > 0 && `${x.line}:${x.column} `}{x.text}</li>)}</ul></details>;
  if (a.added + a.changed + a.removed === 0) return <>{notes}<Empty title={t("import.nothing")}>{t("import.nothing.why", { n: a.unchanged })}</Empty></>;
  return <>{notes}<Diff answer={a} /><p><Button kind={a.removed ? "danger" : "primary"} busy={p.busy} onClick={p.onApply}>{t(p.busy ? "import.applying" : "import.apply")} …</Button></p></>;
}
/* Asks for the reason, applies, and shows what becomes of it. */
async function apply(tried: ImportAnswer, table: string, send: (reason: string) => Promise<ImportAnswer | null>): Promise<void> {
  const counts = { add: number(tried.added), change: number(tried.changed), remove: number(tried.removed) };
  const removes = tried.removed ? " " + t("import.apply.removes", { n: tried.removed }) : "";
  const reason = await confirm({ title: t("import.apply.title"), text: t("import.apply.text", counts) + removes, action: t("import.apply"), danger: tried.removed > 0, reason: true });
  if (reason === null) return;
  const since = new Date(now() - 1000).toISOString(), done = await send(reason);
  if (!done) return;
  toast(t("import.done", { add: number(done.added), change: number(done.changed), remove: number(done.removed), seq: String(done.seq ?? "") }));
  go(table === "feeds" || table === "devices" ? `/inventory?tab=onboarding&since=${encodeURIComponent(since)}` : `/inventory?tab=${table === "sites" ? "sites" : "import"}`);
}
