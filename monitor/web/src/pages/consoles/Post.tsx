// SPDX-License-Identifier: GPL-3.0-or-later
// One console: its presence and why, what it is held to, questions, screens,
// and its last day.
import type { JSX } from "preact";
import { number, t, textWords } from "../../i18n";
import { can } from "../../session";
import { zoneOf } from "../../store";
import { ms, moment, span } from "../../time";
import { Ago, Time } from "../../ui/basics";
import { DayLine } from "./DayLine";
import type { Breach, Post as PostOf } from "./floor";
import { PresenceMark } from "./PresenceMark";
import { say } from "./say";
import { Screen } from "./Screen";
import type { ConsoleRow } from "./types";

export function Post(p: { post: PostOf }): JSX.Element {
  const c = p.post.console, zone = zoneOf(c.site);
  return <article class={"post " + c.presence} data-row={c.console} data-presence={c.presence} data-console={c.id} aria-label={c.console}>
    <header><h3>{c.console}</h3><PresenceMark presence={c.presence} words />
      <span class="soft"><Ago at={c.since} zone={zone} /></span></header>
    <p>{say("why.", c.why)}</p>
    <BreachLine of={p.post.breach} zone={zone} />
    <Force of={c} /><Asked of={c} zone={zone} />
    {p.post.screens.length ? p.post.screens.map(s => <Screen key={s.screen} screen={s} />)
      : <p class="soft">{t("consoles.screens.none")}</p>}
    {can("consoles.presence") && <DayLine console={c} zone={zone} />}
  </article>;
}
export function BreachLine(p: { of: Breach; zone: string | undefined }): JSX.Element | null {
  const b = p.of;
  return b && <p class="breach"><b>{t("consoles.breach")}</b> {t("consoles.breach.since", { when: moment(ms(b.since), p.zone) })}: {textWords(b)}</p>;
}
function Force(p: { of: ConsoleRow }): JSX.Element {
  const f = p.of.in_force;
  return <p class="soft">{t("consoles.force", { idle: span(f.idle_after_s * 1000) })}{" "}
    {f.prompt_after_s ? t("consoles.force.prompt", { prompt: span(f.prompt_after_s * 1000) }) : t("consoles.force.noprompt")}{" "}
    {t(f.shifts ? "consoles.force.shift" : "consoles.force.own")}</p>;
}
function Asked(p: { of: ConsoleRow; zone: string | undefined }): JSX.Element | null {
  const q = p.of.prompts;
  if (!q) return null;
  return <p class="soft">{t("consoles.prompts")}: {q.asked === 0 ? t("consoles.prompts.none")
    : t("consoles.prompts.text", { asked: q.asked, answered: q.answered, right: q.right, missed: q.missed })}
    {q.latency_ms !== null && ", " + t("consoles.latency", { seconds: number(q.latency_ms / 1000, 1) })}
    {q.last && <> ({t("consoles.prompts.last", { when: "" })}<Time at={q.last} zone={p.zone} />)</>}</p>;
}
