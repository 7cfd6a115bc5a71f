// SPDX-License-Identifier: GPL-3.0-or-later
// The shell: header with the pages this reader may open, banner, page, toasts.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "./i18n";
import { useKeys } from "./keys";
import { pageAt, pages, type PageOf } from "./pages";
import { go, here } from "./router";
import { can, session } from "./session";
import { lastKnown, totals, worth, epoch } from "./store";
import { clock } from "./time";
import { Empty, Loading } from "./ui/basics";
import { ConfirmHost } from "./ui/Dialog";
import { Help, helpOpen } from "./ui/Help";
import { Menu } from "./ui/Menu";
import { Toasts } from "./ui/toast";

const mayOpen = (p: PageOf): boolean => p.right === "" || can(p.right);

function Nav(p: { at: string }): JSX.Element {
  return <nav aria-label={t("nav.main")}><ul>{pages.filter(x => x.nav && mayOpen(x)).map(x =>
    <li key={x.path}><a href={x.path} aria-current={x.path === p.at ? "page" : undefined}>{t(x.title)}</a></li>)}</ul></nav>;
}
/* What the page is worth, when it is worth nothing. */
export function Banner(): JSX.Element | null {
  const w = worth.value;
  if (w !== "stale" && w !== "late") return null;
  return <div class="banner" role="alert"><b>{t(w === "stale" ? "banner.stale" : "banner.late", { time: clock(lastKnown.value) })}</b>
    <span>{t(w === "stale" ? "banner.stale.rest" : "banner.late.rest")}</span></div>;
}
function useTitle(p: PageOf | undefined): void {
  const stamp = epoch.value, w = worth.value;
  useEffect(() => {
    const down = totals[2], name = p ? t(p.title) : "";
    document.title = (w === "stale" || w === "late" ? "? " : down ? `${down} ${t("state.down")} · ` : "") + (name ? name + " · " : "") + "camwarden";
  }, [p, stamp, w]);
}
function useEverywhere(): void {
  let gone = 0;
  useKeys({ "?": () => { helpOpen.value = true; }, g: () => { gone = Date.now(); },
    ...Object.fromEntries(pages.filter(x => x.nav).map(x => [x.nav, () => { if (Date.now() - gone < 1500 && mayOpen(x)) go(x.path); }])) }, "everywhere");
}
export function App(): JSX.Element {
  const path = here.value.path, p = pageAt(path), s = session.value;
  useTitle(p);
  useEverywhere();
  const stale = worth.value === "stale" || worth.value === "late";
  const inside = !p ? <Empty title={t("missing.title")}>{t("missing.text")} <a href="/">{t("missing.back")}</a></Empty>
    : p.right && !s ? <Loading /> : !mayOpen(p) ? <Empty title={t("rights.none")} /> : <p.page key={p.path} />;
  return <div class={"app" + (stale ? " stale" : "") + (p?.bare ? " bare" : "")}>
    <a class="skip" href="#main">{t("nav.skip")}</a>
    {!p?.bare && <header><a class="brand" href="/"><img src="/icon.svg" alt="" width="22" height="22" />camwarden</a><Nav at={p?.path ?? ""} /><Menu /></header>}
    {!(p?.bare && p.right === "") && <Banner />}
    <main id="main" class={"page-" + (p?.path.split("/")[1] || "overview")} tabIndex={-1}>{inside}</main>
    <Toasts /><ConfirmHost /><Help />
  </div>;
}
