// SPDX-License-Identifier: GPL-3.0-or-later
// Who is here and what they may do. What somebody may not do is absent from
// the page; the monitor checks again anyway.
import { signal } from "@preact/signals";
import type { Session } from "./api";
import { get, post, Problem, whenLost } from "./http";
import { go, here } from "./router";

export const session = signal<Session | null>(null);
/* Where nobody needs to be known. */
const open = ["/login", "/setup", "/kiosk"];
export const atDoor = (): boolean => open.includes(here.value.path);

/* By the id of the route, as in "incidents.acknowledge". */
export function can(right: string): boolean {
  return session.value !== null && session.value.rights.includes(right);
}
export function isKiosk(): boolean {
  return session.value?.kind === "kiosk";
}
export function toLogin(): void {
  if (atDoor()) return;
  const back = here.value.path + here.value.search;
  go("/login" + (back === "/" ? "" : "?back=" + encodeURIComponent(back)), true);
}
whenLost(() => {
  if (session.value?.user && !atDoor()) void loadSession();
});
/* Asks who we are; nobody is sent to log in, or to the set-up. */
export async function loadSession(): Promise<Session | null> {
  try {
    session.value = await get<Session>("/session");
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== 401) throw e;
    session.value = null;
  }
  const s = session.value;
  if (s?.setup && here.value.path !== "/setup") go("/setup", true);
  else if (!s?.role) toLogin();
  return s;
}
/* Only paths of our own: never an address somebody put into the link. */
export function back(): string {
  const to = here.value.query.get("back") ?? "/";
  return /^\/(?![/\\])[^\t\r\n]*$/.test(to) && !open.some(p => to.startsWith(p)) ? to : "/";
}
export async function logout(): Promise<void> {
  try {
    await post("/logout");
  } finally {
    session.value = null;
    dispatchEvent(new Event("camwarden-logout")); // no other window goes on with what it may no longer see
    location.assign("/login"); // a new page: nothing of the old one stays in memory
  }
}
