// SPDX-License-Identifier: GPL-3.0-or-later
// Text to take along: a command, a token, a link, with a button that copies it.
//   <Copy text="camwarden report --check FILE.json" label={t("reports.check")} />
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "./basics";
import { toast } from "./toast";

export function Copy(p: { text: string; label: string }): JSX.Element {
  const box = useRef<HTMLElement>(null);
  const select = (): void => { if (box.current) getSelection()?.selectAllChildren(box.current); };
  const copy = (): void => {
    select();
    // Only pages on https or localhost may write there.
    const sent = navigator.clipboard?.writeText(p.text) ?? Promise.reject(new Error("no clipboard"));
    sent.then(() => toast(t("copied")), () => toast(t("copy.not")));
  };
  return <div class="copy"><code ref={box} tabIndex={0} role="group" aria-label={p.label}>{p.text}</code>
    <Button onClick={copy} label={`${t("copy")}: ${p.label}`}>{t("copy")}</Button></div>;
}
