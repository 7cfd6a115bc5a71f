// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of a page as links; the one shown is in the address (?tab=).
//   <Tabs label={t("users.tabs")} now={tab} tabs={[["users", t("users.tab.users")]]} />
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { here } from "../router";

export function Tabs(p: { label: string; now: string; tabs: [string, string][] }): JSX.Element {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => { nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }); }, [p.now]);
  return <nav ref={nav} class="tabs" aria-label={p.label}><ul>{p.tabs.map(([id, words]) => <li key={id}>
    <a href={`${here.value.path}?tab=${id}`} aria-current={id === p.now ? "page" : undefined}>{words}</a></li>)}</ul></nav>;
}
