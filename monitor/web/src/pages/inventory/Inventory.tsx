// SPDX-License-Identifier: GPL-3.0-or-later
// What is watched: sites, devices, feeds; files that change it; what became of
// such a change.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { query } from "../../router";
import { can } from "../../session";
import { PageHead } from "../../ui/basics";
import { Tabs } from "../../ui/Tabs";
import { Devices } from "./Devices";
import { Feeds } from "./Feeds";
import { Import } from "./Import";
import { Onboarding } from "./Onboarding";
import { Sites } from "./Sites";

type Tab = "sites" | "devices" | "feeds" | "import" | "onboarding";
const may: Record<Tab, () => boolean> = {
  sites: () => can("sites"), devices: () => can("devices"), feeds: () => can("feeds"), import: () => can("import"), onboarding: () => can("onboarding"),
};
const TABS = Object.keys(may) as Tab[];

export function Inventory(): JSX.Element {
  const open = TABS.filter(x => may[x]()), tab = open.find(x => x === query("tab")) ?? open[0];
  return <><PageHead title={t("inventory.title")} hint={t("inventory.hint")} />
    <Tabs label={t("inventory.tabs")} now={tab ?? ""} tabs={open.map(x => [x, t(`inventory.tab.${x}`)])} />
    {tab === "sites" ? <Sites /> : tab === "devices" ? <Devices /> : tab === "feeds" ? <Feeds />
      : tab === "import" ? <Import /> : tab === "onboarding" ? <Onboarding /> : null}</>;
}
