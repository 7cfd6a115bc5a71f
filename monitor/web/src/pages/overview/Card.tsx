// SPDX-License-Identifier: GPL-3.0-or-later
// Beside the tile under the pointer or in focus: name, state, cause, since, picture.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { causeWords, t } from "../../i18n";
import { FLAG, zoneOf } from "../../store";
import { moment, now, second, span } from "../../time";
import { Picture } from "../../ui/Picture";
import { FeedMark, stateOf } from "../../ui/StateMark";
import type { Active } from "./Board";

const REST_MS = 220; // pictures only for tiles somebody stays at
const WIDTH = 264;

function useRested(): boolean {
  const [rested, set] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => set(true), REST_MS);
    return () => clearTimeout(timer);
  }, []);
  return rested;
}
/* Right of the tile, or left where there is no room; within the window. */
function usePlace(a: Active): { current: HTMLDivElement | null } {
  const box = useRef<HTMLDivElement>(null), rested = useRested();
  useLayoutEffect(() => {
    const b = box.current, around = b?.parentElement?.getBoundingClientRect();
    if (!b || !around) return;
    const x = around.x + a.rect.x + a.rect.w + 12, left = x + WIDTH > innerWidth - 8 ? around.x + a.rect.x - WIDTH - 12 : x;
    const y = Math.min(around.y + a.rect.y - 6, innerHeight - b.offsetHeight - 8);
    b.style.left = `${Math.max(8, left)}px`;
    b.style.top = `${Math.max(8, y)}px`;
  }, [a, rested]);
  return box;
}
export function Card(p: { active: Active }): JSX.Element {
  void second.value;
  const f = p.active.feed, state = stateOf(f.state), zone = zoneOf(f.site), box = usePlace(p.active), rested = useRested();
  const off = (f.flags & FLAG.noPicture) !== 0;
  return <div class="card" ref={box} aria-hidden="true" data-feed={f.id} data-state={state} data-cause={f.cause}>
    {rested ? <Picture feed={f.id} at={f.picture} off={off} alt="" live={f.state < 2} zone={zone} /> : <div class="shot blank" />}
    <p class="card-name">{f.name}</p>
    <p class="soft">{f.site}</p>
    <p class="card-state"><FeedMark of={f} words />
      {f.state !== 0 && <span>{causeWords(f.cause)}</span>}</p>
    {f.since > 0 && <p class="soft">{t("overview.since", { time: moment(f.since, zone), age: span(now() - f.since) })}</p>}
  </div>;
}
