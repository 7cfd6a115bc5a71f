// SPDX-License-Identifier: GPL-3.0-or-later
// The incident in hand: pictures, since when, what to try, whom to call, what
// was said, and what can be done.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Comment, Incident } from "../../api";
import { useFeed } from "../../data/useFeed";
import { t } from "../../i18n";
import { can } from "../../session";
import { FLAG, zoneOf } from "../../store";
import { moment, ms, now, second, spanLong } from "../../time";
import { Answer, Button, Time } from "../../ui/basics";
import { useQuery } from "../../ui/useQuery";
import { actorWords } from "../users/agent";
import { retry } from "./acts";
import type { Asking } from "./Dialogs";
import { touched, type IncidentDetail } from "./live";
import { isTaken } from "./order";
import { Contact, Mark, Pictures } from "./Parts";
import { foreign } from "./times";
import { headOf, helpOf, nameOf } from "./words";

interface PaneProps { of: Incident; ask: (what: Asking) => void }
const mutable = (i: Incident): boolean => i.kind === "feed" || i.kind === "site";

function Actions({ of: i, ask }: PaneProps): JSX.Element {
  return <div class="actions">
    {can("incidents.acknowledge") && !isTaken(i) && !i.closed && <Button kind="primary" onClick={() => ask("acknowledge")} title="a">{t("trouble.acknowledge")}</Button>}
    {can("incidents.comment") && <Button onClick={() => ask("comment")} title="c">{t("trouble.comment")}</Button>}
    {can("incidents.mute") && mutable(i) && !i.closed && <Button onClick={() => ask("mute")} title="s">{t("trouble.mute")}</Button>}
    {can("feeds.retry") && i.feed && !i.closed && <Button onClick={() => void retry(i.feed ?? "", nameOf(i))}>{t("trouble.retry")}</Button>}
    {i.feed && <a class="button plain" href={"/feed/" + i.feed}>{t("trouble.feed")}</a>}
    {i.kind === "site" && <a class="button plain" href={"/?site=" + encodeURIComponent(i.site)}>{t("trouble.overview")}</a>}
  </div>;
}
function Times({ of: i }: { of: Incident }): JSX.Element {
  void second.value;
  const zone = zoneOf(i.site), since = ms(i.since), until = ms(i.until) || now(), away = foreign(zone, since);
  return <dl class="facts">
    <dt>{t("trouble.good.until")}</dt><dd><Time at={i.since} zone={zone} /> <span class="soft">({spanLong(until - since)}){away && ", " + t("trouble.zone", { zone: away })}</span></dd>
    {i.closed && <><dt class="unseen">{t("until")}</dt><dd>{t("trouble.over", { time: moment(ms(i.until ?? i.closed), zone) })}</dd></>}
    {i.acknowledged && <><dt>{t("trouble.taken.of")}</dt><dd><b>{actorWords(i.acknowledged_by ?? "")}</b>, <Time at={i.acknowledged} zone={zone} />{i.note && <>: <q>{i.note}</q></>}</dd></>}
  </dl>;
}
export function Comments(p: { all: Comment[]; zone: string | undefined }): JSX.Element {
  if (!p.all.length) return <p class="soft">{t("trouble.comments.none")}</p>;
  return <ol class="comments">{p.all.map((c, n) => <li key={n}><p class="soft"><b>{actorWords(c.by)}</b>, <Time at={c.at} zone={p.zone} /></p><p>{c.text}</p></li>)}</ol>;
}
function Said({ of: i }: { of: Incident }): JSX.Element {
  const q = useQuery<IncidentDetail>("/incidents/" + i.number), last = touched.value;
  useEffect(() => { if (last.number === i.number) q.refresh(); }, [last]);
  return <section><h3>{t("trouble.comments")}</h3>
    <Answer of={q}>{d => <Comments all={Array.isArray(d.comments) ? d.comments : []} zone={zoneOf(i.site)} />}</Answer></section>;
}
export function Pane(p: PaneProps): JSX.Element {
  const i = p.of, feed = useFeed(i.feed), off = feed !== null && (feed.flags & FLAG.noPicture) !== 0;
  const pictured = i.before || i.after || i.recovered;
  return <article class="tr-pane" aria-label={t("trouble.in.hand")} data-pane={i.number}>
    <header><Mark of={i} /><div><h2>{nameOf(i)}</h2><p class="soft">{i.kind === "feed" ? i.site : i.place === nameOf(i) ? "" : i.place}</p></div></header>
    <p class="tr-head">{headOf(i)}</p>
    {pictured ? <Pictures of={i} large /> : i.kind === "feed" && <p class="soft">{off ? t("trouble.pictures.off") : t("trouble.pictures.none")}</p>}
    <Actions {...p} />
    <Times of={i} />
    <div class="tr-two">
      {helpOf(i) && <section><h3>{t("trouble.try")}</h3><p>{helpOf(i)}</p></section>}
      <section><h3>{t("trouble.call")}</h3><Contact text={i.contact} /></section>
    </div>
    <Said key={i.number} of={i} />
  </article>;
}
