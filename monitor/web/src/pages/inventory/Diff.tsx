// SPDX-License-Identifier: GPL-3.0-or-later
// What an import would change: counted, then one by one, removals first.
import type { JSX } from "preact";
import type { ImportAnswer } from "../../api";
import { t, wordsOf } from "../../i18n";
import { grouped, kinds, touched, worthTelling, type Change, type What } from "./changes";

const SHOWN = 200;
const SIGN: Record<What, string> = { remove: "−", change: "±", add: "+" };

export function Diff(p: { answer: ImportAnswer }): JSX.Element {
  const a = p.answer, fields = touched(a.changes);
  return <section class="diff"><h2>{t("import.would")}</h2>
    <ul class="diff-counts"><li class={a.removed ? "remove some" : "remove"}>{t("import.remove", { n: a.removed })}</li><li class="change">{t("import.change", { n: a.changed })}</li>
      <li class="add">{t("import.add", { n: a.added })}</li><li class="soft">{t("import.unchanged", { n: a.unchanged })}</li></ul>
    {fields.length > 0 && <p class="soft">{t("import.fields", { fields: fields.map(([field, n]) => t("import.field", { field, n })).join(", ") })}</p>}
    {grouped(a.changes).map(([what, of]) => <Group key={what} what={what} changes={of} />)}
    {(a.cut || a.changes.length > SHOWN) && <p class="soft">{t("import.cut")}</p>}</section>;
}
const kindWords = (kind: string): string => wordsOf("kind.", kind);
function Group(p: { what: What; changes: Change[] }): JSX.Element {
  return <details class={"diff-group " + p.what} open={p.what !== "add"}><summary>{t(`import.what.${p.what}`)}: {kinds(p.changes).map(([k, n]) => `${kindWords(k)} ${n}`.trim()).join(", ")}</summary>
    <ul>{p.changes.slice(0, SHOWN).map(c => <li key={`${c.kind} ${c.name}`} data-row={c.name}><b aria-hidden="true">{SIGN[c.what]}</b> <span class="soft">{kindWords(c.kind ?? "")}</span> {c.name}
      {worthTelling(c).length > 0 && <ul class="fields">{worthTelling(c).map(f => <li key={f.field}><span class="field-name">{f.field}</span>{" "}
        {c.what === "change" && <><del>{f.from || t("import.empty")}</del> → </>}<ins>{f.to || t("import.empty")}</ins></li>)}</ul>}</li>)}</ul></details>;
}
