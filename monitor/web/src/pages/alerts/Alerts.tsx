// SPDX-License-Identifier: GPL-3.0-or-later
// Who was told what, when, by which means; what was held back; do the means work.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { query } from "../../router";
import { can } from "../../session";
import { PageHead } from "../../ui/basics";
import { Tabs } from "../../ui/Tabs";
import { Channels } from "./Channels";
import { Deliveries } from "./Deliveries";
import { List } from "./List";
import { Notices } from "./Notices";

type Tab = "alerts" | "notices" | "deliveries" | "channels";
const RIGHTS: Record<Tab, string> = { alerts: "alerts", notices: "alerts.notices", deliveries: "alerts.deliveries", channels: "channels" };
const TABS = Object.keys(RIGHTS) as Tab[];

export function Alerts(): JSX.Element {
  const open = TABS.filter(x => can(RIGHTS[x])), tab = open.find(x => x === query("tab")) ?? open[0];
  return <><PageHead title={t("alerts.title")} hint={t("alerts.hint")} />
    {open.length > 1 && <Tabs label={t("alerts.parts")} now={tab ?? ""} tabs={open.map(x => [x, t(`alerts.tab.${x}`)])} />}
    {tab === "notices" ? <Notices /> : tab === "deliveries" ? <Deliveries /> : tab === "channels" ? <Channels /> : <List />}</>;
}
