// SPDX-License-Identifier: GPL-3.0-or-later
// One feed: what it is now, why, what it was, and what can be done about it.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { FeedDetail, FeedInfo, Incident } from "../../api";
import { useFeed } from "../../data/useFeed";
import { causeWords, t } from "../../i18n";
import { useKeys } from "../../keys";
import { here } from "../../router";
import { can } from "../../session";
import { claims, FLAG, worth, zoneOf, type Feed as Row } from "../../store";
import { clock, iso, moment, ms, now, second, spanLong } from "../../time";
import { Button, Empty, Failed, Loading, Time } from "../../ui/basics";
import { confirm } from "../../ui/Dialog";
import { Picture, type PictureKind } from "../../ui/Picture";
import { FeedMark, stateOf } from "../../ui/StateMark";
import { failed, toast } from "../../ui/toast";
import { useQuery } from "../../ui/useQuery";
import { actorWords } from "../users/agent";
import { refer, whyNot } from "../references/act";
import { retry } from "../trouble/acts";
import { Ask, type Asking } from "../trouble/Dialogs";
import { flat, type IncidentDetail } from "../trouble/live";
import { isTaken } from "../trouble/order";
import { Contact } from "../trouble/Parts";
import { helpOf } from "../trouble/words";
import { Compare } from "./Compare";
import { Graphs } from "./Graphs";
import { OverlayForm } from "./OverlayForm";
import { Past } from "./Past";
import { Evidence, Facts, Overlays, Troubles, Views } from "./Sides";
import { WatchedDay } from "./WatchedLine";

interface Shown { row: Row; detail: FeedDetail; info: FeedInfo | null; incident: Incident | null; again: () => void }
type Doing = { what: Asking; of: Incident } | { what: "mute-feed" | "maintenance" } | null;

async function reference(s: Shown, action: "approve" | "clear"): Promise<void> {
  const name = s.row.name, reason = await confirm({ title: t(`feed.${action}.title`, { name }), text: t(`feed.${action}.text`), action: t(`feed.${action}`), reason: true });
  if (reason === null) return;
  try {
    const answer = await refer(action, [s.row.id], reason), not = whyNot(answer);
    toast(not || t(`feed.${action}.done`), not ? "error" : "info");
  } catch (e) {
    failed(e);
  }
  s.again();
}
function Head({ s, act }: { s: Shown; act: (d: Doing) => void }): JSX.Element {
  void second.value;
  const { row: f, detail: d } = s, state = stateOf(f.state), zone = s.info?.zone || zoneOf(f.site), off = (f.flags & FLAG.noPicture) !== 0;
  const others = (d.causes ?? []).filter(c => c !== f.cause && c !== "none").map(causeWords).join(", ");
  return <div class="fd-head"><div class="fd-name">
    <FeedMark of={f} />
    <div><h1>{f.name}</h1><p class="soft">{f.site}{zone && <> · {t("feed.local", { time: clock(now(), zone) })}</>}</p></div></div>
    <div class="fd-verdict"><p class={"fd-cause words-" + state}>{claims() ? (f.cause === "none" ? t(`state.${state}`) : causeWords(f.cause)) : t("feed.noclaim")}</p>
      <p class="soft">{t("feed.since")} <Time at={f.since} zone={zone} /> ({spanLong(now() - f.since)}){others && " · " + t("feed.also", { what: others })}</p></div>
    <div class="actions">
      {s.incident && !isTaken(s.incident) && can("incidents.acknowledge") && <Button kind="primary" title="a" onClick={() => act({ what: "acknowledge", of: s.incident as Incident })}>{t("trouble.acknowledge")}</Button>}
      {s.incident && can("incidents.comment") && <Button title="c" onClick={() => act({ what: "comment", of: s.incident as Incident })}>{t("trouble.comment")}</Button>}
      {can("overlays.mute") && <Button title="s" onClick={() => act(s.incident ? { what: "mute", of: s.incident } : { what: "mute-feed" })}>{t("trouble.mute")}</Button>}
      {can("overlays.maintenance") && <Button onClick={() => act({ what: "maintenance" })}>{t("feed.maintenance")}</Button>}
      {can("feeds.retry") && <Button title="r" onClick={() => void retry(f.id, f.name)}>{t("feed.retry")}</Button>}
      {can("references") && !off && <Button onClick={() => void reference(s, "approve")}>{t("feed.approve")}</Button>}
      {can("references") && !off && d.reference && <Button onClick={() => void reference(s, "clear")}>{t("feed.clear")}</Button>}
    </div></div>;
}
/* No picture comes while one of these leads; of the others there is one to see. */
const silent = new Set(["unreachable", "refused", "name-failed", "tls-failed", "auth-failed", "not-found", "busy", "protocol-error", "no-video", "stalled", "undecodable",
  "not-sampled", "probe-lost", "over-capacity", "network-lost", "relay-lost", "monitor-off"]);
/* The picture of now; of a feed that is down only on demand, and said to be old. */
function Current({ row: f, off, zone }: { row: Row; off: boolean; zone: string | undefined }): JSX.Element {
  const [wanted, want] = useState(false), gone = silent.has(f.cause);
  useEffect(() => want(false), [gone, f.id]);
  if (off) return <p class="soft">{t("feed.pictures.off")}</p>;
  if (!gone) return <Picture feed={f.id} at={f.picture} alt={f.name} live={worth.value === "live"} zone={zone} />;
  if (!wanted) return <div class="shot blank"><div class="shot-none"><p>{t("feed.current.down")}</p>
    {f.picture > 0 && <Button onClick={() => want(true)}>{t("feed.current.show", { time: moment(f.picture, zone) })}</Button>}</div></div>;
  return <><Picture feed={f.id} at={f.picture} alt={f.name} zone={zone} /><p class="soft">{t("feed.current.last")}</p></>;
}
function Pictures({ s, zone }: { s: Shown; zone: string | undefined }): JSX.Element {
  const { row: f, detail: d, info } = s, off = (f.flags & FLAG.noPicture) !== 0, bad = f.state !== 0, ref = info?.reference ?? null;
  const kinds: PictureKind[] = ["current", "reference", "last-good", "first-bad", "recovered"];
  return <section class="panel fd-pictures"><div class="fd-now"><h2>{t("feed.current")}</h2><Current row={f} off={off} zone={zone} />
    <div class="fd-help">{f.state !== 0 && <><h3>{t("trouble.try")}</h3><p>{helpOf({ cause: f.cause, help: d.help ?? "" })}</p></>}<h3>{t("trouble.call")}</h3><Contact text={info?.contact ?? ""} /></div></div>
    {!off && <div><h2>{t("feed.compare")}</h2><Compare key={f.id + bad + (ref ? 1 : 0)} feed={f.id} kinds={kinds} left={bad || !ref ? "last-good" : "reference"} right={bad ? "first-bad" : "current"} at={f.picture} fresh={!silent.has(f.cause) && worth.value === "live"} zone={zone} />
      <p class="soft">{ref ? t("feed.reference.by", { time: moment(ms(ref.approved), zone), who: actorWords(ref.by), why: ref.reason }) : t("feed.reference.none")}</p></div>}</section>;
}
function Dialogs({ s, doing, done }: { s: Shown; doing: Doing; done: () => void }): JSX.Element | null {
  if (!doing) return null;
  if ("of" in doing) return <Ask what={doing.what} of={doing.of} onClose={done} />;
  return <OverlayForm kind={doing.what === "maintenance" ? "maintenance" : "mute"} feed={s.row.id} name={s.row.name} zone={s.info?.zone || zoneOf(s.row.site)} onClose={done} />;
}
function All(s: Shown): JSX.Element {
  const [doing, act] = useState<Doing>(null), f = s.row, zone = s.info?.zone || zoneOf(f.site), off = (f.flags & FLAG.noPicture) !== 0;
  const yesterday = useMemo(() => iso(now() - 86400000), [f.id]);
  const mute = (e: KeyboardEvent): void => { e.preventDefault(); if (can("overlays.mute")) act(s.incident ? { what: "mute", of: s.incident } : { what: "mute-feed" }); };
  useKeys({ a: e => { e.preventDefault(); if (s.incident && !isTaken(s.incident) && can("incidents.acknowledge")) act({ what: "acknowledge", of: s.incident }); },
    c: e => { e.preventDefault(); if (s.incident && can("incidents.comment")) act({ what: "comment", of: s.incident }); },
    s: mute, m: mute, r: () => { if (can("feeds.retry")) void retry(f.id, f.name); } }, "feed");
  return <div class="fd" data-feed={f.id} data-state={stateOf(f.state)} data-cause={f.cause}>
    <Head s={s} act={act} />
    <div class="fd-body">
      <div class="fd-main"><Pictures s={s} zone={zone} />
        <section class="panel"><h2>{t("feed.past")}</h2><Past feed={f.id} zone={zone} since={f.since} /></section>
        <Graphs feed={f.id} zone={zone} /><WatchedDay feed={f.id} zone={zone} /></div>
      <div class="fd-side"><Evidence of={s.detail} zone={zone} /><Overlays all={s.info?.overlays ?? []} zone={zone} again={s.again} />
        <Troubles feed={f.id} zone={zone} off={off} /><Views feed={f.id} zone={zone} from={yesterday} /><Facts of={s.detail} info={s.info} /></div>
    </div>
    <Dialogs s={s} doing={doing} done={() => { act(null); s.again(); }} />
  </div>;
}
export function Feed(): JSX.Element {
  const id = decodeURIComponent(here.value.path.slice("/feed/".length)), row = useFeed(id);
  const stamp = row ? `${row.state}${row.cause}${row.since}` : "";
  const detail = useQuery<FeedDetail>("/feeds/" + id, { every: 10 }), info = useQuery<FeedInfo>(can("feeds.info") ? `/feeds/${id}/info` : null, { every: 60, events: ["incident"] });
  useEffect(() => { if (stamp) { detail.refresh(); info.refresh(); } }, [stamp]);
  const number = info.data?.incident ?? null, one = useQuery<IncidentDetail>(number === null ? null : "/incidents/" + number);
  const incident = one.data && !one.data.closed ? flat(one.data) : null;
  if (detail.error?.status === 404) return <Empty title={t("feed.missing")}><a href="/">{t("missing.back")}</a></Empty>;
  if (!detail.data || !row) return detail.error ? <Failed problem={detail.error} again={detail.refresh} /> : <Loading />;
  return <All key={id} row={row} detail={detail.data} info={info.data} incident={incident} again={() => { detail.refresh(); info.refresh(); one.refresh(); }} />;
}
