// SPDX-License-Identifier: GPL-3.0-or-later
// Rooms with their consoles: who is there, what the screens show, what was
// asked, and how it compares with the roster.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { query, setQuery } from "../../router";
import { zoneOf } from "../../store";
import { Answer, Empty, PageHead } from "../../ui/basics";
import { useQuery } from "../../ui/useQuery";
import { counts, only, roomsOf, walls, type Room } from "./floor";
import { PresenceMark } from "./PresenceMark";
import { BreachLine, Post } from "./Post";
import { Roster } from "./Roster";
import { Screen } from "./Screen";
import type { ConsoleRow, Floor, ScreenRow } from "./types";

export function Consoles(): JSX.Element {
  const floor = useQuery<Floor>("/consoles", { every: 20, events: ["console", "reset"] });
  return <><PageHead title={t("consoles.title")} hint={t("consoles.hint")} />
    <Answer of={floor}>{f => f.consoles.length ? <Rooms floor={f} />
      : <Empty title={t("consoles.none")}>{t("consoles.none.why")}</Empty>}</Answer>
    {floor.data?.consoles.length ? <Roster /> : null}</>;
}
function Rooms(p: { floor: Floor }): JSX.Element {
  const { consoles, screens } = p.floor, shared = walls(screens), wanted = query("presence");
  const shown = only(roomsOf(consoles, screens), wanted);
  return <><Summary consoles={consoles} only={wanted} />
    {shown.map(r => <RoomPart key={r.name} room={r} />)}
    {shown.length === 0 && <Empty title={t("consoles.none.such")} />}
    {shared.length > 0 && !wanted && <Walls screens={shared} />}</>;
}
/* How many are what, in the order of what counts; each shows those alone. */
function Summary(p: { consoles: ConsoleRow[]; only: string }): JSX.Element {
  return <div class="presence-counts" role="group" aria-label={t("consoles.title")}>{counts(p.consoles).filter(([s, n]) => n > 0 || s === "attended" || s === p.only).map(([s, n]) =>
    <button key={s} type="button" class="button quiet" aria-pressed={p.only === s} onClick={() => setQuery({ presence: p.only === s ? "" : s })}>
      <PresenceMark presence={s} /> <b>{n}</b> {t(`presence.${s}`)}</button>)}</div>;
}
function RoomPart(p: { room: Room }): JSX.Element {
  const r = p.room, name = r.name || t("consoles.room.none");
  return <section class="room" aria-label={name}>
    <h2>{name} <span class="soft">{r.site && r.site + " · "}{t("consoles.attended", { n: r.attended, all: r.all })}</span></h2>
    <BreachLine of={r.breach} zone={zoneOf(r.site)} />
    <div class="posts">{r.posts.map(x => <Post key={x.console.id} post={x} />)}</div></section>;
}
function Walls(p: { screens: ScreenRow[] }): JSX.Element {
  return <section class="room" aria-label={t("consoles.wall")}>
    <h2>{t("consoles.wall")} <span class="soft">{t("consoles.wall.why")}</span></h2>
    <div class="posts">{p.screens.map(s => <article key={s.screen} class="post"><Screen screen={s} /></article>)}</div></section>;
}
