// SPDX-License-Identifier: GPL-3.0-or-later
// One mark per presence: shape, letter and colour together; grey is normal.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { presenceOf, type Presence } from "./floor";

const LETTER: Record<Presence, string> = { attended: "", idle: "I", away: "–", suspect: "!", unknown: "U" };

export function PresenceMark(p: { presence: string; words?: boolean }): JSX.Element {
  const s = presenceOf(p.presence);
  return <span class="state"><i class={"presence " + s} aria-hidden="true"><b>{LETTER[s]}</b></i>
    {p.words && <span>{t(`presence.${s}`)}</span>}</span>;
}
