// SPDX-License-Identifier: GPL-3.0-or-later
// Dialogs over the page. <Dialog title onClose>...</Dialog>, and
//   const reason = await confirm({ title, text, action: t("revoke"), danger: true, reason: true });
// which answers null when it was left, else the reason ("" when none is asked).
import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "./basics";
import { TextField } from "./Field";

export function Dialog(p: { title: string; onClose: () => void; wide?: boolean; children: ComponentChildren }): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const d = box.current;
    d?.showModal();
    return () => d?.close();
  }, []);
  return <dialog ref={box} class={"dialog" + (p.wide ? " wide" : "")} aria-labelledby={id}
    onCancel={e => { e.preventDefault(); p.onClose(); }}
    onKeyDown={e => e.stopPropagation()}>
    <div class="dialog-head"><h2 id={id}>{p.title}</h2>
      <button type="button" class="button quiet" aria-label={t("close")} onClick={p.onClose}>×</button></div>
    {p.children}
  </dialog>;
}
export interface Asked { title: string; text?: string; action: string; danger?: boolean; reason?: boolean }
const asked = signal<(Asked & { answer: (reason: string | null) => void }) | null>(null);
export function confirm(a: Asked): Promise<string | null> {
  return new Promise(answer => { asked.value = { ...a, answer }; });
}
/* Once, in the shell. */
export function ConfirmHost(): JSX.Element | null {
  const a = asked.value;
  if (!a) return null;
  const done = (r: string | null): void => { asked.value = null; a.answer(r); };
  return <Confirm key={a.title} {...a} done={done} />;
}
function Confirm(p: Asked & { done: (r: string | null) => void }): JSX.Element {
  const [reason, setReason] = useState("");
  const ready = !p.reason || reason.trim() !== "";
  const send = (e: Event): void => { e.preventDefault(); if (ready) p.done(reason.trim()); };
  return <Dialog title={p.title} onClose={() => p.done(null)}>
    <form onSubmit={send}>
      {p.text && <p>{p.text}</p>}
      {p.reason && <TextField label={t("reason")} value={reason} onInput={setReason} required autofocus max={400} />}
      <div class="dialog-actions"><Button onClick={() => p.done(null)}>{t("cancel")}</Button>
        <Button type="submit" kind={p.danger ? "danger" : "primary"} disabled={!ready}>{p.action}</Button></div>
    </form>
  </Dialog>;
}
