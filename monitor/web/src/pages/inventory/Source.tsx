// SPDX-License-Identifier: GPL-3.0-or-later
// Where the rows come from: a file that is dropped or chosen, or pasted text.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button } from "../../ui/basics";
import { TextField } from "../../ui/Field";
import { toast } from "../../ui/toast";
import { COLUMNS, decode, rowCount, TABLES } from "./table";

export interface FileOf { name: string; csv: string }
const MOST_MB = 8;

async function read(file: File, onFile: (f: FileOf) => void): Promise<void> {
  if (file.size > MOST_MB * 1e6) toast(t("import.too.large", { n: MOST_MB }), "error");
  else onFile({ name: file.name, csv: decode(await file.arrayBuffer()) });
}
export function Source(p: { file: FileOf | null; onFile: (f: FileOf | null) => void }): JSX.Element {
  const [over, setOver] = useState(false), input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null | undefined): void => { const f = files?.[0]; if (f) void read(f, p.onFile); };
  if (p.file) return <p class="source"><b>{t("import.file", { name: p.file.name || t("import.pasted"), n: rowCount(p.file.csv) })}</b>{" "}
    <Button onClick={() => p.onFile(null)} label={t("close")}>×</Button></p>;
  return <div class="sources">
    <div class={"drop" + (over ? " over" : "")} onDragOver={e => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
      onDrop={e => { e.preventDefault(); setOver(false); take(e.dataTransfer?.files); }}>
      <p>{t("import.drop")}</p><Button onClick={() => input.current?.click()}>{t("import.choose")}</Button>
      <input ref={input} type="file" accept=".csv,.txt,text/csv,text/plain" hidden aria-label={t("import.choose")} onChange={e => take(e.currentTarget.files)} /></div>
    <Paste onFile={p.onFile} /><Columns /></div>;
}
function Paste(p: { onFile: (f: FileOf) => void }): JSX.Element {
  const [text, set] = useState("");
  return <form class="paste" onSubmit={e => { e.preventDefault(); if (text.trim()) p.onFile({ name: "", csv: text }); }}>
    <TextField label={t("import.paste")} rows={5} value={text} onInput={set} name="csv" placeholder="url,site,name" />
    <Button type="submit" disabled={!text.trim()}>{t("import.take")}</Button></form>;
}
/* What a first row may say, table by table. */
function Columns(): JSX.Element {
  return <details class="columns"><summary>{t("import.columns")}</summary><p class="soft">{t("import.columns.why")}</p>
    <dl>{TABLES.map(x => <div key={x}><dt>{t(`table.${x}`)}</dt><dd>{COLUMNS[x].map((c, i) => <span key={c}>{i > 0 && ", "}
      {c.endsWith("!") ? <b><code>{c.slice(0, -1)}</code></b> : <code>{c}</code>}</span>)}</dd></div>)}</dl></details>;
}
