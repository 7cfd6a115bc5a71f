// SPDX-License-Identifier: GPL-3.0-or-later
// The shell: header with the pages this reader may open, banner, page, toasts.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { language, t } from "./i18n";
import { useKeys } from "./keys";
import { pageAt, pages, type PageOf } from "./pages";
import { startAlert, unclaimed } from "./pages/trouble/alert";
import { go, here } from "./router";
import { can, session } from "./session";
import { epoch, lastKnown, totals, worth } from "./store";
import { moment } from "./time";
import { titleCount } from "./title";
import { Empty, Loading } from "./ui/basics";
import { busy } from "./ui/busy";
import { ConfirmHost } from "./ui/Dialog";
import { Help, helpOpen } from "./ui/Help";
import { Menu } from "./ui/Menu";
import { PasswordHost } from "./ui/Password";
import { Arrival, CapacityAlarm } from "./ui/Capacity";
import { RecordAlarm } from "./ui/Record";
import { Toasts } from "./ui/toast";

const mayOpen = (p: PageOf): boolean => p.right === "" || can(p.right);

function Nav(p: { at: string }): JSX.Element {
  const nav = useRef<HTMLElement>(null), shown = pages.filter(x => x.nav && mayOpen(x));
  /* Where they don't all have room, the open one is in sight. */
  useLayoutEffect(() => {
    const box = nav.current, a = box?.querySelector<HTMLElement>("[aria-current]");
    if (box && a) box.scrollLeft += a.getBoundingClientRect().left - box.getBoundingClientRect().left - (box.clientWidth - a.offsetWidth) / 2;
  }, [p.at, language.value, shown.length]);
  return <nav ref={nav} aria-label={t("nav.main")}><ul>{shown.map(x =>
    <li key={x.path}><a href={x.path} aria-current={x.path === p.at ? "page" : undefined}>{t(x.title)}
      {x.path === "/trouble" && unclaimed.value > 0 && <b class="nav-count">{unclaimed.value}<span class="unseen"> {t("trouble.new")}</span></b>}</a></li>)}</ul></nav>;
}
/* What the page is worth, when it is worth nothing. */
export function Banner(): JSX.Element | null {
  const w = worth.value;
  if (w !== "stale" && w !== "late") return null;
  const at = lastKnown.value, head = !at ? t("banner.never") : t(w === "stale" ? "banner.stale" : "banner.late", { time: moment(at) });
  return <div class="banner" role="alert"><b>{head}</b>
    <span>{t(w === "stale" ? "banner.stale.rest" : "banner.late.rest")}</span></div>;
}
/* A part of its own: the counts change with each frame of changes, and the page below shall not be made anew for it. */
function Title({ of: p }: { of: PageOf | undefined }): null {
  const stamp = epoch.value, w = worth.value, count = titleCount.value, l = language.value;
  useEffect(() => {
    const n = count ?? totals[2], name = p ? t(p.title) : "";
    document.title = (w === "stale" || w === "late" ? "? " : n ? `(${n}) ` : "") + (name ? name + " · " : "") + "camwarden";
  }, [p, stamp, w, count, l]);
  return null;
}
/* What tests and style sheets go by; the page's words begin where the page does. */
function useRoot(p: PageOf | undefined, stale: boolean): void {
  const l = language.value, first = useRef(true);
  useLayoutEffect(() => { document.documentElement.lang = l; }, [l]);
  useLayoutEffect(() => { document.documentElement.toggleAttribute("data-stale", stale); }, [stale]);
  useEffect(() => {
    if (!first.current) document.getElementById("main")?.focus({ preventScroll: true });
    first.current = false;
  }, [p?.path]);
}
function useEverywhere(): void {
  const gone = useRef(0);
  useKeys({ "?": () => { helpOpen.value = true; }, g: () => { gone.current = Date.now(); } }, "everywhere");
  useEffect(() => {
    /* Before the pages' own keys: after g a letter names a page. */
    const onLetter = (e: KeyboardEvent): void => {
      if (Date.now() - gone.current > 1500 || e.ctrlKey || e.metaKey || e.altKey) return;
      gone.current = 0;
      const to = pages.find(x => x.nav === e.key);
      if (!to || !mayOpen(to)) return;
      e.preventDefault();
      e.stopPropagation();
      go(to.path);
    };
    window.addEventListener("keydown", onLetter, true);
    return () => window.removeEventListener("keydown", onLetter, true);
  }, []);
}
export function App(): JSX.Element {
  const path = here.value.path, p = pageAt(path), s = session.value;
  useEverywhere();
  const stale = worth.value === "stale" || worth.value === "late";
  useRoot(p, stale);
  useEffect(() => { if (can("incidents")) startAlert(); }, [s]);
  const inside = !p ? <Empty title={t("missing.title")}>{t("missing.text")} <a href="/">{t("missing.back")}</a></Empty>
    : p.right && !s ? <Loading /> : !mayOpen(p) ? <Empty title={t("rights.none")} /> : <p.page key={p.path} />;
  const name = p?.path.split("/")[1] || "overview";
  return <div class={"app" + (stale ? " stale" : "") + (p?.bare ? " bare" : "")}>
    <Title of={p} />
    <a class="skip" href="#main">{t("nav.skip")}</a>
    {!p?.bare && <header><a class="brand" href="/"><img src="/icon.svg" alt="" width="22" height="22" />camwarden</a><Nav at={p?.path ?? ""} /><CapacityAlarm /><Arrival /><RecordAlarm /><Menu /></header>}
    {!(p?.bare && p.right === "") && <Banner />}
    <main id="main" class={"page-" + name} data-page={name} aria-busy={busy.value > 0 ? "true" : undefined} tabIndex={-1}>{inside}</main>
    <Toasts /><ConfirmHost /><PasswordHost /><Help />
  </div>;
}
