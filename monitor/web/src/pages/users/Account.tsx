// SPDX-License-Identifier: GPL-3.0-or-later
// One's own log-in, and a new password for it: <AccountHost /> once, in the
// shell; accountOpen.value = true shows it.
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../../http";
import { t } from "../../i18n";
import { session } from "../../session";
import { moment, ms } from "../../time";
import { Button } from "../../ui/basics";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { problemWords, toast } from "../../ui/toast";

export const accountOpen = signal(false);

export function AccountHost(): JSX.Element | null {
  const s = session.value;
  if (!accountOpen.value || !s?.user || !s.role) return null;
  const close = (): void => { accountOpen.value = false; };
  return <Dialog title={t("account.title")} onClose={close}>
    <p>{t("account.text", { user: s.user, role: t(`role.${s.role}`), when: s.ends ? moment(ms(s.ends)) : "–" })} {s.site && t("account.site", { site: s.site })}</p>
    <Password user={s.user} onDone={() => { close(); toast(t("account.done")); }} /></Dialog>;
}
function Password(p: { user: string; onDone: () => void }): JSX.Element {
  const [old, setOld] = useState(""), [fresh, setFresh] = useState(""), [again, setAgain] = useState(""), [error, setError] = useState(""), [busy, setBusy] = useState(false);
  const differ = again !== "" && fresh !== again;
  const send = async (e: Event): Promise<void> => {
    e.preventDefault();
    setBusy(true);
    setError("");
    try {
      await post("/password", { old, new: fresh });
      p.onDone();
    } catch (x) {
      setError(x instanceof Problem && x.status === 403 ? t("account.wrong") : x instanceof Problem ? problemWords(x) : String(x));
    } finally {
      setBusy(false);
    }
  };
  return <form onSubmit={e => void send(e)}><input type="text" name="user" value={p.user} autocomplete="username" hidden readOnly />
    <TextField label={t("account.old")} type="password" autocomplete="current-password" value={old} onInput={setOld} required max={256} name="old" />
    <TextField label={t("account.new")} type="password" autocomplete="new-password" hint={t("users.password.hint")} value={fresh} onInput={setFresh} required max={256} name="new" />
    <TextField label={t("account.again")} type="password" autocomplete="new-password" value={again} onInput={setAgain} required max={256} error={differ ? t("account.differ") : undefined} name="again" />
    {error && <p class="error" role="alert">{error}</p>}
    <div class="dialog-actions"><Button type="submit" kind="primary" busy={busy} disabled={!old || !fresh || fresh !== again}>{t("account.change")}</Button></div></form>;
}
