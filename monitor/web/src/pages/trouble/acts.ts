// SPDX-License-Identifier: GPL-3.0-or-later
// What the reader does to an incident. Each says what came of it.
import type { Incident, Overlay, Page } from "../../api";
import { t } from "../../i18n";
import { get, post } from "../../http";
import { session } from "../../session";
import { confirm } from "../../ui/Dialog";
import { failed, toast } from "../../ui/toast";
import { one } from "./live";
import type { Mute } from "./times";
import { nameOf } from "./words";

/* Mutes made on this page, for `u`. */
const mine: Incident[] = [];

async function act(i: Incident, verb: string, body: object, said: string): Promise<boolean> {
  try {
    await post(`/incidents/${i.number}/${verb}`, body);
    await one(i.number); // the answer tells only what was changed
    toast(said);
    return true;
  } catch (e) {
    failed(e);
    return false;
  }
}
export function acknowledge(i: Incident, note: string): Promise<boolean> {
  return act(i, "acknowledge", { note }, t("trouble.acknowledged", { name: nameOf(i) }));
}
export function comment(i: Incident, text: string): Promise<boolean> {
  return act(i, "comment", { text }, t("trouble.commented", { name: nameOf(i) }));
}
export async function mute(i: Incident, how: Mute, reason: string): Promise<boolean> {
  const done = await act(i, "mute", { ...how, reason }, t("trouble.muted", { name: nameOf(i) }));
  if (done) mine.push(i);
  return done;
}
/* The newest mute in force of exactly that feed or site. */
function overlayOf(i: Incident, all: Overlay[]): Overlay | undefined {
  return all.filter(o => o.kind === "mute" && o.in_force && (i.feed ? o.feed_id === i.feed : !o.feed && o.site === i.site))
    .sort((a, b) => b.number - a.number)[0];
}
async function endMute(i: Incident, reason: string): Promise<void> {
  try {
    const o = overlayOf(i, (await get<Page<Overlay>>("/overlays?kind=mute&limit=500")).items);
    if (o) await post(`/overlays/${o.number}/end`, { reason });
    toast(t("trouble.undone", { name: nameOf(i) }));
  } catch (e) {
    failed(e);
  }
}
/* Ends the last mute of this page's, but asks before. */
export async function undo(): Promise<void> {
  const i = mine.at(-1);
  if (!i || !session.value) return toast(t("trouble.undo.none"));
  const reason = await confirm({ title: t("trouble.undo.title", { name: nameOf(i) }), text: t("trouble.undo.text"), action: t("trouble.undo.do"), reason: true });
  if (reason === null) return;
  mine.pop();
  await endMute(i, reason);
}
export async function retry(feed: string, name: string): Promise<void> {
  try {
    await post(`/feeds/${feed}/retry`);
    toast(t("trouble.retried", { name }));
  } catch (e) {
    failed(e);
  }
}
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("trouble.copied", { text }));
  } catch {
    toast(t("trouble.copy.failed"), "error");
  }
}
