// SPDX-License-Identifier: GPL-3.0-or-later
// The note for the next shift, signed by the log-in, and those before it.
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Handover, HandoverNote } from "../../api";
import { post } from "../../http";
import { t } from "../../i18n";
import { session } from "../../session";
import { moment, ms } from "../../time";
import { Button } from "../../ui/basics";
import { confirm } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { failed, toast } from "../../ui/toast";
import { actorWords } from "../users/agent";

/* Survives a look at another page. */
const draft = signal("");

export function NoteForm(p: { of: Handover; site: string; zone: string | undefined; done: () => void }): JSX.Element {
  const [busy, setBusy] = useState(false), text = draft.value, ready = text.trim() !== "";
  const from = moment(ms(p.of.from), p.zone), to = moment(ms(p.of.to), p.zone);
  const sign = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (!ready || busy) return;
    const sure = await confirm({ title: t("handover.sign.title"), action: t("handover.sign"),
      text: t("handover.sign.text", { user: session.value?.user ?? t("handover.sign.plain"), site: p.site || t("handover.all"), from, to }) });
    if (sure === null) return;
    setBusy(true);
    try {
      const n = await post<HandoverNote>("/handover", { from: p.of.from, to: p.of.to, site: p.site, note: text.trim() });
      draft.value = "";
      toast(t("handover.signed", { n: n.number }));
      p.done();
    } catch (x) {
      failed(x);
    }
    setBusy(false);
  };
  return <form class="panel ho-note no-print" onSubmit={e => void sign(e)}>
    <TextField label={t("handover.note")} name="note" hint={t("handover.note.hint")} value={text} onInput={v => { draft.value = v; }} rows={6} max={4000} />
    <div class="dialog-actions"><Button type="submit" kind="primary" busy={busy} disabled={!ready}>{t("handover.sign")}</Button></div>
  </form>;
}
export function Notes(p: { all: HandoverNote[]; zone: string | undefined }): JSX.Element {
  const time = (at: string): string => moment(ms(at), p.zone);
  return <section class="ho-section ho-notes"><h2>{t("handover.notes")}</h2>{p.all.length ? <ol>{p.all.map(n => <li key={n.number} data-row={n.number}>
    <p><b>{t("handover.notes.by", { who: actorWords(n.by), time: time(n.made) })}</b> <span class="soft">{n.site || t("handover.all")}, {t("handover.notes.span", { from: time(n.from), to: time(n.to) })}</span></p>
    <p class="ho-text">{n.note}</p></li>)}</ol> : <p class="soft">{t("handover.notes.none")}</p>}</section>;
}
