// SPDX-License-Identifier: GPL-3.0-or-later
// Cameras and recorders that serve feeds. Never what they are logged in with.
import type { JSX } from "preact";
import type { Device } from "../../api";
import { number, t } from "../../i18n";
import { query } from "../../router";
import { Failed } from "../../ui/basics";
import { Table, type Column } from "../../ui/Table";
import { usePages } from "../../ui/usePages";
import { Nothing } from "./Sites";
import { matches, States, Tools } from "./Tools";

const bad = (d: Device): number => d.states.down * 1e6 + d.states.degraded * 1e3 + d.states.unknown;
const columns = (): Column<Device>[] => [
  { id: "name", title: t("name"), names: true, sort: d => d.name, cell: d => d.name },
  { id: "address", title: t("inventory.address"), sort: d => d.address, cell: d => d.address || "–", narrow: "hide" },
  { id: "feeds", title: t("inventory.feeds"), align: "right", sort: d => d.feeds, cell: d => number(d.feeds) },
  { id: "states", title: t("inventory.states"), sort: bad, cell: d => <States of={d.states} /> },
  { id: "sessions", title: t("inventory.sessions"), sort: d => d.sessions, narrow: "hide",
    cell: d => d.sessions ? number(d.sessions) : <span class="soft">{t("inventory.sessions.any")}</span> },
  { id: "quirks", title: t("inventory.quirks"), sort: d => d.quirks.join(" "), cell: d => d.quirks.join(", ") || "–", narrow: "hide" },
];
export function Devices(): JSX.Element {
  const q = usePages<Device>("/devices", 500, true), search = query("q");
  const rows = q.items.filter(d => matches(`${d.name} ${d.address} ${d.quirks.join(" ")}`, search));
  return <>{q.error && <Failed problem={q.error} again={q.again} />}
    <Tools shown={rows.length} all={q.items.length} csv="devices" />
    {rows.length ? <Table label={t("inventory.tab.devices")} rows={rows} columns={columns()} keyOf={d => d.id} sort="name" />
      : <Nothing loading={q.loading} any={q.items.length > 0} failed={q.error !== null} />}</>;
}
