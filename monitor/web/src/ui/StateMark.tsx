// SPDX-License-Identifier: GPL-3.0-or-later
// One mark per state: colour, shape and letter together.
//   <StateMark state="down" />, <StateMark state={feed.state} words />
import type { JSX } from "preact";
import type { State } from "../api";
import { t } from "../i18n";
import { FLAG, STATES, type Feed } from "../store";

const LETTER: Record<State, string> = { down: "D", degraded: "G", unknown: "U", up: "" };
export const stateOf = (s: State | number): State => typeof s === "number" ? STATES[s] ?? "unknown" : s;

export function StateMark(p: { state: State | number; words?: boolean; maintenance?: boolean; muted?: boolean }): JSX.Element {
  const s = stateOf(p.state), words = t(`state.${s}`);
  return <span class="state"><i class={"mark " + s} aria-hidden="true"><b>{LETTER[s]}</b></i>
    {p.words ? <span>{words}</span> : <span class="unseen">{words}</span>}
    {p.maintenance && <Tag letter="M" words={t("flag.maintenance")} />}
    {p.muted && <Tag letter="Z" words={t("flag.muted")} />}</span>;
}
/* Of a feed, with what silences it: <FeedMark of={f} /> */
export function FeedMark(p: { of: Feed; words?: boolean }): JSX.Element {
  const { state, flags } = p.of;
  return <StateMark state={state} words={p.words ?? false} maintenance={(flags & FLAG.maintenance) !== 0} muted={(flags & FLAG.muted) !== 0} />;
}
function Tag(p: { letter: string; words: string }): JSX.Element {
  return <i class="tag" title={p.words}><b aria-hidden="true">{p.letter}</b><span class="unseen">{p.words}</span></i>;
}
