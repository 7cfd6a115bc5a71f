// SPDX-License-Identifier: GPL-3.0-or-later
// Two pictures of a feed held against each other: side by side, one drawn over
// the other, or what differs. Each keeps its own time beside it.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { dropShot, wantShot, type Shot } from "../../data/shots";
import { t } from "../../i18n";
import { moment, second } from "../../time";
import { Button } from "../../ui/basics";
import type { PictureKind } from "../../ui/Picture";

const FRESH_MS = 20000; // the picture of now is asked anew
const MODES = ["side", "swipe", "difference"] as const;
type Mode = typeof MODES[number];
interface CompareProps { feed: string; kinds: PictureKind[]; left: PictureKind; right: PictureKind; at: number; fresh: boolean; zone: string | undefined }

/* The picture of one kind; null while it comes, url "" when there is none. */
function useKind(feed: string, kind: PictureKind, at: number, fresh: boolean): Shot | null {
  const [shot, set] = useState<Shot | null>(null), owner = useRef({}), now = kind === "current";
  const turn = now ? at + (fresh ? Math.floor(second.value / FRESH_MS) : 0) : 1;
  useEffect(() => {
    wantShot(owner.current, `/feeds/${feed}/thumbnail.png?kind=${kind}${now && fresh ? "&fresh=1" : ""}`, turn, set);
  }, [feed, kind, turn]);
  useEffect(() => () => { set(null); dropShot(owner.current); }, [feed, kind]);
  return shot;
}
const words = (kind: PictureKind, shot: Shot | null, zone: string | undefined): string =>
  t(`feed.kind.${kind}`) + (shot?.taken ? ", " + moment(shot.taken, zone) : "");

function One(p: { kind: PictureKind; shot: Shot | null; zone: string | undefined }): JSX.Element {
  return <figure class="still"><div class={"shot kept" + (p.shot?.url ? "" : " blank")}>
    {p.shot?.url ? <img src={p.shot.url} alt={words(p.kind, p.shot, p.zone)} draggable={false} /> : <span class="age">{p.shot ? t("picture.none") : t("picture.loading")}</span>}</div>
    <figcaption>{words(p.kind, p.shot, p.zone)}</figcaption></figure>;
}
function Swipe(p: { left: Shot; right: Shot; alts: [string, string] }): JSX.Element {
  const [at, set] = useState(50);
  return <div class="swipe"><div class="shot">
    <img src={p.right.url} alt={p.alts[1]} draggable={false} />
    <img class="swipe-over" style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }} src={p.left.url} alt={p.alts[0]} draggable={false} />
    <i class="swipe-line" style={{ left: at + "%" }} /></div>
    <input type="range" min="0" max="100" value={at} aria-label={t("feed.compare.line")} onInput={e => set(Number(e.currentTarget.value))} /></div>;
}
async function paint(c: HTMLCanvasElement, urls: [string, string]): Promise<void> {
  const images = urls.map(u => { const i = new Image(); i.src = u; return i; });
  await Promise.all(images.map(i => i.decode()));
  const [a, b] = images, g = c.getContext("2d", { willReadFrequently: true });
  if (!a || !b || !g) return;
  c.width = a.naturalWidth;
  c.height = a.naturalHeight;
  g.drawImage(a, 0, 0);
  g.globalCompositeOperation = "difference";
  g.drawImage(b, 0, 0, c.width, c.height);
  grey(g, c.width, c.height);
}
/* The largest of the three differences, three times as strong, on middle grey. */
function grey(g: CanvasRenderingContext2D, w: number, h: number): void {
  const image = g.getImageData(0, 0, w, h), d = image.data;
  for (let n = 0; n < d.length; n += 4) {
    const v = 70 + 3 * Math.max(d[n] ?? 0, d[n + 1] ?? 0, d[n + 2] ?? 0);
    d[n] = d[n + 1] = d[n + 2] = Math.min(255, v);
  }
  g.globalCompositeOperation = "source-over";
  g.putImageData(image, 0, 0);
}
function Difference(p: { left: Shot; right: Shot; alts: [string, string] }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => { if (canvas.current) paint(canvas.current, [p.left.url, p.right.url]).catch(() => { /* a picture was replaced meanwhile */ }); }, [p.left.url, p.right.url]);
  return <figure class="still"><div class="shot"><canvas ref={canvas} role="img" aria-label={t("feed.compare.difference") + ": " + p.alts.join(" – ")} /></div>
    <figcaption>{t("feed.compare.difference.hint")}</figcaption></figure>;
}
function Pick(p: { label: string; value: PictureKind; kinds: PictureKind[]; set: (k: PictureKind) => void }): JSX.Element {
  return <label class="pick"><span>{p.label}</span><select value={p.value} onChange={e => p.set(p.kinds.find(k => k === e.currentTarget.value) ?? p.value)}>
    {p.kinds.map(k => <option key={k} value={k}>{t(`feed.kind.${k}`)}</option>)}</select></label>;
}
export function Compare(p: CompareProps): JSX.Element {
  const [mode, setMode] = useState<Mode>("side"), [left, setLeft] = useState(p.left), [right, setRight] = useState(p.right);
  const a = useKind(p.feed, left, p.at, p.fresh), b = useKind(p.feed, right, p.at, p.fresh), both = Boolean(a?.url && b?.url);
  const alts: [string, string] = [words(left, a, p.zone), words(right, b, p.zone)];
  return <div class="compare">
    <div class="actions">
      <Pick label={t("feed.compare.left")} value={left} kinds={p.kinds} set={setLeft} /><Pick label={t("feed.compare.right")} value={right} kinds={p.kinds} set={setRight} />
      <div class="segments" role="group" aria-label={t("feed.compare")}>{MODES.map(m => <Button key={m} pressed={mode === m} onClick={() => setMode(m)}>{t(`feed.compare.${m}`)}</Button>)}</div>
    </div>
    {mode === "side" || !both || !a || !b ? <div class="compare-pair"><One kind={left} shot={a} zone={p.zone} /><One kind={right} shot={b} zone={p.zone} /></div>
      : mode === "swipe" ? <><Swipe left={a} right={b} alts={alts} /><p class="soft">{alts[0]} | {alts[1]}</p></> : <><Difference left={a} right={b} alts={alts} /><p class="soft">{alts[0]} – {alts[1]}</p></>}
  </div>;
}
