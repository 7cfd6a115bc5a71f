// SPDX-License-Identifier: GPL-3.0-or-later
// What each role may, in words.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { ROLES } from "./UserDialog";

export function Roles(): JSX.Element {
  return <section class="roles"><dl>{[...ROLES, "kiosk" as const].map(r => <div key={r}><dt>{t(`role.${r}`)}</dt><dd>{t(`roles.${r}`)}</dd></div>)}</dl>
    <p class="soft">{t("roles.site")}</p></section>;
}
