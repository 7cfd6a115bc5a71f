// SPDX-License-Identifier: GPL-3.0-or-later
// What a screen shows: one square a tile, filled when its view counts; which
// feeds, and why a view doesn't count, when opened.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useFeed } from "../../data/useFeed";
import { t } from "../../i18n";
import { wholeName } from "../../store";
import { StateMark } from "../../ui/StateMark";
import { worths } from "./floor";
import { say } from "./say";
import type { ScreenRow, Tile } from "./types";

export function Screen(p: { screen: ScreenRow }): JSX.Element {
  const s = p.screen, [open, set] = useState(false);
  return <div class="screen" data-screen={s.screen}>
    <p><b>{s.screen}</b> <span class="soft">{say("power.", s.power)} · {say("source.", s.source)}</span></p>
    {s.tiles.length === 0 ? <p class="soft">{t("consoles.tiles.none")}</p> : <>
      <div class="minis" aria-hidden="true">{s.tiles.map((tile, i) => <i key={i} class={"worth w-" + tile.view} />)}</div>
      <p class="soft">{summary(s.tiles)}</p>
      <details onToggle={e => set(e.currentTarget.open)}><summary>{t("consoles.show")}</summary>
        {open && <ul class="shown">{s.tiles.map((tile, i) => <Shown key={i} tile={tile} />)}</ul>}</details></>}
  </div>;
}
/* "7 tiles count of 9; 2 hidden or covered" */
function summary(tiles: Tile[]): string {
  const all = worths(tiles), counting = all.find(([view]) => view === "counts")?.[1] ?? 0;
  const rest = all.filter(([view]) => view !== "counts").map(([view, n]) => `${n} ${say("worth.", view)}`);
  return [`${t("consoles.tiles", { n: counting })} ${t("consoles.tiles.of", { all: tiles.length })}`, ...rest].join("; ");
}
function Shown(p: { tile: Tile }): JSX.Element {
  const f = useFeed(p.tile.feed);
  return <li data-feed={p.tile.feed ?? undefined}>{f ? <><StateMark state={f.state} /> <a href={"/feed/" + f.id}>{wholeName(f)}</a></>
    : <span class="soft">{t("consoles.gone")}</span>} <span class="soft">{say("worth.", p.tile.view)}</span></li>;
}
