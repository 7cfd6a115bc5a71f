// SPDX-License-Identifier: GPL-3.0-or-later
// Which page an address shows, and the right that opens it.
import type { ComponentType } from "preact";
import type { Key } from "./i18n";
import { Login } from "./pages/login/Login";
import { Overview } from "./pages/overview/Overview";
import { Trouble } from "./pages/trouble/Trouble";
import { Wall } from "./pages/wall/Wall";
import { later } from "./ui/later";

/* What the first look needs is there at once; the rest comes when it is idle, or asked for. */
const Alerts = later(() => import("./pages/alerts/Alerts").then(m => m.Alerts));
const Consoles = later(() => import("./pages/consoles/Consoles").then(m => m.Consoles));
const Coverage = later(() => import("./pages/coverage/Coverage").then(m => m.Coverage));
const Feed = later(() => import("./pages/feed/Feed").then(m => m.Feed));
const Handover = later(() => import("./pages/handover/Handover").then(m => m.Handover));
const Inventory = later(() => import("./pages/inventory/Inventory").then(m => m.Inventory));
const Ledger = later(() => import("./pages/ledger/Ledger").then(m => m.Ledger));
const References = later(() => import("./pages/references/References").then(m => m.References));
const Reports = later(() => import("./pages/reports/Reports").then(m => m.Reports));
const Users = later(() => import("./pages/users/Users").then(m => m.Users));

export interface PageOf { path: string; title: Key; right: string; page: ComponentType; nav?: string; bare?: boolean }
/* `path` matches whole or, ending in "/", as the beginning. `nav`: its key after g. */
export const pages: PageOf[] = [
  { path: "/", title: "nav.overview", right: "wall", page: Overview, nav: "o" },
  { path: "/trouble", title: "nav.trouble", right: "incidents", page: Trouble, nav: "t" },
  { path: "/alerts", title: "nav.alerts", right: "alerts", page: Alerts, nav: "a" },
  { path: "/consoles", title: "nav.consoles", right: "consoles", page: Consoles, nav: "c" },
  { path: "/coverage", title: "nav.coverage", right: "coverage.debt", page: Coverage, nav: "v" },
  { path: "/handover", title: "nav.handover", right: "handover", page: Handover, nav: "h" },
  { path: "/reports", title: "nav.reports", right: "reports", page: Reports, nav: "r" },
  { path: "/references", title: "nav.references", right: "feeds.info", page: References, nav: "f" },
  { path: "/inventory", title: "nav.inventory", right: "devices", page: Inventory, nav: "i" },
  { path: "/users", title: "nav.users", right: "users", page: Users, nav: "u" },
  { path: "/ledger", title: "nav.ledger", right: "ledger", page: Ledger, nav: "l" },
  { path: "/wall", title: "nav.wall", right: "wall", page: Wall, nav: "w", bare: true },
  { path: "/feed/", title: "feed.title", right: "feeds.get", page: Feed },
  { path: "/login", title: "login.title", right: "", page: Login, bare: true },
  { path: "/setup", title: "login.title", right: "", page: Login, bare: true },
  { path: "/kiosk", title: "login.title", right: "", page: Login, bare: true },
];
export function pageAt(path: string): PageOf | undefined {
  return pages.find(p => p.path === path || (p.path.length > 1 && p.path.endsWith("/") && path.startsWith(p.path)));
}
