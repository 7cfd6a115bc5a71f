// SPDX-License-Identifier: GPL-3.0-or-later
// A secret that is shown once, to be copied or written down.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { Button } from "../../ui/basics";
import { Copy } from "../../ui/Copy";
import { Dialog } from "../../ui/Dialog";

export function Once(p: { title: string; hint: string; parts: [string, string][]; onDone: () => void }): JSX.Element {
  return <Dialog title={p.title} onClose={p.onDone} wide><p><b>{p.hint}</b></p>
    {p.parts.map(([label, text]) => <div key={label} class="once"><p class="soft">{label}</p><Copy text={text} label={label} /></div>)}
    <div class="dialog-actions"><Button kind="primary" onClick={p.onDone}>{t("users.done")}</Button></div></Dialog>;
}
