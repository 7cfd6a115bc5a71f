// SPDX-License-Identifier: GPL-3.0-or-later
// A site's path, with those that exist to choose from.
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { t } from "../../i18n";
import { layout, siteInfo, sites } from "../../store";

export function SiteField(p: { value: string; onInput: (v: string) => void }): JSX.Element {
  void layout.value;
  const id = useId(), list = id + "l", known = [...new Set([...siteInfo.value.keys(), ...sites.keys()])].filter(Boolean).sort();
  return <div class="field"><label for={id}>{t("users.site")}</label>
    <input id={id} list={list} value={p.value} name="site" autocomplete="off" spellcheck={false} aria-describedby={id + "h"} onInput={e => p.onInput(e.currentTarget.value)} />
    <datalist id={list}>{known.map(s => <option key={s} value={s} />)}</datalist><p id={id + "h"} class="hint">{t("users.site.hint")}</p></div>;
}
