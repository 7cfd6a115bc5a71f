// SPDX-License-Identifier: GPL-3.0-or-later
// The hours in which nobody attended anything.
import type { JSX } from "preact";
import type { Coverage } from "../../api";
import { t } from "../../i18n";
import { columnWords } from "./say";

const SHOWN = 12;
export function Blind(p: { coverage: Coverage }): JSX.Element {
  const all = [...p.coverage.blind].reverse(), rest = all.length - SHOWN;
  if (!all.length) return <p class="soft">{t("coverage.blind.none")}</p>;
  return <div class="blinds"><h2>{t("coverage.blind")}</h2><p>{t("coverage.blind.text")}</p>
    <ul>{all.slice(0, SHOWN).map(b => <li key={b.from}>{columnWords({ from: Date.parse(b.from), to: Date.parse(b.to) }, undefined)}{b.why === "unknown" && <span class="soft"> ({t("coverage.blind.perhaps")})</span>}</li>)}</ul>
    {rest > 0 && <p class="soft">{t("coverage.blind.more", { n: rest })}</p>}</div>;
}
