// SPDX-License-Identifier: GPL-3.0-or-later
// All feeds as the wall has them, to search and sort; asked of nobody.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { causeWords, language, t } from "../../i18n";
import { inSite } from "../../place";
import { go, query, setQuery } from "../../router";
import { epoch, feeds, layout, SEVERITY, worth, zoneOf, type Feed } from "../../store";
import { second } from "../../time";
import { Ago, Button } from "../../ui/basics";
import { FeedMark } from "../../ui/StateMark";
import { Table, type Column } from "../../ui/Table";
import { useNarrow } from "../../ui/useNarrow";
import { Nothing } from "./Sites";
import { matches, Tools } from "./Tools";

const REST_MS = 5000; // the order of thousands is not made anew with each change
const NARROW = 700, HIGH = 34, HIGHER = 54; // as the style has it
const causeOf = (f: Feed): string => f.cause === "none" ? "" : causeWords(f.cause);
const columns = (): Column<Feed>[] => [
  { id: "state", title: t("inventory.state"), sort: f => SEVERITY[f.state as 0] ?? 0,
    cell: f => <FeedMark of={f} /> },
  { id: "site", title: t("site"), names: true, sort: f => f.site, cell: f => f.site || "–", narrow: "hide" },
  { id: "name", title: t("name"), names: true, sort: f => f.name, cell: f => <><a href={"/feed/" + f.id}>{f.name}</a><span class="narrow-only under">{[causeOf(f), f.site].filter(Boolean).join(" · ")}</span></> },
  { id: "cause", title: t("inventory.cause"), sort: f => f.cause, cell: causeOf, narrow: "hide" },
  { id: "since", title: t("inventory.since"), align: "right", sort: f => -f.since, cell: f => <Ago at={f.since} zone={zoneOf(f.site)} />, narrow: "hide" },
  { id: "vital", title: t("inventory.vital"), align: "right", sort: f => f.criticality, cell: f => f.criticality, narrow: "hide" },
];

export function Feeds(): JSX.Element {
  void epoch.value;
  const narrow = useNarrow(NARROW), search = query("q"), site = query("site"), cause = query("cause"), often = Math.floor(second.value / REST_MS);
  const rows = useMemo(() => [...feeds.values()].filter(f => inSite(f.site, site) && (!cause || f.cause === cause) && matches(`${f.text} ${f.cause}`, search)),
    [search, site, cause, often, layout.value]);
  const all = useMemo(columns, [language.value]); // others are sorted by anew
  return <><Tools shown={rows.length} all={feeds.size} csv="feeds">
    {(site || cause) && <p class="filters">{site && <Button onClick={() => setQuery({ site: "" })}>{site} ×</Button>}
      {cause && <Button onClick={() => setQuery({ cause: "" })}>{causeWords(cause)} ×</Button>}</p>}</Tools>
    {rows.length ? <Table label={t("inventory.tab.feeds")} rows={rows} columns={all} keyOf={f => f.id} height={narrow ? HIGHER : HIGH} onOpen={f => go("/feed/" + f.id)} />
      : <Nothing loading={worth.value === "connecting"} any={feeds.size > 0} failed={false} />}</>;
}
