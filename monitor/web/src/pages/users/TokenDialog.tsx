// SPDX-License-Identifier: GPL-3.0-or-later
// Makes a token for a program or for a screen on a wall; shown once.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../../http";
import { t } from "../../i18n";
import { Button } from "../../ui/basics";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { failureWords } from "../../ui/toast";
import { Once } from "./Once";
import { SiteField } from "./SiteField";
import { ROLES, roleWords } from "./UserDialog";

interface Made { id: number; token: string; url?: string }
/* The answer's link is a path: the machine comes here as this page did. */
const linkOf = (made: Made): string => new URL(made.url ?? `/kiosk#${made.token}`, location.origin).href;

export function TokenDialog(p: { onClose: () => void; onDone: () => void }): JSX.Element {
  const [kind, setKind] = useState<string>("kiosk"), [name, setName] = useState(""), [role, setRole] = useState<string>("viewer"), [site, setSite] = useState("");
  const [reason, setReason] = useState(""), [error, setError] = useState(""), [busy, setBusy] = useState(false), [made, setMade] = useState<Made | null>(null);
  const kiosk = kind === "kiosk";
  const send = async (e: Event): Promise<void> => {
    e.preventDefault();
    setBusy(true);
    setError("");
    try {
      setMade(await post<Made>("/tokens", { name: name.trim(), kind, ...(kiosk ? {} : { role }), site, reason: reason.trim() }));
    } catch (x) {
      setError(failureWords(x));
    } finally {
      setBusy(false);
    }
  };
  if (made) return <Once title={name} hint={t(kiosk ? "tokens.kiosk.once" : "tokens.once")} parts={kiosk ? [[t("tokens.link"), linkOf(made)]] : [[t("tokens.token"), made.token]]} onDone={p.onDone} />;
  return <Dialog title={t("tokens.add")} onClose={p.onClose}><form onSubmit={e => void send(e)}>
    <SelectField label={t("tokens.kind")} value={kind} onChange={setKind} options={[["kiosk", t("tokens.kind.kiosk")], ["api", t("tokens.kind.api")]]} hint={kiosk ? t("tokens.kiosk.hint") : undefined} />
    <TextField label={t("tokens.name")} hint={t("tokens.name.hint")} value={name} onInput={setName} required max={64} name="name" />
    {!kiosk && <SelectField label={t("users.role")} value={role} onChange={setRole} options={ROLES.map(r => [r, t(`role.${r}`)])} hint={roleWords(role)} />}
    <SiteField value={site} onInput={setSite} />
    <TextField label={t("reason")} hint={t("users.reason.hint")} value={reason} onInput={setReason} required max={400} name="reason" />
    {error && <p class="error" role="alert">{error}</p>}
    <div class="dialog-actions"><Button onClick={p.onClose}>{t("cancel")}</Button><Button type="submit" kind="primary" busy={busy} disabled={!name.trim() || !reason.trim()}>{t("tokens.add")}</Button></div>
  </form></Dialog>;
}
