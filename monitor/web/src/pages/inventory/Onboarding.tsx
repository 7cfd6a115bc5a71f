// SPDX-License-Identifier: GPL-3.0-or-later
// What became of feeds that came or changed: how many are up, and of the rest
// why not, where, and what to do about it.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Onboarding as OnboardingOf } from "../../api";
import { withQuery } from "../../http";
import { causeWords, has, number, t } from "../../i18n";
import { query, setQuery } from "../../router";
import { moment, ms, now } from "../../time";
import { Answer, Empty } from "../../ui/basics";
import { SelectField } from "../../ui/Field";
import { useQuery } from "../../ui/useQuery";

type Cause = OnboardingOf["causes"][number];
const SITES_SHOWN = 6, LIVE_S = 2, SETTLED_S = 30;
const ago = (hours: number): string => new Date(now() - hours * 3600e3).toISOString();

export function Onboarding(): JSX.Element {
  const since = query("since"), back = useMemo(() => ({ hour: ago(1), day: ago(24), ever: "" }), []);
  const from = since === "hour" || since === "ever" ? back[since] : ms(since) ? since : back.day;
  const path = withQuery("/onboarding", { since: from });
  const [settled, settle] = useState(false), q = useQuery<OnboardingOf>(path, { every: settled ? SETTLED_S : LIVE_S });
  useEffect(() => settle(q.data?.settled ?? false), [q.data]);
  const options: [string, string][] = [["hour", t("onboarding.hour")], ["", t("onboarding.day")], ["ever", t("onboarding.ever")]];
  if (ms(since)) options.unshift([since, t("onboarding.import", { when: moment(ms(since)) })]);
  return <><SelectField label={t("onboarding.since")} value={since} options={options} onChange={x => setQuery({ since: x })} />
    <Answer of={q}>{o => o.feeds ? <Became of={o} /> : <Empty title={t("onboarding.none")}>{t("onboarding.none.why")}</Empty>}</Answer></>;
}
function Became(p: { of: OnboardingOf }): JSX.Element {
  const o = p.of, waiting = o.causes.filter(c => c.cause === "learning" || c.cause === "not-sampled").reduce((n, c) => n + c.feeds, 0);
  const words = [t("onboarding.up", { n: o.states.up }), ...o.causes.filter(c => c.feeds > 0).map(c => `${number(c.feeds)} ${causeWords(c.cause).toLowerCase()}`)];
  return <section class="onboarding"><h2>{t("onboarding.title")}</h2><p class="lead big" role="status">{words.join(", ")}</p>
    <div class="share-bar" aria-hidden="true"><i class="up" style={{ flexGrow: o.states.up }} /><i class="degraded" style={{ flexGrow: o.states.degraded }} />
      <i class="down" style={{ flexGrow: o.states.down }} /><i class="unknown" style={{ flexGrow: o.states.unknown }} /></div>
    <p class="soft">{o.settled ? t("onboarding.settled") : t("onboarding.waiting", { n: waiting || o.states.unknown })}</p>
    {o.causes.filter(c => c.feeds > 0).map(c => <CausePart key={c.cause} of={c} all={o.feeds} />)}</section>;
}
function CausePart(p: { of: Cause; all: number }): JSX.Element {
  const c = p.of, key = "todo." + c.cause, rest = c.sites.length - SITES_SHOWN;
  const link = (site: string): string => withQuery("/inventory", { tab: "feeds", cause: c.cause, site });
  return <article class="became" data-cause={c.cause}><h3>{number(c.feeds)} {causeWords(c.cause).toLowerCase()}</h3>
    <p>{has(key) ? t(key) : t("todo.other")}</p>
    {c.sites.length > 0 && <p class="where"><span class="soft">{t("onboarding.where")}:</span> {c.sites.slice(0, SITES_SHOWN).map(s =>
      <a key={s.site} href={link(s.site)}>{s.site || "–"} <b>{number(s.feeds)}</b></a>)} {rest > 0 && t("onboarding.more", { n: rest })}</p>}
    <p><a href={link("")}>{t("onboarding.look")}</a></p></article>;
}
