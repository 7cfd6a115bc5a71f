// SPDX-License-Identifier: GPL-3.0-or-later
// One's own password. Other log-ins end with it; this one stays.
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../http";
import { t } from "../i18n";
import { NewPassword } from "../pages/login/NewPassword";
import { passes, strength } from "../pages/login/strength";
import { session } from "../session";
import { Button } from "./basics";
import { Dialog } from "./Dialog";
import { TextField } from "./Field";
import { failureWords, toast } from "./toast";

export const passwordOpen = signal(false);
export function PasswordHost(): JSX.Element | null {
  return passwordOpen.value ? <PasswordDialog /> : null;
}
function PasswordDialog(): JSX.Element {
  const [old, setOld] = useState(""), [next, setNext] = useState(""), [busy, setBusy] = useState(false), [error, setError] = useState("");
  const close = (): void => { passwordOpen.value = false; };
  const fine = old !== "" && passes(strength(next, session.value?.user ?? ""));
  const submit = (e: Event): void => {
    e.preventDefault();
    if (!fine || busy) return;
    setBusy(true);
    post("/password", { old, new: next }).then(() => {
      toast(t("password.changed"));
      close();
    }, p => setError(failureWords(p)))
      .finally(() => setBusy(false));
  };
  return <Dialog title={t("password.change")} onClose={close}><form onSubmit={submit}>
    <TextField label={t("password.old")} name="old" type="password" value={old} onInput={setOld} required autofocus autocomplete="current-password" max={256} error={error || undefined} />
    <NewPassword label={t("password.new")} name="new" user={session.value?.user ?? ""} value={next} onInput={setNext} />
    <div class="dialog-actions"><Button onClick={close}>{t("cancel")}</Button>
      <Button type="submit" kind="primary" busy={busy} disabled={!fine}>{t("password.change")}</Button></div></form></Dialog>;
}
