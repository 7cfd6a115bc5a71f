// SPDX-License-Identifier: GPL-3.0-or-later
// What the reader does to an incident. Each says what came of it.
import type { Incident } from "../../api";
import { t } from "../../i18n";
import { post } from "../../http";
import { confirm } from "../../ui/Dialog";
import { failed, toast } from "../../ui/toast";
import { renew } from "./live";
import type { Mute } from "./times";
import { nameOf } from "./words";

/* Mutes made on this page, for `u`. */
const mine: { of: Incident; overlay: number }[] = [];

/* Says what came of it; the answer's number, null when it was refused. */
async function act(i: Incident, verb: string, body: object, said: string): Promise<number | null> {
  try {
    const answer = await post<{ number: number }>(`/incidents/${i.number}/${verb}`, body);
    await renew(i.number); // the answer tells only what was changed
    toast(said);
    return answer.number;
  } catch (e) {
    failed(e);
    return null;
  }
}
export async function acknowledge(i: Incident, note: string): Promise<boolean> {
  return await act(i, "acknowledge", { note }, t("trouble.acknowledged", { name: nameOf(i) })) !== null;
}
export async function comment(i: Incident, text: string): Promise<boolean> {
  return await act(i, "comment", { text }, t("trouble.commented", { name: nameOf(i) })) !== null;
}
export async function mute(i: Incident, how: Mute, reason: string): Promise<boolean> {
  const overlay = await act(i, "mute", { ...how, reason }, t("trouble.muted", { name: nameOf(i) }));
  if (overlay !== null) mine.push({ of: i, overlay });
  return overlay !== null;
}
/* Ends the last mute of this page's, but asks before. */
export async function undo(): Promise<void> {
  const last = mine.at(-1);
  if (!last) return toast(t("trouble.undo.none"));
  const name = nameOf(last.of);
  const reason = await confirm({ title: t("trouble.undo.title", { name }), text: t("trouble.undo.text"), action: t("trouble.undo.do"), reason: true });
  if (reason === null) return;
  try {
    await post(`/overlays/${last.overlay}/end`, { reason });
    mine.pop();
    toast(t("trouble.undone", { name }));
    await renew(last.of.number);
  } catch (e) {
    failed(e);
  }
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
