// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures, never without their age and never shown as live when they are not:
//   <Picture feed={id} at={ms of the newest} off={noPicture} alt={name} />     the current one, loaded when in view
//   <Picture feed={id} kind="reference" alt=... />                            a kept one: its day, always grey-framed
//   <Still src="/incidents/4/before.png" caption={t("before")} />            one of the record
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { worth } from "../store";
import { moment, now, second, span } from "../time";
import { dropShot, wantShot, type Shot } from "../data/shots";

export type PictureKind = "current" | "reference" | "last-good" | "first-bad" | "recovered";
const OLD_MS = 30_000, FRESH_MS = 20_000, SOON_MS = 2500;

/* In view, with a margin: pictures out of it are not asked for. */
function useSeen(): [{ current: HTMLDivElement | null }, boolean] {
  const box = useRef<HTMLDivElement>(null), [seen, set] = useState(false);
  useEffect(() => {
    if (!box.current) return;
    const o = new IntersectionObserver(es => set(es.some(e => e.isIntersecting)), { rootMargin: "80px" });
    o.observe(box.current);
    return () => o.disconnect();
  }, []);
  return [box, seen];
}
function useShot(path: string | null, newest: number): Shot | null {
  const [shot, set] = useState<Shot | null>(null);
  const owner = useRef({});
  useEffect(() => {
    if (path) wantShot(owner.current, path, newest, set);
  }, [path, newest]);
  useEffect(() => () => { set(null); dropShot(owner.current); }, [path?.split("&")[0]]);
  return shot;
}
export interface PictureProps { feed: string; kind?: PictureKind; at?: number; off?: boolean; alt: string; live?: boolean; zone?: string | undefined }
export function Picture(p: PictureProps): JSX.Element {
  const kind = p.kind ?? "current", [box, seen] = useSeen();
  const due = kind === "current" ? p.at || 1 : 1;
  /* Each in its own second of the ten, so that not all ask at once. */
  const again = kind === "current" && p.live ? Math.floor((second.value + parseInt(p.feed.slice(0, 4), 16) % 10_000) / 10_000) : 0;
  const path = p.off || !seen ? null : `/feeds/${p.feed}/thumbnail.png?kind=${kind}${p.live ? "&fresh=1" : ""}`;
  const [hurry, sooner] = useState(0), shot = useShot(path, due + again + hurry);
  /* The first answer is what was there; what was asked for with it comes a moment later. */
  const taken = shot?.taken ?? 0, live = p.live ?? false;
  useEffect(() => {
    if (!live || !taken || now() - taken < FRESH_MS) return;
    const timer = setTimeout(() => sooner(n => n + 1), SOON_MS);
    return () => clearTimeout(timer);
  }, [live, taken, again]);
  return <Shown box={box} shot={shot} alt={p.alt} live={kind === "current"} off={p.off} zone={p.zone} />;
}
export function Still(p: { src: string; caption: string; zone?: string | undefined }): JSX.Element {
  const [box, seen] = useSeen();
  const shot = useShot(seen ? p.src : null, 1);
  return <figure class="still"><Shown box={box} shot={shot} alt={p.caption} live={false} zone={p.zone} /><figcaption>{p.caption}</figcaption></figure>;
}
interface ShownProps { box: { current: HTMLDivElement | null }; shot: Shot | null; alt: string; live: boolean; off?: boolean | undefined; zone?: string | undefined }
function Shown(p: ShownProps): JSX.Element {
  void second.value;
  const { shot } = p, age = shot?.taken ? now() - shot.taken : 0;
  const old = p.live && (age > OLD_MS || worth.value !== "live");
  const words = p.off ? t("picture.off") : !shot ? t("picture.loading") : !shot.url ? t("picture.none")
    : p.live ? t("picture.age", { age: span(age) }) : moment(shot.taken, p.zone);
  return <div ref={p.box} class={"shot" + (shot?.url ? "" : " blank") + (old ? " old" : "") + (p.live ? "" : " kept")}>
    {shot?.url && <img src={shot.url} alt={p.alt} draggable={false} />}
    <span class="age">{words}</span></div>;
}
