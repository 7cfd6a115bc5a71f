// SPDX-License-Identifier: GPL-3.0-or-later
// Who may see and change what: people, programs and walls, log-ins in force.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { query } from "../../router";
import { can } from "../../session";
import { PageHead } from "../../ui/basics";
import { Tabs } from "../../ui/Tabs";
import { Logins } from "./Logins";
import { People } from "./People";
import { Roles } from "./Roles";
import { Tokens } from "./Tokens";

type Tab = "users" | "tokens" | "logins" | "roles";
const TABS: Tab[] = ["users", "tokens", "logins", "roles"];

export function Users(): JSX.Element {
  const open = TABS.filter(x => x === "roles" || can(x)), tab = open.find(x => x === query("tab")) ?? open[0];
  return <><PageHead title={t("users.title")} hint={t("users.hint")} />
    <Tabs label={t("users.tabs")} now={tab ?? ""} tabs={open.map(x => [x, t(`users.tab.${x}`)])} />
    {tab === "users" ? <People /> : tab === "tokens" ? <Tokens /> : tab === "logins" ? <Logins /> : <Roles />}</>;
}
