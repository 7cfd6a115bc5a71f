// SPDX-License-Identifier: GPL-3.0-or-later
// What rows and the pane beside them share: the mark, the pictures, whom to call.
import type { JSX } from "preact";
import type { Incident } from "../../api";
import { t } from "../../i18n";
import { zoneOf } from "../../store";
import { moment, ms, now, second, span } from "../../time";
import { Button } from "../../ui/basics";
import { Still } from "../../ui/Picture";
import { StateMark } from "../../ui/StateMark";
import { copy } from "./acts";
import { contactParts, gravity } from "./order";

export function Mark(p: { of: Incident }): JSX.Element {
  if (p.of.kind === "feed" || p.of.kind === "site") return <StateMark state={gravity(p.of) === 3 ? "down" : "degraded"} />;
  return <span class="state"><i class="mark down" aria-hidden="true"><b>!</b></i><span class="unseen">{t(`trouble.kind.${p.of.kind}`)}</span></span>;
}
/* "14 min", kept true, with the moment as tooltip. */
export function For(p: { of: Incident }): JSX.Element {
  void second.value;
  const zone = zoneOf(p.of.site), since = ms(p.of.since), until = ms(p.of.until) || now();
  return <time dateTime={p.of.since ?? ""} title={t("trouble.since", { time: moment(since, zone), span: span(until - since) })}>{span(until - since)}</time>;
}
/* Side by side, before on the left; large, a place stays where there is none. */
export function Pictures(p: { of: Incident; large?: boolean }): JSX.Element | null {
  const { before, after, recovered, number, site } = p.of, zone = zoneOf(site), large = p.large ?? false;
  const one = (there: boolean, name: "before" | "after" | "recovered"): JSX.Element | null => there
    ? <Still src={`/incidents/${number}/${name}.png`} caption={t(`trouble.${name}`)} zone={zone} />
    : !large ? <i /> : <figure class="still"><div class="shot blank"><span class="age">{t("picture.none")}</span></div><figcaption>{t(`trouble.${name}`)}</figcaption></figure>;
  if (!before && !after && !recovered) return null;
  return <div class={"tr-pics" + (large ? " large" : "")}>
    {one(before, "before")}
    {(after || large) && one(after, "after")}
    {recovered && large && one(recovered, "recovered")}
  </div>;
}
/* Numbers can be dialled, addresses written to, all of it copied. */
export function Contact(p: { text: string }): JSX.Element {
  if (!p.text.trim()) return <p class="soft">{t("trouble.call.none")}</p>;
  return <p class="contact">{contactParts(p.text).map((x, n) => x.href ? <a key={n} href={x.href}>{x.text}</a> : <span key={n}>{x.text}</span>)}{" "}
    <Button kind="quiet" onClick={() => void copy(p.text)}>{t("trouble.copy")}</Button></p>;
}
