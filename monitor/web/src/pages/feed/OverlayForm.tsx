// SPDX-License-Identifier: GPL-3.0-or-later
// A mute or a maintenance of one feed: how long, and why.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Overlay } from "../../api";
import { post } from "../../http";
import { t } from "../../i18n";
import { iso, moment, now } from "../../time";
import { Button } from "../../ui/basics";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { failed, toast } from "../../ui/toast";
import { fromLocal, toLocal } from "../trouble/times";

interface Props { kind: Overlay["kind"]; feed: string; name: string; zone: string | undefined; onClose: (done: boolean) => void }
const SPANS = { mute: [900, 3600], maintenance: [3600, 14400] } as const;
const word = (s: number): string => s === 900 ? t("trouble.mute.900") : s === 3600 ? t("feed.overlay.3600") : t("feed.overlay.14400");

export function OverlayForm(p: Props): JSX.Element {
  const spans = SPANS[p.kind], [choice, choose] = useState<number>(spans[0]), [until, setUntil] = useState(() => toLocal(now() + 8 * 3600000, p.zone));
  const [reason, setReason] = useState(""), [busy, setBusy] = useState(false);
  const end = choice ? now() + choice * 1000 : fromLocal(until, p.zone), ready = reason.trim() !== "" && end > now();
  const send = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    try {
      await post("/overlays", { kind: p.kind, feed: p.feed, ...choice ? { for_s: choice } : { to: iso(end) }, reason: reason.trim() });
      toast(t(`feed.overlay.made.${p.kind}`, { time: moment(end, p.zone) }));
      p.onClose(true);
    } catch (x) {
      failed(x);
      setBusy(false);
    }
  };
  return <Dialog title={t(`feed.overlay.title.${p.kind}`, { name: p.name })} onClose={() => p.onClose(false)}>
    <form onSubmit={e => void send(e)}>
      <p class="soft">{p.kind === "mute" ? t("trouble.mute.text") : t("feed.overlay.text.maintenance")}</p>
      <TextField label={t("reason")} name="reason" value={reason} onInput={setReason} required autofocus max={400} />
      <fieldset class="choices"><legend>{t("trouble.mute.how")}</legend>
        {[...spans, 0].map(s => <label key={s}><input type="radio" name="for_s" checked={choice === s} onChange={() => choose(s)} />{s ? word(s) : t("trouble.mute.until")}</label>)}</fieldset>
      {!choice && <TextField label={t("trouble.mute.to")} name="to" type="datetime-local" value={until} onInput={setUntil} error={end > now() ? undefined : t("trouble.mute.past")} hint={p.zone} />}
      <div class="dialog-actions"><Button onClick={() => p.onClose(false)}>{t("cancel")}</Button>
        <Button type="submit" kind="primary" busy={busy} disabled={!ready}>{p.kind === "mute" ? t("trouble.mute") : t("feed.maintenance")}</Button></div>
    </form>
  </Dialog>;
}
