// SPDX-License-Identifier: GPL-3.0-or-later
// Mistakes of a file, each beside the line it is in.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { mistaken, type Mistake, type Shown } from "./changes";

const WIDTH = 110;
export function Mistakes(p: { csv: string; mistakes: Mistake[] }): JSX.Element {
  return <section class="mistakes" role="alert"><h2>{t("import.mistakes", { n: p.mistakes.length })}</h2><p class="soft">{t("import.mistakes.why")}</p>
    <ol>{mistaken(p.csv, p.mistakes, WIDTH).map(s => <li key={s.line}>{s.line > 0 && <Line of={s} />}
      {s.mistakes.map((m, i) => <p key={i}>{m.line > 0 && <b>{t("import.mistake.at", { line: String(m.line), column: String(m.column) })}: </b>}{m.text}</p>)}</li>)}</ol></section>;
}
function Line(p: { of: Shown }): JSX.Element {
  const { text, mark } = p.of;
  return <pre tabIndex={0}>{mark < 0 ? <>{text}<mark> </mark></> : <>{text.slice(0, mark)}<mark>{text.slice(mark, mark + 1)}</mark>{text.slice(mark + 1)}</>}</pre>;
}
