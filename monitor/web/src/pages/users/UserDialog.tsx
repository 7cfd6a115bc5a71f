// SPDX-License-Identifier: GPL-3.0-or-later
// Adds a person, or changes one: role, site, password, with a reason.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Role, User } from "../../api";
import { post } from "../../http";
import { t } from "../../i18n";
import { Button } from "../../ui/basics";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { failureWords } from "../../ui/toast";
import { NewPassword } from "../login/NewPassword";
import { Once } from "./Once";
import { makePassword } from "./password";
import { SiteField } from "./SiteField";

export const ROLES = ["viewer", "operator", "supervisor", "auditor", "admin"] as const satisfies readonly Role[];
type How = "keep" | "make" | "own";

export function UserDialog(p: { user: User | null; onClose: () => void; onDone: (words: string) => void }): JSX.Element {
  const u = p.user, [name, setName] = useState(u?.name ?? ""), [role, setRole] = useState<string>(u?.role ?? "operator"), [site, setSite] = useState(u?.site ?? "");
  const [how, setHow] = useState<How>(u ? "keep" : "make"), [password, setPassword] = useState(""), [reason, setReason] = useState("");
  const [error, setError] = useState(""), [busy, setBusy] = useState(false), [once, setOnce] = useState("");
  const done = (): void => p.onDone(t(u ? "users.changed" : "users.added", { name }));
  const send = async (e: Event): Promise<void> => {
    e.preventDefault();
    setBusy(true);
    setError("");
    const secret = how === "keep" ? {} : { password: how === "make" ? makePassword(b => crypto.getRandomValues(b)) : password };
    try {
      await post(u ? `/users/${u.id}` : "/users", { ...(u ? {} : { name: name.trim() }), role, site, reason: reason.trim(), ...secret });
      if (how === "make" && secret.password) setOnce(secret.password);
      else done();
    } catch (x) {
      setError(failureWords(x));
    } finally {
      setBusy(false);
    }
  };
  if (once) return <Once title={t(u ? "users.change.of" : "users.add", { name })} hint={t("users.password.once")} parts={[[t("users.password"), once]]} onDone={done} />;
  const ways: [string, string][] = [...u ? [["keep", t("users.password.keep")] as [string, string]] : [], ["make", t("users.password.make")], ["own", t("users.password.own")]];
  return <Dialog title={u ? t("users.change.of", { name: u.name }) : t("users.add")} onClose={p.onClose}><form onSubmit={e => void send(e)}>
    {!u && <TextField label={t("users.name")} value={name} onInput={setName} required autofocus max={64} name="user" hint={t("users.name.hint")} />}
    <SelectField label={t("users.role")} value={role} onChange={setRole} options={ROLES.map(r => [r, t(`role.${r}`)])} hint={roleWords(role)} />
    <SiteField value={site} onInput={setSite} />
    <SelectField label={t(u ? "users.password.set" : "users.password")} value={how} onChange={x => setHow(x as How)} options={ways} hint={u && how !== "keep" ? t("users.password.set.hint") : undefined} />
    {how === "own" && <NewPassword label={t("users.password.new")} user={name} value={password} onInput={setPassword} name="password" />}
    <TextField label={t("reason")} hint={t("users.reason.hint")} value={reason} onInput={setReason} required max={400} name="reason" />
    {error && <p class="error" role="alert">{error}</p>}
    <div class="dialog-actions"><Button onClick={p.onClose}>{t("cancel")}</Button><Button type="submit" kind="primary" busy={busy} disabled={!reason.trim()}>{t("save")}</Button></div>
  </form></Dialog>;
}
export function roleWords(role: string): string {
  const known = [...ROLES, "kiosk" as const].find(r => r === role);
  return known ? t(`roles.${known}`) : "";
}
