// SPDX-License-Identifier: GPL-3.0-or-later
// After the server came back: is it still the one this page came from? A wall
// that nobody touches loads itself anew; others do with their next page.
import { here, renew } from "../router";

const own: string[] = typeof document === "undefined" ? []
  : [...document.querySelectorAll("script[src], link[rel=stylesheet]")].map(e => e.getAttribute("src") ?? e.getAttribute("href") ?? "");
let first = true;

export async function checkVersion(): Promise<void> {
  if (first) {
    first = false;
    return;
  }
  try {
    const r = await fetch("/", { cache: "no-cache" });
    if (!r.ok) return;
    const page = await r.text();
    if (own.every(name => page.includes(name))) return;
  } catch {
    return;
  }
  if (here.value.path === "/wall") location.reload();
  else renew.value = true;
}
