// SPDX-License-Identifier: GPL-3.0-or-later
// The map of keys (?), the version and the licences.
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { parts, t, type Key } from "../i18n";
import { places } from "../keys";
import { session } from "../session";
import { Dialog } from "./Dialog";

export const helpOpen = signal(false);
const keys = Object.values(parts).flatMap(p => Object.keys(p.en)).filter(k => k.startsWith("key.")) as Key[];

export function Help(): JSX.Element | null {
  if (!helpOpen.value) return null;
  const shown = [...new Set(places.value)].reverse();
  return <Dialog title={t("help")} onClose={() => { helpOpen.value = false; }}>
    {shown.map(place => <Place key={place} place={place} />)}
    <p class="soft">{t("help.version", { version: session.value?.version ?? "" })} · <a href="/licences.txt" target="_blank" rel="noreferrer">{t("help.licences")}</a></p>
  </Dialog>;
}
function Place(p: { place: string }): JSX.Element | null {
  const head = `key.${p.place}`, mine = keys.filter(k => k.startsWith(head + "."));
  const title = keys.find(k => k === head);
  if (!mine.length) return null;
  return <section class="keys"><h3>{title ? t(title) : ""}</h3><dl>{mine.map(k => <div key={k}><dt>{k.slice(head.length + 1).split(" ").map(x => <kbd key={x}>{x}</kbd>)}</dt><dd>{t(k)}</dd></div>)}</dl></section>;
}
