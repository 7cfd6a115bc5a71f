// SPDX-License-Identifier: GPL-3.0-or-later
// After the server came back: is it still the one this page came from? A wall
// that nobody touches loads itself anew; others do with their next page.
import { here, renew } from "../router";

const own = typeof document === "undefined" ? "" : document.querySelector<HTMLScriptElement>("script[src]")?.getAttribute("src") ?? "";
let first = true;

export async function checkVersion(): Promise<void> {
  if (first) {
    first = false;
    return;
  }
  try {
    const r = await fetch("/", { cache: "no-cache" });
    if (!r.ok || !own || (await r.text()).includes(own)) return;
  } catch {
    return;
  }
  if (here.value.path === "/wall") location.reload();
  else renew.value = true;
}
