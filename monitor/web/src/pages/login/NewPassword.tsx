// SPDX-License-Identifier: GPL-3.0-or-later
// A new password with a word on how good it is; it can be shown.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Check, TextField } from "../../ui/Field";
import { strength } from "./strength";

export interface NewPasswordProps { label: string; user: string; value: string; onInput: (v: string) => void; name: string; autofocus?: boolean }
export function NewPassword(p: NewPasswordProps): JSX.Element {
  const [shown, show] = useState(false), s = strength(p.value, p.user);
  const hint = p.value ? t(`strength.${s}`) : t("strength.rule");
  return <div class="new-password">
    <TextField label={p.label} hint={hint} name={p.name} type={shown ? "text" : "password"} value={p.value} onInput={p.onInput} required
      autocomplete="new-password" max={256} autofocus={p.autofocus ?? false} />
    <Check label={t("strength.show")} checked={shown} onChange={show} /></div>;
}
