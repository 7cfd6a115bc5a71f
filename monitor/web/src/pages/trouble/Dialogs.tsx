// SPDX-License-Identifier: GPL-3.0-or-later
// Acknowledge, comment, mute: one small form each; Enter sends, Escape leaves.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Handover, Incident } from "../../api";
import { withQuery } from "../../http";
import { t } from "../../i18n";
import { can } from "../../session";
import { zoneOf } from "../../store";
import { moment, ms, now } from "../../time";
import { Button } from "../../ui/basics";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { useQuery } from "../../ui/useQuery";
import { acknowledge, comment, mute } from "./acts";
import { muteOf, toLocal, type MuteChoice } from "./times";
import { headOf, nameOf } from "./words";

export type Asking = "acknowledge" | "comment" | "mute";
interface Props { of: Incident; onClose: (done: boolean) => void }

export function Ask(p: Props & { what: Asking }): JSX.Element {
  return p.what === "mute" ? <MuteForm {...p} /> : <Words {...p} what={p.what} />;
}
function Actions(p: { busy: boolean; ready: boolean; words: string; onClose: (done: boolean) => void }): JSX.Element {
  return <div class="dialog-actions"><Button onClick={() => p.onClose(false)}>{t("cancel")}</Button>
    <Button type="submit" kind="primary" busy={p.busy} disabled={!p.ready}>{p.words}</Button></div>;
}
function About(p: { of: Incident }): JSX.Element {
  return <p class="ask-about"><b>{headOf(p.of)}</b> <span class="soft">{p.of.site}</span></p>;
}
function Words(p: Props & { what: "acknowledge" | "comment" }): JSX.Element {
  const [text, set] = useState(""), [busy, setBusy] = useState(false), taking = p.what === "acknowledge";
  const ready = taking || text.trim() !== "";
  const send = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    const done = await (taking ? acknowledge : comment)(p.of, text.trim());
    setBusy(false);
    if (done) p.onClose(true);
  };
  const name = nameOf(p.of);
  return <Dialog title={taking ? t("trouble.acknowledge.title", { name }) : t("trouble.comment.title", { name })} onClose={() => p.onClose(false)}>
    <form onSubmit={e => void send(e)}>
      <About of={p.of} />
      {taking && <p class="soft">{t("trouble.acknowledge.text")}</p>}
      <TextField label={taking ? t("trouble.note") : t("trouble.comment.text")} name={taking ? "note" : "text"} value={text} onInput={set} max={1000}
        autofocus required={!taking} />
      <Actions busy={busy} ready={ready} words={taking ? t("trouble.acknowledge") : t("trouble.comment.send")} onClose={p.onClose} />
    </form>
  </Dialog>;
}
const choices: MuteChoice[] = ["900", "3600", "shift", "until"];

function MuteForm(p: Props): JSX.Element {
  const zone = zoneOf(p.of.site), name = nameOf(p.of);
  const shift = useQuery<Handover>(can("handover") ? withQuery("/handover", { site: p.of.site }) : null).data?.shift ?? null;
  const [choice, choose] = useState<MuteChoice>("900"), [until, setUntil] = useState(() => toLocal(now() + 4 * 3600000, zone));
  const [reason, setReason] = useState(""), [busy, setBusy] = useState(false);
  const how = muteOf(choice, until, shift?.end ?? null, now(), zone), ready = typeof how === "object" && reason.trim() !== "";
  const send = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (typeof how !== "object" || !ready || busy) return;
    setBusy(true);
    const done = await mute(p.of, how, reason.trim());
    setBusy(false);
    if (done) p.onClose(true);
  };
  const words = (c: MuteChoice): string => c !== "shift" ? t(`trouble.mute.${c}`)
    : t("trouble.mute.shift", { shift: shift?.name ?? "", time: shift ? moment(ms(shift.end), zone) : "" });
  return <Dialog title={t("trouble.mute.title", { name })} onClose={() => p.onClose(false)}>
    <form onSubmit={e => void send(e)}>
      <About of={p.of} />
      <p class="soft">{t("trouble.mute.text")} {p.of.kind === "site" && t("trouble.mute.site.noted", { site: p.of.site })}</p>
      <TextField label={t("reason")} name="reason" value={reason} onInput={setReason} required autofocus max={400} />
      <fieldset class="choices"><legend>{t("trouble.mute.how")}</legend>
        {choices.filter(c => c !== "shift" || shift && ms(shift.end) > now()).map(c => <label key={c}>
          <input type="radio" name="for_s" value={c} checked={choice === c} onChange={() => choose(c)} />{words(c)}</label>)}
      </fieldset>
      {choice === "until" && <TextField label={t("trouble.mute.to")} name="to" type="datetime-local" value={until} onInput={setUntil}
        error={how === "past" ? t("trouble.mute.past") : how === "far" ? t("trouble.mute.far") : undefined} hint={zone} />}
      <Actions busy={busy} ready={ready} words={t("trouble.mute")} onClose={p.onClose} />
    </form>
  </Dialog>;
}
